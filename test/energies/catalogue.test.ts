// The energies of the catalogue: values, gradients, and every fact they state about themselves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkGradient, type Energy, energies } from "../../src/energies/index.js";
import { assertClose } from "./differences.js";
import { type Grid, type Moments, momentsByQuadrature } from "./quadrature.js";

const squaredDistance = ([x, y]: Float64Array, a: number, b: number): number => (x - a) ** 2 + (y - b) ** 2;

interface Case {
  readonly name: string;
  readonly energy: Energy;
  readonly formula: (q: Float64Array) => number;
  readonly moments: (energy: Energy) => Moments;
}

const grid = (center: number, halfWidth: number, step: number): Grid => ({ center, halfWidth, step });

const cases: readonly Case[] = [
  {
    name: "bimodal",
    energy: energies.bimodal(),
    formula: (q) =>
      -Math.log(Math.exp(-squaredDistance(q, 2.5, 2.5) / 1.5) + Math.exp(-squaredDistance(q, -2.5, -2.5) / 1.5)),
    moments: (energy) => momentsByQuadrature(energy, grid(0, 10.5, 0.4), grid(0, 10.5, 0.4)),
  },
  {
    name: "banana",
    energy: energies.banana(),
    formula: ([x, y]) => (1 - x) ** 2 + 10 * (y - x * x) ** 2,
    moments: (energy) => momentsByQuadrature(energy, grid(1, 7, 0.4), grid(0, 2.2, 0.12), (x, s) => [x, x * x + s]),
  },
  {
    name: "gaussian, one variance",
    energy: energies.gaussian({ mean: [1, -1], covariance: 0.25 }),
    formula: (q) => (0.5 * squaredDistance(q, 1, -1)) / 0.25,
    moments: (energy) => momentsByQuadrature(energy, grid(1, 4.5, 0.25), grid(-1, 4.5, 0.25)),
  },
  {
    name: "gaussian, variances",
    energy: energies.gaussian({ mean: [1, -1], covariance: [4, 0.25] }),
    formula: ([x, y]) => 0.5 * ((x - 1) ** 2 / 4 + (y + 1) ** 2 / 0.25),
    moments: (energy) => momentsByQuadrature(energy, grid(1, 18, 1), grid(-1, 4.5, 0.25)),
  },
  {
    name: "gaussian, matrix",
    energy: energies.gaussian({
      mean: [1, -1],
      covariance: [
        [1, 0.5],
        [0.5, 2],
      ],
    }),
    // The inverse of the covariance is [[2, -1/2], [-1/2, 1]] / (7/4).
    formula: ([x, y]) => (0.5 * (2 * (x - 1) ** 2 - (x - 1) * (y + 1) + (y + 1) ** 2)) / 1.75,
    moments: (energy) => momentsByQuadrature(energy, grid(1, 9, 0.4), grid(-1, 12.5, 0.4)),
  },
  {
    name: "gaussian, strongly correlated",
    energy: energies.gaussian({
      mean: [0, 0],
      covariance: [
        [1, 0.99],
        [0.99, 1],
      ],
    }),
    formula: ([x, y]) => (0.5 * (x * x - 1.98 * x * y + y * y)) / (1 - 0.99 ** 2),
    moments: (energy) => momentsByQuadrature(energy, grid(0, 9, 0.5), grid(0, 1.3, 0.07), (x, s) => [x, 0.99 * x + s]),
  },
  {
    name: "gaussian of a diagonal matrix",
    energy: energies.gaussian({
      mean: [0, 0],
      covariance: [
        [3, 0],
        [0, 1],
      ],
    }),
    formula: ([x, y]) => x ** 2 / 6 + y ** 2 / 2,
    moments: (energy) => momentsByQuadrature(energy, grid(0, 16, 0.8), grid(0, 9, 0.4)),
  },
];

const dense = [
  [1, -0.4],
  [-0.4, 0.6],
];
const normal = ([x, y]: Float64Array, a: number, b: number, variance: number): number =>
  Math.exp((-0.5 * squaredDistance(Float64Array.of(x, y), a, b)) / variance) / (2 * Math.PI * variance);

