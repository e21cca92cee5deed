// The generalised Pareto law of tails, fitted as Zhang and Stephens 2009 ("A new and efficient estimation method for the generalized
// Pareto distribution") do: a posterior mean over a grid, which needs no search and has a value for every k.

import { mean } from "./moments.js";

/** F(x) = 1 - (1 + k x / sigma)^(-1/k), x > 0. */
export interface GeneralizedPareto {
  /** Shape: moments above the 1/k-th are infinite. */
  readonly k: number;
  readonly sigma: number;
}

/**
 * From `x`, ascending and not negative. Infinite k where the lower quartile is zero, or nothing else can be fitted.
 *
 * Zhang and Stephens 2009; the shrinkage of k is that of `gpdfit` in R's `loo`.
 */
export function fitGeneralizedPareto(x: Float64Array): GeneralizedPareto {
  const n = x.length;
  const size = 30 + Math.floor(Math.sqrt(n));
  const quartile = x[Math.floor(n / 4 + 0.5) - 1];
  const theta = new Float64Array(size);
  const logWeight = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    // Their grid: quantiles of a prior whose scale the quartile sets.
    theta[j] = 1 / x[n - 1] + (1 - Math.sqrt(size / (j + 0.5))) / (3 * quartile);
    const k = shapeAt(theta[j], x);
    logWeight[j] = n * (Math.log(-theta[j] / k) - k - 1); // the profile of the likelihood
  }
  const highest = logWeight.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  let sum = 0;
  let weighted = 0;
  for (let j = 0; j < size; j++) {
    const weight = Math.exp(logWeight[j] - highest);
    sum += weight;
    weighted += weight * theta[j];
  }
  const estimate = weighted / sum;
  const k = shapeAt(estimate, x);
  const sigma = -k / estimate;
  // As if ten observations more had said 1/2.
  const shrunk = (n * k + 5) / (n + 10);
  return { k: Number.isNaN(shrunk) ? Number.POSITIVE_INFINITY : shrunk, sigma };
}

/** The x with F(x) = p, 0 <= p < 1; NaN unless sigma is positive. */
export function generalizedParetoQuantile(p: number, { k, sigma }: GeneralizedPareto): number {
  if (!(sigma > 0)) return Number.NaN;
  const exponential = -Math.log1p(-p);
  return k === 0 ? sigma * exponential : (sigma * Math.expm1(k * exponential)) / k;
}

/** The k of greatest likelihood for theta = -k / sigma. */
function shapeAt(theta: number, x: Float64Array): number {
  return mean(x.map((value) => Math.log1p(-theta * value)));
}
