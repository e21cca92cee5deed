// The laws that draws are held against, and how far they may stray. Written from the definitions; shares nothing with src.

import assert from "node:assert/strict";
import { type Random, stream } from "../../src/random/index.js";

/** Deviations are in standard errors; beyond this one the chance is 7e-6. */
export const FAR = 4.5;

/**
 * Runs a statistical cell: `deviation` gives a standard normal z if the law is right. As declared for the whole suite, a
 * cell that strays is run once more, on a new stream with four times the draws, and must pass then.
 */
export function holds(name: string, draws: number, deviation: (random: Random, draws: number) => number): void {
  const first = deviation(stream(1, name), draws);
  if (Math.abs(first) < FAR) return;
  const second = deviation(stream(1, name, "again"), 4 * draws);
  assert.ok(Math.abs(second) < FAR, `${name}: ${first} standard errors, and ${second} with four times the draws`);
}

export function normals(random: Random, n: number): Float64Array {
  const out = new Float64Array(n);
  random.fillNormal(out);
  return out;
}

/** How far the mean of `x` lies from `mean`, given the variance of one of them. */
export function meanDeviation(x: Float64Array, mean: number, variance: number): number {
  let sum = 0;
  for (const xi of x) sum += xi - mean;
  return sum / Math.sqrt(x.length * variance);
}

/** Pearson's chi-square as a z (Wilson & Hilferty 1931). `expected` sums to what `counts` sum to. */
export function chiSquareDeviation(counts: ArrayLike<number>, expected: ArrayLike<number>): number {
  let chiSquare = 0;
  for (let i = 0; i < counts.length; i++) chiSquare += (counts[i] - expected[i]) ** 2 / expected[i];
  const k = counts.length - 1;
  return (Math.cbrt(chiSquare / k) - (1 - 2 / (9 * k))) / Math.sqrt(2 / (9 * k));
}

/** Kolmogorov and Smirnov's distance, as the z whose two tails have its probability. Sorts `x`. */
export function ksDeviation(x: Float64Array, cdf: (x: number) => number): number {
  x.sort();
  const n = x.length;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    const p = cdf(x[i]);
    distance = Math.max(distance, p - i / n, (i + 1) / n - p);
  }
  // P(D > d) = 2 exp(-2 n d^2) = P(|z| > ...), solved by bisection on the normal law.
  const p = Math.min(1, 2 * Math.exp(-2 * n * distance * distance));
  return -normalQuantile(p / 2);
}

/** The share of draws that fell into a cell of probability p. */
export function countDeviation(count: number, draws: number, p: number): number {
  return (count - draws * p) / Math.sqrt(draws * p * (1 - p));
}

export function normalCdf(x: number): number {
  return x < 0 ? 0.5 * gammaUpper(0.5, (x * x) / 2) : 1 - 0.5 * gammaUpper(0.5, (x * x) / 2);
}

export function normalQuantile(p: number): number {
  let low = -40;
  let high = 40;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return low;
}

/** The gamma law's distribution function, the regularised lower incomplete gamma function. */
export function gammaCdf(shape: number, x: number): number {
  return x < shape + 1 ? gammaLower(shape, x) : 1 - gammaUpper(shape, x);
}

/** By its power series (DLMF 8.11.4). */
function gammaLower(a: number, x: number): number {
  if (x <= 0) return 0;
  let term = 1;
  let sum = 1;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * Math.exp(a * Math.log(x) - x - logGamma(a + 1));
}

/** By its continued fraction (DLMF 8.9.2), evaluated from far out inwards; by the series where that converges sooner. */
function gammaUpper(a: number, x: number): number {
  if (x < a + 1) return 1 - gammaLower(a, x);
  let fraction = 0;
  for (let n = 200; n >= 1; n--) fraction = (n * (n - a)) / (x + 2 * n + 1 - a - fraction);
  return Math.exp(a * Math.log(x) - x - logGamma(a)) / (x + 1 - a - fraction);
}

/** Stirling's series (DLMF 5.11.1), after moving the argument up. */
export function logGamma(x: number): number {
  let shift = 0;
  for (; x < 15; x++) shift += Math.log(x);
  const y = 1 / (x * x);
  const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y / 1680))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
