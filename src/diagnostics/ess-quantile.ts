// Effective sample size for a quantile: that of the indicator "at most the quantile", whose mean is the probability.

import { closedUnit } from "../arguments/index.js";
import { asChains, pooled } from "./chains.js";
import { effectiveSampleSize } from "./effective-sample-size.js";
import { isUndefined } from "./is-undefined.js";
import { sortedQuantile } from "./quantile.js";
import { split } from "./split.js";

/**
 * Effective sample size for the `p`-quantile, 0 <= p <= 1. NaN where the draws are constant, not finite, fewer than
 * 6 per chain, or none above the quantile.
 *
 * Vehtari et al. 2021, section 4.3; `ess_quantile` of R's `posterior`.
 *
 * @example essQuantile([[1, 2, 3, 4, 5, 6]], 0.5) // 3
 */
export function essQuantile(chains: readonly ArrayLike<number>[], p: number): number {
  closedUnit("essQuantile", "p", p);
  const numbers = asChains("essQuantile", chains);
  return essQuantileOf(numbers, pooled(numbers).sort(), p);
}

/** Effective sample size for the median: `essQuantile` at 1/2. */
export function essMedian(chains: readonly ArrayLike<number>[]): number {
  const numbers = asChains("essMedian", chains);
  return essQuantileOf(numbers, pooled(numbers).sort(), 0.5);
}

/** `sorted` are all draws in order. */
export function essQuantileOf(chains: readonly Float64Array[], sorted: Float64Array, p: number): number {
  if (isUndefined(chains)) return Number.NaN;
  // At p = 1 the indicator would be constant; `posterior` steps half a draw back.
  const q = sortedQuantile(sorted, p === 1 ? (sorted.length - 0.5) / sorted.length : p);
  return effectiveSampleSize(split(chains.map((chain) => chain.map((x) => (x <= q ? 1 : 0)))));
}
