// Rank normalisation: draws become the normal scores of their ranks over all chains, so that what is computed of them
// exists whatever the tails (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021).

import { pooled } from "./chains.js";
import { inverseNormal } from "./inverse-normal.js";

/** Normal scores of the pooled ranks, chains as they came; NaN where a draw is NaN. */
export function rankNormalize(chains: readonly Float64Array[]): Float64Array[] {
  const sorted = pooled(chains).sort();
  const s = sorted.length;
  return chains.map((chain) =>
    chain.map((x) => {
      if (Number.isNaN(x)) return Number.NaN;
      // Ties share their average rank. A typed array sorts NaN last, where no search for a number ends.
      const rank = (countBelow(sorted, x, false) + countBelow(sorted, x, true) + 1) / 2;
      // Vehtari et al. 2021, eq. 14, with Blom's offset 3/8; the paper prints S - 1/4, `posterior` and Blom have S + 1/4.
      return inverseNormal((rank - 3 / 8) / (s + 1 / 4));
    }),
  );
}

/** How many of the sorted values are less than `x`, or at most `x`, by bisection. */
function countBelow(sorted: Float64Array, x: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle];
    if (value < x || (orEqual && value === x)) low = middle + 1;
    else high = middle;
  }
  return low;
}
