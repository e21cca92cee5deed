// When a diagnostic has no value: the rule of R's `posterior` (`should_return_NA`).

/**
 * True where a draw is not finite, or where all draws of all chains are equal: a constant is either known exactly or a
 * chain that never moved, and the draws cannot tell which. The tolerance is absolute, as it is in `posterior`.
 */
export function isUndefined(chains: readonly Float64Array[]): boolean {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const chain of chains) {
    for (let n = 0; n < chain.length; n++) {
      const x = chain[n];
      if (!Number.isFinite(x)) return true;
      if (x < least) least = x;
      if (x > most) most = x;
    }
  }
  return isUndefinedRange(least, most);
}

/** The same, of the least and the greatest draw; NaN where there is none, or one is NaN. */
export function isUndefinedRange(least: number, most: number): boolean {
  return !(most - least >= Number.EPSILON && Number.isFinite(least) && Number.isFinite(most));
}
