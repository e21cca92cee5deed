// Generalised Hamiltonian Monte Carlo (Horowitz 1991): the momentum is refreshed in part only and short trajectories follow one another, so
// that a chain keeps its direction over many cheap transitions until a refusal turns it round. With the persistent slice
// variable of Neal 2020, refusals come in clusters and the long runs between them get longer.

import {
  integerAtLeast,
  knownOptions,
  nonNegativeNumber,
  openUnit,
  positiveNumber,
  refuse,
} from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import { columnGradient, startColumns, type TimedState } from "./column-gradient.js";
import { columnNoise, noiseBytes } from "./column-noise.js";
import { freezing } from "./freezing.js";
import type { Kernel, Sampler, SamplerDefinition } from "./kernel.js";
import { diagonalMassOption, inverseOf } from "./mass.js";
import { record } from "./record.js";
import { type Scheduled, scheduledOption, type Tabulated, tabulatedOption, valueAt } from "./scheduled.js";
import { metricWarmup } from "./warmup.js";

export interface GhmcState extends TimedState {
  /** `[dim, width]`: the gradient at `position`. */
  readonly gradient: Float64Array;
  /** `[dim, width]`: M^(-1/2) p, standard normal under the law. */
  readonly momentum: Float64Array;
  /** `[width]`: Neal's u, uniform on [-1, 1) under the law. Not used without `sliceDrift`. */
  readonly slice: Float64Array;
}

/** One number per column. */
export type GhmcInfo = {
  /** min(1, exp(-energyError)); 0 where that is not finite. */
  readonly acceptance: Float64Array;
  /** 1 where the proposal was taken; elsewhere the momentum was turned round. */
  readonly accepted: Float64Array;
  /** H at the trajectory's end minus H at its start. */
  readonly energyError: Float64Array;
  /** 1 where |energyError| exceeds `maxEnergyError` or is not finite. */
  readonly diverging: Float64Array;
  readonly stepSize: Float64Array;
  readonly leapfrogSteps: Float64Array;
};

interface GhmcSettings {
  readonly stepSize: Tabulated | undefined;
  readonly leapfrogSteps: number;
  readonly alpha: Tabulated | undefined;
  readonly sliceDrift: number | undefined;
  /** Undefined where it is adapted. */
  readonly mass: number | readonly number[] | undefined;
  readonly targetAcceptance: number;
  readonly maxEnergyError: number;
}

