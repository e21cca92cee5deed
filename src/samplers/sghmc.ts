// Stochastic gradient Hamiltonian Monte Carlo (Chen, Fox and Guestrin 2014): Langevin dynamics with a momentum, driven by mini-batch
// gradients; split as B A O A B (Leimkuhler and Matthews 2013), whose positions have the exact law on Gaussians where gradients are exact.

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
export interface SghmcState extends KernelState {
  readonly momentum: Float64Array;
  /** The estimate at `position`, of which the step that led there has used one half. */
  readonly gradient: Float64Array;
}

/** One number per column, of which there is one. */
export type SghmcInfo = {
  readonly stepSize: Float64Array;
  readonly friction: Float64Array;
  /** Length of the gradient estimate. */
  readonly gradientNorm: Float64Array;
  /** |p|^2 / dim: 1 on average where the gradient noise heats nothing. */
  readonly temperature: Float64Array;
  /** Work of the step, in gradients over all data. */
  readonly gradients: Float64Array;
};

interface SghmcSettings {
  readonly stepSize: Tabulated | undefined;
  readonly friction: number | undefined;
}

function sghmcKernel(energy: Energy, estimate: GradientEstimate, settings: SghmcSettings): Kernel<SghmcState> {
  const { dim } = energy;
  const adapts = settings.stepSize === undefined || settings.friction === undefined;

  const transition = new Float64Array(1);
  const stepSize = Float64Array.of(settings.stepSize === undefined ? Number.NaN : valueAt(settings.stepSize, 0));
  const friction = Float64Array.of(settings.friction ?? Number.NaN);

  const noise = new Float64Array(dim);
  const moved = new Float64Array(dim);
  const info: SghmcInfo = {
    stepSize: new Float64Array(1),
    friction: new Float64Array(1),
    gradientNorm: new Float64Array(1),
    temperature: new Float64Array(1),
    gradients: Float64Array.of(estimate.cost),
  };

  return {
    width: 1,
    statistics: Object.keys(info),

    init(start, random) {
      const state: SghmcState = {
        ...startAt("sghmc", energy, start),
        momentum: new Float64Array(dim),
        gradient: new Float64Array(dim),
      };
      random[0].fillNormal(state.momentum);
      estimate.draw(state.position, random[0], state.gradient);
      return state;
    },

    // Hot: one gradient on `batchSize` rows and `dim` normals; nothing is allocated.
    step(state, random) {
      if (state.stopped[0] === 1) return info;
      const { position: q, momentum: p, gradient: g } = state;
      if (settings.stepSize !== undefined) stepSize[0] = valueAt(settings.stepSize, transition[0]);
      refuseUnknown("sghmc", "step size", stepSize[0]);
      refuseUnknown("sghmc", "friction", friction[0]);
      transition[0]++;
      const half = stepSize[0] / 2;
      const kept = Math.exp(-friction[0] * stepSize[0]);
      const fresh = Math.sqrt(-Math.expm1(-2 * friction[0] * stepSize[0]));
      random[0].fillNormal(noise);
      for (let i = 0; i < dim; i++) {
        const kicked = p[i] - half * g[i];
        const between = q[i] + half * kicked;
        const refreshed = kept * kicked + fresh * noise[i];
        moved[i] = between + half * refreshed;
        p[i] = refreshed;
      }
      estimate.draw(moved, random[0], g);
      let squaredGradient = 0;
      let squaredMomentum = 0;
      for (let i = 0; i < dim; i++) {
        p[i] -= half * g[i];
        squaredGradient += g[i] * g[i];
        squaredMomentum += p[i] * p[i];
      }
      info.stepSize[0] = stepSize[0];
      info.friction[0] = friction[0];
      info.gradientNorm[0] = Math.sqrt(squaredGradient);
      info.temperature[0] = squaredMomentum / dim;
      // The last finite position stays, so that the chain can be looked at and gone on from.
      if (Number.isFinite(squaredMomentum)) q.set(moved);
      else state.stopped[0] = 1;
      return info;
    },

    refresh: (state) => refreshEnergy(energy, state),

    adaptation: adapts
      ? (warmup) =>
          followStiffness("sghmc", estimate, warmup, (stiffness) => {
            if (settings.stepSize === undefined) stepSize[0] = underdampedStepSize(stiffness);
            if (settings.friction === undefined) friction[0] = frictionFor(stepSize[0], stiffness);
          })
      : undefined,

    parameters: () => ({
      stepSize: stepSize.slice(),
      friction: friction.slice(),
      batchSize: Float64Array.of(estimate.batchSize),
    }),

    memory: ({ position, energy: value, momentum, gradient }) => ({
      position,
      energy: value,
      momentum,
      gradient,
      transition,
      stepSize,
      friction,
    }),
  };
}

export interface SghmcOptions extends BatchOptions {
  /** Time per step, in units of mass 1, or a schedule of it; found during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** Rate at which the momentum is forgotten, per unit of time; found during warmup where it is left out. */
  readonly friction?: number;
}

/**
 * Stochastic gradient HMC on an energy with a data set, such as `tempered(loss)`: `dq = p dt`,
 * `dp = -g dt - friction p dt + sqrt(2 friction) dW`, with `g` the gradient of U estimated from `batchSize` rows drawn anew each step.
 *
 * Nothing is corrected. Where gradients are exact, positions on a Gaussian have their exact law for every stable step, `stepSize sqrt(a) < 2`
 * at curvature a. Gradient noise of variance `s^2` heats by about `stepSize s^2 / (2 friction)`, relative to 1; the statistic
 * `temperature` shows it. Where they are left out, warmup sets the step size to `min(0.5 / sqrt(a), 0.3 / s)` in the stiffest direction
 * met and the friction to what leaves a heating of 5 % there, at least `0.1 sqrt(a)`.
 * A Chen-style learning rate `eta` and momentum decay `alpha` are `stepSize = sqrt(eta)`, `friction = alpha / stepSize`.
 *
 * Statistics per transition: `stepSize`, `friction`, `gradientNorm`, `temperature`, `gradients` (over all data). Throws a RangeError that
 * names the option where one does not fit.
 *
 * @example sghmc({ stepSize: 0.01, friction: 1 }).kind // "sghmc"
 */
export function sghmc(options: SghmcOptions = {}): Sampler {
  checked(options, (stepSize) => scheduledOption("sghmc", "stepSize", stepSize, positiveNumber));
  return { kind: "sghmc", options: { ...options } };
}

/** `step` checks a step size. */
function checked<Step>(options: SghmcOptions, step: (stepSize: Scheduled) => Step) {
  knownOptions("sghmc", options, ["stepSize", "friction", "batchSize", "controlVariate"]);
  const { stepSize, friction } = options;
  return {
    ...checkBatchOptions("sghmc", options),
    stepSize: stepSize === undefined ? undefined : step(stepSize),
    friction: friction === undefined ? undefined : positiveNumber("sghmc", "friction", friction),
  };
}

export const sghmcDefinition = oneChain(
  "sghmc",
  (energy, options: SghmcOptions) => {
    const settings = checked(options, (stepSize) => tabulatedOption("sghmc", "stepSize", stepSize, positiveNumber));
    return sghmcKernel(energy, gradientEstimate("sghmc", energy, settings), settings);
  },
  freezing("sghmc", { numbers: ["stepSize", "friction"] }),
);
