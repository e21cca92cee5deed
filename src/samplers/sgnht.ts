// The stochastic gradient Nose-Hoover thermostat (Ding et al. 2014): a friction that adapts itself carries off the heat of gradient noise
// whose size nobody knows. Split symmetrically as B A D O D A B (Leimkuhler and Shang 2016).

import { knownOptions, positiveNumber } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { freezing } from "./freezing.js";
import type { Kernel, KernelState, Sampler } from "./kernel.js";
import { type Scheduled, scheduledOption, type Tabulated, tabulatedOption, valueAt } from "./scheduled.js";
import {
  type BatchOptions,
  checkBatchOptions,
  type GradientEstimate,
  gradientEstimate,
  oneChain,
  refreshEnergy,
  startAt,
} from "./stochastic-gradient.js";
import { followStiffness, frictionFor, refuseUnknown, underdampedStepSize } from "./underdamped.js";

/** `energy` is that of `position` only after `refresh`. */
export interface SgnhtState extends KernelState {
  readonly momentum: Float64Array;
  /** The estimate at `position`, of which the step that led there has used one half. */
  readonly gradient: Float64Array;
  /** The friction xi, of either sign. */
  readonly thermostat: Float64Array;
}

/** One number per column, of which there is one. */
export type SgnhtInfo = {
  readonly stepSize: Float64Array;
  /** xi after the step. */
  readonly thermostat: Float64Array;
  /** Length of the gradient estimate. */
  readonly gradientNorm: Float64Array;
  /** |p|^2 / dim, the mean of the two values that moved xi: 1 on average. */
  readonly temperature: Float64Array;
  /** Work of the step, in gradients over all data. */
  readonly gradients: Float64Array;
};

interface SgnhtSettings {
  readonly stepSize: Tabulated | undefined;
  readonly diffusion: number | undefined;
}

function sgnhtKernel(energy: Energy, estimate: GradientEstimate, settings: SgnhtSettings): Kernel<SgnhtState> {
  const { dim } = energy;
  const adapts = settings.stepSize === undefined || settings.diffusion === undefined;

  const transition = new Float64Array(1);
  const stepSize = Float64Array.of(settings.stepSize === undefined ? Number.NaN : valueAt(settings.stepSize, 0));
  const diffusion = Float64Array.of(settings.diffusion ?? Number.NaN);

  const noise = new Float64Array(dim);
  const moved = new Float64Array(dim);
  const info: SgnhtInfo = {
    stepSize: new Float64Array(1),
    thermostat: new Float64Array(1),
    gradientNorm: new Float64Array(1),
    temperature: new Float64Array(1),
    gradients: Float64Array.of(estimate.cost),
  };

  return {
    width: 1,
    statistics: Object.keys(info),

    init(start, random) {
      const state: SgnhtState = {
        ...startAt("sgnht", energy, start),
        momentum: new Float64Array(dim),
        gradient: new Float64Array(dim),
        // Without gradient noise its mean is the diffusion.
        thermostat: diffusion.slice(),
      };
      random[0].fillNormal(state.momentum);
      estimate.draw(state.position, random[0], state.gradient);
      return state;
    },

    // Hot: one gradient on `batchSize` rows and `dim` normals; nothing is allocated.
    step(state, random) {
      if (state.stopped[0] === 1) return info;
      const { position: q, momentum: p, gradient: g, thermostat } = state;
      if (settings.stepSize !== undefined) stepSize[0] = valueAt(settings.stepSize, transition[0]);
      refuseUnknown("sgnht", "step size", stepSize[0]);
      refuseUnknown("sgnht", "diffusion", diffusion[0]);
      transition[0]++;
      const half = stepSize[0] / 2;
      random[0].fillNormal(noise);

      let squares = 0;
      for (let i = 0; i < dim; i++) {
        p[i] -= half * g[i];
        moved[i] = q[i] + half * p[i];
        squares += p[i] * p[i];
      }
      let heat = squares / dim;
      let xi = thermostat[0] + half * (heat - 1);
      const kept = Math.exp(-xi * stepSize[0]);
      const fresh = Math.sqrt(freshVariance(xi, stepSize[0], diffusion[0]));
      squares = 0;
      for (let i = 0; i < dim; i++) {
        p[i] = kept * p[i] + fresh * noise[i];
        squares += p[i] * p[i];
        moved[i] += half * p[i];
      }
      heat += squares / dim;
      xi += half * (squares / dim - 1);

      estimate.draw(moved, random[0], g);
      let squaredGradient = 0;
      for (let i = 0; i < dim; i++) squaredGradient += g[i] * g[i];
      for (let i = 0; i < dim; i++) p[i] -= half * g[i];
      thermostat[0] = xi;
      info.stepSize[0] = stepSize[0];
      info.thermostat[0] = xi;
      info.gradientNorm[0] = Math.sqrt(squaredGradient);
      info.temperature[0] = heat / 2;
      // The last finite position stays, so that the chain can be looked at and gone on from.
      if (Number.isFinite(squaredGradient) && Number.isFinite(xi)) q.set(moved);
      else state.stopped[0] = 1;
      return info;
    },

    refresh: (state) => refreshEnergy(energy, state),

    adaptation: adapts
      ? (warmup) => {
          const follow = followStiffness<SgnhtState>("sgnht", estimate, warmup, (stiffness) => {
            if (settings.stepSize === undefined) stepSize[0] = underdampedStepSize(stiffness);
            if (settings.diffusion === undefined) diffusion[0] = frictionFor(stepSize[0], stiffness);
          });
          return {
            ...follow,
            start(state, random) {
              follow.start(state, random);
              state.thermostat[0] = diffusion[0];
            },
          };
        }
      : undefined,

    parameters: () => ({
      stepSize: stepSize.slice(),
      diffusion: diffusion.slice(),
      batchSize: Float64Array.of(estimate.batchSize),
    }),

    memory: ({ position, energy: value, momentum, gradient, thermostat }) => ({
      position,
      energy: value,
      momentum,
      gradient,
      thermostat,
      transition,
      stepSize,
      diffusion,
    }),
  };
}

