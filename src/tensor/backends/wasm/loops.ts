// Graphs as WebAssembly: loops over memory by vectors of 128 bits. One small module serves one graph or several, such as a loss and its
// gradient for blocks of rows, on one memory, so that data can stay there and be read where it lies.
//
// The numbers depend on the graph alone, not on the machine: sums run in a fixed order, in the precision of their operands. Only a graph
// whose arithmetic says `fma` leaves it to the machine how products are rounded that are added to sums.

import { type Arithmetic, type DType, type Graph, sizeOf } from "../../graph.js";
import type { Backend, NumberArray, Program } from "../../program.js";
import { writeProgram } from "../loops/plan.js";
import { moduleWriter } from "./assembler.js";
import { requireExtensions } from "./extensions.js";
import { compileModule, growMemory, instantiate, newMemory, pagesFor, type WasmMemory } from "./instance.js";
import { importFunctions } from "./loops/elements.js";
import { writeGroup } from "./loops/group.js";
import { lowered } from "./loops/lower.js";
import { writeCopy, writeOperation, writePadded } from "./loops/operations.js";
import { bytesPer, type Frame, type ModuleParts, type Writer, writeFrame } from "./loops/writer.js";

/** Memory in which programs and their arrays lie. */
export interface WasmSpace {
  /** Its `buffer` becomes another when the memory has to grow: make arrays on it anew after `allocate` and `compileWasm`. */
  readonly memory: WasmMemory;
  /** The address of so many fresh bytes, a multiple of 64. They stay allocated as long as the memory. */
  allocate(bytes: number): number;
}

/** Programs of one module, with the memory they work on. */
export interface WasmPrograms extends WasmSpace {
  /** One per graph, in their order. */
  readonly programs: readonly WasmProgram[];
}

export interface WasmProgram {
  readonly graph: Graph;
  /**
   * Runs on arrays in the memory: the addresses of all inputs, then of all outputs, each a multiple of the size of a number. Outputs
   * must not overlap inputs. What is allocated may be read in part, such as some rows of a matrix.
   */
  runAt(addresses: readonly number[]): void;
}

export const wasm: Backend = { name: "wasm", compile: (graph) => compileProgram(graph) };

const alignment = 64;
/** Loads of whole vectors may reach this far beyond the last number. */
const slack = 16;
const mostBytes = 2 ** 32;

/** A memory of its own, grown as it is needed. */
export function wasmSpace(): WasmSpace {
  const memory = newMemory(1);
  let end = 0;
  return {
    memory,
    allocate(length) {
      const address = end;
      const next = aligned(end + length);
      if (next + slack > mostBytes) {
        throw new RangeError(`wasm: ${length} bytes do not fit: ${end} of ${mostBytes} bytes of memory are in use`);
      }
      growMemory(memory, pagesFor(next + slack));
      end = next;
      return address;
    },
  };
}

/**
 * Compiles graphs into one module, on a memory of its own or on that of other programs. Throws a RangeError that says how much memory was
 * asked for where there is not so much.
 */
export function compileWasm(graphs: readonly Graph[], space: WasmSpace = wasmSpace()): WasmPrograms {
  for (const { arithmetic } of graphs) requireExtensions("wasm", arithmetic);
  const { bytes, frames, functions } = writeModule(graphs);
  const sizes = frames.map((frame) => aligned(frame.bytes));
  checkSize(
    graphs,
    sizes.reduce((sum, size) => sum + size, slack),
  );
  const { memory, allocate } = space;
  const starts = sizes.map(allocate);
  const exported = instantiate(compileModule(bytes), memory, functions);
  frames.forEach(({ constants }, i) => {
    for (const { offset, numbers } of constants) viewAt(memory, numbers, starts[i] + offset).set(numbers);
  });
  return {
    memory,
    allocate,
    programs: graphs.map((graph, i) => {
      const run = exported[nameOf(i)];
      const frame = starts[i];
      return {
        graph,
        runAt: (addresses) => {
          run(frame, ...addresses);
        },
      };
    }),
  };
}

/** A program that copies its inputs into its memory and its outputs out of it. */
function compileProgram(graph: Graph): Program {
  const { memory, programs, allocate } = compileWasm([graph]);
  const { instructions } = graph;
  const slots = [...graph.inputs, ...graph.outputs.map((k) => instructions[k])];
  const addresses = slots.map(({ shape, dtype }) => allocate(sizeOf(shape) * bytesPer[dtype]));
  const arrays = slots.map(({ shape, dtype }, i) => arrayAt(memory, dtype, addresses[i], sizeOf(shape)));
  const inputs = arrays.slice(0, graph.inputs.length);
  const outputs = arrays.slice(graph.inputs.length);
  return {
    graph,
    backend: "wasm",
    how: howOf(graph.arithmetic),
    bytes: memory.buffer.byteLength,
    run(from, to) {
      for (let i = 0; i < inputs.length; i++) inputs[i].set(from[i]);
      programs[0].runAt(addresses);
      for (let i = 0; i < outputs.length; i++) to[i].set(outputs[i]);
    },
  };
}

/** In words, how programs of this arithmetic compute. */
export function howOf({ fma, wideVectors }: Arithmetic = {}): string {
  const vectors = wideVectors
    ? "vectors of 128 bits, in pairs where the machine has twice as wide ones"
    : "vectors of 128 bits";
  return `WebAssembly: loops over ${vectors}${fma ? "; multiply-adds rounded as the machine likes" : ""}`;
}

interface WrittenModule {
  readonly bytes: Uint8Array;
  /** One per graph. */
  readonly frames: readonly Frame[];
  readonly functions: Record<string, (...values: number[]) => number>;
}

function writeModule(graphs: readonly Graph[]): WrittenModule {
  const module = moduleWriter();
  const rewritten = graphs.map(lowered);
  const { imports, functions } = importFunctions(module, rewritten);
  const parts: ModuleParts = { module, imports, shared: new Map() };
  const frames = rewritten.map((graph, i) =>
    writeFrame(parts, nameOf(i), graph, (w) => writeProgram(targetOf(w), graph)),
  );
  return { bytes: module.encode(1), frames, functions };
}

function targetOf(w: Writer): Parameters<typeof writeProgram>[0] {
  return {
    cut: w.cut,
    scratch: w.scratch,
    copy: (to, value) => writeCopy(w, to, value),
    group: (plan, step) => writeGroup(w, plan, step),
    padded: (out, boxes) => writePadded(w, out, boxes),
    operation: (plan, k) => writeOperation(w, plan, k),
    repeat: w.repeat,
    writeTurn: w.writeTurn,
  };
}

function nameOf(index: number): string {
  return `run${index}`;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

function checkSize(graphs: readonly Graph[], bytes: number): void {
  if (bytes <= mostBytes) return;
  const what = graphs.length === 1 ? "the graph needs" : `the ${graphs.length} graphs need`;
  throw new RangeError(`wasm: ${what} ${bytes} bytes of memory; there are ${mostBytes} at most`);
}

function arrayAt({ buffer }: WasmMemory, dtype: DType, address: number, length: number): NumberArray {
  return dtype === "f64" ? new Float64Array(buffer, address, length) : new Float32Array(buffer, address, length);
}

function viewAt(memory: WasmMemory, { length, BYTES_PER_ELEMENT }: NumberArray, address: number): NumberArray {
  return arrayAt(memory, BYTES_PER_ELEMENT === 8 ? "f64" : "f32", address, length);
}
