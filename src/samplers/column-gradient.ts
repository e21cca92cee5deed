// Energies and gradients of many columns at once. A traced energy becomes one program with a column in every SIMD lane; any other is
// evaluated column by column. It is the energy that decides and never the width, so that a chain is the same, to the last bit,
// alone and beside others.

import { refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { compileLanes, type Graph, type LaneProgram, withGradient } from "../tensor/index.js";
import type { KernelState } from "./kernel.js";
import { tracedEnergy } from "./trajectory-program.js";

/** The energy of `width` columns. */
export interface ColumnEnergy {
  /** `[dim, width]`: where to evaluate. To be filled before `run`, which leaves it. */
  readonly position: Float64Array;
  /** `[width]` */
  readonly energy: Float64Array;
  /** Evaluates every column; those whose `skipped` is not 0 may be left as they are. */
  run(skipped?: Uint8Array): void;
  /** The program, where there is one: the caller's bytes begin at its `room`. */
  readonly program?: LaneProgram;
}

export interface ColumnGradient extends ColumnEnergy {
  /** `[dim, width]`; not finite where the energy is not. */
  readonly gradient: Float64Array;
}

/** The energy with its gradient. `room`: bytes of the program's memory that the caller wants for itself. */
export function columnGradient(energy: Energy, width: number, room = 0): ColumnGradient {
  const graph = tracedEnergy(energy);
  const program = graph && lanesOf(withGradientOf(graph), width, room);
  if (program !== undefined) {
    const [position, value, gradient] = [program.inputs[0], ...program.outputs] as Float64Array[];
    return { position, energy: value, gradient, run: program.run, program };
  }
  const { dim } = energy;
  const gradient = new Float64Array(dim * width);
  const g = new Float64Array(dim);
  const columns = overColumns(dim, width, (q, c) => {
    const value = energy.valueAndGradient(q, g);
    for (let i = 0, k = c; i < dim; i++, k += width) gradient[k] = g[i];
    return value;
  });
  return { ...columns, gradient };
}

/** The energy alone. */
export function columnEnergy(energy: Energy, width: number, room = 0): ColumnEnergy {
  const graph = tracedEnergy(energy);
  const program = graph && lanesOf(graph, width, room);
  if (program === undefined) return overColumns(energy.dim, width, (q) => energy.value(q));
  const [position, value] = [program.inputs[0], program.outputs[0]] as Float64Array[];
  return { position, energy: value, run: program.run, program };
}

/** The state of kernels whose options may be schedules. */
export interface TimedState extends KernelState {
  /** `[width]`: transitions made, by which schedules are read. */
  readonly time: Float64Array;
}

/** Begins at `start`, where `columns` are then evaluated. Throws as `refuseBrokenStart` does. */
export function startColumns(where: string, columns: ColumnEnergy | ColumnGradient, start: Float64Array): TimedState {
  columns.position.set(start);
  columns.run();
  const { energy } = columns;
  refuseBrokenStart(where, energy, "gradient" in columns ? columns.gradient : undefined);
  return {
    position: start.slice(),
    energy: energy.slice(),
    stopped: new Uint8Array(energy.length),
    time: new Float64Array(energy.length),
  };
}

/**
 * Throws where the energy or, if there is one, the gradient of a column is not finite: `where: the energy at the start of
 * column 1 must be finite, got Infinity`.
 */
export function refuseBrokenStart(where: string, energy: Float64Array, gradient?: Float64Array): void {
  const width = energy.length;
  for (let c = 0; c < width; c++) {
    if (!Number.isFinite(energy[c])) refuse(where, `the energy at the start of column ${c}`, "finite", energy[c]);
    if (gradient === undefined) continue;
    for (let k = c; k < gradient.length; k += width) {
      if (!Number.isFinite(gradient[k]))
        refuse(where, `the gradient at the start of column ${c}`, "finite", gradient[k]);
    }
  }
}

/** Undefined where lanes gain nothing: the graph is large, or calls functions that vectors have no code for. */
function lanesOf(graph: Graph, width: number, room: number): LaneProgram | undefined {
  const program = compileLanes(graph, { width, room });
  return program === undefined || program.called.length > 0 ? undefined : program;
}

// By the energy's graph, so that all kernels of a run share one compiled module.
const gradients = new WeakMap<Graph, Graph>();

function withGradientOf(graph: Graph): Graph {
  let both = gradients.get(graph);
  if (both === undefined) {
    both = withGradient(graph);
    gradients.set(graph, both);
  }
  return both;
}

function overColumns(dim: number, width: number, evaluate: (q: Float64Array, column: number) => number): ColumnEnergy {
  const position = new Float64Array(dim * width);
  const energy = new Float64Array(width);
  const q = new Float64Array(dim);
  return {
    position,
    energy,
    run(skipped) {
      for (let c = 0; c < width; c++) {
        if (skipped !== undefined && skipped[c] !== 0) continue;
        for (let i = 0, k = c; i < dim; i++, k += width) q[i] = position[k];
        energy[c] = evaluate(q, c);
      }
    },
  };
}
