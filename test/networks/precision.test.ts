// Losses in single precision: the same function to about seven digits, with sums over rows in double.

import assert from "node:assert/strict";
import { test } from "node:test";
import { likelihoods, loss, lossFromSource, mlp, networkLoss } from "../../src/networks/index.js";
import { stream } from "../../src/random/index.js";

const random = stream(7, "precision");
const rows = 300;
const inputs = Array.from({ length: rows }, () => [random.normal(), random.normal(), random.normal()]);
const network = mlp({ inputs: 3, hidden: [16, 16], outputs: 4, activation: "swish" });
const labels = inputs.map(([x]) => Math.abs(Math.floor(2 * x)) % 4);
const parameters = network.initialize(random);

for (const [name, outputs, likelihood] of [
  ["categorical", labels, likelihoods.categorical()],
  ["gaussian", inputs.map(([x, y, z]) => [x, y, z, x * y]), likelihoods.gaussian({ sigma: 0.5 })],
] as const) {
  test(`a ${name} loss in single precision is that in double to seven digits`, () => {
    const double = networkLoss(network, { inputs, outputs }, likelihood);
    const single = networkLoss(network, { inputs, outputs }, likelihood, { precision: "f32" });
    const [a, b] = [new Float64Array(network.dim), new Float64Array(network.dim)];
    const expected = double.valueAndGradient(parameters, a);
    const value = single.valueAndGradient(parameters, b);
    assert.ok(Math.abs(value / expected - 1) < 1e-6, `${value} against ${expected}`);
    // Not the same to the last bit, or nothing would be single about it.
    assert.notEqual(value, expected);
    const norm = Math.hypot(...a);
    a.forEach((slope, i) => assert.ok(Math.abs(b[i] - slope) < 1e-6 * norm, `entry ${i}: ${b[i]} against ${slope}`));
    const chosen = Uint32Array.from({ length: 77 }, (_, i) => (13 * i) % rows);
    const batch = double.onRows(parameters, chosen, a);
    assert.ok(Math.abs(single.onRows(parameters, chosen, b) / batch - 1) < 1e-6);
    const copy = lossFromSource(structuredClone(single.source));
    assert.equal(copy.value(parameters), single.value(parameters));
  });
}

test("a million equal rows lose no digits in their sum", () => {
  const n = 2 ** 20;
  const even = loss(
    1,
    n,
    (w, { y }) => y.sub(w).square().mean(),
    { y: new Float64Array(n).fill(0.1) },
    { precision: "f32" },
  );
  const square = Math.fround(Math.fround(0.1) * Math.fround(0.1));
  assert.ok(Math.abs(even.value(Float64Array.of(0)) / square - 1) < 1e-6);
});

test("an unknown precision is refused", () => {
  assert.throws(
    () => loss(1, 1, (w) => w.sum(), {}, { precision: "f16" as never }),
    /precision must be one of "f64", "f32", got "f16"/,
  );
});
