// What an LLC estimate of reduced-rank regression must be at a finite temperature, by independent draws and no chain: the first layer is drawn from
// the localisation, the second is integrated as the Gaussian that it is, and what is left are importance weights.

import { stream } from "../../../src/index.js";

export interface Reference {
  readonly mean: number;
  readonly standardError: number;
}

export interface ReducedRank {
  readonly states: number;
  readonly actions: number;
  /** 2: matrices are inverted by hand. */
  readonly hidden: number;
  readonly rank: number;
  readonly nbeta: number;
  readonly gamma: number;
  readonly draws: number;
  readonly seed: number;
}

/**
 * The mean of t K under exp(-t K - (gamma/2) |w - w*|^2), K = |W A - I_rank|^2 / 2. Given A `[2, states]`, row i of W has precision
 * S = t A A' + gamma and mean m = S^-1 (t A k_i + gamma w*_i), and contributes sqrt(det S)^-1 exp(m'S m / 2) to the weight of A.
 */
export function importanceSampledLlc({
  states,
  actions,
  hidden,
  rank,
  nbeta: t,
  gamma,
  draws,
  seed,
}: ReducedRank): Reference {
  if (hidden !== 2) throw new RangeError("two hidden units are what this is for");
  const random = stream(seed, "reduced-rank reference");
  const one = (i: number, j: number): number => (i === j && i < rank ? 1 : 0);
  const logWeights = new Float64Array(draws);
  const values = new Float64Array(draws);
  const A = [new Float64Array(states), new Float64Array(states)];
  for (let k = 0; k < draws; k++) {
    for (let h = 0; h < 2; h++)
      for (let j = 0; j < states; j++) A[h][j] = one(h, j) + random.normal() / Math.sqrt(gamma);
    const inner = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
      let sum = 0;
      for (let j = 0; j < states; j++) sum += x[j] * y[j];
      return sum;
    };
    const [p, q, r] = [inner(A[0], A[0]), inner(A[0], A[1]), inner(A[1], A[1])];
    const [a, b, d] = [t * p + gamma, t * q, t * r + gamma];
    const determinant = a * d - b * b;
    // trace(A' S^-1 A) = trace(S^-1 A A')
    const spread = (d * p - 2 * b * q + a * r) / determinant;
    let [log, value] = [0, 0];
    for (let i = 0; i < actions; i++) {
      const target = Float64Array.from({ length: states }, (_, j) => one(i, j));
      const [u, v] = [0, 1].map((h) => t * inner(A[h], target) + gamma * one(i, h));
      const [m0, m1] = [(d * u - b * v) / determinant, (a * v - b * u) / determinant];
      log += 0.5 * (m0 * u + m1 * v) - 0.5 * Math.log(determinant);
      const residual = target.map((x, j) => m0 * A[0][j] + m1 * A[1][j] - x);
      value += 0.5 * t * (inner(residual, residual) + spread);
    }
    logWeights[k] = log;
    values[k] = value;
  }
  const top = logWeights.reduce((x, y) => Math.max(x, y));
  let [total, first] = [0, 0];
  for (let k = 0; k < draws; k++) {
    const weight = Math.exp(logWeights[k] - top);
    total += weight;
    first += weight * values[k];
  }
  const mean = first / total;
  // The delta method's variance of a ratio of means.
  let squares = 0;
  for (let k = 0; k < draws; k++) squares += (Math.exp(logWeights[k] - top) * (values[k] - mean)) ** 2;
  return { mean, standardError: Math.sqrt(squares) / total };
}
