// The logarithm of the gamma function: a polynomial around its zero at 2, Stirling's series from 8 on, and recurrence or
// reflection for what lies elsewhere (Abramowitz & Stegun, chapter 6.1).
import { bernoulliNumbers } from "./bernoulli.js";
import { polynomial } from "./polynomial.js";
import { piOverSinPi } from "./reflection.js";

/**
 * `log |Gamma(x)|` for all real `x`; Infinity at the poles 0, -1, -2, ... and at both infinities. Relative error below 2e-15 for `x > 0`,
 * at the zeros 1 and 2 too; on the negative axis, where zeros lie between all poles, the error is that of the parts of a sum.
 * Source: Abramowitz & Stegun 6.1.15 (recurrence), 6.1.17 (reflection), 6.1.40 (Stirling).
 *
 * @example lgamma(0.5) // 0.5723649429247001, log(pi) / 2
 */
export function lgamma(x: number): number {
  if (x >= 8) return stirling(x);
  if (x >= 2.5) {
    let y = x - 1;
    let product = y;
    while (y >= 2.5) product *= --y;
    return nearTwo(y - 2) + Math.log(product);
  }
  if (x >= 1.5) return nearTwo(x - 2);
  if (x >= 0.5) return nearTwo(x - 1) - Math.log1p(x - 1);
  if (x >= -8) {
    // Every `y + 1` here is exact, so that a pole is met exactly and its neighbourhood keeps its relative accuracy.
    let y = x;
    let product = 1;
    for (; y < -0.5; y++) product *= y;
    return nearTwo(y) - Math.log(Math.abs(product * y * (1 + y)));
  }
  if (x === Math.floor(x)) return Infinity;
  return Math.log(piOverSinPi(x) / -x) - stirling(-x);
}

/** `lgamma(2 + z)` for `|z| <= 1/2`. */
function nearTwo(z: number): number {
  return z * polynomial(lgammaNearTwo, z);
}

/** `log(2 pi) / 2 - 1/2` */
const stirlingConstant = 0.4189385332046727;

/** `B_2k / (2k (2k - 1))`, the coefficients of Stirling's series; ten of them reach 2^-53 from 8 on. */
const stirlingSeries: Float64Array = bernoulliNumbers.slice(0, 10).map((b, i) => b / ((2 * i + 2) * (2 * i + 1)));

/** `(x - 1/2) log x - x + log(2 pi) / 2 + ...`, written so that it overflows only where the result does. */
function stirling(x: number): number {
  return (x - 0.5) * (Math.log(x) - 1) + (stirlingConstant + polynomial(stirlingSeries, 1 / x / x) / x);
}

/** `lgamma(2 + z) / z` on [-1/2, 1/2] in powers of `z`; derived by test/tensor/derive-special.ts. */
export const lgammaNearTwo: Float64Array = Float64Array.of(
  0.42278433509846713,
  0.3224670334241132,
  -0.06735230105319814,
  0.02058080842778463,
  -0.007385551028668096,
  0.0028905103307343394,
  -0.0011927539120033873,
  0.0005096695250262799,
  -0.00022315475069647703,
  0.00009945750665169756,
  -0.00004492635166770342,
  0.000020507292365464966,
  -0.000009438454884054723,
  0.000004374221208333783,
  -0.000002044935323180052,
  9.584290249224467e-7,
  -4.303234692956732e-7,
  2.0192169921430407e-7,
  -1.341570273460026e-7,
  6.473973449314896e-8,
);
