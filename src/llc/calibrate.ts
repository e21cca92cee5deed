// Settings for an LLC estimate by SGLD: short chains over a grid of step size, n beta and gamma, and a recommendation with its reasons (after
// the sweeps of Lau et al. 2023 and Hoogland et al. 2024). One setting is then used for everything that is compared.

import { integerAtLeast, knownOptions, nonNegativeNumber, positiveNumber, refuse } from "../arguments/index.js";
import type { SampleOptions } from "../chains/options.js";
import { geweke } from "../diagnostics/index.js";
import type { Loss } from "../networks/index.js";
import { sgld, stiffness } from "../samplers/index.js";
import { type CalibrationChoice, recommend } from "./calibration-choice.js";
import { printedCalibration } from "./calibration-text.js";
import type { LlcEstimate } from "./estimate.js";
import { comparable, llc, pick } from "./llc.js";
import { type RunsCheckpoint, runFiles } from "./run-files.js";
import { seedFor } from "./seeds.js";
import { checkLoss, defaultBeta, resolveTemperature, temperedAt } from "./tempered.js";

export interface CalibrateOptions extends Pick<SampleOptions, "seed" | "workers" | "signal" | "onEvent"> {
  readonly center: ArrayLike<number>;
  /**
   * Three where left out, for each n beta and gamma: a quarter of, once and four times what `sgld` finds by itself, which holds the excess at
   * 5 % in the stiffest direction met.
   */
  readonly stepSizes?: readonly number[];
  /** Where left out a third of n / log n, n / log n, and three times that. */
  readonly nbetas?: readonly number[];
  /** Where left out 1, 10 and 100. */
  readonly gammas?: readonly number[];
  /** As `sgld` takes it. */
  readonly batchSize?: number;
  /** Short runs: 2 chains, 200 draws after 200 transitions of warmup, 1 transition per draw, where left out. */
  readonly chains?: number;
  readonly warmup?: number;
  readonly draws?: number;
  readonly thin?: number;
  /** Files of the runs by what their paths begin with, `<checkpoint>-0`, ...: the same call, after an abort, goes on from them. */
  readonly checkpoint?: RunsCheckpoint;
}

/** One cell of the grid. */
export interface CalibrationRow {
  readonly stepSize: number;
  /** n beta */
  readonly nbeta: number;
  readonly gamma: number;
  readonly llc: number;
  readonly standardError: number;
  /** No chain stopped, and steps inflate no direction by more than a fifth. */
  readonly stable: boolean;
  /** By what share, at most, the steps inflate a variance. */
  readonly stepExcess: number;
  /** Largest |z| by which a chain's beginning differs from its end (Geweke's, of the first 30 % and the last half): below 4 the trace is level. */
  readonly drift: number;
  /** Estimate over its standard error. */
  readonly signal: number;
  readonly ok: boolean;
  /** What is against it; empty where `ok`. */
  readonly objections: string[];
}

/** Plain data that prints as a table and a recommendation. */
export interface Calibration {
  readonly rows: CalibrationRow[];
  /** Absent where no cell is without objections. */
  readonly recommended?: CalibrationChoice;
  /** The largest curvature of L_n at the centre. */
  readonly curvature: number;
  readonly dataSize: number;
  readonly dim: number;
  /** In gradients over all data. */
  readonly work: number;
}

const calibrateOptions = [
  ...["center", "stepSizes", "nbetas", "gammas", "batchSize", "chains", "warmup", "draws", "thin"],
  ...["seed", "workers", "signal", "onEvent", "checkpoint"],
];

const LARGEST_EXCESS = 0.2;
/** Above what chance brings about among some dozens of short chains. */
const LARGEST_DRIFT = 4;
const LEAST_SIGNAL = 2;

/**
 * Runs short SGLD chains at every step size, n beta and gamma of a grid and recommends one cell: without objections, nearest to n / log n,
 * on a plateau in gamma, with the largest step whose bias is small. Rejects with a RangeError where an option is wrong, and where a run is aborted.
 * @example
 * const { recommended } = await calibrate(loss, { center });
 * const { stepSize, beta, gamma } = recommended!;
 * await llc(loss, { center, beta, gamma, sampler: sgld({ stepSize }) });
 */
