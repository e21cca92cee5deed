// Whether chains have the same law, by the ranks of their draws among all draws: what rank plots show, as a test.

import { knownOptions, refuse } from "../arguments/index.js";
import { asChains } from "./chains.js";
import { binomialLaw, hypergeometricLaw, probabilityOf } from "./count-laws.js";
import { type CountPath, type EcdfBand, ecdfBand, ecdfTest, type TailTable, tailTable } from "./ecdf-band.js";
import { isUndefined } from "./is-undefined.js";
import { type Band, type BandOptions, bandOptions, partsOfOne } from "./uniformity.js";

export interface RankUniformity extends Band {
  /** One per chain: the share of its draws among the lowest part of all draws that each point names. */
  readonly ecdf: readonly Float64Array[];
  /** The smallest of the pointwise p-values, over points and chains. */
  readonly statistic: number;
  /** An upper bound of the probability of a statistic as small in chains of one law: exact for two chains, nearly for more. */
  readonly pValue: number;
}

/**
 * Tests whether the draws of at least two chains are of one law, by the ECDFs of their ranks among all draws, with one simultaneous band for
 * all of them. Draws are taken as independent: thin dependent ones first, to about their effective sample size, or the test sees differences
 * where there are none. Equal draws of several chains share their ranks evenly. Statistic, p-value and ECDFs are NaN where a draw is not
 * finite or all are equal.
 *
 * Säilynoja, Bürkner and Vehtari 2022, section 3, for two chains; for M, each is tested against all others at 1/M of the level (Bonferroni),
 * which costs little since chains seldom leave together, and needs no simulation.
 *
 * @example rankUniformity([[1, 2, 3, 4], [5, 6, 7, 8]]).pValue // 2 of 70 orders are as uneven: 0.0286
 */
export function rankUniformity(chains: readonly ArrayLike<number>[], options: BandOptions = {}): RankUniformity {
  knownOptions("rankUniformity", options, ["points", "probability"]);
  const numbers = asChains("rankUniformity", chains);
  const M = numbers.length;
  const N = numbers[0].length;
  if (M < 2 || N === 0) refuse("rankUniformity", "chains", "at least two lists of at least one draw", chains);
  const { points, probability } = bandOptions("rankUniformity", options, N);
  const { cuts, tests, path, tails, inCounts } = frameOf(M, N, points, probability);
  const band = partsOfOne(
    cuts.map((cut) => cut / (M * N)),
    inCounts,
    N,
  );
  const coverage = 1 - tests * (1 - band.coverage);
  if (isUndefined(numbers)) {
    const unknown = numbers.map(() => new Float64Array(cuts.length).fill(Number.NaN));
    return { ...band, coverage, ecdf: unknown, statistic: Number.NaN, pValue: Number.NaN };
  }
  const counts = countsBelow(numbers, cuts);
  const [statistic, pValue] = counts
    .map((count) => ecdfTest(path, tails, count))
    .reduce((least, test) => (test[0] < least[0] ? test : least));
  const ecdf = counts.map((count) => count.map((c) => c / N));
  return { ...band, coverage, ecdf, statistic, pValue: Math.min(1, tests * pValue) };
}

/** All that does not depend on the draws. */
interface Frame {
  readonly key: string;
  readonly cuts: Float64Array;
  /** Tests that share the level. */
  readonly tests: number;
  readonly path: CountPath;
  readonly tails: TailTable;
  readonly inCounts: EcdfBand;
}

// It takes far longer than the rest, and the coordinates of one run, which come one after another, share it.
let latest: Frame | undefined;

function frameOf(M: number, N: number, points: number, probability: number): Frame {
  const key = [M, N, points, probability].join();
  if (latest?.key === key) return latest;
  const cuts = Float64Array.from({ length: points - 1 }, (_, j) => Math.round(((j + 1) * M * N) / points));
  // Of two chains the second's ranks are what the first leaves.
  const tests = M === 2 ? 1 : M;
  const path = chainPath(M, N, cuts);
  const tails = tailTable(path);
  latest = { key, cuts, tests, path, tails, inCounts: ecdfBand(path, tails, 1 - (1 - probability) / tests) };
  return latest;
}

/** How many of one chain's N draws are among the lowest of M N: each draw is the chain's with probability 1/M, given that N are. */
function chainPath(M: number, N: number, cuts: Float64Array): CountPath {
  const ends = [0, ...cuts, M * N];
  return {
    counts: Array.from(cuts, (cut) => hypergeometricLaw(M * N, cut, N)),
    increments: ends.slice(1).map((end, j) => binomialLaw(end - ends[j], 1 / M)),
    total: N,
    probabilityOfTotal: probabilityOf(binomialLaw(M * N, 1 / M), N),
  };
}

/** Per chain, how many of its draws rank among the `cut` lowest, for each cut. */
function countsBelow(chains: readonly Float64Array[], cuts: Float64Array): Float64Array[] {
  const sorted = chains.map((chain) => chain.slice().sort());
  const all = Float64Array.from(sorted.flatMap((chain) => [...chain])).sort();
  const counts = chains.map(() => new Float64Array(cuts.length));
  cuts.forEach((cut, j) => {
    const value = all[cut - 1]; // the highest rank below the cut, perhaps one of several equal draws
    const before = firstNotBelow(all, value);
    const share = (cut - before) / (firstAbove(all, value) - before);
    let rest = cut;
    const parts = sorted.map((chain, m) => {
      const below = firstNotBelow(chain, value);
      const part = share * (firstAbove(chain, value) - below);
      counts[m][j] = below + Math.floor(part);
      rest -= counts[m][j];
      return { m, left: part - Math.floor(part) };
    });
    // What rounding down has left goes to the chains that it took most from; the counts must sum to the cut.
    parts.sort((a, b) => b.left - a.left || a.m - b.m);
    for (let k = 0; k < rest; k++) counts[parts[k].m][j]++;
  });
  return counts;
}

function firstNotBelow(sorted: Float64Array, value: number): number {
  return firstWhere(sorted, (x) => x >= value);
}

function firstAbove(sorted: Float64Array, value: number): number {
  return firstWhere(sorted, (x) => x > value);
}

/** By bisection; `holds` is false, then true. */
function firstWhere(sorted: Float64Array, holds: (x: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
