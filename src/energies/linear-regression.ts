// Bayesian linear regression with normal errors: conjugate given sigma, so that everything is known exactly.

import { knownOptions, positiveNumber } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import { constant, type Tensor } from "../tensor/index.js";
import { type Design, type RegressionData, readDesign } from "./design.js";
import type { Energy, ExactFacts } from "./energy.js";
import { lineLaw } from "./line-law.js";
import { symmetricEigen } from "./matrices.js";
import { energy } from "./traced.js";

const where = "energies.linearRegression";

export interface LinearRegressionOptions extends RegressionData {
  /** Standard deviation of the errors where it is known; else it is the last coordinate, positive. */
  readonly sigma?: number;
  /** Standard deviation of every coefficient's normal prior, the intercept's too. */
  readonly priorScale?: number;
  /** Scale of sigma's prior, a normal law on the positive numbers. */
  readonly sigmaScale?: number;
}

/**
 * The posterior of `y_i ~ N(x_i' beta, sigma^2)` with `beta_k ~ N(0, priorScale^2)` and, where sigma is not given,
 * `sigma ~ N(0, sigmaScale^2)` on sigma > 0 (both scales 10 where left out):
 * `U = |y - X beta|^2 / (2 sigma^2) + |beta|^2 / (2 priorScale^2) [+ n log sigma + sigma^2 / (2 sigmaScale^2)]`. Throws where data are not finite,
 * rows are of different lengths, or, sigma being unknown, the predictors explain the outcomes exactly (there is no posterior then).
 *
 * Exactly: given sigma, beta is normal with precision A = X'X / sigma^2 + 1 / priorScale^2 and mean A^-1 X'y / sigma^2, which the eigenvectors
 * of X'X make independent for every sigma at once; sigma has a density that one quadrature on the line of log sigma integrates.
 * @example energies.linearRegression({ x: [0, 1, 2], y: [1, 3, 5], sigma: 1 }).exact.mean // near [1, 2]
 */
export function linearRegression(options: LinearRegressionOptions): Energy {
  knownOptions(where, options, ["x", "y", "intercept", "sigma", "priorScale", "sigmaScale"]);
  const design = readDesign(where, options);
  const priorScale = positiveNumber(where, "priorScale", options.priorScale ?? 10);
  const sigmaScale = positiveNumber(where, "sigmaScale", options.sigmaScale ?? 10);
  const p = design.names.length;
  const n = design.y.length;
  const [x, y] = [constant(design.rows), constant(design.y)];
  const conjugate = diagonalize(design, priorScale);
  const prior = (beta: Tensor): Tensor =>
    beta
      .square()
      .sum()
      .mul(0.5 / priorScale ** 2);
  if (options.sigma !== undefined) {
    const sigma = positiveNumber(where, "sigma", options.sigma);
    return energy(
      p,
      (beta) =>
        y
          .sub(x.matmul(beta))
          .square()
          .sum()
          .mul(0.5 / sigma ** 2)
          .add(prior(beta)),
      { names: design.names, exact: factsGivenSigma(conjugate, sigma) },
    );
  }
  // The density of sigma goes as sigma^-(n - rank) at 0 where nothing is left to explain.
  if (conjugate.residual === 0 && conjugate.values.filter((value) => value > 0).length < n) {
    throw new RangeError(`${where}: the predictors explain y exactly, so that sigma has no posterior; give sigma`);
  }
  return energy(
    p + 1,
    (q) => {
      const [beta, sigma] = [q.slice(0, p), q.at(p)];
      const misfit = y.sub(x.matmul(beta)).div(sigma).square().sum().mul(0.5);
      return misfit
        .add(sigma.log().mul(n))
        .add(prior(beta))
        .add(sigma.square().mul(0.5 / sigmaScale ** 2));
    },
    {
      names: [...design.names, "sigma"],
      constraints: { lower: [...new Array<number>(p).fill(Number.NEGATIVE_INFINITY), 0] },
      exact: facts(conjugate, n, sigmaScale),
    },
  );
}

