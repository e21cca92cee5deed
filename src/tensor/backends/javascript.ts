// Generates JavaScript. Small graphs are written out into scalars, which V8 keeps in registers; the others become loops over
// typed arrays that are allocated once. Which of the two is decided by the graph alone, and the numbers do not depend on it:
// sums run in the interpreter's order in both.

import type { Graph } from "../graph.js";
import type { Backend, Program } from "../program.js";
import { compileLoops } from "./javascript/loop-code.js";
import { compileScalars, countOperations, type Run } from "./javascript/scalar-code.js";
import { expand } from "./scalars/expand.js";

/** V8 stops optimising straight-line code between 2000 and 6000 operations; half of that leaves room. */
const scalarOperations = 1000;

export const javascript: Backend = { name: "javascript", compile: (graph) => compileJavaScript(graph) };

/** `budget`: how many scalar operations a graph may need and still be written out; 0 makes everything loops. */
export function compileJavaScript(graph: Graph, budget: number = scalarOperations): Program {
  const written = scalarRun(graph, budget);
  return written === undefined
    ? { graph, backend: "javascript", how: inLoops, ...compileLoops(graph) }
    : writtenOut(graph, written);
}

/** The graph written out into scalars, or undefined where that would be too long to run well. */
export function compileWrittenOut(graph: Graph): Program | undefined {
  const run = scalarRun(graph, scalarOperations);
  return run === undefined ? undefined : writtenOut(graph, run);
}

/** Whether `compileWrittenOut` would give a program. */
export function canBeWrittenOut(graph: Graph): boolean {
  return fewScalars(graph, scalarOperations) !== undefined;
}

const inLoops = "JavaScript: loops over typed arrays";

function writtenOut(graph: Graph, run: Run): Program {
  return { graph, backend: "javascript", how: "JavaScript: written out into scalars", bytes: 0, run };
}

function scalarRun(graph: Graph, budget: number): Run | undefined {
  const program = fewScalars(graph, budget);
  return program === undefined ? undefined : compileScalars(graph, program);
}

function fewScalars(graph: Graph, budget: number): ReturnType<typeof expand> {
  if (budget === 0) return undefined;
  // Loads and numbers that turn out unused are nodes too, but cost nothing.
  const program = expand(graph, 8 * budget);
  return program === undefined || countOperations(program) > budget ? undefined : program;
}
