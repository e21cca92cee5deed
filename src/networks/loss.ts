// A loss over a data set: the mean negative log-likelihood of its rows as a function of parameters. The expression is
// traced for blocks of 128, 64, ..., 1 rows, of which any number of rows is composed, so a program is compiled per block
// and never per batch size; blocks are summed in double precision in a fixed order.

import { integerAtLeast, refuse } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import { compile, type Graph, type Program, Tensor, trace, withGradient } from "../tensor/index.js";
import { type Column, type StoredData, storeData } from "./data.js";

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
  /** The same over the given rows only (indices into the data). */
  onRows(w: Float64Array, rows: Uint32Array, gradient: Float64Array): number;
  /** Random starting parameters, where the loss knows how to make them. */
  initialize?(random: Random): Float64Array;
  /** All that is needed to rebuild this loss elsewhere; plain data over shared memory. */
  readonly source: LossSource;
}

export interface LossSource {
  readonly dim: number;
  readonly dataSize: number;
  readonly names: readonly string[];
  readonly data: StoredData;
  /** The traced loss of a block of rows, largest block first; one block of 0 rows where the loss has no data. */
  readonly blocks: readonly { readonly rows: number; readonly graph: Graph }[];
}

export interface LossOptions {
  readonly names?: readonly string[];
  /** Random starting parameters for `train`. */
  readonly initialize?: (random: Random) => Float64Array;
}

/** The largest block; its activations stay in a core's cache for networks of common widths. */
const largestBlock = 128;

/**
 * A loss from an expression: `f` gets the parameters `[dim]` and some rows of the data, and returns the mean negative log-likelihood
 * of these rows (a mean over rows; it is composed of means over blocks). Without data, `f(w)` itself is the loss and `dataSize` only
 * decides temperatures.
 *
 * Throws where the data has another number of rows than `dataSize`, is empty or not finite, or `f` does not return a scalar.
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
  const { names, initialize } = options;
  if (names !== undefined && names.length !== dim) refuse("loss", "names", `${dim} strings`, names);
  const stored = storeData("loss", data, dataSize);
  const columns = Object.entries(stored);
  const traced = (rows: number): Graph =>
    trace(
      ([w, ...inputs]) => {
        const value = f(w, Object.fromEntries(columns.map(([name], i) => [name, inputs[i]])));
        if (!(value instanceof Tensor)) refuse("loss", "the value of f", "a tensor", value);
        if (value.rank !== 0) refuse("loss", "the value of f", "a scalar, the mean over the rows", value.shape);
        return [value];
      },
      [
        { shape: [dim], name: "w" },
        ...columns.map(([name, { shape }]) => ({ shape: [rows, ...shape.slice(1)], name })),
      ],
    );
  const sizes = columns.length === 0 ? [0] : blockSizes(dataSize);
  const source: LossSource = {
    dim,
    dataSize,
    names: names ?? Array.from({ length: dim }, (_, i) => `w[${i}]`),
    data: stored,
    blocks: sizes.map((rows) => ({ rows, graph: traced(rows) })),
  };
  return { ...lossFromSource(source), initialize };
}

/** Rebuilds a loss from its data. */
export function lossFromSource(source: LossSource): Loss {
  const { dim, dataSize, names, data, blocks } = source;
  const columns = Object.values(data).map(({ values, shape }) => ({ values, width: values.length / shape[0] }));
  const runners = blocks.map(({ rows, graph }) => blockRunner(graph, rows, columns, dim));
  const all = pieces(dataSize, blocks);

  const sumOverAll = (w: Float64Array, out: Float64Array | undefined): number => {
    checkParameters(w, dim);
    out?.fill(0);
    let total = 0;
    for (let k = 0; k < all.length; k++) {
      const { block, first, weight } = all[k];
      total += weight * runners[block].contiguous(w, first, weight, out);
    }
    return total;
  };
  // The pieces of the last few batch sizes: an optimiser or a sampler asks for the same size again and again.
  const piecesOf = new Map<number, Piece[]>();
  return {
    dim,
    dataSize,
    names,
    source,
    value: (w) => sumOverAll(w, undefined),
    valueAndGradient: (w, out) => sumOverAll(w, out),
    onRows(w, rows, out) {
      checkParameters(w, dim);
      let parts = piecesOf.get(rows.length);
      if (parts === undefined) {
        parts = pieces(rows.length, blocks);
        piecesOf.set(rows.length, parts);
      }
      out.fill(0);
      let total = 0;
      for (let k = 0; k < parts.length; k++) {
        const { block, first, weight } = parts[k];
        total += weight * runners[block].gathered(w, rows, first, weight, out);
      }
      return total;
    },
  };
}

