// Effective sample size for a quantile: that of the indicator "at most the quantile", whose mean is the probability.

import { closedUnit } from "../arguments/index.js";
import { asChains } from "./chains.js";
import { effectiveSampleSize } from "./effective-sample-size.js";
import { isUndefinedRange } from "./is-undefined.js";
import { sortedQuantile } from "./quantile.js";
import { indicators, type Ranking, rank } from "./ranking.js";

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
  return essQuantileOf(rank(asChains("essQuantile", chains)), p);
}

/** Effective sample size for the median: `essQuantile` at 1/2. */
export function essMedian(chains: readonly ArrayLike<number>[]): number {
  return essQuantileOf(rank(asChains("essMedian", chains)), 0.5);
}

export function essQuantileOf(ranking: Ranking, p: number): number {
  const { sorted } = ranking;
  if (isUndefinedRange(sorted[0], sorted[sorted.length - 1])) return Number.NaN;
  // At p = 1 the indicator would be constant; `posterior` steps half a draw back.
  const q = sortedQuantile(sorted, p === 1 ? (sorted.length - 0.5) / sorted.length : p);
  return effectiveSampleSize(indicators(ranking, q));
}
