// Settings for an LLC estimate by SGLD: short chains over a grid of step size, n beta and gamma, chains as long as they must be for the best cells,
// and a recommendation with its reasons (after the sweeps of Lau et al. 2023 and Hoogland et al. 2024). One setting is then used for everything
// that is compared.

import { integerAtLeast, knownOptions, nonNegativeNumber, positiveNumber, refuse } from "../arguments/index.js";
import type { SampleOptions } from "../chains/options.js";
import type { Loss } from "../networks/index.js";
import { sgld } from "../samplers/index.js";
import { type CalibrationChoice, finalists, recommend } from "./calibration-choice.js";
import { type Cell, transitionsOf } from "./calibration-length.js";
import { type CalibrationRow, isTooCoarse, longRunOf, rowOf } from "./calibration-run.js";
import { notConfirmed, printedCalibration, tooLong } from "./calibration-text.js";
import type { LlcEstimate } from "./estimate.js";
import type { RunLength } from "./gaussian-langevin.js";
import { llc, pick } from "./llc.js";
import { type RunsCheckpoint, runFiles } from "./run-files.js";
import { seedFor } from "./seeds.js";
import { spectrumEnds } from "./spectrum.js";
import { checkLoss, defaultBeta, resolveTemperature } from "./tempered.js";

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
  /** Long runs may have so many times the transitions of a short one, at least 4: 50 where left out. Cells that need more are not chosen. */
  readonly longest?: number;
  /** Files of the runs by what their paths begin with, `<checkpoint>-0`, ...: the same call, after an abort, goes on from them. */
  readonly checkpoint?: RunsCheckpoint;
}

/** Plain data that prints as a table and a recommendation. */
export interface Calibration {
  readonly rows: CalibrationRow[];
  /** Absent where no cell was confirmed by a long run: `notes` say why. */
  readonly recommended?: CalibrationChoice;
  /** Of cells that were to be chosen from and were not: what is against their long runs, or what length they would need. */
  readonly notes: string[];
  /** The largest curvature of L_n at the centre, and the least, where it is known to be positive: else 0, as of a direction that is flat. */
  readonly curvature: number;
  readonly leastCurvature: number;
  /** Rows per gradient, where they were given. */
  readonly batchSize?: number;
  readonly dataSize: number;
  readonly dim: number;
  /** In gradients over all data. */
  readonly work: number;
}

const calibrateOptions = [
  ...["center", "stepSizes", "nbetas", "gammas", "batchSize", "chains", "warmup", "draws", "thin", "longest"],
  ...["seed", "workers", "signal", "onEvent", "checkpoint"],
];

/** Hessian-vector products for the curvatures. With no more parameters than these the least curvature is found, too. */
const PRODUCTS = 40;
/** Share of the largest curvature that differences of float32 gradients leave uncertain. */
const ROUNDING = 1e-3;

/**
 * Runs short SGLD chains at every step size, n beta and gamma of a grid, and long ones at the cells that are without objections and nearest to
 * n / log n, one per gamma, with the largest step whose bias is small. Of the cells whose long runs are without objections it recommends that on
 * a plateau in gamma.
 *
 * How long a long run is, is known before it begins: directions that the loss leaves to the localisation need 2 / (eps gamma) transitions to
 * forget where they were, 3 / (eps gamma) to come from the centre to where they belong, and a run that looks level after fewer has not been
 * there. Cells that need more than `longest` allows are named in `notes`, with their lengths. Slower things than the localisation, such
 * as barriers, are seen only where they show in the long run.
 *
 * Rejects with a RangeError where an option is wrong, and where a run is aborted.
 * @example
 * const { recommended } = await calibrate(loss, { center });
 * const { stepSize, beta, gamma, warmup, draws, thin } = recommended!;
 * await llc(loss, { center, beta, gamma, sampler: sgld({ stepSize }), warmup, draws, thin });
 */
