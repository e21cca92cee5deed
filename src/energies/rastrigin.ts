// Rastrigin's function: a bowl with a well at every whole number.

import { knownOptions, positiveNumber } from "../arguments/index.js";
import { type Box, nearest } from "./box.js";
import type { Energy } from "./energy.js";
import { separable } from "./separable.js";

const where = "energies.rastrigin";

export interface RastriginOptions {
  readonly dim?: number;
  /** How deep the wells are. */
  readonly a?: number;
  /** Confines the coordinates. */
  readonly box?: Box;
}

/**
 * `U(q) = a dim + sum_i (q_i^2 - a cos 2 pi q_i)`, 0 at the origin. Throws where `dim` is not a positive integer, `a` not positive, or
 * the box is none.
 *
 * Exactly: coordinates are independent; normaliser, variance and draws by quadrature on the line (a = 10: 0.226600924718 and
 * 0.499031598537 per coordinate); without a box the mean is 0 by symmetry.
 * @example energies.rastrigin({ dim: 1 }).value(Float64Array.of(0.5)) // 20.25
 */
export function rastrigin(options: RastriginOptions = {}): Energy {
  knownOptions(where, options, ["dim", "a", "box"]);
  const { dim = 2, a = 10, box } = options;
  positiveNumber(where, "a", a);
  return separable(where, {
    dim,
    box,
    expression: (q) =>
      q
        .square()
        .add(
          q
            .mul(2 * Math.PI)
            .cos()
            .mul(-a)
            .add(a),
        )
        .sum(),
    potential: (x) => x * x + a * (1 - Math.cos(2 * Math.PI * x)),
    // U >= x^2, and U = x^2 at the whole numbers; an interval that holds none is short enough to be looked at whole.
    reach: ([lower, upper]) => {
      const lowest = nearest([Math.ceil(lower), Math.floor(upper)], 0);
      return lowest < lower || lowest > upper ? Number.POSITIVE_INFINITY : Math.sqrt(lowest * lowest + 75);
    },
    minima: ([lower, upper]) => {
      const first = Math.ceil(lower);
      return Array.from({ length: Math.max(0, Math.floor(upper) - first + 1) }, (_, k) => first + k);
    },
  });
}
