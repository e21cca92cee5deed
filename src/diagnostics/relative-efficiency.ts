// How much of each observation's likelihoods is worth what independent draws would be: the length of its tail, and the errors, depend on it.

import { positiveNumber, refuse } from "../arguments/index.js";
import { effectiveSampleSize } from "./effective-sample-size.js";
import type { Turned } from "./log-likelihood.js";

/** One number for all observations, or one per observation; estimated where left out. */
export type RelativeEfficiency = number | ArrayLike<number>;

/**
 * Per observation: as given, or effective draws over draws of the likelihoods (from whole chains, as `relative_eff` of R's `loo`). 1 where that
 * has no value: chains shorter than 3 draws, or a likelihood that no draw changes.
 */
export function relativeEfficiencies(
  where: string,
  given: RelativeEfficiency | undefined,
  logLikelihood: Turned,
): Float64Array {
  const { observations } = logLikelihood;
  if (typeof given === "number") return new Float64Array(observations).fill(positiveNumber(where, "rEff", given));
  if (given !== undefined) {
    if (given?.length !== observations) refuse(where, "rEff", `a number, or ${observations} of them`, given);
    return Float64Array.from(given, (value, i) => positiveNumber(where, `rEff[${i}]`, value));
  }
  return Float64Array.from({ length: observations }, (_, i) => relativeEfficiency(logLikelihood, i));
}

function relativeEfficiency({ chains, draws, of }: Turned, observation: number): number {
  const values = of(observation);
  let most = Number.NEGATIVE_INFINITY;
  for (let s = 0; s < values.length; s++) most = Math.max(most, values[s]);
  // Divided by the largest: a likelihood has no unit here, and may be too small for a number.
  const likelihood = values.map((value) => Math.exp(value - most));
  const each = Array.from({ length: chains }, (_, m) => likelihood.subarray(m * draws, (m + 1) * draws));
  const ess = effectiveSampleSize(each);
  return Number.isNaN(ess) ? 1 : ess / values.length;
}
