// Laws of actions against sums over all outcomes, quadrature, closed forms and their own draws.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bernoulli,
  categorical,
  type Distribution,
  multiCategorical,
  normal,
  tanhNormal,
} from "../../src/policy-gradients/distributions/index.js";
import { stream } from "../../src/random/index.js";
import { evaluate, type Tensor, trace, withGradient } from "../../src/tensor/index.js";
import { assertClose, differences } from "../energies/differences.js";

/** A traced function of rows of parameters, and of outcomes where given, as numbers. */
function numbers(f: (inputs: Tensor[]) => Tensor, rows: number, ...inputs: (readonly number[])[]): Float64Array {
  const arrays = inputs.map((input) => Float64Array.from(input));
  const shapes = arrays.map(({ length }) => [rows, length / rows]);
  return evaluate(
    trace((tensors) => [f(tensors)], shapes),
    arrays,
  )[0] as Float64Array;
}

const logProbability = (law: Distribution, parameters: readonly number[], outcome: readonly number[]): number =>
  numbers(([p, x]) => law.logProbability(p, x), 1, parameters, outcome)[0];
const entropy = (law: Distribution, parameters: readonly number[]): number =>
  numbers(([p]) => law.entropy(p), 1, parameters)[0];
const kl = (law: Distribution, p: readonly number[], q: readonly number[]): number =>
  numbers(([from, to]) => law.kl(from, to), 1, p, q)[0];

const discrete: { law: Distribution; outcomes: number[][]; p: number[]; q: number[] }[] = [
  { law: categorical(3), outcomes: [[0], [1], [2]], p: [0.3, -1, 2], q: [1, 0, -0.5] },
  {
    law: multiCategorical([2, 3]),
    outcomes: [0, 1].flatMap((a) => [0, 1, 2].map((b) => [a, b])),
    p: [0.1, 1.2, -0.4, 0.9, 0.2],
    q: [0, 0, 2, -1, 0.5],
  },
  {
    law: bernoulli(2),
    outcomes: [0, 1].flatMap((a) => [0, 1].map((b) => [a, b])),
    p: [0.7, -2],
    q: [-1, 0.4],
  },
];

for (const { law, outcomes, p, q } of discrete) {
  test(`${law.kind}: probabilities add up to 1, entropy and KL are the sums over all outcomes`, () => {
    const logs = outcomes.map((x) => logProbability(law, p, x));
    const others = outcomes.map((x) => logProbability(law, q, x));
    const sum = (f: (log: number, k: number) => number) => logs.reduce((s, log, k) => s + Math.exp(log) * f(log, k), 0);
    assertClose([sum(() => 1)], [1], 1e-14);
    assertClose([entropy(law, p)], [sum((log) => -log)], 1e-14);
    assertClose([kl(law, p, q)], [sum((log, k) => log - others[k])], 1e-14);
    assertClose([kl(law, p, p)], [0], 1e-15);
  });

  test(`${law.kind}: outcomes are drawn as often as they are probable, and the mode is the likeliest`, () => {
    const rows = 20_000;
    const drawn = new Float64Array(rows * law.size);
    law.sample(
      Float64Array.from({ length: rows * p.length }, (_, i) => p[i % p.length]),
      drawn,
      stream(1, law.kind),
    );
    const logs = outcomes.map((x) => logProbability(law, p, x));
    outcomes.forEach((outcome, k) => {
      let count = 0;
      for (let row = 0; row < rows; row++) if (outcome.every((x, i) => drawn[row * law.size + i] === x)) count++;
      const probability = Math.exp(logs[k]);
      const z = (count - rows * probability) / Math.sqrt(rows * probability * (1 - probability));
      assert.ok(Math.abs(z) < 4.5, `outcome ${outcome}: z-score ${z}`);
    });
    const mode = new Float64Array(law.size);
    law.mode(Float64Array.from(p), mode);
    assert.deepEqual([...mode], outcomes[logs.indexOf(Math.max(...logs))]);
  });
}

