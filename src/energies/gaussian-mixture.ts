// Mixtures of normal laws, in log-sum-exp form: no overflow near the modes, and no plateau far from them.

import { finiteVector, knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import { constant, stack, type Tensor } from "../tensor/index.js";
import type { Energy } from "./energy.js";
import { gaussianSampler } from "./gaussian.js";
import {
  type Covariance,
  cholesky,
  covarianceRows,
  invertLower,
  isDiagonal,
  logDiagonal,
  type Rows,
} from "./matrices.js";
import { energy } from "./traced.js";

const where = "energies.gaussianMixture";

export interface GaussianMixtureOptions {
  /** One centre of `dim` numbers per component. */
  readonly centers: readonly ArrayLike<number>[];
  /** One positive weight per component, of any sum; equal where left out. */
  readonly weights?: ArrayLike<number>;
  /** Of every component; 1 where neither this nor `covariances` is given. */
  readonly covariance?: Covariance;
  /** One per component. */
  readonly covariances?: readonly Covariance[];
  readonly names?: readonly string[];
}

/**
 * `U(q) = -log sum_k w_k N(q; m_k, C_k)`, the weights made to sum to 1, so that the normaliser is 1. Throws where the centres differ
 * in length, a weight is not positive, or a covariance is not symmetric and positive definite.
 *
 * Exactly, with m the mean of the m_k: the covariance is sum_k w_k (C_k + m_k m_k') - m m'; a draw picks a component, then draws from it.
 * @example energies.gaussianMixture({ centers: [[-2], [2]] }).exact.covariance // [[5]]
 */
export function gaussianMixture(options: GaussianMixtureOptions): Energy {
  knownOptions(where, options, ["centers", "weights", "covariance", "covariances", "names"]);
  const { centers, dim } = readCenters(options.centers);
  const weights = readWeights(options.weights, centers.length);
  const covariances = readCovariances(options, centers.length, dim);
  const factors = factorsOf(covariances);
  const mean = Array.from({ length: dim }, (_, i) => average(weights, (k) => centers[k][i]));
  const covariance = mean.map((mi, i) =>
    // About the mean, for centres far from the origin would cancel.
    mean.map((mj, j) =>
      average(weights, (k) => covariances[k].rows[i][j] + (centers[k][i] - mi) * (centers[k][j] - mj)),
    ),
  );
  // log of w_k over the determinant and (2 pi)^(dim / 2)
  const logHeights = factors.map(
    (factor, k) => Math.log(weights[k]) - logDiagonal(factor) - 0.5 * dim * Math.log(2 * Math.PI),
  );
  return energy(
    dim,
    (q) =>
      constant(logHeights)
        .sub(squaredLengths(q, centers, factors).mul(0.5))
        .logSumExp()
        .neg(),
    {
      names: options.names,
      exact: { mean, covariance, logNormalizer: 0, draw: mixtureSampler(weights, centers, factors) },
    },
  );
}

/** Cholesky factors; components of one covariance share its factor. */
function factorsOf(covariances: readonly { name: string; rows: Rows }[]): Rows[] {
  const factors = new Map<Rows, Rows>();
  return covariances.map(({ name, rows }) => {
    const factor = factors.get(rows) ?? cholesky(where, name, rows);
    factors.set(rows, factor);
    return factor;
  });
}

/** One squared length per component, `[components]`. */
function squaredLengths(q: Tensor, centers: readonly Float64Array[], factors: readonly Rows[]): Tensor {
  const dim = q.shape[0];
  const shifted = q.sub(constant(centers));
  if (factors.every(isDiagonal)) {
    return shifted
      .mul(constant(factors.map((factor) => factor.map((row, i) => 1 / row[i]))))
      .square()
      .sum(1);
  }
  if (factors.every((factor) => factor === factors[0])) {
    return shifted
      .matmul(constant(invertLower(factors[0])).transpose())
      .square()
      .sum(1);
  }
  return stack(
    factors.map((factor, k) =>
      constant(invertLower(factor))
        .matmul(shifted.at(k).reshape([dim]))
        .square()
        .sum(),
    ),
  );
}

function mixtureSampler(
  weights: Float64Array,
  centers: readonly Float64Array[],
  factors: readonly Rows[],
): (random: Random, q: Float64Array) => void {
  const components = centers.map((center, k) => gaussianSampler(center, factors[k]));
  return (random, q) => {
    let rest = random.uniform();
    let k = 0;
    while (k < weights.length - 1 && rest >= weights[k]) rest -= weights[k++];
    components[k](random, q);
  };
}

function average(weights: Float64Array, of: (k: number) => number): number {
  return weights.reduce((sum, weight, k) => sum + weight * of(k), 0);
}

function readCenters(centers: unknown): { centers: Float64Array[]; dim: number } {
  if (!Array.isArray(centers) || centers.length === 0)
    refuse(where, "centers", "a list of at least one centre", centers);
  const first = finiteVector(where, "centers[0]", centers[0]);
  if (first.length === 0) refuse(where, "centers[0]", "at least one number", centers[0]);
  return {
    centers: centers.map((center, k) => finiteVector(where, `centers[${k}]`, center, first.length)),
    dim: first.length,
  };
}

function readWeights(weights: ArrayLike<number> | undefined, count: number): Float64Array {
  if (weights === undefined) return new Float64Array(count).fill(1 / count);
  const given = finiteVector(where, "weights", weights, count);
  given.forEach((weight, k) => positiveNumber(where, `weights[${k}]`, weight));
  const total = given.reduce((sum, weight) => sum + weight, 0);
  return given.map((weight) => weight / total);
}

/** Components of one covariance share its rows. */
function readCovariances(options: GaussianMixtureOptions, count: number, dim: number): { name: string; rows: Rows }[] {
  const { covariance, covariances } = options;
  if (covariances === undefined) {
    const shared = { name: "covariance", rows: covarianceRows(where, "covariance", dim, covariance ?? 1) };
    return new Array<typeof shared>(count).fill(shared);
  }
  if (covariance !== undefined) {
    throw new RangeError(`${where}: give covariance, for all components, or covariances, one each, not both`);
  }
  if (!Array.isArray(covariances) || covariances.length !== count) {
    refuse(where, "covariances", `${count} covariances, one per centre`, covariances);
  }
  return covariances.map((each, k) => {
    const name = `covariances[${k}]`;
    return { name, rows: covarianceRows(where, name, dim, each) };
  });
}
