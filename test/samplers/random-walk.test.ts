// Random-walk Metropolis: exact laws, and what its warmup learns.

import assert from "node:assert/strict";
import { test } from "node:test";
import { energy as traced } from "../../src/energies/traced.js";
import { type RandomWalkOptions, randomWalk, randomWalkDefinition } from "../../src/samplers/random-walk.js";
import { constant } from "../../src/tensor/index.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import {
  banana,
  correlatedGaussian,
  energyOf,
  gentleBend,
  independentGaussian,
  type Law,
  truncatedNormal,
} from "./laws.js";

const plan: Plan = { chains: 8, width: 4, warmup: 1000, draws: 10000, seed: 70, start: [0.5, 0.5] };

const cells: { name: string; law: Law; start: number[]; draws?: number; options: RandomWalkOptions }[] = [
  { name: "the Gaussian of variance 4", law: independentGaussian([4]), start: [1], options: {} },
  { name: "the Gaussian of variance 4", law: independentGaussian([4]), start: [1], options: { stepSize: 5 } },
  {
    name: "a Gaussian with scales from 0.1 to 10",
    law: independentGaussian([0.01, 0.1, 1, 4, 100]),
    start: [0.1, 0.1, 1, 1, 10],
    options: { covariance: "diagonal" },
  },
  { name: "a Gaussian of correlation 0.97", law: correlatedGaussian(1.3718), start: [0, 0], options: {} },
  {
    name: "a Gaussian of mean (1, -1)",
    law: correlatedGaussian(0.5),
    start: [0, 0],
    options: {
      stepSize: 1.7,
      covariance: [
        [1, 0.5],
        [0.5, 2],
      ],
    },
  },
  { name: "a gentle bend", law: gentleBend, start: [1, 1], draws: 10000, options: {} },
  { name: "a gentle bend", law: gentleBend, start: [1, 1], draws: 10000, options: { covariance: [1, 2] } },
  { name: "a normal cut off by walls", law: truncatedNormal, start: [0], options: {} },
];

for (const { name, law, start, draws = plan.draws, options } of cells) {
  test(`a random walk ${JSON.stringify(options)} has the expectations of ${name}`, () => {
    assertExpectations(law.energy, randomWalk(options), { ...plan, draws, start }, law.expectations);
  });
}

test("at temperature T the law is exp(-U / T)", () => {
  const { energy } = independentGaussian([1, 4]);
  assertExpectations(energy, randomWalk({ temperature: 0.25 }), { ...plan, start: [0, 0] }, [
    { of: "x^2", f: ([x]) => x * x, exact: 0.25 },
    { of: "U", f: (_, value) => value, exact: 0.25 },
  ]);
});

test("a law without a gradient is as good: uniform on a disc", () => {
  const disc = energyOf(2, (q, gradient) => {
    gradient.fill(Number.NaN);
    return q[0] ** 2 + q[1] ** 2 < 1 ? 0 : Number.POSITIVE_INFINITY;
  });
  assertExpectations(disc, randomWalk(), { ...plan, start: [0, 0] }, [
    { of: "x", f: ([x]) => x, exact: 0 },
    { of: "x^2", f: ([x]) => x * x, exact: 1 / 4 },
    { of: "|q|", f: ([x, y]) => Math.hypot(x, y), exact: 2 / 3 },
  ]);
});

test("a proposal is taken with probability min(1, exp(-(U' - U) / T)): the flows between two places are equal", () => {
  // Two flat places of energies 0 and log 3: a step from one to the other is as likely as back, so the flows decide.
  const steps = energyOf(1, ([q], gradient) => {
    gradient[0] = 0;
    return Math.abs(q) > 1 ? Number.POSITIVE_INFINITY : q > 0 ? Math.log(3) : 0;
  });
  for (const temperature of [1, 2]) {
    const expected = 1 / (1 + 3 ** (-1 / temperature));
    assertExpectations(steps, randomWalk({ stepSize: 0.8, temperature }), { ...plan, start: [0.5] }, [
      { of: "q < 0", f: ([q]) => (q < 0 ? 1 : 0), exact: expected },
    ]);
  }
});

