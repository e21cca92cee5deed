// Laws on the line and in boxes, by quadrature here and there; the tools of the catalogue's exact facts.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Energy, energies, energyFromGradient } from "../../src/energies/index.js";
import { lineLaw } from "../../src/energies/line-law.js";
import { symmetricEigen } from "../../src/energies/matrices.js";
import { rosenbrockChain } from "../../src/energies/rosenbrock-chain.js";
import { stream } from "../../src/random/index.js";
import { assertClose } from "./differences.js";

/** Normaliser, mean and variance of a one-dimensional energy, by the trapezoidal rule in its free coordinate. */
function byTrapezoids(energy: Energy, from: number, to: number, step: number): [number, number, number] {
  let [one, first, second] = [0, 0, 0];
  const q = new Float64Array(1);
  for (let k = 0; k <= (to - from) / step; k++) {
    const z = Float64Array.of(from + k * step);
    if (energy.transform === undefined) q.set(z);
    else energy.transform.constrain(z, q);
    const density = step * Math.exp(-energy.value(z));
    one += density;
    first += density * q[0];
    second += density * q[0] * q[0];
  }
  return [Math.log(one), first / one, second / one - (first / one) ** 2];
}

const lines: readonly { name: string; energy: Energy; grid: [number, number, number]; tolerance?: number }[] = [
  { name: "double well", energy: energies.doubleWell({ dim: 1 }), grid: [-3, 3, 0.01] },
  { name: "steep double well", energy: energies.doubleWell({ dim: 1, h: 1e4, b: 3 }), grid: [-3.2, 3.2, 2e-4] },
  { name: "double well in a box", energy: energies.doubleWell({ dim: 1, box: [-0.5, 1.2] }), grid: [-40, 40, 0.05] },
  { name: "double well far off its wells", energy: energies.doubleWell({ dim: 1, box: [3, 9] }), grid: [-42, 5, 0.02] },
  { name: "rastrigin", energy: energies.rastrigin({ dim: 1 }), grid: [-9, 9, 0.01] },
  { name: "rastrigin in a box", energy: energies.rastrigin({ dim: 1, box: [-5, 5] }), grid: [-40, 40, 0.01] },
  {
    name: "rastrigin in a far box",
    energy: energies.rastrigin({ dim: 1, a: 3, box: [2.2, 40] }),
    grid: [-42, 3, 0.005],
  },
  // A kink of slope 4 costs the trapezoidal rule 8 h^2 / 12, h = 5e-4 in the middle, over Z = 0.24.
  { name: "ackley", energy: energies.ackley({ dim: 1, box: [-5, 5] }), grid: [-40, 40, 2e-4], tolerance: 1e-6 },
  { name: "donut", energy: energies.donut({ dim: 1, radius: 1, sigma: 0.2 }), grid: [-3, 3, 1e-3], tolerance: 1e-7 },
  { name: "student t", energy: energies.studentT({ degreesOfFreedom: 30, scale: 2 }), grid: [-60, 60, 0.1] },
];

for (const { name, energy, grid, tolerance = 1e-11 } of lines) {
  test(`${name} on the line: normaliser, mean and variance are the integrals they stand for`, () => {
    const { logNormalizer, mean, covariance } = energy.exact!;
    assertClose([logNormalizer!, mean![0], covariance![0][0]], byTrapezoids(energy, ...grid), tolerance);
  });
}

test("what the literature's defaults come to", () => {
  const well = energies.doubleWell({ dim: 1 }).exact!;
  assertClose([Math.exp(well.logNormalizer!), well.covariance![0][0]], [1.410914703196, 0.852136152178], 1e-12);
  const rastrigin = energies.rastrigin({ dim: 1 }).exact!;
  assertClose(
    [Math.exp(rastrigin.logNormalizer!), rastrigin.covariance![0][0]],
    [0.226600924718, 0.499031598537],
    1e-12,
  );
});

test("draws of a law on the line have its distribution function (Kolmogorov and Smirnov)", () => {
  const law = lineLaw((x) => 2 * (x * x - 1) ** 2, [-3, -1, 0, 1, 3]);
  const random = stream(1, "line");
  const n = 4000;
  const draws = Float64Array.from({ length: n }, () => law.draw(random)).sort();
  let [worst, k, below] = [0, 0, 0];
  const [step, total] = [1e-4, Math.exp(law.logNormalizer)];
  for (let x = -3; x < 3; x += step) {
    while (k < n && draws[k] < x) k++;
    worst = Math.max(worst, Math.abs(k / n - below / total));
    below += step * Math.exp(-2 * ((x + step / 2) ** 2 - 1) ** 2);
  }
  // Exceeded with probability 2 exp(-2 * 2.2^2) = 1.2e-4.
  assert.ok(worst < 2.2 / Math.sqrt(n), `distance ${worst}`);
});

