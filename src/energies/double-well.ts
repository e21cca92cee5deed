// Double wells in every coordinate, 2^dim modes of equal weight: TorchEBM's DoubleWellModel.

import { knownOptions, positiveNumber } from "../arguments/index.js";
import { type Box, nearest } from "./box.js";
import type { Energy } from "./energy.js";
import { separable } from "./separable.js";

const where = "energies.doubleWell";

export interface DoubleWellOptions {
  readonly dim?: number;
  /** The barrier's height is `h b^4`. */
  readonly h?: number;
  /** The wells lie at `-b` and `b`. */
  readonly b?: number;
  /** Confines the coordinates. */
  readonly box?: Box;
}

/**
 * `U(q) = h sum_i (q_i^2 - b^2)^2`, 0 at its minima. Throws where `dim` is not a positive integer, `h` or `b` not positive, or the box is none.
 *
 * Exactly: coordinates are independent; normaliser, variance and draws by quadrature on the line (h = 2, b = 1: 1.410914703196 and
 * 0.852136152178 per coordinate); without a box the mean is 0 by symmetry.
 * @example energies.doubleWell({ dim: 1 }).value(Float64Array.of(0)) // 2, the barrier
 */
export function doubleWell(options: DoubleWellOptions = {}): Energy {
  knownOptions(where, options, ["dim", "h", "b", "box"]);
  const { dim = 2, h = 2, b = 1, box } = options;
  positiveNumber(where, "h", h);
  positiveNumber(where, "b", b);
  const potential = (x: number): number => h * (x * x - b * b) ** 2;
  return separable(where, {
    dim,
    box,
    expression: (q) =>
      q
        .square()
        .sub(b * b)
        .square()
        .sum()
        .mul(h),
    potential,
    reach: (interval) => {
      const least = Math.min(potential(nearest(interval, b)), potential(nearest(interval, -b)));
      return Math.sqrt(b * b + Math.sqrt((75 + least) / h));
    },
    minima: () => [-b, b],
  });
}
