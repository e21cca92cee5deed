// Small graphs on many columns at once: every number of the graph becomes a vector over neighbouring columns (one chain per
// lane), several vectors are on their way together, and a graph's loops, such as a whole trajectory, run inside one call.

import { type Graph, sizeOf } from "../../graph.js";
import type { NumberArray } from "../../program.js";
import { expand } from "../javascript/expand.js";
import { moduleWriter } from "./assembler.js";
import { compileModule, instantiate, newMemory, pagesFor, type WasmModule } from "./instance.js";
import { type Imported, importFunctions, writeRun } from "./lanes/code.js";
import { type Layout, layoutOf, type Place } from "./lanes/layout.js";
import { type LanePlan, lanePlan, operationsOf, pressureOf } from "./lanes/plan.js";

export interface LaneOptions {
  /** How many columns. */
  readonly width: number;
  /** Which inputs have a last axis over the columns; all where left out. The others are shared. */
  readonly mapped?: readonly boolean[];
  /** How many columns to have in hand at once, at most; chosen by the graph where left out. */
  readonly columns?: number;
}

/** A graph compiled for columns, with the arrays that it reads and writes. */
export interface LaneProgram {
  readonly graph: Graph;
  readonly width: number;
  /** One per input, in the program's own memory: `[..., width]` where mapped. Fill them, and `run`; they keep their numbers. */
  readonly inputs: readonly NumberArray[];
  /** One per output, `[..., width]`, in the program's own memory. */
  readonly outputs: readonly NumberArray[];
  run(): void;
}

/** A graph of more operations than this is better run as loops; the code of so many is about a quarter of a megabyte. */
const mostOperations = 4000;

/**
 * A program with memory of its own for `graph` on `width` columns, equal to `mapColumns` bit for bit but for the functions that vectors
 * compute themselves (exp, log, ...), which are equal to a few units in the last place and the same in every lane. Undefined where
 * the graph is too large to be written out. Modules are kept with their graph: a second call costs little.
 */
export function compileLanes(graph: Graph, options: LaneOptions): LaneProgram | undefined {
  const { width, mapped = graph.inputs.map(() => true), columns = 0 } = options;
  let byOptions = compiled.get(graph);
  if (byOptions === undefined) {
    byOptions = new Map();
    compiled.set(graph, byOptions);
  }
  const key = `${width} ${columns} ${mapped.map(Number).join("")}`;
  let lanes = byOptions.get(key);
  if (lanes === undefined) {
    lanes = write(graph, width, mapped, columns) ?? "too large";
    byOptions.set(key, lanes);
  }
  return lanes === "too large" ? undefined : open(graph, width, lanes);
}

interface Lanes {
  readonly module: WasmModule;
  readonly layout: Layout;
  readonly imported: Imported;
}

const compiled = new WeakMap<Graph, Map<string, Lanes | "too large">>();

function write(graph: Graph, width: number, mapped: readonly boolean[], columns: number): Lanes | undefined {
  const program = expand(graph, 4 * mostOperations);
  if (program === undefined) return undefined;
  const { nodes } = program.scalars;
  const dtypes = new Map<string, { single: boolean; shared: boolean }>();
  graph.inputs.forEach(({ dtype }, i) => dtypes.set(`i${i}`, { single: dtype === "f32", shared: !mapped[i] }));
  graph.outputs.forEach((k, i) => {
    dtypes.set(`o${i}`, { single: graph.instructions[k].dtype === "f32", shared: false });
  });
  const hasSingle = [...dtypes.values()].some(({ single }) => single) || nodes.some(({ op }) => op === "round");
  const plan = lanePlan(program, ({ name }) => dtypes.get(name) ?? { single: false, shared: false }, hasSingle);
  if (operationsOf(plan) > mostOperations) return undefined;
  const inHand = columnsInHand(plan, width, columns);
  const layout = layoutOf(graph, program, mapped, width, inHand);
  const writer = moduleWriter();
  const imported = importFunctions(writer, plan);
  writeRun(writer, plan, layout, imported, width, inHand);
  const bytes = writer.encode({ pages: pagesFor(layout.bytes), shared: false });
  return { module: compileModule(bytes), layout, imported };
}

function open(graph: Graph, width: number, { module, layout, imported }: Lanes): LaneProgram {
  const memory = newMemory(pagesFor(layout.bytes));
  const view = ({ address, dtype }: Place, length: number): NumberArray =>
    dtype === "f64"
      ? new Float64Array(memory.buffer, address, length)
      : new Float32Array(memory.buffer, address, length);
  const { run } = instantiate(module, memory, imported.functions);
  return {
    graph,
    width,
    inputs: graph.inputs.map(({ shape }, i) => {
      const place = layout.inputs[i];
      return view(place, sizeOf(shape) * (place.columns === "all" ? width : 1));
    }),
    outputs: graph.outputs.map((k, i) => view(layout.outputs[i], sizeOf(graph.instructions[k].shape) * width)),
    run: run as () => void,
  };
}

/** Vectors on their way at once pay until what is alive no longer fits the machine's registers by far. */
const mostVectors = 8;
const aliveAtOnce = 40;
const mostInstructions = 8000;

/** How many columns a group has: a multiple of the unit, and such that the groups are about equally large. */
function columnsInHand(plan: LanePlan, width: number, asked: number): number {
  const { unit } = plan;
  const units = Math.ceil(width / unit);
  const byRegisters = Math.floor(aliveAtOnce / Math.max(1, pressureOf(plan)));
  const bySize = Math.floor(mostInstructions / Math.max(1, operationsOf(plan)));
  const atMost = asked > 0 ? Math.ceil(asked / unit) : Math.max(1, Math.min(mostVectors, byRegisters, bySize));
  const groups = Math.ceil(units / atMost);
  return Math.ceil(units / groups) * unit;
}
