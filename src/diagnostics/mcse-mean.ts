// Monte Carlo standard error of the mean.

import { asChains, pooled } from "./chains.js";
import { essMeanOf } from "./ess-mean.js";
import { variance } from "./moments.js";

/**
 * Standard deviation of the pooled draws over the square root of the effective sample size for the mean; in the units
 * of the draws. NaN where that size is.
 *
 * Vehtari et al. 2021, eq. 5; `mcse_mean` of R's `posterior`.
 *
 * @example mcseMean([[1, 2, 3, 4, 5, 6]]) // 1.0801, sqrt(3.5 / 3)
 */
export function mcseMean(chains: readonly ArrayLike<number>[]): number {
  const numbers = asChains("mcseMean", chains);
  return Math.sqrt(variance(pooled(numbers)) / essMeanOf(numbers));
}
