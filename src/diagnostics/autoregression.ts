// Autoregressive models of one sequence, from its autocovariances by the Yule-Walker equations, with the order that Akaike's
// criterion prefers: as R's `ar` fits them, for the spectrum that `coda` takes from them.

import { mean } from "./moments.js";

export interface Autoregression {
  /** x_t - m = sum_k coefficients[k - 1] (x_{t-k} - m) + innovation. */
  readonly coefficients: Float64Array;
  /** Of the innovations. */
  readonly variance: number;
}

/** The model of least AIC among the orders 0 ... min(n - 1, 10 log10 n). Undefined where `x` has fewer than two values or is constant. */
export function fitAutoregression(x: Float64Array): Autoregression | undefined {
  const n = x.length;
  const most = Math.min(n - 1, Math.floor(10 * Math.log10(n)));
  if (most < 1) return undefined;
  const covariance = firstAutocovariances(x, most);
  if (!(covariance[0] > 0)) return undefined;

  // Levinson's recursion: each order's coefficients from those of the order before.
  let coefficients = new Float64Array(0);
  let innovations = covariance[0];
  let best = { aic: n * Math.log(innovations), coefficients, innovations };
  for (let order = 1; order <= most; order++) {
    let unexplained = covariance[order];
    for (let k = 1; k < order; k++) unexplained -= coefficients[k - 1] * covariance[order - k];
    const partial = unexplained / innovations;
    const next = new Float64Array(order);
    for (let k = 1; k < order; k++) next[k - 1] = coefficients[k - 1] - partial * coefficients[order - k - 1];
    next[order - 1] = partial;
    coefficients = next;
    innovations *= 1 - partial * partial;
    const aic = n * Math.log(innovations) + 2 * order;
    if (aic < best.aic) best = { aic, coefficients, innovations };
  }
  // R's correction for the mean and the coefficients that were fitted as well.
  const variance = (best.innovations * n) / (n - (best.coefficients.length + 1));
  return { coefficients: best.coefficients, variance };
}

/** At lags 0 ... most, divisor n: so few that summing costs less than a Fourier transform, and rounds less. */
function firstAutocovariances(x: Float64Array, most: number): Float64Array {
  const n = x.length;
  const m = mean(x);
  const centred = x.map((value) => value - m);
  const covariance = new Float64Array(most + 1);
  for (let lag = 0; lag <= most; lag++) {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += centred[t] * centred[t - lag];
    covariance[lag] = sum / n;
  }
  return covariance;
}
