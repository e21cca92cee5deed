// The Metropolis-adjusted microcanonical sampler (Robnik, Cohn-Gordon and Seljak 2025, arXiv:2503.01707): a fresh uniform direction, an
// isokinetic trajectory of random length, and a Metropolis decision on the change of U and of the kinetic energy.

import { integerAtLeast, knownOptions, oneOf, openUnit, positiveNumber, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { freezing } from "./freezing.js";
import { type IntegratorName, integratorNamed } from "./integrators.js";
import { diagonalMass, drawDirection, refreshDirection, refuseLine } from "./isokinetic.js";
import { isokineticTrajectory } from "./isokinetic-program.js";
import type { Kernel, KernelState, Sampler, SamplerDefinition } from "./kernel.js";
import { mamsTuning } from "./mams-tuning.js";
import { inverseOf } from "./mass.js";
import { record } from "./record.js";
import { type Scheduled, scheduledOption, type Tabulated, tabulatedOption, valueAt } from "./scheduled.js";

export interface MamsState extends KernelState {
  /** `[dim]`: the gradient at `position`, carried from transition to transition. */
  readonly gradient: Float64Array;
  /** `[1]`: transitions made. */
  readonly time: Float64Array;
}

/** One number, for the one column. */
export type MamsInfo = {
  /** min(1, exp(-energyError)); 0 where that is not finite. */
  readonly acceptance: Float64Array;
  /** 1 where the proposal was taken. */
  readonly accepted: Float64Array;
  /** The change of U plus the change of the kinetic energy along the trajectory. */
  readonly energyError: Float64Array;
  readonly kineticChange: Float64Array;
  /** 1 where `|energyError|` exceeds `maxEnergyError` or is not finite. */
  readonly diverging: Float64Array;
  readonly stepSize: Float64Array;
  readonly leapfrogSteps: Float64Array;
  /** Gradients that were evaluated. */
  readonly gradients: Float64Array;
};

interface MamsSettings {
  readonly stepSize: Tabulated | undefined;
  readonly L: number | undefined;
  readonly trajectory: "random" | "fixed";
  readonly langevinFactor: number | undefined;
  readonly mass: number | readonly number[] | undefined;
  readonly diagonalPreconditioning: boolean;
  readonly targetAcceptance: number;
  readonly integrator: IntegratorName;
  readonly maxSteps: number;
  readonly maxEnergyError: number;
}

function mamsKernel(energy: Energy, settings: MamsSettings): Kernel<MamsState> {
  const { dim } = energy;
  const { trajectory, langevinFactor, targetAcceptance, maxSteps, maxEnergyError } = settings;
  const integrator = integratorNamed("mams", settings.integrator);
  const move = isokineticTrajectory(energy, integrator);
  const stages = (integrator.length - 1) / 2;

  const schedule = settings.stepSize;
  const adaptsStep = schedule === undefined;
  const adaptsL = settings.L === undefined && adaptsStep;
  const adaptsScale = settings.diagonalPreconditioning;
  // Both are lengths of a standard normal law: its radius, and a fifth of it.
  const stepSize = Float64Array.of(adaptsStep ? Math.sqrt(dim) / 5 : valueAt(schedule, 0));
  const L = Float64Array.of(settings.L ?? Math.sqrt(dim));
  const inverseMass = inverseOf(settings.mass ?? 1, dim, 1);
  const scale = inverseMass.map(Math.sqrt);

  const [q, u, g, z] = Array.from({ length: 4 }, () => new Float64Array(dim));
  const end = new Float64Array(2);
  const numbers = (): Float64Array => new Float64Array(1);
  const info: MamsInfo = {
    acceptance: numbers(),
    accepted: numbers(),
    energyError: numbers(),
    kineticChange: numbers(),
    diverging: numbers(),
    stepSize: numbers(),
    leapfrogSteps: numbers(),
    gradients: numbers(),
  };

  const scaleChanged = (): void => {
    for (let i = 0; i < dim; i++) scale[i] = Math.sqrt(inverseMass[i]);
  };

  // Of numbers that are uniform from 1 to the largest the mean lies half way.
  const largestMean = trajectory === "fixed" ? maxSteps : (maxSteps + 1) / 2;

  /** The number of steps of a trajectory: their mean is `L / eps`, as far as none has more than `maxSteps`. */
  function stepsOf(eps: number, uniform: number): number {
    const mean = Math.min(Math.max(L[0] / eps, 1), largestMean);
    return trajectory === "fixed" ? Math.round(mean) : Math.max(1, Math.ceil(uniform * spreadOf(mean)));
  }

  return {
    width: 1,
    statistics: Object.keys(info),

    init(start) {
      const state: MamsState = {
        position: start.slice(),
        energy: new Float64Array(1),
        stopped: new Uint8Array(1),
        gradient: new Float64Array(dim),
        time: new Float64Array(1),
      };
      state.energy[0] = energy.valueAndGradient(state.position, state.gradient);
      if (!Number.isFinite(state.energy[0])) refuse("mams", "the energy at the start", "finite", state.energy[0]);
      const broken = state.gradient.find((slope) => !Number.isFinite(slope));
      if (broken !== undefined) refuse("mams", "the gradient at the start", "finite", broken);
      return state;
    },

    // Hot: what it costs is the trajectory, and on small energies the random numbers; nothing is allocated.
    step(state, random) {
      const [stream] = random;
      const eps = adaptsStep ? stepSize[0] : valueAt(schedule, state.time[0]);
      state.time[0]++;
      const steps = stepsOf(eps, trajectory === "fixed" ? 0 : stream.uniform());
      drawDirection(u, stream);
      q.set(state.position);
      g.set(state.gradient);
      let kineticChange = 0;
      if (langevinFactor === undefined) {
        move(q, u, g, eps, scale, steps, end);
        kineticChange = end[1];
      } else {
        // The noise leaves the uniform law of directions as it is and is alike in both senses of time, so that only what the
        // integrator adds to the energy enters the decision.
        const length = langevinFactor * L[0];
        for (let step = 0; step < steps; step++) {
          refreshDirection(u, z, eps / 2, length, stream);
          move(q, u, g, eps, scale, 1, end);
          kineticChange += end[1];
          refreshDirection(u, z, eps / 2, length, stream);
        }
      }

      const error = end[0] - state.energy[0] + kineticChange;
      const finite = error - error === 0;
      const acceptance = !finite ? 0 : error <= 0 ? 1 : Math.exp(-error);
      const isAccepted = stream.uniform() < acceptance;
      if (isAccepted) {
        state.position.set(q);
        state.gradient.set(g);
        state.energy[0] = end[0];
      }
      stepSize[0] = eps;
      info.acceptance[0] = acceptance;
      info.accepted[0] = isAccepted ? 1 : 0;
      info.energyError[0] = Number.isNaN(error) ? Number.NaN : error;
      info.kineticChange[0] = Number.isNaN(kineticChange) ? Number.NaN : kineticChange;
      info.diverging[0] = finite && Math.abs(error) <= maxEnergyError ? 0 : 1;
      info.stepSize[0] = eps;
      info.leapfrogSteps[0] = steps;
      info.gradients[0] = steps * stages;
      return info;
    },

    adaptation:
      adaptsStep || adaptsScale
        ? (warmup) => {
            const tunable = { stepSize, L, inverseMass, scale, scaleChanged, move };
            return mamsTuning(tunable, warmup, { targetAcceptance, adaptsStep, adaptsL, adaptsScale });
          }
        : undefined,

    parameters: () => ({ stepSize: stepSize.slice(), L: L.slice(), inverseMass: inverseMass.slice() }),

    memory: ({ position, energy: value, gradient, time }) => ({
      position,
      energy: value,
      gradient,
      time,
      stepSize,
      L,
      inverseMass,
    }),
    restored: scaleChanged,
  };
}

/** The `s` for which `ceil(s u)`, `u` uniform on (0, 1), has the given mean, at least 1: with `n = floor(s)`, the mean is `n + 1 - n (n + 1) / (2 s)`. */
export function spreadOf(mean: number): number {
  const n = Math.floor(2 * mean - 1);
  return (n * (n + 1)) / (2 * (n + 1 - mean));
}

export interface MamsOptions {
  /** Length of a step in the coordinates `q sqrt(mass)`, or a schedule of it; found during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** The mean length of a trajectory. See `mams` for what happens where it is left out. */
  readonly L?: number;
  /** "random": numbers of steps are uniform between 1 and about twice their mean. "fixed": all are alike. */
  readonly trajectory?: "random" | "fixed";
  /** Where given, the direction is partially refreshed within a trajectory, and forgotten after this times `L` (1.25 in the paper's Langevin variant). */
  readonly langevinFactor?: number;
  /** One number for all coordinates or one each: the inverse of the squared scales in which all directions are alike. Never adapted once given. */
  readonly mass?: number | ArrayLike<number>;
  /** Whether warmup learns a scale for every coordinate; true where neither `stepSize` nor `mass` is given. */
  readonly diagonalPreconditioning?: boolean;
  /** Acceptance that the adapted step size aims at. */
  readonly targetAcceptance?: number;
  readonly integrator?: IntegratorName;
  /** No trajectory has more steps; where they are random, their mean is at most about half of it. */
  readonly maxSteps?: number;
  /** A trajectory whose energy error exceeds this is reported as diverging. */
  readonly maxEnergyError?: number;
}

/**
 * The Metropolis-adjusted microcanonical sampler, for energies of two or more coordinates; without bias.
 *
 * - `stepSize` given: nothing adapts unless `diagonalPreconditioning` is true; `L` is `sqrt(dim)` and `mass` is 1 unless given.
 * - `stepSize` left out: warmup finds it by dual averaging (target `targetAcceptance`). Trajectories have five steps on average until, at
 *   15 % of warmup and again at 30 and 60 %, the variances met become the scales, and `L` the root of their sum; at 85 % the autocorrelations
 *   of at most 32 coordinates since then change `L`, by a factor of two at most; the rest is for the step size.
 *
 * Statistics per transition: `acceptance`, `accepted`, `energyError`, `kineticChange`, `diverging`, `stepSize`, `leapfrogSteps`, `gradients`.
 * Throws a RangeError that names the option where one does not fit.
 *
 * @example mams({ stepSize: 0.5, L: 3 }).kind // "mams"
 */
export function mams(options: MamsOptions = {}): Sampler {
  const { stepSize, L, mass } = checked(options, (value) => scheduledOption("mams", "stepSize", value, positiveNumber));
  return record("mams", { ...options, stepSize, L, mass });
}

const MAMS_OPTIONS = [
  "stepSize",
  "L",
  "trajectory",
  "langevinFactor",
  "mass",
  "diagonalPreconditioning",
  "targetAcceptance",
  "integrator",
  "maxSteps",
  "maxEnergyError",
];

function checked<Step>(options: MamsOptions, step: (stepSize: Scheduled) => Step, dim?: number) {
  knownOptions("mams", options, MAMS_OPTIONS);
  const { stepSize, L, trajectory = "random", langevinFactor, mass, targetAcceptance = 0.9 } = options;
  const { diagonalPreconditioning = stepSize === undefined && mass === undefined } = options;
  const { integrator = "velocityVerlet", maxSteps = 1024, maxEnergyError = 1000 } = options;
  if (typeof diagonalPreconditioning !== "boolean")
    refuse("mams", "diagonalPreconditioning", "true or false", diagonalPreconditioning);
  if (diagonalPreconditioning && mass !== undefined)
    refuse("mams", "mass", "left out where diagonalPreconditioning learns it", mass);
  integratorNamed("mams", integrator);
  return {
    stepSize: stepSize === undefined ? undefined : step(stepSize),
    L: L === undefined ? undefined : positiveNumber("mams", "L", L),
    trajectory: oneOf("mams", "trajectory", trajectory, ["random", "fixed"]),
    langevinFactor: langevinFactor === undefined ? undefined : positiveNumber("mams", "langevinFactor", langevinFactor),
    mass: mass === undefined ? undefined : diagonalMass("mams", mass, dim),
    diagonalPreconditioning,
    targetAcceptance: openUnit("mams", "targetAcceptance", targetAcceptance),
    integrator,
    maxSteps: integerAtLeast("mams", "maxSteps", maxSteps, 1),
    maxEnergyError: positiveNumber("mams", "maxEnergyError", maxEnergyError),
  };
}

export const mamsDefinition: SamplerDefinition = {
  columns: false,
  freeze: freezing("mams", { numbers: ["stepSize", "L"], mass: true, manner: ["diagonalPreconditioning"] }),
  build(energy, options, width) {
    if (width !== 1) refuse("mams", "width", "1", width);
    refuseLine("mams", energy);
    const table = (stepSize: unknown) => tabulatedOption("mams", "stepSize", stepSize, positiveNumber);
    return mamsKernel(energy, checked(options, table, energy.dim));
  },
};
