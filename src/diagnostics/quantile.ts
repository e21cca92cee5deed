// The empirical quantile that R calls type 7: linear between the order statistics, (n - 1) p steps up from the smallest.

import { quantileSorted } from "simple-statistics";
import { closedUnit } from "../arguments/index.js";
import { asNumbers } from "./chains.js";

/**
 * The `p`-quantile of `x` (any order), 0 <= p <= 1; NaN where `x` is empty or holds a NaN. Hyndman and Fan 1996, type 7.
 *
 * @example quantile([4, 1, 3, 2], 0.25) // 1.75
 */
export function quantile(x: ArrayLike<number>, p: number): number {
  closedUnit("quantile", "p", p);
  return sortedQuantile(Float64Array.from(asNumbers("quantile", "x", x)).sort(), p);
}

/** The same of values that are sorted already, as a typed array sorts them: NaN last. */
export function sortedQuantile(sorted: Float64Array, p: number): number {
  const last = sorted.length - 1;
  if (last < 0 || Number.isNaN(sorted[last])) return Number.NaN;
  const low = sorted[Math.floor(last * p)];
  const high = sorted[Math.ceil(last * p)];
  if (low === high) return low;
  // Infinities, and neighbours farther apart than a double can say.
  if (!Number.isFinite(high - low)) return (1 - ((last * p) % 1)) * low + ((last * p) % 1) * high;
  return quantileSorted(sorted as ArrayLike<number> as readonly number[], p); // it reads elements and a length, no more
}
