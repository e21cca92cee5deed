// Likelihoods in nats against formulae written by hand, and the gradients of the losses that they make.

import assert from "node:assert/strict";
import { test } from "node:test";
import { activationNames } from "../../src/networks/activations.js";
import { type Column, type Likelihood, type Loss, likelihoods, mlp, networkLoss } from "../../src/networks/index.js";
import { stream } from "../../src/random/index.js";
import { assertClose, differences } from "../energies/differences.js";

const rows = 7;
const random = stream(8, "network-loss");
const normals = (length: number): Float64Array => {
  const numbers = new Float64Array(length);
  random.fillNormal(numbers);
  return numbers;
};
const inputs = normals(2 * rows);
const inputRows = Array.from({ length: rows }, (_, i) => inputs.subarray(2 * i, 2 * i + 2));

/** A linear model's outputs for one row. */
function predict(w: Float64Array, row: Float64Array, outputs: number): number[] {
  return Array.from({ length: outputs }, (_, j) => row[0] * w[j] + row[1] * w[outputs + j] + w[2 * outputs + j]);
}

interface Case {
  readonly name: string;
  readonly likelihood: Likelihood;
  readonly outputs: number;
  readonly observed: readonly (readonly number[])[];
  /** Negative log-likelihood of one row. */
  readonly byHand: (predicted: readonly number[], observed: readonly number[]) => number;
}

const normalNats =
  (sigma: number) =>
  (predicted: readonly number[], observed: readonly number[]): number =>
    predicted.reduce(
      (sum, f, j) =>
        sum - Math.log(Math.exp(-((observed[j] - f) ** 2) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI))),
      0,
    );

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const cases: readonly Case[] = [
  {
    name: "gaussian",
    likelihood: likelihoods.gaussian(),
    outputs: 1,
    observed: inputRows.map(([x]) => [Math.sin(x)]),
    byHand: normalNats(1),
  },
  {
    name: "gaussian of sigma 0.5, three outputs",
    likelihood: likelihoods.gaussian({ sigma: 0.5 }),
    outputs: 3,
    observed: inputRows.map(([x, y]) => [x, y, x * y]),
    byHand: normalNats(0.5),
  },
  {
    name: "categorical",
    likelihood: likelihoods.categorical(),
    outputs: 3,
    observed: inputRows.map((_, i) => [i % 3]),
    byHand: (logits, [label]) =>
      -Math.log(Math.exp(logits[label]) / logits.reduce((sum, logit) => sum + Math.exp(logit), 0)),
  },
  {
    name: "bernoulli",
    likelihood: likelihoods.bernoulli(),
    outputs: 1,
    observed: inputRows.map((_, i) => [i % 2]),
    byHand: ([logit], [y]) => -Math.log(y === 1 ? logistic(logit) : 1 - logistic(logit)),
  },
  {
    name: "bernoulli, two outputs",
    likelihood: likelihoods.bernoulli(),
    outputs: 2,
    observed: inputRows.map((_, i) => [i % 2, Number(i > 3)]),
    byHand: (logits, outcomes) =>
      logits.reduce((sum, x, j) => sum - Math.log(outcomes[j] === 1 ? logistic(x) : 1 - logistic(x)), 0),
  },
];

for (const { name, likelihood, outputs, observed, byHand } of cases) {
  const network = mlp({ inputs: 2, hidden: [], outputs });
  const w = normals(network.dim);

  test(`${name}: the loss is the mean of the rows' negative log-likelihoods in nats`, () => {
    const loss = networkLoss(network, { inputs: inputRows, outputs: observed }, likelihood);
    const expected = inputRows.reduce((sum, row, i) => sum + byHand(predict(w, row, outputs), observed[i]) / rows, 0);
    assert.deepEqual([loss.dim, loss.dataSize], [network.dim, rows]);
    assertClose([loss.value(w)], [expected], 1e-14);
  });

  test(`${name}: the gradient is that of the values`, () => {
    const loss = networkLoss(network, { inputs: inputRows, outputs: observed }, likelihood);
    const gradient = new Float64Array(loss.dim);
    assertClose([loss.valueAndGradient(w, gradient)], [loss.value(w)], 1e-15);
    assertClose(gradient, differences(loss.value, w), 1e-10);
  });

  test(`${name}: rows in lists, flat arrays with a shape and, for one number a row, [n] and [n, 1] are the same data`, () => {
    const flat = Float32Array.from(observed.flat());
    const forms: Column[] = [
      observed.map((row) => row.map(Math.fround)),
      { values: flat, shape: [rows, observed[0].length] },
      ...(observed[0].length === 1 ? [flat, Array.from(flat)] : []),
    ];
    const values = forms.map((outputsForm) =>
      networkLoss(network, { inputs: { values: inputs, shape: [rows, 2] }, outputs: outputsForm }, likelihood).value(w),
    );
    for (const value of values) assert.equal(value, values[0]);
  });
}