test("the acceptance comes near 0.234 + 0.206 / dim, or what it is told", () => {
  for (const [dim, options, target] of [
    [1, {}, 0.44],
    [2, {}, 0.337],
    [10, {}, 0.2546],
    [3, { targetAcceptance: 0.6 }, 0.6],
  ] as const) {
    const { energy } = independentGaussian(Array.from({ length: dim }, () => 1));
    let acceptance = 0;
    const start = Array.from({ length: dim }, () => 0.3);
    visit(energy, randomWalk(options), { ...plan, warmup: 2000, draws: 2000, start }, (_q, _u, chain, _d, info) => {
      acceptance += info.acceptance[chain % 4] / 16000;
    });
    assert.ok(Math.abs(acceptance - target) < 0.06, `dim ${dim}: ${acceptance} for ${target}`);
  }
});

test("warmup learns the correlation of a law, and makes of it as many effective draws as of a round one", () => {
  const { energy } = correlatedGaussian(1.3718);
  const kernels = visit(energy, randomWalk(), { ...plan, warmup: 4000, draws: 1, start: [1, -1] }, () => {});
  for (const kernel of kernels) {
    const { covariance } = kernel.parameters();
    for (let c = 0; c < 4; c++) {
      const [xx, xy, yx, yy] = [0, 4, 8, 12].map((row) => covariance[row + c]);
      assert.equal(xy, yx);
      const correlation = xy / Math.sqrt(xx * yy);
      assert.ok(correlation > 0.9 && correlation < 0.99, `${correlation}`);
    }
  }
});

test("beyond 50 dimensions a diagonal is learnt, and what was learnt stays as it is", () => {
  const scales = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 0.3 : 3));
  const energy = traced(60, (q) => q.div(constant(scales)).square().sum().mul(0.5));
  const [kernel] = visit(
    energy,
    randomWalk(),
    { ...plan, chains: 2, width: 2, warmup: 6000, draws: 1, start: scales },
    () => {},
  );
  const { covariance } = kernel.parameters();
  assert.equal(covariance.length, 120);
  const mean = (parity: number) =>
    scales.reduce((sum, _, i) => (i % 2 === parity ? sum + Math.log10(covariance[2 * i]) / 30 : sum), 0);
  assert.ok(mean(1) - mean(0) > 1, `${mean(0)}, ${mean(1)}`);
});

test("options that do not fit are refused by name", () => {
  const refused: [RandomWalkOptions, RegExp][] = [
    [{ stepSize: 0 }, /^RangeError: randomWalk: stepSize must be a positive number, got 0$/],
    [{ temperature: -1 }, /randomWalk: temperature must be a positive number, got -1/],
    [{ covariance: [1, -1] }, /randomWalk: covariance\[1\] must be a positive number, got -1/],
    [
      {
        covariance: [
          [1, 2],
          [3, 4],
        ],
      },
      /randomWalk: covariance\[1\]\[0\] must be equal to covariance\[0\]\[1\] = 2, got 3/,
    ],
    [
      {
        covariance: [
          [1, 2],
          [2, 1],
        ],
      },
      /randomWalk: covariance must be positive definite, which it is not/,
    ],
    [{ covariance: "full" as "dense" }, /randomWalk: covariance must be "dense", "diagonal", a number, .*, got "full"/],
    [
      { stepSize: 1, covariance: "dense" },
      /randomWalk: covariance must be given, or left out, where stepSize is given/,
    ],
    [{ mass: 1 } as RandomWalkOptions, /randomWalk: there is no option "mass"/],
  ];
  for (const [options, message] of refused) assert.throws(() => randomWalk(options), message);
  const build = (options: RandomWalkOptions) => randomWalkDefinition.build(banana.energy, { ...options }, 1);
  assert.throws(() => build({ covariance: [1, 2, 3] }), /randomWalk: covariance must be 2 finite numbers/);
  assert.throws(() => build({ covariance: [[1]] }), /randomWalk: covariance must be 2 rows of 2 numbers/);
  const flat = energyOf(1, () => 0);
  assert.throws(
    () => visit(flat, randomWalk(), { ...plan, chains: 1, width: 1, start: [0] }, () => {}),
    /randomWalk: no step size found: .* the energy looks flat/,
  );
});
