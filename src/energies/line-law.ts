// Laws of one variable by quadrature: normaliser, expectations and independent draws from nothing but the energy. What separates into
// such laws (products, radial laws, a scale with Gaussians given it) is known exactly, that is, to about 1e-13.

import type { Random } from "../random/random.js";
import type { ExactFacts } from "./energy.js";
import { diagonalRows } from "./matrices.js";

/** The law of density proportional to exp(-U) on an interval. */
export interface LineLaw {
  /** log of the integral of exp(-U). */
  readonly logNormalizer: number;
  /** The expectation of a function that is as smooth as U. */
  expectation(f: (x: number) => number): number;
  /** An independent draw: the quadrature's distribution function, inverted by Newton's method. */
  draw(random: Random): number;
}

/** A part of the interval on which 16 points integrate the density, and their weights times the density. */
interface Cell {
  readonly from: number;
  readonly to: number;
  readonly points: Float64Array;
  readonly weights: Float64Array;
  readonly mass: number;
}

/** Where U exceeds its minimum by this much there is nothing: exp(-75) = 3e-33, times moments that are not astronomical. */
const CUTOFF = 75;

/** Cells are halved until exp(-U) varies by less than this many e-foldings in one. */
const VARIATION = 8;

/**
 * The law of `U` between the first and the last of `edges`; those between must hold its minima and whatever kinks it has, for the
 * search begins with the intervals between them. Beyond the ends U must be so large that nothing is lost.
 */
export function lineLaw(potential: (x: number) => number, edges: readonly number[]): LineLaw {
  const least = edges
    .map(potential)
    .filter(Number.isFinite)
    .reduce((low, height) => Math.min(low, height));
  const relative = (x: number): number => potential(x) - least;
  const cells: Cell[] = [];
  for (let k = 1; k < edges.length; k++) subdivide(relative, edges[k - 1], edges[k], 0, cells);
  const total = cells.reduce((sum, { mass }) => sum + mass, 0);
  const cumulative = Float64Array.from(cells.map(({ mass }) => mass));
  for (let k = 1; k < cumulative.length; k++) cumulative[k] += cumulative[k - 1];
  return {
    logNormalizer: Math.log(total) - least,
    expectation(f) {
      let sum = 0;
      for (const { points, weights } of cells) {
        for (let i = 0; i < points.length; i++) sum += weights[i] * f(points[i]);
      }
      return sum / total;
    },
    draw(random) {
      const wanted = random.uniform() * cumulative[cumulative.length - 1];
      const k = firstAbove(cumulative, wanted);
      return invert(relative, cells[k], wanted - (k > 0 ? cumulative[k - 1] : 0));
    },
  };
}

/** The facts of independent coordinates with a law each. */
export function independent(laws: readonly LineLaw[]): ExactFacts {
  // Coordinates of one law, usually all of them, share its moments.
  const moments = new Map<LineLaw, { mean: number; variance: number }>();
  for (const law of new Set(laws)) {
    const mean = law.expectation((x) => x);
    moments.set(law, { mean, variance: law.expectation((x) => (x - mean) ** 2) });
  }
  return {
    mean: laws.map((law) => moments.get(law)!.mean),
    covariance: diagonalRows(laws.map((law) => moments.get(law)!.variance)),
    logNormalizer: laws.reduce((sum, law) => sum + law.logNormalizer, 0),
    draw(random, q) {
      for (let i = 0; i < laws.length; i++) q[i] = laws[i].draw(random);
    },
  };
}

function subdivide(potential: (x: number) => number, from: number, to: number, depth: number, cells: Cell[]): void {
  const middle = from + 0.5 * (to - from);
  if (!(middle > from && middle < to)) return;
  const whole = cellOf(potential, from, to);
  const heights = [potential(from), potential(to), ...Array.from(whole.points, potential)];
  const lowest = Math.min(...heights);
  if (depth > 3 && lowest > CUTOFF) return;
  const highest = Math.max(...heights);
  if (Number.isNaN(highest)) throw new RangeError(`the energy is not a number between ${from} and ${to}`);
  if (depth > 3 && highest - lowest < VARIATION) {
    const halves = cellOf(potential, from, middle).mass + cellOf(potential, middle, to).mass;
    // Where U hardly varies, what is left of the difference is rounding.
    if (highest - lowest < 0.5 || Math.abs(halves - whole.mass) <= 1e-14 * halves) {
      cells.push(whole);
      return;
    }
  }
  subdivide(potential, from, middle, depth + 1, cells);
  subdivide(potential, middle, to, depth + 1, cells);
}

function cellOf(potential: (x: number) => number, from: number, to: number): Cell {
  const { points: unit, weights: unitWeights } = gaussLegendre();
  const half = 0.5 * (to - from);
  const points = unit.map((t) => from + half * (1 + t));
  const weights = unitWeights.map((weight, i) => weight * half * Math.exp(-potential(points[i])));
  return { from, to, points, weights, mass: weights.reduce((sum, weight) => sum + weight, 0) };
}

/** The first index whose entry exceeds `wanted`, by bisection; the last where rounding leaves none. */
function firstAbove(increasing: Float64Array, wanted: number): number {
  let [low, high] = [0, increasing.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (wanted < increasing[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The x in a cell with so much mass to its left. Bisection wherever Newton's step would leave the bracket. */
function invert(potential: (x: number) => number, { from, to, mass }: Cell, wanted: number): number {
  let [low, high] = [from, to];
  let x = from + (wanted / mass) * (to - from);
  for (let turn = 0; turn < 60; turn++) {
    const excess = cellOf(potential, from, x).mass - wanted;
    if (excess > 0) high = x;
    else low = x;
    const newton = x - excess * Math.exp(potential(x));
    const next = newton > low && newton < high ? newton : 0.5 * (low + high);
    if (Math.abs(next - x) <= 1e-14 * (to - from)) return next;
    x = next;
  }
  return x;
}

let rule: { points: Float64Array; weights: Float64Array } | undefined;

/** Gauss and Legendre's rule of 16 points on [-1, 1], by Newton's method on the polynomial. */
function gaussLegendre(): { points: Float64Array; weights: Float64Array } {
  if (rule !== undefined) return rule;
  const n = 16;
  const points = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let turn = 0; turn < 10; turn++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (n * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    points[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  rule = { points, weights };
  return rule;
}
