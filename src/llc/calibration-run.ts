// What a run of a calibration says of its cell, and what is against it: a short run for every cell, and a long one for the few that are to be chosen
// from, which must show what the short ones could not.

import { geweke } from "../diagnostics/index.js";
import { type Cell, exploredShare, neededRun } from "./calibration-length.js";
import type { LlcEstimate } from "./estimate.js";
import type { RunLength } from "./gaussian-langevin.js";
import { comparable } from "./llc.js";

/** What is found by one run. */
export interface CalibrationRun {
  readonly llc: number;
  readonly standardError: number;
  /** No chain stopped, and steps inflate no direction by more than a fifth. */
  readonly stable: boolean;
  /** By what share, at most, the steps inflate a variance. */
  readonly stepExcess: number;
  /**
   * Largest |z| by which a chain's beginning differs from its end (Geweke's, of the first 30 % and the last half): below 4 the trace is level. Of a
   * long run also that by which first halves differ from second ones in all chains together, for all begin at the centre.
   */
  readonly drift: number;
  /** Estimate over its standard error. */
  readonly signal: number;
  readonly ok: boolean;
  /** What is against it; empty where `ok`. */
  readonly objections: string[];
}

/** A run that is as long as its cell needs. */
export interface LongRun extends CalibrationRun, RunLength {
  readonly essBulk: number;
}

/** One cell of the grid: its short run, and what it needs. */
export interface CalibrationRow extends Cell, CalibrationRun {
  /**
   * The share of its variance that the slowest direction can have shown in the short run, known from the settings alone: where it is small the
   * estimate is low, however level its trace, if the loss has flat directions.
   */
  readonly explored: number;
  /** The run in which that direction shows all of it: what `llc` takes. */
  readonly needs: RunLength;
  /** Where the cell was one to choose from. */
  readonly long?: LongRun;
}

const LARGEST_EXCESS = 0.2;
/** Above what chance brings about among some dozens of short chains. */
const LARGEST_DRIFT = 4;
const LEAST_SIGNAL = { short: 2, long: 5 };

export function rowOf(estimate: LlcEstimate, cell: Cell, leastCurvature: number, short: RunLength): CalibrationRow {
  return {
    ...cell,
    ...runOf(estimate, driftsOf(estimate), LEAST_SIGNAL.short),
    explored: exploredShare(cell, leastCurvature, short),
    needs: neededRun(cell, leastCurvature, short),
  };
}

export function longRunOf(estimate: LlcEstimate, length: RunLength): LongRun {
  const run = runOf(estimate, [...driftsOf(estimate), commonDrift(estimate)], LEAST_SIGNAL.long);
  const disagreement = estimate.verdict.problems.some(({ kind }) => kind === "chains-disagree");
  const objections = [...run.objections, ...(disagreement ? ["chains disagree"] : [])];
  return { ...run, ...length, essBulk: estimate.essBulk, ok: objections.length === 0, objections };
}

/** Whether what is against a run is the size of its steps. */
export function isTooCoarse({ stepExcess }: CalibrationRun): boolean {
  return stepExcess > LARGEST_EXCESS;
}

function runOf(
  { draws, mean, standardError, stepExcess = Number.POSITIVE_INFINITY }: LlcEstimate,
  drifts: readonly number[],
  leastSignal: number,
): CalibrationRun {
  const drift = drifts.length === 0 ? Number.NaN : Math.max(...drifts);
  const signal = mean / standardError;
  const stable = draws.stopped.length === 0 && stepExcess <= LARGEST_EXCESS;
  const objections = [
    ...(draws.stopped.length > 0 ? ["a chain stopped"] : []),
    ...(stepExcess > LARGEST_EXCESS ? ["the step size is too large"] : []),
    ...(stable && !(drift < LARGEST_DRIFT) ? ["the trace drifts"] : []),
    ...(stable && mean < 0 ? ["it is negative"] : []),
    ...(stable && mean >= 0 && !(signal >= leastSignal) ? ["its error is too large"] : []),
  ];
  return { llc: mean, standardError, stable, stepExcess, drift, signal, ok: objections.length === 0, objections };
}

function driftsOf({ draws, trace }: LlcEstimate): number[] {
  return comparable(draws, trace).map((chain) => Math.abs(geweke(chain, { first: 0.3 })));
}

/** Drifts of chains that all begin in one place have one sign, so that their sum shows what each alone hides. */
function commonDrift({ draws, trace }: LlcEstimate): number {
  const halves = comparable(draws, trace).map((chain) => geweke(chain, { first: 0.5 }));
  return Math.abs(halves.reduce((sum, z) => sum + z, 0)) / Math.sqrt(halves.length);
}
