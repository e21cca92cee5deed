// Compiles graphs, each once, by the back end that suits it best. The choice depends on the graph and the options alone.

import { type ArithmeticOptions, arithmeticOf } from "./arithmetic.js";
import { interpreter } from "./backends/interpreter.js";
import { canBeWrittenOut, compileWrittenOut, javascript } from "./backends/javascript.js";
import { hasVectors } from "./backends/wasm/instance.js";
import { wasm } from "./backends/wasm/loops.js";
import type { Graph } from "./graph.js";
import { sizeOf } from "./graph.js";
import type { Backend, BackendName, NumberArray, Program } from "./program.js";
import { emptyArray } from "./program.js";

const backends: Readonly<Record<BackendName, Backend>> = { interpreter, javascript, wasm };

/** What is left out of `fma` and `wideVectors` is as the graph says. */
export interface CompileOptions extends ArithmeticOptions {
  /** Which back end; where left out, scalars in JavaScript for small graphs and WebAssembly for the others. */
  readonly backend?: BackendName;
}

/** A program that computes the graph. Throws where the options ask for what there is not. */
export function compile(given: Graph, { backend, ...options }: CompileOptions = {}): Program {
  const graph = withOptions(given, options);
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

function withOptions(graph: Graph, { fma, wideVectors }: ArithmeticOptions): Graph {
  if (fma === undefined && wideVectors === undefined) return graph;
  const { arithmetic: own, ...rest } = graph;
  const chosen = { fma: fma ?? own?.fma, wideVectors: wideVectors ?? own?.wideVectors };
  const arithmetic = arithmeticOf("compile", chosen);
  let known = variants.get(graph);
  if (known === undefined) {
    known = new Map();
    variants.set(graph, known);
  }
  const key = Object.keys(arithmetic ?? {}).join();
  let variant = known.get(key);
  if (variant === undefined) {
    variant = arithmetic === undefined ? rest : { ...rest, arithmetic };
    known.set(key, variant);
  }
  return variant;
}

/** The same graph with other arithmetic. */
const variants = new WeakMap<Graph, Map<string, Graph>>();

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
