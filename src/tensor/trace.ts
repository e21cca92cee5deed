// From a function of tensors to a graph and back. Tracing calls the user's function once with symbolic inputs; flattening
// interns equal instructions (hash-consing), so that a graph never computes the same thing twice.

import type { Arithmetic, Attributes, Graph, Instruction, Shape, Slot } from "./graph.js";
import { format, Tensor } from "./tensor.js";

/** An input of a traced function: its shape, or more. */
export type InputSpec = Shape | { readonly shape: Shape; readonly dtype?: "f64" | "f32"; readonly name?: string };

/**
 * The graph of a function of tensors.
 * @example trace(([x]) => [x.square().sum()], [[3]]) // one input of shape [3], one scalar output
 */
export function trace(
  f: (inputs: Tensor[]) => readonly Tensor[],
  specs: readonly InputSpec[],
  arithmetic?: Arithmetic,
): Graph {
  const slots = specs.map(slotOf);
  const inputs = slots.map((slot) => placeholder(slot));
  const around = chosen;
  chosen = arithmetic;
  try {
    const outputs = f(inputs);
    for (const output of outputs) {
      if (!(output instanceof Tensor))
        throw new TypeError(`trace: the function must return tensors, got ${String(output)}`);
    }
    return flatten(inputs, outputs, slots, chosen);
  } finally {
    chosen = around;
  }
}

/** That of the trace in progress: what it was given, and that of every graph inlined so far. */
let chosen: Arithmetic | undefined;

/** The outputs of a graph as tensors, with its inputs replaced by the given ones. A graph traced from them has its arithmetic. */
export function inline(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  if (graph.arithmetic !== undefined) chosen = { ...chosen, ...graph.arithmetic };
  const values: Tensor[] = [];
  for (const { op, inputs: from, shape, dtype, attributes } of graph.instructions) {
    if (op === "input") {
      const given = inputs[attributes.index!];
      const fits = given.dtype === dtype && given.rank === shape.length && given.shape.every((n, i) => n === shape[i]);
      if (!fits) {
        throw new RangeError(
          `input ${graph.inputs[attributes.index!].name} of a graph has shape ${format(shape)} (${dtype}), got ${format(given.shape)} (${given.dtype})`,
        );
      }
      values.push(given);
    } else {
      values.push(
        new Tensor(
          op,
          from.map((k) => values[k]),
          shape,
          dtype,
          attributes,
        ),
      );
    }
  }
  return graph.outputs.map((k) => values[k]);
}

/** A tensor that stands for an input; which one is decided by its place among the inputs when it is flattened. */
export function placeholder({ shape, dtype }: { readonly shape: Shape; readonly dtype: "f64" | "f32" }): Tensor {
  return new Tensor("input", [], shape, dtype, {});
}

/** The instructions that the outputs need, operands first, equal ones once. Every input is listed even if unused. */
export function flatten(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  slots: readonly Slot[],
  arithmetic?: Arithmetic,
): Graph {
  const instructions: Instruction[] = [];
  const numbers = new Map<Tensor, number>();
  const interned = new Map<string, number>();
  inputs.forEach((input, index) => {
    numbers.set(input, index);
    instructions.push({ op: "input", inputs: [], shape: input.shape, dtype: input.dtype, attributes: { index } });
  });
  for (const tensor of topological(outputs)) {
    if (numbers.has(tensor)) continue;
    const { op, shape, dtype, attributes } = tensor;
    if (op === "input") {
      throw new Error("a tensor of another trace is used here; pass it as an input, or make the number a constant");
    }
    const operands = tensor.inputs.map((input) => numbers.get(input)!);
    const key = keyOf(tensor, operands);
    let number = interned.get(key);
    if (number === undefined) {
      number = instructions.length;
      instructions.push({ op, inputs: operands, shape, dtype, attributes });
      interned.set(key, number);
    }
    numbers.set(tensor, number);
  }
  const graph = { inputs: slots, instructions, outputs: outputs.map((output) => numbers.get(output)!) };
  return arithmetic === undefined ? graph : { ...graph, arithmetic };
}

/** Everything the outputs depend on, operands before what uses them. */
export function topological(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  // An explicit stack: expressions of densities can be tens of thousands of nodes deep.
  const stack: { tensor: Tensor; next: number }[] = [];
  for (const output of outputs) {
    if (seen.has(output)) continue;
    seen.add(output);
    stack.push({ tensor: output, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next === top.tensor.inputs.length) {
        order.push(top.tensor);
        stack.pop();
        continue;
      }
      const operand = top.tensor.inputs[top.next++];
      if (!seen.has(operand)) {
        seen.add(operand);
        stack.push({ tensor: operand, next: 0 });
      }
    }
  }
  return order;
}

/** A string equal for equal graphs: the program as text. The graph's identity for caches and content hashes. */
export function graphKey(graph: Graph): string {
  const slots = graph.inputs.map(({ shape, dtype }) => `${dtype}${format(shape)}`).join(";");
  const lines = graph.instructions.map((instruction) => keyOf(instruction, instruction.inputs));
  const arithmetic = Object.keys(graph.arithmetic ?? {}).sort();
  return [slots, ...lines, graph.outputs.join(","), ...arithmetic].join("\n");
}

function keyOf(
  node: { op: string; shape: Shape; dtype: string; attributes: Attributes },
  operands: readonly number[],
): string {
  return `${node.op}(${operands.join(",")})${node.dtype}${format(node.shape)}${attributesKey(node.attributes)}`;
}

// Keys of long constants and of loops are built once per object: attributes are immutable and shared between nodes.
const attributeKeys = new WeakMap<Attributes, string>();

function attributesKey(attributes: Attributes): string {
  let key = attributeKeys.get(attributes);
  if (key === undefined) {
    const { numbers, loop, ...plain } = attributes;
    key = JSON.stringify(plain);
    // Bit patterns, so that 0 and -0 differ and NaN equals itself.
    if (numbers !== undefined) key += bitsOf(numbers);
    if (loop !== undefined) {
      const { body, ...shape } = loop;
      key += JSON.stringify(shape) + graphKey(body);
    }
    attributeKeys.set(attributes, key);
  }
  return key;
}

function bitsOf(numbers: Float64Array): string {
  const words = new Uint32Array(numbers.slice().buffer);
  return Array.from(words, (word) => word.toString(36)).join(".");
}

function slotOf(spec: InputSpec, index: number): Slot {
  const { shape, dtype = "f64", name = `input ${index}` } = "shape" in spec ? spec : { shape: spec };
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new RangeError(`trace: shape of ${name} must hold non-negative integers, got ${format(shape)}`);
  }
  return { shape, dtype, name };
}
