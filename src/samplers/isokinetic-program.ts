// Isokinetic trajectories of traced energies as compiled programs: the steps, their gradients and the loop over them. The same
// arithmetic as `plainIsokinetic`, but for the order of sums.

import type { Energy } from "../energies/energy.js";
import { compile, type Graph, gradient, inline, type Program, repeat, type Tensor, trace } from "../tensor/index.js";
import { type Integrator, stagesOf } from "./integrators.js";
import { type IsokineticTrajectory, LEAST_GROWTH, plainIsokinetic } from "./isokinetic.js";
import { tracedEnergy } from "./trajectory-program.js";

/** The trajectory of one column, compiled where the energy was traced. */
export function isokineticTrajectory(energy: Energy, integrator: Integrator): IsokineticTrajectory {
  const graph = tracedEnergy(energy);
  return graph === undefined ? plainIsokinetic(energy, integrator) : compiledIsokinetic(graph, integrator);
}

/**
 * A column's trajectory as compiled programs. A program's number of steps is fixed, so that a trajectory is put together from powers
 * of two; each is compiled when first needed.
 */
export function compiledIsokinetic(energy: Graph, integrator: Integrator): IsokineticTrajectory {
  const dim = energy.inputs[0].shape[0];
  const programs: (Program | undefined)[] = [];
  const size: Float64Array = Float64Array.of(0);
  const inputs = [size, size, size, size, size];
  const [q1, u1, g1] = [new Float64Array(dim), new Float64Array(dim), new Float64Array(dim)];
  const [value, change] = [Float64Array.of(Number.NaN), Float64Array.of(0)];
  const outputs = [q1, u1, g1, value, change];

  // Hot: for one step of a small energy, entering the program and copying cost as much as the step.
  return (q, u, g, stepSize, scale, steps, end) => {
    inputs[0] = q;
    inputs[1] = u;
    inputs[2] = g;
    inputs[4] = scale;
    size[0] = stepSize;
    let kineticChange = 0;
    let left = steps;
    while (left > 0) {
      const power = 31 - Math.clz32(left);
      const program = (programs[power] ??= compile(isokineticGraph(energy, integrator, 2 ** power)));
      program.run(inputs, outputs);
      for (let i = 0; i < dim; i++) {
        q[i] = q1[i];
        u[i] = u1[i];
        g[i] = g1[i];
      }
      kineticChange += change[0];
      left -= 2 ** power;
    }
    end[0] = value[0];
    end[1] = kineticChange;
  };
}

// By the energy's graph, so that all kernels of a run share their programs.
const graphs = new WeakMap<Graph, Map<string, Graph>>();

/** `(q [dim], u [dim], g [dim], stepSize [], scale [dim]) -> (q, u, g, U, change of the kinetic energy)` after `steps` steps. */
function isokineticGraph(energy: Graph, integrator: Integrator, steps: number): Graph {
  let byLength = graphs.get(energy);
  if (byLength === undefined) {
    byLength = new Map();
    graphs.set(energy, byLength);
  }
  const key = `${steps} of ${integrator.join(" ")}`;
  let graph = byLength.get(key);
  if (graph === undefined) {
    graph = traceIsokinetic(energy, integrator, steps);
    byLength.set(key, graph);
  }
  return graph;
}

function traceIsokinetic(energy: Graph, integrator: Integrator, steps: number): Graph {
  const { shape } = energy.inputs[0];
  const { kicks, drifts } = stagesOf(integrator);

  const trajectory = ([start, direction, slope, stepSize, scale]: Tensor[]): Tensor[] => {
    const valueAndSlope = (q: Tensor): [Tensor, Tensor] => {
      const value = inline(energy, [q])[0];
      return [value, gradient(value, [q])[0]];
    };
    /** One step whose first kick has been given already; `last` is the size of the one that ends it. */
    const step = (from: Tensor, moving: Tensor, before: Tensor, last: Tensor): Tensor[] => {
      let q = from;
      let u = moving;
      let change = before;
      let value = before;
      let g = from;
      drifts.forEach((drift, stage) => {
        q = q.add(stepSize.mul(drift).mul(scale).mul(u));
        [value, g] = valueAndSlope(q);
        const kick = stage + 1 < drifts.length ? stepSize.mul(kicks[stage + 1]) : last;
        const kicked = kickOf(u, g.mul(scale), kick);
        u = kicked.direction;
        change = change.add(kicked.change);
      });
      return [q, u, g, value, change];
    };
    const edge = stepSize.mul(kicks[0]);
    const first = kickOf(direction, slope.mul(scale), edge);
    const inner = repeat(steps - 1, [start, first.direction, first.change], ([q, u, change]) => {
      const next = step(q, u, change, edge.mul(2));
      return { carries: [next[0], next[1], next[4]] };
    });
    const [q, u, change] = inner.carries;
    return step(q, u, change, edge);
  };
  return trace(trajectory, [shape, shape, shape, [], shape]);
}

/** As `kickDirection`; `slope` is the gradient in the coordinates in which the direction has length 1. */
function kickOf(u: Tensor, slope: Tensor, kick: Tensor): { direction: Tensor; change: Tensor } {
  const others = u.shape[0] - 1;
  const norm = slope.square().sum().sqrt();
  const e = slope.mul(norm.greater(0).where(norm.pow(-1).neg(), 0));
  const w = u.add(e);
  const delta = kick.mul(norm).div(others);
  const c = w.square().sum().div(4);
  const z = delta.neg().exp();
  const rest = z.neg().add(1);
  const growth = c.add(c.neg().add(1).mul(z).mul(z));
  const known = growth.less(LEAST_GROWTH).equal(0);
  const along = c.mul(rest).mul(rest).sub(z.square()).div(growth);
  const turned = e.mul(along).add(w.mul(z.div(growth)));
  return {
    direction: turned.div(turned.square().sum().sqrt()),
    change: known.where(delta.add(growth.log()).mul(others), Number.NaN),
  };
}
