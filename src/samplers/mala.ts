// The Metropolis-adjusted Langevin algorithm (Besag 1994; Roberts and Tweedie 1996): a step of Langevin dynamics as a proposal, and a decision
// that removes its bias. It is HMC with one leapfrog step of size sqrt(2 eps), and is computed as that: the ratio of the
// proposal's densities is then a difference of kinetic energies, in which nothing large cancels.

import { knownOptions, openUnit, positiveNumber, refuse } from "../arguments/index.js";
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

export interface MalaState extends TimedState {
  /** `[dim, width]`: the gradient at `position`. */
  readonly gradient: Float64Array;
}

/** One number per column. */
export type MalaInfo = {
  /** min(1, exp(-energyError)); 0 where that is not finite. */
  readonly acceptance: Float64Array;
  /** 1 where the proposal was taken. */
  readonly accepted: Float64Array;
  /** Minus the logarithm of the Metropolis-Hastings ratio. */
  readonly energyError: Float64Array;
  /** 1 where |energyError| exceeds 1000 or is not finite. */
  readonly diverging: Float64Array;
  readonly stepSize: Float64Array;
  /** Gradients that the transition took: 1. */
  readonly gradients: Float64Array;
};

interface MalaSettings {
  readonly stepSize: Tabulated | undefined;
  /** Undefined where it is adapted. */
  readonly mass: number | readonly number[] | undefined;
  readonly targetAcceptance: number;
  readonly temperature: Tabulated;
}

const MOST_ENERGY_ERROR = 1000;

function malaKernel(energy: Energy, settings: MalaSettings, width: number): Kernel<MalaState> {
  const { dim } = energy;
  const { stepSize: given, temperature } = settings;
  const columns = columnGradient(energy, width, noiseBytes(dim, width));
  const noise = columnNoise(dim, width, columns.program);

  // dim^(-1/3) is how the best step falls with the dimension (Roberts and Rosenthal 1998).
  const stepSize = new Float64Array(width).fill(given === undefined ? dim ** (-1 / 3) : valueAt(given, 0));
  const inverseMass = inverseOf(settings.mass ?? 1, dim, width);
  const scale = inverseMass.map(Math.sqrt);
  const info: MalaInfo = {
    acceptance: new Float64Array(width),
    accepted: new Float64Array(width),
    energyError: new Float64Array(width),
    diverging: new Float64Array(width),
    stepSize: new Float64Array(width),
    gradients: new Float64Array(width).fill(1),
  };
  /** `[dim, width]`: the velocity in coordinates where the mass is 1. */
  const velocity = new Float64Array(dim * width);
  const before = new Float64Array(width);

  function rescale(column: number): void {
    for (let k = column; k < scale.length; k += width) scale[k] = Math.sqrt(inverseMass[k]);
  }

  return {
    width,
    statistics: Object.keys(info),

    init(startAt) {
      return { ...startColumns("mala", columns, startAt), gradient: columns.gradient.slice() };
    },

    // Hot: one gradient, `dim` normals and three passes over the coordinates per column; nothing is allocated.
    step(state, random) {
      const { position, energy: value, gradient, time } = state;
      const { normals, uniform } = noise;
      noise.draw(random);
      for (let c = 0; c < width; c++) {
        if (given !== undefined) stepSize[c] = valueAt(given, time[c]);
        const h = Math.sqrt(2 * stepSize[c]);
        const heat = Math.sqrt(valueAt(temperature, time[c]));
        let squares = 0;
        for (let k = c; k < position.length; k += width) {
          const fresh = heat * normals[k];
          const v = fresh - (h / 2) * scale[k] * gradient[k];
          squares += fresh * fresh;
          velocity[k] = v;
          columns.position[k] = position[k] + h * scale[k] * v;
        }
        before[c] = value[c] + squares / 2;
        info.stepSize[c] = stepSize[c];
      }
      columns.run();
      for (let c = 0; c < width; c++) {
        const half = Math.sqrt(2 * stepSize[c]) / 2;
        let squares = 0;
        for (let k = c; k < position.length; k += width) {
          const v = velocity[k] - half * scale[k] * columns.gradient[k];
          squares += v * v;
        }
        const error = (columns.energy[c] + squares / 2 - before[c]) / valueAt(temperature, time[c]++);
        const finite = error - error === 0;
        info.acceptance[c] = !finite ? 0 : error <= 0 ? 1 : Math.exp(-error);
        info.energyError[c] = Number.isNaN(error) ? Number.NaN : error;
        info.diverging[c] = finite && Math.abs(error) <= MOST_ENERGY_ERROR ? 0 : 1;
        info.accepted[c] = uniform[c] < info.acceptance[c] ? 1 : 0;
        if (info.accepted[c] === 0) continue;
        value[c] = columns.energy[c];
        for (let k = c; k < position.length; k += width) {
          position[k] = columns.position[k];
          gradient[k] = columns.gradient[k];
        }
      }
      return info;
    },

    adaptation:
      given === undefined
        ? (warmup) =>
            metricWarmup<MalaState>(
              {
                where: "mala",
                dim,
                stepSize,
                inverseMass,
                massChanged: rescale,
                gradient: (state) => state.gradient,
                logAcceptance: oneProposal(energy, scale, temperature, width),
              },
              warmup,
              {
                targetAcceptance: settings.targetAcceptance,
                adapts: settings.mass === undefined ? "diagonal" : undefined,
              },
            )
        : undefined,

    parameters: () => ({ stepSize: stepSize.slice(), inverseMass: inverseMass.slice() }),

    memory: ({ position, energy: value, gradient, time }) => ({
      position,
      energy: value,
      gradient,
      time,
      stepSize,
      inverseMass,
    }),

    restored() {
      for (let c = 0; c < width; c++) rescale(c);
    },
  };
}