function ghmcKernel(energy: Energy, settings: GhmcSettings, width: number): Kernel<GhmcState> {
  const { dim } = energy;
  const { stepSize: given, leapfrogSteps, alpha, sliceDrift, maxEnergyError } = settings;
  const columns = columnGradient(energy, width, noiseBytes(dim, width));
  const noise = columnNoise(dim, width, columns.program);

  // d^(-1/4) is how the best step size of a Gaussian of unit scales falls with the dimension (Beskos et al. 2013).
  const stepSize = new Float64Array(width).fill(given === undefined ? dim ** -0.25 : valueAt(given, 0));
  const inverseMass = inverseOf(settings.mass ?? 1, dim, width);
  const scale = inverseMass.map(Math.sqrt);
  const info: GhmcInfo = {
    acceptance: new Float64Array(width),
    accepted: new Float64Array(width),
    energyError: new Float64Array(width),
    diverging: new Float64Array(width),
    stepSize: new Float64Array(width),
    leapfrogSteps: new Float64Array(width).fill(leapfrogSteps),
  };
  /** `[dim, width]`: the momentum along the trajectory. */
  const moving = new Float64Array(dim * width);
  const before = new Float64Array(width);

  function rescale(column: number): void {
    for (let k = column; k < scale.length; k += width) scale[k] = Math.sqrt(inverseMass[k]);
  }

  /** Refreshes the momenta in part, and gives the trajectories their first kick and drift. */
  function depart({ position, energy: value, gradient, momentum, time }: GhmcState): void {
    const { normals } = noise;
    for (let c = 0; c < width; c++) {
      if (given !== undefined) stepSize[c] = valueAt(given, time[c]);
      const h = stepSize[c];
      const kept = alpha === undefined ? Math.exp(-leapfrogSteps * h) : valueAt(alpha, time[c]);
      const fresh = Math.sqrt(1 - kept * kept);
      let squares = 0;
      for (let k = c; k < position.length; k += width) {
        const p = kept * momentum[k] + fresh * normals[k];
        momentum[k] = p;
        squares += p * p;
        moving[k] = p - (h / 2) * scale[k] * gradient[k];
        columns.position[k] = position[k] + h * scale[k] * moving[k];
      }
      before[c] = value[c] + squares / 2;
      info.stepSize[c] = h;
    }
  }

  /** The kick that ends a step and the one that begins the next are one. */
  function goOn(): void {
    for (let c = 0; c < width; c++) {
      const h = stepSize[c];
      for (let k = c; k < moving.length; k += width) {
        moving[k] -= h * scale[k] * columns.gradient[k];
        columns.position[k] += h * scale[k] * moving[k];
      }
    }
  }

  /** Metropolis's decision with a uniform number, or Neal's with the one that persists. */
  function decide(c: number, error: number, slice: Float64Array): boolean {
    const u = noise.uniform[c];
    if (sliceDrift === undefined) return u < info.acceptance[c];
    // Anything that leaves the uniform law on [-1, 1) invariant would do: a drift by `sliceDrift` on average (Neal 2020, section 3).
    const drifted = slice[c] + 2 * sliceDrift * u;
    slice[c] = drifted - 2 * Math.floor((drifted + 1) / 2);
    const ratio = Math.exp(-error);
    if (!(Math.abs(slice[c]) < ratio) || info.acceptance[c] === 0) return false;
    slice[c] /= ratio;
    return true;
  }

  return {
    width,
    statistics: Object.keys(info),

    init(startAt, random) {
      const start = startColumns("ghmc", columns, startAt);
      noise.draw(random);
      return {
        ...start,
        gradient: columns.gradient.slice(),
        momentum: noise.normals.slice(),
        slice: noise.uniform.map((u) => 2 * u - 1),
      };
    },

    // Hot: `leapfrogSteps` gradients, `dim` normals and a few passes over the coordinates per column; nothing is allocated.
    step(state, random) {
      const { position, energy: value, gradient, momentum, slice, time } = state;
      noise.draw(random);
      depart(state);
      for (let step = 1; step < leapfrogSteps; step++) {
        columns.run();
        goOn();
      }
      columns.run();
      for (let c = 0; c < width; c++) {
        const half = stepSize[c] / 2;
        let squares = 0;
        for (let k = c; k < moving.length; k += width) {
          moving[k] -= half * scale[k] * columns.gradient[k];
          squares += moving[k] * moving[k];
        }
        const error = columns.energy[c] + squares / 2 - before[c];
        const finite = error - error === 0;
        info.acceptance[c] = !finite ? 0 : error <= 0 ? 1 : Math.exp(-error);
        // NaN has many bit patterns, and which one comes out is the machine's choice: this one is the same for every thread.
        info.energyError[c] = Number.isNaN(error) ? Number.NaN : error;
        info.diverging[c] = finite && Math.abs(error) <= maxEnergyError ? 0 : 1;
        const taken = decide(c, error, slice);
        info.accepted[c] = taken ? 1 : 0;
        time[c]++;
        if (taken) value[c] = columns.energy[c];
        for (let k = c; k < position.length; k += width) {
          momentum[k] = taken ? moving[k] : -momentum[k];
          if (!taken) continue;
          position[k] = columns.position[k];
          gradient[k] = columns.gradient[k];
        }
      }
      return info;
    },

    adaptation:
      given === undefined
        ? (warmup) =>
            metricWarmup<GhmcState>(
              {
                where: "ghmc",
                dim,
                stepSize,
                inverseMass,
                massChanged: rescale,
                gradient: (state) => state.gradient,
                logAcceptance: oneStep(energy, scale, width),
              },
              warmup,
              {
                targetAcceptance: settings.targetAcceptance,
                adapts: settings.mass === undefined ? "diagonal" : undefined,
              },
            )
        : undefined,

    parameters: () => ({ stepSize: stepSize.slice(), inverseMass: inverseMass.slice() }),

    memory: ({ position, energy: value, gradient, momentum, slice, time }) => ({
      position,
      energy: value,
      gradient,
      momentum,
      slice,
      time,
      stepSize,
      inverseMass,
    }),

    restored() {
      for (let c = 0; c < width; c++) rescale(c);
    },
  };
}

/** What the step-size search asks for: H before minus H after one step of one column with a fresh momentum. */
function oneStep(
  energy: Energy,
  scale: Float64Array,
  width: number,
): (state: GhmcState, column: number, stepSize: number, random: Random) => number {
  const [q, g, p] = Array.from({ length: 3 }, () => new Float64Array(energy.dim));
  return (state, column, h, random) => {
    random.fillNormal(p);
    let before = state.energy[column];
    for (let i = 0, k = column; i < q.length; i++, k += width) {
      before += (p[i] * p[i]) / 2;
      p[i] -= (h / 2) * scale[k] * state.gradient[k];
      q[i] = state.position[k] + h * scale[k] * p[i];
    }
    let after = energy.valueAndGradient(q, g);
    for (let i = 0, k = column; i < q.length; i++, k += width) after += (p[i] - (h / 2) * scale[k] * g[i]) ** 2 / 2;
    return before - after;
  };
}

