// The integrated autocorrelation time of an ensemble: how many transitions are worth one independent draw, summed over a window
// that the sum itself decides (Sokal 1997, "Monte Carlo methods in statistical mechanics", section 3).

import { knownOptions, positiveNumber } from "../arguments/index.js";
import { autocovarianceOf } from "./autocovariance.js";
import { asChains } from "./chains.js";
import { isUndefined } from "./is-undefined.js";

export interface IntegratedTimeOptions {
  /** The window is this many autocorrelation times long; 5 where nothing is said. */
  readonly c?: number;
  /** Chains shorter than this many autocorrelation times are not believed; 50 where nothing is said. */
  readonly tolerance?: number;
}

export interface IntegratedTime {
  /** In transitions; 1 for independent draws. */
  readonly tau: number;
  /** The last lag of the sum. */
  readonly window: number;
  /** Whether each chain is at least `tolerance` times tau long, and the window ends within it. Where not, tau is likely too small. */
  readonly reliable: boolean;
}

/**
 * tau = 1 + 2 sum of rho_t up to the first lag W >= c tau(W), with rho the mean of the chains' own autocorrelations. Where emcee
 * throws or warns because the chains are too short, `reliable` is false here. tau and window are NaN where a chain is constant, not
 * finite, or shorter than two draws.
 *
 * Sokal 1997; `integrated_time` of emcee. Where no lag is large enough emcee returns 1; here the sum then goes to the last lag.
 *
 * @example integratedTime([[1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]], { c: 1, tolerance: 7 }) // { tau: 1.5, window: 2, reliable: true }
 */
export function integratedTime(
  chains: readonly ArrayLike<number>[],
  options: IntegratedTimeOptions = {},
): IntegratedTime {
  const { c = 5, tolerance = 50 } = options;
  knownOptions("integratedTime", options, ["c", "tolerance"]);
  positiveNumber("integratedTime", "c", c);
  positiveNumber("integratedTime", "tolerance", tolerance);
  const numbers = asChains("integratedTime", chains);
  const N = numbers[0].length;
  if (N < 2 || isUndefined(numbers)) return UNKNOWN;

  const covariances = numbers.map(autocovarianceOf);
  let tau = 1;
  let window = 0;
  while (window < c * tau && window < N - 1) {
    window++;
    let rho = 0;
    for (const covariance of covariances) rho += covariance[window] / covariance[0];
    tau += (2 * rho) / covariances.length;
  }
  if (Number.isNaN(tau)) return UNKNOWN; // one of the chains is constant
  // A negative time is the window's fault: antithetic chains need a longer one.
  return { tau, window, reliable: tau > 0 && window >= c * tau && N >= tolerance * tau };
}

const UNKNOWN: IntegratedTime = { tau: Number.NaN, window: Number.NaN, reliable: false };
