// Riemannian-manifold Hamiltonian Monte Carlo (Girolami and Calderhead 2011): the mass is a function G(q) of the position, so that steps
// fit the local scales of the target. The Hamiltonian U + log det G / 2 + p' G^-1 p / 2 does not part into a function of q and one of p;
// the generalised leapfrog (Leimkuhler and Reich 2004, section 6.3.2) solves for its implicit half steps by iteration.

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
import { compile, type Graph, gradient, inline, Tensor, trace } from "../tensor/index.js";
import { freezing } from "./freezing.js";
import type { Kernel, KernelState, Sampler, SamplerDefinition } from "./kernel.js";
import { record } from "./record.js";
import { metricWarmup } from "./warmup.js";

export interface RmhmcState extends KernelState {
  /** The gradient of U at `position`, carried from transition to transition. */
  readonly gradient: Float64Array;
}

/** One number per column, of which there is one. */
export type RmhmcInfo = {
  /** min(1, exp(-energyError)); 0 where that is not finite or a step was not solved. */
  readonly acceptance: Float64Array;
  readonly accepted: Float64Array;
  /** H at the trajectory's end minus H at its start. */
  readonly energyError: Float64Array;
  /** 1 where |energyError| exceeds `maxEnergyError` or is not finite, or an implicit step was not solved. */
  readonly diverging: Float64Array;
  readonly stepSize: Float64Array;
  readonly leapfrogSteps: Float64Array;
  /** Evaluations of the metric per step, on average. */
  readonly metricEvaluations: Float64Array;
};

interface RmhmcSettings {
  readonly metric: Graph;
  readonly stepSize: number | undefined;
  readonly leapfrogSteps: number;
  readonly jitter: number;
  readonly targetAcceptance: number;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly maxEnergyError: number;
}

function rmhmcKernel(energy: Energy, settings: RmhmcSettings): Kernel<RmhmcState> {
  const { dim } = energy;
  const { leapfrogSteps, jitter, maxEnergyError } = settings;
  const adapts = settings.stepSize === undefined;
  const stepSize = Float64Array.of(settings.stepSize ?? 0.5 * dim ** -0.25);
  const kinetic = kineticOf(settings.metric);
  const integrator = generalisedLeapfrog(energy, kinetic, settings);

  const [q, p, g, z] = Array.from({ length: 4 }, () => new Float64Array(dim));
  const info: RmhmcInfo = {
    acceptance: new Float64Array(1),
    accepted: new Float64Array(1),
    energyError: new Float64Array(1),
    diverging: new Float64Array(1),
    stepSize: new Float64Array(1),
    leapfrogSteps: Float64Array.of(leapfrogSteps),
    metricEvaluations: new Float64Array(1),
  };

  /** A trajectory in (q, p, g) from the state with a fresh momentum; returns the energy error, NaN where a step was not solved. */
  function trajectory(
    state: RmhmcState,
    random: Random,
    size: number,
    steps: number,
  ): { error: number; value: number } {
    q.set(state.position);
    g.set(state.gradient);
    random.fillNormal(z);
    kinetic.draw(q, z, p);
    const before = state.energy[0] + kinetic.at(q, p);
    let value = state.energy[0];
    for (let step = 0; step < steps; step++) {
      value = integrator.step(q, p, g, size);
      if (Number.isNaN(value)) return { error: Number.NaN, value };
    }
    return { error: value + kinetic.at(q, p) - before, value };
  }

  return {
    width: 1,
    statistics: Object.keys(info),

    init(start) {
      const state: RmhmcState = {
        position: start.slice(),
        energy: new Float64Array(1),
        stopped: new Uint8Array(1),
        gradient: new Float64Array(dim),
      };
      state.energy[0] = energy.valueAndGradient(state.position, state.gradient);
      if (!Number.isFinite(state.energy[0])) refuse("rmhmc", "the energy at the start", "finite", state.energy[0]);
      const broken = state.gradient.find((slope) => !Number.isFinite(slope));
      if (broken !== undefined) refuse("rmhmc", "the gradient at the start", "finite", broken);
      const volume = kinetic.at(state.position, new Float64Array(dim));
      if (!Number.isFinite(volume)) refuse("rmhmc", "the metric at the start", "symmetric positive definite", volume);
      return state;
    },

    step(state, random) {
      const size = jitter > 0 ? stepSize[0] * (1 + jitter * (2 * random[0].uniform() - 1)) : stepSize[0];
      integrator.evaluations = 0;
      const { error, value } = trajectory(state, random[0], size, leapfrogSteps);
      const finite = error - error === 0;
      const acceptance = !finite ? 0 : error <= 0 ? 1 : Math.exp(-error);
      const isAccepted = random[0].uniform() < acceptance;
      if (isAccepted) {
        state.position.set(q);
        state.gradient.set(g);
        state.energy[0] = value;
      }
      info.acceptance[0] = acceptance;
      info.accepted[0] = isAccepted ? 1 : 0;
      info.energyError[0] = error;
      info.diverging[0] = finite && Math.abs(error) <= maxEnergyError ? 0 : 1;
      info.stepSize[0] = size;
      info.metricEvaluations[0] = integrator.evaluations / leapfrogSteps;
      return info;
    },

    adaptation: adapts
      ? (warmup) =>
          metricWarmup<RmhmcState>(
            {
              where: "rmhmc",
              dim,
              stepSize,
              inverseMass: new Float64Array(0),
              massChanged() {},
              gradient: (state) => state.gradient,
              logAcceptance: (state, _column, size, random) => -trajectory(state, random, size, 1).error,
            },
            warmup,
            { targetAcceptance: settings.targetAcceptance, adapts: undefined },
          )
      : undefined,

    parameters: () => ({ stepSize: stepSize.slice() }),
    memory: ({ position, energy: value, gradient: slope }) => ({ position, energy: value, gradient: slope, stepSize }),
  };
}

