// Derivatives of digamma of any order: the Euler-Maclaurin sum of the series over the poles, and reflection for negative arguments
// (Abramowitz & Stegun, chapter 6.4).
import { bernoulliNumbers } from "./bernoulli.js";
import { digamma } from "./digamma.js";
import { piCotPi } from "./reflection.js";
import { trigamma } from "./trigamma.js";

/**
 * Polygamma, the derivative of this order of digamma, for all real `x`; `order` is 0, 1, 2, ... (else the result is NaN). Relative error about
 * `(order + 4) 2^-52` for `x > 0`. At the pole 0 the limit from the zero's own side; at -1, -2, ... Infinity for odd orders and NaN for even ones,
 * which have no limit there; 0 at Infinity (order 0: Infinity) and NaN at -Infinity.
 * Source: Abramowitz & Stegun 6.4.6 (recurrence), 6.4.7 (reflection), 6.4.11 (asymptotic series).
 *
 * @example polygamma(2, 1) // -2.4041138063191885, -2 zeta(3)
 */
export function polygamma(order: number, x: number): number {
  if (order === 0) return digamma(x);
  if (order === 1) return trigamma(x);
  if (!(order > 1 && Number.isInteger(order)) || Number.isNaN(x) || x === -Infinity) return Number.NaN;
  const odd = order % 2 === 1;
  if (x === 0) return odd ? Infinity : -1 / x;
  if (x > 0) return odd ? magnitude(order, x) : -magnitude(order, x);
  if (x === Math.floor(x)) return odd ? Infinity : Number.NaN;
  return cotangentDerivative(order, x) - magnitude(order, 1 - x);
}

/** `order!` times the sum of `(x + k)^(-order - 1)` over `k = 0, 1, ...`, for `x > 0`. */
function magnitude(order: number, x: number): number {
  if (x === Infinity) return 0;
  // The sum is taken relative to order! / x^(order + 1), so that nothing overflows before the result does.
  const exponent = order + 1;
  const far = order + 12;
  let sum = 0;
  let y = x;
  for (; y < far; y++) {
    const term = integerPower(x / y, exponent);
    sum += term;
    if (term < 2 ** -60 / far) break;
  }
  if (y >= far) sum += integerPower(x / y, exponent) * remainder(order, y);
  // (order - 1)! / x^order, and what lacks to order! / x^(order + 1).
  let leading = 1 / x;
  for (let k = 1; k < order; k++) leading *= k / x;
  return leading * ((order * sum) / x);
}

/** The rest of the sum from `y` on, relative to its first term: `y / order + 1/2 + sum_k B_2k (order + 1) ... (order + 2k - 1) / ((2k)! y^(2k - 1))`. */
function remainder(order: number, y: number): number {
  let sum = y / order + 0.5;
  let ratio = (order + 1) / (2 * y);
  for (let i = 0; i < bernoulliNumbers.length; i++) {
    sum += bernoulliNumbers[i] * ratio;
    const k = 2 * i + 2;
    ratio *= ((order + k) / y / (k + 1)) * ((order + k + 1) / y / (k + 2));
  }
  return sum;
}

/** `base^exponent` by squaring; only multiplications, hence the same on every machine. */
function integerPower(base: number, exponent: number): number {
  let power = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power *= square;
    square *= square;
  }
  return power;
}

/** `-d^n/dx^n (pi cot(pi x))`, as a polynomial in the cotangent. */
function cotangentDerivative(order: number, x: number): number {
  const c = piCotPi(x);
  const square = c * c;
  const coefficients = cotangentPolynomial(order);
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * square + coefficients[k];
  let value = order % 2 === 0 ? c * sum : sum;
  for (let k = 2; k <= order; k++) value *= k;
  return order % 2 === 0 ? -value : value;
}

const cotangentPolynomials: Float64Array[] = [Float64Array.of(1)];

/**
 * The coefficients of `(-1)^n / n! d^n/dx^n c`, with `c = pi cot(pi x)`, in powers of `c^2` (times `c` for even `n`). From `dc/dx = -(pi^2 + c^2)`
 * each follows from the one before; all are positive, so that their sum cancels nothing.
 */
function cotangentPolynomial(order: number): Float64Array {
  for (let n = cotangentPolynomials.length; n <= order; n++) {
    const previous = cotangentPolynomials[n - 1];
    const previousParity = n % 2;
    const next = new Float64Array(Math.floor((n + 1) / 2) + 1);
    for (let k = 0; k < previous.length; k++) {
      const power = 2 * k + previousParity;
      if (power === 0) continue;
      // The derivative of c^power is power c^(power - 1), and that times pi^2 + c^2 spreads over two places.
      const place = (power - 1 - (1 - previousParity)) / 2;
      next[place] += (power * previous[k] * Math.PI * Math.PI) / n;
      next[place + 1] += (power * previous[k]) / n;
    }
    cotangentPolynomials.push(next);
  }
  return cotangentPolynomials[order];
}
