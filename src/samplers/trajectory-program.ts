// Trajectories of traced energies: the steps, their gradients and the loop over them are one compiled program, so that nothing
// of the engine is entered and left between two steps. The same arithmetic as `plainTrajectory`.

import type { Energy } from "../energies/energy.js";
import { compile, type Graph, gradient, inline, type Program, repeat, type Tensor, trace } from "../tensor/index.js";
import { type Integrator, stagesOf } from "./integrators.js";
import { type ColumnTrajectory, plainTrajectory } from "./trajectory.js";

/** The trajectory of one column, compiled where the energy was traced. `usualSteps` is the number of steps of most calls, if any. */
export function columnTrajectory(energy: Energy, integrator: Integrator, usualSteps?: number): ColumnTrajectory {
  const { graph } = energy;
  const fits = graph?.inputs.length === 1 && graph.outputs.length === 1 && graph.inputs[0].dtype === "f64";
  return graph !== undefined && fits
    ? compiledTrajectory(graph, integrator, usualSteps)
    : plainTrajectory(energy, integrator);
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
  const { kicks, drifts } = stagesOf(integrator);

  const run = ([q0, p0, g0, stepSize, inverseMass]: Tensor[]): Tensor[] => {
    const drift = (q: Tensor, p: Tensor, size: number): Tensor => q.add(stepSize.mul(size).mul(inverseMass).mul(p));
    const valueAndSlope = (q: Tensor): [Tensor, Tensor] => {
      const value = inline(energy, [q])[0];
      return [value, gradient(value, [q])[0]];
    };
    /** One step whose first kick has been given already; `last` is the size of the one that ends it. */
    const step = (start: Tensor, moving: Tensor, last: Tensor) => {
      let q = drift(start, moving, drifts[0]);
      let p = moving;
      let [value, g] = valueAndSlope(q);
      for (let stage = 1; stage < drifts.length; stage++) {
        p = p.sub(stepSize.mul(kicks[stage]).mul(g));
        q = drift(q, p, drifts[stage]);
        [value, g] = valueAndSlope(q);
      }
      return { q, p: p.sub(last.mul(g)), g, value };
    };

    const edge = stepSize.mul(kicks[0]);
    // A step's last kick and the next one's first are at the same point: one kick of twice the size.
    const inner = repeat(steps - 1, [q0, p0.sub(edge.mul(g0))], ([q, p]) => {
      const next = step(q, p, edge.mul(2));
      return { carries: [next.q, next.p] };
    });
    const [q, p] = inner.carries;
    const end = step(q, p, edge);
    return [end.q, end.p, end.g, end.value];
  };
  return trace(run, [shape, shape, shape, [], shape]);
}
