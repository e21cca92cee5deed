// The derivative of `lgamma`: its positive zero divided out on [1, 2], the asymptotic series from 8 on, recurrence between, and
// reflection far to the left (Abramowitz & Stegun, chapter 6.3).
import { bernoulliNumbers } from "./bernoulli.js";
import { polynomial } from "./polynomial.js";
import { piCotPi } from "./reflection.js";

/**
 * Digamma, `d/dx log Gamma(x)`, for all real `x`. Relative error below 2e-15 for `x > 0`, at the zero 1.4616... too; on the negative
 * axis, where zeros lie between all poles, the error is that of the parts of a sum. At the pole 0 the limit from the zero's own
 * side (-Infinity at 0, Infinity at -0); at -1, -2, ... and -Infinity NaN, as there is no limit.
 * Source: Abramowitz & Stegun 6.3.5 (recurrence), 6.3.7 (reflection), 6.3.18 (asymptotic series).
 *
 * @example digamma(1) // -0.5772156649015329, minus Euler's constant
 */
export function digamma(x: number): number {
  if (x >= 8) return asymptotic(x);
  let y = x;
  let sum = 0;
  if (x >= 1) {
    while (y > 2) sum += 1 / --y;
    return sum + betweenOneAndTwo(y);
  }
  if (x === 0) return -1 / x;
  if (x < 0 && x === Math.floor(x)) return Number.NaN;
  if (x < -8) return asymptotic(-x) - 1 / x - piCotPi(x);
  for (; y < 1; y++) sum -= 1 / y;
  return sum + betweenOneAndTwo(y);
}

/** For `1 <= x <= 2`: the distance from the zero, which is known to twice double precision, times a slope. */
function betweenOneAndTwo(x: number): number {
  return (x - digammaZero[0] - digammaZero[1]) * polynomial(digammaSlope, 2 * x - 3);
}

/** `B_2k / (2k)`, the coefficients of the asymptotic series; ten of them reach 2^-53 from 8 on. */
const series: Float64Array = bernoulliNumbers.slice(0, 10).map((b, i) => b / (2 * i + 2));

function asymptotic(x: number): number {
  const inverse = 1 / x;
  const square = inverse * inverse;
  return Math.log(x) - (0.5 * inverse + square * polynomial(series, square));
}

/** The positive zero of digamma as the sum of two doubles; derived by test/tensor/derive-special.ts. */
export const digammaZero: Float64Array = Float64Array.of(1.4616321449683622, 9.549995429965697e-17);

/** `digamma(x) / (x - zero)` on [1, 2] in powers of `2x - 3`; derived by test/tensor/derive-special.ts. */
export const digammaSlope: Float64Array = Float64Array.of(
  0.9510558760318328,
  -0.21181371064073024,
  0.06013562106019684,
  -0.01855061538173984,
  0.005936795278301761,
  -0.001935066664735652,
  0.0006368880303865817,
  -0.00021074841288961643,
  0.00006995018825112794,
  -0.000023258232466707952,
  0.000007741234508636364,
  -0.000002578134894751126,
  8.589060721930695e-7,
  -2.8620904099739414e-7,
  9.543298288278275e-8,
  -3.181266980138485e-8,
  1.0527692435026686e-8,
  -3.5032218996509724e-9,
  1.2469984616707403e-9,
  -4.197772636734229e-10,
  8.734528429142953e-11,
  -2.7468150389464952e-11,
  2.918622732168261e-11,
  -1.0015117602062808e-11,
);
