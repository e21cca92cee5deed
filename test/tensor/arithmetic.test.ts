// Arithmetic that is chosen: products added with one rounding, vectors in pairs. What they may change and what not, where the choice goes,
// and how it is refused.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nodePlatform } from "../../src/platform/node.js";
import { install, type Platform } from "../../src/platform/platform.js";
import { requireExtensions } from "../../src/tensor/backends/wasm/extensions.js";
import { wasm } from "../../src/tensor/backends/wasm/loops.js";
import { names } from "../../src/tensor/backends/wasm/math.js";
import {
  type Arithmetic,
  arithmeticOf,
  compile,
  compileLanes,
  type DType,
  emptyArray,
  type Graph,
  gradient,
  graphKey,
  inline,
  mapColumns,
  type NumberArray,
  repeat,
  sizeOf,
  type Tensor,
  trace,
  withGradient,
} from "../../src/tensor/index.js";
import { exampleFrom, runs } from "./graphs.js";
import { errorsFrom, expectationOf, isWithin } from "./perturbed.js";
import { evaluate, type Precision } from "./vector-math.js";
import { limits, ranges, specialValues } from "./vector-math-cases.js";

const here = nodePlatform({ workerUrl: new URL("../../src/worker.ts", import.meta.url) });
/** An engine that grants everything: pairs of vectors change no number, so code for them is tested where there are none. */
const generous: Platform = {
  ...here,
  extendWasm: (extension) => (extension === "wideVectors" ? undefined : here.extendWasm(extension)),
};
const fma: Arithmetic = { fma: true };
const both: Arithmetic = { fma: true, wideVectors: true };
const dtypes: readonly DType[] = ["f64", "f32"];

function outputsOf(graph: Graph, inputs: readonly NumberArray[]): NumberArray[] {
  const outputs = graph.outputs.map((k) =>
    emptyArray(graph.instructions[k].dtype, sizeOf(graph.instructions[k].shape)),
  );
  wasm.compile(graph).run(inputs, outputs);
  return outputs;
}

const inputsOf = (graph: Graph): NumberArray[] =>
  graph.inputs.map(({ shape, dtype }, k) => emptyArray(dtype, sizeOf(shape)).map((_, i) => Math.sin(1.7 * i + k)));

describe("what there is not is refused by its name", () => {
  it("with the reason, before anything is compiled", (t) => {
    const poor: Platform = { ...here, extendWasm: (extension) => `there is no ${extension} on the moon` };
    install(poor);
    assert.throws(() => arithmeticOf("energy", { wideVectors: true }), {
      name: "Error",
      message: "energy: wideVectors needs an engine that pairs vectors: there is no wideVectors on the moon",
    });
    if (Number(process.versions.v8.split(".")[0]) > 11) t.diagnostic("relaxed SIMD needs nobody's leave here");
    else {
      assert.throws(() => arithmeticOf("energy", { fma: true }), {
        name: "Error",
        message: "energy: fma needs the relaxed SIMD of WebAssembly: there is no relaxedSimd on the moon",
      });
      // A platform that says yes where the engine does not follow is not believed.
      assert.throws(
        () => requireExtensions("energy", fma, { ...here, extendWasm: () => undefined }),
        /^Error: energy: fma needs the relaxed SIMD of WebAssembly: it is not valid here$/,
      );
      const graph = trace(([x]) => [x.exp()], [[4]], fma);
      assert.throws(() => wasm.compile(graph), /^Error: wasm: fma needs/);
      assert.throws(() => compileLanes(graph, { width: 2 }), /^Error: compileLanes: fma needs/);
    }
    install(generous);
  });

  it("and so is what is neither true nor false", () => {
    for (const name of ["fma", "wideVectors"]) {
      for (const value of [1, "yes", null]) {
        assert.throws(() => arithmeticOf("loss", { [name]: value }), new RegExp(`loss: ${name} must be true or false`));
      }
    }
    assert.equal(arithmeticOf("loss", {}), undefined);
    assert.equal(arithmeticOf("loss", { fma: false, wideVectors: false }), undefined);
    assert.deepEqual(arithmeticOf("loss", { fma: true, wideVectors: false }), fma);
  });
});

