// What rounding alone may do to a graph: the graph itself with every rounded result, and every term of every sum, off by some units in
// the last place. Another way to compute the graph may differ from the interpreter by about as much as these do.

import type { DType, Graph, Instruction, Loop } from "../../src/tensor/graph.js";
import { evaluate, type NumberArray, sizeOf, Tensor } from "../../src/tensor/index.js";
import { flatten, placeholder } from "../../src/tensor/trace.js";

const epsilons: Readonly<Record<DType, number>> = { f64: 2 ** -52, f32: 2 ** -23 };
/** Below this, numbers lose digits anyway. */
const tiny: Readonly<Record<DType, number>> = { f64: 2 ** -1060, f32: 2 ** -136 };
/** Sums in another order and functions within 4 units stay below so many. */
const units = 16;

const exact = new Set(
  "input constant repeat result reshape broadcast transpose slice pad windows concat gather stopGradient neg abs sign floor relu min max less lessEqual equal where maxOver".split(
    " ",
  ),
);
/** Whose rounding errors are relative to their terms. */
const summing = new Set("sum logSumExp softmax matmul scatterAdd overlapAdd cholesky triangularSolve".split(" "));

/** A graph of the same inputs and outputs; `error` is each number's error relative to the largest, from -1 to 1. */
export function perturbed(graph: Graph, error: () => number): Graph {
  const slots = graph.inputs.map((slot) => placeholder(slot));
  const values: Tensor[] = [];
  const indices = indexValues(graph);
  const combined = (op: "mul" | "add", x: Tensor, around: number): Tensor => {
    const numbers = Float64Array.from({ length: sizeOf(x.shape) }, () => around + error() * units * epsilons[x.dtype]);
    return new Tensor(op, [x, new Tensor("constant", [], x.shape, x.dtype, { numbers })], x.shape, x.dtype, {});
  };
  const shaken = (x: Tensor): Tensor => combined("mul", x, 1);
  const moved = (x: Tensor): Tensor => combined("add", shaken(x), 0);
  graph.instructions.forEach(({ op, inputs, shape, dtype, attributes }, k) => {
    const isShaken = !exact.has(op) && !indices.has(k) && sizeOf(shape) > 0;
    const operands = inputs.map((i, at) =>
      isShaken && summing.has(op) && !(op === "scatterAdd" && at === 1) && sizeOf(values[i].shape) > 0
        ? shaken(values[i])
        : values[i],
    );
    if (op === "input") values.push(slots[attributes.index!]);
    else if (attributes.loop !== undefined) {
      const loop: Loop = { ...attributes.loop, body: perturbed(attributes.loop.body, error) };
      values.push(new Tensor(op, operands, shape, dtype, { loop }));
    } else {
      const value = new Tensor(op, operands, shape, dtype, attributes);
      // The logarithm of a sum that begins with e^0 = 1 is off by an ulp of 1, however small it is.
      values.push(!isShaken ? value : op === "logSumExp" ? moved(value) : shaken(value));
    }
  });
  const outputs = graph.outputs.map((k) => values[k]);
  return flatten(slots, outputs, graph.inputs);
}

/** What whole numbers that choose rows are computed from. */
function indexValues({ instructions }: Graph): Set<number> {
  const found = new Set<number>();
  const visit = (k: number): void => {
    const { op, inputs }: Instruction = instructions[k];
    if (found.has(k) || op === "less") return;
    found.add(k);
    inputs.forEach(visit);
  };
  for (const { op, inputs } of instructions) if (op === "gather" || op === "scatterAdd") visit(inputs[1]);
  return found;
}

export interface Expectation {
  readonly values: readonly NumberArray[];
  /** How far from each number another may be; infinite where rounding decides whether it is finite. */
  readonly tolerances: readonly Float64Array[];
}

/** The interpreter's outputs, with what to allow another computation of them. */
export function expectationOf(
  graph: Graph,
  inputs: readonly NumberArray[],
  errors: readonly (() => number)[],
): Expectation {
  const values = evaluate(graph, inputs, { backend: "interpreter" });
  const tolerances = values.map((value, o) => {
    const { dtype } = graph.instructions[graph.outputs[o]];
    return Float64Array.from(value, (number) =>
      Number.isFinite(number) ? units * epsilons[dtype] * Math.abs(number) + tiny[dtype] : 0,
    );
  });
  for (const error of errors) {
    const others = evaluate(perturbed(graph, error), inputs, { backend: "interpreter" });
    others.forEach((other, o) => {
      other.forEach((number, i) => {
        if (Object.is(number, values[o][i])) return;
        const difference = Math.abs(number - values[o][i]);
        tolerances[o][i] = Math.max(
          tolerances[o][i],
          Number.isFinite(difference) ? 8 * difference : Number.POSITIVE_INFINITY,
        );
      });
    });
  }
  return { values, tolerances };
}

/** Is `actual` the expected number as far as rounding goes? Without tolerance it must be that very number, whatever zero's sign. */
export function isWithin(actual: number, expected: number, tolerance: number): boolean {
  if (Object.is(actual, expected) || tolerance === Number.POSITIVE_INFINITY) return true;
  return Math.abs(actual - expected) <= tolerance;
}

/** Reproducible numbers between -1 and 1. */
export function errorsFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}
