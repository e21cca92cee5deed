// The diagnostic of Heidelberger and Welch: how much of a chain's beginning to leave out for the rest to be stationary, and whether
// the rest tells the mean well enough.

import { knownOptions, openUnit, positiveNumber } from "../arguments/index.js";
import { asNumbers } from "./chains.js";
import { cramerVonMises } from "./cramer-von-mises.js";
import { mean } from "./moments.js";
import { spectrumAtZero } from "./spectrum-at-zero.js";

export interface HeidelbergerWelchOptions {
  /** The half-width of the interval may be so large a part of the mean; 0.1 where nothing is said. */
  readonly accuracy?: number;
  /** Level of the test of stationarity; 0.05 where nothing is said. */
  readonly level?: number;
}

export interface HeidelbergerWelch {
  /** Whether some part of the chain, its last half or more, passed the test of stationarity. */
  readonly stationary: boolean;
  /** The first draw of that part, counted from 0 (`coda` counts from 1); NaN where there is none, and so are mean and half-width. */
  readonly start: number;
  /** Of the test, for the part that passed, or the last that was tried. */
  readonly pValue: number;
  /** Whether the half-width is within the accuracy asked for. */
  readonly accurate: boolean;
  readonly mean: number;
  /** Of the mean's 95 % interval. */
  readonly halfWidth: number;
}

/**
 * Leaves out 0, 10, ... 40 % of one chain until the rest passes the Cramér-von Mises test of stationarity, then compares the
 * half-width of the 95 % interval of its mean with the mean. Not stationary, p-value NaN, where the last half of the draws is constant,
 * a straight line, not finite or too short; a part that holds what is not finite does not pass.
 *
 * Heidelberger and Welch 1983, "Simulation run length control in the presence of an initial transient"; `heidel.diag` of R's `coda`,
 * but for the p-value of chains that drift strongly, which `coda` cuts short (see cramer-von-mises.ts).
 *
 * @example heidelbergerWelch([3, 1, 2, 3, 1, 2, 1, 3, 2, 2]).start // 0
 */
export function heidelbergerWelch(x: ArrayLike<number>, options: HeidelbergerWelchOptions = {}): HeidelbergerWelch {
  const { accuracy = 0.1, level = 0.05 } = options;
  knownOptions("heidelbergerWelch", options, ["accuracy", "level"]);
  positiveNumber("heidelbergerWelch", "accuracy", accuracy);
  openUnit("heidelbergerWelch", "level", level);
  const draws = asNumbers("heidelbergerWelch", "x", x);
  const N = draws.length;

  const spectrum = spectrumAtZero(draws.subarray(Math.max(0, Math.ceil(N / 2) - 1)));
  let pValue = Number.NaN;
  for (const start of starts(N)) {
    const rest = draws.subarray(start);
    pValue = 1 - cramerVonMises(bridgeStatistic(rest, spectrum));
    if (!(pValue > level)) continue;
    const m = mean(rest);
    const halfWidth = 1.96 * Math.sqrt(spectrumAtZero(rest) / rest.length);
    if (Number.isNaN(halfWidth)) break;
    return { stationary: true, start, pValue, accurate: halfWidth <= accuracy * Math.abs(m), mean: m, halfWidth };
  }
  return { stationary: false, start: Number.NaN, pValue, accurate: false, mean: Number.NaN, halfWidth: Number.NaN };
}

/** Counted from 1, a tenth of the draws apart and up to half of them, rounded up as `coda` takes its window; here from 0. */
function starts(N: number): number[] {
  const result: number[] = [];
  for (let k = 0; 1 + (k * N) / 10 <= N / 2; k++) {
    const exact = 1 + (k * N) / 10;
    // Next to an integer by R's tolerance is at that integer: 5.000000000000001 is 5.
    const near = Math.abs(exact - Math.round(exact)) <= 1e-5 * exact;
    result.push((near ? Math.round(exact) : Math.ceil(exact)) - 1);
  }
  return result;
}

/** The integral of the squared bridge: partial sums of the deviations from the mean, in units of their own spread. NaN without one. */
function bridgeStatistic(x: Float64Array, spectrum: number): number {
  if (!(spectrum > 0)) return Number.NaN;
  const n = x.length;
  const m = mean(x);
  let bridge = 0;
  let squares = 0;
  for (let t = 0; t < n; t++) {
    bridge += x[t] - m;
    squares += bridge * bridge;
  }
  return squares / (n * n * spectrum);
}
