// Weights of models whose mixture predicts best (Yao, Vehtari, Simpson and Gelman 2018, "Using stacking to average Bayesian predictive
// distributions"). The score is concave in the weights: Newton's method along a barrier that keeps them positive, which fades.

import { logSumExp } from "./log-sum-exp.js";

/**
 * `elpd[k]`: pointwise log predictive densities of model k. The weights, which sum to 1, maximise the sum over observations of
 * log sum_k w_k exp(elpd[k][i]), to 1e-10 nats per observation. Equal models share their weight equally. NaN where a density is not finite.
 */
export function stackingWeights(elpd: readonly Float64Array[]): Float64Array {
  const K = elpd.length;
  const n = elpd[0].length;
  const weights = new Float64Array(K).fill(1 / K);
  if (elpd.some((values) => !values.every(Number.isFinite))) return weights.fill(Number.NaN);
  const densities = relativeDensities(elpd);
  // K times the barrier's height is how far from the best score its optimum can be.
  for (let height = 1; K * height > 1e-11; height /= 10) {
    for (let step = 0; step < 50; step++) {
      if (!newtonStep(densities, n, weights, height)) break;
    }
  }
  return weights;
}

/** exp(elpd) over the mean of the models, observation by observation, so that nothing underflows in all models. */
function relativeDensities(elpd: readonly Float64Array[]): Float64Array[] {
  const result = elpd.map((values) => new Float64Array(values.length));
  const each = new Float64Array(elpd.length);
  for (let i = 0; i < elpd[0].length; i++) {
    for (let k = 0; k < elpd.length; k++) each[k] = elpd[k][i];
    const scale = logSumExp(each);
    for (let k = 0; k < elpd.length; k++) result[k][i] = Math.exp(each[k] - scale);
  }
  return result;
}

/** The mean log score and the barrier; -Infinity outside the simplex. */
function objective(densities: readonly Float64Array[], n: number, weights: Float64Array, height: number): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    if (!(weights[k] > 0)) return Number.NEGATIVE_INFINITY;
    sum += height * Math.log(weights[k]);
  }
  for (let i = 0; i < n; i++) {
    let density = 0;
    for (let k = 0; k < weights.length; k++) density += weights[k] * densities[k][i];
    sum += Math.log(density) / n;
  }
  return sum;
}

/** Moves the weights uphill, keeping their sum; false where there is nothing left to climb. */
function newtonStep(densities: readonly Float64Array[], n: number, weights: Float64Array, height: number): boolean {
  const K = weights.length;
  const gradient = weights.map((w) => height / w);
  const curvature = Array.from(weights, () => new Float64Array(K));
  for (let k = 0; k < K; k++) curvature[k][k] = height / weights[k] ** 2;
  const ratio = new Float64Array(K);
  for (let i = 0; i < n; i++) {
    let density = 0;
    for (let k = 0; k < K; k++) density += weights[k] * densities[k][i];
    for (let k = 0; k < K; k++) ratio[k] = densities[k][i] / density;
    for (let k = 0; k < K; k++) {
      gradient[k] += ratio[k] / n;
      for (let l = 0; l < K; l++) curvature[k][l] += (ratio[k] * ratio[l]) / n;
    }
  }
  // Of all directions that keep the sum, Newton's: curvature d = gradient - multiplier.
  const free = solve(curvature, gradient);
  const all = solve(curvature, new Float64Array(K).fill(1));
  const multiplier = sumOf(free) / sumOf(all);
  const direction = free.map((d, k) => d - multiplier * all[k]);
  const rise = direction.reduce((sum, d, k) => sum + d * gradient[k], 0);
  if (!(rise > 1e-14)) return false;

  const before = objective(densities, n, weights, height);
  for (let length = 1; length > 1e-10; length /= 2) {
    const next = weights.map((w, k) => w + length * direction[k]);
    if (objective(densities, n, next, height) >= before + 0.1 * length * rise) {
      weights.set(next);
      return true;
    }
  }
  return false;
}

/** By Cholesky's factors: the curvature is positive definite, and as large as there are models. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const K = right.length;
  const L = matrix.map((row) => row.slice());
  const x = right.slice();
  for (let j = 0; j < K; j++) {
    for (let k = 0; k < j; k++) L[j][j] -= L[j][k] ** 2;
    L[j][j] = Math.sqrt(L[j][j]);
    for (let i = j + 1; i < K; i++) {
      for (let k = 0; k < j; k++) L[i][j] -= L[i][k] * L[j][k];
      L[i][j] /= L[j][j];
    }
    for (let k = 0; k < j; k++) x[j] -= L[j][k] * x[k];
    x[j] /= L[j][j];
  }
  for (let j = K - 1; j >= 0; j--) {
    for (let k = j + 1; k < K; k++) x[j] -= L[k][j] * x[k];
    x[j] /= L[j][j];
  }
  return x;
}

function sumOf(x: Float64Array): number {
  return x.reduce((sum, value) => sum + value, 0);
}
