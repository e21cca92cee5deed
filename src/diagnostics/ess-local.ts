// Local effective sample size: how well the probability of a stretch of the law is known.

import { closedUnit } from "../arguments/index.js";
import { asChains, pooled } from "./chains.js";
import { effectiveSampleSize } from "./effective-sample-size.js";
import { isUndefined } from "./is-undefined.js";
import { sortedQuantile } from "./quantile.js";
import { split } from "./split.js";

/**
 * Effective sample size for the probability of the stretch between the `a`- and the `b`-quantile, 0 <= a < b <= 1: that of the
 * indicator "in the stretch, its ends included", from the split chains. Small where chains stick or never come.
 * NaN where the draws are constant, not finite, fewer than 6 per chain, or all in the stretch. Throws a RangeError where a >= b.
 *
 * Vehtari et al. 2021, section 4.3.
 *
 * @example essLocal([[1, 2, 3, 4, 5, 6]], 0, 0.5) // 3
 */
export function essLocal(chains: readonly ArrayLike<number>[], a: number, b: number): number {
  closedUnit("essLocal", "a", a);
  closedUnit("essLocal", "b", b);
  if (a >= b) throw new RangeError(`essLocal: a must be less than b, got ${a} and ${b}`);
  const numbers = asChains("essLocal", chains);
  if (isUndefined(numbers)) return Number.NaN;
  const sorted = pooled(numbers).sort();
  const low = sortedQuantile(sorted, a);
  const high = sortedQuantile(sorted, b);
  return effectiveSampleSize(split(numbers.map((chain) => chain.map((x) => (x >= low && x <= high ? 1 : 0)))));
}
