// The widely applicable information criterion (Watanabe 2010), as an expected log predictive density.

import { type PerDraw, turned } from "./log-likelihood.js";
import { logSumExp } from "./log-sum-exp.js";
import { variance } from "./moments.js";
import { totalOf } from "./total.js";

export interface Waic {
  /** Expected log pointwise predictive density, in nats: the sum over observations. WAIC on the scale of deviances is -2 times it. */
  readonly elpd: number;
  /** Standard error of `elpd` over data. */
  readonly se: number;
  /** Effective number of parameters: the sum of the posterior variances of the log-likelihoods. */
  readonly p: number;
  readonly pSe: number;
  /** Per observation. Where a p exceeds 0.4, WAIC is not to be relied on: use `loo`. */
  readonly pointwise: { readonly elpd: Float64Array; readonly p: Float64Array };
}

/**
 * WAIC of pointwise log-likelihoods `[chain][draw][observation]`. NaN where a log-likelihood is NaN, or there is one draw.
 *
 * Watanabe 2010; Vehtari, Gelman and Gabry 2017, section 3; `waic` of R's `loo`.
 *
 * @example waic([[[-1, -2], [-1, -2]]]).elpd // -3
 */
export function waic(logLikelihood: PerDraw): Waic {
  const table = turned("waic", "logLikelihood", logLikelihood);
  const logDraws = Math.log(table.chains * table.draws);
  const p = Float64Array.from({ length: table.observations }, (_, i) => variance(table.of(i)));
  const elpd = p.map((penalty, i) => logSumExp(table.of(i)) - logDraws - penalty);
  const [sum, se] = totalOf(elpd);
  const [pSum, pSe] = totalOf(p);
  return { elpd: sum, se, p: pSum, pSe, pointwise: { elpd, p } };
}
