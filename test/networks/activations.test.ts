// Activation functions against their formulae, and their derivatives against differences.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Activation, activationNames, activations } from "../../src/networks/activations.js";
import { evaluate, trace, withGradient } from "../../src/tensor/index.js";
import { assertClose, differences } from "../energies/differences.js";

// The distribution function of the standard normal by the trapezoidal rule from -12 on.
function normalCdf(x: number): number {
  const count = 4000;
  const h = (x + 12) / count;
  let sum = 0;
  for (let i = 0; i <= count; i++) {
    const z = -12 + i * h;
    sum += (i === 0 || i === count ? 0.5 : 1) * Math.exp(-0.5 * z * z);
  }
  // Euler-Maclaurin: the rule's error is h^2 / 12 times the difference of the integrand's slopes at the ends.
  return (h * sum + ((h * h) / 12) * x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

const formulae: Readonly<Record<Activation, (x: number) => number>> = {
  tanh: (x) => (Math.exp(2 * x) - 1) / (Math.exp(2 * x) + 1),
  relu: (x) => (x + Math.abs(x)) / 2,
  gelu: (x) => x * normalCdf(x),
  selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1)),
  swish: (x) => x / (1 + Math.exp(-x)),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.log(1 + Math.exp(x)),
  identity: (x) => x,
};

const points = Float64Array.of(-5, -2.5, -1, -0.3, 0.2, 0.9, 2, 4.5);

function graphOf(name: Activation) {
  return trace(([x]) => [activations[name](x)], [[points.length]]);
}

function slopes(name: Activation, at: Float64Array): Float64Array {
  const graph = trace(([x]) => [activations[name](x).sum()], [[at.length]]);
  return evaluate(withGradient(graph), [at])[1] as Float64Array;
}

test("there is a formula here for every activation", () => {
  assert.deepEqual([...activationNames].sort(), Object.keys(formulae).sort());
});

for (const name of activationNames) {
  test(`${name} is its formula`, () => {
    assertClose(evaluate(graphOf(name), [points])[0], points.map(formulae[name]), 1e-11, name);
  });

  test(`${name} has the slope of its values`, () => {
    const graph = trace(([x]) => [activations[name](x).sum()], [[points.length]]);
    const sum = (x: Float64Array): number => evaluate(graph, [x])[0][0];
    assertClose(slopes(name, points), differences(sum, points), 1e-9, name);
  });

  test(`${name} is finite far out, and so is its slope`, () => {
    const far = Float64Array.of(-1e4, 1e4, 0, 0, 0, 0, 0, 0);
    assert.ok(evaluate(graphOf(name), [far])[0].every(Number.isFinite));
    assert.ok(slopes(name, far).every(Number.isFinite));
  });
}

test("at its kink relu has slope 0, and selu that of one of its sides", () => {
  const zero = Float64Array.of(0);
  assert.equal(slopes("relu", zero)[0], 0);
  assertClose(slopes("selu", zero), [1.0507009873554805 * 1.6732632423543772], 1e-15);
});

test("selu keeps mean 0 and variance 1 of a standard normal", () => {
  const h = 0.001;
  const [first, second] = [1, 2].map((k) => {
    let sum = 0;
    for (let z = -12 + h / 2; z < 12; z += h) sum += formulae.selu(z) ** k * Math.exp(-0.5 * z * z) * h;
    return sum / Math.sqrt(2 * Math.PI);
  });
  assertClose([first, second], [0, 1], 1e-6);
});