export interface GhmcOptions {
  /** Step size, or a schedule of it, kept as it is; found during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** Leapfrog steps per transition. */
  readonly leapfrogSteps?: number;
  /** The share of the momentum that is kept, `p <- alpha p + sqrt(1 - alpha^2) xi`; 0 is HMC. `exp(-leapfrogSteps stepSize)` where left out. */
  readonly alpha?: Scheduled;
  /** Accepts by a slice variable that persists and drifts by so much per transition on average, 0.03 say; afresh each time where left out. */
  readonly sliceDrift?: number;
  /** Momentum `p ~ N(0, M)`, `M` diagonal: one number for all coordinates, or one each; "diagonal", the default, is learnt in warmup. */
  readonly mass?: number | ArrayLike<number> | "diagonal";
  /** Acceptance that the adapted step size aims at. */
  readonly targetAcceptance?: number;
  /** A trajectory whose energy error exceeds this is reported as diverging. */
  readonly maxEnergyError?: number;
}

/**
 * Generalised Hamiltonian Monte Carlo: each transition refreshes the momentum in part, takes `leapfrogSteps` (1) leapfrog steps, and takes or
 * refuses where they end; a refusal turns the momentum round, so that the chain goes back.
 *
 * - `stepSize` left out: warmup finds it by dual averaging and learns a diagonal mass in Stan's windows unless `mass` is given. The target
 *   `targetAcceptance` is 0.9, higher than HMC's, for every refusal undoes the way that was made.
 * - `alpha` left out: the momentum is forgotten within one unit of time, in which an adapted coordinate swings by one radian.
 * - `sliceDrift`: non-reversible acceptance (Neal 2020).
 *
 * Statistics per transition: `acceptance`, `accepted`, `energyError`, `diverging`, `stepSize`, `leapfrogSteps` (one gradient each).
 * Throws a RangeError that names the option where one does not fit.
 *
 * @example ghmc({ stepSize: 0.1, alpha: 0.9, sliceDrift: 0.03 }).kind // "ghmc"
 */
export function ghmc(options: GhmcOptions = {}): Sampler {
  return record("ghmc", settingsOf(options, scheduledOption));
}

/** `read` checks an option that may be a schedule. */
function settingsOf<Value>(
  options: GhmcOptions,
  read: (where: string, name: string, value: unknown, check: typeof positiveNumber) => Value,
  dim?: number,
) {
  knownOptions("ghmc", options, GHMC_OPTIONS);
  const { stepSize, leapfrogSteps = 1, alpha, sliceDrift, mass } = options;
  const { targetAcceptance = 0.9, maxEnergyError = 1000 } = options;
  if (stepSize !== undefined && mass === "diagonal") {
    refuse("ghmc", "mass", "given, or left out, where stepSize is given: nothing is adapted then", mass);
  }
  return {
    stepSize: stepSize === undefined ? undefined : read("ghmc", "stepSize", stepSize, positiveNumber),
    leapfrogSteps: integerAtLeast("ghmc", "leapfrogSteps", leapfrogSteps, 1),
    alpha: alpha === undefined ? undefined : read("ghmc", "alpha", alpha, shareBelowOne),
    sliceDrift: sliceDrift === undefined ? undefined : openUnit("ghmc", "sliceDrift", sliceDrift),
    mass: diagonalMassOption("ghmc", mass, dim),
    targetAcceptance: openUnit("ghmc", "targetAcceptance", targetAcceptance),
    maxEnergyError: positiveNumber("ghmc", "maxEnergyError", maxEnergyError),
  };
}

const GHMC_OPTIONS = ["stepSize", "leapfrogSteps", "alpha", "sliceDrift", "mass", "targetAcceptance", "maxEnergyError"];

/** With all of it kept the energy of a chain would never change. */
function shareBelowOne(where: string, name: string, value: unknown): number {
  if (nonNegativeNumber(where, name, value) >= 1) refuse(where, name, "at least 0 and below 1", value);
  return value as number;
}

export const ghmcDefinition: SamplerDefinition = {
  columns: true,
  freeze: freezing("ghmc", { numbers: ["stepSize"], mass: true, manner: ["targetAcceptance"] }),
  build: (energy, options, width) => ghmcKernel(energy, settingsOf(options, tabulatedOption, energy.dim), width),
};
