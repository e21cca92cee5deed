// The multivariate Student-t law: tails that fall as a power, which test whether a sampler comes back.

import { finiteVector, knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { constant } from "../tensor/index.js";
import { lgamma } from "../tensor/special/index.js";
import type { Energy } from "./energy.js";
import { gaussianSampler, squaredLength } from "./gaussian.js";
import { type Covariance, factorOf, halfLogDeterminant } from "./matrices.js";
import { energy } from "./traced.js";

const where = "energies.studentT";

export interface StudentTOptions {
  readonly degreesOfFreedom: number;
  /** `dim` numbers; the mean where there is one. [0] where left out. */
  readonly location?: ArrayLike<number>;
  /** The matrix S: one number for all, `dim` of them, or rows. 1 where left out. */
  readonly scale?: Covariance;
  readonly names?: readonly string[];
}

/**
 * `U(q) = (nu + dim)/2 log(1 + (q - m)' S^-1 (q - m) / nu)`, 0 at its centre m. Throws where the degrees of freedom nu are not positive or
 * the scale is not symmetric and positive definite.
 *
 * Exactly: the mean m exists for nu > 1, the covariance nu S / (nu - 2) for nu > 2; Z = Gamma(nu / 2) (nu pi)^(dim / 2) sqrt(det S) /
 * Gamma((nu + dim) / 2); a draw is m + z / sqrt(g / (nu / 2)), z normal with covariance S, g of the law Gamma(nu / 2).
 * @example energies.studentT({ degreesOfFreedom: 5, location: [0, 0] }).exact.covariance // [[5 / 3, 0], [0, 5 / 3]]
 */
export function studentT(options: StudentTOptions): Energy {
  knownOptions(where, options, ["degreesOfFreedom", "location", "scale", "names"]);
  const nu = positiveNumber(where, "degreesOfFreedom", options.degreesOfFreedom);
  const location = finiteVector(where, "location", options.location ?? [0]);
  const dim = location.length;
  if (dim === 0) refuse(where, "location", "at least one number", options.location);
  const factor = factorOf(where, "scale", dim, options.scale ?? 1);
  const centred = gaussianSampler(new Float64Array(dim), factor);
  return energy(
    dim,
    (q) =>
      squaredLength(q.sub(constant(location)), factor)
        .mul(1 / nu)
        .log1p()
        .mul(0.5 * (nu + dim)),
    {
      names: options.names,
      exact: {
        ...(nu > 1 && { mean: Array.from(location) }),
        ...(nu > 2 && { covariance: factor.rows?.map((row) => row.map((entry) => (entry * nu) / (nu - 2))) }),
        logNormalizer:
          lgamma(0.5 * nu) + 0.5 * dim * Math.log(nu * Math.PI) + halfLogDeterminant(factor) - lgamma(0.5 * (nu + dim)),
        draw(random, q) {
          centred(random, q);
          const scale = Math.sqrt((0.5 * nu) / random.gamma(0.5 * nu));
          for (let i = 0; i < dim; i++) q[i] = location[i] + scale * q[i];
        },
      },
    },
  );
}
