// Random-walk Metropolis (Metropolis et al. 1953), adaptive: warmup learns the proposal's covariance from where the chain was (Haario, Saksman
// and Tamminen 2001) and its scale from how often it moved; both are frozen for the draws. No gradient is taken.

import { knownOptions, openUnit, positiveNumber, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import { columnEnergy, startColumns, type TimedState } from "./column-gradient.js";
import { columnNoise, noiseBytes } from "./column-noise.js";
import { type Covariance, type CovarianceOption, covarianceOption, isMatrix, numbersOf, rootOf } from "./covariance.js";
import { meanOverChains } from "./freezing.js";
import type { Kernel, Sampler, SamplerDefinition } from "./kernel.js";
import { walkWarmup } from "./random-walk-warmup.js";
import { record } from "./record.js";
import { type Scheduled, scheduledOption, type Tabulated, tabulatedOption, valueAt } from "./scheduled.js";

export type RandomWalkState = TimedState;

/** One number per column. */
export type RandomWalkInfo = {
  /** min(1, exp((U - U') / T)); 0 where the proposal's energy is not finite. */
  readonly acceptance: Float64Array;
  /** 1 where the proposal was taken. */
  readonly accepted: Float64Array;
  readonly stepSize: Float64Array;
  /** Energies that the transition took: 1. */
  readonly evaluations: Float64Array;
  /** Gradients that the transition took: 0. */
  readonly gradients: Float64Array;
};

interface RandomWalkSettings {
  readonly stepSize: Tabulated | undefined;
  readonly covariance: Covariance | "diagonal" | "dense";
  readonly targetAcceptance: number;
  readonly temperature: Tabulated;
}

/** Above this dimension a whole covariance would take more draws to learn than a warmup has. */
const MOST_DENSE = 50;

function randomWalkKernel(energy: Energy, settings: RandomWalkSettings, width: number): Kernel<RandomWalkState> {
  const { dim } = energy;
  const { stepSize: given, temperature, covariance: option } = settings;
  const columns = columnEnergy(energy, width, noiseBytes(dim, width));
  const noise = columnNoise(dim, width, columns.program);

  const isDense = option === "dense" || (typeof option === "object" && isMatrix(option));
  const adapted = typeof option === "string" ? option : undefined;
  const rows = isDense ? dim * dim : dim;
  const first = new Float64Array(rows);
  if (typeof option !== "string") first.set(numbersOf(option, dim));
  else for (let i = 0; i < dim; i++) first[isDense ? i * (dim + 1) : i] = 1;
  const stepSize = new Float64Array(width).fill(given === undefined ? bestScale(dim) : valueAt(given, 0));
  const covariance = new Float64Array(rows * width);
  for (let k = 0; k < covariance.length; k++) covariance[k] = first[Math.floor(k / width)];
  /** `[rows, width]`: of each column's covariance the square root. */
  const root = new Float64Array(rows * width);
  const ofColumn = new Float64Array(rows);
  const rootOfColumn = new Float64Array(rows);
  for (let c = 0; c < width; c++) takeRoot(c);

  const trial = new Float64Array(dim * width);
  const q = new Float64Array(dim);
  const info: RandomWalkInfo = {
    acceptance: new Float64Array(width),
    accepted: new Float64Array(width),
    stepSize: new Float64Array(width),
    evaluations: new Float64Array(width).fill(1),
    gradients: new Float64Array(width),
  };

  function takeRoot(c: number): void {
    for (let r = 0, k = c; r < rows; r++, k += width) ofColumn[r] = covariance[k];
    if (!rootOf(ofColumn, dim, rootOfColumn))
      throw new RangeError("randomWalk: the covariance is not positive definite");
    for (let r = 0, k = c; r < rows; r++, k += width) root[k] = rootOfColumn[r];
  }

  /** Writes column `c` of `position + scale root z` into `out`. */
  function propose(position: Float64Array, c: number, scale: number, z: Float64Array, out: Float64Array): void {
    for (let i = 0, k = c, r = c; i < dim; i++, k += width) {
      let along = 0;
      if (isDense) {
        for (let j = 0, at = c; j <= i; j++, at += width) along += root[r + j * width] * z[at];
        r += dim * width;
      } else {
        along = root[k] * z[k];
      }
      out[k] = position[k] + scale * along;
    }
  }

  return {
    width,
    statistics: Object.keys(info),

    init: (start) => startColumns("randomWalk", columns, start),

    // Hot: one energy, `dim` normals and a pass over the coordinates, or over a triangle of them, per column; nothing is allocated.
    step({ position, energy: value, time }, random) {
      const { normals, uniform } = noise;
      noise.draw(random);
      for (let c = 0; c < width; c++) {
        if (given !== undefined) stepSize[c] = valueAt(given, time[c]);
        info.stepSize[c] = stepSize[c];
        propose(position, c, stepSize[c], normals, columns.position);
      }
      columns.run();
      for (let c = 0; c < width; c++) {
        const drop = (value[c] - columns.energy[c]) / valueAt(temperature, time[c]++);
        info.acceptance[c] = drop - drop !== 0 ? 0 : drop >= 0 ? 1 : Math.exp(drop);
        info.accepted[c] = uniform[c] < info.acceptance[c] ? 1 : 0;
        if (info.accepted[c] === 0) continue;
        value[c] = columns.energy[c];
        for (let k = c; k < position.length; k += width) position[k] = columns.position[k];
      }
      return info;
    },

    adaptation:
      given === undefined
        ? (warmup) =>
            walkWarmup<RandomWalkState>(
              { dim, stepSize, covariance, bestScale: bestScale(dim), covarianceChanged: takeRoot, logAcceptance },
              warmup,
              { targetAcceptance: settings.targetAcceptance, adapts: adapted },
            )
        : undefined,

    parameters: () => ({ stepSize: stepSize.slice(), covariance: covariance.slice() }),

    memory: ({ position, energy: value, time }) => ({ position, energy: value, time, stepSize, covariance }),

    restored() {
      for (let c = 0; c < width; c++) takeRoot(c);
    },
  };

  /** The logarithm of the Metropolis ratio of one proposal with a step of this size. */
  function logAcceptance(state: RandomWalkState, c: number, size: number, random: Random): number {
    for (let k = c; k < trial.length; k += width) trial[k] = random.normal();
    propose(state.position, c, size, trial, columns.position);
    for (let i = 0, k = c; i < dim; i++, k += width) q[i] = columns.position[k];
    return (state.energy[c] - energy.value(q)) / valueAt(temperature, state.time[c]);
  }
}

/** 2.38 / sqrt(dim): the best scale on a Gaussian whose covariance the proposal has (Gelman, Roberts and Gilks 1996). */
function bestScale(dim: number): number {
  return 2.38 / Math.sqrt(dim);
}

export interface RandomWalkOptions {
  /** The scale of the steps, kept as it is; found and averaged during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** `C` of the steps: given, or learnt in warmup as a whole ("dense") or as a diagonal. */
  readonly covariance?: CovarianceOption | "dense" | "diagonal";
  /** Acceptance that the adapted scale aims at. */
  readonly targetAcceptance?: number;
  /** `T`: the law is `exp(-U / T)`. */
  readonly temperature?: Scheduled;
}

/**
 * Random-walk Metropolis: the proposal is `q + stepSize C^(1/2) xi` with standard normal `xi`, and is taken with probability
 * `min(1, exp((U(q) - U(q')) / T))`.
 *
 * - `stepSize` given, as a number or a schedule: everything is fixed, and `C` is the identity unless given.
 * - `stepSize` left out: warmup finds it by dual averaging and, unless `covariance` is given, learns `C` in Stan's windows: as a whole up to
 *   50 dimensions, as a diagonal beyond. The target acceptance is `0.234 + 0.206 / dim` unless given: 0.44 in one dimension, 0.234 in
 *   many (Gelman, Roberts and Gilks 1996).
 *
 * A `temperature` may be a schedule over the run's transitions, warmup included: where it falls, that is simulated annealing.
 *
 * Statistics per transition: `acceptance`, `accepted`, `stepSize`, `evaluations` (energies: 1), `gradients` (0). Throws a RangeError that
 * names the option where one does not fit.
 *
 * @example randomWalk({ stepSize: 0.5, covariance: [1, 4] }).kind // "randomWalk"
 */
export function randomWalk(options: RandomWalkOptions = {}): Sampler {
  return record("randomWalk", settingsOf(options, scheduledOption));
}

/** `read` checks an option that may be a schedule. */
function settingsOf<Value>(
  options: RandomWalkOptions,
  read: (where: string, name: string, value: unknown, check: typeof positiveNumber) => Value,
  dim?: number,
) {
  const where = "randomWalk";
  knownOptions(where, options, ["stepSize", "covariance", "targetAcceptance", "temperature"]);
  const { stepSize, covariance, targetAcceptance, temperature = 1 } = options;
  const learns = covariance === "dense" || covariance === "diagonal";
  if (typeof covariance === "string" && !learns) {
    refuse(where, "covariance", '"dense", "diagonal", a number, a list of variances or a matrix', covariance);
  }
  if (stepSize !== undefined && learns) {
    throw new RangeError(
      `${where}: covariance must be given, or left out, where stepSize is given, for nothing is adapted then; got "${covariance}"`,
    );
  }
  return {
    stepSize: stepSize === undefined ? undefined : read(where, "stepSize", stepSize, positiveNumber),
    covariance: covariance === undefined ? undefined : learns ? covariance : covarianceOption(where, covariance, dim),
    targetAcceptance:
      targetAcceptance === undefined ? undefined : openUnit(where, "targetAcceptance", targetAcceptance),
    temperature: read(where, "temperature", temperature, positiveNumber),
  };
}

export const randomWalkDefinition: SamplerDefinition = {
  columns: true,
  freeze(options, adapted, { chains, dim }) {
    if (options.stepSize !== undefined) return options;
    const { targetAcceptance: _, ...fixed } = options;
    const [stepSize] = meanOverChains(adapted.stepSize, chains);
    const numbers = meanOverChains(adapted.covariance, chains);
    const rows = Array.from({ length: dim }, (_row, i) => numbers.slice(i * dim, (i + 1) * dim));
    return { ...fixed, stepSize, covariance: numbers.length === dim ? numbers : rows };
  },
  build(energy, options, width) {
    const { dim } = energy;
    const settings = settingsOf(options, tabulatedOption, dim);
    const learnt = dim <= MOST_DENSE ? "dense" : "diagonal";
    const { covariance = settings.stepSize === undefined ? learnt : 1, targetAcceptance = 0.234 + 0.206 / dim } =
      settings;
    return randomWalkKernel(energy, { ...settings, covariance, targetAcceptance }, width);
  },
};
