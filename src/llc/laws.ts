// Two laws of sampling theory, through the incomplete beta function (Abramowitz & Stegun 26.5-26.7).

import { incompleteBeta } from "../diagnostics/incomplete-beta.js";
import { inverseIncompleteBeta } from "../diagnostics/inverse-incomplete-beta.js";

/**
 * The quantile of Student's t distribution.
 * @example studentQuantile(0.975, 3) // 3.182446...
 */
export function studentQuantile(probability: number, degrees: number): number {
  const tail = 2 * Math.min(probability, 1 - probability);
  const x = inverseIncompleteBeta(tail, degrees / 2, 0.5);
  const t = Math.sqrt((degrees * (1 - x)) / x);
  return probability < 0.5 ? -t : t;
}

/** The chance that an F variable with these degrees of freedom exceeds `ratio`. */
export function fDistributionTail(ratio: number, numerator: number, denominator: number): number {
  if (Number.isNaN(ratio)) return Number.NaN;
  return incompleteBeta(denominator / (denominator + numerator * ratio), denominator / 2, numerator / 2);
}
