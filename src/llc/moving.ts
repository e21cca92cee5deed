// Which parameters move: all, or those of a mask (weight-refined coefficients, Wang et al. 2024, arXiv:2410.02984). The others stay at
// the centre, so that a chain has as many coordinates as there are parameters that move.

import { refuse } from "../arguments/index.js";

/**
 * Parameters by index, by name or by the name of their block (`"layer 1 weight"` of a network stands for all `layer 1 weight[i,j]`), or a
 * function that says of each whether it moves.
 */
export type Mask = readonly (number | string)[] | ((name: string, index: number) => boolean);

/** The indices of the parameters that move, ascending. Throws where one does not exist, or none is left. */
export function movingOf(where: string, mask: Mask, names: readonly string[]): Uint32Array {
  const moves = new Uint8Array(names.length);
  if (typeof mask === "function") {
    names.forEach((name, i) => {
      moves[i] = mask(name, i) ? 1 : 0;
    });
  } else {
    if (!Array.isArray(mask)) refuse(where, "mask", "names and indices of parameters, or a function", mask);
    for (const entry of mask) {
      const indices = typeof entry === "string" ? named(entry, names) : [entry];
      const known = indices.length > 0 && indices.every((i) => Number.isInteger(i) && i >= 0 && i < names.length);
      if (!known) refuse(where, "mask", `of parameters below ${names.length}, their names or those of blocks`, entry);
      for (const i of indices) moves[i] = 1;
    }
  }
  const indices = Uint32Array.from([...moves.keys()].filter((i) => moves[i] === 1));
  if (indices.length === 0) throw new RangeError(`${where}: mask must leave at least one parameter that moves`);
  return indices;
}

function named(entry: string, names: readonly string[]): number[] {
  return [...names.keys()].filter((i) => names[i] === entry || names[i].startsWith(`${entry}[`));
}

/** Between the parameters that move and all of them. */
export interface Embedding {
  readonly dim: number;
  readonly names: readonly string[];
  /** All parameters: the moving ones from `q`, the others from the centre. The array is reused by the next call. */
  all(q: Float64Array): Float64Array;
  /** Writes the moving parameters of `w`. */
  pick(w: Float64Array, q: Float64Array): void;
}

/** `moving` undefined stands for all: nothing is copied then. */
export function embedding(center: Float64Array, names: readonly string[], moving: Uint32Array | undefined): Embedding {
  if (moving === undefined) return { dim: center.length, names, all: (q) => q, pick: (w, q) => q.set(w) };
  const whole = center.slice();
  return {
    dim: moving.length,
    names: Array.from(moving, (i) => names[i]),
    all(q) {
      for (let k = 0; k < moving.length; k++) whole[moving[k]] = q[k];
      return whole;
    },
    pick(w, q) {
      for (let k = 0; k < moving.length; k++) q[k] = w[moving[k]];
    },
  };
}
