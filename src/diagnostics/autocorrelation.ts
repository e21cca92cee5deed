// Autocorrelations of one sequence: autocovariances over the one at lag 0.

import { integerAtLeast } from "../arguments/index.js";
import { autocovarianceOf } from "./autocovariance.js";
import { asNumbers } from "./chains.js";

/**
 * The autocorrelations of `x` at lags 0 ... maxLag (by default, and at most, N - 1); all NaN where `x` is constant or
 * a value is not finite.
 *
 * @example autocorrelation([1, 2, 3, 4], 2) // [1, 0.25, -0.3]
 */
export function autocorrelation(x: ArrayLike<number>, maxLag?: number): Float64Array {
  const numbers = asNumbers("autocorrelation", "x", x);
  if (maxLag !== undefined) integerAtLeast("autocorrelation", "maxLag", maxLag, 0);
  const covariance = autocovarianceOf(numbers);
  const lags = Math.min(maxLag ?? numbers.length, numbers.length - 1) + 1;
  return covariance.slice(0, lags).map((c) => c / covariance[0]);
}