test("the normal law's expectations on the line", () => {
  const law = lineLaw((x) => 0.5 * (x - 3) ** 2, [-10, 3, 16]);
  assertClose([law.logNormalizer], [0.5 * Math.log(2 * Math.PI)], 1e-14);
  assertClose(
    [2, 4, 6].map((power) => law.expectation((x) => (x - 3) ** power)),
    [1, 3, 15],
    1e-13,
  );
});

test("an energy that is not a number has no law", () => {
  assert.throws(() => lineLaw((x) => Math.sqrt(x), [-1, 1]), /the energy is not a number between/);
});

test("eigenvectors are orthonormal and rebuild their matrix", () => {
  const entries = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(entries, (numbers) => {
      const rows = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => numbers[4 * Math.min(i, j) + Math.max(i, j)]));
      const { values, vectors } = symmetricEigen(rows);
      const rebuilt = vectors.map((a) => vectors.map((b) => values.reduce((sum, v, k) => sum + v * a[k] * b[k], 0)));
      const gram = vectors.map((a) => vectors.map((b) => a.reduce((sum, entry, k) => sum + entry * b[k], 0)));
      assertClose(rebuilt.flat(), rows.flat(), 1e-13);
      assertClose(
        gram.flat(),
        rows.flatMap((_, i) => rows.map((__, j) => (i === j ? 1 : 0))),
        1e-13,
      );
    }),
    { seed: 1, numRuns: 100 },
  );
});

test("Rosenbrock's chain in two dimensions is what two dimensions say", () => {
  for (const [a, b] of [
    [1, 100],
    [-0.4, 3],
  ]) {
    const plane = energies.rosenbrock({ a, b }).exact!;
    const chain = rosenbrockChain(2, a, b)!;
    assertClose(chain.mean!, plane.mean!, 1e-12);
    assertClose(chain.covariance!.flat(), plane.covariance!.flat(), 1e-12);
    assertClose([chain.logNormalizer!], [plane.logNormalizer!], 1e-12);
  }
});

test("Rosenbrock's moments in four dimensions are the integrals they stand for", () => {
  const [a, b] = [1, 2];
  const { mean, covariance, logNormalizer } = energies.rosenbrock({ dim: 4, a, b }).exact!;
  // The last coordinate integrates to sqrt(pi / b), with mean z^2 and variance 1 / (2 b) given the third, z.
  const sums = { one: 0, first: [0, 0, 0, 0], second: Array.from({ length: 16 }, () => 0) };
  const h = 0.06;
  for (let x = -3; x <= 4; x += h) {
    for (let s = -4.5; s <= 4.5; s += h) {
      const y = x * x + s;
      for (let t = -4.5; t <= 4.5; t += h) {
        const z = y * y + t;
        const cost = b * (s * s + t * t) + (a - x) ** 2 + (a - y) ** 2 + (a - z) ** 2;
        if (cost > 36) continue;
        const density = Math.exp(-cost);
        const q = [x, y, z, z * z];
        sums.one += density;
        for (let i = 0; i < 4; i++) {
          sums.first[i] += density * q[i];
          for (let j = 0; j < 4; j++) sums.second[4 * i + j] += density * q[i] * q[j];
        }
      }
    }
  }
  const expected = sums.first.map((sum) => sum / sums.one);
  assertClose(mean!, expected, 1e-9);
  const spread = sums.second.map((sum, k) => sum / sums.one - expected[k >> 2] * expected[k & 3]);
  spread[15] += 0.5 / b;
  assertClose(covariance!.flat(), spread, 1e-8);
  assertClose([logNormalizer!], [Math.log(sums.one * h ** 3 * Math.sqrt(Math.PI / b))], 1e-9);
});

test("Rosenbrock's facts end where they would take too long", () => {
  assert.equal(energies.rosenbrock({ dim: 17 }).exact, undefined);
  assert.equal(energies.rosenbrock({ dim: 3, b: 1e9 }).exact, undefined);
  assert.equal(typeof energies.rosenbrock({ dim: 3 }).exact!.logNormalizer, "number");
});

test("Ackley's function is refused without a box, and knows what it can", () => {
  const ackley = energies.ackley as (options?: unknown) => Energy;
  const message = /energies\.ackley: box must be given, such as \[-5, 5\]: the energy stays below a \+ e/;
  assert.throws(() => ackley(), message);
  assert.throws(() => ackley({ dim: 2 }), message);
  const plane = energies.ackley({ box: [-5, 5] });
  assert.deepEqual(plane.exact!.mean, [0, 0]);
  assert.equal(energies.ackley({ dim: 3, box: [-5, 4] }).exact, undefined);
  assert.equal(energies.ackley({ dim: 3, box: [-5, 5] }).exact!.draw, undefined);
  const gradient = new Float64Array(2);
  // At the origin of a symmetric box U = 0 but for the Jacobian, 10 s(0) s(0) twice.
  assertClose([plane.valueAndGradient(new Float64Array(2), gradient)], [-2 * Math.log(2.5)], 1e-14);
  assert.deepEqual(Array.from(gradient, Math.abs), [0, 0]);
});

