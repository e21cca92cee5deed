// Tail effective sample size: of the outer quantiles, which often mix worse than the centre.

import { asChains } from "./chains.js";
import { essQuantileOf } from "./ess-quantile.js";
import { type Ranking, rank } from "./ranking.js";

/**
 * The smaller of the effective sample sizes for the 5 % and the 95 % quantile. NaN where either is.
 *
 * Vehtari et al. 2021, section 4.3; `ess_tail` of R's `posterior`.
 *
 * @example essTail([[1, 2, 3, 4, 5, 6]]) // 3
 */
export function essTail(chains: readonly ArrayLike<number>[]): number {
  return essTailOf(rank(asChains("essTail", chains)));
}

export function essTailOf(ranking: Ranking): number {
  return Math.min(essQuantileOf(ranking, 0.05), essQuantileOf(ranking, 0.95));
}
