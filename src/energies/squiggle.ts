// A Gaussian bent into waves, after the target of that name in Chi Feng's interactive MCMC gallery: strong curvature that changes sign.

import { finiteNumber, knownOptions } from "../arguments/index.js";
import { stack } from "../tensor/index.js";
import type { Energy } from "./energy.js";
import { gaussianSampler, squaredLength } from "./gaussian.js";
import { factorOf, halfLogDeterminant } from "./matrices.js";
import { energy } from "./traced.js";

const where = "energies.squiggle";

export interface SquiggleOptions {
  /** The waves' angular frequency along x. */
  readonly frequency?: number;
  /** Rows of the covariance of (x, y + sin(frequency x)). */
  readonly covariance?: readonly ArrayLike<number>[];
}

/**
 * `(x, w)` with `w = y + sin(f x)` is normal with mean 0 and covariance C, so `U(x, y) = (x, w) C^-1 (x, w)' / 2`. Throws where the frequency is
 * not finite or C not symmetric and positive definite.
 *
 * Exactly, since shearing preserves area, Z = 2 pi sqrt(det C), and with E sin^2(f x) = (1 - exp(-2 f^2 C_xx)) / 2 and Stein's
 * cov(w, sin f x) = f C_xw exp(-f^2 C_xx / 2): mean 0, cov(x, y) = C_xw - f C_xx e, var y = C_ww + E sin^2 - 2 f C_xw e,
 * where e = exp(-f^2 C_xx / 2).
 * @example energies.squiggle().value(Float64Array.of(0, 0)) // 0
 */
export function squiggle(options: SquiggleOptions = {}): Energy {
  knownOptions(where, options, ["frequency", "covariance"]);
  const { frequency: f = 5 } = options;
  finiteNumber(where, "frequency", f);
  const given = options.covariance ?? [
    [2, 0.25],
    [0.25, 0.5],
  ];
  const factor = factorOf(where, "covariance", 2, given);
  const straight = gaussianSampler([0, 0], factor);
  const [[xx, xw], [, ww]] = factor.rows!;
  const damped = f * Math.exp(-0.5 * f * f * xx);
  const xy = xw - xx * damped;
  return energy(
    2,
    (q) => {
      const [x, y] = q.unstack();
      return squaredLength(stack([x, y.add(x.mul(f).sin())]), factor).mul(0.5);
    },
    {
      names: ["x", "y"],
      exact: {
        mean: [0, 0],
        covariance: [
          [xx, xy],
          [xy, ww - 0.5 * Math.expm1(-2 * f * f * xx) - 2 * xw * damped],
        ],
        logNormalizer: Math.log(2 * Math.PI) + halfLogDeterminant(factor),
        draw(random, q) {
          straight(random, q);
          q[1] -= Math.sin(f * q[0]);
        },
      },
    },
  );
}
