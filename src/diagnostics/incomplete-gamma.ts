// The regularised upper incomplete gamma function: the upper tail of the gamma and the chi-square laws. Series and continued fraction: DLMF 8.7.1
// and 8.9.2; the factor before them as Loader (2000) computes densities, without cancellation.

import { logRatio, stirlingError } from "./incomplete-beta.js";

/**
 * Q(a, x) for a > 0, x >= 0: relative error about 1e-12 for a up to a million.
 *
 * @example upperIncompleteGamma(1, 2) // exp(-2)
 */
export function upperIncompleteGamma(a: number, x: number): number {
  if (Number.isNaN(a) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const factor = gammaFactor(a, x);
  return x < a + 1 ? 1 - factor * series(a, x) : factor * continuedFraction(a, x);
}

/** x^a exp(-x) / Gamma(a): x times the density of the gamma law. */
function gammaFactor(a: number, x: number): number {
  const deviation = x - a; // from the mean
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(a * logRatio(x, a, deviation) - deviation - stirlingError(a));
}

/** sum of x^k / (a (a + 1) ... (a + k)). */
function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

/** 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)), by Lentz's method; x is beyond a, where no denominator vanishes. */
function continuedFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Number.POSITIVE_INFINITY;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k < 100000; k++) {
    const numerator = k * (a - k);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    value *= c * d;
    if (Math.abs(c * d - 1) <= Number.EPSILON) break;
  }
  return value;
}
