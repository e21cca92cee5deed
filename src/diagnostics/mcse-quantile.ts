// Monte Carlo standard error of a quantile: half the distance between the draws one standard error below and above it.

import { closedUnit } from "../arguments/index.js";
import { asChains } from "./chains.js";
import { essQuantileOf } from "./ess-quantile.js";
import { inverseIncompleteBeta } from "./inverse-incomplete-beta.js";
import { rank } from "./ranking.js";

/**
 * Monte Carlo standard error of the `p`-quantile, 0 <= p <= 1, in the units of the draws; NaN where `essQuantile` is.
 *
 * Vehtari et al. 2021, section 4.4; `mcse_quantile` of R's `posterior`.
 *
 * @example mcseQuantile([[1, 2, 3, 4, 5, 6]], 0.5) // 2
 */
export function mcseQuantile(chains: readonly ArrayLike<number>[], p: number): number {
  closedUnit("mcseQuantile", "p", p);
  return mcseQuantileOf(asChains("mcseQuantile", chains), p);
}

/** Monte Carlo standard error of the median: `mcseQuantile` at 1/2. */
export function mcseMedian(chains: readonly ArrayLike<number>[]): number {
  return mcseQuantileOf(asChains("mcseMedian", chains), 0.5);
}

// Phi(-1) and Phi(1), with the digits that `posterior` gives them.
const ONE_SD_BELOW = 0.1586553;
const ONE_SD_ABOVE = 0.8413447;

function mcseQuantileOf(chains: readonly Float64Array[], p: number): number {
  const ranking = rank(chains);
  const { sorted } = ranking;
  const ess = essQuantileOf(ranking, p);
  if (Number.isNaN(ess)) return Number.NaN;
  // The probability of "at most the quantile", given that `ess` independent draws had it p of the time.
  const a = ess * p + 1;
  const b = ess * (1 - p) + 1;
  const S = sorted.length;
  const below = Math.max(Math.floor(inverseIncompleteBeta(ONE_SD_BELOW, a, b) * S), 1);
  const above = Math.min(Math.ceil(inverseIncompleteBeta(ONE_SD_ABOVE, a, b) * S), S);
  return (sorted[above - 1] - sorted[below - 1]) / 2; // ranks count from 1
}
