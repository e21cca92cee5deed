// Gradient descent and Nesterov's accelerated gradient (Nesterov 1983, in the form of Sutskever et al. 2013): the members of the family at
// temperature zero. v <- mu v - eta grad U(q + mu v), q <- q + v; plain descent is mu = 0.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { columnEnergy, columnGradient, startColumns, type TimedState } from "./column-gradient.js";
import { freezing } from "./freezing.js";
import type { Kernel, Sampler, SamplerDefinition } from "./kernel.js";
import { type Scheduled, scheduledOption, type Tabulated, tabulatedOption, valueAt } from "./scheduled.js";
import { stableStepSize } from "./stable-step-size.js";

/** `energy` is that of `position` only after `refresh`. */
export interface DescentState extends TimedState {
  /** `[dim, width]`: the last step. */
  readonly velocity: Float64Array;
}

/** One number per column. */
export type DescentInfo = {
  readonly stepSize: Float64Array;
  /** Length of the gradient that the step followed. */
  readonly gradientNorm: Float64Array;
  /** Gradients that the transition took: 1. */
  readonly gradients: Float64Array;
};

interface DescentSettings {
  readonly where: "gradientDescent" | "nesterov";
  readonly stepSize: Tabulated | undefined;
  /** mu */
  readonly momentum: Tabulated;
}

function descentKernel(energy: Energy, settings: DescentSettings, width: number): Kernel<DescentState> {
  const { dim } = energy;
  const { where, stepSize: given, momentum } = settings;
  const ahead = columnGradient(energy, width);
  const here = columnEnergy(energy, width);
  const stepSize = new Float64Array(width).fill(given === undefined ? Number.NaN : valueAt(given, 0));
  const info: DescentInfo = {
    stepSize: new Float64Array(width),
    gradientNorm: new Float64Array(width),
    gradients: new Float64Array(width).fill(1),
  };

  function restart({ velocity }: DescentState, c: number): void {
    for (let k = c; k < velocity.length; k += width) velocity[k] = 0;
  }

  return {
    width,
    statistics: Object.keys(info),

    init: (start) => ({ ...startColumns(where, ahead, start), velocity: new Float64Array(dim * width) }),

    // Hot: one gradient and two passes over the coordinates per column; nothing is allocated.
    step({ position, velocity, stopped, time }) {
      const looked = ahead.position;
      const { gradient } = ahead;
      for (let c = 0; c < width; c++) {
        const mu = valueAt(momentum, time[c]);
        for (let k = c; k < position.length; k += width) looked[k] = position[k] + mu * velocity[k];
      }
      ahead.run(stopped);
      for (let c = 0; c < width; c++) {
        const t = time[c]++;
        if (given !== undefined) stepSize[c] = valueAt(given, t);
        const eta = stepSize[c];
        if (Number.isNaN(eta))
          throw new Error(`${where}: the step size is found by the adaptation, which was not started`);
        info.stepSize[c] = eta;
        if (stopped[c] !== 0) continue;
        const mu = valueAt(momentum, t);
        let squares = 0;
        let broken = 0;
        for (let k = c; k < position.length; k += width) {
          const g = gradient[k];
          const v = mu * velocity[k] - eta * g;
          squares += g * g;
          // x - x is 0 for a finite x, and NaN otherwise.
          broken += g - g + (position[k] + v - (position[k] + v));
        }
        info.gradientNorm[c] = Math.sqrt(squares);
        // The last finite position stays, so that the chain can be looked at and gone on from.
        if (broken !== 0) {
          stopped[c] = 1;
          continue;
        }
        for (let k = c; k < position.length; k += width) {
          velocity[k] = mu * velocity[k] - eta * gradient[k];
          position[k] += velocity[k];
        }
      }
      return info;
    },

    refresh({ position, energy: value, stopped }) {
      here.position.set(position);
      here.run();
      for (let c = 0; c < width; c++) {
        value[c] = here.energy[c];
        if (!Number.isFinite(value[c])) stopped[c] = 1;
      }
    },

    adaptation:
      given === undefined
        ? (warmup) => stableStepSize(energy, { where, stepSize, product: 1, spread: 0, restart }, warmup)
        : undefined,

    parameters: () => ({ stepSize: stepSize.slice() }),

    memory: ({ position, energy: value, velocity, time }) => ({ position, energy: value, velocity, time, stepSize }),
  };
}