describe("the choice", () => {
  const square = trace(([x]) => [x.square().sum()], [[3]], both);

  it("goes from a graph to all that are made of it", () => {
    const made: Record<string, Graph> = {
      withGradient: withGradient(square),
      twice: withGradient(trace((inputs) => inline(square, inputs), square.inputs)),
      columns: mapColumns(square, 4),
      loop: trace(([x]) => repeat(3, [x], ([y]) => ({ carries: [y.mul(inline(square, [y])[0])] })).carries, [[3]]),
    };
    for (const [name, graph] of Object.entries(made)) assert.deepEqual(graph.arithmetic, both, name);
    assert.deepEqual(structuredClone(square).arithmetic, both);
  });

  it("and no further", () => {
    const plain = trace(([x]) => [x.exp()], [[3]]);
    assert.ok(!("arithmetic" in plain));
    const outside = trace(
      ([x]) => {
        // A graph that is traced meanwhile has its own.
        trace((inputs) => inline(square, inputs), square.inputs);
        return inline(plain, [x]);
      },
      [[3]],
    );
    assert.ok(!("arithmetic" in outside));
    const broken = (): Graph =>
      trace(
        (inputs) => {
          inline(square, inputs);
          throw new Error("half-way");
        },
        [[3]],
      );
    assert.throws(broken, /half-way/);
    assert.ok(!("arithmetic" in trace((inputs) => inline(plain, inputs), [[3]])));
  });

  it("is part of a graph's identity", () => {
    const of = (arithmetic?: Arithmetic): string => graphKey(trace(([x]) => [x.exp()], [[3]], arithmetic));
    assert.equal(new Set([of(), of(fma), of(both), of({ wideVectors: true })]).size, 4);
  });

  it("may be made, and unmade, when a graph is compiled", () => {
    const plain = trace(([x]) => [x.matmul(x).exp()], [[9, 9]]);
    const program = compile(plain, { backend: "wasm", fma: true });
    assert.deepEqual(program.graph.arithmetic, fma);
    assert.match(program.how, /^WebAssembly: .*; multiply-adds rounded as the machine likes$/);
    assert.equal(compile(plain, { backend: "wasm", fma: true }), program);
    assert.equal(compile(plain, { backend: "wasm", fma: false }).graph.arithmetic, undefined);
    assert.deepEqual(compile(program.graph, { backend: "wasm", wideVectors: true }).graph.arithmetic, both);
    const unmade = compile(program.graph, { backend: "wasm", fma: false });
    assert.doesNotMatch(unmade.how, /multiply-adds/);
  });
});

