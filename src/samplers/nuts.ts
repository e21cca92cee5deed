// The No-U-Turn sampler (Hoffman and Gelman 2014): Hamiltonian Monte Carlo that doubles each trajectory until it turns back, and draws the next
// state from all of its points by their weights (Betancourt 2017). With Stan's constants, and Stan's two further checks of a turn.

import {
  integerAtLeast,
  knownOptions,
  nonNegativeNumber,
  oneOf,
  openUnit,
  positiveNumber,
  refuse,
} from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { freezing } from "./freezing.js";
import type { Kernel, KernelState, Sampler, SamplerDefinition } from "./kernel.js";
import { adaptedKind, type Mass, type MassOption, massOption } from "./mass.js";
import { metricFor } from "./metric.js";
import { nutsTree, pointsOf, sumsOf } from "./nuts-tree.js";
import { type Orbit, plainOrbit } from "./orbit.js";
import { compiledOrbit } from "./orbit-program.js";
import { record } from "./record.js";
import { type Scheduled, scheduledOption, type Tabulated, tabulatedOption, valueAt } from "./scheduled.js";
import { type MassSchedule, metricWarmup } from "./warmup.js";

export interface NutsState extends KernelState {
  /** `[dim, 1]`: the gradient at `position`, carried from transition to transition. */
  readonly gradient: Float64Array;
}

/** One number each: the kernel has one column. */
export type NutsInfo = {
  /** The mean of min(1, exp(H0 - H)) over all points that were tried. */
  readonly acceptance: Float64Array;
  /** 1 where a point was reached whose H differs from H0 by more than `maxEnergyError`, or is not finite. */
  readonly diverging: Float64Array;
  readonly stepSize: Float64Array;
  /** Doublings that were completed; `maxTreeDepth` where the tree may have been cut off. */
  readonly treeDepth: Float64Array;
  readonly leapfrogSteps: Float64Array;
  /** H at the selected point minus H0. */
  readonly energyError: Float64Array;
  /** H at the selected point, with its own momentum: what E-BFMI is computed from. */
  readonly hamiltonian: Float64Array;
};

interface NutsSettings {
  readonly stepSize: Tabulated | undefined;
  readonly mass: Mass | undefined;
  readonly targetAcceptance: number;
  readonly maxTreeDepth: number;
  readonly maxEnergyError: number;
  readonly adaptation: MassSchedule;
  readonly jitter: number;
}

