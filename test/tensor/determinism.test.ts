// The bytes that every machine computes: digests of what compiled programs return. They change when the order of sums or the vector
// mathematics does, and then only; a change is told in its commit. Losses and gradients of networks are in wasm-loops.test.ts.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { wasm } from "../../src/tensor/backends/wasm/loops.js";
import { names } from "../../src/tensor/backends/wasm/math.js";
import {
  averagePool2d,
  compileLanes,
  concat,
  constant,
  conv2d,
  type DType,
  emptyArray,
  type Graph,
  gradient,
  maxPool2d,
  repeat,
  type Shape,
  sizeOf,
  type Tensor,
  trace,
} from "../../src/tensor/index.js";
import { limits } from "./vector-math-cases.js";

/** Quotients of whole numbers, since Math.sin and its like may differ from machine to machine. */
const numbers = (dtype: DType, length: number, k: number) =>
  emptyArray(dtype, length).map((_, i) => (((i * 37 + k * 11) % 101) - 50) / 64);

function digestOf(run: (dtype: DType) => readonly (Float64Array | Float32Array)[]): string {
  const hash = createHash("sha256");
  for (const dtype of ["f64", "f32"] as const) {
    for (const output of run(dtype)) {
      assert.ok(output.every(Number.isFinite), "NaN has many bit patterns");
      hash.update(new Uint8Array(output.buffer, output.byteOffset, output.byteLength));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

function loopsOf(graph: Graph, dtype: DType): (Float64Array | Float32Array)[] {
  const outputs = graph.outputs.map((k) =>
    emptyArray(graph.instructions[k].dtype, sizeOf(graph.instructions[k].shape)),
  );
  const inputs = graph.inputs.map(({ shape }, k) => numbers(dtype, sizeOf(shape), k));
  wasm.compile(graph).run(inputs, outputs);
  return outputs;
}

interface Case {
  readonly shapes: readonly Shape[];
  /** The outputs; the gradient of their squares' sum comes with them. */
  readonly f: (inputs: readonly Tensor[]) => Tensor[];
}

const places = constant([3, 0, 4, 4, 1, 3]);
const cases: Readonly<Record<string, Case>> = {
  convolution: {
    shapes: [
      [3, 7, 8, 2],
      [3, 3, 2, 5],
    ],
    f: ([x, kernel]) => [conv2d(x, kernel), conv2d(x, kernel, { stride: 2, padding: "same" })],
  },
  pooling: {
    shapes: [[2, 6, 7, 3]],
    f: ([x]) => [maxPool2d(x, { window: 2 }), averagePool2d(x, { window: 3, stride: 2 })],
  },
  gather: { shapes: [[5, 7]], f: ([table]) => [table.gather(places), table.gather(places).scatterAdd(places, 5)] },
  pick: { shapes: [[6, 5]], f: ([x]) => [x.logSoftmax().pick(places)] },
  softmax: { shapes: [[9, 7]], f: ([x]) => [x.mul(9).softmax(), x.softmax(0), x.logSoftmax()] },
  logSumExp: { shapes: [[9, 7]], f: ([x]) => [x.mul(9).logSumExp(1), x.logSumExp(0), x.logSumExp()] },
  sums: { shapes: [[13, 3, 9]], f: ([x]) => [x.sum(0), x.sum(1), x.sum(2), x.sum([0, 2]), x.mean(), x.max(1)] },
  matmul: {
    shapes: [
      [13, 300],
      [300, 11],
    ],
    f: ([a, b]) => [
      a.matmul(b),
      b.transpose().matmul(a.transpose()),
      a.slice(0, 1).matmul(b),
      a.matmul(b.slice(0, 1, 1)),
    ],
  },
  matrices: {
    shapes: [
      [2, 4, 4],
      [2, 4, 3],
    ],
    f: ([a, b]) => {
      const factor = a
        .matmul(a.transpose([0, 2, 1]))
        .add(constant([2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2]).cast(a.dtype).reshape([4, 4]))
        .cholesky();
      return [factor, factor.triangularSolve(b), factor.triangularSolve(b, true)];
    },
  },
  loops: {
    shapes: [[5], [3, 5]],
    f: ([x, noise]) => {
      const body = ([a]: Tensor[], { entries, number }: { entries: readonly Tensor[]; number: Tensor }) => ({
        carries: [a.mul(0.9).add(entries[0]).add(number.cast(a.dtype).mul(0.1)).tanh()],
        collect: [a.sum()],
      });
      const { carries, collected } = repeat(3, [x], body, { sequences: [noise] });
      return [...carries, ...collected];
    },
  },
  arithmetic: {
    shapes: [[37], [37]],
    f: ([x, y]) => [
      x.div(y.square().add(1)),
      x.abs().add(1).sqrt(),
      x.less(y).where(x, y),
      x.maximum(y),
      concat([x, y]),
    ],
  },
};

const positive = new Set(["log", "log1p"]);
const argument = (name: string, x: Tensor): Tensor => (positive.has(name) ? x.square().mul(3).add(0.01) : x.mul(9));
const call = (name: string, x: Tensor): Tensor => (x as unknown as Record<string, () => Tensor>)[name].call(x);

describe("the bytes are those of every other machine and run", () => {
  const known: Readonly<Record<string, string>> = {
    convolution: "66e16542034f4d38",
    pooling: "023904d58592bbe7",
    gather: "b10ee2f690f7458f",
    pick: "c1d44fb1bf6b925e",
    softmax: "be821943fd75d5d8",
    logSumExp: "1dd742a195d1da62",
    sums: "ffbde32092be2580",
    matmul: "dd6680319de64e4b",
    matrices: "0d5f490bf636a8d2",
    loops: "640d033bee6864c6",
    arithmetic: "a925e4c735d3d10e",
  };

  it("of every kind of operation, and of its derivatives", () => {
    const found = Object.entries(cases).map(([name, { shapes, f }]) => {
      const digest = digestOf((dtype) => {
        const graph = trace(
          (inputs) => {
            const outputs = f(inputs);
            const total = outputs.map((output) => output.square().sum()).reduce((sum, each) => sum.add(each));
            return [...outputs, ...gradient(total, inputs)];
          },
          shapes.map((shape) => ({ shape, dtype })),
        );
        return loopsOf(graph, dtype);
      });
      return [name, digest];
    });
    assert.deepEqual(Object.fromEntries(found), known);
  });

  const knownFunctions: Readonly<Record<string, string>> = {
    exp: "f7edd42e8cfe719c",
    log: "426aae958aefed20",
    log1p: "4b0581a9f5afd68e",
    expm1: "f9f0c107435d4f6a",
    tanh: "69a8ac63df58d9a8",
    sigmoid: "a2388aa1edd8018e",
    softplus: "5890d7e4a4e28eec",
    sin: "635dc67b3d468c45",
    cos: "1f3abc93be915cc8",
    erf: "6e122e681d9e6222",
    pow: "1aa2dcfca95f74c3",
  };

  it("of every function, in loops and in lanes", () => {
    const found = Object.keys(limits).map((name) => {
      const digest = digestOf((dtype) => {
        const graph = trace(
          ([x, y]) => {
            const value = name === "pow" ? x.square().add(0.1).pow(y.mul(5)) : call(name, argument(name, x));
            return [value, ...gradient(value.sum(), [x])];
          },
          [
            { shape: [3], dtype },
            { shape: [3], dtype },
          ],
        );
        const width = 67;
        const lanes = compileLanes(graph, { width })!;
        assert.deepEqual(lanes.called, [], name);
        lanes.inputs.forEach((input, k) => input.set(numbers(dtype, 3 * width, k)));
        lanes.run();
        // Powers are JavaScript's in loops.
        return name === "pow" ? lanes.outputs : [...lanes.outputs, ...loopsOf(graph, dtype)];
      });
      return [name, digest];
    });
    assert.deepEqual(Object.fromEntries(found), knownFunctions);
    assert.ok(names.every((name) => name in knownFunctions));
  });
});
