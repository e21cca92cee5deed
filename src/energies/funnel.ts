// Neal's funnel (Neal 2003, "Slice sampling", Annals of Statistics 31(3)): a scale that runs over many orders of magnitude.

import { integerAtLeast, knownOptions, positiveNumber } from "../arguments/index.js";
import type { Energy } from "./energy.js";
import { diagonalRows } from "./matrices.js";
import { energy } from "./traced.js";

const where = "energies.funnel";

export interface FunnelOptions {
  /** With the log variance `v`, which is the first coordinate. */
  readonly dim?: number;
  /** Standard deviation of `v`. */
  readonly scale?: number;
}

/**
 * `v ~ N(0, scale^2)` and `x_i ~ N(0, exp(v))`: `U(v, x) = v^2 / (2 scale^2) + (dim - 1) v / 2 + exp(-v) |x|^2 / 2`. Throws where `dim`
 * is not an integer of at least 2 or the scale not positive.
 *
 * Exactly: mean 0, var v = scale^2, var x_i = E exp(v) = exp(scale^2 / 2) (90 at scale 3, of which hardly any sample shows the half),
 * and all are uncorrelated; the normaliser is (2 pi)^(dim / 2) scale.
 * @example energies.funnel().names // ["v", "x[0]", ..., "x[8]"]
 */
export function funnel(options: FunnelOptions = {}): Energy {
  knownOptions(where, options, ["dim", "scale"]);
  const { dim = 10, scale = 3 } = options;
  integerAtLeast(where, "dim", dim, 2);
  positiveNumber(where, "scale", scale);
  const variance = scale * scale;
  return energy(
    dim,
    (q) => {
      const v = q.at(0);
      const x = q.slice(1, dim);
      return v
        .square()
        .mul(0.5 / variance)
        .add(v.mul(0.5 * (dim - 1)))
        .add(x.square().sum().mul(v.neg().exp()).mul(0.5));
    },
    {
      names: ["v", ...Array.from({ length: dim - 1 }, (_, i) => `x[${i}]`)],
      exact: {
        mean: new Array<number>(dim).fill(0),
        covariance: diagonalRows([variance, ...new Array<number>(dim - 1).fill(Math.exp(variance / 2))]),
        logNormalizer: 0.5 * dim * Math.log(2 * Math.PI) + Math.log(scale),
        draw(random, q) {
          random.fillNormal(q);
          q[0] *= scale;
          const sd = Math.exp(q[0] / 2);
          for (let i = 1; i < dim; i++) q[i] *= sd;
        },
      },
    },
  );
}
