// Unadjusted Langevin dynamics (Parisi 1981; Roberts and Tweedie 1996): q <- q - eta grad U + s sqrt(2 eta T) xi, for many chains as columns.
// The gradient is carried, so that a transition costs one.

import { knownOptions, nonNegativeNumber, positiveNumber } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { columnGradient, startColumns, type TimedState } from "./column-gradient.js";
import { columnNoise, noiseBytes } from "./column-noise.js";
import { freezing } from "./freezing.js";
import type { Kernel, Sampler, SamplerDefinition } from "./kernel.js";
import { type Scheduled, scheduledOption, type Tabulated, tabulatedOption, valueAt } from "./scheduled.js";
import { stableStepSize } from "./stable-step-size.js";

export interface LangevinState extends TimedState {
  /** `[dim, width]`: the gradient at `position`. */
  readonly gradient: Float64Array;
}

/** One number per column. */
export type LangevinInfo = {
  readonly stepSize: Float64Array;
  /** Length of the gradient that the step followed. */
  readonly gradientNorm: Float64Array;
  /** Gradients that the transition took: 1. */
  readonly gradients: Float64Array;
};

interface LangevinSettings {
  readonly stepSize: Tabulated | undefined;
  readonly noiseScale: Tabulated;
  readonly temperature: Tabulated;
}

/** The automatic `eta a` of the stiffest direction: its variance is 1 / (1 - 0.1 / 2), 5 % too large. */
const PRODUCT = 0.1;

function langevinKernel(energy: Energy, settings: LangevinSettings, width: number): Kernel<LangevinState> {
  const { dim } = energy;
  const columns = columnGradient(energy, width, noiseBytes(dim, width));
  const noise = columnNoise(dim, width, columns.program);
  const given = settings.stepSize;
  const stepSize = new Float64Array(width).fill(given === undefined ? Number.NaN : valueAt(given, 0));
  const spreadAt = (t: number) => valueAt(settings.noiseScale, t) * Math.sqrt(valueAt(settings.temperature, t));

  const info: LangevinInfo = {
    stepSize: new Float64Array(width),
    gradientNorm: new Float64Array(width),
    gradients: new Float64Array(width).fill(1),
  };

  return {
    width,
    statistics: Object.keys(info),

    init(startAt) {
      return { ...startColumns("langevin", columns, startAt), gradient: columns.gradient.slice() };
    },

    // Hot: one gradient, `dim` normals and a few passes over the coordinates per column; nothing is allocated.
    step(state, random) {
      const { position, gradient, stopped, time } = state;
      const { normals } = noise;
      const next = columns.position;
      noise.draw(random);
      for (let c = 0; c < width; c++) {
        const t = time[c]++;
        if (given !== undefined) stepSize[c] = valueAt(given, t);
        const eta = stepSize[c];
        if (Number.isNaN(eta))
          throw new Error("langevin: the step size is found by the adaptation, which was not started");
        const spread = spreadAt(t) * Math.sqrt(2 * eta);
        let squares = 0;
        for (let k = c; k < position.length; k += width) {
          const g = gradient[k];
          squares += g * g;
          next[k] = position[k] - eta * g + spread * normals[k];
        }
        info.stepSize[c] = eta;
        info.gradientNorm[c] = Math.sqrt(squares);
      }
      columns.run(stopped);
      for (let c = 0; c < width; c++) if (stopped[c] === 0) settle(state, c);
      return info;
    },

    adaptation:
      given === undefined
        ? (warmup) =>
            stableStepSize(
              energy,
              { where: "langevin", stepSize, product: PRODUCT, spread: widestSpread(settings) || 1, restart },
              warmup,
            )
        : undefined,

    parameters: () => ({ stepSize: stepSize.slice() }),

    memory: ({ position, energy: value, gradient, time }) => ({ position, energy: value, gradient, time, stepSize }),
  };

  function restart({ gradient }: LangevinState, c: number, slope: Float64Array): void {
    for (let i = 0, k = c; i < dim; i++, k += width) gradient[k] = slope[i];
  }

  /** Takes over where a column has come to. One whose numbers are not finite is stopped and keeps its last position. */
  function settle({ position, energy: value, gradient, stopped }: LangevinState, c: number): void {
    const { position: next, gradient: nextGradient, energy: nextEnergy } = columns;
    // x - x is 0 for a finite x, and NaN otherwise.
    let broken = nextEnergy[c] - nextEnergy[c];
    for (let k = c; k < position.length; k += width) broken += nextGradient[k] - nextGradient[k];
    if (broken !== 0) {
      stopped[c] = 1;
      return;
    }
    value[c] = nextEnergy[c];
    for (let k = c; k < position.length; k += width) {
      position[k] = next[k];
      gradient[k] = nextGradient[k];
    }
  }
}

