// The tempered energy: n beta L_n + (gamma / 2) |w - w*|^2, its gradients, its mini-batches and its journey to a worker.

import assert from "node:assert/strict";
import { test } from "node:test";
import { likelihoods, mlp, networkLoss, tempered } from "../../src/index.js";
import { type TemperedSource, temperedFromSource } from "../../src/llc/tempered.js";
import { stream } from "../../src/random/index.js";

const n = 37;
const random = stream(4, "tempered");
const inputs = Array.from({ length: n }, () => [random.normal(), random.normal()]);
const outputs = inputs.map(([x, y]) => Math.sin(x) + y);
const network = mlp({ inputs: 2, hidden: [3], outputs: 1 });
const data = networkLoss(network, { inputs, outputs }, likelihoods.gaussian({ sigma: 0.5 }));
const center = network.initialize(random);
const energy = tempered(data, { center, beta: 0.2, gamma: 7 });
const at = center.map((x) => x + 0.3 * random.normal());

test("its value is n beta times the loss plus the localisation", () => {
  const localisation = at.reduce((sum, x, i) => sum + 3.5 * (x - center[i]) ** 2, 0);
  assert.ok(Math.abs(energy.value(at) - (n * 0.2 * data.value(at) + localisation)) < 1e-10);
});

test("its gradient is that of its values", () => {
  const gradient = new Float64Array(energy.dim);
  const value = energy.valueAndGradient(at, gradient);
  assert.ok(Math.abs(value - energy.value(at)) < 1e-10);
  for (let i = 0; i < energy.dim; i++) {
    const step = (h: number) => energy.value(at.map((x, k) => (k === i ? x + h : x)));
    assert.ok(Math.abs((step(1e-5) - step(-1e-5)) / 2e-5 - gradient[i]) < 1e-5 * (1 + Math.abs(gradient[i])));
  }
});

test("its mini-batch gradients average to its gradient", () => {
  const whole = new Float64Array(energy.dim);
  energy.valueAndGradient(at, whole);
  const sum = new Float64Array(energy.dim);
  const part = new Float64Array(energy.dim);
  for (let row = 0; row < n; row++) {
    energy.stochastic!.gradient(at, Uint32Array.of(row), part);
    part.forEach((g, i) => {
      sum[i] += g / n;
    });
  }
  sum.forEach((g, i) => assert.ok(Math.abs(g - whole[i]) < 1e-10));
});

test("it observes the loss of a draw", () => {
  const out = new Float64Array(1);
  energy.observables!.observe(at, energy.value(at), out);
  assert.ok(Math.abs(out[0] - data.value(at)) < 1e-12);
});

test("rebuilt from cloned data it is the same to the last bit", () => {
  const copy = temperedFromSource(structuredClone(energy.source) as TemperedSource);
  const [a, b] = [new Float64Array(energy.dim), new Float64Array(energy.dim)];
  assert.equal(copy.valueAndGradient(at, a), energy.valueAndGradient(at, b));
  assert.deepEqual(a, b);
  assert.deepEqual(copy.names, energy.names);
});
