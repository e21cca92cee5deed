// The error of a mean over several chains, from two sources that must agree where all is well: the autocorrelation within
// chains, and the spread between them.

import { essMean, mcseMean } from "../diagnostics/index.js";
import { agreementOfMeans } from "./agreement.js";
import { studentQuantile } from "./laws.js";

export interface ChainMean {
  readonly mean: number;
  readonly standardError: number;
  /** 95 % */
  readonly interval: [number, number];
  readonly perChain: number[];
  /** Chance of chain means so far apart, or farther, if all chains sampled one law. NaN for a single chain. */
  readonly agreement: number;
}

/** Below this chance the spread between chains is taken to be real, and decides the error. */
const disagreement = 0.01;
const normalQuantile = 1.959963984540054;

/**
 * The mean of all draws with its standard error. The error is the MCSE of all chains together (standard deviation over the square root of the
 * effective sample size, Vehtari et al. 2021) unless the chains' means are farther apart than their own errors explain (an F test at 1 %):
 * then it is the standard error of the chains' means. The interval is Student's, with one degree of freedom less than effective draws or,
 * in the other case, than chains. NaN where there is no draw.
 */
export function chainMean(chains: readonly Float64Array[]): ChainMean {
  const perChain = chains.map(average);
  const mean = average(perChain);
  if (chains.length === 0) return { mean, standardError: mean, interval: [mean, mean], perChain, agreement: mean };
  const together = mcseMean(chains);
  const amongDraws = studentQuantile(0.975, Math.max(1, essMean(chains) - 1));
  if (chains.length === 1) {
    return {
      mean,
      standardError: together,
      interval: around(mean, amongDraws * together),
      perChain,
      agreement: Number.NaN,
    };
  }
  const between = Math.sqrt(variance(perChain) / perChain.length);
  const agreement = agreementOfMeans(chains);
  // Without a usable MCSE (constant or too short traces) the spread between chains is all there is.
  const spreadDecides = Number.isNaN(together) || agreement < disagreement;
  const standardError = spreadDecides ? Math.max(between, Number.isNaN(together) ? 0 : together) : together;
  const quantile = spreadDecides ? studentQuantile(0.975, perChain.length - 1) : amongDraws;
  return { mean, standardError, interval: around(mean, quantile * standardError), perChain, agreement };
}

/** The same with an error that all chains share, that of what is subtracted from each. */
export function withCenterError(estimate: ChainMean, error: number): ChainMean {
  if (error === 0) return estimate;
  const { mean, interval } = estimate;
  const margin = Math.hypot(interval[1] - mean, normalQuantile * error);
  return { ...estimate, standardError: Math.hypot(estimate.standardError, error), interval: around(mean, margin) };
}

function around(mean: number, margin: number): [number, number] {
  return [mean - margin, mean + margin];
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function variance(values: readonly number[]): number {
  const mean = average(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
