// Where the values of a graph lie: which are views of others, which must be stored, and in which place they are best computed.

import type { Graph, Instruction } from "../../graph.js";
import { sizeOf } from "../../graph.js";
import type { NumberArray } from "../../program.js";
import { isFusedReduction, type Schedule } from "./schedule.js";
import type { Usage } from "./usage.js";
import {
  broadcastView,
  newBuffer,
  reshapeView,
  rowMajor,
  sliceView,
  transposeView,
  type Value,
  type View,
  wholeOf,
  windowsView,
} from "./views.js";

/** A constant, in an array of its own where its numbers differ. */
export function constantValue({ shape, dtype, attributes }: Instruction, constants: NumberArray[]): Value {
  const numbers = attributes.numbers!;
  if (numbers.length === 1) return { shape, dtype, constant: dtype === "f32" ? Math.fround(numbers[0]) : numbers[0] };
  // In doubles as they come, without a copy: constants may be data.
  const index = constants.push(dtype === "f32" ? Float32Array.from(numbers) : numbers) - 1;
  return { shape, dtype, view: wholeOf(newBuffer("constant", dtype, numbers.length, 0, index), shape) };
}

/** The value of an instruction that only looks at its operand in another way. */
export function viewed({ op, shape, dtype, attributes }: Instruction, operand: Value): Value {
  const { view, constant, shape: from } = operand;
  if (view === undefined) return { shape, dtype, constant };
  switch (op) {
    case "reshape":
      return { shape, dtype, view: reshapeView(view, from, shape) };
    case "broadcast":
      return { shape, dtype, view: broadcastView(view, shape, attributes.axes!) };
    case "transpose":
      return { shape, dtype, view: transposeView(view, attributes.axes!) };
    case "slice":
      return { shape, dtype, view: sliceView(view, attributes.start!) };
    case "windows":
      return { shape, dtype, view: windowsView(view, attributes) };
    default:
      return operand;
  }
}

const looks = new Set("reshape broadcast transpose slice windows stopGradient".split(" "));

/** Reshapes that strides cannot express: found by looking at all views with stand-ins for what will be computed. */
export function copiesOf({ instructions }: Graph, inputs: readonly Value[]): Set<number> {
  const copies = new Set<number>();
  const seen: Value[] = [];
  instructions.forEach((instruction, k) => {
    const { op, shape, dtype, attributes } = instruction;
    const standIn: Value = { shape, dtype, view: wholeOf(newBuffer("arena", dtype, 0, 0), shape) };
    const isView = looks.has(op);
    if (op === "input") seen.push(inputs[attributes.index!]);
    else if (op === "constant" && attributes.numbers!.length === 1) seen.push({ shape, dtype, constant: 0 });
    else if (isView) {
      const value = viewed(instruction, seen[instruction.inputs[0]]);
      const isLost = value.view === undefined && value.constant === undefined;
      if (isLost) copies.add(k);
      seen.push(isLost ? standIn : value);
    } else seen.push(standIn);
  });
  return copies;
}

/** Which computed values something outside their own step reads. */
export function storedOf({ instructions, outputs }: Graph, { stepOf, steps }: Schedule): boolean[] {
  const stored = instructions.map((_, k) => stepOf[k] >= 0 && steps[stepOf[k]].kind !== "group");
  instructions.forEach(({ inputs, op }, k) => {
    for (const input of inputs) if (stepOf[input] !== stepOf[k]) stored[input] = true;
    if (isFusedReduction(op)) stored[k] = true;
  });
  for (const output of outputs) stored[output] = true;
  return stored;
}

/** Where values should be computed so that nothing need be moved later: in an output's place, or in their part of a concatenation. */
export function destinationsOf(
  { scratch }: Pick<Usage, "scratch">,
  { instructions, outputs }: Graph,
  { stepOf }: Schedule,
  wanted: readonly (View | undefined)[],
): Map<number, View> {
  const destinations = new Map<number, View>();
  outputs.forEach((k, i) => {
    const view = wanted[i];
    if (view !== undefined && !destinations.has(k)) destinations.set(k, view);
  });
  for (let k = instructions.length - 1; k >= 0; k--) {
    const { op, inputs, shape, dtype, attributes } = instructions[k];
    const view = destinations.get(k);
    if ((op === "reshape" || op === "stopGradient") && stepOf[k] < 0) {
      const [operand] = inputs;
      if (view !== undefined && !destinations.has(operand)) {
        destinations.set(operand, { ...view, strides: rowMajor(instructions[operand].shape) });
      }
    } else if (op === "concat" && shape.slice(0, attributes.axes![0]).every((length) => length === 1)) {
      const whole = view ?? wholeOf(scratch(dtype, sizeOf(shape)), shape);
      destinations.set(k, whole);
      let before = 0;
      for (const operand of inputs) {
        const part = sliceView(
          whole,
          shape.map((_, axis) => (axis === attributes.axes![0] ? before : 0)),
        );
        if (!destinations.has(operand)) {
          destinations.set(operand, { ...part, strides: rowMajor(instructions[operand].shape) });
        }
        before += instructions[operand].shape[attributes.axes![0]];
      }
    }
  }
  return destinations;
}
