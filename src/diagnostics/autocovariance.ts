// Autocovariances of one sequence at all lags, by FFT (Geyer 2011), with divisor N at every lag (Geyer 1992): biased, but
// of smaller variance than the unbiased one, as Vehtari et al. 2021 (section 3.2) ask.

import { asNumbers } from "./chains.js";
import { realFft } from "./fft.js";
import { mean, variance } from "./moments.js";

/**
 * The autocovariances of `x` at lags 0 ... N - 1, divisor N; all NaN where a value is not finite or there is only one.
 *
 * @example autocovariance([1, 2, 3, 4]) // [1.25, 0.3125, -0.375, -0.5625]
 */
export function autocovariance(x: ArrayLike<number>): Float64Array {
  return autocovarianceOf(asNumbers("autocovariance", "x", x));
}

export function autocovarianceOf(x: Float64Array): Float64Array {
  const n = x.length;
  const result = new Float64Array(n);
  if (n < 2) return result.fill(Number.NaN);
  const populationVariance = (variance(x) * (n - 1)) / n;
  if (populationVariance === 0) return result;

  // Zeros up to twice the length keep the end of the sequence from meeting its beginning.
  let padded = 2;
  while (padded < 2 * n) padded *= 2;
  const centred = new Float64Array(padded);
  const m = mean(x);
  for (let t = 0; t < n; t++) centred[t] = x[t] - m;

  // The power spectrum is real and even, so a second forward transform is the inverse one, up to its scale.
  const { re, im } = realFft(centred);
  const power = new Float64Array(padded);
  for (let k = 0; k < re.length; k++) {
    power[k] = re[k] * re[k] + im[k] * im[k];
    power[(padded - k) % padded] = power[k];
  }
  const correlation = realFft(power).re;
  // Lag 0 is known without the transform; it sets the scale of the others.
  const scale = populationVariance / correlation[0];
  for (let t = 0; t < n; t++) result[t] = correlation[t] * scale;
  return result;
}