/** What is needed of the data to know the law of beta given any sigma. */
interface Conjugate {
  /** Eigenvectors of X'X, as columns. */
  readonly vectors: readonly (readonly number[])[];
  readonly values: readonly number[];
  /** Least-squares coefficients along the eigenvectors; 0 where the data say nothing of one. */
  readonly fitted: readonly number[];
  /** Sum of squares that no coefficients explain. */
  readonly residual: number;
  readonly priorPrecision: number;
}

function diagonalize({ rows, y, names }: Design, priorScale: number): Conjugate {
  const p = names.length;
  const product = Array.from({ length: p }, (_, j) =>
    Array.from({ length: p }, (_, k) => rows.reduce((sum, row) => sum + row[j] * row[k], 0)),
  );
  const { values: raw, vectors } = symmetricEigen(product);
  const largest = Math.max(...raw);
  // Collinear predictors leave an eigenvalue of 0 with rounding's sign.
  const values = raw.map((value) => (value > 1e-13 * largest ? value : 0));
  const scores = Array.from({ length: p }, (_, k) =>
    rows.reduce((sum, row, i) => sum + y[i] * row.reduce((along, entry, j) => along + entry * vectors[j][k], 0), 0),
  );
  const fitted = scores.map((score, k) => (values[k] === 0 ? 0 : score / values[k]));
  const beta = vectors.map((row) => row.reduce((sum, entry, k) => sum + entry * fitted[k], 0));
  const residual = rows.reduce(
    (sum, row, i) => sum + (y[i] - row.reduce((predicted, entry, j) => predicted + entry * beta[j], 0)) ** 2,
    0,
  );
  const size = y.reduce((sum, outcome) => sum + outcome * outcome, 0);
  return {
    vectors,
    values,
    fitted,
    residual: residual > 1e-24 * size ? residual : 0,
    priorPrecision: 1 / priorScale ** 2,
  };
}

/** Precision and mean of beta along eigenvector k. */
function along({ values, fitted, priorPrecision }: Conjugate, sigma: number, k: number): [number, number] {
  const fromData = values[k] / sigma ** 2;
  const precision = fromData + priorPrecision;
  return [precision, (fromData / precision) * fitted[k]];
}

/** -log of the integral of exp(-|y - X beta|^2 / (2 sigma^2) - |beta|^2 / (2 priorScale^2)) over beta. */
function marginal(conjugate: Conjugate, sigma: number): number {
  const { values, fitted, residual, priorPrecision } = conjugate;
  let sum = residual / sigma ** 2 - values.length * Math.log(2 * Math.PI);
  for (let k = 0; k < values.length; k++) {
    const [precision] = along(conjugate, sigma, k);
    // The least-squares fit pulled to 0: the harmonic combination of both precisions, without cancellation.
    sum += Math.log(precision) + ((values[k] / sigma ** 2) * priorPrecision * fitted[k] ** 2) / precision;
  }
  return 0.5 * sum;
}

function factsGivenSigma(conjugate: Conjugate, sigma: number): ExactFacts {
  const { vectors, values } = conjugate;
  const laws = values.map((_, k) => along(conjugate, sigma, k));
  return {
    mean: rotated(
      vectors,
      laws.map(([, mean]) => mean),
    ),
    covariance: sandwich(
      vectors,
      laws.map(([precision]) => 1 / precision),
    ),
    logNormalizer: -marginal(conjugate, sigma),
    draw: (random, q) => drawBeta(conjugate, sigma, random, q),
  };
}