for (const activation of activationNames) {
  test(`a network of two hidden layers with ${activation} has the gradient of its loss`, () => {
    const network = mlp({ inputs: 2, hidden: [4, 3], outputs: 3, activation });
    const labels = inputRows.map((_, i) => i % 3);
    const loss = networkLoss(network, { inputs: inputRows, outputs: labels }, likelihoods.categorical());
    // Not the network's start, where biases of 0 put relu on its kink wherever a whole layer is silent.
    const w = new Float64Array(loss.dim);
    stream(1, activation).fillNormal(w);
    const gradient = new Float64Array(loss.dim);
    loss.valueAndGradient(w, gradient);
    assertClose(gradient, differences(loss.value, w), 1e-9);
    assert.deepEqual(loss.initialize!(stream(1)), network.initialize(stream(1)));
    assert.equal(loss.names[0], "layer 1 weight[0,0]");
  });
}

test("one input per row may come as plain numbers", () => {
  const line = mlp({ inputs: 1, hidden: [], outputs: 1 });
  const loss = networkLoss(line, { inputs: [0, 1, 2], outputs: [1, 3, 5] }, likelihoods.gaussian());
  assertClose([loss.value(Float64Array.of(2, 1))], [0.5 * Math.log(2 * Math.PI)], 1e-15);
});

test("confident logits cost no more than their distance", () => {
  const flat = mlp({ inputs: 1, hidden: [], outputs: 1 });
  const loss = networkLoss(flat, { inputs: [1, 1], outputs: [1, 0] }, likelihoods.bernoulli());
  assert.equal(loss.value(Float64Array.of(0, 1e4)), 5e3);
  const three = mlp({ inputs: 1, hidden: [], outputs: 3 });
  const labelled = networkLoss(three, { inputs: [1], outputs: [2] }, likelihoods.categorical());
  assert.equal(labelled.value(Float64Array.of(0, 0, 0, 1e4, 0, 0)), 1e4);
});

const refused = (name: string, make: () => unknown, message: RegExp): void => {
  test(`refused: ${name}`, () => {
    assert.throws(make, { name: "RangeError", message });
  });
};
const build = networkLoss as (...parts: unknown[]) => Loss;
const network = mlp({ inputs: 2, hidden: [], outputs: 3 });
const labels = [0, 1, 2, 0, 1, 2, 0];
const { categorical, gaussian, bernoulli } = likelihoods;
const data = { inputs: inputRows, outputs: labels };

refused(
  "no network",
  () => build(undefined, data, categorical()),
  /networkLoss: network must be a network such as mlp/,
);
refused("no data", () => build(network, undefined, categorical()), /networkLoss: data must be { inputs, outputs }/);
refused(
  "no likelihood",
  () => build(network, data, "categorical"),
  /networkLoss: likelihood must be one of likelihoods/,
);
refused(
  "no outputs",
  () => build(network, { inputs: inputRows }, categorical()),
  /outputs must be a list of rows, got undef/,
);
refused(
  "inputs too narrow",
  () => build(network, { ...data, inputs: labels }, categorical()),
  /inputs must have 2 numbers per row, as the network has, got shape \[7\]/,
);
refused(
  "outputs too few",
  () => build(network, { ...data, outputs: [0, 1] }, categorical()),
  /networkLoss: outputs must have as many rows as inputs, 7, got 2/,
);
refused(
  "label too large",
  () => build(network, { ...data, outputs: [0, 1, 2, 3, 0, 0, 0] }, categorical()),
  /outputs\[3\] must be a class label from 0 to 2, got 3/,
);
refused(
  "label negative",
  () => build(network, { ...data, outputs: [-1, 1, 2, 0, 0, 0, 0] }, categorical()),
  /outputs\[0\] must be a class label from 0 to 2, got -1/,
);
refused(
  "label between",
  () => build(network, { ...data, outputs: [0, 0.5, 2, 0, 0, 0, 0] }, categorical()),
  /outputs\[1\] must be a class label from 0 to 2, got 0.5/,
);
refused(
  "labels in one-hot rows",
  () => build(network, { ...data, outputs: labels.map(() => [1, 0, 0]) }, categorical()),
  /outputs must be one class label per row, got shape \[7, 3\]/,
);
refused(
  "one class",
  () => build(mlp({ inputs: 2, hidden: [], outputs: 1 }), data, categorical()),
  /network\.outputs must be at least 2 logits for a categorical likelihood, got 1/,
);
refused(
  "outcome other than 0 or 1",
  () => build(network, { ...data, outputs: labels.map(() => [1, 0, 2]) }, bernoulli()),
  /outputs\[0\]\[2\] must be 0 or 1, got 2/,
);
refused(
  "observations too narrow",
  () => build(network, data, gaussian()),
  /outputs must have 3 numbers per row, as the network has, got shape \[7\]/,
);
refused("sigma 0", () => gaussian({ sigma: 0 }), /likelihoods\.gaussian: sigma must be a positive number, got 0/);
refused(
  "unknown option",
  () => gaussian({ sd: 1 } as object),
  /likelihoods\.gaussian: there is no option "sd"; the options are sigma/,
);
refused(
  "options null",
  () => gaussian(null as unknown as object),
  /likelihoods\.gaussian: options must be an object, got null/,
);
refused(
  "a network whose outputs have another shape than it says",
  () => build({ ...network, outputs: 2 }, { inputs: inputRows, outputs: labels.map(() => [0, 0]) }, gaussian()),
  /networkLoss: network\.apply must return shape \[4, 2\], got \[4, 3\]/,
);
