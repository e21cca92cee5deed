// Effective sample size for the mean: of the draws themselves, so it needs a finite variance.

import { knownOptions } from "../arguments/index.js";
import { asChains } from "./chains.js";
import { effectiveSampleSize } from "./effective-sample-size.js";
import { split } from "./split.js";

/**
 * Effective sample size for the mean, from the split chains: what the Monte Carlo error of the mean is computed with.
 * NaN where the draws are constant, not finite, or fewer than 6 per chain.
 *
 * Vehtari et al. 2021, eq. 12; `ess_mean` of R's `posterior`.
 *
 * @example essMean([[1, 2, 3, 4, 5, 6]]) // 3
 */
export function essMean(chains: readonly ArrayLike<number>[]): number {
  return essMeanOf(asChains("essMean", chains));
}

export function essMeanOf(chains: readonly Float64Array[]): number {
  return effectiveSampleSize(split(chains));
}

/** The same with a choice: `split: false` takes each chain whole. `ess_basic` of R's `posterior`. */
export function essBasic(chains: readonly ArrayLike<number>[], options: { split?: boolean } = {}): number {
  knownOptions("essBasic", options, ["split"]);
  const numbers = asChains("essBasic", chains);
  return effectiveSampleSize((options.split ?? true) ? split(numbers) : numbers);
}
