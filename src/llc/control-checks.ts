// What N(w*, 1 / gamma) demands of draws. The law is known, so the variance of a squared distance is 2 d and not what a trace says of itself; and for
// Langevin steps of a fixed size so are the autocorrelation and the share of the variance that a chain can have reached.

import { significant } from "../chains/digits.js";
import type { Draws } from "../chains/draws.js";
import { upperIncompleteGamma } from "../diagnostics/incomplete-gamma.js";
import { essMean } from "../diagnostics/index.js";
import { attainedShare, effectiveSquares, type RunLength, transitionsUntil } from "./gaussian-langevin.js";

/** Of each coordinate gamma (w - w*)^2, of which exactly 1 is expected. */
export interface ControlSquares {
  /** Sums over coordinates, one array per chain that kept draws. */
  readonly distances: readonly Float64Array[];
  /** The chains that these are. */
  readonly chains: readonly number[];
  /** Means over all draws, by coordinate. */
  readonly coordinates: Float64Array;
}

export interface ControlFindings {
  readonly squaredDistance: number;
  /** From the known variance 2 d and `effectiveDraws`. */
  readonly standardError: number;
  readonly effectiveDraws: number;
  readonly expected?: number;
  readonly problems: string[];
}

/** As good as independent, below which an autocorrelation that had to be estimated is not known either. */
const LEAST_EFFECTIVE = 100;
/** Of a chain, where they are estimated: below it nothing can be said of it alone. */
const LEAST_ALONE = 20;
/** Draws of which an autocorrelation can be estimated at all: halves of three. */
const SHORTEST = 6;
/** Share of d that four standard errors may be, for a deviation of that size to be seen. */
const RESOLUTION = 0.25;
/** What one of these finds chance to explain with less: the mean, what steps are expected to make of it, all chains, all coordinates. */
const LEAST_CHANCE = 1e-4;
/** Share of its variance that the start may have left missing, where the tolerance is smaller than that. */
const MISSING = 0.02;

export function squaresOf(
  { dim, draws, lengths, position }: Draws,
  center: Float64Array,
  gamma: number,
): ControlSquares {
  const coordinates = new Float64Array(dim);
  const chains = lengths.flatMap((length, chain) => (length > 0 ? [chain] : []));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const distances = chains.map((chain) => {
    const squares = new Float64Array(lengths[chain]);
    for (let draw = 0; draw < squares.length; draw++) {
      const first = (chain * draws + draw) * dim;
      for (let i = 0; i < dim; i++) {
        const square = gamma * (position[first + i] - center[i]) ** 2;
        squares[draw] += square;
        coordinates[i] += square / total;
      }
    }
    return squares;
  });
  return { distances, chains, coordinates };
}

/** `tolerance` is the share of d, and of a coordinate's variance, that steps may make of the law. */
export function controlled(draws: Draws, squares: ControlSquares, gamma: number, tolerance: number): ControlFindings {
  const { distances, chains, coordinates } = squares;
  const { dim, names, final } = draws;
  const laws = chains.map((chain) => langevinLaw(draws, chain, gamma));
  const exact = laws.length > 0 && laws.every((law) => law !== undefined);
  const perChain = distances.map((trace, k) => laws[k]?.effectiveDraws ?? estimatedDraws(trace));
  const lengths = distances.map(({ length }) => length);
  const total = sum(lengths);
  const effectiveDraws = total ** 2 / sum(lengths.map((length, k) => length ** 2 / perChain[k])) || 0;
  const squaredDistance = sum(coordinates);
  const standardError = Math.sqrt((2 * dim) / effectiveDraws);
  const expected = exact ? sum(laws.map((law, k) => (law.expected * lengths[k]) / total)) : undefined;

  const problems = draws.stopped.map(({ chain, draw, reason }) => `chain ${chain} stopped at draw ${draw} (${reason})`);
  const add = (isProblem: boolean, sentence: () => string): void => void (isProblem && problems.push(sentence()));

  const attained = exact ? Math.min(...laws.map((law) => law.attained)) : 1;
  add(attained < 1 - Math.max(tolerance, MISSING), () => {
    const warmup = Math.max(...laws.map((law) => transitionsUntil(law?.slowest ?? 0, Math.max(tolerance, MISSING))));
    return `the chains have not moved far enough: from the centre, steps of this size can have reached ${significant(100 * attained, 2)} % of the variance; a warmup of ${warmup} transitions would do (this one had ${final.warmup})`;
  });
  const needed = Math.ceil(Math.max(LEAST_EFFECTIVE, (2 * (4 / RESOLUTION) ** 2) / dim));
  add(!(effectiveDraws >= needed), () => {
    const more =
      effectiveDraws > 0
        ? `${Math.ceil(needed / effectiveDraws)} times as many transitions would do`
        : Math.max(0, ...lengths) < SHORTEST
          ? `no chain kept ${SHORTEST} draws`
          : "nothing moved";
    return `too few effective draws to tell: ${significant(effectiveDraws, 3)}, below ${needed}; ${more}`;
  });
  const isOff = 2 * chanceOf(squaredDistance / dim, dim * effectiveDraws, tolerance) < LEAST_CHANCE;
  add(
    isOff,
    () =>
      `the sampler does not sample what it should: ${significant(squaredDistance / dim, 3)} times the squared distance`,
  );
  add(
    expected !== undefined && 2 * chanceOf(squaredDistance / expected, dim * effectiveDraws, 0) < LEAST_CHANCE,
    () =>
      `steps of this size make ${significant(expected ?? Number.NaN, 4)} of the squared distance, farther from what was found than chance explains`,
  );
  if (!isOff) {
    distances.forEach((trace, k) => {
      // Estimates are high here and low there; that of all chains is the less so.
      const worth = exact ? perChain[k] : Math.min(perChain[k], (sum(perChain) * trace.length) / total);
      if (!exact && worth < LEAST_ALONE) return;
      const share = sum(trace) / trace.length / dim;
      add(
        2 * chains.length * chanceOf(share, dim * worth, tolerance) < LEAST_CHANCE,
        () => `chain ${chains[k]} alone has ${significant(share, 3)} times the squared distance`,
      );
    });
    const off = worstCoordinate(coordinates, perCoordinate(laws, dim, effectiveDraws), tolerance);
    add(
      2 * dim * off.chance < LEAST_CHANCE,
      () => `${names[off.index]} alone has ${significant(coordinates[off.index], 3)} times its variance`,
    );
  }
  return { squaredDistance, standardError, effectiveDraws, ...(expected === undefined ? {} : { expected }), problems };
}