test("Ackley's function in a box is the textbook's", () => {
  const energy = energies.ackley({ box: [-5, 5] });
  const logJacobian = (z: number): number => Math.log(10) - Math.log1p(Math.exp(z)) - Math.log1p(Math.exp(-z));
  const [z, q] = [Float64Array.of(0.4, -1.1), new Float64Array(2)];
  energy.transform!.constrain(z, q);
  const [x, y] = q;
  const textbook =
    -20 * Math.exp(-0.2 * Math.sqrt((x * x + y * y) / 2)) -
    Math.exp((Math.cos(2 * Math.PI * x) + Math.cos(2 * Math.PI * y)) / 2) +
    20 +
    Math.E;
  assertClose([energy.value(z)], [textbook - logJacobian(z[0]) - logJacobian(z[1])], 1e-13);
});

test("a confined energy keeps its values, gains a map, and knows only how to be drawn", () => {
  const gaussian = energies.gaussian({ mean: [0, 1], names: ["a", "b"] });
  const confined = energies.constrained(gaussian, { lower: 0 });
  const [z, q] = [Float64Array.of(0.3, -0.5), new Float64Array(2)];
  confined.transform!.constrain(z, q);
  assertClose([confined.value(z)], [gaussian.value(q) - z[0] - z[1]], 1e-14);
  assert.deepEqual([confined.names, Object.keys(confined.exact!)], [["a", "b"], ["draw"]]);
  assert.equal(energies.constrained(gaussian, {}), gaussian);
  assert.equal(energies.constrained(energies.logisticRegression({ x: [1], y: [1] }), { lower: 0 }).exact, undefined);
});

test("a law that its free twin hardly ever meets is not drawn forever", () => {
  const far = energies.constrained(energies.gaussian({ mean: [0] }), { lower: 40 });
  assert.throws(
    () => far.exact!.draw!(stream(0), new Float64Array(1)),
    /energies\.constrained: none of 10000000 proposals was taken/,
  );
});

test("what cannot be confined is refused", () => {
  const byHand = energyFromGradient(1, () => 0);
  const box = energies.rastrigin({ box: [-1, 1] });
  const constrained = energies.constrained as (energy: unknown, constraints: unknown) => Energy;
  assert.throws(
    () => constrained(byHand, { lower: 0 }),
    /energy must be traced from an expression; give energyFromGradient/,
  );
  assert.throws(() => constrained(box, { lower: 0 }), /energies\.constrained: energy has constraints already/);
  assert.throws(() => constrained(3, {}), /energies\.constrained: energy must be an energy, got 3/);
  assert.throws(() => constrained(energies.banana(), { least: 0 }), /there is no constraint "least"/);
});

