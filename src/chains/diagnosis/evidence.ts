// What a diagnosis looks at: the draws, the rows of their summary, and some arithmetic on chains.

import type { Draws } from "../draws.js";
import type { SummaryRow } from "../summary.js";
import type { DiagnosedProblem } from "./diagnosis.js";
import type { Thresholds } from "./thresholds.js";

export interface Evidence {
  readonly draws: Draws;
  /** Of the coordinates, in their order. */
  readonly rows: readonly SummaryRow[];
  /** Chains and draws per chain that the rows are computed from. */
  readonly chains: number;
  readonly length: number;
  readonly thresholds: Thresholds;
}

/** Looks for problems of one sort. */
export type Check = (evidence: Evidence) => DiagnosedProblem | undefined;

/** A statistic's values in the kept draws, one list per chain; undefined where the sampler does not report it. */
export function statistic({ stats, lengths, draws }: Draws, name: string): Float64Array[] | undefined {
  if (!Object.hasOwn(stats, name)) return undefined;
  return lengths.map((length, chain) => stats[name].subarray(chain * draws, chain * draws + length));
}

/** The mean of the finite values; NaN where there are none. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    sum += values[i];
    count++;
  }
  return sum / count;
}

/** How many are not zero (and not NaN). */
export function countOf(flags: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < flags.length; i++) if (flags[i] > 0) count++;
  return count;
}

export const NOWHERE: { readonly chains: number[]; readonly coordinates: string[] } = { chains: [], coordinates: [] };
