// Metrics are what they say: velocities by M^-1, momenta with the covariance M, displacements with the covariance M^-1.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stream } from "../../src/random/index.js";
import { type Mass, massOption } from "../../src/samplers/mass.js";
import { directionsOf, lowRankMassOf, lowRankMetric, type Metric, metricFor } from "../../src/samplers/metric.js";
import { symmetricEigen } from "../../src/samplers/symmetric-eigen.js";
import { distance, identity, matrixOf, positiveDefinite, product, transposed } from "./matrices.js";

const n = 5;
const random = stream(1, "metrics");
const dense = positiveDefinite(random, n, 0.1);
const rows = Array.from({ length: n }, (_, i) => Array.from(dense.subarray(i * n, (i + 1) * n)));
const { vectors } = symmetricEigen(positiveDefinite(random, n, 1), n);
const lowRank = {
  diagonal: [0.1, 1, 2, 30, 4],
  eigenvalues: [50, 0.02],
  directions: [0, 1].map((k) => Array.from(vectors.subarray(k * n, (k + 1) * n))),
};
const masses: { name: string; mass: Mass }[] = [
  { name: "one number", mass: 4 },
  { name: "a diagonal", mass: [0.1, 1, 2, 30, 4] },
  { name: "a matrix", mass: rows },
  { name: "a diagonal and two directions", mass: lowRank },
  { name: "a diagonal to be adapted", mass: "diagonal" },
  { name: "a matrix to be adapted", mass: "dense" },
  { name: "a low-rank mass to be adapted", mass: "lowRank" },
];

for (const { name, mass } of masses) {
  test(`momenta, velocities and displacements of a metric by ${name} belong together`, () => {
    const metric = metricFor("test", mass, n);
    const velocity = matrixOf(metric.velocity, n);
    const momentum = matrixOf(metric.momentum, n);
    const displacement = matrixOf(metric.displacement, n);
    const whiten = matrixOf(metric.whiten, n);
    const covarianceOfMomenta = product(momentum, transposed(momentum, n), n);
    assert.ok(distance(product(covarianceOfMomenta, velocity, n), identity(n)) < 1e-12);
    assert.ok(distance(product(displacement, transposed(displacement, n), n), velocity) < 1e-13);
    assert.ok(distance(product(whiten, momentum, n), identity(n)) < 1e-13);
    // The kinetic energy is half the square of what is white.
    assert.ok(distance(product(transposed(whiten, n), whiten, n), velocity) < 1e-13);
    if (mass === rows) assert.ok(distance(covarianceOfMomenta, dense) < 1e-12);
    if (Array.isArray(mass) && mass !== rows) assert.ok(Math.abs(covarianceOfMomenta[3 * (n + 1)] - 30) < 1e-12);
    if (typeof mass === "string") assert.ok(distance(velocity, identity(n)) < 1e-15);
  });

  test(`a metric by ${name} may write where it reads a standard normal from`, () => {
    const metric = metricFor("test", mass, n);
    for (const write of ["momentum", "displacement", "whiten"] as const) {
      const z = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1));
      const apart = new Float64Array(n);
      metric[write](z, apart);
      metric[write](z, z);
      assert.deepEqual(z, apart);
    }
  });
}

test("a low-rank metric is D^(1/2) (I + V (Lambda - I) V') D^(1/2)", () => {
  const { inverseMass, velocity } = metricFor("test", lowRank, n);
  assert.equal(inverseMass.length, n + directionsOf(n) * (n + 1));
  const exact = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let inner = i === j ? 1 : 0;
    lowRank.directions.forEach((v, k) => {
      inner += (lowRank.eigenvalues[k] - 1) * v[i] * v[j];
    });
    return Math.sqrt(lowRank.diagonal[i] * lowRank.diagonal[j]) * inner;
  });
  assert.ok(distance(matrixOf(velocity, n), exact) < 1e-14);
  assert.deepEqual(lowRankMassOf(inverseMass, n), lowRank);
});

