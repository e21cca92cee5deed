// The diagnostic of Raftery and Lewis: how long a chain must be for one of its quantiles to be known well enough.

import { knownOptions, openUnit, positiveNumber } from "../arguments/index.js";
import { asNumbers } from "./chains.js";
import { inverseNormal } from "./inverse-normal.js";
import { quantile } from "./quantile.js";

export interface RafteryLewisOptions {
  /** Which quantile; 0.025 where nothing is said. */
  readonly q?: number;
  /** How far its probability may be off; 0.005 where nothing is said. */
  readonly r?: number;
  /** With what probability it must not be farther off; 0.95 where nothing is said. */
  readonly s?: number;
  /** How near to stationary the chain must be after its burn-in; 0.001 where nothing is said. */
  readonly eps?: number;
}

export interface RafteryLewis {
  /** Transitions to leave out. */
  readonly burnIn: number;
  /** Transitions needed in all, burn-in included. */
  readonly total: number;
  /** What independent draws would need. With fewer than these in the chain nothing else is computed. */
  readonly minimum: number;
  /** total / minimum: above 5 the chain mixes badly. (`coda` rounds it to three digits.) */
  readonly dependence: number;
}

/**
 * The length of burn-in and run that one chain needs so that the probability of its `q`-quantile is within `r` with probability `s`, from
 * a chain of two states (at most the quantile, or above) thinned until it is Markov. NaN, but for `minimum`, where the chain is
 * shorter than `minimum`, holds a NaN, or never leaves a state.
 *
 * Raftery and Lewis 1992, "How many iterations in the Gibbs sampler?"; `raftery.diag` of R's `coda`.
 *
 * @example rafteryLewis([1, 2, 3]) // { burnIn: NaN, total: NaN, minimum: 3746, dependence: NaN }
 */
export function rafteryLewis(x: ArrayLike<number>, options: RafteryLewisOptions = {}): RafteryLewis {
  const { q = 0.025, r = 0.005, s = 0.95, eps = 0.001 } = options;
  knownOptions("rafteryLewis", options, ["q", "r", "s", "eps"]);
  openUnit("rafteryLewis", "q", q);
  positiveNumber("rafteryLewis", "r", r);
  openUnit("rafteryLewis", "s", s);
  positiveNumber("rafteryLewis", "eps", eps);
  const draws = asNumbers("rafteryLewis", "x", x);

  const phi = inverseNormal((1 + s) / 2);
  const minimum = Math.ceil((q * (1 - q) * phi * phi) / (r * r));
  const unknown: RafteryLewis = { burnIn: Number.NaN, total: Number.NaN, minimum, dependence: Number.NaN };
  if (draws.length < minimum || draws.some(Number.isNaN)) return unknown;

  const bound = quantile(draws, q);
  const below = Uint8Array.from(draws, (value) => (value <= bound ? 1 : 0));
  let thin = 1;
  while (secondOrderBic(below, thin) >= 0) thin++;
  const [stayAbove, leaveAbove, leaveBelow, stayBelow] = transitions(below, thin);
  const alpha = leaveAbove / (stayAbove + leaveAbove);
  const beta = leaveBelow / (leaveBelow + stayBelow);

  // Transitions of the two-state chain until it is within eps of its law, and until the mean of its indicator is known.
  const warm = Math.log((eps * (alpha + beta)) / Math.max(alpha, beta)) / Math.log(Math.abs(1 - alpha - beta));
  const keep = ((2 - alpha - beta) * alpha * beta * phi * phi) / ((alpha + beta) ** 3 * r * r);
  const burnIn = Math.ceil(warm) * thin;
  const total = burnIn + Math.ceil(keep) * thin;
  return { burnIn, total, minimum, dependence: total / minimum };
}

/**
 * What a second-order Markov chain explains of the thinned sequence beyond a first-order one, less what its two further parameters cost
 * (Schwarz 1978): negative where the first order is enough.
 */
function secondOrderBic(states: Uint8Array, thin: number): number {
  const count = new Float64Array(8); // of each three states in a row
  let triples = 0;
  for (let t = 2 * thin; t < states.length; t += thin) {
    count[4 * states[t - 2 * thin] + 2 * states[t - thin] + states[t]]++;
    triples++;
  }
  // So thin that there is nothing to test.
  if (triples < 2) return Number.NEGATIVE_INFINITY;
  let g2 = 0;
  for (let i = 0; i < 8; i++) {
    if (count[i] === 0) continue;
    const [before, now, after] = [i & 4, i & 2, i & 1];
    const fitted =
      ((count[before | now] + count[before | now | 1]) * (count[now | after] + count[4 | now | after])) /
      (count[now] + count[now | 1] + count[4 | now] + count[4 | now | 1]);
    g2 += 2 * count[i] * Math.log(count[i] / fitted);
  }
  return g2 - 2 * Math.log(triples);
}

/** How often the thinned sequence went from state to state: 0 to 0, 0 to 1, 1 to 0, 1 to 1. */
function transitions(states: Uint8Array, thin: number): Float64Array {
  const count = new Float64Array(4);
  for (let t = thin; t < states.length; t += thin) count[2 * states[t - thin] + states[t]]++;
  return count;
}
