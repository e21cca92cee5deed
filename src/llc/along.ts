// The LLC along training: one estimate per checkpoint with the same settings, and the stages between the zeros of d lambda / d log step on a
// smoothed curve (Hoogland et al. 2024, arXiv:2402.02364).

import { finiteVector, integerAtLeast, knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { roundedTo, significant } from "../chains/digits.js";
import { printedAs } from "../chains/printed.js";
import { textTable } from "../chains/table.js";
import type { Loss } from "../networks/index.js";
import { type LlcOptions, llc, llcOptions, pick } from "./llc.js";
import { type RunsCheckpoint, runFiles } from "./run-files.js";
import { seedFor } from "./seeds.js";
import { type SmoothedCurve, type StageBoundary, stagesOf } from "./stages.js";
import { checkLoss } from "./tempered.js";

export interface AlongOptions extends Omit<LlcOptions, "center" | "lossAtCenter" | "atTruth" | "checkpoint"> {
  /** Files of the runs by what their paths begin with, `<checkpoint>-0`, ...: the same call, after an abort, goes on from them. */
  readonly checkpoint?: RunsCheckpoint;
  /** Width of the smoothing's kernel, in natural logarithms of the step; a twelfth of the curve's length where left out. */
  readonly bandwidth?: number;
}

/** Parameters that training went through, such as `train` keeps as `checkpoints`. */
export interface AlongCheckpoint {
  readonly step: number;
  readonly parameters: ArrayLike<number>;
}

export interface AlongRow {
  readonly step: number;
  /** L_n there, in nats. */
  readonly loss: number;
  readonly llc: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
  readonly rhat: number;
  readonly essBulk: number;
  /** "ok", or the kinds of problems. Before training has ended "not-a-minimum" is what one expects. */
  readonly verdict: string;
}

/** Plain data that prints as a table; `toDataFrame` takes it too. */
export interface LlcAlong {
  readonly rows: AlongRow[];
  /** Over steps of at least 1: arrays that are ready to draw. */
  readonly smoothed: SmoothedCurve;
  /** Where the smoothed curve turns by more than its error. */
  readonly boundaries: StageBoundary[];
  /** In gradients over all data. */
  readonly work: number;
}

/**
 * Estimates the LLC at every checkpoint with the same settings and seeds of their own, and finds stage boundaries. Positions of draws are not
 * kept. Rejects with a RangeError where an option or a checkpoint is wrong, and where a run is aborted.
 * @example
 * const { checkpoints } = await train(loss, { steps: 10_000, checkpoints: 30 });
 * (await llcAlong(loss, checkpoints!, { gamma: 10 })).boundaries // [{ step: 412, kind: "peak", ... }]
 */
export async function llcAlong(
  loss: Loss,
  checkpoints: readonly AlongCheckpoint[],
  options: AlongOptions = {},
): Promise<LlcAlong> {
  const where = "llcAlong";
  checkLoss(where, loss);
  const omitted = ["center", "lossAtCenter", "atTruth"];
  knownOptions(where, options, [...llcOptions.filter((name) => !omitted.includes(name)), "bandwidth"]);
  if (options.bandwidth !== undefined) positiveNumber(where, "bandwidth", options.bandwidth);
  const places = readCheckpoints(where, checkpoints, loss.dim);
  const { seed = 0, title = "LLC along training" } = options;
  const files = runFiles(options.checkpoint);
  const rows: AlongRow[] = [];
  let work = 0;
  for (const [k, { step, parameters }] of places.entries()) {
    const estimate = await llc(loss, {
      ...pick(options as LlcOptions, llcOptions),
      center: parameters,
      seed: seedFor(seed, where, k),
      title: `${title}, step ${step}`,
      ...files.of(k),
    });
    if (estimate.draws.aborted) throw new Error(`${where}: aborted at step ${step}`);
    const { mean, standardError, interval, rhat, essBulk, lossAtCenter, verdict } = estimate;
    rows.push({
      step,
      loss: lossAtCenter,
      llc: mean,
      standardError,
      lower: interval[0],
      upper: interval[1],
      rhat,
      essBulk,
      verdict: verdict.ok ? "ok" : verdict.problems.map(({ kind }) => kind).join(", "),
    });
    work += estimate.work;
  }
  await files.finish(places.length);
  return printedAs({ rows, ...stagesOf(rows, options.bandwidth), work }, text);
}

function readCheckpoints(where: string, checkpoints: readonly AlongCheckpoint[], dim: number): AlongCheckpoint[] {
  if (!Array.isArray(checkpoints) || checkpoints.length === 0) {
    refuse(where, "checkpoints", "a list of { step, parameters }, such as train keeps", checkpoints);
  }
  const read = checkpoints.map((checkpoint: AlongCheckpoint, k) => ({
    step: integerAtLeast(where, `checkpoints[${k}].step`, checkpoint?.step, 0),
    parameters: finiteVector(where, `checkpoints[${k}].parameters`, checkpoint.parameters, dim),
  }));
  read.sort((a, b) => a.step - b.step);
  if (read.some(({ step }, k) => k > 0 && step === read[k - 1].step)) {
    refuse(where, "checkpoints", "of different steps", checkpoints);
  }
  return read;
}

function text({ rows, boundaries }: LlcAlong): string {
  const table = textTable(
    ["step", "loss", "llc", "s.e.", "essBulk", "rhat", "verdict"],
    rows.map((row) => [
      String(row.step),
      significant(row.loss, 5),
      roundedTo(row.llc, row.standardError),
      significant(row.standardError, 2),
      row.essBulk.toFixed(0),
      row.rhat.toFixed(3),
      row.verdict,
    ]),
  );
  const stages = boundaries.map(
    ({ step, kind, llc }) => `a ${kind} of ${significant(llc, 3)} at step ${significant(step, 3)}`,
  );
  return `${table}\n${stages.length === 0 ? "one stage" : `stages end at ${stages.join(", ")}`}`;
}
