// Rewrites a graph into what the loops of this back end do well. Softmax and its kin become elementwise instructions around
// reductions, so that they share loops with their neighbours; so do products of a matrix and a vector; sums of pads whose blocks do not
// meet become one concatenation, whose parts are computed in place.

import type { Graph, Instruction, Loop } from "../../../graph.js";
import { sizeOf } from "../../../graph.js";
import { Tensor } from "../../../tensor.js";
import { flatten, placeholder } from "../../../trace.js";
import { type PaddedSums, paddedSums, usersOf } from "../../loops/schedule.js";

export function lowered(graph: Graph): Graph {
  const inputs = graph.inputs.map((slot) => placeholder(slot));
  const padded = paddedSums(graph, usersOf(graph));
  const values: Tensor[] = [];
  graph.instructions.forEach((instruction, k) => {
    const { op, attributes } = instruction;
    if (op === "input") values.push(inputs[attributes.index!]);
    else values.push(joinedPads(graph, k, padded, values) ?? rewritten(instruction, values));
  });
  const outputs = graph.outputs.map((k) => values[k]);
  return flatten(inputs, outputs, graph.inputs, graph.arithmetic);
}

function rewritten({ op, inputs, shape, dtype, attributes }: Instruction, values: readonly Tensor[]): Tensor {
  const operands = inputs.map((i) => values[i]);
  const rule = rules[op]?.(operands, attributes.axes!);
  if (rule !== undefined) return rule;
  if (op !== "repeat") return new Tensor(op, operands, shape, dtype, attributes);
  const loop: Loop = { ...attributes.loop!, body: lowered(attributes.loop!.body) };
  return new Tensor(op, operands, shape, dtype, { ...attributes, loop });
}

/** Undefined where the instruction stays as it is. */
const rules: Readonly<Record<string, (operands: readonly Tensor[], axes: readonly number[]) => Tensor | undefined>> = {
  softmax: ([x], [axis]) => {
    if (sizeOf(x.shape) === 0) return x;
    const { exponentials, sums } = shifted(x, [axis]);
    return exponentials.div(spread(sums, x, [axis]));
  },
  logSumExp: ([x], axes) => {
    if (sizeOf(x.shape) === 0) return undefined;
    const { shift, sums } = shifted(x, axes);
    return shift.add(sums.log());
  },
  matmul: ([a, b]) => thinProduct(a, b),
};

/**
 * What to subtract where the largest entry is infinite. In the interpreter, which then subtracts nothing, exp overflows beyond 709.8 in
 * either precision; in f32 it does so beyond 88.7 here, which is 621 earlier.
 */
const shiftOfInfinite = { f64: 0, f32: 621 } as const;

/** Per cell the largest entry (where that is not finite, a fixed number) and the sum of exp of the entries less it. */
function shifted(x: Tensor, axes: readonly number[]): { shift: Tensor; exponentials: Tensor; sums: Tensor } {
  const largest = x.max(axes);
  const shift = largest.abs().less(Number.POSITIVE_INFINITY).where(largest, largest.like(shiftOfInfinite[x.dtype]));
  const exponentials = x.sub(spread(shift, x, axes)).exp();
  return { shift, exponentials, sums: exponentials.sum(axes) };
}

/** Repeated along the axes that its reduction removed. */
function spread(reduced: Tensor, { shape }: Tensor, axes: readonly number[]): Tensor {
  return reduced.reshape(shape.map((length, axis) => (axes.includes(axis) ? 1 : length))).broadcastTo(shape);
}

/** Products of which one side has length 1, as elementwise products and sums in the order in which the larger matrix lies in memory. */
function thinProduct(a: Tensor, b: Tensor): Tensor | undefined {
  const { rank } = a;
  const [m, k, n] = [a.shape[rank - 2], a.shape[rank - 1], b.shape[rank - 1]];
  const batch = a.shape.slice(0, -2);
  if (sizeOf(batch) === 0 || m * n * k === 0) return undefined;
  // A sum from 0 on never gives -0.
  if (k === 1) return withoutNegativeZero(a.mul(b));
  if (n === 1) {
    const transposed = transposedOf(a);
    if (transposed !== undefined)
      return transposed
        .mul(b)
        .sum(rank - 2)
        .reshape([...batch, m, 1]);
    return a
      .mul(b.reshape([...batch, 1, k]))
      .sum(rank - 1)
      .reshape([...batch, m, 1]);
  }
  if (m === 1) {
    const transposed = transposedOf(b);
    if (transposed !== undefined)
      return transposed
        .mul(a)
        .sum(rank - 1)
        .reshape([...batch, 1, n]);
    return b
      .mul(a.reshape([...batch, k, 1]))
      .sum(rank - 2)
      .reshape([...batch, 1, n]);
  }
  return undefined;
}

/** The matrix of which this is the transpose, where it is one. */
function transposedOf({ op, inputs, attributes, rank }: Tensor): Tensor | undefined {
  if (op !== "transpose") return undefined;
  const { axes } = attributes;
  const swapsLast = axes!.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  return swapsLast ? inputs[0] : undefined;
}

/** The sum that this instruction ends, as a concatenation along the one axis on which its terms lie, where they do not meet. */
function joinedPads(
  { instructions }: Graph,
  k: number,
  { terms, source }: PaddedSums,
  values: readonly Tensor[],
): Tensor | undefined {
  const numbers = terms.get(k);
  if (numbers === undefined || numbers.some((t) => instructions[t].op !== "pad")) return undefined;
  const { shape, dtype } = instructions[k];
  const boxes = numbers.map((t) => ({ value: values[source(t)], start: instructions[t].attributes.start! }));
  const differing = shape
    .map((_, axis) => axis)
    .filter((axis) => boxes.some(({ value }) => value.shape[axis] !== shape[axis]));
  if (differing.length !== 1 || sizeOf(shape) === 0) return undefined;
  const [axis] = differing;
  const zeros = (length: number): Tensor => {
    const gap = shape.map((each, i) => (i === axis ? length : each));
    return new Tensor("constant", [], gap, dtype, { numbers: Float64Array.of(0) });
  };
  const parts: Tensor[] = [];
  let end = 0;
  const filled = boxes.filter(({ value }) => value.shape[axis] > 0);
  for (const { value, start } of [...filled].sort((a, b) => a.start[axis] - b.start[axis])) {
    if (start[axis] < end) return undefined;
    if (start[axis] > end) parts.push(zeros(start[axis] - end));
    parts.push(withoutNegativeZero(value));
    end = start[axis] + value.shape[axis];
  }
  if (end < shape[axis]) parts.push(zeros(shape[axis] - end));
  return parts.length === 1 ? parts[0] : new Tensor("concat", parts, shape, dtype, { axes: [axis] });
}

/** `x + 0`, which differs from `x` where that is -0 only. */
function withoutNegativeZero(x: Tensor): Tensor {
  let from = x;
  while (from.op === "reshape") [from] = from.inputs;
  if (from.op === "matmul" || from.op === "sum") return x;
  return new Tensor("add", [x, x.like(0)], x.shape, x.dtype, {});
}
