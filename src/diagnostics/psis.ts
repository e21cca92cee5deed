// Pareto smoothed importance sampling: the largest importance ratios are replaced by quantiles of the generalised Pareto law fitted to
// them, and its shape says whether the rest can be relied on.

import { knownOptions, positiveNumber } from "../arguments/index.js";
import { asNumbers } from "./chains.js";
import { fitGeneralizedPareto, generalizedParetoQuantile } from "./generalized-pareto.js";
import { logSumExp } from "./log-sum-exp.js";

export interface PsisOptions {
  /** Relative efficiency of the draws, effective draws over draws; 1, independent draws, where nothing is said. */
  readonly rEff?: number;
}

export interface Psis {
  /** One per ratio, smoothed; their exponentials sum to 1. */
  readonly logWeights: Float64Array;
  /** Compare with `khatThreshold`. Infinite where the tail is shorter than 5 or holds too many equal ratios: nothing was smoothed then. */
  readonly khat: number;
  /** Effective sample size of the weights: rEff / sum of their squares. */
  readonly ess: number;
  /** How many of the largest ratios make the tail. */
  readonly tailLength: number;
}

/**
 * Smoothed importance weights of draws from the logarithms of their importance ratios, up to a constant. All NaN where a ratio is NaN or
 * infinite, or none is positive; a logarithm of -Infinity is a ratio of 0.
 *
 * Vehtari, Simpson, Gelman, Yao and Gabry 2024, "Pareto smoothed importance sampling", section 3; `psis` of R's `loo`.
 *
 * @example psis([0, Math.log(3)]).logWeights // [log(1/4), log(3/4)]
 */
export function psis(logRatios: ArrayLike<number>, options: PsisOptions = {}): Psis {
  knownOptions("psis", options, ["rEff"]);
  const rEff = positiveNumber("psis", "rEff", options.rEff ?? 1);
  return psisOf(Float64Array.from(asNumbers("psis", "logRatios", logRatios)), rEff);
}

/** Overwrites `logRatios` with the weights. */
export function psisOf(logRatios: Float64Array, rEff: number): Psis {
  const S = logRatios.length;
  const tailLength = Math.ceil(Math.min(0.2 * S, 3 * Math.sqrt(S / rEff)));
  const sorted = logRatios.slice().sort(); // NaN last
  const most = S === 0 ? Number.NaN : sorted[S - 1];
  if (!Number.isFinite(most)) {
    return { logWeights: logRatios.fill(Number.NaN), khat: Number.NaN, ess: Number.NaN, tailLength };
  }
  for (let s = 0; s < S; s++) {
    logRatios[s] -= most;
    sorted[s] -= most;
  }
  const khat = smoothTail(logRatios, sorted, tailLength);
  const sum = logSumExp(logRatios);
  let squares = 0;
  for (let s = 0; s < S; s++) {
    logRatios[s] -= sum;
    squares += Math.exp(2 * logRatios[s]);
  }
  return { logWeights: logRatios, khat, ess: rEff / squares, tailLength };
}

/** Replaces the `n` largest by quantiles, none larger than the largest was, 0. Returns k-hat. */
function smoothTail(logRatios: Float64Array, sorted: Float64Array, n: number): number {
  const S = sorted.length;
  if (n < 5 || sorted[S - 1] - sorted[S - n] < Number.EPSILON / 100) return Number.POSITIVE_INFINITY;
  const logCutoff = sorted[S - n - 1];
  const cutoff = Math.exp(logCutoff);
  const law = fitGeneralizedPareto(sorted.subarray(S - n).map((x) => excess(x, logCutoff)));
  if (!Number.isFinite(law.k)) return law.k;
  tailOf(logRatios, sorted, n).forEach((s, i) => {
    const quantile = generalizedParetoQuantile((i + 0.5) / n, law);
    logRatios[s] = Math.min(0, Math.log(quantile + cutoff));
  });
  return law.k;
}

/** exp(x) - exp(cutoff), without cancellation. */
function excess(x: number, cutoff: number): number {
  return cutoff === Number.NEGATIVE_INFINITY ? Math.exp(x) : Math.exp(cutoff) * Math.expm1(x - cutoff);
}

/** Where the `n` largest stand, ascending; of equals the later is the larger, as after a stable sort. */
function tailOf(x: Float64Array, sorted: Float64Array, n: number): number[] {
  const S = x.length;
  const smallest = sorted[S - n];
  const places: number[] = [];
  let above = 0;
  for (let s = 0; s < S; s++) if (x[s] > smallest) above++;
  let equal = n - above; // of those that equal the smallest only the last ones belong to the tail
  for (let s = S - 1; s >= 0; s--) {
    if (x[s] > smallest || (x[s] === smallest && equal-- > 0)) places.push(s);
  }
  return places.sort((a, b) => x[a] - x[b] || a - b);
}
