// Bulk effective sample size: of the centre of the law, and defined even where the mean is not.

import { asChains } from "./chains.js";
import { effectiveSampleSize } from "./effective-sample-size.js";
import { rank, rankScores } from "./ranking.js";

/**
 * Effective sample size of the rank-normalised split chains. Trust R-hat and intervals from about 100 per chain.
 * NaN where the draws are constant, hold a NaN, or are fewer than 6 per chain.
 *
 * Vehtari et al. 2021, section 4.1; `ess_bulk` of R's `posterior`.
 *
 * @example essBulk([[1, 2, 3, 4, 5, 6]]) // 3: a chain that only climbs
 */
export function essBulk(chains: readonly ArrayLike<number>[]): number {
  return effectiveSampleSize(rankScores(rank(asChains("essBulk", chains))));
}
