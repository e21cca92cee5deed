// The kernel of the stochastic-gradient samplers with a momentum: dq = p dt, dp = -g dt - xi p dt + sqrt(2 A) dW, split symmetrically as
// B A D O D A B (Leimkuhler and Matthews 2013; Leimkuhler and Shang 2016). In `sghmc` xi is A, the friction; in `sgnht` it is a thermostat,
// dxi = (|p|^2 / dim - 1) dt / mu, and D moves it.

import { knownOptions, positiveNumber } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import { freezing } from "./freezing.js";
import type { Kernel, KernelState, SamplerDefinition } from "./kernel.js";
import { type Scheduled, scheduledOption, type Tabulated, tabulatedOption, valueAt } from "./scheduled.js";
import { stiffnessWarmup } from "./stiffness-warmup.js";
import {
  type BatchOptions,
  checkBatchOptions,
  type GradientEstimate,
  gradientEstimate,
  oneChain,
  refreshEnergy,
  startAt,
} from "./stochastic-gradient.js";
import { frictionFor, underdampedKick, underdampedStepSize } from "./underdamped.js";

/** Which of the two: its name, what it calls A, and whether xi is a thermostat. */
export interface UnderdampedKind {
  readonly where: "sghmc" | "sgnht";
  readonly rate: "friction" | "diffusion";
  readonly thermostat: boolean;
}

/** `energy` is that of `position` only after `refresh`. */
export interface UnderdampedState extends KernelState {
  readonly momentum: Float64Array;
  /** The estimate at `position`, of which the step that led there has used one half. */
  readonly gradient: Float64Array;
  /** xi, of either sign where it is a thermostat. */
  readonly xi: Float64Array;
}

/** One number per column, of which there is one. */
export type UnderdampedInfo = {
  readonly stepSize: Float64Array;
  /** xi after the step, under the name `friction` or `thermostat`. */
  readonly [xi: string]: Float64Array;
  /** Length of the gradient estimate. */
  readonly gradientNorm: Float64Array;
  /** |p|^2 / dim, the mean of before and after its noise: 1 on average where gradient noise heats nothing or xi carries it off. */
  readonly temperature: Float64Array;
  /** Work of the step, in gradients over all data. */
  readonly gradients: Float64Array;
};

export interface UnderdampedSettings extends BatchOptions {
  readonly stepSize: Tabulated | undefined;
  /** A. */
  readonly rate: number | undefined;
}

/**
 * Step size times the frequency sqrt(2 / mu) at which the thermostat swings about its mean. Its mass mu is the square of a time (Nose 1984;
 * Leimkuhler and Shang 2016, who leave it open; Ding et al. 2014 have 1, which on a stiff energy hardly moves in a whole run), and the step
 * is the one time that is always known.
 */
const THERMOSTAT_PHASE = 0.1;

