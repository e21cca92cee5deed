// Microcanonical Langevin Monte Carlo, unadjusted (Robnik, De Luca, Silverstein and Seljak 2023; Robnik and Seljak 2024): the position
// moves at constant speed along a direction that the force turns and noise refreshes a little. Nothing is ever rejected.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { freezing } from "./freezing.js";
import { type IntegratorName, integratorNamed } from "./integrators.js";
import { diagonalMass, drawDirection, refreshDirection, refuseLine } from "./isokinetic.js";
import { isokineticTrajectory } from "./isokinetic-program.js";
import type { Kernel, KernelState, Sampler, SamplerDefinition } from "./kernel.js";
import { inverseOf } from "./mass.js";
import { mclmcTuning } from "./mclmc-tuning.js";
import { record } from "./record.js";
import { type Scheduled, scheduledOption, type Tabulated, tabulatedOption, valueAt } from "./scheduled.js";

export interface MclmcState extends KernelState {
  /** `[dim]`: the gradient at `position`, carried from transition to transition. */
  readonly gradient: Float64Array;
  /** `[dim]`: of length 1, in the coordinates `q / scale`. */
  readonly direction: Float64Array;
  /** `[1]`: transitions made. */
  readonly time: Float64Array;
}

/** One number, for the one column. */
export type MclmcInfo = {
  /** The change of U plus the change of the kinetic energy in this step, which the exact flow has none of. */
  readonly energyError: Float64Array;
  readonly kineticChange: Float64Array;
  /** 1 where `|energyError|` exceeds `maxEnergyError` or is not finite; only what is not finite is not taken. */
  readonly diverging: Float64Array;
  readonly stepSize: Float64Array;
  /** Gradients that were evaluated. */
  readonly gradients: Float64Array;
};

interface MclmcSettings {
  readonly stepSize: Tabulated | undefined;
  readonly L: number | undefined;
  readonly mass: number | readonly number[] | undefined;
  readonly diagonalPreconditioning: boolean;
  readonly desiredEnergyVariance: number;
  readonly integrator: IntegratorName;
  readonly maxEnergyError: number;
}

function mclmcKernel(energy: Energy, settings: MclmcSettings): Kernel<MclmcState> {
  const { dim } = energy;
  const { maxEnergyError } = settings;
  const integrator = integratorNamed("mclmc", settings.integrator);
  const move = isokineticTrajectory(energy, integrator);

  const schedule = settings.stepSize;
  const adaptsStep = schedule === undefined;
  const adaptsL = settings.L === undefined && adaptsStep;
  const adaptsScale = settings.diagonalPreconditioning;
  // Both are lengths of a standard normal law: its radius, and about the step at which 5e-4 is met.
  const stepSize = Float64Array.of(adaptsStep ? Math.sqrt(dim) / 4 : valueAt(schedule, 0));
  const L = Float64Array.of(settings.L ?? Math.sqrt(dim));
  const inverseMass = inverseOf(settings.mass ?? 1, dim, 1);
  const scale = inverseMass.map(Math.sqrt);

  const [q, u, g, z] = Array.from({ length: 4 }, () => new Float64Array(dim));
  const end = new Float64Array(2);
  const info: MclmcInfo = {
    energyError: new Float64Array(1),
    kineticChange: new Float64Array(1),
    diverging: new Float64Array(1),
    stepSize: new Float64Array(1),
    gradients: Float64Array.of((integrator.length - 1) / 2),
  };

  const scaleChanged = (): void => {
    for (let i = 0; i < dim; i++) scale[i] = Math.sqrt(inverseMass[i]);
  };

  return {
    width: 1,
    statistics: Object.keys(info),

    init(start, random) {
      const state: MclmcState = {
        position: start.slice(),
        energy: new Float64Array(1),
        stopped: new Uint8Array(1),
        gradient: new Float64Array(dim),
        direction: new Float64Array(dim),
        time: new Float64Array(1),
      };
      state.energy[0] = energy.valueAndGradient(state.position, state.gradient);
      if (!Number.isFinite(state.energy[0])) refuse("mclmc", "the energy at the start", "finite", state.energy[0]);
      const broken = state.gradient.find((slope) => !Number.isFinite(slope));
      if (broken !== undefined) refuse("mclmc", "the gradient at the start", "finite", broken);
      drawDirection(state.direction, random[0]);
      return state;
    },

    // Hot: one step of the integrator, `2 dim` normals and a few passes over the coordinates; nothing is allocated.
    step(state, random) {
      const { position, gradient, direction } = state;
      const eps = adaptsStep ? stepSize[0] : valueAt(schedule, state.time[0]);
      state.time[0]++;
      refreshDirection(direction, z, eps / 2, L[0], random[0]);
      q.set(position);
      u.set(direction);
      g.set(gradient);
      move(q, u, g, eps, scale, 1, end);

      const error = end[0] - state.energy[0] + end[1];
      const finite = error - error === 0 && allFinite(q);
      if (finite) {
        position.set(q);
        direction.set(u);
        gradient.set(g);
        state.energy[0] = end[0];
        refreshDirection(direction, z, eps / 2, L[0], random[0]);
      } else {
        // The way on is barred: the position stays, and another direction is tried.
        drawDirection(direction, random[0]);
      }
      stepSize[0] = eps;
      info.stepSize[0] = eps;
      info.energyError[0] = Number.isNaN(error) ? Number.NaN : error;
      info.kineticChange[0] = Number.isNaN(end[1]) ? Number.NaN : end[1];
      info.diverging[0] = finite && Math.abs(error) <= maxEnergyError ? 0 : 1;
      return info;
    },

    adaptation:
      adaptsStep || adaptsScale
        ? (warmup) => {
            const tunable = { stepSize, L, inverseMass, scale, scaleChanged, move };
            const { desiredEnergyVariance } = settings;
            return mclmcTuning(tunable, warmup, { desiredEnergyVariance, adaptsStep, adaptsL, adaptsScale });
          }
        : undefined,

    parameters: () => ({ stepSize: stepSize.slice(), L: L.slice(), inverseMass: inverseMass.slice() }),

    memory: ({ position, energy: value, gradient, direction, time }) => ({
      position,
      energy: value,
      gradient,
      direction,
      time,
      stepSize,
      L,
      inverseMass,
    }),
    restored: scaleChanged,
  };
}

