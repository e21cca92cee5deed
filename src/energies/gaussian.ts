// The Gaussian energy, U = (q - mean)' C^-1 (q - mean) / 2, through the Cholesky factor of C.

import { finiteVector, knownOptions, refuse } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import { constant, type Tensor } from "../tensor/index.js";
import type { Energy } from "./energy.js";
import { addFactorTimes, type Covariance, type Factor, factorOf, halfLogDeterminant, invertLower } from "./matrices.js";
import { energy } from "./traced.js";

const where = "energies.gaussian";

export interface GaussianOptions {
  /** `dim` numbers. */
  readonly mean: ArrayLike<number>;
  /** One variance for all, `dim` variances, or the rows of a symmetric positive definite matrix. 1 where left out. */
  readonly covariance?: Covariance;
  readonly names?: readonly string[];
}

/**
 * The energy of a normal law, 0 at its mean; `exact` carries its mean, covariance, normaliser and a direct sampler. Throws where the
 * covariance is not symmetric and positive definite.
 * @example energies.gaussian({ mean: [1, -1], covariance: [[1, 0.5], [0.5, 2]] }).value(Float64Array.of(2, -1)) // 4 / 7
 */
export function gaussian(options: GaussianOptions): Energy {
  knownOptions(where, options, ["mean", "covariance", "names"]);
  const mean = finiteVector(where, "mean", options.mean);
  const dim = mean.length;
  if (dim === 0) refuse(where, "mean", "at least one number", options.mean);
  const factor = factorOf(where, "covariance", dim, options.covariance ?? 1);
  return energy(dim, (q) => squaredLength(q.sub(constant(mean)), factor).mul(0.5), {
    names: options.names,
    exact: {
      mean: Array.from(mean),
      covariance: factor.rows,
      // The integral of exp(-|z|^2 / 2) over q = mean + L z is (2 pi)^(dim / 2) |L|.
      logNormalizer: 0.5 * dim * Math.log(2 * Math.PI) + halfLogDeterminant(factor),
      draw: gaussianSampler(mean, factor),
    },
  });
}

/** (q - mean)' (L L')^-1 (q - mean): the squared length of z = L^-1 (q - mean), which is standard normal. */
export function squaredLength(shifted: Tensor, { deviations, lower }: Factor): Tensor {
  const z =
    lower === undefined
      ? shifted.mul(constant(deviations.map((deviation) => 1 / deviation)))
      : constant(invertLower(lower)).matmul(shifted);
  return z.square().sum();
}

/** Draws mean + L z. */
export function gaussianSampler(mean: ArrayLike<number>, factor: Factor): (random: Random, q: Float64Array) => void {
  const z = new Float64Array(mean.length);
  return (random, q) => {
    random.fillNormal(z);
    q.set(mean);
    addFactorTimes(factor, z, q);
  };
}