function underdampedKernel(
  { where, rate: rateName, thermostat }: UnderdampedKind,
  energy: Energy,
  estimate: GradientEstimate,
  settings: UnderdampedSettings,
): Kernel<UnderdampedState> {
  const { dim } = energy;
  const adapts = settings.stepSize === undefined || settings.rate === undefined;

  const transition = new Float64Array(1);
  const stepSize = Float64Array.of(settings.stepSize === undefined ? Number.NaN : valueAt(settings.stepSize, 0));
  const rate = Float64Array.of(settings.rate ?? Number.NaN);

  const noise = new Float64Array(dim);
  const moved = new Float64Array(dim);
  const told = new Float64Array(1);
  const info: UnderdampedInfo = {
    stepSize: new Float64Array(1),
    [thermostat ? "thermostat" : "friction"]: told,
    gradientNorm: new Float64Array(1),
    temperature: new Float64Array(1),
    gradients: Float64Array.of(estimate.cost),
  };

  function begin({ position, momentum, gradient, xi }: UnderdampedState, random: Random): void {
    random.fillNormal(momentum);
    estimate.draw(position, random, gradient);
    // Without gradient noise the thermostat's mean is A.
    xi[0] = rate[0];
  }

  return {
    width: 1,
    statistics: Object.keys(info),

    init(start, random) {
      const state: UnderdampedState = {
        ...startAt(where, energy, start),
        momentum: new Float64Array(dim),
        gradient: new Float64Array(dim),
        xi: new Float64Array(1),
      };
      begin(state, random[0]);
      return state;
    },

    // Hot: one gradient on `batchSize` rows and `dim` normals; nothing is allocated.
    step(state, random) {
      if (state.stopped[0] === 1) return info;
      const { position: q, momentum: p, gradient: g } = state;
      if (settings.stepSize !== undefined) stepSize[0] = valueAt(settings.stepSize, transition[0]);
      const [eps, A] = [stepSize[0], rate[0]];
      if (Number.isNaN(eps + A)) {
        throw new Error(`${where}: the step size and ${rateName} are found by the adaptation, which was not started`);
      }
      transition[0]++;
      const half = eps / 2;
      const answer = THERMOSTAT_PHASE ** 2 / (4 * eps); // half a step over mu
      random[0].fillNormal(noise);

      let squares = 0;
      for (let i = 0; i < dim; i++) {
        p[i] -= half * g[i];
        moved[i] = q[i] + half * p[i];
        squares += p[i] * p[i];
      }
      let heat = squares / dim;
      let xi = thermostat ? state.xi[0] + answer * (heat - 1) : A;
      const kept = Math.exp(-xi * eps);
      const fresh = Math.sqrt(freshVariance(xi, eps, A));
      squares = 0;
      for (let i = 0; i < dim; i++) {
        p[i] = kept * p[i] + fresh * noise[i];
        squares += p[i] * p[i];
        moved[i] += half * p[i];
      }
      if (thermostat) xi += answer * (squares / dim - 1);
      heat += squares / dim;

      estimate.draw(moved, random[0], g);
      let squaredGradient = 0;
      for (let i = 0; i < dim; i++) {
        p[i] -= half * g[i];
        squaredGradient += g[i] * g[i];
      }
      state.xi[0] = xi;
      told[0] = xi;
      info.stepSize[0] = eps;
      info.gradientNorm[0] = Math.sqrt(squaredGradient);
      info.temperature[0] = heat / 2;
      // The last finite position stays, so that the chain can be looked at and gone on from.
      if (Number.isFinite(squaredGradient + heat + xi)) q.set(moved);
      else state.stopped[0] = 1;
      return info;
    },

    refresh: (state) => refreshEnergy(energy, state),

    adaptation: adapts
      ? (warmup) =>
          stiffnessWarmup<UnderdampedState>(where, energy, estimate, warmup, {
            tune(stiffness, state) {
              if (settings.stepSize === undefined) stepSize[0] = underdampedStepSize(stiffness);
              if (settings.rate !== undefined) return;
              const before = rate[0];
              rate[0] = frictionFor(stepSize[0], stiffness);
              // What the thermostat adds to A is the gradients' part, which does not change with A.
              state.xi[0] = Number.isNaN(before) ? rate[0] : state.xi[0] + rate[0] - before;
            },
            kick: ({ gradientNorm }) => underdampedKick(stepSize[0], gradientNorm[0]),
            ...(settings.stepSize === undefined && { restart: begin }),
          })
      : undefined,

    parameters: () => ({
      stepSize: stepSize.slice(),
      [rateName]: rate.slice(),
      batchSize: Float64Array.of(estimate.batchSize),
    }),

    memory: ({ position, energy: value, momentum, gradient, xi }) => ({
      position,
      energy: value,
      momentum,
      gradient,
      xi,
      transition,
      stepSize,
      rate,
    }),
  };
}

/** Variance of dp = -xi p dt + sqrt(2 A) dW after a time t: A (1 - exp(-2 xi t)) / xi, which is 2 A t at xi = 0. */
function freshVariance(xi: number, t: number, A: number): number {
  const decay = xi * t;
  return Math.abs(decay) < 1e-12 ? 2 * A * t : (-A * Math.expm1(-2 * decay)) / xi;
}

/** A user's options, of which one goes by the kind's name for A. */
type UnderdampedOptions = BatchOptions & { readonly stepSize?: Scheduled; readonly [rate: string]: unknown };

/** Checks what a factory is given. */
export function checkUnderdamped(kind: UnderdampedKind, options: object): void {
  const { where } = kind;
  checked(kind, options as UnderdampedOptions, (stepSize) =>
    scheduledOption(where, "stepSize", stepSize, positiveNumber),
  );
}

/** `step` checks a step size. */
function checked<Step>(
  { where, rate }: UnderdampedKind,
  options: UnderdampedOptions,
  step: (stepSize: Scheduled) => Step,
) {
  knownOptions(where, options, ["stepSize", rate, "batchSize", "controlVariate"]);
  const { stepSize, [rate]: given } = options;
  return {
    ...checkBatchOptions(where, options),
    stepSize: stepSize === undefined ? undefined : step(stepSize),
    rate: given === undefined ? undefined : positiveNumber(where, rate, given),
  };
}

export function underdampedDefinition(kind: UnderdampedKind): SamplerDefinition {
  const { where, rate } = kind;
  return oneChain(
    where,
    (energy, options: UnderdampedOptions) => {
      const settings = checked(kind, options, (stepSize) =>
        tabulatedOption(where, "stepSize", stepSize, positiveNumber),
      );
      return underdampedKernel(kind, energy, gradientEstimate(where, energy, settings), settings);
    },
    freezing(where, { numbers: ["stepSize", rate] }),
  );
}
