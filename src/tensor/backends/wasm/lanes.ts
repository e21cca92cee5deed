// Small graphs on many columns at once: every number of the graph becomes a vector over neighbouring columns (one chain per
// lane), several vectors are on their way together, and a graph's loops, such as a whole trajectory, run inside one call.

import { integerAtLeast } from "../../../arguments/index.js";
import { type Graph, sizeOf } from "../../graph.js";
import type { NumberArray } from "../../program.js";
import { expand, type ScalarProgram } from "../scalars/expand.js";
import type { Memory } from "../scalars/scalars.js";
import { moduleWriter } from "./assembler.js";
import { requireExtensions } from "./extensions.js";
import {
  compileModule,
  hasVectors,
  instantiate,
  newMemory,
  pagesFor,
  type WasmMemory,
  type WasmModule,
} from "./instance.js";
import { writeRun } from "./lanes/code.js";
import { type Imported, importFunctions } from "./lanes/imported.js";
import { type ColumnOptions, type Layout, layoutOf, type Place } from "./lanes/layout.js";
import { type Held, type LanePlan, lanePlan, operationsOf, pressureOf } from "./lanes/plan.js";

export interface LaneOptions {
  /** How many columns. */
  readonly width: number;
  /** Which inputs have a last axis over the columns; all where left out. The others are shared. */
  readonly mapped?: readonly boolean[];
  /**
   * For each output the input, if any, that it takes the place of: the two are one array, of the same shape and dtype, so that the next
   * `run` goes on from there. Only for outputs that are computed and inputs that are mapped.
   */
  readonly replaces?: readonly (number | undefined)[];
  /** Functions such as exp as the interpreter computes them, bit for bit, one lane at a time. Several times slower. */
  readonly exact?: boolean;
  /** So many bytes of the program's memory are left to the caller. */
  readonly room?: number;
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
  /** Primitives that vectors have no code for: each is a call of JavaScript per lane, which costs several times as much. */
  readonly called: readonly string[];
  run(): void;
  readonly memory: WasmMemory;
  /** Where the caller's bytes begin in it, a multiple of 64. */
  readonly room: number;
}

/** A larger graph gains less, and the time to write it out grows beyond a tenth of a second. */
const mostOperations = 2000;

/**
 * A program with memory of its own for `graph` on `width` columns, equal to `mapColumns` bit for bit but for the functions that vectors
 * compute themselves (exp, log, ...), which are equal to a few units in the last place, and the same in every lane and for every
 * width. Undefined where the graph is too large to be written out, or WebAssembly has no vectors here. Modules are kept with
 * their graph: a second call costs little.
 *
 * Throws a RangeError where an output cannot take the place of an input.
 */
export function compileLanes(graph: Graph, options: LaneOptions): LaneProgram | undefined {
  const { width, mapped = graph.inputs.map(() => true), replaces = [], exact = false, room = 0, columns = 0 } = options;
  integerAtLeast("compileLanes", "width", width, 1);
  let byOptions = compiled.get(graph);
  if (byOptions === undefined) {
    byOptions = new Map();
    compiled.set(graph, byOptions);
  }
  const key = [width, mapped.map(Number).join(""), replaces.join(), exact, columns].join(" ");
  let lanes = byOptions.get(key);
  if (lanes === undefined) {
    lanes = write(graph, { width, mapped, replaces, columns }, exact) ?? "too large";
    byOptions.set(key, lanes);
  }
  return lanes === "too large" ? undefined : open(graph, width, lanes, room);
}

interface Lanes {
  readonly module: WasmModule;
  readonly layout: Layout;
  readonly imported: Imported;
}

const compiled = new WeakMap<Graph, Map<string, Lanes | "too large">>();

function write(graph: Graph, options: ColumnOptions, exact: boolean): Lanes | undefined {
  if (!hasVectors()) return undefined;
  const program = expand(graph, 4 * mostOperations);
  if (program === undefined) return undefined;
  checkReplaced(graph, program, options);
  const { held, hasSingle } = heldBy(graph, program, options.mapped);
  const plan = lanePlan(program, held, hasSingle);
  if (operationsOf(plan) > mostOperations) return undefined;
  const columns = columnsInHand(plan, options);
  const layout = layoutOf(graph, program, { ...options, columns });
  const writer = moduleWriter();
  const imported = importFunctions(writer, plan, exact);
  requireExtensions("compileLanes", graph.arithmetic);
  writeRun(writer, plan, layout, imported, { ...options, columns, arithmetic: graph.arithmetic });
  const bytes = writer.encode(pagesFor(layout.bytes));
  return { module: compileModule(bytes), layout, imported };
}

/** A group reads its columns of an input before it stores its outputs, so the two may lie in one place; what is stored earlier may not. */
function checkReplaced(graph: Graph, { outputs }: ScalarProgram, { mapped, replaces }: ColumnOptions): void {
  replaces.forEach((input, index) => {
    if (input === undefined) return;
    const { shape, dtype } = graph.instructions[graph.outputs[index]];
    const slot = graph.inputs[input];
    const fits = slot !== undefined && mapped[input] && slot.dtype === dtype && slot.shape.join() === shape.join();
    const isComputed = outputs.some((output) => output.index === index && output.ids !== undefined);
    const isTwice = replaces.indexOf(input) !== index;
    const isCopied = outputs.some(({ memory }) => memory?.name === `i${input}`);
    if (!fits || !isComputed || isTwice || isCopied) {
      throw new RangeError(`compileLanes: output ${index} cannot take the place of input ${input}`);
    }
  });
}

/** What the program's memories hold. */
function heldBy(graph: Graph, { scalars }: ScalarProgram, mapped: readonly boolean[]) {
  const byName = new Map<string, Held>();
  graph.inputs.forEach(({ dtype }, i) => byName.set(`i${i}`, { single: dtype === "f32", shared: !mapped[i] }));
  graph.outputs.forEach((k, i) => {
    byName.set(`o${i}`, { single: graph.instructions[k].dtype === "f32", shared: false });
  });
  const hasSingle = [...byName.values()].some(({ single }) => single) || scalars.nodes.some(({ op }) => op === "round");
  const held = ({ name }: Memory): Held => byName.get(name) ?? { single: false, shared: false };
  return { held, hasSingle };
}

function open(graph: Graph, width: number, { module, layout, imported }: Lanes, room: number): LaneProgram {
  const memory = newMemory(pagesFor(layout.bytes + room));
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
    called: Object.keys(imported.functions),
    run: run as () => void,
    memory,
    room: layout.bytes,
  };
}

/**
 * Measured: with so many numbers alive at once, of which the machine's registers hold a few, further vectors still hide more waiting
 * than they cost; so much code keeps the machine busy by itself; and 8 vectors hide all waiting that there is.
 */
const mostAlive = 110;
const mostCode = 450;
const mostVectors = 8;

/** How many columns a group has: a multiple of the unit, and such that the groups are about equally large. */
function columnsInHand(plan: LanePlan, { width, columns }: ColumnOptions): number {
  const { unit } = plan;
  const units = Math.ceil(width / unit);
  const byRegisters = Math.floor(mostAlive / Math.max(1, pressureOf(plan)));
  const byCode = Math.floor(mostCode / Math.max(1, operationsOf(plan)));
  const atMost = columns > 0 ? Math.ceil(columns / unit) : Math.max(1, Math.min(mostVectors, byRegisters, byCode));
  const groups = Math.ceil(units / atMost);
  return Math.ceil(units / groups) * unit;
}
