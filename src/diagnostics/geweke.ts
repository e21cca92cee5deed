// Geweke's diagnostic: whether the beginning of a chain has the mean of its end.

import { knownOptions, openUnit } from "../arguments/index.js";
import { asNumbers } from "./chains.js";
import { mean } from "./moments.js";
import { spectrumAtZero } from "./spectrum-at-zero.js";

export interface GewekeOptions {
  /** Share of the draws that are the beginning; 0.1 where nothing is said. */
  readonly first?: number;
  /** Share of the draws that are the end; 0.5 where nothing is said. */
  readonly last?: number;
}

/**
 * The difference between the means of the first tenth and the last half of one chain, over its standard error: about standard normal
 * where the chain is stationary, far from zero where it still drifts. NaN where the draws are constant, not finite, or too few.
 * Throws a RangeError where the two parts overlap.
 *
 * Geweke 1992, "Evaluating the accuracy of sampling-based approaches to the calculation of posterior moments"; `geweke.diag` of R's `coda`.
 *
 * @example geweke([3, 1, 2, 3, 1, 2, 1, 3, 2, 2], { first: 0.4 }) // 0.4789
 */
export function geweke(x: ArrayLike<number>, options: GewekeOptions = {}): number {
  const { first = 0.1, last = 0.5 } = options;
  knownOptions("geweke", options, ["first", "last"]);
  openUnit("geweke", "first", first);
  openUnit("geweke", "last", last);
  if (first + last > 1) throw new RangeError(`geweke: first and last must not overlap, got ${first} and ${last}`);
  const draws = asNumbers("geweke", "x", x);
  const N = draws.length;
  // As `coda` rounds: where a share is a whole number of draws, the last bit of these expressions decides.
  const beginning = draws.subarray(0, Math.ceil(1 + first * (N - 1)));
  const ending = draws.subarray(Math.max(0, Math.floor(N - last * (N - 1)) - 1));
  const squaredError = (part: Float64Array): number => spectrumAtZero(part) / part.length;
  return (mean(beginning) - mean(ending)) / Math.sqrt(squaredError(beginning) + squaredError(ending));
}
