// Ackley's function: a plain with ripples around one deep hole. It is bounded, so it has a law only within a box.

import { finiteNumber, integerAtLeast, knownOptions, positiveNumber } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import { type Box, edgesWithin, readBox } from "./box.js";
import type { Energy, ExactFacts } from "./energy.js";
import { independent, lineLaw } from "./line-law.js";
import { byRejection } from "./rejection.js";
import { energy } from "./traced.js";

const where = "energies.ackley";

export interface AckleyOptions {
  readonly dim?: number;
  /** The hole's depth. */
  readonly a?: number;
  /** How fast the hole rises. */
  readonly b?: number;
  /** The ripples' frequency. */
  readonly c?: number;
  /** Where the coordinates lie: one interval for all or one each. There is no law without it. */
  readonly box: Box;
}

/**
 * `U(q) = -a exp(-b |q| / sqrt dim) - exp(mean_i cos(c q_i)) + a + e`, 0 at the origin, where its gradient is taken as 0. Throws without
 * a box: U stays below a + e, so exp(-U) has no integral over all positions.
 *
 * Exactly: in one dimension by quadrature on the line; in more, the mean is 0 where the box is symmetric. In two dimensions draws are
 * made by rejection from the uniform law on the box, since U >= 0; in more that would take too long, and there are none.
 * @example energies.ackley({ box: [-5, 5] }).transform // maps free coordinates into the box
 */
export function ackley(options: AckleyOptions): Energy {
  knownOptions(where, options ?? {}, ["dim", "a", "b", "c", "box"]);
  const { dim = 2, a = 20, b = 0.2, c = 2 * Math.PI, box } = options ?? {};
  integerAtLeast(where, "dim", dim, 1);
  positiveNumber(where, "a", a);
  positiveNumber(where, "b", b);
  finiteNumber(where, "c", c);
  if (box === undefined) {
    throw new RangeError(
      `${where}: box must be given, such as [-5, 5]: the energy stays below a + e, so that exp(-U) has no integral without one`,
    );
  }
  const intervals = readBox(where, dim, box);
  const [lower, upper] = [0, 1].map((end) => intervals.map((interval) => interval[end]));
  return energy(
    dim,
    (q) => {
      const squares = q.square().mean();
      // The root has no derivative at 0; 0 is taken there, as the middle of all slopes.
      const atOrigin = squares.equal(0);
      const distance = atOrigin.where(0, atOrigin.where(1, squares).sqrt());
      const hole = distance.mul(-b).exp().mul(-a);
      return hole.sub(q.mul(c).cos().mean().exp()).add(a + Math.E);
    },
    { constraints: { lower, upper }, exact: factsOf(intervals, a, b, c) },
  );
}

function factsOf(intervals: readonly [number, number][], a: number, b: number, c: number): ExactFacts | undefined {
  const dim = intervals.length;
  if (dim === 1) {
    const period = (2 * Math.PI) / Math.abs(c);
    const [lower, upper] = intervals[0];
    // The ripples' minima, so that none is missed; a search of the whole box where they are too many to list.
    const first = Math.ceil(lower / period);
    const count = Math.min(1e4, Math.max(0, Math.floor(upper / period) - first + 1));
    const minima = Number.isFinite(period) ? Array.from({ length: count }, (_, k) => (first + k) * period) : [];
    const potential = (x: number): number => a + Math.E - a * Math.exp(-b * Math.abs(x)) - Math.exp(Math.cos(c * x));
    return independent([lineLaw(potential, edgesWithin(intervals[0], [0, ...minima]))]);
  }
  const symmetric = intervals.every(([lower, upper]) => lower === -upper);
  const facts: ExactFacts = symmetric ? { mean: new Array<number>(dim).fill(0) } : {};
  if (dim > 2) return symmetric ? facts : undefined;
  return { ...facts, draw: sampler(intervals, a, b, c) };
}

function sampler(
  intervals: readonly [number, number][],
  a: number,
  b: number,
  c: number,
): (random: Random, q: Float64Array) => void {
  const dim = intervals.length;
  return byRejection(where, (random, q) => {
    let [squares, cosines] = [0, 0];
    for (let i = 0; i < dim; i++) {
      const [lower, upper] = intervals[i];
      q[i] = lower + (upper - lower) * random.uniform();
      squares += q[i] * q[i];
      cosines += Math.cos(c * q[i]);
    }
    const value = a + Math.E - a * Math.exp(-b * Math.sqrt(squares / dim)) - Math.exp(cosines / dim);
    return random.exponential() >= value;
  });
}
