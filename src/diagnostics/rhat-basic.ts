// R-hat in its basic form: how much wider all chains together are than each by itself.

import { knownOptions } from "../arguments/index.js";
import { asChains } from "./chains.js";
import { isUndefined } from "./is-undefined.js";
import { mean, variance } from "./moments.js";
import { split } from "./split.js";

/**
 * R-hat of the draws themselves, from split chains unless `split: false`. Blind to differences in scale and to heavy
 * tails: prefer `rhat`. NaN where the draws are constant, not finite, or too few.
 *
 * Gelman et al. 2013; Vehtari et al. 2021, eq. 1 to 4; `rhat_basic` of R's `posterior`.
 *
 * @example rhatBasic([[1, 2, 3, 4]]) // 2.1213
 */
export function rhatBasic(chains: readonly ArrayLike<number>[], options: { split?: boolean } = {}): number {
  knownOptions("rhatBasic", options, ["split"]);
  const numbers = asChains("rhatBasic", chains);
  return potentialScaleReduction((options.split ?? true) ? split(numbers) : numbers);
}

/**
 * `rhatBasic` of split chains: Gelman's split R-hat, neither ranked nor folded.
 *
 * @example rhatSplit([[1, 2, 3, 4]]) // 2.1213
 */
export function rhatSplit(chains: readonly ArrayLike<number>[]): number {
  return potentialScaleReduction(split(asChains("rhatSplit", chains)));
}

/** R-hat of the chains as they are, split or transformed before. */
export function potentialScaleReduction(chains: readonly Float64Array[]): number {
  if (isUndefined(chains)) return Number.NaN;
  const N = chains[0].length;
  const B = N * variance(Float64Array.from(chains, mean)); // eq. 1
  const W = mean(Float64Array.from(chains, variance)); // eq. 2
  return Math.sqrt((B / W + N - 1) / N); // eq. 3 and 4
}
