// Where the numbers of a tensor lie: a stretch of a buffer seen through strides. Broadcasting, transposing, slicing and most
// reshaping only change the view.

import { type Attributes, type DType, type Shape, sizeOf } from "../../graph.js";

/** A stretch of memory. `arena` buffers get their place once all their uses are known; the others are arrays of their own. */
export interface Buffer {
  readonly kind: "arena" | "input" | "output" | "constant";
  readonly dtype: DType;
  readonly size: number;
  /** Which input, output, constant or arena buffer, counted from 0. */
  readonly index: number;
  /** How many loops surround the code that owns it: it keeps its numbers throughout deeper ones. */
  readonly depth: number;
  /** Arena: the clock's readings between which it is in use, and where in the arena it begins (in numbers of its dtype). */
  first: number;
  last: number;
  place: number;
  /** Arena: whose place it takes if that is last read where this is first written, entry by entry. */
  inherits?: Buffer;
}

/** Element `index` lies at `offset + sum of index[axis] strides[axis] + sum of turn stride` in the buffer. */
export interface View {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly number[];
  /** Names of variables that hold a turn's number, each with its stride: an entry of a sequence. */
  readonly turns: readonly { readonly name: string; readonly stride: number }[];
}

/** A tensor's numbers: a view, or one number for all. */
export interface Value {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly view?: View;
  readonly constant?: number;
}

export function newBuffer(kind: Buffer["kind"], dtype: DType, size: number, depth: number, index = 0): Buffer {
  return { kind, dtype, size, index, depth, first: Number.POSITIVE_INFINITY, last: -1, place: 0 };
}

export function wholeOf(buffer: Buffer, shape: Shape): View {
  return { buffer, offset: 0, strides: rowMajor(shape), turns: [] };
}

export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Do the elements lie one after another? Strides of axes of length 1 do not matter. */
export function isContiguous({ strides }: View, shape: Shape): boolean {
  const expected = rowMajor(shape);
  return sizeOf(shape) === 0 || shape.every((length, axis) => length === 1 || strides[axis] === expected[axis]);
}

/** Do both name the same numbers in the same order? */
export function isSameView(a: View, b: View): boolean {
  return (
    a.buffer === b.buffer &&
    a.offset === b.offset &&
    a.strides.length === b.strides.length &&
    a.strides.every((stride, axis) => stride === b.strides[axis]) &&
    a.turns.length === b.turns.length &&
    a.turns.every(({ name, stride }, i) => name === b.turns[i].name && stride === b.turns[i].stride)
  );
}

export function broadcastView(view: View, shape: Shape, axes: readonly number[]): View {
  const strides = shape.map(() => 0);
  axes.forEach((axis, i) => {
    strides[axis] = view.strides[i];
  });
  return { ...view, strides };
}

export function transposeView(view: View, axes: readonly number[]): View {
  return { ...view, strides: axes.map((axis) => view.strides[axis]) };
}

export function sliceView(view: View, start: readonly number[]): View {
  return { ...view, offset: view.offset + start.reduce((sum, from, axis) => sum + from * view.strides[axis], 0) };
}

/** Windows overlap where they lie: the axes of their numbers and those of the places in them walk the same elements. */
export function windowsView(view: View, { axes, step }: Attributes): View {
  const steps = view.strides.map((stride, axis) =>
    axes!.includes(axis) ? stride * step![axes!.indexOf(axis)] : stride,
  );
  const behind = axes![axes!.length - 1] + 1;
  const places = axes!.map((axis) => view.strides[axis]);
  return { ...view, strides: [...steps.slice(0, behind), ...places, ...steps.slice(behind)] };
}

/** The same elements under another shape, where strides can express it. */
export function reshapeView(view: View, from: Shape, to: Shape): View | undefined {
  if (isContiguous(view, from)) return { ...view, strides: rowMajor(to) };
  // Axes of the old shape are split and joined in runs of equal size; a run may only be joined where its strides chain.
  const strides: number[] = [];
  let next = 0;
  for (let axis = 0; axis < to.length; ) {
    const [oldStart, newStart] = [next, axis];
    let oldSize = 1;
    let newSize = 1;
    do {
      if (oldSize <= newSize && next < from.length) oldSize *= from[next++];
      else if (axis < to.length) newSize *= to[axis++];
      else return undefined;
    } while (oldSize !== newSize || axis === newStart);
    // Trailing ones belong to the run, so that none is left over.
    while (next < from.length && from[next] === 1) next++;
    const run = joined(from.slice(oldStart, next), view.strides.slice(oldStart, next));
    if (run === undefined) return undefined;
    rowMajor(to.slice(newStart, axis)).forEach((stride) => strides.push(stride * run));
  }
  return { ...view, strides };
}

/** The stride of one axis that stands for several, where there is one. */
function joined(lengths: Shape, strides: readonly number[]): number | undefined {
  let stride: number | undefined;
  let expected = 0;
  for (let axis = lengths.length - 1; axis >= 0; axis--) {
    if (lengths[axis] === 1) continue;
    if (stride === undefined) stride = strides[axis];
    else if (strides[axis] !== expected) return undefined;
    expected = strides[axis] * lengths[axis];
  }
  return stride ?? 0;
}
