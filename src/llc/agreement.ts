// Whether several chains can have sampled one law: an F test of the spread between means against the means' own errors, which
// come from the effective sample sizes. Against AR(1) chains its chances are right to within a few per thousand.

import { effectiveSampleSize } from "../diagnostics/effective-sample-size.js";
import { essMean } from "../diagnostics/index.js";
import { mean, variance } from "../diagnostics/moments.js";
import { foldedScores, rank, rankScores } from "../diagnostics/ranking.js";
import { fDistributionTail } from "./laws.js";

/**
 * The chance of chain means so far apart, or farther, were each off by its own error alone. 0 where chains stand still in different places;
 * NaN for a single chain, and where all stand still in one.
 */
export function agreementOfMeans(chains: readonly Float64Array[]): number {
  return chanceOfSpread(chains, (chain) => essMean([chain]));
}

/**
 * The chance of an R-hat so large, or larger, if all half-chains sampled one law: what `rhat` measures, the spread of rank-normalised
 * half-chains and of their distances from the median, each against its own error; twice the smaller chance, for there are two.
 *
 * R-hat alone cannot say so: of chains that agree it is `sqrt(1 + F / ess)`, with `ess` the effective draws of a half-chain and F
 * about 1 on average and 3 at times, so that 1.01 is passed by one healthy run in ten at 120 effective draws per chain.
 */
export function agreementOfHalves(chains: readonly Float64Array[]): number {
  const ranking = rank(chains);
  const chance = (halves: readonly Float64Array[]) => chanceOfSpread(halves, (half) => effectiveSampleSize([half]));
  // One after the other: both scores are written to the same place.
  const chances = [chance(rankScores(ranking)), chance(foldedScores(ranking))];
  const known = chances.filter((one) => !Number.isNaN(one));
  return known.length === 0 ? Number.NaN : Math.min(1, 2 * Math.min(...known));
}

function chanceOfSpread(parts: readonly Float64Array[], effectiveDraws: (part: Float64Array) => number): number {
  if (parts.length < 2) return Number.NaN;
  const between = variance(Float64Array.from(parts, mean));
  // A chain that never moved has no effective size: it claims its place without error, and supports no other's.
  const moved = parts.map((part) => part.some((value) => value !== part[0]));
  const draws = parts.map((part, k) => (moved[k] ? effectiveDraws(part) : 0));
  const within = mean(Float64Array.from(parts, (part, k) => (moved[k] ? variance(part) / draws[k] : 0)));
  if (within === 0) return between > 0 ? 0 : Number.NaN;
  // A variance estimated from so many effective draws has about as many degrees of freedom.
  const degrees = draws.reduce((sum, ess) => sum + ess, 0);
  return fDistributionTail(between / within, parts.length - 1, Math.max(1, degrees));
}
