// From a graph to the text of a program of loops over typed arrays.

import type { Graph } from "../../graph.js";
import type { NumberArray } from "../../program.js";
import { placeBuffers } from "../loops/arena.js";
import { type Target, writeProgram } from "../loops/plan.js";
import { writeGroup } from "./group.js";
import { writeOperation, writePadded, writeValue } from "./operations.js";
import type { Run } from "./scalar-code.js";
import { build } from "./source.js";
import { type Writer, writer } from "./writer.js";

export function compileLoops(graph: Graph): { run: Run; bytes: number } {
  const { text, lengths, constants } = loopProgram(graph);
  const given: Record<string, NumberArray> = { A: new Float64Array(lengths.f64), B: new Float32Array(lengths.f32) };
  constants.forEach((numbers, i) => {
    given[`k${i}`] = numbers;
  });
  const bytes = Object.values(given).reduce((sum, { byteLength }) => sum + byteLength, 0);
  return { run: build<Run>(text, given), bytes };
}

export interface LoopProgram {
  readonly text: string;
  /** How many numbers the arenas hold. */
  readonly lengths: { readonly f64: number; readonly f32: number };
  readonly constants: readonly NumberArray[];
}

export function loopProgram(graph: Graph): LoopProgram {
  const first = writer([]);
  writeProgram(targetOf(first), graph);
  const { buffers } = first.finish();
  const lengths = { f64: placeBuffers(buffers, "f64"), f32: placeBuffers(buffers, "f32") };
  const places: number[] = [];
  for (const { index, place } of buffers) places[index] = place;

  const second = writer(places);
  const constants = writeProgram(targetOf(second), graph);
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

function targetOf(w: Writer): Target {
  return {
    cut: w.cut,
    scratch: w.scratch,
    copy: (to, value) => writeValue(w, to, value),
    group: (plan, step) => writeGroup(w, plan, step),
    padded: (out, boxes) => writePadded(w, out, boxes),
    operation: (plan, k) => writeOperation(w, plan, k),
    repeat({ count, reversed }, body) {
      const name = w.fresh("n");
      const opening = reversed
        ? `for (let ${name} = ${count - 1}; ${name} >= 0; ${name}--) {`
        : `for (let ${name} = 0; ${name} < ${count}; ${name}++) {`;
      w.loop(opening, name, () => body(name));
    },
    writeTurn(to, turn) {
      w.needs(turn);
      w.line(`${w.array(to.buffer)}[${w.base(to)}] = ${turn};`);
    },
  };
}
