// A graph: straight-line program of primitives with static shapes, as plain data. It is what back ends compile, what
// derivatives are taken of, and what travels to workers.

export type DType = "f64" | "f32";
export type Shape = readonly number[];

export interface Slot {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Instruction `k` of a graph defines value `k`; its inputs are the numbers of earlier values. */
export interface Instruction {
  readonly op: string;
  readonly inputs: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attributes: Attributes;
}

/** What an instruction needs beyond its inputs; which of these are present is the primitive's business. */
export interface Attributes {
  /** `input`: which of the graph's inputs. `result`: which of a repeat's results. */
  readonly index?: number;
  /** `constant`: its numbers, row-major; one number where all are equal. */
  readonly numbers?: Float64Array;
  /**
   * Reductions, softmax, concat, windows: the axes worked on (concat: one). Broadcast: where the operand's axes go. Transpose: the
   * permutation.
   */
  readonly axes?: readonly number[];
  /** Slice: first index per axis. Pad: zeros before, per axis. */
  readonly start?: readonly number[];
  /** Windows, overlap-add: how long a window is along each axis worked on, and how far the next begins from it. */
  readonly size?: readonly number[];
  readonly step?: readonly number[];
  /** Scatter-add: how many entries the result has along axis 0. */
  readonly length?: number;
  /** Polygamma: its order. */
  readonly order?: number;
  /** Triangular solve: solve with the transpose. */
  readonly transposed?: boolean;
  /** Repeat: its loop. */
  readonly loop?: Loop;
}

/**
 * A counted loop. The instruction's inputs are the first carries, then the sequences (split along axis 0, one entry per
 * turn), then what the body uses from outside. The body's inputs are, in this order: carries, one entry of each sequence, outside
 * values, and the turn's number as a scalar. Its outputs are the next carries, then what is collected. The results are the last
 * carries, then the collected values stacked along a new axis 0 of length `count`. Where `reversed`, turns run from `count - 1` to 0
 * (sequences are read and collected values written at the turn's number).
 */
export interface Loop {
  readonly count: number;
  readonly carries: number;
  readonly sequences: number;
  readonly reversed: boolean;
  readonly body: Graph;
  readonly results: readonly { readonly shape: Shape; readonly dtype: DType }[];
}

export interface Graph {
  readonly inputs: readonly Slot[];
  readonly instructions: readonly Instruction[];
  /** Numbers of the values that the graph returns. */
  readonly outputs: readonly number[];
  /** Absent where nothing was chosen. Graphs made of this one have it too. */
  readonly arithmetic?: Arithmetic;
}

/** What whoever wrote a graph lets back ends do beyond the standard; those that cannot compute as ever. */
export interface Arithmetic {
  /** Products may be added to sums with one rounding instead of two, as the machine likes: other numbers, in the last digits. */
  readonly fma?: true;
  /** Vectors of 128 bits may be computed in pairs: the same numbers. */
  readonly wideVectors?: true;
}

/** How many numbers a tensor of this shape has; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}