const further: readonly Case[] = [
  {
    name: "harmonic",
    energy: energies.harmonic({ k: 3 }),
    formula: ([x, y]) => 1.5 * (x * x + y * y),
    moments: (energy) => momentsByQuadrature(energy, grid(0, 6, 0.25), grid(0, 6, 0.25)),
  },
  {
    name: "mixture of weights and variances",
    energy: energies.gaussianMixture({
      centers: [
        [0, 1],
        [2, -1],
      ],
      weights: [1, 3],
      covariances: [0.5, 1.5],
    }),
    formula: (q) => -Math.log(0.25 * normal(q, 0, 1, 0.5) + 0.75 * normal(q, 2, -1, 1.5)),
    moments: (energy) => momentsByQuadrature(energy, grid(1, 13, 0.3), grid(0, 13, 0.3)),
  },
  {
    name: "double well",
    energy: energies.doubleWell(),
    formula: ([x, y]) => 2 * (x * x - 1) ** 2 + 2 * (y * y - 1) ** 2,
    moments: (energy) => momentsByQuadrature(energy, grid(0, 3, 0.05), grid(0, 3, 0.05)),
  },
  {
    name: "rosenbrock",
    energy: energies.rosenbrock(),
    formula: ([x, y]) => 100 * (y - x * x) ** 2 + (1 - x) ** 2,
    moments: (energy) => momentsByQuadrature(energy, grid(1, 7, 0.4), grid(0, 0.7, 0.04), (x, s) => [x, x * x + s]),
  },
  {
    name: "rastrigin",
    energy: energies.rastrigin(),
    formula: ([x, y]) => 20 + x * x + y * y - 10 * (Math.cos(2 * Math.PI * x) + Math.cos(2 * Math.PI * y)),
    moments: (energy) => momentsByQuadrature(energy, grid(0, 7, 0.025), grid(0, 7, 0.025)),
  },
  {
    name: "funnel",
    energy: energies.funnel({ dim: 2, scale: 0.5 }),
    formula: ([v, x]) => 2 * v * v + v / 2 + (x * x * Math.exp(-v)) / 2,
    moments: (energy) => momentsByQuadrature(energy, grid(0, 4, 0.1), grid(0, 50, 0.12)),
  },
  {
    name: "donut",
    energy: energies.donut(),
    formula: ([x, y]) => 8 * (Math.hypot(x, y) - 2.5) ** 2,
    moments: (energy) => momentsByQuadrature(energy, grid(0, 4.7, 0.08), grid(0, 4.7, 0.08)),
  },
  {
    name: "squiggle",
    energy: energies.squiggle({ frequency: 2, covariance: dense }),
    formula: ([x, y]) => {
      const w = y + Math.sin(2 * x);
      return (0.5 * (0.6 * x * x + 0.8 * x * w + w * w)) / (0.6 - 0.16);
    },
    moments: (energy) =>
      momentsByQuadrature(energy, grid(0, 9, 0.25), grid(0, 8, 0.25), (x, w) => [x, w - Math.sin(2 * x)]),
  },
];

const positions = [
  [0, 0],
  [1, -1],
  [2.5, 2.5],
  [-2.4, -2.7],
  [0.3, -1.9],
  [4, -3],
].map((q) => Float64Array.from(q));

for (const { name, energy, formula, moments } of [...cases, ...further]) {
  test(`${name}: the value is the formula's`, () => {
    for (const q of positions) {
      assertClose([energy.value(q)], [formula(q)], 2e-14, `U(${q})`);
    }
  });

  test(`${name}: the gradient is that of the values`, () => {
    const gradient = new Float64Array(2);
    for (const q of positions) {
      assertClose([energy.valueAndGradient(q, gradient)], [energy.value(q)], 1e-15, `U(${q})`);
    }
    const { ok, message } = checkGradient(energy, positions, { tolerance: 1e-9 });
    assert.ok(ok, message);
  });

  test(`${name}: mean, covariance and normaliser are the integrals they stand for`, () => {
    const { mean, covariance, logNormalizer } = moments(energy);
    const exact = energy.exact!;
    assertClose(exact.mean!, mean, 1e-11, "mean");
    assertClose(exact.covariance!.flat(), covariance.flat(), 1e-10, "covariance");
    assertClose([exact.logNormalizer!], [logNormalizer], 1e-11, "log normaliser");
  });
}

test("far from the modes the bimodal energy is that of the nearer one", () => {
  const energy = energies.bimodal();
  const gradient = new Float64Array(2);
  for (const [x, y] of [
    [1e3, 1e3],
    [-1e3, -1e3],
    [1e3, 10],
    [-10, -1e3],
    [1e150, 1e150],
  ]) {
    const mode = x + y > 0 ? 2.5 : -2.5;
    const q = Float64Array.of(x, y);
    const relative = energy.valueAndGradient(q, gradient) / (((x - mode) ** 2 + (y - mode) ** 2) / 1.5);
    assertClose([relative], [1], 1e-14, `U(${q})`);
    assertClose(gradient, [(2 * (x - mode)) / 1.5, (2 * (y - mode)) / 1.5], 1e-14, `grad U(${q})`);
  }
});

