// Memory that several programs share with their data: what is placed there once is read where it lies, and nothing is copied when a
// program runs.

import { compileWasm, howOf, wasmSpace } from "./backends/wasm/loops.js";
import { compile, suitsWebAssembly } from "./compile.js";
import type { DType, Graph } from "./graph.js";
import type { NumberArray } from "./program.js";

/** Numbers in the memory of a workspace. */
export interface Place {
  readonly dtype: DType;
  readonly length: number;
  /** Its `buffer` becomes another when the memory grows. */
  readonly memory: { readonly buffer: ArrayBufferLike };
  /** In bytes from the beginning of the memory. */
  readonly address: number;
}

export interface PlacedProgram {
  readonly graph: Graph;
  /** In words, how it computes. */
  readonly how: string;
  /** What runs the program from these places to those, which must not overlap them; all are of this workspace. */
  bind(inputs: readonly Place[], outputs: readonly Place[]): () => void;
}

export interface Workspace {
  readonly backend: "javascript" | "wasm";
  /** How many bytes it holds. */
  bytes(): number;
  /** Room for so many numbers, all zero. */
  allocate(dtype: DType, length: number): Place;
  /** A place that holds these numbers: their own memory where that will do, so they must not change. */
  hold(dtype: DType, values: Float64Array): Place;
  compile(graph: Graph): PlacedProgram;
}

const bytesPer: Readonly<Record<DType, number>> = { f32: 4, f64: 8 };

/** A workspace for programs like this graph, run by the back end that `compile` would choose for it. */
export function workspaceFor(graph: Graph): Workspace {
  return suitsWebAssembly(graph) ? oneMemory() : manyArrays();
}

/** Some of a place's numbers. */
export function partOf({ dtype, memory, address }: Place, start: number, end: number): Place {
  return { dtype, memory, address: address + start * bytesPer[dtype], length: end - start };
}

/** The array over a place; ask again after anything was allocated or compiled. */
export function arrayOf({ dtype, memory, address, length }: Place): NumberArray {
  return dtype === "f64"
    ? new Float64Array(memory.buffer, address, length)
    : new Float32Array(memory.buffer, address, length);
}

/** One WebAssembly memory, which every program works on by addresses. */
function oneMemory(): Workspace {
  const space = wasmSpace();
  const { memory } = space;
  const allocate = (dtype: DType, length: number): Place => {
    return { dtype, memory, length, address: space.allocate(length * bytesPer[dtype]) };
  };
  return {
    backend: "wasm",
    bytes: () => memory.buffer.byteLength,
    allocate,
    hold(dtype, values) {
      const place = allocate(dtype, values.length);
      arrayOf(place).set(values);
      return place;
    },
    compile(graph) {
      const [program] = compileWasm([graph], space).programs;
      return {
        graph,
        how: howOf(graph.arithmetic),
        bind(inputs, outputs) {
          const addresses = [...inputs, ...outputs].map(({ address }) => address);
          return () => program.runAt(addresses);
        },
      };
    },
  };
}

/** An array per place, each of which stays where it is. */
function manyArrays(): Workspace {
  let held = 0;
  const allocate = (dtype: DType, length: number): Place => {
    const bytes = length * bytesPer[dtype];
    held += bytes;
    return { dtype, length, memory: { buffer: new ArrayBuffer(bytes) }, address: 0 };
  };
  return {
    backend: "javascript",
    bytes: () => held,
    allocate,
    hold(dtype, values) {
      if (dtype === "f64") return { dtype, length: values.length, memory: values, address: values.byteOffset };
      const place = allocate(dtype, values.length);
      arrayOf(place).set(values);
      return place;
    },
    compile(graph) {
      const program = compile(graph);
      held += program.bytes;
      return {
        graph,
        how: program.how,
        bind(inputs, outputs) {
          const [from, to] = [inputs.map(arrayOf), outputs.map(arrayOf)];
          return () => program.run(from, to);
        },
      };
    },
  };
}