/** What the step-size search asks for: the logarithm of the Metropolis-Hastings ratio of a column's proposal with a step of this size. */
function oneProposal(
  energy: Energy,
  scale: Float64Array,
  temperature: Tabulated,
  width: number,
): (state: MalaState, column: number, stepSize: number, random: Random) => number {
  const { dim } = energy;
  const [q, g, v] = Array.from({ length: 3 }, () => new Float64Array(dim));
  return (state, column, stepSize, random) => {
    const heat = valueAt(temperature, state.time[column]);
    const h = Math.sqrt(2 * stepSize);
    random.fillNormal(v);
    let before = state.energy[column];
    for (let i = 0, k = column; i < dim; i++, k += width) {
      v[i] *= Math.sqrt(heat);
      before += (v[i] * v[i]) / 2;
      v[i] -= (h / 2) * scale[k] * state.gradient[k];
      q[i] = state.position[k] + h * scale[k] * v[i];
    }
    let after = energy.valueAndGradient(q, g);
    for (let i = 0, k = column; i < dim; i++, k += width) after += (v[i] - (h / 2) * scale[k] * g[i]) ** 2 / 2;
    return (before - after) / heat;
  };
}

export interface MalaOptions {
  /** `eps`, kept as it is; found and averaged during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** `M`: one number for all coordinates, or one each; "diagonal", the default, is learnt in warmup. */
  readonly mass?: number | ArrayLike<number> | "diagonal";
  /** Acceptance that the adapted step size aims at. */
  readonly targetAcceptance?: number;
  /** `T`: the law is `exp(-U / T)`. */
  readonly temperature?: Scheduled;
}

/**
 * The Metropolis-adjusted Langevin algorithm: the proposal is `q - eps M^-1 grad U(q) + sqrt(2 eps T) M^(-1/2) xi`, taken or refused such that
 * `exp(-U / T)` is sampled without bias. `eps` is BlackJAX's step size; other texts write `eps = h^2 / 2` with the `h` of a leapfrog step.
 *
 * - `stepSize` given, as a number or a schedule: everything is fixed, and the mass is 1 unless given.
 * - `stepSize` left out: warmup finds it by dual averaging (target `targetAcceptance`, 0.574: optimal as the dimension grows, Roberts and
 *   Rosenthal 1998), and learns a diagonal mass in Stan's windows unless `mass` is given.
 *
 * A `temperature` may be a schedule over the run's transitions, warmup included: where it falls, that is simulated annealing.
 *
 * Statistics per transition: `acceptance`, `accepted`, `energyError` (minus the logarithm of the ratio), `diverging` (beyond 1000 or not
 * finite), `stepSize`, `gradients` (1). Throws a RangeError that names the option where one does not fit.
 *
 * @example mala({ stepSize: 0.1, mass: [0.1, 1] }).kind // "mala"
 */
export function mala(options: MalaOptions = {}): Sampler {
  return record("mala", settingsOf(options, scheduledOption));
}

/** `read` checks an option that may be a schedule. */
function settingsOf<Value>(
  options: MalaOptions,
  read: (where: string, name: string, value: unknown, check: typeof positiveNumber) => Value,
  dim?: number,
) {
  knownOptions("mala", options, ["stepSize", "mass", "targetAcceptance", "temperature"]);
  const { stepSize, mass, targetAcceptance = 0.574, temperature = 1 } = options;
  if (stepSize !== undefined && mass === "diagonal") {
    refuse("mala", "mass", "given, or left out, where stepSize is given: nothing is adapted then", mass);
  }
  return {
    stepSize: stepSize === undefined ? undefined : read("mala", "stepSize", stepSize, positiveNumber),
    mass: diagonalMassOption("mala", mass, dim),
    targetAcceptance: openUnit("mala", "targetAcceptance", targetAcceptance),
    temperature: read("mala", "temperature", temperature, positiveNumber),
  };
}

export const malaDefinition: SamplerDefinition = {
  columns: true,
  freeze: freezing("mala", { numbers: ["stepSize"], mass: true, manner: ["targetAcceptance"] }),
  build: (energy, options, width) => malaKernel(energy, settingsOf(options, tabulatedOption, energy.dim), width),
};