test("options that make no sense are refused by name", () => {
  const call = energies as unknown as Record<string, (options?: unknown) => Energy>;
  const refused: readonly [string, unknown, RegExp][] = [
    ["harmonic", { dim: 0 }, /energies\.harmonic: dim must be a positive integer, got 0/],
    ["harmonic", { k: -1 }, /k must be a positive number, got -1/],
    ["harmonic", { stiffness: 1 }, /there is no option "stiffness"; the options are dim, k/],
    ["doubleWell", { h: 0 }, /energies\.doubleWell: h must be a positive number, got 0/],
    ["doubleWell", { dim: 1.5 }, /dim must be a positive integer, got 1.5/],
    ["doubleWell", { box: 3 }, /box must be an interval \[lower, upper\] or 2 of them, got 3/],
    ["doubleWell", { box: [[0, 1]] }, /box must be an interval \[lower, upper\] or 2 of them/],
    ["rastrigin", { box: [1, 1] }, /box must be an interval \[lower, upper\] with lower below upper, got "1, 1"/],
    ["rastrigin", { box: [0, Number.POSITIVE_INFINITY] }, /box must be an interval of finite numbers, got Infinity/],
    ["rastrigin", { box: [[0, 1], [0]] }, /box\[1\] must be an interval \[lower, upper\], got a list of length 1/],
    ["rosenbrock", { dim: 1 }, /dim must be an integer of at least 2, got 1/],
    ["rosenbrock", { a: Number.NaN }, /a must be a finite number, got NaN/],
    ["funnel", { dim: 1 }, /dim must be an integer of at least 2/],
    ["funnel", { scale: "3" }, /scale must be a positive number, got "3"/],
    ["donut", { sigma: 0 }, /sigma must be a positive number, got 0/],
    [
      "squiggle",
      {
        covariance: [
          [1, 2],
          [2, 1],
        ],
      },
      /energies\.squiggle: covariance must be positive definite/,
    ],
    ["squiggle", { frequency: Number.POSITIVE_INFINITY }, /frequency must be a finite number/],
    ["studentT", {}, /degreesOfFreedom must be a positive number, got undefined/],
    ["studentT", { degreesOfFreedom: 1, location: [] }, /location must be at least one number/],
    ["studentT", { degreesOfFreedom: 1, scale: [[0]] }, /scale\[0\]\[0\] must be a positive number, got 0/],
    ["gaussianMixture", {}, /centers must be a list of at least one centre, got undefined/],
    ["gaussianMixture", { centers: [[1], [1, 2]] }, /centers\[1\] must be 1 finite number, got a list of length 2/],
    ["gaussianMixture", { centers: [[1]], weights: [0] }, /weights\[0\] must be a positive number, got 0/],
    ["gaussianMixture", { centers: [[1]], covariance: 1, covariances: [1] }, /not both/],
    ["gaussianMixture", { centers: [[1]], covariances: [1, 2] }, /covariances must be 1 covariances, one per centre/],
    [
      "gaussianMixture",
      {
        centers: [[1, 2]],
        covariances: [
          [
            [1, 2],
            [2, 1],
          ],
        ],
      },
      /energies\.gaussianMixture: covariances\[0\] must be positive definite/,
    ],
    ["eightSchools", { centered: 1 }, /centered must be true or false, got 1/],
  ];
  for (const [name, options, message] of refused) {
    assert.throws(() => call[name](options), { name: "RangeError", message }, name);
  }
});

test("a heavy tail has no mean, or no variance", () => {
  assert.deepEqual(Object.keys(energies.studentT({ degreesOfFreedom: 1 }).exact!), ["logNormalizer", "draw"]);
  assert.deepEqual(Object.keys(energies.studentT({ degreesOfFreedom: 2 }).exact!), ["mean", "logNormalizer", "draw"]);
});

test("in ten thousand dimensions the facts that have room are there", () => {
  const dim = 10_000;
  const mean = new Array<number>(dim).fill(0);
  const large: readonly Energy[] = [
    energies.gaussian({ mean }),
    energies.gaussian({ mean, covariance: mean.map(() => 2) }),
    energies.gaussianMixture({ centers: [mean, mean.map(() => 1)] }),
    energies.harmonic({ dim }),
    energies.doubleWell({ dim }),
    energies.rastrigin({ dim, box: [-2, 2] }),
    energies.rosenbrock({ dim }),
    energies.funnel({ dim }),
    energies.donut({ dim }),
    energies.studentT({ degreesOfFreedom: 5, location: mean }),
    energies.ackley({ dim, box: [-5, 5] }),
  ];
  const [z, gradient] = [new Float64Array(dim).fill(0.1), new Float64Array(dim)];
  for (const { valueAndGradient, exact } of large) {
    assert.ok(Number.isFinite(valueAndGradient(z, gradient)) && gradient.every(Number.isFinite));
    assert.equal(exact?.covariance, undefined);
    if (exact?.draw !== undefined) {
      const q = new Float64Array(dim);
      exact.draw(stream(1), q);
      assert.ok(q.every(Number.isFinite));
    }
  }
});

test("options far from ordinary end in facts or in a refusal, not in a search", () => {
  const steep = energies.doubleWell({ dim: 1, h: 1e12 }).exact!;
  // Two normal wells of variance 1 / (8 h b^2).
  assertClose(
    [steep.logNormalizer!, steep.covariance![0][0]],
    [Math.log(2 * Math.sqrt((2 * Math.PI) / 8e12)), 1],
    1e-9,
  );
  const deep = energies.rastrigin({ dim: 1, a: 1e12 }).exact!;
  // Normal wells of variance 1 / (4 pi^2 a) at the whole numbers, weighed by exp(-k^2).
  const weights = [-3, -2, -1, 0, 1, 2, 3, 4, -4].map((k) => [k * k, Math.exp(-k * k)]);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  const variance = weights.reduce((sum, [square, weight]) => sum + square * weight, 0) / total;
  assertClose([deep.covariance![0][0]], [variance], 1e-6);
  assertClose([energies.rastrigin({ dim: 1, box: [-1e9, 1e9] }).exact!.mean![0]], [0], 1e-12);
  assertClose([energies.rastrigin({ dim: 1, box: [0.2, 0.7] }).exact!.mean![0]], [0.2], 0.02);
});
