// The loss of each row by itself, where a sum over all of them says too little: functional variances, errors of a mean over some rows.

import { finiteVector, integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { stream } from "../random/index.js";
import type { Loss } from "./loss.js";
import { rowSums } from "./row-sums.js";

/** Writes the loss, in nats, of each of these rows at `w` into `out`. */
export type RowLosses = (w: Float64Array, out: Float64Array) => void;

/**
 * The losses of chosen rows (all where left out), each by itself. Throws where the loss has no data, of which there would be rows.
 */
export function rowLosses(where: string, { dim, dataSize, source }: Loss, rows?: Uint32Array): RowLosses {
  if (Object.keys(source.data).length === 0) {
    throw new RangeError(`${where}: loss must have data, of whose rows it is the mean, got one without`);
  }
  const sums = rowSums(source);
  const chosen = rows ?? Uint32Array.from({ length: dataSize }, (_, i) => i);
  return (w, out) => {
    if (w.length !== dim) refuse(where, "w", `${dim} parameters`, w);
    sums.take(w);
    // Hot: one run of the program for a single row, without its gradient.
    for (let k = 0; k < chosen.length; k++) out[k] = sums.sum(k, k + 1, chosen, false);
  };
}

/** So many of `dataSize` rows, drawn without replacement and ascending; all where there are no more. */
export function someRows(where: string, dataSize: number, count: number, seed: number): Uint32Array {
  const rows = new Uint32Array(Math.min(count, dataSize));
  if (count >= dataSize) return rows.map((_, i) => i);
  stream(seed, where).subset(dataSize, rows);
  return rows.sort();
}

export interface LossOnRowsOptions {
  /** How many rows, drawn without replacement; 4096 where left out, or all. */
  readonly rows?: number;
  readonly seed?: number;
}

/**
 * L_n(w) estimated from some rows, with its standard error over the choice of rows: 0 where that is all of them. `llc` takes it as
 * `lossAtCenter`. Throws a RangeError where an option is wrong or the loss has no data.
 * @example lossOnRows(loss, center, { rows: 1000 }) // { value: 1.4189, standardError: 0.0217 }
 */
export function lossOnRows(
  loss: Loss,
  w: ArrayLike<number>,
  options: LossOnRowsOptions = {},
): { value: number; standardError: number } {
  const where = "lossOnRows";
  knownOptions(where, options, ["rows", "seed"]);
  const count = integerAtLeast(where, "rows", options.rows ?? 4096, 2);
  const seed = integerAtLeast(where, "seed", options.seed ?? 0, 0);
  if (typeof loss?.onRows !== "function") refuse(where, "loss", "a loss, such as networkLoss(...) makes", loss);
  const rows = someRows(where, loss.dataSize, count, seed);
  const values = new Float64Array(rows.length);
  rowLosses(where, loss, rows)(finiteVector(where, "w", w, loss.dim), values);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const variance = values.length > 1 ? squares / (values.length - 1) : 0;
  // Rows drawn without replacement from a finite population (Cochran 1977, theorem 2.2).
  const left = 1 - values.length / loss.dataSize;
  return { value: mean, standardError: Math.sqrt((left * variance) / values.length) };
}
