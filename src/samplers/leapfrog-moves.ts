// What a leapfrog step is with a diagonal and with a dense mass, as expressions for the programs of `orbit-program.ts`: which vectors a point
// has, and how they move before and after the gradient.

import type { Shape, Tensor } from "../tensor/index.js";
import { choleskyOf } from "./cholesky.js";
import type { Metric } from "./metric.js";

/**
 * What a metric makes of a leapfrog step, as expressions. A point is a list of vectors: position, momentum, gradient, and where there are
 * more the velocity and whatever else is carried. `by` are the numbers that hold the step size and the metric.
 */
export interface Moves {
  /** Vectors of a point. */
  readonly vectors: number;
  /** Shapes of `by`: what has another sign backward in time, and what is the same in both directions. */
  readonly directed: Shape;
  readonly fixed: readonly Shape[];
  /** From a point: the next position, and the momentum and whatever else is on the way there. */
  depart(point: readonly Tensor[], by: readonly Tensor[]): Tensor[];
  /** From what was on the way and the gradient there: the momentum and all that follows the gradient in a point. */
  arrive(moving: readonly Tensor[], g: Tensor, by: readonly Tensor[]): Tensor[];
  /** As `arrive`, at a start: from standard normal numbers. Absent where these are the momentum and all there is. */
  start?(normals: Tensor, g: Tensor, fixed: readonly Tensor[]): Tensor[];
  /** Writes the directed numbers for steps of this size, negative where backward. */
  direct(numbers: Float64Array, metric: Metric, stepSize: number): void;
  /** Writes the others, where there are any. */
  fix(numbers: readonly Float64Array[], metric: Metric): void;
}

/**
 * Momenta are kept as M^(-1/2) p: standard normal at the start, equal to their velocities, and with the same inner products, so that
 * masses are met in kicks and drifts only.
 */
export function diagonalMoves(dim: number): Moves {
  return {
    vectors: 3,
    // Half a step times M^(-1/2).
    directed: [dim],
    fixed: [],
    depart([q, p, g], [kick]) {
      const half = p.sub(kick.mul(g));
      return [q.add(kick.mul(2).mul(half)), half];
    },
    arrive: ([half], g, [kick]) => [half.sub(kick.mul(g))],
    direct(kick, { inverseMass }, stepSize) {
      for (let i = 0; i < dim; i++) kick[i] = (stepSize / 2) * Math.sqrt(inverseMass[i]);
    },
    fix() {},
  };
}

/** A point carries v = M^-1 p and M^-1 g, which are kicked together with p and g: one product with the matrix per step. */
export function denseMoves(dim: number): Moves {
  return {
    vectors: 5,
    directed: [],
    // M^-1, and L with L L' = M^-1.
    fixed: [
      [dim, dim],
      [dim, dim],
    ],
    depart([q, p, g, v, slope], [stepSize]) {
      const edge = stepSize.mul(0.5);
      const velocity = v.sub(edge.mul(slope));
      return [q.add(stepSize.mul(velocity)), p.sub(edge.mul(g)), velocity];
    },
    arrive([half, velocity], g, [stepSize, inverseMass]) {
      const edge = stepSize.mul(0.5);
      const slope = inverseMass.matmul(g);
      return [half.sub(edge.mul(g)), velocity.sub(edge.mul(slope)), slope];
    },
    start: (normals, g, [inverseMass, lower]) => [
      lower.triangularSolve(normals, true),
      lower.matmul(normals),
      inverseMass.matmul(g),
    ],
    direct(size, _metric, stepSize) {
      size[0] = stepSize;
    },
    fix([matrix, lower], { inverseMass }) {
      matrix.set(inverseMass);
      choleskyOf(inverseMass, dim, lower);
    },
  };
}
