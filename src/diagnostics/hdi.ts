// Highest-density interval: the narrowest that holds the given share of the draws. One interval, so of one mode.

import { openUnit } from "../arguments/index.js";
import { asNumbers } from "./chains.js";

/**
 * The narrowest interval [x_(i), x_(i+k)] of the sorted draws with k = floor(probability S), the lowest of equals;
 * 0 < probability < 1. NaN twice where `x` is empty or holds a NaN. Chen and Shao 1999.
 *
 * @example hdi([0, 5, 6, 7, 20], 0.5) // [5, 7]
 */
export function hdi(x: ArrayLike<number>, probability: number): [number, number] {
  openUnit("hdi", "probability", probability);
  return hdiOfSorted(Float64Array.from(asNumbers("hdi", "x", x)).sort(), probability);
}

export function hdiOfSorted(sorted: Float64Array, probability: number): [number, number] {
  const S = sorted.length;
  if (S === 0 || Number.isNaN(sorted[S - 1])) return [Number.NaN, Number.NaN];
  const k = Math.floor(probability * S);
  let best = 0;
  for (let i = 1; i + k < S; i++) {
    if (sorted[i + k] - sorted[i] < sorted[best + k] - sorted[best]) best = i;
  }
  return [sorted[best], sorted[best + k]];
}
