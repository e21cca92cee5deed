// Whether values are uniform: probability integral transforms, p-values, ranks of simulation-based calibration.

import { closedUnit, integerAtLeast, knownOptions, openUnit, refuse } from "../arguments/index.js";
import { asNumbers } from "./chains.js";
import { binomialLaw, poissonLaw, probabilityOf } from "./count-laws.js";
import { type CountPath, ecdfBand, ecdfTest, tailTable } from "./ecdf-band.js";

export interface BandOptions {
  /** How many parts of equal probability the points of evaluation cut; at most as many as there are values, 100 where nothing is said. */
  readonly points?: number;
  /** That a uniform sample stays within the band everywhere; 0.95 where nothing is said. */
  readonly probability?: number;
}

export interface UniformityOptions extends BandOptions {
  /** Values are ranks, integers 0 ... largest, each as probable as the others, instead of numbers on [0, 1]. */
  readonly largest?: number;
}

/** Of a band: everything as parts of 1, at `points`, 0 and 1 left out. */
export interface Band {
  readonly points: Float64Array;
  /** The ECDF of a uniform sample is within `lower` and `upper` at all points with probability `coverage`, at least the one asked for. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly coverage: number;
  /** Level of each point's interval by itself. */
  readonly gamma: number;
}

export interface Uniformity extends Band {
  /** Share of the values at or below each point (of ranks: below the point's rank). */
  readonly ecdf: Float64Array;
  /** The smallest of the pointwise p-values. */
  readonly statistic: number;
  /** The probability of a statistic as small in a uniform sample, exactly; not above 1 - probability just where the ECDF leaves the band. */
  readonly pValue: number;
}

/**
 * Tests whether independent values are uniform, by their ECDF at some points, with a simultaneous band to draw. NaN among the values makes
 * statistic, p-value and ECDF NaN; without any it throws, as it does for values outside [0, 1] (or 0 ... largest).
 *
 * Säilynoja, Bürkner and Vehtari 2022, section 2; the exact probability instead of their simulation.
 *
 * @example uniformity([0.1, 0.2, 0.3, 0.35]).pValue // 0.1875
 */
export function uniformity(values: ArrayLike<number>, options: UniformityOptions = {}): Uniformity {
  knownOptions("uniformity", options, ["points", "probability", "largest"]);
  const x = asNumbers("uniformity", "values", values);
  const N = x.length;
  if (N === 0) refuse("uniformity", "values", "a list of at least one number", values);
  const { points, probability } = bandOptions("uniformity", options, N);
  const cuts = options.largest === undefined ? partsOf(points) : ranksOf(x, options.largest, points);
  if (options.largest === undefined) {
    for (let i = 0; i < N; i++) if (!Number.isNaN(x[i])) closedUnit("uniformity", `values[${i}]`, x[i]);
  }
  const path = uniformPath(N, cuts.points);
  const tails = tailTable(path);
  const band = partsOfOne(cuts.points, ecdfBand(path, tails, probability), N);
  if (x.some(Number.isNaN)) {
    const unknown = new Float64Array(cuts.points.length).fill(Number.NaN);
    return { ...band, ecdf: unknown, statistic: Number.NaN, pValue: Number.NaN };
  }
  const counts = countsUpTo(x, cuts.bounds);
  const [statistic, pValue] = ecdfTest(path, tails, counts);
  return { ...band, ecdf: counts.map((count) => count / N), statistic, pValue };
}

/** The options with what holds where nothing is said. */
export function bandOptions(where: string, options: BandOptions, N: number): { points: number; probability: number } {
  const points = integerAtLeast(where, "points", options.points ?? 100, 2);
  const probability = openUnit(where, "probability", options.probability ?? 0.95);
  return { points: Math.max(2, Math.min(points, N)), probability };
}

export function partsOfOne(
  points: Float64Array,
  band: { lower: Float64Array; upper: Float64Array; coverage: number; gamma: number },
  N: number,
): Band {
  return {
    points,
    lower: band.lower.map((count) => count / N),
    upper: band.upper.map((count) => count / N),
    coverage: band.coverage,
    gamma: band.gamma,
  };
}

/** Points of [0, 1], and the largest value that counts as below each. */
interface Cuts {
  readonly points: Float64Array;
  readonly bounds: Float64Array;
}

function partsOf(parts: number): Cuts {
  const points = Float64Array.from({ length: parts - 1 }, (_, j) => (j + 1) / parts);
  return { points, bounds: points };
}

/** Cuts between ranks, as many and as even as they allow: there the share of ranks below is known exactly. */
function ranksOf(x: Float64Array, largest: number, parts: number): Cuts {
  const levels = integerAtLeast("uniformity", "largest", largest, 1) + 1;
  for (let i = 0; i < x.length; i++) {
    const isRank = Number.isNaN(x[i]) || (Number.isInteger(x[i]) && x[i] >= 0 && x[i] <= largest);
    if (!isRank) refuse("uniformity", `values[${i}]`, `an integer from 0 to ${largest}`, x[i]);
  }
  const K = Math.min(parts, levels);
  const cut = Float64Array.from({ length: K - 1 }, (_, j) => Math.round(((j + 1) * levels) / K));
  return { points: cut.map((m) => m / levels), bounds: cut.map((m) => m - 1) };
}

function countsUpTo(x: Float64Array, bounds: Float64Array): Float64Array {
  const sorted = x.slice().sort();
  let below = 0;
  return bounds.map((bound) => {
    while (below < sorted.length && sorted[below] <= bound) below++;
    return below;
  });
}

/** Counts of N uniform values: a Poisson process of N points, given that there are N. */
function uniformPath(N: number, points: Float64Array): CountPath {
  const ends = [0, ...points, 1];
  return {
    counts: Array.from(points, (z) => binomialLaw(N, z)),
    increments: ends.slice(1).map((end, j) => poissonLaw(N * (end - ends[j]))),
    total: N,
    probabilityOfTotal: probabilityOf(poissonLaw(N), N),
  };
}
