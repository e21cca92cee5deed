// A ring, or in more dimensions a shell: mass that lies where no Gaussian would look for it.

import { integerAtLeast, knownOptions, positiveNumber } from "../arguments/index.js";
import { lgamma } from "../tensor/special/index.js";
import type { Energy } from "./energy.js";
import { lineLaw } from "./line-law.js";
import { diagonalRows } from "./matrices.js";
import { energy } from "./traced.js";

const where = "energies.donut";

export interface DonutOptions {
  readonly dim?: number;
  readonly radius?: number;
  /** Standard deviation of the distance from the ring, but for the factor |q|^(dim - 1) of the volume. */
  readonly sigma?: number;
}

/**
 * `U(q) = (|q| - radius)^2 / (2 sigma^2)`; at the origin, a peak, the gradient is taken as 0. Throws where `dim` is not a positive integer or
 * a length not positive.
 *
 * Exactly: the direction is uniform and independent of r = |q|, whose density r^(dim - 1) exp(-U) is integrated by quadrature; so the
 * mean is 0, the covariance E r^2 / dim, the normaliser the integral times the unit sphere's area 2 pi^(dim / 2) / Gamma(dim / 2).
 * @example energies.donut().value(Float64Array.of(0, 2.5)) // 0, on the ring
 */
export function donut(options: DonutOptions = {}): Energy {
  knownOptions(where, options, ["dim", "radius", "sigma"]);
  const { dim = 2, radius = 2.5, sigma = 0.25 } = options;
  integerAtLeast(where, "dim", dim, 1);
  positiveNumber(where, "radius", radius);
  positiveNumber(where, "sigma", sigma);
  const law = radialLaw(dim, radius, sigma);
  const logSphere = Math.LN2 + 0.5 * dim * Math.log(Math.PI) - lgamma(0.5 * dim);
  const variance = law.expectation((r) => r * r) / dim;
  return energy(
    dim,
    (q) => {
      const squares = q.square().sum();
      const atOrigin = squares.equal(0);
      const distance = atOrigin.where(0, atOrigin.where(1, squares).sqrt());
      return distance
        .sub(radius)
        .square()
        .mul(0.5 / (sigma * sigma));
    },
    {
      exact: {
        mean: new Array<number>(dim).fill(0),
        covariance: diagonalRows(new Array<number>(dim).fill(variance)),
        logNormalizer: law.logNormalizer + logSphere,
        draw(random, q) {
          random.fillNormal(q);
          const scale = law.draw(random) / Math.sqrt(q.reduce((sum, x) => sum + x * x, 0));
          for (let i = 0; i < dim; i++) q[i] *= scale;
        },
      },
    },
  );
}

function radialLaw(dim: number, radius: number, sigma: number): ReturnType<typeof lineLaw> {
  const potential = (r: number): number =>
    0.5 * ((r - radius) / sigma) ** 2 - (dim === 1 ? 0 : (dim - 1) * Math.log(r));
  // The density's maximum, where (r - radius) / sigma^2 = (dim - 1) / r. It falls at least as fast as a normal one on both sides.
  const peak = 0.5 * (radius + Math.sqrt(radius * radius + 4 * (dim - 1) * sigma * sigma));
  const far = sigma * Math.sqrt(2 * 80);
  return lineLaw(potential, [Math.max(0, peak - far), peak, peak + far]);
}
