// R-hat that also sees differences in scale and does not need a finite variance: rank-normalised, split and folded.

import { asChains } from "./chains.js";
import { foldedScores, rank, rankScores } from "./ranking.js";
import { potentialScaleReduction } from "./rhat-basic.js";

/**
 * The larger of rank-normalised split R-hat and rank-normalised folded split R-hat. Near 1 where the chains agree;
 * do not use the draws above 1.01. NaN where the draws are constant, hold a NaN, or are fewer than 4 per chain.
 *
 * Vehtari et al. 2021, sections 4.1 and 4.2, eq. 14 and 15; `rhat` of R's `posterior`.
 *
 * @example rhat([[1, 2, 3, 4], [2, 1, 4, 3]]) // 1.6187
 */
export function rhat(chains: readonly ArrayLike<number>[]): number {
  const ranking = rank(asChains("rhat", chains));
  const bulk = potentialScaleReduction(rankScores(ranking));
  const tail = potentialScaleReduction(foldedScores(ranking));
  return Math.max(bulk, tail); // NaN where either is
}

/**
 * Rank-normalised split R-hat of the distances from the median alone, the half of `rhat` that sees chains of unequal width. NaN where
 * `rhat` is, but for draws whose distances from the median are all equal.
 *
 * Vehtari et al. 2021, section 4.2, eq. 15; the fold is before the split as in `posterior`, so that an odd N counts whole.
 *
 * @example rhatFolded([[1, -2, 2, -1], [9, -8, 8, -9]]) // 1.6187
 */
export function rhatFolded(chains: readonly ArrayLike<number>[]): number {
  return potentialScaleReduction(foldedScores(rank(asChains("rhatFolded", chains))));
}