/** Some neighbouring rows done by one block program, and their share of all rows. */
interface Piece {
  readonly block: number;
  readonly first: number;
  readonly weight: number;
}

function blockSizes(rows: number): number[] {
  const sizes: number[] = [];
  for (let size = largestBlock; size >= 1; size /= 2) if (size <= rows) sizes.push(size);
  return sizes;
}

function pieces(rows: number, blocks: LossSource["blocks"]): Piece[] {
  // Without data there is nothing to divide: one evaluation is the whole loss.
  if (blocks[0].rows === 0) return [{ block: 0, first: 0, weight: 1 }];
  const parts: Piece[] = [];
  let first = 0;
  blocks.forEach((block, index) => {
    for (; rows - first >= block.rows; first += block.rows)
      parts.push({ block: index, first, weight: block.rows / rows });
  });
  return parts;
}

interface BlockRunner {
  /** The block's loss over neighbouring rows; adds `weight` times its gradient to `out` where that is given. */
  contiguous(w: Float64Array, first: number, weight: number, out: Float64Array | undefined): number;
  /** The same over `rows[first ...]`. */
  gathered(w: Float64Array, rows: Uint32Array, first: number, weight: number, out: Float64Array): number;
}

interface FlatColumn {
  readonly values: Float64Array;
  readonly width: number;
}

function blockRunner(graph: Graph, rows: number, columns: readonly FlatColumn[], dim: number): BlockRunner {
  let valueProgram: Program | undefined;
  let gradientProgram: Program | undefined;
  const valueOutputs = [new Float64Array(1)];
  const gradientOutputs = [new Float64Array(1), new Float64Array(dim)];
  // Inputs for neighbouring rows are views into the data, made once per block.
  const views = new Map<number, Float64Array[]>();
  const batch = columns.map(({ width }) => new Float64Array(rows * width));
  const batchInputs: Float64Array[] = [new Float64Array(0), ...batch];

  const run = (inputs: Float64Array[], w: Float64Array, weight: number, out: Float64Array | undefined): number => {
    inputs[0] = w;
    if (out === undefined) {
      valueProgram ??= compile(graph);
      valueProgram.run(inputs, valueOutputs);
      return valueOutputs[0][0];
    }
    gradientProgram ??= compile(withGradient(graph));
    gradientProgram.run(inputs, gradientOutputs);
    const part = gradientOutputs[1];
    for (let i = 0; i < dim; i++) out[i] += weight * part[i];
    return gradientOutputs[0][0];
  };
  return {
    contiguous(w, first, weight, out) {
      let inputs = views.get(first);
      if (inputs === undefined) {
        inputs = [w, ...columns.map(({ values, width }) => values.subarray(first * width, (first + rows) * width))];
        views.set(first, inputs);
      }
      return run(inputs, w, weight, out);
    },
    gathered(w, chosen, first, weight, out) {
      for (let c = 0; c < columns.length; c++) {
        const { values, width } = columns[c];
        const into = batch[c];
        for (let i = 0; i < rows; i++) {
          const from = chosen[first + i] * width;
          for (let j = 0; j < width; j++) into[i * width + j] = values[from + j];
        }
      }
      return run(batchInputs, w, weight, out);
    },
  };
}

function checkParameters(w: Float64Array, dim: number): void {
  if (w.length !== dim) refuse("loss", "w", `${dim} parameters`, w);
}