function nutsKernel(energy: Energy, settings: NutsSettings): Kernel<NutsState> {
  const { dim } = energy;
  const { jitter, maxTreeDepth, maxEnergyError } = settings;
  const given = settings.stepSize;
  const mass = settings.mass ?? (given === undefined ? "diagonal" : 1);
  const metric = metricFor("nuts", mass, dim);
  const orbit = orbitFor(energy, metric.kind, maxTreeDepth);
  const tree = nutsTree(orbit, maxTreeDepth, maxEnergyError);

  // d^(-1/4) is how the best step size of a Gaussian of unit scales falls with the dimension (Beskos et al. 2013).
  const stepSize = Float64Array.of(given === undefined ? dim ** -0.25 : valueAt(given, 0));
  /** Transitions made, where the step size follows a table. */
  const transitions = Float64Array.of(0);
  const one = (): Float64Array => new Float64Array(1);
  const info = {
    acceptance: one(),
    diverging: one(),
    stepSize: one(),
    treeDepth: one(),
    leapfrogSteps: one(),
    energyError: one(),
    hamiltonian: one(),
  };
  const start = { position: one(), gradient: one(), energy: 0, stepSize: 0, metric, metricVersion: 0 };

  function begin(state: NutsState, size: number, random: Parameters<Orbit["begin"]>[1]): number {
    start.position = state.position;
    start.gradient = state.gradient;
    start.energy = state.energy[0];
    start.stepSize = size;
    orbit.begin(start, random);
    return orbit.potential[0] + orbit.kinetic[0];
  }
  function massChanged(): void {
    metric.changed();
    start.metricVersion++;
  }

  return {
    width: 1,
    statistics: Object.keys(info),

    init(startAt) {
      const state = {
        position: startAt.slice(),
        energy: one(),
        stopped: new Uint8Array(1),
        gradient: new Float64Array(dim),
      };
      state.energy[0] = energy.valueAndGradient(state.position, state.gradient);
      if (!Number.isFinite(state.energy[0])) refuse("nuts", "the energy at the start", "finite", state.energy[0]);
      const broken = state.gradient.find((slope) => !Number.isFinite(slope));
      if (broken !== undefined) refuse("nuts", "the gradient at the start", "finite", broken);
      return state;
    },

    // Hot: what it costs are the leapfrog steps, and on small energies the random numbers; nothing is allocated.
    step(state, [random]) {
      if (given !== undefined) stepSize[0] = valueAt(given, transitions[0]);
      transitions[0]++;
      const size = jitter > 0 ? stepSize[0] * (1 + jitter * (2 * random.uniform() - 1)) : stepSize[0];
      const before = begin(state, size, random);
      tree.grow(random);

      const { selected, depth, leapfrogSteps, acceptance, diverging } = tree.result;
      // Point 0 too: where the start is no end of the trajectory any more, a later point may have its place.
      state.position.set(orbit.position(selected));
      state.gradient.set(orbit.gradient(selected));
      state.energy[0] = orbit.potential[selected];
      const hamiltonian = orbit.potential[selected] + orbit.kinetic[selected];
      info.acceptance[0] = acceptance;
      info.diverging[0] = diverging ? 1 : 0;
      info.stepSize[0] = size;
      info.treeDepth[0] = depth;
      info.leapfrogSteps[0] = leapfrogSteps;
      info.energyError[0] = hamiltonian - before;
      info.hamiltonian[0] = hamiltonian;
      return info;
    },

    adaptation:
      given === undefined
        ? (warmup) =>
            metricWarmup<NutsState>(
              {
                where: "nuts",
                dim,
                stepSize,
                inverseMass: metric.inverseMass,
                massChanged,
                gradient: (state) => state.gradient,
                logAcceptance(state, _column, size, random) {
                  const before = begin(state, size, random);
                  orbit.leap(0, 1, true);
                  return before - (orbit.potential[1] + orbit.kinetic[1]);
                },
              },
              warmup,
              {
                targetAcceptance: settings.targetAcceptance,
                adapts: adaptedKind(mass),
                adaptation: settings.adaptation,
              },
            )
        : undefined,

    parameters: () => ({ stepSize: stepSize.slice(), inverseMass: metric.inverseMass.slice() }),

    memory: ({ position, energy: potential, gradient }) => ({
      position,
      energy: potential,
      gradient,
      stepSize,
      inverseMass: metric.inverseMass,
      transitions,
    }),

    restored: massChanged,
  };
}

/** The orbit as programs where the energy can be one, in plain JavaScript elsewhere. */
function orbitFor(energy: Energy, kind: Parameters<typeof compiledOrbit>[1], maxTreeDepth: number): Orbit {
  const points = pointsOf(maxTreeDepth);
  const sums = sumsOf(maxTreeDepth);
  return compiledOrbit(energy, kind, points, sums) ?? plainOrbit(energy, points, sums);
}

export interface NutsOptions {
  /** Step size, or a schedule of it, kept as it is; found and averaged during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** Momentum `p ~ N(0, M)`: one number, a diagonal or the rows of M, never adapted; or the kind of mass that warmup learns. */
  readonly mass?: MassOption;
  /** Acceptance that the adapted step size aims at. */
  readonly targetAcceptance?: number;
  /** Doublings at most: a transition takes up to `2^maxTreeDepth - 1` leapfrog steps. */
  readonly maxTreeDepth?: number;
  /** A point whose H differs from the first one's by more than this ends the tree and is reported as diverging. */
  readonly maxEnergyError?: number;
  /** When warmup renews the mass: at the end of Stan's windows, or all the time, after nutpie. */
  readonly adaptation?: MassSchedule;
  /** Each transition's step size is uniform on `stepSize * [1 - jitter, 1 + jitter]`. */
  readonly jitter?: number;
}

