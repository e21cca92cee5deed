// A loss over a data set: the mean negative log-likelihood of its rows as a function of parameters. The expression is
// traced for blocks of 128, 64, ..., 1 rows, of which any number of rows is composed, so a program is compiled per block
// and never per batch size; they are summed in double precision, group by group (row-groups.ts), in a fixed order.

import { integerAtLeast, knownOptions, namesOfCoordinates, oneOf, refuse } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import {
  type ArithmeticOptions,
  arithmeticOf,
  type BackendName,
  compile,
  emptyArray,
  type Graph,
  type Program,
  Tensor,
  trace,
  withGradient,
} from "../tensor/index.js";
import { type Column, type StoredData, storeData } from "./data.js";
import { addTo, divide, rowsPerGroup } from "./row-groups.js";
import { rowSums } from "./row-sums.js";

/** The data's columns for the rows of one block, each `[rows, ...]`. */
export type Rows = Readonly<Record<string, Tensor>>;

export interface Loss {
  readonly dim: number;
  readonly dataSize: number;
  /** One name per parameter. */
  readonly names: readonly string[];
  /** L_n(w): the mean over all rows. */
  value(w: Float64Array): number;
  /** Returns L_n(w) and writes its gradient, both of length `dim`. */
  valueAndGradient(w: Float64Array, gradient: Float64Array): number;
  /**
   * The mean over the given rows only (indices into the data, at least one; a row may come twice) and its gradient. Its expectation
   * over uniformly drawn rows is L_n(w). Without data it is L_n(w) whatever the rows.
   */
  onRows(w: Float64Array, rows: Uint32Array, gradient: Float64Array): number;
  /** Random starting parameters, where the loss knows how to make them; a loss rebuilt from its source does not. */
  initialize?(random: Random): Float64Array;
  /** All that is needed to rebuild this loss elsewhere; plain data over shared memory. */
  readonly source: LossSource;
  /** What computes its gradient; compiles it, as its first use would. */
  engine(): LossEngine;
}

export interface LossEngine {
  /** Of the gradient of the largest block of rows, or of the whole where there is no data. */
  readonly graph: Graph;
  readonly backend: BackendName;
  /** In words, how it computes. */
  readonly how: string;
  /** Memory of a thread for programs and data, in bytes. */
  readonly bytes: number;
  /** Threads that take part. */
  readonly threads: number;
}

export interface LossSource {
  readonly dim: number;
  readonly dataSize: number;
  readonly names: readonly string[];
  readonly data: StoredData;
  /** The traced loss of a block of rows, largest block first; one block of 0 rows where the loss has no data. */
  readonly blocks: readonly { readonly rows: number; readonly graph: Graph }[];
}

export interface LossOptions extends ArithmeticOptions {
  /** One name per parameter; `w[0]`, `w[1]`, ... where left out. */
  readonly names?: readonly string[];
  /** Random starting parameters for `train`. */
  readonly initialize?: (random: Random) => Float64Array;
  /**
   * Of the arithmetic within a block of rows; "f64" where left out. "f32" is about twice as fast on networks, and right to about seven
   * digits; blocks are added up in f64 either way.
   */
  readonly precision?: "f64" | "f32";
}

/** The largest block; its activations stay in a core's cache for networks of common widths. */
const largestBlock = 128;

/**
 * A loss from an expression: `f` gets the parameters `[dim]` and some rows of the data, and returns the mean negative log-likelihood
 * of these rows (a mean over rows; it is composed of means over blocks). Without data, `f(w)` itself is the loss and `dataSize` only
 * decides temperatures.
 *
 * Throws where the data has another number of rows than `dataSize`, is empty or not finite, `f` does not return a scalar, or `fma` or
 * `wideVectors` ask for what there is not here.
 * @example loss(1, 3, (w, { y }) => y.sub(w).square().mean().mul(0.5), { y: [1, 2, 6] }).value(Float64Array.of(3)) // 14 / 6
 */
export function loss(
  dim: number,
  dataSize: number,
  f: (w: Tensor, rows: Rows) => Tensor,
  data: Readonly<Record<string, Column>> = {},
  options: LossOptions = {},
): Loss {
  integerAtLeast("loss", "dim", dim, 1);
  integerAtLeast("loss", "dataSize", dataSize, 1);
  if (typeof f !== "function") refuse("loss", "f", "a function of parameters and rows", f);
  knownOptions("loss", options, ["names", "initialize", "precision", "fma", "wideVectors"]);
  const arithmetic = arithmeticOf("loss", options);
  const { initialize } = options;
  const dtype = oneOf("loss", "precision", options.precision ?? "f64", ["f64", "f32"]);
  const names = namesOfCoordinates("loss", options.names, dim, "w");
  if (initialize !== undefined && typeof initialize !== "function") {
    refuse("loss", "initialize", "a function that returns random parameters", initialize);
  }
  const stored = storeData("loss", data, dataSize);
  const columns = Object.entries(stored);
  const traced = (rows: number): Graph =>
    trace(
      ([w, ...inputs]) => {
        const value = f(w, rowsOf(columns, inputs));
        if (!(value instanceof Tensor)) refuse("loss", "the value of f", "a tensor", value);
        if (value.rank !== 0) {
          const got = `shape [${value.shape.join(", ")}]`;
          throw new RangeError(`loss: the value of f must be a scalar, the mean over the rows, got ${got}`);
        }
        return [value.cast("f64")];
      },
      [
        { shape: [dim], name: "w", dtype },
        ...columns.map(([name, { shape }]) => ({ shape: [rows, ...shape.slice(1)], name, dtype })),
      ],
      arithmetic,
    );
  const sizes = columns.length === 0 ? [0] : blockSizes(dataSize);
  const source: LossSource = {
    dim,
    dataSize,
    names,
    data: stored,
    blocks: sizes.map((rows) => ({ rows, graph: traced(rows) })),
  };
  return { ...lossFromSource(source), initialize };
}

