// Arrays that lie in others: the variables of draws are columns of one long table, read and written in place, a block at a time.

import { sizeOf, stridesOf } from "./variables.js";

/** The number at index i is `sign * data[offset + sum of i[axis] * strides[axis]]`. */
export interface View {
  readonly data: Float64Array;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly sign: 1 | -1;
}

/** Where a block of an array begins, and how far it goes along each axis. */
export interface Block {
  readonly start: readonly number[];
  readonly shape: readonly number[];
}

/** All of `data`, row-major. */
export function wholeView(data: Float64Array, shape: readonly number[], sign: 1 | -1 = 1): View {
  return { data, offset: 0, shape, strides: stridesOf(shape), sign };
}

/** The numbers of a block, row-major, written into the beginning of `out`, which is returned. */
export function gather(view: View, block: Block, out: Float64Array): Float64Array {
  const { data, sign } = view;
  let k = 0;
  // Hot: a pass over the numbers of every file that is written.
  eachRow(view, block, (at, length, stride) => {
    for (let i = 0; i < length; i++) out[k++] = sign * data[at + i * stride];
  });
  return out;
}

/** Puts numbers, row-major, into their places. */
export function scatter(view: View, block: Block, values: Float64Array): void {
  const { data, sign } = view;
  let k = 0;
  // Hot, as above.
  eachRow(view, block, (at, length, stride) => {
    for (let i = 0; i < length; i++) data[at + i * stride] = sign * values[k++];
  });
}

/** Blocks of at most `shape` that cover an array, row-major. */
export function* blocksOf(whole: readonly number[], shape: readonly number[]): Generator<Block & { at: number[] }> {
  const counts = whole.map((length, axis) => Math.ceil(length / shape[axis]));
  const total = sizeOf(counts);
  for (let k = 0; k < total; k++) {
    const at = new Array<number>(whole.length);
    for (let axis = whole.length - 1, rest = k; axis >= 0; axis--) {
      at[axis] = rest % counts[axis];
      rest = Math.floor(rest / counts[axis]);
    }
    const start = at.map((index, axis) => index * shape[axis]);
    yield { at, start, shape: start.map((from, axis) => Math.min(shape[axis], whole[axis] - from)) };
  }
}

/** Calls with where each innermost row of the block begins, how long it is, and the distance of its numbers. */
function eachRow(view: View, block: Block, row: (at: number, length: number, stride: number) => void): void {
  const { strides } = view;
  const last = block.shape.length - 1;
  const walk = (axis: number, at: number): void => {
    if (axis === last) row(at, block.shape[axis], strides[axis]);
    else for (let i = 0; i < block.shape[axis]; i++) walk(axis + 1, at + i * strides[axis]);
  };
  const begin = block.start.reduce((at, index, axis) => at + index * strides[axis], view.offset);
  if (last < 0) row(begin, 1, 1);
  else walk(0, begin);
}
