// Bounds of spaces as vectors, and what wrappers ask of a space.

import { refuse } from "../../arguments/index.js";
import { type BoxSpace, type Space, sizeOfSpace } from "./environment.js";

export interface Bounds {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** One lower and one upper bound for each number of a box. Throws where it gives neither one nor as many. */
export function boundsOf(where: string, space: BoxSpace): Bounds {
  const size = sizeOfSpace(space);
  const vector = (name: string, bound: number | readonly number[]): Float64Array => {
    if (typeof bound === "number") return new Float64Array(size).fill(bound);
    if (bound.length !== size) refuse(where, `the space's ${name}`, `one number or ${size}`, bound);
    return Float64Array.from(bound);
  };
  return { low: vector("low", space.low), high: vector("high", space.high) };
}

/** The space where it is a box; throws what the wrapper is for where it is not. */
export function boxOf(where: string, what: string, space: Space): BoxSpace {
  if (space.kind !== "box") {
    const got = space.kind === "discrete" ? `${space.count} choices` : space.kind;
    throw new RangeError(`${where}: the ${what} space must be a box, got ${got}`);
  }
  return space;
}