interface LangevinLaw {
  /** Of the squared distance, and of each coordinate. */
  readonly effectiveDraws: number;
  readonly byCoordinate: Float64Array;
  /** Mean share of the final variance over coordinates. */
  readonly attained: number;
  /** Of the squared distance, steps and start included. */
  readonly expected: number;
  /** eps times curvature of the slowest coordinate. */
  readonly slowest: number;
}

/** What one chain's steps make of the law, where they are of a fixed size in each coordinate; undefined for other kernels. */
function langevinLaw(
  { sampler, adapted, dim, final, lengths }: Draws,
  chain: number,
  gamma: number,
): LangevinLaw | undefined {
  const { kind, options } = sampler;
  const fixed = options.stepSize === undefined || typeof options.stepSize === "number";
  if (!fixed || (kind !== "sgld" && kind !== "langevin") || !(adapted.stepSize?.[chain] > 0)) return undefined;
  // With another noise Langevin steps sample another law.
  if ((options.noiseScale ?? 1) !== 1 || (options.temperature ?? 1) !== 1) return undefined;
  // Langevin's eta is half of SGLD's eps.
  const product = (kind === "langevin" ? 2 : 1) * gamma * adapted.stepSize[chain];
  const run: RunLength = { warmup: final.warmup, draws: lengths[chain], thin: final.thin };
  const scales = adapted.preconditioner?.subarray(chain * dim, (chain + 1) * dim);
  const byCoordinate = new Float64Array(dim);
  let [inverseDraws, attained, expected] = [0, 0, 0];
  for (let i = 0; i < dim; i++) {
    const own = product * (scales?.[i] ?? 1);
    if (!(own < 4)) return undefined;
    const share = attainedShare(own, run);
    byCoordinate[i] = effectiveSquares(own, run);
    inverseDraws += 1 / byCoordinate[i];
    attained += share / dim;
    expected += share / (1 - own / 4);
  }
  const slowest = product * (scales === undefined ? 1 : Math.min(...scales));
  return { effectiveDraws: dim / inverseDraws, byCoordinate, attained, expected, slowest };
}

/** No credit for draws better than independent ones. */
function estimatedDraws(trace: Float64Array): number {
  const ess = essMean([trace]);
  return Number.isNaN(ess) ? 0 : Math.min(trace.length, ess);
}

/** Those of all chains; where they are not known by coordinate, those of the squared distance. */
function perCoordinate(laws: readonly (LangevinLaw | undefined)[], dim: number, effectiveDraws: number): Float64Array {
  if (laws.length === 0 || laws.includes(undefined)) return new Float64Array(dim).fill(effectiveDraws);
  return Float64Array.from({ length: dim }, (_, i) => sum(laws.map((law) => law?.byCoordinate[i] ?? 0)));
}

/** That whose mean square is the least likely. */
function worstCoordinate(
  squares: Float64Array,
  effectiveDraws: Float64Array,
  tolerance: number,
): { readonly index: number; readonly chance: number } {
  let worst = { index: 0, chance: 1 };
  squares.forEach((square, index) => {
    const chance = chanceOf(square, effectiveDraws[index], tolerance);
    if (chance < worst.chance) worst = { index, chance };
  });
  return worst;
}

/**
 * How much more skewed the mean of a slow series' squares is than that of as many independent ones as have its variance: with the spectrum f(x) =
 * 1 / (1 + x^2), (int f)(int f^3) / (int f^2)^2. At 100 of them a chance of 1e-6 becomes one of 5e-6.
 */
const SKEWED = 1.5;

/**
 * The chance that a mean of squares, worth so many independent ones, is as far from 1 on its side: upwards as a gamma variable of that skewness,
 * downwards as a chi-square, and wider or narrower by the tolerance. 0 of what is no number.
 */
function chanceOf(mean: number, independent: number, tolerance: number): number {
  if (Number.isNaN(mean)) return 0;
  const half = independent / 2;
  if (!(half > 0)) return 1;
  if (mean <= 1) return tolerance < 1 ? 1 - upperIncompleteGamma(half, (half * mean) / (1 - tolerance)) : 1;
  const shape = half / SKEWED ** 2;
  const deviations = (mean / (1 + tolerance) - 1) * Math.sqrt(half);
  return upperIncompleteGamma(shape, shape + deviations * Math.sqrt(shape));
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
