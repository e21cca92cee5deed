// Which stretch of a coordinate a histogram or a density shows: all draws, unless a few lie so far out that nothing else would be seen.

import { sortedQuantile } from "../diagnostics/quantile.js";
import { padded } from "./plain.js";
import { finiteDraws } from "./pooled.js";

/** Interquartile ranges beyond the quartiles; of a Gaussian that is more than eight standard deviations. */
const reach = 6;
/** No more than this part of the draws is cut at either end. */
const tail = 0.01;

export interface ShownRange {
  /** Of at least some length. */
  range: [number, number];
  /** Share of the finite draws outside. */
  beyond: number;
  /** The finite draws of all chains, smallest first. */
  sorted: Float64Array;
}

/** From the least to the greatest draw, cut six interquartile ranges beyond the quartiles, or further out. Draws that are not finite do not count. */
export function shownRange(chains: readonly ArrayLike<number>[]): ShownRange {
  const sorted = finiteDraws(chains);
  if (sorted.length === 0) return { range: [0, 1], beyond: 0, sorted };
  const [least, greatest] = [sorted[0], sorted[sorted.length - 1]];
  const [q1, q3] = [sortedQuantile(sorted, 0.25), sortedQuantile(sorted, 0.75)];
  const far = q3 > q1 ? reach * (q3 - q1) : Number.POSITIVE_INFINITY;
  const [low, high] = [
    Math.max(least, Math.min(q1 - far, sortedQuantile(sorted, tail))),
    Math.min(greatest, Math.max(q3 + far, sortedQuantile(sorted, 1 - tail))),
  ];
  const outside = sorted.reduce((count, value) => count + (value < low || value > high ? 1 : 0), 0);
  return { range: high > low ? [low, high] : padded([low, high]), beyond: outside / sorted.length, sorted };
}
