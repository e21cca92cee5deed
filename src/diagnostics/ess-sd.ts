// Effective sample size for the standard deviation.

import { asChains, pooled } from "./chains.js";
import { essMeanOf } from "./ess-mean.js";
import { mean } from "./moments.js";

/**
 * Effective sample size for the standard deviation: that of the squared deviations from the pooled mean, whose mean the
 * variance is. R's `posterior` has this since 1.6.1; before, it took absolute deviations.
 * NaN where the draws are constant, not finite, or fewer than 6 per chain.
 *
 * @example essSd([[1, 2, 3, 4, 5, 7]]) // 3
 */
export function essSd(chains: readonly ArrayLike<number>[]): number {
  return essMeanOf(squaredDeviations(asChains("essSd", chains)));
}

/** (x - m)^2 with m the mean over all chains. */
export function squaredDeviations(chains: readonly Float64Array[]): Float64Array[] {
  const m = mean(pooled(chains));
  return chains.map((chain) => chain.map((x) => (x - m) ** 2));
}
