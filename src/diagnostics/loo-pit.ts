// Whether predictions are calibrated: where each observation lies in its predictive distribution given all the others.

import { closedUnit, knownOptions, refuse } from "../arguments/index.js";
import { asNumbers } from "./chains.js";
import { type PerDraw, turned } from "./log-likelihood.js";
import type { LooOptions } from "./loo.js";
import { psisOf } from "./psis.js";
import { relativeEfficiencies } from "./relative-efficiency.js";

export interface LooPitOptions extends LooOptions {
  /**
   * Of the weight of replicates equal to the observation, how much counts as below it: 1 where nothing is said, as in `rstantools`. For
   * discrete data give one uniform number per observation, which makes the result uniform (Czado, Gneiting and Held 2009).
   */
  readonly ties?: number | ArrayLike<number>;
}

/**
 * Leave-one-out probability integral transforms: per observation, the PSIS weight of the replicates that are not above it. Uniform on [0, 1]
 * where the model is right; give them to `uniformity`. `y`: the observations; `replicated` and `logLikelihood`: `[chain][draw][observation]`,
 * a replicate of each observation drawn from the likelihood of each draw, and its log-likelihood. NaN where the observation, a replicate or a
 * log-likelihood of it is NaN.
 *
 * Gelfand, Dey and Chang 1992; Vehtari, Gelman and Gabry 2017; `loo_pit` of R's `rstantools`.
 *
 * @example looPit([0.5], [[[0], [1], [2], [3]]], [[[-1], [-1], [-1], [-1]]]) // [0.25]
 */
export function looPit(
  y: ArrayLike<number>,
  replicated: PerDraw,
  logLikelihood: PerDraw,
  options: LooPitOptions = {},
): Float64Array {
  knownOptions("looPit", options, ["rEff", "ties"]);
  const densities = turned("looPit", "logLikelihood", logLikelihood);
  const replicates = turned("looPit", "replicated", replicated);
  const observed = asNumbers("looPit", "y", y);
  const { chains, draws, observations: n } = densities;
  if (observed.length !== n) refuse("looPit", "y", `${n} numbers, one per observation`, y);
  if (replicates.chains !== chains || replicates.draws !== draws || replicates.observations !== n) {
    const shape = [replicates.chains, replicates.draws, replicates.observations].join(", ");
    throw new RangeError(
      `looPit: replicated must have the shape of logLikelihood, [${chains}, ${draws}, ${n}], got [${shape}]`,
    );
  }
  const rEff = relativeEfficiencies("looPit", options.rEff, densities);
  const ties = sharesOf(options.ties ?? 1, n);
  return observed.map((value, i) => {
    const draw = replicates.of(i);
    if (Number.isNaN(value) || draw.some(Number.isNaN)) return Number.NaN;
    const { logWeights } = psisOf(
      densities.of(i).map((density) => -density),
      rEff[i],
    );
    let sum = 0;
    for (let s = 0; s < draw.length; s++) {
      if (draw[s] <= value) sum += Math.exp(logWeights[s]) * (draw[s] < value ? 1 : ties[i]);
    }
    return Math.min(sum, 1); // weights sum to 1 but for rounding
  });
}

function sharesOf(ties: number | ArrayLike<number>, n: number): Float64Array {
  if (typeof ties === "number") return new Float64Array(n).fill(closedUnit("looPit", "ties", ties));
  if (ties?.length !== n) refuse("looPit", "ties", `a number, or ${n} of them`, ties);
  return Float64Array.from(ties, (share, i) => closedUnit("looPit", `ties[${i}]`, share));
}