/** K(q, p) = log det G / 2 + p' G^-1 p / 2, whose exp(-K) is N(0, G) up to a constant that does not depend on q. */
interface Kinetic {
  at(q: Float64Array, p: Float64Array): number;
  /** Writes dK/dq and dK/dp = G^-1 p. */
  slopes(q: Float64Array, p: Float64Array, alongQ: Float64Array, alongP: Float64Array): void;
  /** Writes a factor of G times z: N(0, G) for standard normal z. */
  draw(q: Float64Array, z: Float64Array, p: Float64Array): void;
}

function kineticOf(metric: Graph): Kinetic {
  const [{ shape }] = metric.inputs;
  const specs = [
    { shape, name: "q" },
    { shape, name: "p" },
  ];
  const factor = (q: Tensor): Tensor => inline(metric, [q])[0].cholesky();
  const K = (q: Tensor, p: Tensor): Tensor => {
    const L = factor(q);
    return L.diagonal().log().sum().add(L.triangularSolve(p).square().sum().mul(0.5));
  };
  const value = compile(trace(([q, p]) => [K(q, p)], specs));
  const both = compile(trace(([q, p]) => gradient(K(q, p), [q, p]), specs));
  const product = compile(trace(([q, z]) => [factor(q).matmul(z)], specs));
  const inputs: Float64Array[] = [];
  const number = [new Float64Array(1)];
  const outputs: Float64Array[] = [];
  return {
    at(q, p) {
      inputs[0] = q;
      inputs[1] = p;
      value.run(inputs, number);
      return number[0][0];
    },
    slopes(q, p, alongQ, alongP) {
      inputs[0] = q;
      inputs[1] = p;
      outputs[0] = alongQ;
      outputs[1] = alongP;
      both.run(inputs, outputs);
    },
    draw(q, z, p) {
      inputs[0] = q;
      inputs[1] = z;
      outputs[0] = p;
      outputs.length = 1;
      product.run(inputs, outputs);
    },
  };
}

interface GeneralisedLeapfrog {
  /** Moves position, momentum and the gradient of U in place; returns U at the end, or NaN where an implicit equation was not solved. */
  step(q: Float64Array, p: Float64Array, g: Float64Array, eps: number): number;
  /** Evaluations of the metric so far. */
  evaluations: number;
}

/**
 * p* = p - eps/2 dH/dq(q, p*), then q' = q + eps/2 (dH/dp(q, p*) + dH/dp(q', p*)), then p' = p* - eps/2 dH/dq(q', p*). The first two are
 * implicit; they are solved until nothing moves by more than `tolerance`, relative to 1 plus its size. An unsolved step would not be
 * reversible, so it is rejected.
 */
function generalisedLeapfrog(
  energy: Energy,
  kinetic: Kinetic,
  { tolerance, maxIterations }: RmhmcSettings,
): GeneralisedLeapfrog {
  const { dim } = energy;
  const [alongQ, alongP, velocity, fromP, fromQ] = Array.from({ length: 5 }, () => new Float64Array(dim));
  const leapfrog: GeneralisedLeapfrog = { step, evaluations: 0 };

  function slopes(q: Float64Array, p: Float64Array): void {
    kinetic.slopes(q, p, alongQ, alongP);
    leapfrog.evaluations++;
  }

  function step(q: Float64Array, p: Float64Array, g: Float64Array, eps: number): number {
    const half = eps / 2;
    fromP.set(p);
    fromQ.set(q);
    if (!halfKick(q, p, g, half) || !drift(q, p, half)) return Number.NaN;
    const value = energy.valueAndGradient(q, g);
    slopes(q, p);
    for (let i = 0; i < dim; i++) p[i] -= half * (g[i] + alongQ[i]);
    return value;
  }

  function halfKick(q: Float64Array, p: Float64Array, g: Float64Array, half: number): boolean {
    for (let iteration = 0; iteration < maxIterations; iteration++) {
      slopes(q, p);
      let moved = 0;
      for (let i = 0; i < dim; i++) {
        const next = fromP[i] - half * (g[i] + alongQ[i]);
        moved = Math.max(moved, Math.abs(next - p[i]) / (1 + Math.abs(next)));
        p[i] = next;
      }
      if (!(moved > tolerance)) return !Number.isNaN(moved);
    }
    return false;
  }

  function drift(q: Float64Array, p: Float64Array, half: number): boolean {
    slopes(q, p);
    velocity.set(alongP);
    for (let iteration = 0; iteration < maxIterations; iteration++) {
      let moved = 0;
      for (let i = 0; i < dim; i++) {
        const next = fromQ[i] + half * (velocity[i] + alongP[i]);
        moved = Math.max(moved, Math.abs(next - q[i]) / (1 + Math.abs(next)));
        q[i] = next;
      }
      if (!(moved > tolerance)) return !Number.isNaN(moved);
      slopes(q, p);
    }
    return false;
  }

  return leapfrog;
}

