// A counted loop as one node. Its body is traced once; what it uses from outside becomes an input of the loop, so that a
// body may be written like any other function.

import { integerAtLeast } from "../arguments/index.js";
import type { Loop, Slot } from "./graph.js";
import { format, sameShape, Tensor } from "./tensor.js";
import { flatten, placeholder, topological } from "./trace.js";

export interface RepeatResult {
  /** The carries after the last turn. */
  readonly carries: Tensor[];
  /** What `collect` named, stacked along a new first axis of length `count`. */
  readonly collected: Tensor[];
}

export interface RepeatOptions {
  /** Tensors whose axis 0 has length `count`; turn k sees entry k of each. */
  readonly sequences?: readonly Tensor[];
  /** Turns run from `count - 1` down to 0. */
  readonly reversed?: boolean;
}

/** What one turn of a loop sees besides its carries. */
export interface Turn {
  readonly number: Tensor;
  readonly entries: readonly Tensor[];
}

/**
 * Runs `body` `count` times: it gets the carries and returns the next ones, of the same shapes, and possibly values to collect.
 * @example tensor.repeat(3, [x], ([x]) => ({ carries: [x.mul(2)] })).carries[0] // 8 x
 */
export function repeat(
  count: number,
  initial: readonly Tensor[],
  body: (carries: Tensor[], turn: Turn) => { carries: readonly Tensor[]; collect?: readonly Tensor[] },
  { sequences = [], reversed = false }: RepeatOptions = {},
): RepeatResult {
  integerAtLeast("repeat", "count", count, 0);
  for (const sequence of sequences) {
    if (sequence.shape[0] !== count) {
      throw new RangeError(
        `repeat: a sequence of shape ${format(sequence.shape)} has no ${count} entries along axis 0`,
      );
    }
  }
  const slots: Slot[] = [
    ...initial.map(({ shape, dtype }, i) => ({ name: `carry ${i}`, shape, dtype })),
    ...sequences.map(({ shape, dtype }, i) => ({ name: `entry ${i}`, shape: shape.slice(1), dtype })),
  ];
  const own = slots.map((slot) => placeholder(slot));
  const turn = placeholder({ shape: [], dtype: initial[0]?.dtype ?? "f64" });
  const next = body(own.slice(0, initial.length), { number: turn, entries: own.slice(initial.length) });
  const collect = next.collect ?? [];
  next.carries.forEach((carry, i) => {
    const start = initial[i];
    if (start === undefined || !sameShape(carry.shape, start.shape) || carry.dtype !== start.dtype) {
      throw new RangeError(
        `repeat: carry ${i} starts as ${start ? format(start.shape) : "nothing"} and becomes ${format(carry.shape)}`,
      );
    }
  });
  if (next.carries.length !== initial.length) {
    throw new RangeError(`repeat: ${initial.length} carries went in and ${next.carries.length} came out`);
  }
  return loopNode({ count, reversed, initial, sequences, slots, own, turn, outputs: [...next.carries, ...collect] });
}

interface LoopParts {
  readonly count: number;
  readonly reversed: boolean;
  readonly initial: readonly Tensor[];
  readonly sequences: readonly Tensor[];
  readonly slots: readonly Slot[];
  readonly own: readonly Tensor[];
  readonly turn: Tensor;
  readonly outputs: readonly Tensor[];
}

function loopNode({ count, reversed, initial, sequences, slots, own, turn, outputs }: LoopParts): RepeatResult {
  // What does not depend on the turn is computed once, outside; only constants are worth having inside.
  const order = topological(outputs);
  const inside = new Set<Tensor>([...own, turn]);
  for (const tensor of order) if (tensor.inputs.some((input) => inside.has(input))) inside.add(tensor);
  const isOutside = (tensor: Tensor): boolean => !inside.has(tensor) && tensor.op !== "constant";
  const outside = new Set<Tensor>();
  for (const tensor of order) {
    if (inside.has(tensor)) for (const input of tensor.inputs) if (isOutside(input)) outside.add(input);
  }
  for (const output of outputs) if (isOutside(output)) outside.add(output);

  const captured = [...outside];
  const outsideSlots = captured.map(({ shape, dtype }, i) => ({ name: `outside ${i}`, shape, dtype }));
  const turnSlot: Slot = { name: "turn", shape: [], dtype: turn.dtype };
  const allSlots = [...slots, ...outsideSlots, turnSlot];
  // Rebuilt on fresh inputs, because an outside tensor is an input of the body now.
  const inputs = allSlots.map((slot) => placeholder(slot));
  const rebuilt = new Map<Tensor, Tensor>();
  own.forEach((tensor, i) => rebuilt.set(tensor, inputs[i]));
  captured.forEach((tensor, i) => rebuilt.set(tensor, inputs[slots.length + i]));
  rebuilt.set(turn, inputs[inputs.length - 1]);
  for (const tensor of order) {
    if (rebuilt.has(tensor)) continue;
    if (tensor.op === "constant") rebuilt.set(tensor, tensor);
    else if (inside.has(tensor)) {
      const operands = tensor.inputs.map((input) => rebuilt.get(input)!);
      rebuilt.set(tensor, new Tensor(tensor.op, operands, tensor.shape, tensor.dtype, tensor.attributes));
    }
  }
  const body = flatten(
    inputs,
    outputs.map((output) => rebuilt.get(output)!),
    allSlots,
  );
  const results = outputs.map(({ shape, dtype }, i) => ({
    shape: i < initial.length ? shape : [count, ...shape],
    dtype,
  }));
  const loop: Loop = { count, carries: initial.length, sequences: sequences.length, reversed, body, results };
  return splitResults(repeatNode(loop, [...initial, ...sequences, ...captured]), loop);
}

/** The node of a loop whose body is a graph already. */
export function repeatNode(loop: Loop, inputs: readonly Tensor[]): Tensor {
  return new Tensor("repeat", inputs, [], inputs[0]?.dtype ?? "f64", { loop });
}

export function splitResults(node: Tensor, loop: Loop): RepeatResult {
  const all = loop.results.map(({ shape, dtype }, index) => new Tensor("result", [node], shape, dtype, { index }));
  return { carries: all.slice(0, loop.carries), collected: all.slice(loop.carries) };
}
