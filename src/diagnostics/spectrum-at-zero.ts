// The spectral density at frequency zero of one sequence: n times the variance of its mean, for long sequences. By an
// autoregressive model, as `spectrum0.ar` of R's `coda` has it.

import { fitAutoregression } from "./autoregression.js";
import { mean } from "./moments.js";

/**
 * variance / (1 - sum of coefficients)^2 of the autoregression; 0 where `x` is a straight line, NaN where it holds what is not finite
 * or fewer than two values.
 *
 * Heidelberger and Welch 1981; coda 0.19.
 */
export function spectrumAtZero(x: Float64Array): number {
  if (x.length < 2 || !x.every(Number.isFinite)) return Number.NaN;
  if (isStraight(x)) return 0;
  const model = fitAutoregression(x);
  if (model === undefined) return Number.NaN;
  const gain = 1 - model.coefficients.reduce((sum, phi) => sum + phi, 0);
  return model.variance / gain ** 2;
}

// What R's `all.equal` takes for zero.
const NOTHING = Math.sqrt(Number.EPSILON);

/** Whether what a line of least squares leaves has no spread, in the units of `x`: no autoregression can be fitted to that. */
function isStraight(x: Float64Array): boolean {
  const n = x.length;
  const m = mean(x);
  const middle = (n - 1) / 2;
  let rise = 0;
  let run = 0;
  for (let t = 0; t < n; t++) {
    rise += (t - middle) * (x[t] - m);
    run += (t - middle) ** 2;
  }
  const slope = rise / run;
  let squares = 0;
  for (let t = 0; t < n; t++) squares += (x[t] - m - slope * (t - middle)) ** 2;
  return Math.sqrt(squares / (n - 1)) <= NOTHING;
}
