// The multilayer perceptron against a loop written out by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Activation } from "../../src/networks/activations.js";
import { type MlpOptions, mlp, type Network } from "../../src/networks/index.js";
import { parameterNames } from "../../src/networks/network.js";
import { stream } from "../../src/random/index.js";
import { evaluate, trace } from "../../src/tensor/index.js";
import { assertClose } from "../energies/differences.js";

function outputsOf(network: Network, parameters: Float64Array, rows: Float64Array): Float64Array {
  const count = rows.length / network.inputs;
  const graph = trace(([w, x]) => [network.apply(w, x)], [[network.dim], [count, network.inputs]]);
  assert.deepEqual(graph.instructions[graph.outputs[0]].shape, [count, network.outputs]);
  return evaluate(graph, [parameters, rows])[0] as Float64Array;
}

/** One row through the layers: weights `[in, out]` row-major, then biases, layer by layer. */
function byHand(widths: readonly number[], bias: boolean, w: Float64Array, row: Float64Array): number[] {
  let values = Array.from(row);
  let next = 0;
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const [fanIn, fanOut] = [widths[layer], widths[layer + 1]];
    const sums = new Array<number>(fanOut).fill(0);
    for (let i = 0; i < fanIn; i++) for (let j = 0; j < fanOut; j++) sums[j] += values[i] * w[next++];
    if (bias) for (let j = 0; j < fanOut; j++) sums[j] += w[next++];
    values = layer + 2 < widths.length ? sums.map(Math.tanh) : sums;
  }
  assert.equal(next, w.length);
  return values;
}

for (const hidden of [[], [4], [4, 1], [5, 2, 3]]) {
  for (const bias of [true, false]) {
    test(`${hidden.length} hidden layers ${bias ? "with" : "without"} bias are the loop by hand`, () => {
      const network = mlp({ inputs: 3, hidden, outputs: 2, bias });
      const random = stream(1, "mlp");
      const [parameters, rows] = [new Float64Array(network.dim), new Float64Array(3 * 5)];
      random.fillNormal(parameters);
      random.fillNormal(rows);
      const expected = Array.from({ length: 5 }, (_, i) =>
        byHand([3, ...hidden, 2], bias, parameters, rows.subarray(3 * i, 3 * i + 3)),
      ).flat();
      assertClose(outputsOf(network, parameters, rows), expected, 1e-14);
    });
  }
}

test("the activation stands between the layers and not behind the last", () => {
  const parameters = Float64Array.of(1, 0, 1, 0);
  const through = (activation: Activation): Float64Array =>
    outputsOf(mlp({ inputs: 1, hidden: [1], outputs: 1, activation }), parameters, Float64Array.of(-2, 3));
  assert.deepEqual(through("relu"), Float64Array.of(0, 3));
  assert.deepEqual(through("identity"), Float64Array.of(-2, 3));
  assert.deepEqual(through("tanh"), Float64Array.of(Math.tanh(-2), Math.tanh(3)));
});

test("the layout says where each layer's weights and biases lie", () => {
  const network = mlp({ inputs: 4, hidden: [8], outputs: 3 });
  assert.equal(network.dim, 67);
  assert.deepEqual(network.layout, [
    { name: "layer 1 weight", shape: [4, 8], start: 0 },
    { name: "layer 1 bias", shape: [8], start: 32 },
    { name: "layer 2 weight", shape: [8, 3], start: 40 },
    { name: "layer 2 bias", shape: [3], start: 64 },
  ]);
  assert.deepEqual(mlp({ inputs: 2, hidden: [], outputs: 3, bias: false }).layout, [
    { name: "layer 1 weight", shape: [2, 3], start: 0 },
  ]);
});