/** `s sqrt(T)` where it is largest: how far the run will spread, however cold it begins. */
function widestSpread({ noiseScale, temperature }: LangevinSettings): number {
  const length = Math.max(...[noiseScale, temperature].map((table) => (typeof table === "number" ? 1 : table.length)));
  let widest = 0;
  for (let t = 0; t < length; t++) {
    widest = Math.max(widest, valueAt(noiseScale, t) * Math.sqrt(valueAt(temperature, t)));
  }
  return widest;
}

export interface LangevinOptions {
  /** `eta`; where it is left out, `0.1 / a` for the largest curvature `a` met during warmup. */
  readonly stepSize?: Scheduled;
  /** `s`; the stationary law is `exp(-U / (s^2 T))`. */
  readonly noiseScale?: Scheduled;
  /** `T` */
  readonly temperature?: Scheduled;
}

/**
 * Unadjusted Langevin dynamics, `q <- q - eta grad U(q) + s sqrt(2 eta T) xi` with standard normal `xi`.
 *
 * A noise scale `s` samples `exp(-U / s^2)` and a temperature `T` samples `exp(-U / T)`, so that `s` is the square root of a temperature: a small
 * one gives a colder law, not less noisy draws of `exp(-U)`. Nothing is rejected, and the draws are biased: on a Gaussian a direction
 * of curvature `lambda` has the stationary variance `s^2 T / (lambda (1 - eta lambda / 2))` exactly, and diverges for `eta > 2 / lambda`.
 * `mala` is without bias.
 *
 * Where `stepSize` is left out, it is `0.1 / a` for the largest curvature `a` that each chain met at its start, around it, and in the
 * first three quarters of warmup: the stiffest direction then has 5 % too much variance, and all others less.
 *
 * `stepSize`, `noiseScale` and `temperature` may be schedules over the run's transitions, warmup included: a falling temperature is simulated
 * annealing. A chain whose energy or gradient stops being finite is stopped where it last was; while warmup is still looking for the step, it
 * goes back to where it was well, with a smaller one.
 *
 * Statistics per transition: `stepSize`, `gradientNorm`, `gradients` (1). Throws a RangeError that names the option where one does not fit.
 *
 * @example langevin({ stepSize: schedules.cosine({ start: 3e-2, end: 5e-3 }), noiseScale: 0.1 }).kind // "langevin"
 */
export function langevin(options: LangevinOptions = {}): Sampler {
  knownOptions("langevin", options, ["stepSize", "noiseScale", "temperature"]);
  const { stepSize, noiseScale = 1, temperature = 1 } = options;
  return {
    kind: "langevin",
    options: {
      ...(stepSize === undefined
        ? {}
        : { stepSize: scheduledOption("langevin", "stepSize", stepSize, positiveNumber) }),
      noiseScale: scheduledOption("langevin", "noiseScale", noiseScale, nonNegativeNumber),
      temperature: scheduledOption("langevin", "temperature", temperature, nonNegativeNumber),
    },
  };
}

function settingsOf(options: LangevinOptions): LangevinSettings {
  knownOptions("langevin", options, ["stepSize", "noiseScale", "temperature"]);
  const { stepSize, noiseScale = 1, temperature = 1 } = options;
  return {
    stepSize: stepSize === undefined ? undefined : tabulatedOption("langevin", "stepSize", stepSize, positiveNumber),
    noiseScale: tabulatedOption("langevin", "noiseScale", noiseScale, nonNegativeNumber),
    temperature: tabulatedOption("langevin", "temperature", temperature, nonNegativeNumber),
  };
}

export const langevinDefinition: SamplerDefinition = {
  columns: true,
  freeze: freezing("langevin", { numbers: ["stepSize"] }),
  build: (energy, options, width) => langevinKernel(energy, settingsOf(options), width),
};
