// Mixtures of normal laws, in log-sum-exp form: no overflow near the modes, and no plateau far from them.

import { finiteVector, knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import { constant, stack, type Tensor } from "../tensor/index.js";
import type { Energy } from "./energy.js";
import { gaussianSampler, squaredLength } from "./gaussian.js";
import { type Covariance, type Factor, factorOf, halfLogDeterminant, invertLower } from "./matrices.js";
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
  const factors = readFactors(options, centers.length, dim);
  const mean = Array.from({ length: dim }, (_, i) => average(weights, (k) => centers[k][i]));
  // log of w_k over the determinant and (2 pi)^(dim / 2)
  const logHeights = factors.map(
    (factor, k) => Math.log(weights[k]) - halfLogDeterminant(factor) - 0.5 * dim * Math.log(2 * Math.PI),
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
      exact: {
        mean,
        covariance: covarianceOf(weights, mean, centers, factors),
        logNormalizer: 0,
        draw: mixtureSampler(weights, centers, factors),
      },
    },
  );
}

function covarianceOf(
  weights: Float64Array,
  mean: readonly number[],
  centers: readonly Float64Array[],
  factors: readonly Factor[],
): number[][] | undefined {
  const rows = factors.map((factor) => factor.rows);
  if (rows.includes(undefined)) return undefined;
  // About the mean, for centres far from the origin would cancel.
  return mean.map((mi, i) =>
    mean.map((mj, j) => average(weights, (k) => rows[k]![i][j] + (centers[k][i] - mi) * (centers[k][j] - mj))),
  );
}

/** One squared length per component, `[components]`. */
function squaredLengths(q: Tensor, centers: readonly Float64Array[], factors: readonly Factor[]): Tensor {
  const shifted = q.sub(constant(centers));
  const [{ lower }] = factors;
  if (factors.every((factor) => factor.lower === undefined)) {
    return shifted
      .mul(constant(factors.map(({ deviations }) => deviations.map((deviation) => 1 / deviation))))
      .square()
      .sum(1);
  }
  if (lower !== undefined && factors.every((factor) => factor.lower === lower)) {
    return shifted
      .matmul(constant(invertLower(lower)).transpose())
      .square()
      .sum(1);
  }
  return stack(factors.map((factor, k) => squaredLength(shifted.at(k), factor)));
}

function mixtureSampler(
  weights: Float64Array,
  centers: readonly Float64Array[],
  factors: readonly Factor[],
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

/** Components of one covariance share its factor. */
function readFactors(options: GaussianMixtureOptions, count: number, dim: number): Factor[] {
  const { covariance, covariances } = options;
  if (covariances === undefined) {
    return new Array<Factor>(count).fill(factorOf(where, "covariance", dim, covariance ?? 1));
  }
  if (covariance !== undefined) {
    throw new RangeError(`${where}: give covariance, for all components, or covariances, one each, not both`);
  }
  if (!Array.isArray(covariances) || covariances.length !== count) {
    refuse(where, "covariances", `${count} covariances, one per centre`, covariances);
  }
  return covariances.map((each, k) => factorOf(where, `covariances[${k}]`, dim, each));
}
