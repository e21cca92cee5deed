// From a graph to the text of a program of loops over typed arrays. It is written twice: the first time to see which buffers
// are in use when, the second time with their places in the arena.

import { type Graph, type Loop, sizeOf } from "../../graph.js";
import type { NumberArray } from "../../program.js";
import { placeBuffers } from "./arena.js";
import { type Code, writeGroup } from "./group.js";
import { copied, writeOperation, writePadded, writeValue } from "./operations.js";
import { constantValue, copiesOf, destinationsOf, storedOf, viewed } from "./placement.js";
import type { Run } from "./scalar-code.js";
import { scheduleOf } from "./schedule.js";
import { build } from "./source.js";
import { isSameView, newBuffer, rowMajor, type Value, type View, wholeOf } from "./views.js";
import { type Writer, writer } from "./writer.js";

export function compileLoops(graph: Graph): Run {
  const { text, lengths, constants } = loopProgram(graph);
  const given: Record<string, NumberArray> = { A: new Float64Array(lengths.f64), B: new Float32Array(lengths.f32) };
  constants.forEach((numbers, i) => {
    given[`k${i}`] = numbers;
  });
  return build<Run>(text, given);
}

export interface LoopProgram {
  readonly text: string;
  /** How many numbers the arenas hold. */
  readonly lengths: { readonly f64: number; readonly f32: number };
  readonly constants: readonly NumberArray[];
}

export function loopProgram(graph: Graph): LoopProgram {
  const first = writer([]);
  writeProgram(first, graph);
  const { buffers } = first.finish();
  const lengths = { f64: placeBuffers(buffers, "f64"), f32: placeBuffers(buffers, "f32") };
  const places: number[] = [];
  for (const { index, place } of buffers) places[index] = place;

  const second = writer(places);
  const constants = writeProgram(second, graph);
  const { functions, body } = second.finish();
  const opened = [
    ...graph.inputs.map((_, i) => ({ name: `i${i}`, from: `inputs[${i}]` })),
    ...graph.outputs.map((_, i) => ({ name: `o${i}`, from: `outputs[${i}]` })),
  ].filter(({ name }) => body.needs.has(name));
  const text = [
    ...functions,
    "return function run(inputs, outputs) {",
    ...opened.map(({ name, from }) => `const ${name} = ${from};`),
    ...body.lines,
    "};",
  ].join("\n");
  return { text, lengths, constants };
}

function writeProgram(w: Writer, graph: Graph): NumberArray[] {
  const constants: NumberArray[] = [];
  const inputs = graph.inputs.map(({ shape, dtype }, i): Value => {
    return { shape, dtype, view: wholeOf(newBuffer("input", dtype, sizeOf(shape), 0, i), shape) };
  });
  const outputs = graph.outputs.map((k, i) => {
    const { shape, dtype } = graph.instructions[k];
    return wholeOf(newBuffer("output", dtype, sizeOf(shape), 0, i), shape);
  });
  const values = writeGraph(w, graph, inputs, outputs, constants);
  values.forEach((value, i) => {
    if (value.view !== undefined && isSameView(value.view, outputs[i])) return;
    w.cut();
    writeValue(w, outputs[i], value);
  });
  return constants;
}

/** Writes the graph's steps; returns its outputs' values, which lie in `wanted` where that could be arranged. */
function writeGraph(
  w: Writer,
  graph: Graph,
  inputs: readonly Value[],
  wanted: readonly (View | undefined)[],
  constants: NumberArray[],
): Value[] {
  const { instructions } = graph;
  const copies = copiesOf(graph, inputs);
  const schedule = scheduleOf(graph, copies);
  const stored = storedOf(graph, schedule);
  const destinations = destinationsOf(w, graph, schedule, wanted);
  const values: Value[] = [];
  const loops = new Map<number, View[]>();
  instructions.forEach((instruction, k) => {
    const { op, shape, dtype, attributes } = instruction;
    if (op === "input") values.push(inputs[attributes.index!]);
    else if (op === "result") values.push({ shape, dtype, view: loops.get(instruction.inputs[0])![attributes.index!] });
    else if (op === "repeat") {
      loops.set(k, resultsOf(w, graph, k, destinations));
      values.push({ shape, dtype });
    } else if (op === "constant") values.push(constantValue(instruction, constants));
    else if (schedule.stepOf[k] >= 0) {
      const view = stored[k] ? (destinations.get(k) ?? wholeOf(w.scratch(dtype, sizeOf(shape)), shape)) : undefined;
      values.push({ shape, dtype, view });
    } else values.push(viewed(instruction, instruction.inputs.map((i) => values[i])[0]));
  });
  const code: Code = { w, instructions, values, stored };
  for (const step of schedule.steps) {
    w.cut();
    const [k] = step.members;
    if (step.kind === "group") writeGroup(code, step);
    else if (step.kind === "padded")
      writePadded(code, k, step.terms!, (t) => instructions[t].op === "pad" && schedule.stepOf[t] < 0);
    else if (instructions[k].op === "repeat") {
      writeLoop(
        w,
        instructions[k].attributes.loop!,
        instructions[k].inputs.map((i) => values[i]),
        loops.get(k)!,
        constants,
      );
    } else writeOperation(code, k);
  }
  return graph.outputs.map((k) => values[k]);
}