test("the bimodal energy is symmetric, with a barrier of 7.64 between its modes", () => {
  const { value } = energies.bimodal();
  for (const q of positions) assertClose([value(q.map((x) => -x))], [value(q)], 1e-13);
  const barrier = value(Float64Array.of(0, 0)) - value(Float64Array.of(2.5, 2.5));
  assertClose([barrier], [25 / 3 - Math.LN2], 1e-14);
});

test("far out the banana keeps its formula", () => {
  const energy = energies.banana();
  const gradient = new Float64Array(2);
  const [x, y] = [1e3, -1e3];
  const valley = y - x * x;
  const value = energy.valueAndGradient(Float64Array.of(x, y), gradient);
  assertClose([value / ((1 - x) ** 2 + 10 * valley ** 2)], [1], 1e-15);
  assertClose(gradient, [2 * (x - 1) - 40 * valley * x, 20 * valley], 1e-15);
});

test("a gaussian of one dimension integrates to what it says", () => {
  const energy = energies.gaussian({ mean: [3], covariance: [0.49] });
  let integral = 0;
  for (let i = -40; i <= 40; i++) integral += 0.25 * Math.exp(-energy.value(Float64Array.of(3 + 0.25 * i)));
  assertClose([energy.exact!.logNormalizer!], [Math.log(integral)], 1e-13);
  assert.deepEqual(energy.exact!.covariance, [[0.49]]);
});

test("where the covariance is left out it is the identity", () => {
  const { draw, ...facts } = energies.gaussian({ mean: new Float32Array([1, 2]) }).exact!;
  assert.equal(typeof draw, "function");
  assert.deepEqual(facts, {
    mean: [1, 2],
    covariance: [
      [1, 0],
      [0, 1],
    ],
    logNormalizer: Math.log(2 * Math.PI),
  });
});

test("a covariance that is symmetric up to rounding is taken, and made symmetric", () => {
  const exact = 0.1 + 0.2;
  const { covariance } = energies.gaussian({
    mean: [0, 0],
    covariance: [
      [1, exact],
      [0.3, 1],
    ],
  }).exact!;
  assert.notEqual(exact, 0.3);
  assert.equal(covariance![0][1], covariance![1][0]);
});

test("a covariance that is none is refused, with what is wrong", () => {
  const mean = [0, 0];
  const refused: readonly [unknown, RegExp][] = [
    [0, /covariance must be a positive number, got 0/],
    [Number.POSITIVE_INFINITY, /covariance must be a positive number, got Infinity/],
    [[1, -1], /covariance\[1\] must be a positive number, got -1/],
    [[1, 2, 3], /covariance must be 2 finite numbers, got a list of length 3/],
    [[1, Number.NaN], /covariance\[1\] must be a finite number, got NaN/],
    [[[1, 0]], /covariance must be a number, 2 variances or 2 rows of 2 numbers, got a list of length 1/],
    [[[1, 0], [0]], /covariance\[1\] must be 2 finite numbers, got a list of length 1/],
    [
      [
        [1, 0.1],
        [0.2, 1],
      ],
      /covariance\[0\]\[1\] must be equal to covariance\[1\]\[0\] = 0.2, got 0.1/,
    ],
    [
      [
        [1, 1],
        [1, 1],
      ],
      /covariance must be positive definite/,
    ],
    [
      [
        [1, 2],
        [2, 1],
      ],
      /covariance must be positive definite/,
    ],
    [
      [
        [1, 0],
        [0, -1],
      ],
      /covariance\[1\]\[1\] must be a positive number, got -1/,
    ],
    ["none", /covariance must be a number, 2 variances/],
  ];
  for (const [covariance, message] of refused) {
    assert.throws(() => energies.gaussian({ mean, covariance: covariance as number }), {
      name: "RangeError",
      message: new RegExp(`^energies\\.gaussian: ${message.source}`),
    });
  }
});

test("a gaussian needs a mean, and knows its options", () => {
  const gaussian = energies.gaussian as (options?: unknown) => Energy;
  assert.throws(() => gaussian(), /energies\.gaussian: options must be an object, got undefined/);
  assert.throws(() => gaussian(null), /options must be an object, got null/);
  assert.throws(() => gaussian({}), /mean must be a list of numbers, got undefined/);
  assert.throws(() => gaussian({ mean: [] }), /mean must be at least one number, got a list of length 0/);
  assert.throws(() => gaussian({ mean: [0], cov: 1 }), /there is no option "cov"; the options are mean, covariance/);
  assert.throws(() => gaussian({ mean: [0], names: ["x", "y"] }), /names must be 1 strings, got a list of length 2/);
});