export interface GradientDescentOptions {
  /** `eta`; where it is left out, `1 / a` for the largest curvature `a` met during warmup. */
  readonly stepSize?: Scheduled;
}

/**
 * Gradient descent, `q <- q - eta grad U(q)`: Langevin dynamics at temperature zero. It draws nothing; its chains are paths downhill.
 *
 * Where `stepSize` is left out, it is `1 / a` for the largest curvature `a` that each chain met at its start and in the first three
 * quarters of warmup; up to `2 / a` a quadratic bowl is descended. `stepSize` may be a schedule. A chain whose position, gradient or
 * energy stops being finite is stopped where it last was; while warmup is still looking for the step, it goes back to where it was well,
 * with a smaller one.
 *
 * Statistics per transition: `stepSize`, `gradientNorm`, `gradients` (1). Throws a RangeError that names the option where one does not fit.
 *
 * @example gradientDescent({ stepSize: 0.1 }).kind // "gradientDescent"
 */
export function gradientDescent(options: GradientDescentOptions = {}): Sampler {
  return { kind: "gradientDescent", options: checked("gradientDescent", options, ["stepSize"], scheduledOption) };
}

export interface NesterovOptions extends GradientDescentOptions {
  /** `mu`, from 0 to below 1; 0.9 where left out. */
  readonly momentum?: Scheduled;
}

/**
 * Nesterov's accelerated gradient, `v <- mu v - eta grad U(q + mu v)`, `q <- q + v`: descent with inertia, whose gradient is taken where the
 * inertia leads. The step size is as in `gradientDescent`; both options may be schedules.
 *
 * Statistics per transition: `stepSize`, `gradientNorm` (of the gradient ahead), `gradients` (1). Throws a RangeError that names the
 * option where one does not fit.
 *
 * @example nesterov({ stepSize: 1e-3, momentum: 0.9 }).kind // "nesterov"
 */
export function nesterov(options: NesterovOptions = {}): Sampler {
  return { kind: "nesterov", options: checked("nesterov", options, ["stepSize", "momentum"], scheduledOption) };
}

/** The options that are there, each checked by `read`; a momentum of 0.9 where there could be one and is none. */
function checked<Value>(
  where: string,
  options: NesterovOptions,
  known: readonly string[],
  read: (where: string, name: string, value: unknown, check: typeof positiveNumber) => Value,
): { stepSize?: Value; momentum?: Value } {
  knownOptions(where, options, known);
  const { stepSize, momentum = 0.9 } = options;
  return {
    ...(stepSize === undefined ? {} : { stepSize: read(where, "stepSize", stepSize, positiveNumber) }),
    ...(known.includes("momentum") ? { momentum: read(where, "momentum", momentum, fractionBelowOne) } : {}),
  };
}

function fractionBelowOne(where: string, name: string, value: unknown): number {
  if (typeof value !== "number" || !(value >= 0 && value < 1)) refuse(where, name, "a number from 0 to below 1", value);
  return value;
}

function definition(where: DescentSettings["where"], known: readonly string[]): SamplerDefinition {
  return {
    columns: true,
    freeze: freezing(where, { numbers: ["stepSize"] }),
    build(energy, options, width) {
      const { stepSize, momentum = 0 } = checked(where, options, known, tabulatedOption);
      return descentKernel(energy, { where, stepSize, momentum }, width);
    },
  };
}

export const gradientDescentDefinition: SamplerDefinition = definition("gradientDescent", ["stepSize"]);
export const nesterovDefinition: SamplerDefinition = definition("nesterov", ["stepSize", "momentum"]);
