// Rosenbrock's valley in any dimension: narrow, curved, and ever flatter along its floor. TorchEBM's RosenbrockModel.

import { finiteNumber, integerAtLeast, knownOptions, positiveNumber } from "../arguments/index.js";
import type { Energy, ExactFacts } from "./energy.js";
import { rosenbrockChain } from "./rosenbrock-chain.js";
import { energy } from "./traced.js";

const where = "energies.rosenbrock";

export interface RosenbrockOptions {
  readonly dim?: number;
  readonly a?: number;
  readonly b?: number;
}

/**
 * `U(q) = sum_{i < dim} b (q_{i+1} - q_i^2)^2 + (a - q_i)^2`. Throws where `dim` is not an integer of at least 2 or `b` not positive.
 *
 * Exactly, in two dimensions: x is N(a, 1/2) and y given x is N(x^2, 1/(2b)), so the mean is (a, a^2 + 1/2), cov(x, y) = 2 a var x = a,
 * var y = 2 var^2 x + 4 a^2 var x + 1/(2b) and Z = pi / sqrt b. In more the coordinates are a Markov chain, whose moments are found by
 * integrating one after the other on a grid (up to 16 dimensions); no direct sampler is known then.
 * @example energies.rosenbrock({ dim: 3 }).value(Float64Array.of(1, 1, 1)) // 0
 */
export function rosenbrock(options: RosenbrockOptions = {}): Energy {
  knownOptions(where, options, ["dim", "a", "b"]);
  const { dim = 2, a = 1, b = 100 } = options;
  integerAtLeast(where, "dim", dim, 2);
  finiteNumber(where, "a", a);
  positiveNumber(where, "b", b);
  return energy(
    dim,
    (q) => {
      const x = q.slice(0, dim - 1);
      const offFloor = q.slice(1, dim).sub(x.square());
      return offFloor.square().mul(b).add(x.sub(a).square()).sum();
    },
    { names: dim === 2 ? ["x", "y"] : undefined, exact: dim === 2 ? planar(a, b) : rosenbrockChain(dim, a, b) },
  );
}

function planar(a: number, b: number): ExactFacts {
  return {
    mean: [a, a * a + 0.5],
    covariance: [
      [0.5, a],
      [a, 0.5 + 2 * a * a + 0.5 / b],
    ],
    logNormalizer: Math.log(Math.PI / Math.sqrt(b)),
    draw(random, q) {
      q[0] = a + Math.SQRT1_2 * random.normal();
      q[1] = q[0] * q[0] + Math.sqrt(0.5 / b) * random.normal();
    },
  };
}