function facts(conjugate: Conjugate, n: number, sigmaScale: number): ExactFacts {
  const { vectors, values } = conjugate;
  const p = values.length;
  const potential = (t: number): number => {
    const sigma = Math.exp(t);
    return (n - 1) * t + 0.5 * (sigma / sigmaScale) ** 2 + marginal(conjugate, sigma);
  };
  // To the left the density falls at least as exp(t), below whatever scale the residuals set.
  const scales = [sigmaScale, ...(conjugate.residual > 0 ? [Math.sqrt(conjugate.residual / n)] : [])].map(Math.log);
  const law = lineLaw(potential, bracket(potential, Math.min(...scales) - 85, Math.log(sigmaScale) + 3));
  const average = (f: (sigma: number) => number): number => law.expectation((t) => f(Math.exp(t)));
  const sigmaMean = average((sigma) => sigma);
  const along1 = (sigma: number, k: number): number => along(conjugate, sigma, k)[1];
  const means = values.map((_, k) => average((sigma) => along1(sigma, k)));
  // Along eigenvectors j and k: the covariance of their means as sigma varies, and each one's variance.
  const spread = values.map((_, j) =>
    values.map((_, k) =>
      average(
        (sigma) =>
          (along1(sigma, j) - means[j]) * (along1(sigma, k) - means[k]) +
          (j === k ? 1 / along(conjugate, sigma, k)[0] : 0),
      ),
    ),
  );
  const half = spread.map((row) => rotated(vectors, row));
  const covariance = vectors.map((row) =>
    vectors.map((_, j) => row.reduce((sum, entry, k) => sum + entry * half[k][j], 0)),
  );
  const withSigma = rotated(
    vectors,
    means.map((mean, k) => average((sigma) => (along1(sigma, k) - mean) * (sigma - sigmaMean))),
  );
  return {
    mean: [...rotated(vectors, means), sigmaMean],
    covariance: [
      ...covariance.map((row, j) => [...row, withSigma[j]]),
      [...withSigma, average((sigma) => (sigma - sigmaMean) ** 2)],
    ],
    logNormalizer: law.logNormalizer,
    draw(random, q) {
      q[p] = Math.exp(law.draw(random));
      drawBeta(conjugate, q[p], random, q);
    },
  };
}

/** Where the law of log sigma is not negligible: points half a unit apart, and its minima, of which tight priors can make two. */
function bracket(potential: (t: number) => number, low: number, high: number): number[] {
  const grid = Array.from({ length: Math.ceil(2 * (high - low)) + 1 }, (_, k) => low + 0.5 * k);
  const heights = grid.map(potential);
  const dips = grid.flatMap((t, k) =>
    heights[k] <= (heights[k - 1] ?? Number.POSITIVE_INFINITY) &&
    heights[k] <= (heights[k + 1] ?? Number.POSITIVE_INFINITY)
      ? [minimumBetween(potential, t - 0.5, t + 0.5)]
      : [],
  );
  const least = Math.min(...dips.map(potential));
  const within = grid.filter((_, k) => [k - 1, k, k + 1].some((near) => heights[near] - least < 80));
  return [...new Set([...within, ...dips])].sort((a, b) => a - b);
}

/** By golden section. */
function minimumBetween(potential: (t: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [left, right] = [low, high];
  while (right - left > 1e-9) {
    const [a, b] = [right - ratio * (right - left), left + ratio * (right - left)];
    if (potential(a) < potential(b)) right = b;
    else left = a;
  }
  return 0.5 * (left + right);
}

function drawBeta(conjugate: Conjugate, sigma: number, random: Random, q: Float64Array): void {
  const { vectors, values } = conjugate;
  for (let j = 0; j < vectors.length; j++) q[j] = 0;
  for (let k = 0; k < values.length; k++) {
    const [precision, mean] = along(conjugate, sigma, k);
    const value = mean + random.normal() / Math.sqrt(precision);
    for (let j = 0; j < vectors.length; j++) q[j] += vectors[j][k] * value;
  }
}

/** Coordinates along the eigenvectors, turned back. */
function rotated(vectors: Conjugate["vectors"], along: readonly number[]): number[] {
  return vectors.map((row) => row.reduce((sum, entry, k) => sum + entry * along[k], 0));
}

function sandwich(vectors: Conjugate["vectors"], diagonal: readonly number[]): number[][] {
  return vectors.map((a) => vectors.map((b) => diagonal.reduce((sum, value, k) => sum + a[k] * value * b[k], 0)));
}
