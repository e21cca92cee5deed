// The special functions to at least 50 digits, as references: series and recurrences in fixed-point BigInt, no reflection,
// no rational or Chebyshev approximation. Arguments and values are fixed-point numbers of the given bits.
import { exp, log, one, over, pi, sqrt, times } from "./fixed-point.js";

/** Enough bits for 50 correct digits of functions that behave like `x^power` at either end of the range. */
export function bitsFor(x: number, power = 1): number {
  const exponent = x === 0 || !Number.isFinite(x) ? 0 : Math.ceil(Math.abs(Math.log2(Math.abs(x))));
  return 320 + (exponent + 60) * Math.max(1, power);
}

const bernoulliNumbers: { numerator: bigint; denominator: bigint }[] = [];

/** `B_n` exactly, for even `n >= 2`, from `sum_j C(n + 1, j) B_j = 0`. */
export function bernoulli(n: number): { numerator: bigint; denominator: bigint } {
  for (let even = 2 * bernoulliNumbers.length + 2; even <= n; even += 2) {
    const rows = BigInt(even + 1);
    // B_0 = 1 and B_1 = -1/2 give 1 - (even + 1) / 2.
    let numerator = 2n - rows;
    let denominator = 2n;
    let binomial = rows;
    for (let j = 2; j < even; j++) {
      binomial = (binomial * (rows - BigInt(j) + 1n)) / BigInt(j);
      if (j % 2 === 1) continue;
      const b = bernoulliNumbers[j / 2 - 1];
      numerator = numerator * b.denominator + binomial * b.numerator * denominator;
      denominator *= b.denominator;
      const common = gcd(numerator, denominator);
      numerator /= common;
      denominator /= common;
    }
    denominator *= -rows;
    const common = gcd(numerator, denominator) * (denominator < 0n ? -1n : 1n);
    bernoulliNumbers.push({ numerator: numerator / common, denominator: denominator / common });
  }
  return bernoulliNumbers[n / 2 - 1];
}

function gcd(a: bigint, b: bigint): bigint {
  let [large, small] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (small !== 0n) [large, small] = [small, large % small];
  return large;
}

/** `erf(x) = 2 / sqrt(pi) e^(-x^2) sum_n 2^n x^(2n+1) / (2n+1)!!`, all of whose terms have one sign (A&S 7.1.6). */
export function erf(x: bigint, bits: number): bigint {
  const square = times(x, x, bits);
  let sum = 0n;
  let term = x;
  for (let n = 1n; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = (2n * times(term, square, bits)) / (n + 2n);
  }
  return over(times(2n * sum, exp(-square, bits), bits), sqrt(pi(bits), bits), bits);
}

/** Bits with which `1 - erf(x)` keeps 50 digits: `e^(-x^2)` is small twice, as a factor of the series and as the result. */
export const bitsForErfc = (x: number): number => bitsFor(x) + Math.ceil(3 * x * x);

export const erfc = (x: bigint, bits: number): bigint => one(bits) - erf(x, bits);

/** The first argument from which Stirling's series below reaches 2^-300. */
const far = 48;
const stirlingTerms = 80;

/** `log |Gamma(x)|` for `x > -1000`: Stirling's series (A&S 6.1.40) at `x + n`, less the logarithm of `x (x + 1) ... (x + n - 1)`. */
export function lgamma(x: bigint, bits: number): bigint {
  let y = x;
  let product = one(bits);
  for (; y < BigInt(far) << BigInt(bits); y += one(bits)) product = times(product, y, bits);
  let sum = times(y - one(bits) / 2n, log(y, bits), bits) - y + log(2n * pi(bits), bits) / 2n;
  const square = times(y, y, bits);
  let power = over(one(bits), y, bits);
  for (let k = 2; k <= 2 * stirlingTerms && power > 0n; k += 2) {
    const b = bernoulli(k);
    sum += (power * b.numerator) / (b.denominator * BigInt(k * (k - 1)));
    power = over(power, square, bits);
  }
  return sum - log(product < 0n ? -product : product, bits);
}

/** Polygamma of any order for `x > -1000`: Euler-Maclaurin (A&S 6.3.18 and 6.4.11) at `x + n`, and `n` steps of the recurrence back. */
export function polygamma(order: number, x: bigint, bits: number): bigint {
  const sign = order % 2 === 0 ? -1n : 1n;
  let factorial = 1n;
  for (let k = 2n; k <= BigInt(order); k += 1n) factorial *= k;
  const inversePower = (y: bigint, n: number): bigint => {
    const inverse = over(one(bits), y, bits);
    let power = one(bits);
    for (let i = 0; i < n; i++) power = times(power, inverse, bits);
    return power;
  };
  let y = x;
  let sum = 0n;
  for (; y < BigInt(far + 2 * order) << BigInt(bits); y += one(bits)) {
    sum += sign * factorial * inversePower(y, order + 1);
  }
  if (order === 0) sum += log(y, bits);
  else sum += sign * (factorial / BigInt(order)) * inversePower(y, order);
  sum += (sign * factorial * inversePower(y, order + 1)) / 2n;
  const square = times(y, y, bits);
  let power = inversePower(y, order + 2);
  // (2k + order - 1)! / (2k)!
  let ratio = factorial * BigInt(order + 1);
  let scale = 2n;
  for (let k = 2; k <= 2 * stirlingTerms && power !== 0n; k += 2) {
    const b = bernoulli(k);
    sum += (sign * power * b.numerator * ratio) / (b.denominator * scale);
    power = over(power, square, bits);
    ratio *= BigInt((k + order) * (k + order + 1));
    scale *= BigInt((k + 1) * (k + 2));
  }
  return sum;
}