export interface RmhmcOptions {
  /** Step size, kept as it is; found and averaged during warmup where it is left out. */
  readonly stepSize?: number;
  /** Steps per trajectory. */
  readonly leapfrogSteps?: number;
  /** Each transition's step size is uniform on `stepSize * [1 - jitter, 1 + jitter]`; 0.1 where the step size adapts, else 0. */
  readonly jitter?: number;
  /** Acceptance that the adapted step size aims at. */
  readonly targetAcceptance?: number;
  /** Implicit steps are solved to this, relative to 1 plus the size of each number. */
  readonly tolerance?: number;
  /** An implicit step that takes more iterations is rejected as diverging. */
  readonly maxIterations?: number;
  /** A trajectory whose energy error exceeds this is reported as diverging. */
  readonly maxEnergyError?: number;
}

/**
 * Riemannian-manifold HMC: momenta are `N(0, G(q))` for a metric `G` of the position, a function of `q`, a tensor `[dim]`, to a symmetric
 * positive definite tensor `[dim, dim]`: the Fisher information plus the prior's precision, or any smooth guess of the local precision.
 * The law is exactly exp(-U) whatever the metric.
 *
 * Statistics per transition: `acceptance`, `accepted`, `energyError`, `diverging`, `stepSize`, `leapfrogSteps`, `metricEvaluations`. A step
 * takes one gradient of U. Throws a RangeError that names what does not fit; a start where G is not positive definite is refused.
 *
 * @example rmhmc(2, (q) => tensor.stack([tensor.stack([1, 0]), tensor.stack([0, q.square().sum().add(1)])])).kind // "rmhmc"
 */
export function rmhmc(dim: number, metric: (q: Tensor) => Tensor, options: RmhmcOptions = {}): Sampler {
  integerAtLeast("rmhmc", "dim", dim, 1);
  if (typeof metric !== "function") refuse("rmhmc", "metric", "a function of a tensor", metric);
  checked(options);
  const graph = trace(
    ([q]) => {
      const G = metric(q);
      if (!(G instanceof Tensor)) refuse("rmhmc", "the value of metric", "a tensor", G);
      if (G.rank !== 2 || G.shape[0] !== dim || G.shape[1] !== dim) {
        throw new RangeError(
          `rmhmc: the value of metric must have shape [${dim}, ${dim}], got [${G.shape.join(", ")}]`,
        );
      }
      return [G];
    },
    [{ shape: [dim], name: "q" }],
  );
  return record("rmhmc", { ...options, metric: graph });
}

function checked(options: RmhmcOptions): Omit<RmhmcSettings, "metric"> {
  knownOptions("rmhmc", options, RMHMC_OPTIONS);
  const { stepSize, leapfrogSteps = 10, targetAcceptance = 0.8 } = options;
  const { jitter = stepSize === undefined ? 0.1 : 0, tolerance = 1e-10, maxIterations = 50 } = options;
  if (nonNegativeNumber("rmhmc", "jitter", jitter) >= 1) refuse("rmhmc", "jitter", "below 1", jitter);
  return {
    stepSize: stepSize === undefined ? undefined : positiveNumber("rmhmc", "stepSize", stepSize),
    leapfrogSteps: integerAtLeast("rmhmc", "leapfrogSteps", leapfrogSteps, 1),
    jitter,
    targetAcceptance: openUnit("rmhmc", "targetAcceptance", targetAcceptance),
    tolerance: openUnit("rmhmc", "tolerance", tolerance),
    maxIterations: integerAtLeast("rmhmc", "maxIterations", maxIterations, 1),
    maxEnergyError: positiveNumber("rmhmc", "maxEnergyError", options.maxEnergyError ?? 1000),
  };
}

const RMHMC_OPTIONS = [
  "stepSize",
  "leapfrogSteps",
  "jitter",
  "targetAcceptance",
  "tolerance",
  "maxIterations",
  "maxEnergyError",
];

export const rmhmcDefinition: SamplerDefinition = {
  columns: false,
  freeze: freezing("rmhmc", { numbers: ["stepSize"], manner: ["targetAcceptance"] }),
  build(energy, { metric, ...options }, width) {
    if (width !== 1) refuse("rmhmc", "width", "1", width);
    const graph = metric as Graph;
    const [dim] = graph.inputs[0].shape;
    if (dim !== energy.dim) refuse("rmhmc", "dim", `${energy.dim}, that of the energy`, dim);
    return rmhmcKernel(energy, { ...checked(options), metric: graph });
  },
};