/**
 * The No-U-Turn sampler: trajectories of `H = U(q) + p' M^-1 p / 2` that end where they turn back, so that no length has to be chosen.
 *
 * - `stepSize` left out: warmup finds it by dual averaging (target `targetAcceptance`, 0.8) and learns the mass, a diagonal unless `mass`
 *   says otherwise. `stepSize` given: nothing adapts, and the mass is 1 unless given.
 * - A tree of `maxTreeDepth` (10) doublings is cut off: `treeDepth` says so, and a larger step size or a better mass would be cheaper.
 *
 * Statistics per transition: `acceptance` (mean over the tree), `diverging`, `stepSize` (as used), `treeDepth`, `leapfrogSteps` (one
 * gradient each), `energyError` (of the selected point), `hamiltonian` (there; `diagnostics.ebfmi` takes it).
 * Throws a RangeError that names the option where one does not fit. Hoffman and Gelman 2014; Betancourt 2017, appendix A.
 *
 * @example nuts({ targetAcceptance: 0.9, mass: "dense" }).kind // "nuts"
 */
export function nuts(options: NutsOptions = {}): Sampler {
  checked(options, (stepSize) => scheduledOption("nuts", "stepSize", stepSize, positiveNumber));
  const { mass, ...rest } = options;
  return record("nuts", { ...rest, mass: mass === undefined ? undefined : massOption("nuts", mass) });
}

/** Numbers of leaves beyond this do not count in 32 bits. */
const MOST_DEPTH = 30;

/** `step` checks a step size. */
function checked<Step>(options: NutsOptions, step: (stepSize: Scheduled) => Step, dim?: number) {
  knownOptions("nuts", options, NUTS_OPTIONS);
  const { stepSize, mass, targetAcceptance = 0.8, maxTreeDepth = 10, maxEnergyError = 1000 } = options;
  const { adaptation = "windows", jitter = 0 } = options;
  const checkedMass = mass === undefined ? undefined : massOption("nuts", mass, dim);
  if (stepSize !== undefined && typeof checkedMass === "string") {
    refuse("nuts", "mass", "numbers where stepSize is given, for then nothing adapts", mass);
  }
  if (integerAtLeast("nuts", "maxTreeDepth", maxTreeDepth, 1) > MOST_DEPTH) {
    refuse("nuts", "maxTreeDepth", `at most ${MOST_DEPTH}`, maxTreeDepth);
  }
  if (nonNegativeNumber("nuts", "jitter", jitter) >= 1) refuse("nuts", "jitter", "below 1", jitter);
  return {
    stepSize: stepSize === undefined ? undefined : step(stepSize),
    mass: checkedMass,
    targetAcceptance: openUnit("nuts", "targetAcceptance", targetAcceptance),
    maxTreeDepth,
    maxEnergyError: positiveNumber("nuts", "maxEnergyError", maxEnergyError),
    adaptation: oneOf("nuts", "adaptation", adaptation, ["windows", "nutpie"]),
    jitter,
  };
}

const NUTS_OPTIONS = ["stepSize", "mass", "targetAcceptance", "maxTreeDepth", "maxEnergyError", "adaptation", "jitter"];

export const nutsDefinition: SamplerDefinition = {
  columns: false,
  freeze: freezing("nuts", { numbers: ["stepSize"], mass: true, manner: ["adaptation", "targetAcceptance"] }),
  build(energy, options, width) {
    if (width !== 1) refuse("nuts", "width", "1, for each chain takes its own path", width);
    const tabulated = (stepSize: Scheduled) => tabulatedOption("nuts", "stepSize", stepSize, positiveNumber);
    return nutsKernel(energy, checked(options, tabulated, energy.dim));
  },
};