/** The rows by name; a name that the data does not have is refused, where a record would give undefined. */
function rowsOf(columns: readonly (readonly [string, unknown])[], inputs: readonly Tensor[]): Rows {
  const rows: Rows = Object.fromEntries(columns.map(([name], i) => [name, inputs[i]]));
  return new Proxy(rows, {
    get(_, name) {
      if (typeof name === "string" && !Object.hasOwn(rows, name)) {
        const known = columns.map(([column]) => column).join(", ");
        throw new RangeError(`loss: there is no column ${JSON.stringify(name)}; the columns are ${known || "none"}`);
      }
      return Reflect.get(rows, name);
    },
  });
}

/** Rebuilds a loss from its data, bit for bit the same function. What it computes with, all losses of one source share. */
export function lossFromSource(source: LossSource): Loss {
  const { dim, dataSize, names, data } = source;
  const about = { dim, dataSize, names, source };
  if (Object.keys(data).length === 0) return { ...about, ...withoutData(source) };
  /** The mean over `count` rows, those `chosen` or else all; its gradient goes to `out`. */
  const mean = (w: Float64Array, count: number, chosen: Uint32Array | undefined, out: Float64Array | undefined) => {
    checkLengths(dim, w, out);
    const sums = rowSums(source);
    sums.take(w);
    const size = rowsPerGroup(count, dim);
    out?.fill(0);
    let total = 0;
    for (let first = 0; first < count; first += size) {
      total += sums.sum(first, Math.min(first + size, count), chosen, out !== undefined);
      if (out !== undefined) addTo(out, sums.gradient());
    }
    if (out !== undefined) divide(out, count);
    return total / count;
  };
  return {
    ...about,
    value: (w) => mean(w, dataSize, undefined, undefined),
    valueAndGradient: (w, gradient) => mean(w, dataSize, undefined, gradient),
    onRows(w, rows, gradient) {
      checkRows(rows);
      return mean(w, rows.length, rows, gradient);
    },
    engine() {
      const { program, workspace } = rowSums(source);
      const { graph, how } = program;
      return { graph, how, backend: workspace.backend, bytes: workspace.bytes(), threads: 1 };
    },
  };
}

/** There is nothing to add up: one evaluation is the whole loss. */
function withoutData({ dim, blocks }: LossSource): Pick<Loss, "value" | "valueAndGradient" | "onRows" | "engine"> {
  const [{ graph }] = blocks;
  const { dtype } = graph.inputs[0];
  const parameters = [emptyArray(dtype, dim)];
  const value = new Float64Array(1);
  const slope = emptyArray(dtype, dim);
  let slopeProgram: Program | undefined;
  const compiled = (): Program => (slopeProgram ??= compile(withGradient(graph)));
  const valueAndGradient = (w: Float64Array, gradient: Float64Array): number => {
    checkLengths(dim, w, gradient);
    parameters[0].set(w);
    compiled().run(parameters, [value, slope]);
    gradient.set(slope);
    return value[0];
  };
  return {
    value(w) {
      checkLengths(dim, w, undefined);
      parameters[0].set(w);
      compile(graph).run(parameters, [value]);
      return value[0];
    },
    valueAndGradient,
    onRows(w, rows, gradient) {
      checkRows(rows);
      return valueAndGradient(w, gradient);
    },
    engine: () => ({ ...compiled(), threads: 1 }),
  };
}

function checkRows(rows: Uint32Array): void {
  if (rows.length === 0) refuse("loss", "rows", "at least one row", rows);
}

export function checkLengths(dim: number, w: Float64Array, gradient: Float64Array | undefined): void {
  if (w.length !== dim) refuse("loss", "w", `${dim} parameters`, w);
  if (gradient !== undefined && gradient.length !== dim) {
    refuse("loss", "gradient", `an array of length ${dim}`, gradient);
  }
}

function blockSizes(rows: number): number[] {
  const sizes: number[] = [];
  for (let size = largestBlock; size >= 1; size /= 2) if (size <= rows) sizes.push(size);
  return sizes;
}
