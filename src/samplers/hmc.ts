// Hamiltonian Monte Carlo (Duane et al. 1987; Neal 2011): a fresh Gaussian momentum, a trajectory of Hamiltonian dynamics, and a
// Metropolis decision that removes the integrator's error.

import { refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { cheesWarmup, type Flight, halton } from "./chees.js";
import { massesOf, oneStep } from "./column-masses.js";
import { type Freeze, freezing } from "./freezing.js";
import { checkedOptions, type HmcOptions, type HmcSettings, hmcSettings } from "./hmc-options.js";
import { integratorNamed, stagesOf } from "./integrators.js";
import type { Adaptation, Kernel, KernelState, Sampler, SamplerDefinition } from "./kernel.js";
import { adaptedKind } from "./mass.js";
import type { Metric } from "./metric.js";
import { metricTransition } from "./metric-transition.js";
import { record } from "./record.js";
import { valueAt } from "./scheduled.js";
import { overColumns } from "./trajectory.js";
import { columnTrajectory } from "./trajectory-program.js";
import { plainTransition, type Transition } from "./transition.js";
import { compiledTransition } from "./transition-program.js";
import { type MassSchedule, metricWarmup } from "./warmup.js";

export type { HmcOptions } from "./hmc-options.js";

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

/** Longest trajectory of an automatic length, in steps. */
const MOST_STEPS = 256;

function hmcKernel(energy: Energy, settings: HmcSettings, width: number): Kernel<MovingState> {
  const { dim } = energy;
  const { jitter, mass = "diagonal" } = settings;
  const adapts = settings.stepSize === undefined;
  const together = settings.adaptation === "chees" && adapts;
  if (together && width < 2) refuse("hmc", "chains", 'at least 2 beside adaptation "chees"', width);
  const fixedSteps = stepsOf(settings, dim);

  // d^(-1/4) is how the best step size of a Gaussian of unit scales falls with the dimension (Beskos et al. 2013).
  const stepSize = new Float64Array(width).fill(valueAt(settings.stepSize ?? dim ** -0.25, 0));
  const trajectoryLength = new Float64Array(width).fill(settings.trajectoryLength ?? Math.PI);
  const table = typeof settings.stepSize === "object" ? settings.stepSize : undefined;
  /** Transitions made, where anything depends on them. */
  const transitions = new Float64Array(width);
  const counts = table !== undefined || together;
  const masses = massesOf(mass, dim, width);
  const { inverseMass, momentumScale, metrics } = masses;
  /** How often the masses have changed. */
  let changes = 0;
  /** Uniform numbers that a transition takes before its momentum: for the jitter, then for the length. */
  const earlyUniforms = (jitter > 0 ? 1 : 0) + (fixedSteps === undefined && !together ? 1 : 0);

  // What ChEES looks back at; kept while it adapts.
  const before = new Float64Array(together ? dim * width : 0);
  let looksBack = false;

  function massChanged(c: number): void {
    changes++;
    masses.changed(c);
  }

  function adaptation(warmup: number): Adaptation<MovingState> {
    const tunable = {
      where: "hmc",
      dim,
      stepSize,
      inverseMass,
      massChanged,
      gradient: (state: MovingState) => state.gradient,
      logAcceptance: oneStep(energy, integratorNamed("hmc", settings.integrator), masses, width),
    };
    const { targetAcceptance } = settings;
    if (!together) {
      // At the target itself the banana's arms, which are stiffer than its middle, are hardly entered.
      const endsAt = "average";
      const schedule = settings.adaptation as MassSchedule;
      return metricWarmup(tunable, warmup, {
        targetAcceptance,
        adapts: adaptedKind(mass),
        adaptation: schedule,
        endsAt,
      });
    }
    let transition: Transition | undefined;
    const flight = (): Flight => {
      const { proposal, proposedMomentum: momentum, acceptance, diverging } = transition as Transition;
      const length = halton(transitions[0]) * trajectoryLength[0];
      return { before, proposal, momentum, acceptance, diverging, inverseMass, length };
    };
    const options = { targetAcceptance, adaptMass: adaptedKind(mass) !== undefined };
    const pooled = cheesWarmup<MovingState>(
      { ...tunable, trajectoryLength, mostSteps: MOST_STEPS, flight },
      warmup,
      options,
    );
    looksBack = true;
    return {
      ...pooled,
      update(state, info, random) {
        transition = state.transition;
        pooled.update(state, info, random);
      },
      finish(state) {
        looksBack = false;
        pooled.finish(state);
      },
    };
  }

  return {
    width,
    statistics: ["acceptance", "accepted", "energyError", "diverging", "stepSize", "leapfrogSteps"],
    gradientsPerStep: stagesOf(integratorNamed("hmc", settings.integrator)).kicks.length,

    init(startAt) {
      const transition = transitionFor(energy, settings, fixedSteps, metrics, width);
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
      evaluate(energy, state, width);
      return state;
    },

    // Hot: what it costs is the transition, and on small energies the random numbers; nothing is allocated.
    step(state, random) {
      const { transition } = state;
      if (state.masses !== changes) {
        if (metrics === undefined) {
          transition.inverseMass.set(inverseMass);
          transition.momentumScale.set(momentumScale);
        }
        state.masses = changes;
      }
      const { early, stepSize: used, leapfrogSteps: steps } = transition;
      const time = transitions[0];
      if (table !== undefined) stepSize.fill(valueAt(table, time));
      if (counts) transitions.fill(time + 1);
      transition.draw(random, earlyUniforms);
      const share = together ? halton(time + 1) : 0;
      for (let c = 0; c < width; c++) {
        used[c] = jitter > 0 ? stepSize[c] * (1 + jitter * (2 * early[c] - 1)) : stepSize[c];
        if (fixedSteps === undefined) {
          const u = together ? share : early[(earlyUniforms - 1) * width + c];
          steps[c] = stepsAlong(u * trajectoryLength[c], stepSize[c]);
        }
      }
      if (looksBack) before.set(state.position);
      transition.run();
      return state.info;
    },

    adaptation: adapts ? adaptation : undefined,

    parameters: () => ({
      stepSize: stepSize.slice(),
      inverseMass: inverseMass.slice(),
      ...(fixedSteps === undefined ? { trajectoryLength: trajectoryLength.slice() } : {}),
    }),

    memory: ({ position, energy: value, gradient }) => ({
      position,
      energy: value,
      gradient,
      stepSize,
      inverseMass,
      trajectoryLength,
      transitions,
    }),

    restored() {
      for (let c = 0; c < width; c++) massChanged(c);
    },
  };
}

/** Steps of every trajectory; undefined where each has a number of its own. */
function stepsOf({ stepSize, leapfrogSteps, trajectoryLength }: HmcSettings, dim: number): number | undefined {
  if (leapfrogSteps !== undefined) return leapfrogSteps;
  const textbook = stepSize !== undefined && trajectoryLength === undefined;
  return textbook ? Math.max(5, Math.ceil(Math.sqrt(dim))) : undefined;
}

/** The transition as a program where the energy can be one and the mass is diagonal, in plain JavaScript elsewhere. */
function transitionFor(
  energy: Energy,
  { integrator: name, maxEnergyError, adaptation, stepSize }: HmcSettings,
  leapfrogSteps: number | undefined,
  metrics: readonly Metric[] | undefined,
  width: number,
): Transition {
  const integrator = integratorNamed("hmc", name);
  if (metrics !== undefined) return metricTransition(energy, integrator, metrics, maxEnergyError);
  const showsProposal = adaptation === "chees" && stepSize === undefined;
  const options = { integrator, leapfrogSteps, mostSteps: MOST_STEPS, maxEnergyError, showsProposal };
  const compiled = compiledTransition(energy, options, width);
  if (compiled !== undefined) return compiled;
  const column = columnTrajectory(energy, integrator, leapfrogSteps);
  return plainTransition(overColumns(column, energy.dim, width), energy.dim, width, maxEnergyError);
}

/** Energy and gradient at the state's position. Throws where they are not finite. */
function evaluate(energy: Energy, state: HmcState, width: number): void {
  const { dim } = energy;
  const q = new Float64Array(dim);
  const g = new Float64Array(dim);
  for (let c = 0; c < width; c++) {
    for (let i = 0; i < dim; i++) q[i] = state.position[i * width + c];
    state.energy[c] = energy.valueAndGradient(q, g);
    for (let i = 0; i < dim; i++) state.gradient[i * width + c] = g[i];
    if (!Number.isFinite(state.energy[c]))
      refuse("hmc", `the energy at the start of column ${c}`, "finite", state.energy[c]);
    const broken = g.find((slope) => !Number.isFinite(slope));
    if (broken !== undefined) refuse("hmc", `the gradient at the start of column ${c}`, "finite", broken);
  }
}

/** The number of steps of a trajectory of this length. */
function stepsAlong(length: number, stepSize: number): number {
  return Math.min(MOST_STEPS, Math.max(1, Math.ceil(length / stepSize)));
}

/**
 * Hamiltonian Monte Carlo, `H = U(q) + p' M^-1 p / 2`.
 *
 * - `stepSize` given: everything is fixed. The mass is 1 unless given, a trajectory has `max(5, ceil(sqrt(dim)))` steps unless
 *   `leapfrogSteps` or `trajectoryLength` is given, and nothing is jittered unless `jitter` is given: the textbook algorithm. A schedule
 *   `(t, steps) => stepSize` changes the step from transition to transition.
 * - `stepSize` left out: warmup finds it by dual averaging (target `targetAcceptance`), learns the mass unless one is given, and each
 *   transition jitters the step by 10 %. Unless `leapfrogSteps` is given, each trajectory's length is uniform on (0, pi) (or on
 *   (0, `trajectoryLength`)) in units of the adapted scales, at most 256 steps: pi/2, a quarter period, on average, and no
 *   direction of the target, however its period lies, is met by the same phase every time (Mackenzie 1989; Neal 2011, 5.4.3).
 *   What is reached lies above the target, at 0.85 to 0.95 for 0.8: after the last mass the average starts anew and has 50 transitions.
 * - `mass`: "diagonal" learns a scale per coordinate; "dense" all correlations, for `dim^2` numbers and multiplications per step; "lowRank"
 *   a scale per coordinate and up to 32 directions, from draws and gradients. Dense and low-rank masses move in plain JavaScript.
 * - `adaptation`: "windows" renews the mass in Stan's windows; "nutpie" lets it follow draws and gradients from the start and leaves the last
 *   15 % of warmup to the step size (Seyboldt, Carlson, Carpenter 2024), which takes a shorter warmup; "chees" (Hoffman, Radul, Sountsov 2021) is
 *   for many chains: all advance together, share one step size, one diagonal mass and one trajectory length that they learn, and go a
 *   share of it that a Halton sequence says.
 *
 * Statistics per transition: `acceptance`, `accepted`, `energyError`, `diverging`, `stepSize` (as used), `leapfrogSteps`. A step of
 * `velocityVerlet`, `mcLachlan`, `threeStage` and `fourStage` takes 1, 2, 3 and 4 gradients.
 * Throws a RangeError that names the option where one does not fit.
 *
 * @example hmc({ stepSize: 0.1, leapfrogSteps: 5, mass: [0.1, 1] }).kind // "hmc"
 */
export function hmc(options: HmcOptions = {}): Sampler {
  const { adaptation, ...settings } = checkedOptions(options);
  return record("hmc", { ...settings, adaptation: options.adaptation && adaptation });
}

export const hmcDefinition: SamplerDefinition = {
  columns: true,
  together: ({ adaptation, stepSize }) => adaptation === "chees" && stepSize === undefined,
  build: (energy, options, width) => hmcKernel(energy, hmcSettings(options, energy.dim), width),
  freeze(options, adapted, run) {
    if (options.stepSize !== undefined) return options;
    return { ...freezeLearnt(options, adapted, run), jitter: checkedOptions(options).jitter };
  },
};

const freezeLearnt: Freeze = freezing("hmc", {
  numbers: ["stepSize", "trajectoryLength"],
  mass: true,
  manner: ["adaptation", "targetAcceptance"],
});