/** Variance of dp = -xi p dt + sqrt(2 A) dW after a time t: A (1 - exp(-2 xi t)) / xi, which is 2 A t at xi = 0. */
function freshVariance(xi: number, t: number, A: number): number {
  const decay = xi * t;
  return Math.abs(decay) < 1e-12 ? 2 * A * t : (-A * Math.expm1(-2 * decay)) / xi;
}

export interface SgnhtOptions extends BatchOptions {
  /** Time per step, in units of mass 1, or a schedule of it; found during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** A of `sqrt(2 A) dW`: the noise that is added whatever the gradients bring; found during warmup where it is left out. */
  readonly diffusion?: number;
}

/**
 * The stochastic gradient Nose-Hoover thermostat on an energy with a data set, such as `tempered(loss)`: `dq = p dt`,
 * `dp = -g dt - xi p dt + sqrt(2 A) dW`, `dxi = (|p|^2 / dim - 1) dt`, with `g` the gradient of U estimated from `batchSize` rows.
 *
 * Gradient noise that is the same in all directions and everywhere is absorbed by xi without a trace, to second order in the step size;
 * noise that differs between directions heats some and cools others around an average temperature of 1. Where they are left out,
 * warmup finds `stepSize` as `sghmc` does and gives A the value of its friction.
 *
 * Statistics per transition: `stepSize`, `thermostat`, `gradientNorm`, `temperature`, `gradients` (over all data). Throws a RangeError that
 * names the option where one does not fit.
 *
 * @example sgnht({ stepSize: 0.01, diffusion: 1 }).kind // "sgnht"
 */
export function sgnht(options: SgnhtOptions = {}): Sampler {
  checked(options, (stepSize) => scheduledOption("sgnht", "stepSize", stepSize, positiveNumber));
  return { kind: "sgnht", options: { ...options } };
}

/** `step` checks a step size. */
function checked<Step>(options: SgnhtOptions, step: (stepSize: Scheduled) => Step) {
  knownOptions("sgnht", options, ["stepSize", "diffusion", "batchSize", "controlVariate"]);
  const { stepSize, diffusion } = options;
  return {
    ...checkBatchOptions("sgnht", options),
    stepSize: stepSize === undefined ? undefined : step(stepSize),
    diffusion: diffusion === undefined ? undefined : positiveNumber("sgnht", "diffusion", diffusion),
  };
}

export const sgnhtDefinition = oneChain(
  "sgnht",
  (energy, options: SgnhtOptions) => {
    const settings = checked(options, (stepSize) => tabulatedOption("sgnht", "stepSize", stepSize, positiveNumber));
    return sgnhtKernel(energy, gradientEstimate("sgnht", energy, settings), settings);
  },
  freezing("sgnht", { numbers: ["stepSize", "diffusion"] }),
);
