// The JavaScript back end computes what the interpreter computes, bit for bit, on random graphs over all primitives.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { interpreter } from "../../src/tensor/backends/interpreter.js";
import { compileJavaScript } from "../../src/tensor/backends/javascript.js";
import { emptyArray, type Graph, type NumberArray, type Program, sizeOf } from "../../src/tensor/index.js";
import { type Example, exampleFrom } from "./graphs.js";

const choices = fc.array(fc.nat(9999), { minLength: 20, maxLength: 160, size: "max" });

function outputsOf(program: Program, inputs: readonly NumberArray[], fill: number): NumberArray[] {
  const { instructions, outputs } = program.graph;
  const arrays = outputs.map((k) => emptyArray(instructions[k].dtype, sizeOf(instructions[k].shape)).fill(fill));
  program.run(inputs, arrays);
  return arrays;
}

function assertSameBits(graph: Graph, actual: readonly NumberArray[], expected: readonly NumberArray[]): void {
  actual.forEach((array, o) => {
    array.forEach((number, i) => {
      assert.ok(
        Object.is(number, expected[o][i]),
        `output ${o}[${i}]: ${number}, expected ${expected[o][i]}\n${textOf(graph)}`,
      );
    });
  });
}

function textOf({ instructions, outputs }: Graph): string {
  const lines = instructions.map(({ op, inputs, shape, dtype, attributes }, k): string => {
    const { loop, ...rest } = attributes;
    return `${k} ${op}(${inputs}) ${dtype}[${shape}] ${JSON.stringify(rest)}${loop ? ` ${JSON.stringify({ ...loop, body: 0 })}{\n${textOf(loop.body)}\n}` : ""}`;
  });
  return [...lines, `-> ${outputs}`].join("\n");
}

function holds(budget: number, { graph, inputs }: Example): void {
  const expected = outputsOf(interpreter.compile(graph), inputs, 7);
  const program = compileJavaScript(graph, budget);
  assertSameBits(graph, outputsOf(program, inputs, 8), expected);
  // A second run meets what the first left in the arrays.
  assertSameBits(graph, outputsOf(program, inputs, 9), expected);
}

describe("the JavaScript back end", () => {
  it("agrees with the interpreter on random graphs, written out into scalars", () => {
    fc.assert(
      fc.property(choices, (list) => holds(20000, exampleFrom(list))),
      { numRuns: 500, seed: 1 },
    );
  });
  it("agrees with the interpreter on random graphs, as loops", () => {
    fc.assert(
      fc.property(choices, (list) => holds(0, exampleFrom(list))),
      { numRuns: 500, seed: 2 },
    );
  });
});
