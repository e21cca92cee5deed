// The mean of the middle half: less moved by a lucky or a lost run than the mean, and surer than the median of as many.

import { asNumbers } from "./chains.js";
import { mean } from "./moments.js";

/**
 * The mean of `x` (any order) without its lowest and its highest quarter, each rounded down to whole values, as SciPy's `trim_mean` and rliable do;
 * NaN where `x` is empty or holds a NaN. Agarwal, Schwarzer, Castro, Courville and Bellemare 2021, arXiv:2108.13264, section 4.3.
 *
 * @example interquartileMean([500, 9, 480, 490, 500]) // 490, the mean of 480, 490 and 500
 */
export function interquartileMean(x: ArrayLike<number>): number {
  return middleMean(Float64Array.from(asNumbers("interquartileMean", "x", x)));
}

/** The same, of numbers that may be sorted in place. */
export function middleMean(x: Float64Array): number {
  const cut = Math.floor(x.length / 4);
  x.sort();
  // NaN is sorted to the end, where it would be cut off unseen.
  if (Number.isNaN(x[x.length - 1])) return Number.NaN;
  return mean(x.subarray(cut, x.length - cut));
}
