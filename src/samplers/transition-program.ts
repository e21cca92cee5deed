// HMC's transition as one program with a chain in every SIMD lane: momenta, trajectory and decision happen in one call, on
// positions that stay in the program's memory. The same arithmetic as `plainTransition`; exp and its like are those of vectors.

import type { Energy } from "../energies/energy.js";
import { compileLanes, type Graph, type LaneProgram, type Tensor, trace } from "../tensor/index.js";
import { drawing, drawingBytes } from "./draw-program.js";
import type { Integrator } from "./integrators.js";
import { tracedEnergy, trajectoryOf } from "./trajectory-program.js";
import type { Transition } from "./transition.js";

export interface TransitionOptions {
  readonly integrator: Integrator;
  /** Steps of every trajectory; undefined where each has a number of its own. */
  readonly leapfrogSteps?: number;
  /** The largest number of steps that there will be. */
  readonly mostSteps: number;
  readonly maxEnergyError: number;
  /** Whether `proposal` and `proposedMomentum` are wanted. */
  readonly showsProposal?: boolean;
}

/**
 * The transition of `width` columns with arrays of its own. Undefined where the energy was not traced, is too large, or calls functions
 * that vectors have no code for (lgamma, ...): then lanes gain nothing. It is the energy that decides and never the width, so that a
 * chain is the same, to the last bit, alone and beside others.
 */
export function compiledTransition(energy: Energy, options: TransitionOptions, width: number): Transition | undefined {
  const graph = tracedEnergy(energy);
  if (graph === undefined) return undefined;
  const room = drawingBytes(width);
  const program = compileLanes(transitionGraph(graph, options), { width, replaces: [0, 1, 2], room });
  return program === undefined || program.called.length > 0 ? undefined : transitionOf(program, width);
}

// By the energy's graph, so that all kernels of a run share one compiled module.
const graphs = new WeakMap<Graph, Map<string, Graph>>();

function transitionGraph(energy: Graph, options: TransitionOptions): Graph {
  let byOptions = graphs.get(energy);
  if (byOptions === undefined) {
    byOptions = new Map();
    graphs.set(energy, byOptions);
  }
  const key = JSON.stringify(options);
  let graph = byOptions.get(key);
  if (graph === undefined) {
    graph = traceTransition(energy, options);
    byOptions.set(key, graph);
  }
  return graph;
}

function traceTransition(energy: Graph, options: TransitionOptions): Graph {
  const { shape: vector } = energy.inputs[0];
  const { integrator, leapfrogSteps, mostSteps, maxEnergyError, showsProposal = false } = options;

  const transition = (inputs: Tensor[]): Tensor[] => {
    const [position, before, gradient, normals, uniform, stepSize, inverseMass, momentumScale, steps] = inputs;
    const start = before.add(normals.square().sum().div(2));
    const from = { position, momentum: momentumScale.mul(normals), gradient, stepSize, inverseMass };
    const end = trajectoryOf(energy, integrator, from, leapfrogSteps ?? mostSteps, steps);

    const kinetic = end.momentum.square().mul(inverseMass).sum().div(2);
    const error = end.energy.add(kinetic).sub(start);
    const finite = error.sub(error).equal(0);
    const acceptance = finite.where(error.lessEqual(0).where(1, error.neg().exp()), 0);
    const accepted = uniform.less(acceptance);
    const diverging = finite.mul(error.abs().lessEqual(maxEnergyError)).equal(0);
    return [
      accepted.where(end.position, position),
      accepted.where(end.energy, before),
      accepted.where(end.gradient, gradient),
      acceptance,
      accepted,
      // NaN has many bit patterns, and which one comes out is the machine's choice: this one is the same for every thread.
      error.equal(error).where(error, Number.NaN),
      diverging,
      ...(showsProposal ? [end.position, end.momentum] : []),
    ];
  };
  const shapes = [vector, [], vector, vector, [], [], vector, vector];
  return trace(transition, leapfrogSteps === undefined ? [...shapes, []] : shapes);
}

function transitionOf({ inputs, outputs, run, memory, room }: LaneProgram, width: number): Transition {
  const [position, energy, gradient, normals, uniform, stepSize, inverseMass, momentumScale] =
    inputs as readonly Float64Array[];
  const [acceptance, accepted, energyError, diverging] = outputs.slice(3, 7) as Float64Array[];
  const [proposal = new Float64Array(0), proposedMomentum = proposal] = outputs.slice(7) as Float64Array[];
  const leapfrogSteps = (inputs[8] as Float64Array | undefined) ?? new Float64Array(width);
  const { early, draw } = drawing({ memory, room, width, normals, uniform });
  return {
    position,
    energy,
    gradient,
    normals,
    uniform,
    stepSize,
    leapfrogSteps,
    inverseMass,
    momentumScale,
    acceptance,
    accepted,
    energyError,
    diverging,
    proposal,
    proposedMomentum,
    early,
    draw,
    run,
  };
}
