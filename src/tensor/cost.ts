// How much arithmetic a graph is, counted from its shapes.

import { type Graph, type Instruction, type Shape, sizeOf } from "./graph.js";
import { elementwise } from "./primitives.js";

/**
 * Floating-point operations of one evaluation: one per element of an elementwise instruction (a function such as exp counts as one) and per
 * element reduced, two per product of a matrix product; moving numbers counts as nothing.
 * @example operationsOf(trace(([a, b]) => [a.matmul(b)], [[2, 3], [3, 4]])) // 48
 */
export function operationsOf(graph: Graph): number {
  const { instructions } = graph;
  return instructions.reduce((sum, instruction) => {
    return (
      sum +
      operations(
        instruction,
        instruction.inputs.map((k) => instructions[k].shape),
      )
    );
  }, 0);
}

function operations({ op, shape, attributes }: Instruction, operands: readonly Shape[]): number {
  if (elementwise[op] !== undefined) return sizeOf(shape);
  if (op === "repeat") return attributes.loop!.count * operationsOf(attributes.loop!.body);
  const rule = structural[op];
  return rule === undefined ? 0 : rule(operands, shape);
}

const last = (shape: Shape): number => shape[shape.length - 1];

const structural: Readonly<Record<string, (operands: readonly Shape[], shape: Shape) => number>> = {
  sum: ([from]) => sizeOf(from),
  maxOver: ([from]) => sizeOf(from),
  // The largest, its difference, the exponential, the sum.
  logSumExp: ([from]) => 4 * sizeOf(from),
  softmax: ([from]) => 5 * sizeOf(from),
  overlapAdd: ([windows]) => sizeOf(windows),
  scatterAdd: ([updates]) => sizeOf(updates),
  matmul: ([a], shape) => 2 * last(a) * sizeOf(shape),
  cholesky: ([a]) => (sizeOf(a) * last(a)) / 3,
  triangularSolve: ([l, right]) => last(l) * sizeOf(right),
};