export async function calibrate(loss: Loss, options: CalibrateOptions): Promise<Calibration> {
  const where = "calibrate";
  checkLoss(where, loss);
  knownOptions(where, options, calibrateOptions);
  const { chains = 2, seed = 0, batchSize, longest = 50 } = options;
  const short: RunLength = {
    warmup: integerAtLeast(where, "warmup", options.warmup ?? 200, 0),
    draws: integerAtLeast(where, "draws", options.draws ?? 200, 20),
    thin: integerAtLeast(where, "thin", options.thin ?? 1, 1),
  };
  if (!(positiveNumber(where, "longest", longest) >= 4)) refuse(where, "longest", "at least 4", longest);
  const usual = loss.dataSize * defaultBeta(loss.dataSize);
  const nbetas = listOf(where, "nbetas", options.nbetas ?? [usual / 3, usual, 3 * usual], positiveNumber);
  const gammas = listOf(where, "gammas", options.gammas ?? [1, 10, 100], nonNegativeNumber);
  const { stepSizes } = options;
  const steps = stepSizes === undefined ? undefined : listOf(where, "stepSizes", stepSizes, positiveNumber);
  const { center } = resolveTemperature(where, loss, { center: options.center });
  const curvatures = curvaturesAt(loss, center);
  if (Number.isNaN(curvatures.largest)) refuse(where, "center", "where gradients are finite", center);

  const batch = batchSize === undefined ? {} : { batchSize };
  const files = runFiles(options.checkpoint);
  let runs = 0;
  let work = curvatures.work;
  /** Without a step size, one that finds its own. */
  const run = async (
    { nbeta, gamma, stepSize }: Omit<Cell, "stepSize"> & Partial<Cell>,
    length: RunLength,
  ): Promise<LlcEstimate> => {
    const estimate = await llc(loss, {
      ...pick(options, ["workers", "signal", "onEvent"]),
      center,
      beta: nbeta / loss.dataSize,
      gamma,
      sampler: sgld(stepSize === undefined ? batch : { stepSize, ...batch }),
      ...{
        ...pick(length, ["warmup", "draws", "thin"]),
        chains,
        seed: seedFor(seed, where, runs),
        ...files.of(runs++),
      },
      title: `calibration, run ${runs}`,
    });
    if (estimate.draws.aborted) throw new Error(`${where}: aborted at run ${runs}`);
    if (!Number.isNaN(estimate.work)) work += estimate.work;
    return estimate;
  };

  const rows: CalibrationRow[] = [];
  for (const nbeta of nbetas) {
    for (const gamma of gammas) {
      for (const stepSize of steps ?? around(smallestStep(where, await run({ nbeta, gamma }, short)))) {
        const cell = { stepSize, nbeta, gamma };
        rows.push(rowOf(await run(cell, short), cell, curvatures.least, short));
      }
    }
  }

  const notes: string[] = [];
  const confirm = async (cells: readonly CalibrationRow[]): Promise<void> => {
    for (const row of cells) {
      const length = row.needs;
      const times = transitionsOf(length) / transitionsOf(short);
      if (times > longest) {
        notes.push(tooLong(row, times));
        return;
      }
      const long = longRunOf(await run(row, length), length);
      rows[rows.indexOf(row)] = { ...row, long };
      if (long.ok) return;
      notes.push(notConfirmed(row, long));
      if (!isTooCoarse(long)) return;
    }
  };
  for (const byGamma of finalists(rows, usual)) {
    for (const cells of byGamma) await confirm(cells);
    if (rows.some(({ long }) => long?.ok)) break;
  }
  await files.finish(runs);
  const recommended = recommend(rows, { usual, dataSize: loss.dataSize, chains });
  return printedCalibration({
    rows,
    ...(recommended === undefined ? {} : { recommended }),
    notes,
    curvature: curvatures.largest,
    leastCurvature: curvatures.least,
    ...batch,
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

/** Of the Hessian of L_n. */
function curvaturesAt(loss: Loss, center: Float64Array): { largest: number; least: number; work: number } {
  const gradient = (w: Float64Array, out: Float64Array) => void loss.valueAndGradient(w, out);
  const { largest, smallest, evaluations } = spectrumEnds(gradient, center, PRODUCTS);
  // Found from inside, the smallest of many is larger than the least.
  const known = loss.dim <= PRODUCTS ? smallest - ROUNDING * largest : 0;
  return { largest, least: Math.max(0, known), work: evaluations };
}
