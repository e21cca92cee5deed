// Rank normalisation: draws become the normal scores of their ranks over all chains, so that what is computed of them
// exists whatever the tails (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021).

import { pooled } from "./chains.js";
import { inverseNormal } from "./inverse-normal.js";

/** Normal scores of the pooled ranks, chains as they came; NaN where a draw is NaN. */
export function rankNormalize(chains: readonly Float64Array[]): Float64Array[] {
  const sorted = pooled(chains).sort();
  const scores = normalScores(sorted);
  // Bisection in the sorted values costs less than sorting indices by a comparison function.
  return chains.map((chain) => chain.map((x) => (Number.isNaN(x) ? Number.NaN : scores[firstIndex(sorted, x)])));
}

/** The score of each group of equal values, at the group's first index. */
function normalScores(sorted: Float64Array): Float64Array {
  const S = sorted.length;
  const scores = new Float64Array(S);
  for (let first = 0, next = 0; first < S; first = next) {
    next = first + 1;
    while (next < S && sorted[next] === sorted[first]) next++;
    const rank = (first + 1 + next) / 2; // ties share their average rank; ranks count from 1
    // Vehtari et al. 2021, eq. 14, with Blom's offset 3/8. The paper prints S - 1/4; Blom and `posterior` have S + 1/4.
    scores[first] = inverseNormal((rank - 3 / 8) / (S + 1 / 4));
  }
  return scores;
}

/** How many of the sorted values are less than `x`: the index of the first that equals it. NaN is sorted last. */
function firstIndex(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
