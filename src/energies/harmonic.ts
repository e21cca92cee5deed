// The harmonic energy: springs of one stiffness, TorchEBM's HarmonicModel.

import { integerAtLeast, knownOptions, positiveNumber } from "../arguments/index.js";
import type { Energy } from "./energy.js";
import { diagonalRows } from "./matrices.js";
import { energy } from "./traced.js";

const where = "energies.harmonic";

export interface HarmonicOptions {
  readonly dim?: number;
  /** The stiffness. */
  readonly k?: number;
}

/**
 * `U(q) = k/2 sum_i q_i^2`. Throws where `dim` is not a positive integer or `k` not positive.
 *
 * Exactly: every coordinate is N(0, 1/k), so the normaliser is (2 pi / k)^(dim / 2).
 * @example energies.harmonic({ dim: 3, k: 4 }).exact.covariance[0][0] // 0.25
 */
export function harmonic(options: HarmonicOptions = {}): Energy {
  knownOptions(where, options, ["dim", "k"]);
  const { dim = 2, k = 1 } = options;
  integerAtLeast(where, "dim", dim, 1);
  positiveNumber(where, "k", k);
  const sd = Math.sqrt(1 / k);
  return energy(
    dim,
    (q) =>
      q
        .square()
        .sum()
        .mul(0.5 * k),
    {
      exact: {
        mean: new Array<number>(dim).fill(0),
        covariance: diagonalRows(new Array<number>(dim).fill(1 / k)),
        logNormalizer: 0.5 * dim * Math.log((2 * Math.PI) / k),
        draw(random, q) {
          random.fillNormal(q);
          for (let i = 0; i < dim; i++) q[i] *= sd;
        },
      },
    },
  );
}