// Loops ------------------------------------------------------------------------------------------------------------

/** Where a loop's results lie: carries keep their place from turn to turn, what is collected is written where it belongs. */
function resultsOf(w: Writer, { instructions }: Graph, k: number, destinations: ReadonlyMap<number, View>): View[] {
  const { results } = instructions[k].attributes.loop!;
  const views: View[] = [];
  for (const [result, view] of destinations) {
    const { op, inputs, attributes } = instructions[result];
    if (op === "result" && inputs[0] === k) views[attributes.index!] = view;
  }
  return results.map(({ shape, dtype }, i) => views[i] ?? wholeOf(w.scratch(dtype, sizeOf(shape)), shape));
}

function writeLoop(
  w: Writer,
  loop: Loop,
  operands: readonly Value[],
  results: readonly View[],
  constants: NumberArray[],
): void {
  const { count, carries, sequences, reversed, body } = loop;
  const carried = results.slice(0, carries);
  carried.forEach((view, c) => {
    w.cut();
    writeValue(w, view, operands[c]);
  });
  if (count === 0) return;
  w.cut();
  const name = w.fresh("n");
  const opening = reversed
    ? `for (let ${name} = ${count - 1}; ${name} >= 0; ${name}--) {`
    : `for (let ${name} = 0; ${name} < ${count}; ${name}++) {`;
  w.loop(opening, name, () => {
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
    const turn = turnValue(w, body, name);
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
    const outputs = writeGraph(w, body, inputs, [...carried.map(() => undefined), ...collected], constants);
    collected.forEach((view, c) => {
      const value = outputs[carries + c];
      if (value.view !== undefined && isSameView(value.view, view)) return;
      w.cut();
      writeValue(w, view, value);
    });
    writeCarries(w, carried, outputs.slice(0, carries));
  });
}

/** The next carries take the carries' places: first those are saved that would be overwritten before they are read. */
function writeCarries(w: Writer, carried: readonly View[], next: readonly Value[]): void {
  const isUnchanged = (c: number): boolean => next[c].view !== undefined && isSameView(next[c].view!, carried[c]);
  const changing = carried.map((_, c) => c).filter((c) => !isUnchanged(c));
  const saved = changing.map((c): Value => {
    const value = next[c];
    const isCarry = value.view !== undefined && carried.some(({ buffer }) => buffer === value.view!.buffer);
    if (!isCarry) return value;
    w.cut();
    return { ...value, view: copied(w, value) };
  });
  changing.forEach((c, i) => {
    w.cut();
    writeValue(w, carried[c], saved[i]);
  });
}

/** The turn's number as a value, written at the start of each turn where the body uses it. */
function turnValue(w: Writer, body: Graph, name: string): Value {
  const index = body.inputs.length - 1;
  const { shape, dtype } = body.inputs[index];
  const view = wholeOf(w.scratch(dtype, 1), shape);
  const isTurn = (k: number): boolean =>
    body.instructions[k].op === "input" && body.instructions[k].attributes.index === index;
  const isUsed = body.outputs.some(isTurn) || body.instructions.some(({ inputs }) => inputs.some(isTurn));
  if (isUsed) {
    w.needs(name);
    w.line(`${w.array(view.buffer)}[${w.base(view)}] = ${name};`);
  }
  return { shape, dtype, view };
}
