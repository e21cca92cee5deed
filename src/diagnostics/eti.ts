// Equal-tailed interval: as much probability below it as above.

import { openUnit } from "../arguments/index.js";
import { asNumbers } from "./chains.js";
import { sortedQuantile } from "./quantile.js";

/**
 * The interval between the (1 - probability)/2 and (1 + probability)/2 quantiles (type 7) of `x`, 0 < probability < 1.
 * NaN twice where `x` is empty or holds a NaN.
 *
 * @example eti([0, 1, 2, 3, 4], 0.5) // [1, 3]
 */
export function eti(x: ArrayLike<number>, probability: number): [number, number] {
  openUnit("eti", "probability", probability);
  return etiOfSorted(Float64Array.from(asNumbers("eti", "x", x)).sort(), probability);
}

export function etiOfSorted(sorted: Float64Array, probability: number): [number, number] {
  return [sortedQuantile(sorted, (1 - probability) / 2), sortedQuantile(sorted, (1 + probability) / 2)];
}
