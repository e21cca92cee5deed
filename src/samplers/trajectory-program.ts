// Trajectories of traced energies: the steps, their gradients and the loop over them are one compiled program, so that nothing
// of the engine is entered and left between two steps. The same arithmetic as `plainTrajectory`.

import type { Energy } from "../energies/energy.js";
import { compile, type Graph, gradient, inline, type Program, repeat, type Tensor, trace } from "../tensor/index.js";
import { type Integrator, stagesOf } from "./integrators.js";
import { type ColumnTrajectory, plainTrajectory } from "./trajectory.js";

/** The trajectory of one column, compiled where the energy was traced. `usualSteps` is the number of steps of most calls, if any. */
export function columnTrajectory(energy: Energy, integrator: Integrator, usualSteps?: number): ColumnTrajectory {
  const graph = tracedEnergy(energy);
  return graph === undefined ? plainTrajectory(energy, integrator) : compiledTrajectory(graph, integrator, usualSteps);
}

/** The graph of an energy that can be part of a program: of a position and nothing else, in f64. */
export function tracedEnergy({ graph }: Energy): Graph | undefined {
  const fits = graph?.inputs.length === 1 && graph.outputs.length === 1 && graph.inputs[0].dtype === "f64";
  return fits ? graph : undefined;
}

/**
 * A column's trajectory as compiled programs. A program's number of steps is fixed, so there is one for `usualSteps`, and other
 * numbers are put together from powers of two; these are compiled when first needed.
 */
export function compiledTrajectory(graph: Graph, integrator: Integrator, usualSteps?: number): ColumnTrajectory {
  const dim = graph.inputs[0].shape[0];
  const programs = new Map<number, Program>();
  const programOf = (steps: number): Program => {
    let program = programs.get(steps);
    if (program === undefined) {
      program = compile(trajectoryGraph(graph, integrator, steps));
      programs.set(steps, program);
    }
    return program;
  };

  // The one of most calls is kept at hand: looking it up would cost as much as a step of a small energy.
  const usual = usualSteps ? programOf(usualSteps) : undefined;

  const size: Float64Array = Float64Array.of(0);
  const inputs = [size, size, size, size, size];
  const [q1, p1, g1] = [new Float64Array(dim), new Float64Array(dim), new Float64Array(dim)];
  const value = Float64Array.of(Number.NaN);
  const outputs = [q1, p1, g1, value];

  return (q, p, g, stepSize, inverseMass, steps) => {
    inputs[0] = q;
    inputs[1] = p;
    inputs[2] = g;
    inputs[4] = inverseMass;
    size[0] = stepSize;
    let left = steps;
    while (left > 0) {
      const block = left === usualSteps ? left : 2 ** (31 - Math.clz32(left));
      const program = usual !== undefined && block === usualSteps ? usual : programOf(block);
      program.run(inputs, outputs);
      for (let i = 0; i < dim; i++) {
        q[i] = q1[i];
        p[i] = p1[i];
        g[i] = g1[i];
      }
      left -= block;
    }
    return value[0];
  };
}

/** `(q [dim], p [dim], g [dim], stepSize [], inverseMass [dim]) -> (q, p, g, U)` after `steps` steps, at least one. */
export function trajectoryGraph(energy: Graph, integrator: Integrator, steps: number): Graph {
  const { shape } = energy.inputs[0];
  return trace(
    ([position, momentum, gradient, stepSize, inverseMass]) => {
      const end = trajectoryOf(energy, integrator, { position, momentum, gradient, stepSize, inverseMass }, steps);
      return [end.position, end.momentum, end.gradient, end.energy];
    },
    [shape, shape, shape, [], shape],
  );
}

/** Where a trajectory starts, and by what it moves. */
export interface Start {
  readonly position: Tensor;
  readonly momentum: Tensor;
  readonly gradient: Tensor;
  readonly stepSize: Tensor;
  readonly inverseMass: Tensor;
}

export interface End {
  readonly position: Tensor;
  readonly momentum: Tensor;
  readonly gradient: Tensor;
  readonly energy: Tensor;
}

/** The trajectory of `steps` steps, at least one; or of `taken` steps, a scalar of at most `steps`, with the same results. */
export function trajectoryOf(energy: Graph, integrator: Integrator, start: Start, steps: number, taken?: Tensor): End {
  const { stepSize, inverseMass } = start;
  const { kicks, drifts } = stagesOf(integrator);
  const drift = (q: Tensor, p: Tensor, size: number): Tensor => q.add(stepSize.mul(size).mul(inverseMass).mul(p));
  const valueAndSlope = (q: Tensor): [Tensor, Tensor] => {
    const value = inline(energy, [q])[0];
    return [value, gradient(value, [q])[0]];
  };
  /** One step whose first kick has been given already; `last` is the size of the one that ends it. */
  const step = (from: Tensor, moving: Tensor, last: Tensor): End => {
    let q = drift(from, moving, drifts[0]);
    let p = moving;
    let [value, g] = valueAndSlope(q);
    for (let stage = 1; stage < drifts.length; stage++) {
      p = p.sub(stepSize.mul(kicks[stage]).mul(g));
      q = drift(q, p, drifts[stage]);
      [value, g] = valueAndSlope(q);
    }
    return { position: q, momentum: p.sub(last.mul(g)), gradient: g, energy: value };
  };

  const edge = stepSize.mul(kicks[0]);
  const before = taken?.sub(1);
  // A step's last kick and the next one's first are at the same point: one kick of twice the size.
  const inner = repeat(
    steps - 1,
    [start.position, start.momentum.sub(edge.mul(start.gradient))],
    ([q, p], { number }) => {
      const next = step(q, p, edge.mul(2));
      if (before === undefined) return { carries: [next.position, next.momentum] };
      const goesOn = number.less(before);
      return { carries: [goesOn.where(next.position, q), goesOn.where(next.momentum, p)] };
    },
  );
  const [q, p] = inner.carries;
  return step(q, p, edge);
}
