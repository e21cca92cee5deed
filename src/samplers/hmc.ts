// Hamiltonian Monte Carlo (Duane et al. 1987; Neal 2011): a fresh Gaussian momentum, a trajectory of Hamiltonian dynamics, and a
// Metropolis decision that removes the integrator's error.

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
import { type IntegratorName, integratorNamed } from "./integrators.js";
import type { Kernel, KernelState, Sampler, SamplerDefinition } from "./kernel.js";
import { inverseOf, massOption } from "./mass.js";
import { overColumns } from "./trajectory.js";
import { columnTrajectory } from "./trajectory-program.js";
import { plainTransition, type Transition } from "./transition.js";
import { compiledTransition } from "./transition-program.js";
import { stanWarmup } from "./warmup.js";

export interface HmcState extends KernelState {
  /** `[dim, width]`: the gradient at `position`, carried from transition to transition. */
  readonly gradient: Float64Array;
}

/** A state with what moves it: position, energy and gradient are the transition's own arrays. */
interface MovingState extends HmcState {
  readonly transition: Transition;
  readonly info: HmcInfo;
  /** The masses that `transition` knows. */
  masses: number;
}

/** One number per column. */
export type HmcInfo = {
  /** min(1, exp(-energyError)); 0 where that is not finite. */
  readonly acceptance: Float64Array;
  /** 1 where the proposal was taken. */
  readonly accepted: Float64Array;
  /** H at the trajectory's end minus H at its start. */
  readonly energyError: Float64Array;
  /** 1 where |energyError| exceeds `maxEnergyError` or is not finite. */
  readonly diverging: Float64Array;
  readonly stepSize: Float64Array;
  readonly leapfrogSteps: Float64Array;
};

interface HmcSettings {
  readonly stepSize: number | undefined;
  readonly leapfrogSteps: number | undefined;
  readonly mass: number | readonly number[] | undefined;
  readonly targetAcceptance: number;
  readonly jitter: number;
  readonly integrator: IntegratorName;
  readonly maxEnergyError: number;
}

/** Longest trajectory of an automatic length, in steps. */
const MOST_STEPS = 256;