test("every parameter has a name of its own, in the order of the flat vector", () => {
  const names = parameterNames(mlp({ inputs: 2, hidden: [2], outputs: 1 }).layout);
  assert.deepEqual(names, [
    "layer 1 weight[0,0]",
    "layer 1 weight[0,1]",
    "layer 1 weight[1,0]",
    "layer 1 weight[1,1]",
    "layer 1 bias[0]",
    "layer 1 bias[1]",
    "layer 2 weight[0,0]",
    "layer 2 weight[1,0]",
    "layer 2 bias[0]",
  ]);
});

test("biases start at 0 and each layer's weights by the initialiser that fits the activation", () => {
  const sizes = { inputs: 60, hidden: [80], outputs: 50 };
  // The sample standard deviation of m normals has relative error 1 / sqrt(2 m).
  const scaled = (options: Partial<MlpOptions>): number[] => {
    const network = mlp({ ...sizes, ...options });
    const w = network.initialize(stream(2));
    return network.layout.map(({ start, shape }) => {
      const block = w.subarray(start, start + shape.reduce((a, b) => a * b));
      if (shape.length === 1) assert.ok(block.every((b) => b === 0));
      return Math.sqrt(block.reduce((sum, entry) => sum + entry ** 2, 0) / block.length);
    });
  };
  const expectScale = (options: Partial<MlpOptions>, first: number, last: number): void => {
    const [weights, , output] = scaled(options);
    assert.ok(Math.abs(weights / first - 1) < 4.5 / Math.sqrt(2 * 60 * 80), `${JSON.stringify(options)}: ${weights}`);
    assert.ok(Math.abs(output / last - 1) < 4.5 / Math.sqrt(2 * 80 * 50), `${JSON.stringify(options)}: ${output}`);
  };
  const [lecun, glorot, he] = [Math.sqrt(1 / 60), Math.sqrt(2 / 140), Math.sqrt(2 / 60)];
  const output = Math.sqrt(1 / 80);
  expectScale({}, glorot, output);
  expectScale({ activation: "relu" }, he, output);
  expectScale({ activation: "gelu" }, he, output);
  expectScale({ activation: "selu" }, lecun, output);
  expectScale({ activation: "selu", initializer: "heNormal" }, he, output);
  expectScale({ outputInitializer: "heNormal" }, glorot, Math.sqrt(2 / 80));
  assert.equal(scaled({ outputInitializer: "zeros" })[2], 0);
});

test("equal streams give equal starts", () => {
  const network = mlp({ inputs: 2, hidden: [3], outputs: 1 });
  assert.deepEqual(network.initialize(stream(4)), network.initialize(stream(4)));
  assert.notDeepEqual(network.initialize(stream(4)), network.initialize(stream(5)));
});

test("wrong options are refused by name", () => {
  const make = mlp as (options?: unknown) => Network;
  const sizes = { inputs: 1, hidden: [2], outputs: 1 };
  assert.throws(() => make(), /mlp: options must be an object, got undefined/);
  assert.throws(() => make(null), /mlp: options must be an object, got null/);
  assert.throws(() => make({ ...sizes, inputs: 0 }), /mlp: inputs must be a positive integer, got 0/);
  assert.throws(() => make({ ...sizes, outputs: "1" }), /mlp: outputs must be a positive integer, got "1"/);
  assert.throws(() => make({ ...sizes, hidden: 8 }), /mlp: hidden must be a list of widths, got 8/);
  assert.throws(() => make({ ...sizes, hidden: [4, 0] }), /mlp: hidden\[1\] must be a positive integer, got 0/);
  assert.throws(() => make({ ...sizes, activation: "sin" }), /mlp: activation must be one of "tanh", .*, got "sin"/);
  assert.throws(() => make({ ...sizes, initializer: "he" }), /mlp: initializer must be one of .*, got "he"/);
  assert.throws(() => make({ ...sizes, outputInitializer: "he" }), /mlp: outputInitializer must be one of/);
  assert.throws(() => make({ ...sizes, bias: 1 }), /mlp: bias must be true or false, got 1/);
  assert.throws(
    () => make({ ...sizes, layers: 3 }),
    /mlp: there is no option "layers"; the options are inputs, hidden/,
  );
});