describe("multiply-adds", () => {
  it("are rounded once, or twice as ever, in every precision", () => {
    for (const [dtype, e] of [
      ["f64", 2 ** -30],
      ["f32", 2 ** -13],
    ] as const) {
      const graph = trace(
        ([a, b]) => [a.matmul(b)],
        [
          { shape: [5, 2], dtype },
          { shape: [2, 7], dtype },
        ],
        fma,
      );
      // (1 + e)(1 - e) - 1 is -e^2, and 0 where the product is rounded.
      const a = emptyArray(dtype, 10).map((_, i) => (i % 2 === 0 ? -1 : 1 + e));
      const b = emptyArray(dtype, 14).map((_, i) => (i < 7 ? 1 : 1 - e));
      const [product] = outputsOf(graph, [a, b]);
      const [once, twice] = [-(e * e), 0];
      assert.ok(product[0] === once || product[0] === twice);
      assert.ok(product.every((number) => number === product[0]));
    }
  });

  it("leave random graphs within rounding of the interpreter", () => {
    const choices = fc.array(fc.nat(9999), { minLength: 20, maxLength: 160, size: "max" });
    const holds = (list: number[]): void => {
      const { graph, inputs } = exampleFrom(list);
      const { values, tolerances } = expectationOf(graph, inputs, [1, 2, 3, 4].map(errorsFrom));
      outputsOf({ ...graph, arithmetic: both }, inputs).forEach((output, o) => {
        output.forEach((number, i) => {
          const [expected, tolerance] = [values[o][i], tolerances[o][i]];
          const message = `output ${o}[${i}] is ${number}, expected ${expected} up to ${tolerance}`;
          assert.ok(isWithin(number, expected, tolerance), message);
        });
      });
    };
    fc.assert(fc.property(choices, holds), { numRuns: runs ?? 200, seed: 4 });
  });

  for (const precision of ["single", "double"] as const satisfies readonly Precision[]) {
    it(`leave the functions as accurate in ${precision} precision, and their special values alone`, () => {
      const [epsilon, tiny] = precision === "single" ? [2 ** -23, 2 ** -149] : [2 ** -52, 2 ** -1074];
      for (const name of names) {
        const points: number[] = [];
        for (let k = 0; k < ranges[name].length; k += 2) {
          const [low, high] = ranges[name].slice(k);
          for (let i = 1; i <= 500; i++) points.push(low + (high - low) * ((i * 0.6180339887498949) % 1));
        }
        const plain = evaluate(precision, name, points);
        const fused = evaluate(precision, name, points, [], fma);
        plain.forEach((value, i) => {
          const allowed = 2 * limits[name] * epsilon * Math.abs(value) + tiny;
          const message = `${name}(${points[i]}): ${fused[i]} with and ${value} without`;
          assert.ok(Object.is(fused[i], value) || Math.abs(fused[i] - value) <= allowed, message);
        });
        const special = specialValues[name]
          .split(" ")
          .map((example) => example.split(":")[0])
          .map((word) => (word.endsWith("inf") ? Number(word.replace("inf", "Infinity")) : Number(word)));
        assert.deepEqual(evaluate(precision, name, special, [], fma), evaluate(precision, name, special), name);
      }
    });
  }

  it("are those of every width in lanes", () => {
    const graph = trace(([q]) => [q.exp().mul(q.tanh()).sum()], [[3]], fma);
    const run = (width: number): NumberArray => {
      const program = compileLanes(graph, { width })!;
      program.inputs[0].forEach((_, i, x) => {
        x[i] = Math.sin(1 + Math.floor(i / width));
      });
      program.run();
      return program.outputs[0].slice();
    };
    const [alone] = run(1);
    for (const width of [2, 3, 8, 13]) assert.ok(run(width).every((number) => Object.is(number, alone)));
    const plain = Math.exp(Math.sin(1)) * Math.tanh(Math.sin(1));
    const rest = [2, 3].map((k) => Math.exp(Math.sin(k)) * Math.tanh(Math.sin(k)));
    const expected = rest.reduce((sum, term) => sum + term, plain);
    assert.ok(Math.abs(alone - expected) < 1e-14 * expected);
  });
});

describe("vectors in pairs", () => {
  it("change no bit of a matrix product, whatever its tails", () => {
    for (const dtype of dtypes) {
      const shapes = [1, 2, 4, 5, 9, 12].flatMap((m) =>
        [1, 3, 8, 15, 16, 17, 33].flatMap((n) => [1, 5, 70].map((k) => [m, k, n])),
      );
      // Rows of the second a multiple of 4096 bytes apart: it is copied panel by panel.
      shapes.push([9, 300, dtype === "f64" ? 512 : 1024]);
      for (const [m, k, n] of shapes) {
        const graph = trace(
          ([a, b]) => [a.matmul(b), ...gradient(a.matmul(b).square().sum(), [a, b])],
          [
            { shape: [m, k], dtype },
            { shape: [k, n], dtype },
          ],
        );
        const inputs = inputsOf(graph);
        for (const one of [{}, fma]) {
          const narrow = outputsOf({ ...graph, arithmetic: one }, inputs);
          const wide = outputsOf({ ...graph, arithmetic: { ...one, wideVectors: true } }, inputs);
          wide.forEach((output, o) => {
            assert.deepEqual(new Uint8Array(output.buffer), new Uint8Array(narrow[o].buffer), `${m} x ${k} x ${n}`);
          });
        }
      }
    }
  });

  it("are said of a program", () => {
    const graph = trace(([x]: Tensor[]) => [x.matmul(x)], [[9, 9]], { wideVectors: true });
    assert.match(wasm.compile(graph).how, /in pairs where the machine has twice as wide ones$/);
  });
});
