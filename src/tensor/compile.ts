// Compiles graphs, each once, by the back end that suits it best. The choice depends on the graph and the options alone.

import { interpreter } from "./backends/interpreter.js";
import { canBeWrittenOut, compileWrittenOut, javascript } from "./backends/javascript.js";
import { hasVectors } from "./backends/wasm/instance.js";
import { wasm } from "./backends/wasm/loops.js";
import type { Graph } from "./graph.js";
import { sizeOf } from "./graph.js";
import type { Backend, BackendName, NumberArray, Program } from "./program.js";
import { emptyArray } from "./program.js";

const backends: Readonly<Record<BackendName, Backend>> = { interpreter, javascript, wasm };

export interface CompileOptions {
  /** Which back end; where left out, scalars in JavaScript for small graphs and WebAssembly for the others. */
  readonly backend?: BackendName;
}

/** A program that computes the graph. */
export function compile(graph: Graph, { backend }: CompileOptions = {}): Program {
  let compiled = programs.get(graph);
  if (compiled === undefined) {
    compiled = {};
    programs.set(graph, compiled);
  }
  if (backend === undefined) return (compiled.best ??= compileBest(graph));
  return (compiled[backend] ??= backends[backend].compile(graph));
}

/** Entering WebAssembly costs more than a small density does; a large graph gains far more from its vectors. */
function compileBest(graph: Graph): Program {
  return compileWrittenOut(graph) ?? (hasVectors() ? wasm : javascript).compile(graph);
}

/** Whether WebAssembly is the best for a graph here. */
export function suitsWebAssembly(graph: Graph): boolean {
  return hasVectors() && !canBeWrittenOut(graph);
}

// By identity: equal graphs traced twice are compiled twice, and a program goes when its graph goes.
const programs = new WeakMap<Graph, Partial<Record<BackendName | "best", Program>>>();

/** Runs a graph once on fresh arrays: for tests and one-off computations. */
export function evaluate(graph: Graph, inputs: readonly NumberArray[], options: CompileOptions = {}): NumberArray[] {
  const outputs = graph.outputs.map((k) =>
    emptyArray(graph.instructions[k].dtype, sizeOf(graph.instructions[k].shape)),
  );
  compile(graph, options).run(inputs, outputs);
  return outputs;
}