export async function calibrate(loss: Loss, options: CalibrateOptions): Promise<Calibration> {
  const where = "calibrate";
  checkLoss(where, loss);
  knownOptions(where, options, calibrateOptions);
  const { chains = 2, warmup = 200, draws = 200, thin = 1, seed = 0, batchSize } = options;
  integerAtLeast(where, "draws", draws, 20);
  const usual = loss.dataSize * defaultBeta(loss.dataSize);
  const nbetas = listOf(where, "nbetas", options.nbetas ?? [usual / 3, usual, 3 * usual], positiveNumber);
  const gammas = listOf(where, "gammas", options.gammas ?? [1, 10, 100], nonNegativeNumber);
  const steps = options.stepSizes && listOf(where, "stepSizes", options.stepSizes, positiveNumber);
  const { center } = resolveTemperature(where, loss, { center: options.center });
  const bare = temperedAt(loss, { center, beta: 1, nbeta: 1, gamma: 0, moving: undefined, observed: [] });
  const curvature = stiffness(bare, center);
  if (!(curvature >= 0)) refuse(where, "center", "where gradients are finite", center);

  const batch = batchSize === undefined ? {} : { batchSize };
  const files = runFiles(options.checkpoint);
  const rows: CalibrationRow[] = [];
  let runs = 0;
  let work = 0;
  const run = async (nbeta: number, gamma: number, stepSize?: number): Promise<LlcEstimate> => {
    const estimate = await llc(loss, {
      ...pick(options, ["workers", "signal", "onEvent"]),
      center,
      beta: nbeta / loss.dataSize,
      gamma,
      sampler: sgld(stepSize === undefined ? batch : { stepSize, ...batch }),
      ...{ chains, warmup, draws, thin, seed: seedFor(seed, where, runs), ...files.of(runs++) },
      title: `calibration, run ${runs}`,
    });
    if (estimate.draws.aborted) throw new Error(`${where}: aborted at run ${runs}`);
    if (!Number.isNaN(estimate.work)) work += estimate.work;
    return estimate;
  };
  for (const nbeta of nbetas) {
    for (const gamma of gammas) {
      for (const stepSize of steps ?? around(smallestStep(where, await run(nbeta, gamma)))) {
        rows.push(rowOf(await run(nbeta, gamma, stepSize), { stepSize, nbeta, gamma }));
      }
    }
  }
  await files.finish(runs);
  const recommended = recommend(rows, usual, loss.dataSize);
  return printedCalibration({
    rows,
    ...(recommended === undefined ? {} : { recommended }),
    curvature,
    dataSize: loss.dataSize,
    dim: loss.dim,
    work,
  });
}

function around(step: number): number[] {
  return [step / 4, step, 4 * step];
}

/** Of the steps that chains found for themselves: a degenerate minimum is flat at its centre and steep around it, where they have looked. */
function smallestStep(where: string, { draws }: LlcEstimate): number {
  const found = [...(draws.adapted.stepSize ?? [])].filter((step) => step > 0);
  if (found.length === 0) throw new RangeError(`${where}: no chain found a step size; give stepSizes`);
  return Math.min(...found);
}

function listOf(
  where: string,
  name: string,
  values: readonly number[],
  check: (where: string, name: string, value: unknown) => number,
): number[] {
  if (!Array.isArray(values) || values.length === 0) refuse(where, name, "a list of at least one number", values);
  const numbers = values.map((value, k) => check(where, `${name}[${k}]`, value));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function rowOf(
  { draws, trace, mean, standardError, stepExcess = Number.POSITIVE_INFINITY }: LlcEstimate,
  cell: { readonly stepSize: number; readonly nbeta: number; readonly gamma: number },
): CalibrationRow {
  const drifts = comparable(draws, trace).map((chain) => Math.abs(geweke(chain, { first: 0.3 })));
  const drift = drifts.length === 0 ? Number.NaN : Math.max(...drifts);
  const signal = mean / standardError;
  const stable = draws.stopped.length === 0 && stepExcess <= LARGEST_EXCESS;
  const objections = [
    ...(draws.stopped.length > 0 ? ["a chain stopped"] : []),
    ...(stepExcess > LARGEST_EXCESS ? ["the step size is too large"] : []),
    ...(stable && !(drift < LARGEST_DRIFT) ? ["the trace drifts"] : []),
    ...(stable && mean < 0 ? ["it is negative"] : []),
    ...(stable && mean >= 0 && !(signal >= LEAST_SIGNAL) ? ["its error is too large"] : []),
  ];
  return {
    ...cell,
    llc: mean,
    standardError,
    stable,
    stepExcess,
    drift,
    signal,
    ok: objections.length === 0,
    objections,
  };
}
