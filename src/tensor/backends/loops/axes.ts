// Loop nests over a shape that walk several views at once: axes that all views walk alike are one loop.

import type { Shape } from "../../graph.js";

export interface Nest {
  readonly lengths: readonly number[];
  /** Per walk, per loop. */
  readonly strides: readonly (readonly number[])[];
}

/** As few loops as all walks allow; axes of length 1 are gone. */
export function mergeAxes(shape: Shape, walks: readonly { readonly strides: readonly number[] }[]): Nest {
  const lengths: number[] = [];
  const strides: number[][] = walks.map(() => []);
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const last = lengths.length - 1;
    const chains = last >= 0 && walks.every((each, k) => strides[k][last] === each.strides[axis] * length);
    if (chains) lengths[last] *= length;
    else lengths.push(length);
    walks.forEach((each, k) => {
      strides[k][lengths.length - 1] = each.strides[axis];
    });
  });
  return { lengths, strides };
}