function hmcKernel(energy: Energy, settings: HmcSettings, width: number): Kernel<MovingState> {
  const { dim } = energy;
  const { jitter } = settings;
  const adapts = settings.stepSize === undefined;
  const fixedSteps = settings.leapfrogSteps ?? (adapts ? undefined : Math.max(5, Math.ceil(Math.sqrt(dim))));

  // d^(-1/4) is how the best step size of a Gaussian of unit scales falls with the dimension (Beskos et al. 2013).
  const stepSize = new Float64Array(width).fill(settings.stepSize ?? dim ** -0.25);
  const inverseMass = inverseOf(settings.mass ?? 1, dim, width);
  const momentumScale = inverseMass.map((inverse) => 1 / Math.sqrt(inverse));
  /** How often the masses have changed. */
  let masses = 0;
  /** Uniform numbers that a transition takes before its momentum: for the jitter, then for the length. */
  const earlyUniforms = (jitter > 0 ? 1 : 0) + (fixedSteps === undefined ? 1 : 0);

  return {
    width,
    statistics: ["acceptance", "accepted", "energyError", "diverging", "stepSize", "leapfrogSteps"],

    init(startAt) {
      const transition = transitionFor(energy, settings, fixedSteps, width);
      const { position, gradient, acceptance, accepted, energyError, diverging, leapfrogSteps } = transition;
      const state: MovingState = {
        position,
        energy: transition.energy,
        stopped: new Uint8Array(width),
        gradient,
        transition,
        info: { acceptance, accepted, energyError, diverging, stepSize: transition.stepSize, leapfrogSteps },
        masses: -1,
      };
      position.set(startAt);
      if (fixedSteps !== undefined) leapfrogSteps.fill(fixedSteps);
      const q = new Float64Array(dim);
      const g = new Float64Array(dim);
      for (let c = 0; c < width; c++) {
        for (let i = 0; i < dim; i++) q[i] = startAt[i * width + c];
        state.energy[c] = energy.valueAndGradient(q, g);
        for (let i = 0; i < dim; i++) state.gradient[i * width + c] = g[i];
        if (!Number.isFinite(state.energy[c]))
          refuse("hmc", `the energy at the start of column ${c}`, "finite", state.energy[c]);
        const broken = g.find((slope) => !Number.isFinite(slope));
        if (broken !== undefined) refuse("hmc", `the gradient at the start of column ${c}`, "finite", broken);
      }
      return state;
    },

    // Hot: what it costs is the transition, and on small energies the random numbers; nothing is allocated.
    step(state, random) {
      const { transition } = state;
      if (state.masses !== masses) {
        transition.inverseMass.set(inverseMass);
        transition.momentumScale.set(momentumScale);
        state.masses = masses;
      }
      const { early, stepSize: used, leapfrogSteps: steps } = transition;
      transition.draw(random, earlyUniforms);
      for (let c = 0; c < width; c++) {
        used[c] = jitter > 0 ? stepSize[c] * (1 + jitter * (2 * early[c] - 1)) : stepSize[c];
        if (fixedSteps === undefined) steps[c] = uniformSteps(early[(earlyUniforms - 1) * width + c], stepSize[c]);
      }
      transition.run();
      return state.info;
    },

    adaptation: adapts
      ? (warmup) => {
          const logAcceptance = oneStep(energy, settings, inverseMass, momentumScale, width);
          const massChanged = (c: number) => {
            masses++;
            for (let k = c; k < inverseMass.length; k += width) momentumScale[k] = 1 / Math.sqrt(inverseMass[k]);
          };
          return stanWarmup<MovingState>(
            {
              where: "hmc",
              dim,
              stepSize,
              inverseMass,
              massChanged,
              logAcceptance,
              gradient: (state) => state.gradient,
            },
            warmup,
            {
              targetAcceptance: settings.targetAcceptance,
              adapts: settings.mass === undefined ? "diagonal" : undefined,
            },
          );
        }
      : undefined,

    parameters: () => ({ stepSize: stepSize.slice(), inverseMass: inverseMass.slice() }),
  };
}

/** The transition as a program where the energy can be one, in plain JavaScript elsewhere. */
function transitionFor(
  energy: Energy,
  { integrator: name, maxEnergyError }: HmcSettings,
  leapfrogSteps: number | undefined,
  width: number,
): Transition {
  const integrator = integratorNamed("hmc", name);
  const options = { integrator, leapfrogSteps, mostSteps: MOST_STEPS, maxEnergyError };
  const compiled = compiledTransition(energy, options, width);
  if (compiled !== undefined) return compiled;
  const column = columnTrajectory(energy, integrator, leapfrogSteps);
  return plainTransition(overColumns(column, energy.dim, width), energy.dim, width, maxEnergyError);
}

/** The number of steps of a trajectory whose length is uniform on (0, pi), for `u` uniform on [0, 1). */
function uniformSteps(u: number, stepSize: number): number {
  return Math.min(MOST_STEPS, Math.max(1, Math.ceil((u * Math.PI) / stepSize)));
}

/** What the step-size search asks for: H before minus H after one step of one column with a fresh momentum. */
function oneStep(
  energy: Energy,
  settings: HmcSettings,
  inverseMass: Float64Array,
  momentumScale: Float64Array,
  width: number,
): (state: HmcState, column: number, stepSize: number, random: Random) => number {
  const { dim } = energy;
  const move = columnTrajectory(energy, integratorNamed("hmc", settings.integrator));
  const q = new Float64Array(dim);
  const p = new Float64Array(dim);
  const g = new Float64Array(dim);
  const m = new Float64Array(dim);
  return (state, column, stepSize, random) => {
    random.fillNormal(p);
    let before = 0;
    for (let i = 0, k = column; i < dim; i++, k += width) {
      before += p[i] * p[i];
      p[i] *= momentumScale[k];
      q[i] = state.position[k];
      g[i] = state.gradient[k];
      m[i] = inverseMass[k];
    }
    const value = move(q, p, g, stepSize, m, 1);
    let after = 0;
    for (let i = 0; i < dim; i++) after += p[i] * p[i] * m[i];
    return state.energy[column] + before / 2 - (value + after / 2);
  };
}

