// Monte Carlo standard error of the standard deviation.

import { asChains, pooled } from "./chains.js";
import { essMeanOf } from "./ess-mean.js";
import { squaredDeviations } from "./ess-sd.js";
import { mean } from "./moments.js";

/**
 * Monte Carlo standard error of the standard deviation, without assuming normal draws: the variance of a sample variance
 * (Kenney and Keeping 1951) with the effective sample size of the squared deviations, and the delta method for its root.
 * In the units of the draws; NaN where that size is. `mcse_sd` of R's `posterior`.
 *
 * @example mcseSd([[1, 2, 3, 4, 5, 7]]) // 0.5805
 */
export function mcseSd(chains: readonly ArrayLike<number>[]): number {
  const squares = squaredDeviations(asChains("mcseSd", chains));
  const all = pooled(squares);
  const secondMoment = mean(all);
  const fourthMoment = mean(all.map((square) => square * square));
  const varianceOfVariance = (fourthMoment - secondMoment ** 2) / essMeanOf(squares);
  return Math.sqrt(varianceOfVariance / secondMoment / 4);
}
