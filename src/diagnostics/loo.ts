// Leave-one-out cross-validation without refitting, by Pareto smoothed importance sampling (Vehtari, Gelman and Gabry 2017, "Practical
// Bayesian model evaluation using leave-one-out cross-validation and WAIC").

import { knownOptions } from "../arguments/index.js";
import { inverseNormal } from "./inverse-normal.js";
import { khatThreshold } from "./khat-threshold.js";
import { type PerDraw, turned } from "./log-likelihood.js";
import { logSumExp } from "./log-sum-exp.js";
import { variance } from "./moments.js";
import { psisOf } from "./psis.js";
import { type RelativeEfficiency, relativeEfficiencies } from "./relative-efficiency.js";
import { totalOf } from "./total.js";

export interface LooOptions {
  /** Relative efficiency of the draws of the likelihoods, one for all observations or one each; estimated from the chains where nothing is said. */
  readonly rEff?: RelativeEfficiency;
}

export interface Loo {
  /** Expected log pointwise predictive density for new data, in nats: the sum over observations. The information criterion LOOIC is -2 times it. */
  readonly elpd: number;
  /** Standard error of `elpd` over data, not of the computation. */
  readonly se: number;
  /** Effective number of parameters. */
  readonly p: number;
  readonly pSe: number;
  /** Monte-Carlo standard error of `elpd`; NaN where a k-hat is above the threshold, since it cannot be known then. */
  readonly mcse: number;
  /** Per observation: how much the posterior without it differs. Above `khatThreshold` its elpd is not to be relied on. */
  readonly khat: Float64Array;
  readonly khatThreshold: number;
  /** Per observation. */
  readonly pointwise: {
    readonly elpd: Float64Array;
    readonly p: Float64Array;
    readonly mcse: Float64Array;
    /** Effective sample size of the weights. */
    readonly ess: Float64Array;
  };
}

/**
 * PSIS-LOO of pointwise log-likelihoods `[chain][draw][observation]`. An observation with a NaN or infinite log-likelihood is NaN, and with
 * it the sums; with fewer than 21 draws no tail can be fitted and every k-hat is infinite.
 *
 * Vehtari, Gelman and Gabry 2017, section 2; `loo` of R's `loo`, whose threshold was always 0.7 before 2.7.
 *
 * @example loo([[[-1, -2], [-1, -2]]]).elpd // -3
 */
export function loo(logLikelihood: PerDraw, options: LooOptions = {}): Loo {
  knownOptions("loo", options, ["rEff"]);
  const table = turned("loo", "logLikelihood", logLikelihood);
  const rEff = relativeEfficiencies("loo", options.rEff, table);
  const n = table.observations;
  const S = table.chains * table.draws;
  const pointwise = {
    elpd: new Float64Array(n),
    p: new Float64Array(n),
    mcse: new Float64Array(n),
    ess: new Float64Array(n),
  };
  const khat = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const values = table.of(i);
    const smoothed = psisOf(
      values.map((value) => -value),
      rEff[i],
    );
    const { logWeights } = smoothed;
    const elpd = logSumExp(values.map((value, s) => value + logWeights[s]));
    khat[i] = Number.isNaN(elpd) ? Number.NaN : smoothed.khat;
    pointwise.elpd[i] = elpd;
    pointwise.p[i] = logSumExp(values) - Math.log(S) - elpd;
    pointwise.mcse[i] = monteCarloError(values, logWeights, elpd) / Math.sqrt(rEff[i]);
    pointwise.ess[i] = Number.isNaN(elpd) ? Number.NaN : smoothed.ess;
  }
  const threshold = S > 1 ? khatThreshold(S) : 0;
  const mcse = Math.sqrt(pointwise.mcse.reduce((sum, error) => sum + error * error, 0));
  const reliable = khat.every((k) => k <= threshold);
  const [elpd, se] = totalOf(pointwise.elpd);
  const [p, pSe] = totalOf(pointwise.p);
  return { elpd, se, p, pSe, mcse: reliable ? mcse : Number.NaN, khat, khatThreshold: threshold, pointwise };
}

/**
 * The standard deviation of the logarithm of the predictive density, whose own error is taken to be normal: over 1000 of its quantiles that
 * are positive, as `loo` has it.
 */
function monteCarloError(values: Float64Array, logWeights: Float64Array, elpd: number): number {
  let squares = 0;
  for (let s = 0; s < values.length; s++) {
    // Relative to the density, which may be too small for a number.
    squares += (Math.exp(logWeights[s]) * (Math.exp(values[s] - elpd) - 1)) ** 2;
  }
  const sd = Math.sqrt(squares);
  return Math.sqrt(
    variance(
      NORMAL_QUANTILES.map((z) => 1 + sd * z)
        .filter((density) => density > 0)
        .map(Math.log),
    ),
  );
}

const NORMAL_QUANTILES: Float64Array = Float64Array.from({ length: 1000 }, (_, r) =>
  inverseNormal((r + 1 - 3 / 8) / (1000 + 1 / 4)),
);
