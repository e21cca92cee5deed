// Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018): values drawn from the prior rank uniformly among draws from the
// posteriors given data simulated from them, if the sampler is right.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { asNumbers } from "./chains.js";
import { upperIncompleteGamma } from "./incomplete-gamma.js";

export interface SbcRanksOptions {
  /** Every thin-th draw counts, so that they are nearly independent; 1, all of them, where nothing is said. */
  readonly thin?: number;
}

export interface SbcRanks {
  /** One per replication, 0 ... largest; NaN where the true value or a draw is. */
  readonly ranks: Float64Array;
  /** How many draws each true value was ranked among. */
  readonly largest: number;
}

/**
 * How many draws of each replication lie below its true value: `truths[i]` was drawn from the prior, `draws[i]` is the list of draws of that
 * quantity given data simulated from it, all of one length. Dependent draws pile ranks up at the ends: thin them. For quantities with
 * ties, count as draws and truth both with a uniform number added between the levels.
 *
 * Talts et al. 2018, section 4 and algorithm 2.
 *
 * @example sbcRanks([0.5, 2], [[0, 1, 2, 3], [1, 1, 1, 3]]) // { ranks: [1, 3], largest: 4 }
 */
export function sbcRanks(
  truths: ArrayLike<number>,
  draws: readonly ArrayLike<number>[],
  options: SbcRanksOptions = {},
): SbcRanks {
  knownOptions("sbcRanks", options, ["thin"]);
  const thin = integerAtLeast("sbcRanks", "thin", options.thin ?? 1, 1);
  const values = asNumbers("sbcRanks", "truths", truths);
  if (!Array.isArray(draws) || draws.length !== values.length || draws.length === 0) {
    refuse("sbcRanks", "draws", `one list per true value (${values.length}), at least one`, draws);
  }
  const all = draws.map((list, i) => asNumbers("sbcRanks", `draws[${i}]`, list));
  const N = all[0].length;
  const largest = Math.floor(N / thin);
  if (largest === 0) refuse("sbcRanks", "draws[0]", `a list of at least ${thin} draws`, draws[0]);
  const ranks = values.map((truth, i) => {
    if (all[i].length !== N) refuse("sbcRanks", `draws[${i}]`, `as long as draws[0] (${N})`, draws[i]);
    let rank = Number.isNaN(truth) ? Number.NaN : 0;
    for (let n = thin - 1; n < N; n += thin) {
      if (all[i][n] < truth) rank++;
      else if (Number.isNaN(all[i][n])) rank = Number.NaN;
    }
    return rank;
  });
  return { ranks, largest };
}

export interface RankChiSquareOptions {
  /** Bins of neighbouring ranks, as even as they can be; 20 where nothing is said, and at most as many as there are ranks. */
  readonly bins?: number;
}

export interface RankChiSquare {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** Per bin: how many ranks fell into it, and how many would if all were as probable. */
  readonly counts: Float64Array;
  readonly expected: Float64Array;
}

/**
 * Pearson's test of ranks 0 ... largest being uniform, over bins. NaN among the ranks makes statistic and p-value NaN. Wants at least five
 * expected ranks per bin. `uniformity(ranks, { largest })` sees gentle slopes and bends sooner, this one sees teeth.
 *
 * Pearson 1900; Cook, Gelman and Rubin 2006 and Talts et al. 2018 for its use here.
 *
 * @example rankChiSquare({ ranks: [0, 1, 0, 0], largest: 1 }).statistic // 1
 */
export function rankChiSquare(
  sbc: { readonly ranks: ArrayLike<number>; readonly largest: number },
  options: RankChiSquareOptions = {},
): RankChiSquare {
  if (typeof sbc !== "object" || sbc === null)
    refuse("rankChiSquare", "sbc", "{ ranks, largest }, as of sbcRanks", sbc);
  const { ranks, largest } = sbc;
  knownOptions("rankChiSquare", options, ["bins"]);
  const x = asNumbers("rankChiSquare", "ranks", ranks);
  const levels = integerAtLeast("rankChiSquare", "largest", largest, 1) + 1;
  const bins = Math.min(integerAtLeast("rankChiSquare", "bins", options.bins ?? 20, 2), levels);
  if (x.length === 0) refuse("rankChiSquare", "ranks", "a list of at least one rank", ranks);
  const counts = new Float64Array(bins);
  const expected = new Float64Array(bins);
  const binOf = (rank: number): number => Math.floor((rank * bins) / levels);
  for (let rank = 0; rank < levels; rank++) expected[binOf(rank)] += x.length / levels;
  let unknown = false;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i])) unknown = true;
    else if (Number.isInteger(x[i]) && x[i] >= 0 && x[i] <= largest) counts[binOf(x[i])]++;
    else refuse("rankChiSquare", `ranks[${i}]`, `an integer from 0 to ${largest}`, x[i]);
  }
  const statistic = unknown ? Number.NaN : counts.reduce((sum, n, b) => sum + (n - expected[b]) ** 2 / expected[b], 0);
  const degreesOfFreedom = bins - 1;
  return {
    statistic,
    degreesOfFreedom,
    pValue: upperIncompleteGamma(degreesOfFreedom / 2, statistic / 2),
    counts,
    expected,
  };
}
