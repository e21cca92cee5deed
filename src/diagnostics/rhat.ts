// R-hat that also sees differences in scale and does not need a finite variance: rank-normalised, split and folded.

import { asChains, pooled } from "./chains.js";
import { rankNormalize } from "./rank-normalize.js";
import { potentialScaleReduction } from "./rhat-basic.js";
import { split } from "./split.js";

/**
 * The larger of rank-normalised split R-hat and rank-normalised folded split R-hat. Near 1 where the chains agree;
 * do not use the draws above 1.01. NaN where the draws are constant, hold a NaN, or are fewer than 4 per chain.
 *
 * Vehtari et al. 2021, sections 4.1 and 4.2, eq. 14 and 15; `rhat` of R's `posterior`.
 *
 * @example rhat([[1, 2, 3, 4], [2, 1, 4, 3]]) // 1.6187
 */
export function rhat(chains: readonly ArrayLike<number>[]): number {
  const numbers = asChains("rhat", chains);
  const bulk = potentialScaleReduction(rankNormalize(split(numbers)));
  const tail = rhatFoldedOf(numbers);
  return Math.max(bulk, tail); // NaN where either is
}

/**
 * Rank-normalised split R-hat of the distances from the median alone, the half of `rhat` that sees chains of unequal width. NaN where
 * `rhat` is, but for draws whose distances from the median are all equal.
 *
 * Vehtari et al. 2021, section 4.2, eq. 15.
 *
 * @example rhatFolded([[1, -2, 2, -1], [9, -8, 8, -9]]) // 1.6187
 */
export function rhatFolded(chains: readonly ArrayLike<number>[]): number {
  return rhatFoldedOf(asChains("rhatFolded", chains));
}

function rhatFoldedOf(chains: readonly Float64Array[]): number {
  return potentialScaleReduction(rankNormalize(split(fold(chains))));
}

/** Distances from the median of all draws (eq. 15), taken before the split as in `posterior`, so that an odd N counts whole. */
export function fold(chains: readonly Float64Array[]): Float64Array[] {
  const median = sortedMedian(pooled(chains).sort());
  return chains.map((chain) => chain.map((x) => Math.abs(x - median)));
}

/** The median as (a + b) / 2: its last bit decides whether the two central distances tie, and with that R-hat's sixth digit. */
function sortedMedian(sorted: Float64Array): number {
  const S = sorted.length;
  if (S === 0 || Number.isNaN(sorted[S - 1])) return Number.NaN;
  const half = Math.floor(S / 2);
  return S % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