test("logits of a thousand neither overflow nor are drawn wrongly", () => {
  const law = categorical(3);
  const outcome = new Float64Array(1);
  for (let k = 0; k < 100; k++) {
    law.sample(Float64Array.of(-1000, 1000, 0), outcome, stream(2, k));
    assert.equal(outcome[0], 1);
  }
  assert.equal(logProbability(law, [-1000, 1000, 0], [0]), -2000);
  assert.equal(logProbability(bernoulli(1), [1000], [0]), -1000);
});

/** Trapezoidal rule over an outcome of one number. */
function integral(f: (x: number) => number, from: number, to: number, points: number): number {
  let sum = 0;
  for (let k = 0; k <= points; k++) sum += f(from + ((to - from) * k) / points);
  return (sum * (to - from)) / points;
}

for (const scale of ["exponential", "softplus"] as const) {
  test(`normal, ${scale} scale: density, entropy and KL against quadrature`, () => {
    const law = normal(1, { scale });
    const [p, q] = [
      [0.4, -0.3],
      [-0.2, 0.5],
    ];
    const points = 400;
    const xs = Array.from({ length: points + 1 }, (_, k) => -12 + (24 * k) / points);
    const of = (parameters: number[]) =>
      numbers(
        ([parameter, x]) => law.logProbability(parameter, x),
        xs.length,
        xs.flatMap(() => parameters),
        xs,
      );
    const [logs, others] = [of(p), of(q)];
    const expectation = (f: (k: number) => number) =>
      xs.reduce((sum, _, k) => sum + (Math.exp(logs[k]) * f(k) * 24) / points, 0);
    assertClose([expectation(() => 1)], [1], 1e-12);
    assertClose([entropy(law, p)], [expectation((k) => -logs[k])], 1e-10);
    assertClose([kl(law, p, q)], [expectation((k) => logs[k] - others[k])], 1e-10);
  });
}

test("normal: a row's log-density is the sum over its numbers, draws have the mean and scale of their row", () => {
  const law = normal(2);
  const expected = [0.5, -1].map((x, i) => logProbability(normal(1), [[0.1, 0.2][i], [-0.5, 0.3][i]], [x]));
  assertClose([logProbability(law, [0.1, 0.2, -0.5, 0.3], [0.5, -1])], [expected[0] + expected[1]], 1e-14);

  const rows = 10_000;
  const drawn = new Float64Array(2 * rows);
  law.sample(
    Float64Array.from({ length: 4 * rows }, (_, i) => [3, -1, Math.log(2), -1][i % 4]),
    drawn,
    stream(3),
  );
  for (const [i, [mean, deviation]] of [
    [3, 2],
    [-1, Math.exp(-1)],
  ].entries()) {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const z = (drawn[2 * row + i] - mean) / deviation;
      sum += z;
      squares += z * z;
    }
    assert.ok(Math.abs(sum / Math.sqrt(rows)) < 4.5);
    assert.ok(Math.abs((squares - rows) / Math.sqrt(2 * rows)) < 4.5);
  }
});

test("tanh-normal: the density of actions integrates to 1 over the bounds", () => {
  const law = tanhNormal(1, { low: -0.4, high: 1 });
  const parameters = [0.3, -0.5];
  // In x, whose density is that of the action times the slope.
  const action = (x: number) => 0.3 + 0.7 * Math.tanh(x);
  const slope = (x: number) => 0.7 / Math.cosh(x) ** 2;
  assertClose([integral((x) => Math.exp(logProbability(law, parameters, [x])) * slope(x), -8, 8, 160)], [1], 1e-12);
  const actions = new Float64Array(3);
  law.actions?.(Float64Array.of(-50, 0.2, 50), actions);
  assertClose(actions, [-0.4, action(0.2), 1], 1e-15);
});

