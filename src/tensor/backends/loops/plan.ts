// From a graph to steps in the order in which they run, with the place of every value: the part of a program of loops over memory that
// is the same whatever language it is written in. Back ends write it twice: the first time to see which buffers are in use
// when, the second time with their places in the arena.

import { type DType, type Graph, type Instruction, type Loop, type Shape, sizeOf } from "../../graph.js";
import type { NumberArray } from "../../program.js";
import { constantValue, copiesOf, destinationsOf, storedOf, viewed } from "./placement.js";
import { type Step, scheduleOf } from "./schedule.js";
import {
  type Buffer,
  isContiguous,
  isSameView,
  newBuffer,
  rowMajor,
  sliceView,
  type Value,
  type View,
  wholeOf,
} from "./views.js";

/** What a step is written from: the instructions, where their values lie, and which of them must be stored. */
export interface Plan {
  readonly instructions: readonly Instruction[];
  readonly values: readonly Value[];
  readonly stored: readonly boolean[];
}

/** What writes the steps: one per back end. */
export interface Target {
  /** The steps written from now on run later than those before. */
  cut(): void;
  scratch(dtype: DType, size: number): Buffer;
  /** `to = value`, element by element. */
  copy(to: View, value: Value): void;
  group(plan: Plan, step: Step): void;
  /** A sum of terms that are mostly pads: `boxes` are what is added where. */
  padded(out: Value, boxes: readonly Box[]): void;
  /** Any other instruction, by its number. */
  operation(plan: Plan, k: number): void;
  /** What `body` writes, `count` times; views inside name the turn's number by the name that `body` gets. */
  repeat(loop: Loop, body: (turn: string) => void): void;
  /** `to` becomes the number of the turn. */
  writeTurn(to: View, turn: string): void;
}

/** A value that lies at `start` in a larger one. */
export interface Box {
  readonly value: Value;
  readonly start: readonly number[];
}

/** Writes a whole program; returns the arrays of its constants. */
export function writeProgram(target: Target, graph: Graph): NumberArray[] {
  const constants: NumberArray[] = [];
  const inputs = graph.inputs.map(({ shape, dtype }, i): Value => {
    return { shape, dtype, view: wholeOf(newBuffer("input", dtype, sizeOf(shape), 0, i), shape) };
  });
  const outputs = graph.outputs.map((k, i) => {
    const { shape, dtype } = graph.instructions[k];
    return wholeOf(newBuffer("output", dtype, sizeOf(shape), 0, i), shape);
  });
  const values = writeGraph(target, graph, inputs, outputs, constants);
  values.forEach((value, i) => {
    if (value.view !== undefined && isSameView(value.view, outputs[i])) return;
    target.cut();
    target.copy(outputs[i], value);
  });
  return constants;
}

/** A copy of the value whose elements follow one another. */
export function copied(target: Pick<Target, "scratch" | "copy">, value: Value): View {
  const copy = wholeOf(target.scratch(value.dtype, sizeOf(value.shape)), value.shape);
  target.copy(copy, value);
  return copy;
}

/** Writes the graph's steps; returns its outputs' values, which lie in `wanted` where that could be arranged. */
function writeGraph(
  target: Target,
  graph: Graph,
  inputs: readonly Value[],
  wanted: readonly (View | undefined)[],
  constants: NumberArray[],
): Value[] {
  const { instructions } = graph;
  const copies = copiesOf(graph, inputs);
  const schedule = scheduleOf(graph, copies);
  const stored = storedOf(graph, schedule);
  const destinations = destinationsOf(target, graph, schedule, wanted);
  const values: Value[] = [];
  const loops = new Map<number, View[]>();
  instructions.forEach((instruction, k) => {
    const { op, shape, dtype, attributes } = instruction;
    if (op === "input") values.push(inputs[attributes.index!]);
    else if (op === "result") values.push({ shape, dtype, view: loops.get(instruction.inputs[0])![attributes.index!] });
    else if (op === "repeat") {
      loops.set(k, resultsOf(target, graph, k, destinations));
      values.push({ shape, dtype });
    } else if (op === "constant") values.push(constantValue(instruction, constants));
    else if (schedule.stepOf[k] >= 0) {
      const view = stored[k]
        ? (destinations.get(k) ?? wholeOf(target.scratch(dtype, sizeOf(shape)), shape))
        : undefined;
      values.push({ shape, dtype, view });
    } else values.push(viewed(instruction, instruction.inputs.map((i) => values[i])[0]));
  });
  const plan: Plan = { instructions, values, stored };
  for (const step of schedule.steps) {
    target.cut();
    const [k] = step.members;
    if (step.kind === "group") target.group(plan, step);
    else if (step.kind === "padded") {
      const isPad = (t: number): boolean => instructions[t].op === "pad" && schedule.stepOf[t] < 0;
      const boxes = step.terms!.map((t): Box => {
        const start = isPad(t) ? instructions[t].attributes.start! : instructions[t].shape.map(() => 0);
        return { value: values[isPad(t) ? instructions[t].inputs[0] : t], start };
      });
      target.padded(values[k], boxes);
    } else if (instructions[k].op === "repeat") {
      const operands = instructions[k].inputs.map((i) => values[i]);
      writeLoop(target, instructions[k].attributes.loop!, operands, loops.get(k)!, constants);
    } else target.operation(plan, k);
  }
  return graph.outputs.map((k) => values[k]);
}