function allFinite(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return false;
  return true;
}

export interface MclmcOptions {
  /** Length of a step in the coordinates `q sqrt(mass)`, or a schedule of it; found during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** The length after which the direction is forgotten. See `mclmc` for what happens where it is left out. */
  readonly L?: number;
  /** One number for all coordinates or one each: the inverse of the squared scales in which all directions are alike. Never adapted once given. */
  readonly mass?: number | ArrayLike<number>;
  /** Whether warmup learns a scale for every coordinate; true where neither `stepSize` nor `mass` is given. */
  readonly diagonalPreconditioning?: boolean;
  /** The variance of a step's energy error per coordinate that the adapted step size aims at. What is not corrected grows with it. */
  readonly desiredEnergyVariance?: number;
  readonly integrator?: IntegratorName;
  /** A step whose energy error exceeds this is reported as diverging. */
  readonly maxEnergyError?: number;
}

/**
 * Microcanonical Langevin Monte Carlo for energies of two or more coordinates: each transition is one step of an isokinetic integrator,
 * before and after which the direction is partially refreshed.
 *
 * It is not corrected: the step leaves a bias, of the order of `desiredEnergyVariance`; `mams` has none. Successive draws lie close to each
 * other, so that `thin` is of use.
 *
 * - `stepSize` given: nothing adapts unless `diagonalPreconditioning` is true; `L` is `sqrt(dim)` and `mass` is 1 unless given.
 * - `stepSize` left out: warmup finds it in three phases. In the first 20 % the step size follows the energy errors; from there to 60 %
 *   variances are learned besides, at 35 % and again at the end, whose roots become the scales, and their sum's root `L`; after another 10 %
 *   the step size is settled, and the autocorrelations of at most 32 coordinates in what is left decide: `L` is 0.4 times the length
 *   travelled per effective draw (Robnik, De Luca, Silverstein and Seljak 2023, section 4). Up to three times in this last phase a step is
 *   shortened by `sqrt(1/2)` whose energy errors have more than ten times the desired variance.
 *
 * A chain that is still on its way after 20 % of warmup, or worse after 60 %, learns scales of the way and not of the law, and then mixes
 * slowly: from a start of 100 standard deviations away warmup has to be several thousand transitions, or the start nearer.
 *
 * A step into numbers that are not finite is not taken: the position stays, a new direction is drawn, and `diverging` is 1.
 * Statistics per transition: `energyError`, `kineticChange`, `diverging`, `stepSize`, `gradients`.
 * Throws a RangeError that names the option where one does not fit.
 *
 * @example mclmc({ stepSize: 0.5, L: 3 }).kind // "mclmc"
 */
export function mclmc(options: MclmcOptions = {}): Sampler {
  const { stepSize, L, mass } = checked(options, (value) =>
    scheduledOption("mclmc", "stepSize", value, positiveNumber),
  );
  return record("mclmc", { ...options, stepSize, L, mass });
}

const MCLMC_OPTIONS = [
  "stepSize",
  "L",
  "mass",
  "diagonalPreconditioning",
  "desiredEnergyVariance",
  "integrator",
  "maxEnergyError",
];

function checked<Step>(options: MclmcOptions, step: (stepSize: Scheduled) => Step, dim?: number) {
  knownOptions("mclmc", options, MCLMC_OPTIONS);
  const { stepSize, L, mass, desiredEnergyVariance = 5e-4, integrator = "mcLachlan", maxEnergyError = 1000 } = options;
  const { diagonalPreconditioning = stepSize === undefined && mass === undefined } = options;
  if (typeof diagonalPreconditioning !== "boolean")
    refuse("mclmc", "diagonalPreconditioning", "true or false", diagonalPreconditioning);
  if (diagonalPreconditioning && mass !== undefined)
    refuse("mclmc", "mass", "left out where diagonalPreconditioning learns it", mass);
  integratorNamed("mclmc", integrator);
  return {
    stepSize: stepSize === undefined ? undefined : step(stepSize),
    L: L === undefined ? undefined : positiveNumber("mclmc", "L", L),
    mass: mass === undefined ? undefined : diagonalMass("mclmc", mass, dim),
    diagonalPreconditioning,
    desiredEnergyVariance: positiveNumber("mclmc", "desiredEnergyVariance", desiredEnergyVariance),
    integrator,
    maxEnergyError: positiveNumber("mclmc", "maxEnergyError", maxEnergyError),
  };
}

export const mclmcDefinition: SamplerDefinition = {
  columns: false,
  freeze: freezing("mclmc", { numbers: ["stepSize", "L"], mass: true, manner: ["diagonalPreconditioning"] }),
  build(energy, options, width) {
    if (width !== 1) refuse("mclmc", "width", "1", width);
    refuseLine("mclmc", energy);
    const table = (stepSize: unknown) => tabulatedOption("mclmc", "stepSize", stepSize, positiveNumber);
    return mclmcKernel(energy, checked(options, table, energy.dim));
  },
};
