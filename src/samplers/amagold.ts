// AMAGOLD (Zhang, Cooper and De Sa 2020): Hamiltonian dynamics on mini-batch gradients with a friction that is reversible step by step,
// and one Metropolis decision per trajectory on the energy over all data, which makes the law exact.

import { integerAtLeast, knownOptions, openUnit, positiveNumber, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import { dualAveraging } from "./dual-averaging.js";
import { freezing } from "./freezing.js";
import type { Adaptation, Kernel, KernelState, Sampler } from "./kernel.js";
import { stiffnessProbe } from "./langevin-stiffness.js";
import { record } from "./record.js";
import {
  type BatchOptions,
  checkBatchOptions,
  type GradientEstimate,
  gradientEstimate,
  oneChain,
  startAt,
} from "./stochastic-gradient.js";
import { underdampedStepSize } from "./underdamped.js";

export type AmagoldState = KernelState;

/** One number per column, of which there is one. */
export type AmagoldInfo = {
  /** min(1, exp(-energyError)); 0 where that is not finite. */
  readonly acceptance: Float64Array;
  readonly accepted: Float64Array;
  /** U at the end minus U at the start minus the work that the mini-batch gradients did. */
  readonly energyError: Float64Array;
  /** 1 where |energyError| exceeds 1000 or is not finite. */
  readonly diverging: Float64Array;
  readonly stepSize: Float64Array;
  readonly leapfrogSteps: Float64Array;
  /** Work of the transition, in gradients over all data; the decision's energy counts as a third of one. */
  readonly gradients: Float64Array;
};

interface AmagoldSettings {
  readonly stepSize: number | undefined;
  readonly leapfrogSteps: number;
  readonly friction: number | undefined;
  readonly targetAcceptance: number;
}

/** Work of an energy over all data, in gradients over all data. */
const ENERGY_COST = 1 / 3;
const LARGEST_ERROR = 1000;

function amagoldKernel(energy: Energy, estimate: GradientEstimate, settings: AmagoldSettings): Kernel<AmagoldState> {
  const { dim } = energy;
  const { leapfrogSteps, friction } = settings;
  const stepSize = Float64Array.of(settings.stepSize ?? Number.NaN);

  const q = new Float64Array(dim);
  const r = new Float64Array(dim);
  const g = new Float64Array(dim);
  const noise = new Float64Array(dim);
  const info: AmagoldInfo = {
    acceptance: new Float64Array(1),
    accepted: new Float64Array(1),
    energyError: new Float64Array(1),
    diverging: new Float64Array(1),
    stepSize: new Float64Array(1),
    leapfrogSteps: Float64Array.of(leapfrogSteps),
    gradients: Float64Array.of(leapfrogSteps * estimate.cost + ENERGY_COST),
  };

  /**
   * Moves q and r, and returns the work rho = sum (eps/2) g (r + r'). With r' = ((1 - b) r - eps g + N(0, 4 b)) / (1 + b), the paper's
   * algorithm 1 at mass 1 with b = eps times its beta, coming back has exp(rho + (|r'|^2 - |r|^2)/2) times the density of going there.
   */
  function trajectory(eps: number, random: Random): number {
    const b = friction === undefined ? 1 / (2 * leapfrogSteps) : (friction * eps) / 2;
    const spread = Math.sqrt(4 * b);
    let work = 0;
    for (let step = 0; step < leapfrogSteps; step++) {
      for (let i = 0; i < dim; i++) q[i] += (eps / 2) * r[i];
      estimate.draw(q, random, g);
      random.fillNormal(noise);
      for (let i = 0; i < dim; i++) {
        const before = r[i];
        const after = ((1 - b) * before - eps * g[i] + spread * noise[i]) / (1 + b);
        work += (eps / 2) * g[i] * (before + after);
        r[i] = after;
        q[i] += (eps / 2) * after;
      }
    }
    return work;
  }

  return {
    width: 1,
    statistics: Object.keys(info),

    init: (start) => startAt("amagold", energy, start),

    // Hot: `leapfrogSteps` gradients on `batchSize` rows and one energy on all; nothing is allocated.
    step(state, random) {
      const eps = stepSize[0];
      if (Number.isNaN(eps))
        throw new Error("amagold: the step size is found by the adaptation, which was not started");
      q.set(state.position);
      random[0].fillNormal(r);
      const work = trajectory(eps, random[0]);
      const proposed = energy.value(q);
      const error = proposed - state.energy[0] - work;
      const finite = error - error === 0;
      const acceptance = !finite ? 0 : error <= 0 ? 1 : Math.exp(-error);
      const isAccepted = random[0].uniform() < acceptance;
      if (isAccepted) {
        state.position.set(q);
        state.energy[0] = proposed;
      }
      info.acceptance[0] = acceptance;
      info.accepted[0] = isAccepted ? 1 : 0;
      info.energyError[0] = error;
      info.diverging[0] = finite && Math.abs(error) <= LARGEST_ERROR ? 0 : 1;
      info.stepSize[0] = eps;
      return info;
    },

    adaptation: settings.stepSize === undefined ? () => stepSizeAdaptation(estimate, settings, stepSize) : undefined,

    parameters: () => ({ stepSize: stepSize.slice(), batchSize: Float64Array.of(estimate.batchSize) }),
    memory: ({ position, energy: value }) => ({ position, energy: value, stepSize }),
  };
}

/** Dual averaging from the step size that the stiffness at the start allows. */
function stepSizeAdaptation(
  { dim, steady, noisy, draw }: GradientEstimate,
  { targetAcceptance }: AmagoldSettings,
  stepSize: Float64Array,
): Adaptation<AmagoldState> {
  const averaging = dualAveraging(1, { target: targetAcceptance });
  return {
    start(state, random) {
      const probe = stiffnessProbe({ dim, steady, noisy: noisy ? draw : undefined });
      const stiffness = probe.measure(state.position, new Float64Array(dim).fill(1), random[0], 20);
      if (!Number.isFinite(stiffness.curvature + stiffness.noise)) {
        refuse("amagold", "the gradient around the start", "finite", stiffness.curvature);
      }
      stepSize[0] = underdampedStepSize(stiffness);
      averaging.restart(0, stepSize[0]);
    },
    update(_state, info) {
      stepSize[0] = averaging.update(0, info.acceptance[0]);
    },
    finish() {
      stepSize[0] = averaging.average(0);
    },
    memory: () => averaging.memory,
  };
}

export interface AmagoldOptions extends BatchOptions {
  /** Time per step, in units of mass 1; found during warmup where it is left out. */
  readonly stepSize?: number;
  /** Mini-batch steps per decision. */
  readonly leapfrogSteps?: number;
  /** Rate at which the momentum is forgotten, per unit of time; once per trajectory where it is left out. */
  readonly friction?: number;
  /** Acceptance that the adapted step size aims at. */
  readonly targetAcceptance?: number;
}

/**
 * Amortised Metropolis-adjusted dynamics on an energy with a data set, such as `tempered(loss)`: `leapfrogSteps` steps on mini-batch
 * gradients with a fresh momentum, then one decision with the energy over all data. The law is exactly exp(-U), whatever the batch;
 * noise costs acceptance instead.
 *
 * Statistics per transition: `acceptance`, `accepted`, `energyError`, `diverging`, `stepSize`, `leapfrogSteps`, `gradients` (over all data).
 * Throws a RangeError that names the option where one does not fit.
 *
 * @example amagold({ leapfrogSteps: 20 }).kind // "amagold"
 */
export function amagold(options: AmagoldOptions = {}): Sampler {
  checked(options);
  return record("amagold", options);
}

function checked(options: AmagoldOptions) {
  const known = ["stepSize", "leapfrogSteps", "friction", "targetAcceptance", "batchSize", "controlVariate"];
  knownOptions("amagold", options, known);
  const { stepSize, leapfrogSteps = 10, friction, targetAcceptance = 0.8 } = options;
  return {
    ...checkBatchOptions("amagold", options),
    stepSize: stepSize === undefined ? undefined : positiveNumber("amagold", "stepSize", stepSize),
    leapfrogSteps: integerAtLeast("amagold", "leapfrogSteps", leapfrogSteps, 1),
    friction: friction === undefined ? undefined : positiveNumber("amagold", "friction", friction),
    targetAcceptance: openUnit("amagold", "targetAcceptance", targetAcceptance),
  };
}

export const amagoldDefinition = oneChain(
  "amagold",
  (energy, options: AmagoldOptions) => {
    const settings = checked(options);
    return amagoldKernel(energy, gradientEstimate("amagold", energy, settings), settings);
  },
  freezing("amagold", { numbers: ["stepSize"], manner: ["targetAcceptance"] }),
);
