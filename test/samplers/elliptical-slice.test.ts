// Elliptical slice sampling: exact for every energy, whatever Gaussian it is told of.

import assert from "node:assert/strict";
import { test } from "node:test";
import { energy as traced } from "../../src/energies/traced.js";
import {
  type EllipticalSliceOptions,
  ellipticalSlice,
  ellipticalSliceDefinition,
} from "../../src/samplers/elliptical-slice.js";
import { constant } from "../../src/tensor/index.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import { banana, correlatedGaussian, energyOf, independentGaussian, type Law, truncatedNormal } from "./laws.js";

const plan: Plan = { chains: 8, width: 4, warmup: 100, draws: 5000, seed: 80, start: [0.5, 0.5] };

const correlated = correlatedGaussian(0.5);
const own: EllipticalSliceOptions = {
  mean: [1, -1],
  covariance: [
    [1, 0.5],
    [0.5, 2],
  ],
};

const cells: { name: string; law: Law; start: number[]; options: EllipticalSliceOptions }[] = [
  { name: "a Gaussian whose prior is itself", law: correlated, start: [0, 0], options: own },
  { name: "a Gaussian whose prior is the standard one", law: correlated, start: [0, 0], options: {} },
  {
    name: "a Gaussian with a wide prior",
    law: correlated,
    start: [0, 0],
    options: { covariance: [9, 4], mean: [3, 0] },
  },
  {
    name: "a Gaussian with a prior narrower than itself",
    law: independentGaussian([4]),
    start: [1],
    options: { covariance: 2 },
  },
  { name: "the banana", law: banana, start: [1, 1], options: { mean: [1, 1.5], covariance: [0.5, 2.55] } },
  { name: "a normal cut off by walls", law: truncatedNormal, start: [0], options: {} },
];

for (const { name, law, start, options } of cells) {
  test(`an elliptical slice has the expectations of ${name}`, () => {
    assertExpectations(law.energy, ellipticalSlice(options), { ...plan, start }, law.expectations);
  });
}

test("conjugate regression: the posterior's moments are those of its closed form", () => {
  // y_i = a + b x_i + noise of variance 1/4, prior N(0, diag(1, 4)); the posterior's precision is 4 X'X + diag(1, 1/4).
  const [x, y] = [
    [-1, 0, 1, 2, 3],
    [-0.7, 0.4, 1.1, 2.6, 2.9],
  ];
  const energy = traced(2, (q) => {
    const [a, b] = q.unstack();
    const prior = a.square().add(b.square().div(4)).mul(0.5);
    return prior.add(b.mul(constant(x)).add(a).sub(constant(y)).square().sum().mul(2));
  });
  const sum = (f: (i: number) => number): number => x.reduce((total, _, i) => total + f(i), 0);
  const [paa, pab, pbb] = [4 * x.length + 1, 4 * sum((i) => x[i]), 4 * sum((i) => x[i] ** 2) + 0.25];
  const [ya, yb] = [4 * sum((i) => y[i]), 4 * sum((i) => x[i] * y[i])];
  const determinant = paa * pbb - pab * pab;
  const [a, b] = [(pbb * ya - pab * yb) / determinant, (paa * yb - pab * ya) / determinant];
  const sampler = ellipticalSlice({ covariance: [1, 4] });
  assertExpectations(energy, sampler, { ...plan, draws: 20000, start: [0, 0] }, [
    { of: "a", f: (q) => q[0], exact: a },
    { of: "b", f: (q) => q[1], exact: b },
    { of: "var a", f: (q) => (q[0] - a) ** 2, exact: pbb / determinant },
    { of: "var b", f: (q) => (q[1] - b) ** 2, exact: paa / determinant },
    { of: "cov", f: (q) => (q[0] - a) * (q[1] - b), exact: -pab / determinant },
  ]);
});

test("with the law's own Gaussian every first proposal is taken, and the angle is uniform", () => {
  const angles: number[] = [];
  visit(
    correlated.energy,
    ellipticalSlice(own),
    { ...plan, start: [0, 0], draws: 2000 },
    (q, value, chain, _d, info) => {
      assert.equal(info.evaluations[chain % 4], 1);
      assert.equal(info.gradients[chain % 4], 0);
      assert.ok(Math.abs(value - correlated.energy.value(q)) < 1e-12);
      angles.push(info.angle[chain % 4]);
    },
  );
  const mean = angles.reduce((sum, angle) => sum + angle, 0) / angles.length;
  assert.ok(Math.abs(mean - Math.PI) < (4.5 * Math.PI) / Math.sqrt(3 * angles.length), `${mean}`);
});

test("where nothing but the start is on the slice, the chain stays and says so", () => {
  // Finite at its start alone.
  const point = energyOf(2, (q) => (q[0] === 1 && q[1] === 1 ? 0 : Number.NaN));
  let stays = 0;
  visit(
    point,
    ellipticalSlice(),
    { ...plan, chains: 1, width: 1, draws: 5, start: [1, 1] },
    (q, value, _c, _d, info) => {
      assert.deepEqual([...q, value], [1, 1, 0]);
      stays += info.diverging[0];
      assert.ok(info.evaluations[0] <= 200);
    },
  );
  // An angle so small that the position is the same to the last bit is no move either, but it is on the slice.
  assert.ok(stays <= 5);
});

test("options that do not fit are refused by name", () => {
  const refused: [EllipticalSliceOptions, RegExp][] = [
    [{ covariance: 0 }, /^RangeError: ellipticalSlice: covariance must be a positive number, got 0$/],
    [{ covariance: [1, -1] }, /ellipticalSlice: covariance\[1\] must be a positive number, got -1/],
    [{ mean: [0], covariance: [1, 1] }, /ellipticalSlice: covariance must be 1 finite number, got a list of length 2/],
    [{ mean: [Number.NaN] }, /ellipticalSlice: mean\[0\] must be a finite number, got NaN/],
    [{ prior: 1 } as EllipticalSliceOptions, /ellipticalSlice: there is no option "prior"/],
    [null as unknown as EllipticalSliceOptions, /ellipticalSlice: options must be an object, got null/],
  ];
  for (const [options, message] of refused) assert.throws(() => ellipticalSlice(options), message);
  const build = (options: EllipticalSliceOptions) => ellipticalSliceDefinition.build(banana.energy, { ...options }, 1);
  assert.throws(() => build({ mean: [1, 2, 3] }), /ellipticalSlice: mean must be 2 finite numbers/);
  const record = ellipticalSlice({ mean: Float64Array.of(1, 4), covariance: Float64Array.of(1, 2) });
  assert.deepEqual(JSON.parse(JSON.stringify(record)), record);
});
