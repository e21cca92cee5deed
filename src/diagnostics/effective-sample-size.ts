// The effective sample size that all public ones share: autocorrelations of several chains combined, summed by Geyer's
// initial monotone sequence (Vehtari et al. 2021, section 3.2; `.ess` in R's `posterior`, which is followed to the letter).

import { meanAutocovariance } from "./autocovariance.js";
import { isUndefined } from "./is-undefined.js";
import { MOST_KEPT } from "./kept-memory.js";
import { mean, variance } from "./moments.js";

/** S / tau of the chains as they are (split or transformed before); NaN below three draws per chain. */
export function effectiveSampleSize(chains: readonly Float64Array[]): number {
  const M = chains.length;
  const N = chains[0].length;
  if (N < 3 || isUndefined(chains)) return Number.NaN;

  const covariance = meanAutocovariance(chains, scratchFor(N));
  const W = (covariance[0] * N) / (N - 1); // eq. 2
  const betweenOverN = M > 1 ? variance(Float64Array.from(chains, mean)) : 0; // eq. 1, over N
  const variancePlus = (W * (N - 1)) / N + betweenOverN; // eq. 3
  const rho = covariance; // in its place
  for (let t = 1; t < N; t++) rho[t] = 1 - (W - covariance[t]) / variancePlus; // eq. 10
  rho[0] = 1;

  const S = M * N;
  // Eq. 12. Antithetic chains may have tau near zero; S log10 S is as much as is believed of them.
  return S / Math.max(correlationTime(rho, N), 1 / Math.log10(S));
}

function scratchFor(N: number): Float64Array {
  if (scratch.length === N) return scratch;
  const fresh = new Float64Array(N);
  if (N <= MOST_KEPT) scratch = fresh;
  return fresh;
}

let scratch: Float64Array = new Float64Array(0);

/** tau of eq. 13, between the sum that ends at the usual odd lag and the one that ends at the next even lag. Overwrites `rho`. */
function correlationTime(rho: Float64Array, N: number): number {
  // Initial positive sequence: pairs rho_{2k} + rho_{2k+1} while they are positive, short of the last few lags.
  let T = 0;
  while (T < N - 5 && rho[T] + rho[T + 1] > 0) T += 2;
  // No pair kept: `posterior` sums rho_t over R's 1:0, that is over t = 0, and so arrives at 2.
  if (T === 0) return 2;
  // The even lag after the last pair counts where it is positive, or its pair is no less than zero.
  const last = rho[T] > 0 || rho[T] + rho[T + 1] >= 0 ? rho[T] : 0;

  // Initial monotone sequence: no pair larger than the one before it.
  for (let t = 2; t <= T - 2; t += 2) {
    const before = rho[t - 2] + rho[t - 1];
    if (rho[t] + rho[t + 1] > before) rho[t] = rho[t + 1] = before / 2;
  }

  let sum = 0;
  for (let t = 0; t < T; t++) sum += rho[t];
  return -1 + 2 * sum + last;
}
