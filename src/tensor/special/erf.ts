// The error function and its complement. Near zero the Maclaurin series; elsewhere `e^(-x^2)` times a slowly varying factor, split as in
// W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969), but with polynomials in place of his quotients.
import { exp } from "./exp.js";
import { polynomial } from "./polynomial.js";

/**
 * The error function, `2 / sqrt(pi)` times the integral of `e^(-t^2)` from 0 to `x`; odd; relative error below 7e-16.
 * Source: Abramowitz & Stegun 7.1.5 for `|x| < 1/2`, else `1 - erfc(x)`.
 *
 * @example erf(1) // 0.8427007929497149
 */
export function erf(x: number): number {
  if (x > -0.5 && x < 0.5) return x * polynomial(erfSeries, x * x);
  return x > 0 ? 1 - tail(x) : tail(-x) - 1;
}

/**
 * The complementary error function `1 - erf(x)`; relative error below 1e-15 as long as the result is a normal number (`x < 26.5`).
 * Source: Chebyshev expansions of `e^(x^2) erfc(x)`, see `tail`.
 *
 * @example erfc(1) // 0.15729920705028513
 */
export function erfc(x: number): number {
  if (x > -0.5 && x < 0.5) return 1 - x * polynomial(erfSeries, x * x);
  return x > 0 ? tail(x) : 2 - tail(-x);
}

/** `2 / sqrt(pi) (-1)^n / (n! (2n + 1))`, the coefficients of `erf(x) / x` in powers of `x^2` (A&S 7.1.5). */
const erfSeries: Float64Array = (() => {
  const coefficients = new Float64Array(14);
  let power = 2 / Math.sqrt(Math.PI);
  for (let n = 0; n < coefficients.length; n++) {
    coefficients[n] = power / (2 * n + 1);
    power /= -(n + 1);
  }
  return coefficients;
})();

/** `erfc(x)` for `x >= 1/2`. Hot: one exponential, one polynomial, one or two divisions. */
function tail(x: number): number {
  // Beyond 28 even denormal numbers end; NaN goes on and stays NaN.
  if (x > 28) return 0;
  // e^(-x^2) with x^2 = high + low: the square of the float32 is exact, and what it leaves is small enough for four terms.
  const rounded = Math.fround(x);
  const low = (x - rounded) * (x + rounded);
  const gaussian = exp(-rounded * rounded) * (1 - low * (1 - low * (0.5 - low * (1 / 6 - low / 24))));
  if (x < 4.5) return (gaussian * polynomial(erfcMiddle, (x - 1.5) / (x + 1.5))) / (x + 1);
  return (gaussian * polynomial(erfcTail, 1 / (x * x))) / x;
}

/** `(x + 1) e^(x^2) erfc(x)` on [1/2, 9/2] in powers of `(x - 3/2) / (x + 3/2)`; derived by test/tensor/derive-special.ts. */
export const erfcMiddle: Float64Array = Float64Array.of(
  0.8039635411357937,
  -0.262415633631248,
  -0.021623496476045556,
  0.0524106090565688,
  0.001194896697829322,
  -0.00923777862621484,
  -0.002252159879577762,
  0.0013415109086949068,
  0.0010321257766139904,
  0.00010879699065312214,
  -0.0002217328581057831,
  -0.00014810295663173783,
  -0.00002035194490033672,
  0.00003225694803520484,
  0.00002730098868606564,
  0.000008059088454231002,
  -0.00000403133253298359,
  -0.000005624602923751906,
  -0.00000154952179334322,
  6.000892454755498e-7,
);

/** `x e^(x^2) erfc(x)` from 9/2 on in powers of `1 / x^2`; derived by test/tensor/derive-special.ts. */
export const erfcTail: Float64Array = Float64Array.of(
  0.5641895835477563,
  -0.28209479177387287,
  0.42314218765371603,
  -1.0578554653731602,
  3.7024930870356743,
  -16.661045928798934,
  91.61714224931778,
  -594.1521164927137,
  4386.957647437916,
  -34809.228186237364,
  268329.0893567721,
  -1740988.5939163584,
  7873446.72595059,
  -17721390.311985597,
);
