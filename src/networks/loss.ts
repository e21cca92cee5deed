// A loss over a data set: the mean negative log-likelihood of its rows as a function of parameters. The expression is
// traced for blocks of 128, 64, ..., 1 rows, of which any number of rows is composed, so a program is compiled per block
// and never per batch size; blocks are summed in double precision in a fixed order.

import { integerAtLeast, knownOptions, namesOfCoordinates, oneOf, refuse } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import {
  compile,
  emptyArray,
  type Graph,
  type NumberArray,
  type Program,
  Tensor,
  trace,
  withGradient,
} from "../tensor/index.js";
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
  /**
   * The mean over the given rows only (indices into the data, at least one; a row may come twice) and its gradient. Its expectation
   * over uniformly drawn rows is L_n(w). Without data it is L_n(w) whatever the rows.
   */
  onRows(w: Float64Array, rows: Uint32Array, gradient: Float64Array): number;
  /** Random starting parameters, where the loss knows how to make them; a loss rebuilt from its source does not. */
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
  knownOptions("loss", options, ["names", "initialize", "precision"]);
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

/** Rebuilds a loss from its data, bit for bit the same function. */
export function lossFromSource(source: LossSource): Loss {
  const { dim, dataSize, names, data, blocks } = source;
  const single = blocks[0].graph.inputs[0].dtype === "f32";
  const columns = Object.values(data).map(({ values, shape }) => ({
    values: single ? Float32Array.from(values) : values,
    width: values.length / shape[0],
  }));
  const rounded = new Float32Array(single ? dim : 0);
  const runners = blocks.map(({ rows, graph }) => blockRunner(graph, rows, columns, dim));

  /** The mean over `count` rows, those in `chosen` or else the data's first, block by block; its gradient goes to `out`. */
  const mean = (
    parameters: Float64Array,
    count: number,
    chosen: Uint32Array | undefined,
    out: Float64Array | undefined,
  ) => {
    if (parameters.length !== dim) refuse("loss", "w", `${dim} parameters`, parameters);
    if (single) rounded.set(parameters);
    const w = single ? rounded : parameters;
    if (out !== undefined) {
      if (out.length !== dim) refuse("loss", "gradient", `an array of length ${dim}`, out);
      out.fill(0);
    }
    // Without data there is nothing to divide: one evaluation is the whole loss.
    if (columns.length === 0) return runners[0].contiguous(w, 0, 1, out);
    let total = 0;
    let first = 0;
    for (let b = 0; b < blocks.length; b++) {
      const { rows } = blocks[b];
      const weight = rows / count;
      for (; first + rows <= count; first += rows) {
        const part =
          chosen === undefined
            ? runners[b].contiguous(w, first, weight, out)
            : runners[b].gathered(w, chosen, first, weight, out);
        total += weight * part;
      }
    }
    return total;
  };
  return {
    dim,
    dataSize,
    names,
    source,
    value: (w) => mean(w, dataSize, undefined, undefined),
    valueAndGradient: (w, gradient) => mean(w, dataSize, undefined, gradient),
    onRows(w, rows, gradient) {
      if (rows.length === 0) refuse("loss", "rows", "at least one row", rows);
      return mean(w, rows.length, rows, gradient);
    },
  };
}

function blockSizes(rows: number): number[] {
  const sizes: number[] = [];
  for (let size = largestBlock; size >= 1; size /= 2) if (size <= rows) sizes.push(size);
  return sizes;
}

interface BlockRunner {
  /** The block's loss over neighbouring rows; adds `weight` times its gradient to `out` where that is given. `w` has the graph's dtype. */
  contiguous(w: NumberArray, first: number, weight: number, out: Float64Array | undefined): number;
  /** The same over `rows[first ...]`. */
  gathered(w: NumberArray, chosen: Uint32Array, first: number, weight: number, out: Float64Array | undefined): number;
}

interface FlatColumn {
  readonly values: NumberArray;
  readonly width: number;
}

function blockRunner(graph: Graph, rows: number, columns: readonly FlatColumn[], dim: number): BlockRunner {
  const { dtype } = graph.inputs[0];
  let valueProgram: Program | undefined;
  let gradientProgram: Program | undefined;
  const valueOutputs = [new Float64Array(1)];
  const part = emptyArray(dtype, dim);
  const gradientOutputs = [new Float64Array(1), part];
  // Inputs for neighbouring rows are views into the data, made once per block.
  const views = new Map<number, NumberArray[]>();
  const batch = columns.map(({ width }) => emptyArray(dtype, rows * width));
  const batchInputs: NumberArray[] = [part, ...batch];

  const run = (inputs: NumberArray[], w: NumberArray, weight: number, out: Float64Array | undefined): number => {
    inputs[0] = w;
    if (out === undefined) {
      valueProgram ??= compile(graph);
      valueProgram.run(inputs, valueOutputs);
      return valueOutputs[0][0];
    }
    gradientProgram ??= compile(withGradient(graph));
    gradientProgram.run(inputs, gradientOutputs);
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
          const row = chosen[first + i];
          if (!(row * width < values.length)) {
            refuse("loss", `rows[${first + i}]`, `below ${values.length / width}`, row);
          }
          const from = row * width;
          for (let j = 0; j < width; j++) into[i * width + j] = values[from + j];
        }
      }
      return run(batchInputs, w, weight, out);
    },
  };
}
