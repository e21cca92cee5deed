// The banana of hamiltonian-sampler-rs: a narrow curved valley whose moments are known exactly.

import type { Energy } from "./energy.js";
import { energy } from "./traced.js";

/**
 * `U(x, y) = (1 - x)^2 + 10 (y - x^2)^2`.
 *
 * Exactly: x is N(1, 1/2) and y given x is N(x^2, 1/20), so E y = E x^2 = 3/2, cov(x, y) = cov(x, x^2) = 2 E x var x = 1 and
 * var y = var x^2 + 1/20 = 2 var^2 x + 4 (E x)^2 var x + 1/20 = 2.55.
 */
export function banana(): Energy {
  return energy(
    2,
    (q) => {
      const [x, y] = q.unstack();
      return x.sub(1).square().add(y.sub(x.square()).square().mul(10));
    },
    {
      names: ["x", "y"],
      exact: {
        mean: [1, 1.5],
        covariance: [
          [0.5, 1],
          [1, 2.55],
        ],
        logNormalizer: Math.log(Math.PI / Math.sqrt(10)),
        draw(random, q) {
          q[0] = 1 + Math.SQRT1_2 * random.normal();
          q[1] = q[0] * q[0] + Math.sqrt(1 / 20) * random.normal();
        },
      },
    },
  );
}