test("tanh-normal: the log-density and its gradient are right at |x| = 20, where tanh is 1", () => {
  const law = tanhNormal(1);
  for (const x of [-20, 20]) {
    // log(1 - tanh(x)^2) = log 4 - 2 |x| to the last bit of a double
    const expected = -0.5 * (x - 18) ** 2 - 0.5 * Math.log(2 * Math.PI) - Math.log(4) + 2 * Math.abs(x);
    assertClose([logProbability(law, [18, 0], [x])], [expected], 1e-14);
    const graph = trace(([p]) => [law.logProbability(p, p.slice(0, 1, 1).like(x)).sum()], [[1, 2]]);
    const [, slope] = evaluate(withGradient(graph), [Float64Array.of(18, 0)]);
    assertClose(slope, [x - 18, (x - 18) ** 2 - 1], 1e-12);
  }
});

test("tanh-normal: entropy against a fine quadrature, KL is that of the normals", () => {
  for (const [mean, logScale] of [
    [0, -2],
    [0.7, 0],
    [-1.5, Math.log(3)],
  ]) {
    const law = tanhNormal(1, { low: -2, high: 2 });
    const sigma = Math.exp(logScale);
    const expected = integral(
      (z) => {
        const log = logProbability(law, [mean, logScale], [mean + sigma * z]);
        return (-Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)) * log;
      },
      -9,
      9,
      360,
    );
    assertClose([entropy(law, [mean, logScale])], [expected], 2e-6);
  }
  const [p, q] = [
    [0.4, -0.3],
    [-0.2, 0.5],
  ];
  assert.equal(kl(tanhNormal(1), p, q), kl(normal(1), p, q));
});

test("every density, entropy and KL has the derivatives of its differences", () => {
  const laws = [
    ...discrete,
    { law: normal(2), p: [0.1, -0.4, 0.3, -0.6], q: [0.5, 0.2, -0.1, 0.4], outcomes: [[0.3, -0.9]] },
    { law: normal(1, { scale: "softplus" }), p: [0.1, -0.4], q: [0.5, 0.2], outcomes: [[0.3]] },
    { law: tanhNormal(1), p: [0.1, -0.4], q: [0.5, 0.2], outcomes: [[0.3]] },
  ];
  for (const { law, p, q, outcomes } of laws) {
    const functions: ((parameters: Tensor, other: Tensor, outcome: Tensor) => Tensor)[] = [
      (parameters, _, outcome) => law.logProbability(parameters, outcome),
      (parameters) => law.entropy(parameters),
      (parameters, other) => law.kl(parameters, other),
      (parameters, other) => law.kl(other, parameters),
    ];
    for (const f of functions) {
      const graph = trace(
        ([parameters, other, outcome]) => [f(parameters, other, outcome).sum()],
        [
          [1, p.length],
          [1, q.length],
          [1, law.size],
        ],
      );
      const [other, outcome] = [Float64Array.from(q), Float64Array.from(outcomes[0])];
      const at = (x: Float64Array) => evaluate(graph, [x, other, outcome])[0][0];
      const [, slope] = evaluate(withGradient(graph), [Float64Array.from(p), other, outcome]);
      assertClose(slope, differences(at, Float64Array.from(p)), 1e-9, law.kind);
    }
  }
});

test("wrong sizes are refused with what was expected", () => {
  assert.throws(() => normal(0), /normal: size must be a positive integer, got 0/);
  assert.throws(() => tanhNormal(2, { low: [0] }), /tanhNormal: low must be 2 finite numbers/);
  assert.throws(() => tanhNormal(1, { low: 1 }), /tanhNormal: low must be below high, 1, got 1/);
  assert.throws(() => multiCategorical([2, 0]), /multiCategorical: counts\[1\] must be a positive integer, got 0/);
  assert.throws(
    () => categorical(3).mode(new Float64Array(4), new Float64Array(1)),
    /categorical: each outcome of 1 needs 3 parameters, got arrays of 1 and 4 numbers/,
  );
});
