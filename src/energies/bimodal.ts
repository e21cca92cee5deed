// The two-mode energy of hamiltonian-sampler-rs, in a form that neither overflows nor goes flat far from the modes.

import type { Energy } from "./energy.js";
import { energy } from "./traced.js";

/**
 * `U(x, y) = -log(exp(-d1 / 1.5) + exp(-d2 / 1.5))`, with d1 and d2 the squared distances to (2.5, 2.5) and (-2.5, -2.5).
 *
 * Exactly: an equal mixture of two normal laws of variance 3/4 per axis, so the mean is 0, each variance 3/4 + 2.5^2 = 7, the
 * covariance 2.5^2 = 6.25, the normaliser 2 pi 3/4 per mode, 3 pi in all. The barrier between the modes is about 7.64.
 */
export function bimodal(): Energy {
  return energy(
    2,
    (q) => {
      const near = q
        .sub(2.5)
        .square()
        .sum()
        .mul(1 / 1.5);
      const far = q
        .add(2.5)
        .square()
        .sum()
        .mul(1 / 1.5);
      // log(exp(-a) + exp(-b)) = -a + log(1 + exp(a - b)): one exponential, no overflow.
      return near.sub(near.sub(far).softplus());
    },
    {
      names: ["x", "y"],
      exact: {
        mean: [0, 0],
        covariance: [
          [7, 6.25],
          [6.25, 7],
        ],
        logNormalizer: Math.log(3 * Math.PI),
        draw(random, q) {
          const mode = random.uniform() < 0.5 ? 2.5 : -2.5;
          q[0] = mode + Math.sqrt(0.75) * random.normal();
          q[1] = mode + Math.sqrt(0.75) * random.normal();
        },
      },
    },
  );
}
