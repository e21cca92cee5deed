// The second derivative of `lgamma`: its asymptotic series from 9 on, reached by recurrence, and reflection for negative arguments
// (Abramowitz & Stegun, chapter 6.4).
import { bernoulliNumbers } from "./bernoulli.js";
import { polynomial } from "./polynomial.js";
import { piOverSinPi } from "./reflection.js";

/**
 * Trigamma, `d^2/dx^2 log Gamma(x)`, for all real `x`; relative error below 2e-15. Infinity at the poles 0, -1, -2, ...; 0 at Infinity
 * and NaN at -Infinity.
 * Source: Abramowitz & Stegun 6.4.6 (recurrence), 6.4.7 (reflection), 6.4.12 (asymptotic series).
 *
 * @example trigamma(1) // 1.6449340668482264, pi^2 / 6
 */
export function trigamma(x: number): number {
  if (x >= 0) return trigammaOfPositive(x);
  const c = piOverSinPi(x);
  return c * c - trigammaOfPositive(1 - x);
}

function trigammaOfPositive(x: number): number {
  let y = x;
  let sum = 0;
  for (; y < 9; y++) {
    const inverse = 1 / y;
    sum += inverse * inverse;
  }
  const inverse = 1 / y;
  const square = inverse * inverse;
  return sum + (inverse + square * (0.5 + inverse * polynomial(series, square)));
}

/** `B_2k`, the coefficients of the asymptotic series; ten of them reach 2^-56 from 9 on. */
const series: Float64Array = bernoulliNumbers.slice(0, 10);