test("a metric follows its array when it is told of a change, and refuses what is not positive definite", () => {
  const kinds: [Metric, number[]][] = [
    [metricFor("test", "diagonal", 2), [1, 0]],
    [metricFor("test", "dense", 2), [1, 2, 2, 1]],
    [lowRankMetric(2, "test"), [1, 1, -1, 1, 1, 0, 0, 0]],
  ];
  for (const [metric, broken] of kinds) {
    const out = new Float64Array(2);
    metric.inverseMass[0] = 9;
    metric.changed();
    metric.velocity(Float64Array.of(1, 1), out);
    assert.deepEqual([...out], [9, 1]);
    metric.momentum(Float64Array.of(1, 1), out);
    assert.ok(Math.abs(out[0] - 1 / 3) < 1e-15);
    metric.inverseMass.set(broken);
    assert.throws(() => metric.changed(), /^RangeError: test: the inverse mass is not positive definite$/);
  }
});

test("masses that are none are refused by name", () => {
  const refused: [unknown, RegExp][] = [
    ["full", /^RangeError: test: mass must be one of "diagonal", "dense", "lowRank", got "full"$/],
    [[[1, 0]], /test: mass\[0\] must be 1 finite number, got a list of length 2/],
    [
      [
        [1, 2],
        [2.1, 5],
      ],
      /test: mass\[1\]\[0\] must be mass\[0\]\[1\], as in a symmetric matrix, got 2.1/,
    ],
    [
      [
        [1, 2],
        [2, 1],
      ],
      /test: mass must be a positive definite matrix/,
    ],
    [{ ...lowRank, eigenvalues: [1] }, /test: mass.directions must be 1 directions, one per eigenvalue/],
    [{ ...lowRank, eigenvalues: [1, -2] }, /test: mass.eigenvalues\[1\] must be a positive number, got -2/],
    [
      { ...lowRank, directions: [lowRank.directions[0], lowRank.directions[0]] },
      /test: mass.directions\[1\] must be orthonormal to the others/,
    ],
  ];
  for (const [mass, message] of refused) assert.throws(() => massOption("test", mass), message);
  assert.throws(() => massOption("test", rows, 3), /test: mass must be 3 rows of 3 numbers/);
  assert.throws(
    () => metricFor("test", { diagonal: [1], eigenvalues: [2, 2], directions: [] }, 1),
    /at most 1 numbers/,
  );
});

test("eigenvalues and orthonormal eigenvectors put a symmetric matrix together again", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), fc.constantFrom(0, 1, 1e-8), (size, seed, gap) => {
      const draw = stream(seed, "symmetric");
      // Repeated and nearly repeated eigenvalues, zeros among them.
      const base = symmetricEigen(positiveDefinite(draw, size, 1), size).vectors;
      const exact = Float64Array.from({ length: size }, (_, k) => Math.floor((k + 2) / 3) - 1 + gap * k);
      const a = new Float64Array(size * size);
      for (let k = 0; k < size; k++) {
        for (let at = 0; at < a.length; at++) {
          a[at] += exact[k] * base[k * size + Math.floor(at / size)] * base[k * size + (at % size)];
        }
      }
      const symmetric = a.map((x, at) => (x + a[(at % size) * size + Math.floor(at / size)]) / 2);
      const { values, vectors: found } = symmetricEigen(symmetric.slice(), size);
      assert.ok(distance(product(found, transposed(found, size), size), identity(size)) < 1e-13);
      assert.ok(
        distance(
          values
            .slice()
            .sort()
            .map((x) => x + 2),
          exact
            .slice()
            .sort()
            .map((x) => x + 2),
        ) < 1e-13,
      );
      const moved = product(symmetric, transposed(found, size), size);
      for (let k = 0; k < size; k++) {
        for (let i = 0; i < size; i++) {
          assert.ok(Math.abs(moved[i * size + k] - values[k] * found[k * size + i]) < 1e-12 * size);
        }
      }
    }),
    { numRuns: 60, seed: 5 },
  );
  assert.throws(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2), /not finite/);
});
