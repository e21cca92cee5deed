// Layer normalisation and skip connections of the perceptron against loops written out by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { likelihoods, type MlpOptions, mlp, networkLoss, parametersFrom } from "../../src/networks/index.js";
import { stream } from "../../src/random/index.js";
import { evaluate, trace } from "../../src/tensor/index.js";
import { assertClose, differences } from "../energies/differences.js";

const count = 5;

function normals(length: number, name: string): Float64Array {
  const values = new Float64Array(length);
  stream(3, name).fillNormal(values);
  return values;
}

function outputsOf(options: MlpOptions, w: Float64Array, rows: Float64Array): Float64Array {
  const network = mlp(options);
  const graph = trace(([p, x]) => [network.apply(p, x)], [[network.dim], [count, network.inputs]]);
  return evaluate(graph, [w, rows])[0] as Float64Array;
}

/** One row through the layers: weights `[in, out]`, biases, scales and shifts, layer by layer. */
function byHand({ inputs, hidden, outputs, bias = true, layerNorm, skip }: MlpOptions, w: Float64Array, row: number[]) {
  const widths = [inputs, ...hidden, outputs];
  let values = row;
  let next = 0;
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const isHidden = layer + 2 < widths.length;
    let sums = new Array<number>(widths[layer + 1]).fill(0);
    for (const value of values) for (let j = 0; j < sums.length; j++) sums[j] += value * w[next++];
    if (bias) for (let j = 0; j < sums.length; j++) sums[j] += w[next++];
    if (isHidden && layerNorm) {
      const mean = sums.reduce((a, b) => a + b) / sums.length;
      const variance = sums.reduce((a, b) => a + (b - mean) ** 2, 0) / sums.length;
      sums = sums.map((sum) => ((sum - mean) / Math.sqrt(variance + 1e-5)) * w[next++]);
      for (let j = 0; j < sums.length; j++) sums[j] += w[next++];
    }
    const made = isHidden ? sums.map(Math.tanh) : sums;
    const before = values;
    const skips = isHidden && skip !== undefined && (layer + 1) % skip === 0;
    values = skips ? made.map((value, j) => value + (before[j] ?? 0)) : made;
  }
  assert.equal(next, w.length);
  return values;
}

const cases: [string, MlpOptions][] = [
  ["normalised layers", { inputs: 3, hidden: [4, 5], outputs: 2, layerNorm: true }],
  ["normalised layers without biases", { inputs: 3, hidden: [4], outputs: 1, layerNorm: true, bias: false }],
  ["a skip around every layer, of any width", { inputs: 3, hidden: [5, 2, 2], outputs: 2, skip: 1 }],
  ["a skip around every second layer", { inputs: 2, hidden: [3, 3, 4, 3, 3], outputs: 1, skip: 2 }],
  ["both", { inputs: 3, hidden: [4, 4, 3], outputs: 2, layerNorm: true, skip: 2 }],
];

for (const [name, options] of cases) {
  const network = mlp(options);
  const w = normals(network.dim, "parameters");
  const x = normals(count * options.inputs, "rows");
  const rows = Array.from({ length: count }, (_, i) =>
    Array.from(x.subarray(i * options.inputs).slice(0, options.inputs)),
  );

  test(`${name} are the loops by hand`, () => {
    assertClose(
      outputsOf(options, w, x),
      rows.flatMap((row) => byHand(options, w, row)),
      1e-13,
    );
  });

  test(`${name} have the gradient of their loss`, () => {
    const outputs = rows.map((_, i) => Array.from({ length: options.outputs }, (_, j) => Math.sin(i + 2 * j)));
    const loss = networkLoss(network, { inputs: rows, outputs }, likelihoods.gaussian());
    const gradient = new Float64Array(loss.dim);
    loss.valueAndGradient(w, gradient);
    assertClose(gradient, differences(loss.value, w), 1e-9);
  });
}

test("normalised layers do not see the scale and the shift of what enters them", () => {
  const options: MlpOptions = { inputs: 2, hidden: [6], outputs: 1, layerNorm: true };
  const w = normals(mlp(options).dim, "parameters");
  const x = normals(count * 2, "rows");
  const scaled = w.map((value, i) => (i < 12 ? 1000 * value : i < 18 ? 1000 * value + 7 : value));
  // Up to the 1e-5 that is added to variances of order 1.
  assertClose(outputsOf(options, scaled, x), outputsOf(options, w, x), 1e-4);
});

test("a normalised layer starts with scales 1 and shifts 0, and takes PyTorch's arrays in their order", () => {
  const network = mlp({ inputs: 2, hidden: [3], outputs: 1, layerNorm: true });
  assert.deepEqual(
    network.layout.map(({ name, shape }) => [name, shape]),
    [
      ["layer 1 weight", [2, 3]],
      ["layer 1 bias", [3]],
      ["layer 1 norm scale", [3]],
      ["layer 1 norm shift", [3]],
      ["layer 2 weight", [3, 1]],
      ["layer 2 bias", [1]],
    ],
  );
  assert.deepEqual(network.initialize(stream(1)).slice(6, 15), Float64Array.of(0, 0, 0, 1, 1, 1, 0, 0, 0));
  const parameters = parametersFrom(network, {
    "0.weight": { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
    "0.bias": { shape: [3], values: [7, 8, 9] },
    "1.weight": { shape: [3], values: [10, 11, 12] },
    "1.bias": { shape: [3], values: [13, 14, 15] },
    "3.weight": { shape: [1, 3], values: [16, 17, 18] },
    "3.bias": { shape: [1], values: [19] },
  });
  assert.deepEqual(parameters, Float64Array.of(1, 3, 5, 2, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19));
});

test("what they cannot be is refused by name", () => {
  const make = mlp as (options: unknown) => unknown;
  const sizes = { inputs: 1, hidden: [2], outputs: 1 };
  assert.throws(() => make({ ...sizes, layerNorm: 1 }), /mlp: layerNorm must be true or false, got 1/);
  assert.throws(() => make({ ...sizes, skip: 0 }), /mlp: skip must be a positive integer, got 0/);
  assert.throws(() => make({ ...sizes, skip: true }), /mlp: skip must be a positive integer, got true/);
});
