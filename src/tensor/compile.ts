// Compiles graphs, each once: programs are cached by the graph's own text.

import { interpreter } from "./backends/interpreter.js";
import { javascript } from "./backends/javascript.js";
import { wasm } from "./backends/wasm/loops.js";
import type { Graph } from "./graph.js";
import { sizeOf } from "./graph.js";
import type { Backend, BackendName, NumberArray, Program } from "./program.js";
import { emptyArray } from "./program.js";

const backends: Readonly<Record<BackendName, Backend>> = { interpreter, javascript, wasm };

export interface CompileOptions {
  /** Which back end; the fastest that there is where left out. */
  readonly backend?: BackendName;
}

/** A program that computes the graph. */
export function compile(graph: Graph, { backend = "javascript" }: CompileOptions = {}): Program {
  let byBackend = programs.get(graph);
  if (byBackend === undefined) {
    byBackend = {};
    programs.set(graph, byBackend);
  }
  return (byBackend[backend] ??= backends[backend].compile(graph));
}

// By identity: equal graphs traced twice are compiled twice, and a program goes when its graph goes.
const programs = new WeakMap<Graph, Partial<Record<BackendName, Program>>>();

/** Runs a graph once on fresh arrays: for tests and one-off computations. */
export function evaluate(graph: Graph, inputs: readonly NumberArray[], options: CompileOptions = {}): NumberArray[] {
  const outputs = graph.outputs.map((k) =>
    emptyArray(graph.instructions[k].dtype, sizeOf(graph.instructions[k].shape)),
  );
  compile(graph, options).run(inputs, outputs);
  return outputs;
}