export interface HmcOptions {
  /** Step size, kept as it is; found and averaged during warmup where it is left out. */
  readonly stepSize?: number;
  /** Integrator steps per trajectory. See `hmc` for what happens where it is left out. */
  readonly leapfrogSteps?: number;
  /** Momentum `p ~ N(0, M)`, `M` diagonal: one number for all coordinates, or one each. Never adapted once given. */
  readonly mass?: number | ArrayLike<number>;
  /** Acceptance that the adapted step size aims at. */
  readonly targetAcceptance?: number;
  /** Each transition's step size is uniform on `stepSize * [1 - jitter, 1 + jitter]`. */
  readonly jitter?: number;
  readonly integrator?: IntegratorName;
  /** A trajectory whose energy error exceeds this is reported as diverging. */
  readonly maxEnergyError?: number;
}

/**
 * Hamiltonian Monte Carlo, `H = U(q) + p' M^-1 p / 2`.
 *
 * - `stepSize` given: everything is fixed. The mass is 1 unless given, a trajectory has `max(5, ceil(sqrt(dim)))` steps unless
 *   `leapfrogSteps` is given, and nothing is jittered unless `jitter` is given: the textbook algorithm.
 * - `stepSize` left out: warmup finds it by dual averaging (target `targetAcceptance`), learns a diagonal mass in Stan's windows
 *   unless `mass` is given, and each transition jitters the step by 10 %. Unless `leapfrogSteps` is given, each trajectory's
 *   length is uniform on (0, pi) in units of the adapted scales, at most 256 steps: pi/2, a quarter period, on average, and no
 *   direction of the target, however its period lies, is met by the same phase every time (Mackenzie 1989; Neal 2011, 5.4.3).
 *   What is reached lies above the target, at 0.85 to 0.95 for 0.8: after the last mass the average starts anew and has 50 transitions.
 *
 * Statistics per transition: `acceptance`, `accepted`, `energyError`, `diverging`, `stepSize` (as used), `leapfrogSteps`. A step of
 * `velocityVerlet`, `mcLachlan` and `threeStage` takes 1, 2 and 3 gradients.
 * Throws a RangeError that names the option where one does not fit.
 *
 * @example hmc({ stepSize: 0.1, leapfrogSteps: 5, mass: [0.1, 1] }).kind // "hmc"
 */
export function hmc(options: HmcOptions = {}): Sampler {
  const settings = settingsOf(options);
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { kind: "hmc", options: Object.fromEntries(given) };
}

function settingsOf(options: HmcOptions, dim?: number): HmcSettings {
  knownOptions("hmc", options, HMC_OPTIONS);
  const { stepSize, leapfrogSteps, mass, targetAcceptance = 0.8, integrator = "velocityVerlet" } = options;
  const { jitter = stepSize === undefined ? 0.1 : 0, maxEnergyError = 1000 } = options;
  if (stepSize !== undefined) positiveNumber("hmc", "stepSize", stepSize);
  if (leapfrogSteps !== undefined) integerAtLeast("hmc", "leapfrogSteps", leapfrogSteps, 1);
  if (nonNegativeNumber("hmc", "jitter", jitter) >= 1) refuse("hmc", "jitter", "below 1", jitter);
  integratorNamed("hmc", integrator);
  return {
    stepSize,
    leapfrogSteps,
    mass: mass === undefined ? undefined : (massOption("hmc", mass, dim) as number | number[]),
    targetAcceptance: openUnit("hmc", "targetAcceptance", targetAcceptance),
    jitter,
    integrator,
    maxEnergyError: positiveNumber("hmc", "maxEnergyError", maxEnergyError),
  };
}

const HMC_OPTIONS = ["stepSize", "leapfrogSteps", "mass", "targetAcceptance", "jitter", "integrator", "maxEnergyError"];

export const hmcDefinition: SamplerDefinition = {
  columns: true,
  build: (energy, options, width) => hmcKernel(energy, settingsOf(options, energy.dim), width),
};
