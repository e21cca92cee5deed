// Energies that are sums over coordinates, whole or within a box: their laws are products, known by quadrature on the line.

import { integerAtLeast } from "../arguments/index.js";
import type { Tensor } from "../tensor/index.js";
import { type Box, clipped, edgesWithin, readBox } from "./box.js";
import type { Energy } from "./energy.js";
import { independent, lineLaw } from "./line-law.js";
import { energy } from "./traced.js";

export interface Separable {
  readonly dim: number;
  readonly box: Box | undefined;
  /** U on a tensor of coordinates, and on a number. */
  readonly expression: (q: Tensor) => Tensor;
  readonly potential: (x: number) => number;
  /** A distance from 0 beyond which U exceeds its least value in the interval by 75 or more. */
  readonly reach: (interval: readonly [number, number]) => number;
  /** Where U has minima between two ends. */
  readonly minima: (ends: readonly [number, number]) => readonly number[];
}

/** The energy of a sum over coordinates of one function that is even. */
export function separable(where: string, { dim, box, expression, potential, reach, minima }: Separable): Energy {
  integerAtLeast(where, "dim", dim, 1);
  const intervals = box === undefined ? undefined : readBox(where, dim, box);
  const lawOn = (interval: readonly [number, number]) => {
    const ends = clipped(interval, reach(interval));
    return lineLaw(potential, edgesWithin(ends, [0, ...minima(ends)]));
  };
  if (intervals === undefined) {
    const law = lawOn([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    const facts = independent(new Array<typeof law>(dim).fill(law));
    // U is even.
    return energy(dim, expression, { exact: { ...facts, mean: new Array<number>(dim).fill(0) } });
  }
  const [lower, upper] = [0, 1].map((end) => intervals.map((interval) => interval[end]));
  // Equal intervals, the usual case, share a law.
  const laws = new Map<string, ReturnType<typeof lawOn>>();
  const lawOf = (interval: [number, number]): ReturnType<typeof lawOn> => {
    const key = interval.join();
    const law = laws.get(key) ?? lawOn(interval);
    laws.set(key, law);
    return law;
  };
  return energy(dim, expression, { constraints: { lower, upper }, exact: independent(intervals.map(lawOf)) });
}
