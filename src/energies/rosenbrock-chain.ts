// The moments of Rosenbrock's law in three and more dimensions. Each coordinate but the last has a weight exp(-(a - x)^2) and is tied to
// the next one by K(x, y) = exp(-b (y - x^2)^2); sums over a fine grid, passed forwards and backwards as in a hidden Markov chain, are
// integrals to rounding, for the trapezoidal rule's error on densities like these falls as exp(-c / h^2).

import { dot } from "../tensor/vectors.js";
import type { ExactFacts } from "./energy.js";

/** Half the exponent at which densities are cut off and to which the grid's step is chosen: exp(-36) = 2e-16. */
const EXPONENT = 36;
const MOST_DIMENSIONS = 16;
const MOST_POINTS = 20000;

/** Facts of `dim` coordinates; undefined where they would take too long. */
export function rosenbrockChain(dim: number, a: number, b: number): ExactFacts | undefined {
  const links = linksOnGrid(a, b);
  if (dim > MOST_DIMENSIONS || links === undefined) return undefined;
  const { x, step } = links;
  const n = dim - 1;
  const backward: Float64Array[] = new Array(n);
  const forward: Float64Array[] = new Array(n);
  // The last coordinate is normal given the one before: its integral sqrt(pi / b) does not depend on that one.
  let logScale = 0.5 * Math.log(Math.PI / b);
  backward[n - 1] = x.map((xi) => weight(xi, a));
  for (let i = n - 2; i >= 0; i--) {
    backward[i] = pullBack(links, backward[i + 1]).map((sum, k) => sum * weight(x[k], a));
    logScale += normalize(backward[i]);
  }
  forward[0] = x.map(() => 1);
  const scales = new Float64Array(n).fill(1);
  for (let i = 1; i < n; i++) {
    forward[i] = pushForward(links, forward[i - 1], a);
    scales[i] = Math.exp(-normalize(forward[i]));
  }
  const marginals = forward.map((f, i) => probabilities(f.map((value, k) => value * backward[i][k])));
  const mean = marginals.map((p) => expectation(p, (k) => x[k]));
  mean.push(expectation(marginals[n - 1], (k) => x[k] ** 2));
  const covariance = mean.map(() => new Array<number>(dim).fill(0));
  for (let i = 0; i < n; i++) {
    covariance[i][i] = expectation(marginals[i], (k) => (x[k] - mean[i]) ** 2);
    // What x_i exceeds its mean by, carried along the chain with the probability of where the chain goes.
    let carried: Float64Array = forward[i].map((f, k) => f * (x[k] - mean[i]));
    for (let j = i; j < n; j++) {
      if (j > i) carried = pushForward(links, carried, a).map((f) => f * scales[j]);
      const total = dot(forward[j], backward[j]);
      const against = (of: (k: number) => number): number =>
        carried.reduce((sum, f, k) => sum + f * backward[j][k] * of(k), 0) / total;
      if (j > i) covariance[i][j] = covariance[j][i] = against((k) => x[k]);
      if (j === n - 1) covariance[i][n] = covariance[n][i] = against((k) => x[k] ** 2);
    }
  }
  covariance[n][n] = expectation(marginals[n - 1], (k) => (x[k] ** 2 - mean[n]) ** 2) + 0.5 / b;
  const integral = backward[0].reduce((sum, value) => sum + value, 0) * step;
  return { mean, covariance, logNormalizer: Math.log(integral) + logScale };
}

/** K on the grid, a band: row k holds `width` entries from column `first[k]` on. */
interface Links {
  readonly x: Float64Array;
  readonly step: number;
  readonly first: Int32Array;
  readonly width: number;
  readonly entries: Float64Array;
}

function linksOnGrid(a: number, b: number): Links | undefined {
  // All zeros cost a^2 per coordinate, so what costs one of them more by far than that is not met.
  const radius = Math.sqrt(2 * EXPONENT + a * a);
  const [low, high] = [a - radius, a + radius];
  // The steepest curvature that a grid of x meets: of K(., x), of K(x, .) at the largest x whose square lies on the grid, and of the weight.
  const curvature = b * (1 + 4 * Math.max(high, 0)) + 1;
  const step = Math.PI / Math.sqrt(EXPONENT * curvature);
  const count = Math.ceil((high - low) / step) + 1;
  if (count > MOST_POINTS) return undefined;
  const x = Float64Array.from({ length: count }, (_, k) => low + k * step);
  const reach = Math.sqrt((2 * EXPONENT) / b);
  const width = Math.min(count, Math.ceil((2 * reach) / step) + 1);
  const first = new Int32Array(count);
  const entries = new Float64Array(count * width);
  for (let k = 0; k < count; k++) {
    const start = Math.ceil((x[k] ** 2 - reach - low) / step);
    first[k] = Math.min(Math.max(start, 0), count - width);
    for (let m = 0; m < width; m++) entries[k * width + m] = step * Math.exp(-b * (x[first[k] + m] - x[k] ** 2) ** 2);
  }
  return { x, step, first, width, entries };
}

function weight(x: number, a: number): number {
  return Math.exp(-((a - x) ** 2));
}

/** For each x the integral of K(x, y) f(y) over y. */
function pullBack({ first, width, entries }: Links, f: Float64Array): Float64Array {
  return f.map((_, k) => {
    let sum = 0;
    for (let m = 0; m < width; m++) sum += entries[k * width + m] * f[first[k] + m];
    return sum;
  });
}

/** For each y the integral of f(x) exp(-(a - x)^2) K(x, y) over x. */
function pushForward({ x, first, width, entries }: Links, f: Float64Array, a: number): Float64Array {
  const sums = new Float64Array(f.length);
  for (let k = 0; k < f.length; k++) {
    const weighted = f[k] * weight(x[k], a);
    if (weighted === 0) continue;
    for (let m = 0; m < width; m++) sums[first[k] + m] += entries[k * width + m] * weighted;
  }
  return sums;
}

/** Divides by the largest entry and returns its logarithm. */
function normalize(f: Float64Array): number {
  const largest = f.reduce((most, value) => Math.max(most, value), 0);
  for (let k = 0; k < f.length; k++) f[k] /= largest;
  return Math.log(largest);
}

function probabilities(f: Float64Array): Float64Array {
  const total = f.reduce((sum, value) => sum + value, 0);
  return f.map((value) => value / total);
}

function expectation(p: Float64Array, of: (k: number) => number): number {
  return p.reduce((sum, value, k) => sum + value * of(k), 0);
}