// Loops ------------------------------------------------------------------------------------------------------------

/** Where a loop's results lie: carries keep their place from turn to turn, what is collected is written where it belongs. */
function resultsOf(
  target: Target,
  { instructions }: Graph,
  k: number,
  destinations: ReadonlyMap<number, View>,
): View[] {
  const { results } = instructions[k].attributes.loop!;
  const views: View[] = [];
  for (const [result, view] of destinations) {
    const { op, inputs, attributes } = instructions[result];
    if (op === "result" && inputs[0] === k) views[attributes.index!] = view;
  }
  return results.map(({ shape, dtype }, i) => views[i] ?? wholeOf(target.scratch(dtype, sizeOf(shape)), shape));
}

function writeLoop(
  target: Target,
  loop: Loop,
  operands: readonly Value[],
  results: readonly View[],
  constants: NumberArray[],
): void {
  const { count, carries, sequences, body } = loop;
  const carried = results.slice(0, carries);
  carried.forEach((view, c) => {
    target.cut();
    target.copy(view, operands[c]);
  });
  if (count === 0) return;
  target.cut();
  target.repeat(loop, (name) => {
    const slots = body.inputs;
    const entryOf = (operand: Value, c: number): Value => {
      const { shape, dtype } = slots[carries + c];
      if (operand.view === undefined) return { shape, dtype, constant: operand.constant };
      const { strides, turns } = operand.view;
      return {
        shape,
        dtype,
        view: { ...operand.view, strides: strides.slice(1), turns: [...turns, { name, stride: strides[0] }] },
      };
    };
    const turn = turnValue(target, body, name);
    const inputs: Value[] = [
      ...carried.map((view, c) => ({ shape: slots[c].shape, dtype: slots[c].dtype, view })),
      ...operands.slice(carries, carries + sequences).map(entryOf),
      ...operands.slice(carries + sequences),
      turn,
    ];
    const collected = results.slice(carries).map((view, c): View => {
      const { shape } = body.instructions[body.outputs[carries + c]];
      return { ...view, strides: rowMajor(shape), turns: [...view.turns, { name, stride: sizeOf(shape) }] };
    });
    const outputs = writeGraph(target, body, inputs, [...carried.map(() => undefined), ...collected], constants);
    collected.forEach((view, c) => {
      const value = outputs[carries + c];
      if (value.view !== undefined && isSameView(value.view, view)) return;
      target.cut();
      target.copy(view, value);
    });
    writeCarries(target, carried, outputs.slice(0, carries));
  });
}

/** The next carries take the carries' places: first those are saved that would be overwritten before they are read. */
function writeCarries(target: Target, carried: readonly View[], next: readonly Value[]): void {
  const isUnchanged = (c: number): boolean => next[c].view !== undefined && isSameView(next[c].view!, carried[c]);
  const changing = carried.map((_, c) => c).filter((c) => !isUnchanged(c));
  const saved = changing.map((c): Value => {
    const value = next[c];
    const isCarry = value.view !== undefined && carried.some(({ buffer }) => buffer === value.view!.buffer);
    if (!isCarry) return value;
    target.cut();
    return { ...value, view: copied(target, value) };
  });
  changing.forEach((c, i) => {
    target.cut();
    target.copy(carried[c], saved[i]);
  });
}

/** The turn's number as a value, written at the start of each turn where the body uses it. */
function turnValue(target: Target, body: Graph, name: string): Value {
  const index = body.inputs.length - 1;
  const { shape, dtype } = body.inputs[index];
  const view = wholeOf(target.scratch(dtype, 1), shape);
  const isTurn = (k: number): boolean =>
    body.instructions[k].op === "input" && body.instructions[k].attributes.index === index;
  const isUsed = body.outputs.some(isTurn) || body.instructions.some(({ inputs }) => inputs.some(isTurn));
  if (isUsed) target.writeTurn(view, name);
  return { shape, dtype, view };
}

/** Writes the operands one after another along an axis of `out`; one that was computed in its place is there already. */
export function concatenate(
  { cut, copy }: Pick<Target, "cut" | "copy">,
  out: View,
  operands: readonly Value[],
  axis: number,
  shape: Shape,
): void {
  let before = 0;
  for (const operand of operands) {
    const start = shape.map((_, i) => (i === axis ? before : 0));
    const to = sliceView(out, start);
    const own = { ...to, strides: rowMajor(operand.shape) };
    const isThere = operand.view !== undefined && isContiguous(to, operand.shape) && isSameView(operand.view, own);
    if (!isThere) {
      cut();
      copy(to, operand);
    }
    before += operand.shape[axis];
  }
}
