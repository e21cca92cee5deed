// What estimators make of positions and gradients: exact laws on Gaussians, and formulae on anything.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, stream } from "../../src/random/index.js";
import { cheesGradient, halton, harmonicMean, pooledVariance } from "../../src/samplers/chees.js";
import { coMoments } from "../../src/samplers/co-moments.js";
import { geometricMean } from "../../src/samplers/geometric-mean.js";
import { inverseOfMatrix, type MassKind } from "../../src/samplers/mass.js";
import { type MassEstimator, massEstimator } from "../../src/samplers/mass-estimators.js";
import { largestEigenvalue, pooledScales } from "../../src/samplers/meads.js";
import { directionsOf, lowRankMetric, lowRankSize } from "../../src/samplers/metric.js";
import { symmetricEigen } from "../../src/samplers/symmetric-eigen.js";
import { welford } from "../../src/samplers/welford.js";
import { distance, matrixOf, positiveDefinite, product } from "./matrices.js";

/** Draws of N(mean, covariance) with their gradients, given to column `column` of an estimator. */
function feed(
  estimator: MassEstimator,
  covariance: Float64Array,
  count: number,
  random: Random,
  column = 0,
  width = 1,
) {
  const n = Math.round(Math.sqrt(covariance.length));
  const { values, vectors } = symmetricEigen(covariance.slice(), n);
  const seen: Float64Array[] = [];
  for (let t = 0; t < count; t++) {
    const position = new Float64Array(n * width).fill(Number.NaN);
    const gradient = new Float64Array(n * width).fill(Number.NaN);
    const q = new Float64Array(n);
    for (let i = 0; i < n; i++) position[i * width + column] = gradient[i * width + column] = 0;
    for (let k = 0; k < n; k++) {
      const z = random.normal();
      for (let i = 0; i < n; i++) {
        q[i] += Math.sqrt(values[k]) * z * vectors[k * n + i];
        gradient[i * width + column] += (z / Math.sqrt(values[k])) * vectors[k * n + i];
      }
    }
    for (let i = 0; i < n; i++) position[i * width + column] = q[i] + 100;
    estimator.add(position, gradient, column);
    seen.push(q);
  }
  return seen;
}

test("nutpie's rule finds the variances of an independent Gaussian exactly, from any three draws", () => {
  const variances = [1e-6, 0.3, 1, 5000];
  const covariance = Float64Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? variances[at / 5] : 0));
  const estimator = massEstimator("diagonal", "gradients", 4, 2);
  feed(estimator, covariance, 3, stream(1, "nutpie"), 1, 2);
  const inverseMass = new Float64Array(8).fill(7);
  estimator.write(1, inverseMass);
  assert.ok(
    distance(
      [1, 3, 5, 7].map((k) => inverseMass[k]),
      variances,
    ) < 1e-9,
  );
  assert.deepEqual(
    [0, 2, 4, 6].map((k) => inverseMass[k]),
    [7, 7, 7, 7],
  );
});

test("a coordinate that did not move, or on which nothing depends, keeps the scale it had", () => {
  for (const kind of ["diagonal", "dense", "lowRank"] as const) {
    const estimator = massEstimator(kind, "gradients", 3, 1);
    const random = stream(2, "still", kind);
    for (let t = 0; t < 20; t++) {
      const [x, y] = [random.normal(), random.normal()];
      estimator.add(Float64Array.of(x, 5, y), Float64Array.of(x, 0, 0), 0);
    }
    const metric =
      kind === "lowRank" ? lowRankMetric(3).inverseMass : new Float64Array(kind === "dense" ? 9 : 3).fill(1);
    estimator.write(0, metric);
    const step = kind === "dense" ? 4 : 1;
    assert.ok(Math.abs(metric[0] - 1) < 1e-3, `${kind}: ${metric}`);
    assert.ok(Math.abs(metric[step] - 1) < 1e-9, `${kind}: ${metric}`);
    assert.ok(metric.every(Number.isFinite));
  }
});

test("draws with gradients give the covariance of a Gaussian, but for the thousandth that is added", () => {
  const n = 6;
  const random = stream(3, "fisher");
  const exact = positiveDefinite(random, n, 0.3);
  const estimator = massEstimator("dense", "gradients", n, 1);
  feed(estimator, exact, 12, random);
  const inverseMass = new Float64Array(n * n).fill(1);
  estimator.write(0, inverseMass);
  assert.ok(distance(inverseMass, exact) < 0.03, `${distance(inverseMass, exact)}`);
  // Twelve draws alone are far from it.
  const alone = massEstimator("dense", "draws", n, 1);
  feed(alone, exact, 12, stream(3, "alone"));
  alone.write(0, inverseMass);
  assert.ok(distance(inverseMass, exact) > 0.1);
});

test("Stan's dense estimate is n/(n+5) covariance + 1e-3 * 5/(n+5) I, column by column", () => {
  const [n, count] = [3, 25];
  const random = stream(4, "stan");
  const estimator = massEstimator("dense", "draws", n, 2);
  const seen = feed(estimator, positiveDefinite(random, n, 1), count, random, 1, 2);
  const inverseMass = new Float64Array(2 * n * n);
  estimator.write(1, inverseMass);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const mean = (k: number): number => seen.reduce((sum, q) => sum + q[k], 0) / count;
      const [a, b] = [mean(i), mean(j)];
      const covariance = seen.reduce((sum, q) => sum + (q[i] - a) * (q[j] - b), 0) / (count - 1);
      const shrunk = (count / (count + 5)) * covariance + (i === j ? (1e-3 * 5) / (count + 5) : 0);
      assert.ok(Math.abs(inverseMass[(i * n + j) * 2 + 1] - shrunk) < 1e-9);
    }
  }
  assert.equal(estimator.count(1), count);
  estimator.reset(1);
  assert.equal(estimator.count(1), 0);
});

test("a low-rank estimate from fewer draws than dimensions leaves a fiftieth of the condition of a covariance with spikes up and down", () => {
  const n = 150;
  const random = stream(5, "spiked");
  const { vectors } = symmetricEigen(positiveDefinite(random, n, 1), n);
  const spikes = [400, 30, 0.01];
  const exact = new Float64Array(n * n);
  for (let i = 0; i < n; i++) exact[i * (n + 1)] = 1;
  spikes.forEach((lambda, k) => {
    for (let at = 0; at < exact.length; at++) {
      exact[at] += (lambda - 1) * vectors[k * n + Math.floor(at / n)] * vectors[k * n + (at % n)];
    }
  });
  const estimator = massEstimator("lowRank", "gradients", n, 1);
  feed(estimator, exact, 60, random);
  const metric = lowRankMetric(n);
  estimator.write(0, metric.inverseMass);
  metric.changed();
  // The stiffness that is left: eigenvalues of L' precision L with L L' = M^-1.
  const root = matrixOf(metric.displacement, n);
  const rows = Array.from({ length: n }, (_, i) => Array.from(exact.subarray(i * n, (i + 1) * n)));
  const precision = inverseOfMatrix("test", rows);
  const transposedRoot = Float64Array.from(root, (_, at) => root[(at % n) * n + Math.floor(at / n)]);
  const { values } = symmetricEigen(product(product(transposedRoot, precision, n), root, n), n);
  const condition = Math.max(...values) / Math.min(...values);
  assert.ok(condition < 800, `condition ${condition} is left of ${400 / 0.01}`);
  const largest = metric.inverseMass
    .subarray(n, n + 2)
    .slice()
    .sort();
  assert.ok(largest[0] < 0.05 && largest[1] > 50, `${metric.inverseMass.subarray(n, n + 6)}`);
});

test("the low-rank estimator keeps 64 to 128 positions spread evenly over a window of any length", () => {
  const estimator = massEstimator("lowRank", "gradients", 1, 2);
  for (let t = 0; t < 1000; t++) estimator.add(Float64Array.of(Number.NaN, t), Float64Array.of(Number.NaN, -t), 1);
  const { positions, kept, stride } = estimator.memory;
  assert.deepEqual([kept[0], kept[1], stride[1], estimator.count(1)], [0, 125, 8, 1000]);
  for (let k = 0; k < 125; k++) assert.equal(positions[2 * k + 1], 8 * k);
});

test("kinds of estimators write as many numbers as their metrics have", () => {
  const sizes: [MassKind, number][] = [
    ["diagonal", 3],
    ["dense", 9],
    ["lowRank", lowRankSize(3)],
  ];
  for (const [kind, size] of sizes) {
    const estimator = massEstimator(kind, "gradients", 3, 1);
    feed(estimator, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 10, stream(6, kind));
    const out = kind === "lowRank" ? lowRankMetric(3).inverseMass : new Float64Array(size).fill(1);
    assert.equal(out.length, size);
    estimator.write(0, out);
    assert.ok(out.every(Number.isFinite));
  }
  assert.deepEqual([directionsOf(3), directionsOf(100)], [3, 32]);
});

test("the geometric mean X of a and b^-1 has X b X = a, and is a's root of a b^-1 where they commute", () => {
  const random = stream(7, "mean");
  const [a, b] = [positiveDefinite(random, 4, 0.1), positiveDefinite(random, 4, 0.1)];
  const x = geometricMean(a, b, 4) as Float64Array;
  assert.ok(distance(product(product(x, b, 4), x, 4), a) < 1e-11);
  const diagonal = geometricMean(Float64Array.of(4, 0, 0, 9), Float64Array.of(1, 0, 0, 0.25), 2) as Float64Array;
  assert.ok(distance(diagonal, [2, 0, 0, 6]) < 1e-14);
  assert.equal(geometricMean(a, new Float64Array(16), 4), undefined);
});

test("running covariances are those of two passes", () => {
  const moments = coMoments(2, 1);
  for (const [x, y] of [
    [1, 0],
    [3, 4],
    [8, -1],
  ])
    moments.add(Float64Array.of(x, y), 0);
  assert.deepEqual([moments.covariance(0, 0, 0), moments.covariance(1, 1, 0)], [13, 7]);
  assert.ok(Math.abs(moments.covariance(0, 1, 0) + 4) < 1e-15);
  assert.equal(moments.covariance(1, 0, 0), moments.covariance(0, 1, 0));
});

test("pooled variances are those of all chains' positions together", () => {
  const random = stream(8, "pooled");
  const moments = welford(1, 3);
  const all: number[] = [];
  for (let t = 0; t < 7; t++) {
    const x = Float64Array.from({ length: 3 }, (_, c) => 10 * c + random.normal());
    all.push(...x);
    for (let c = 0; c < 3; c++) moments.add(x, c);
  }
  const mean = all.reduce((a, b) => a + b) / all.length;
  const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (all.length - 1);
  assert.ok(Math.abs(pooledVariance(moments, 0) / variance - 1) < 1e-14);
  assert.ok(distance(pooledScales(Float64Array.of(1, 3, 5, 5), 2), [1, 0]) < 1e-15);
});

test("the largest eigenvalue's estimate is the mean of eigenvalues weighted by themselves, whichever side is shorter", () => {
  const random = stream(9, "largest");
  for (const [dim, width] of [
    [3, 200],
    [40, 8],
  ]) {
    const x = Float64Array.from({ length: dim * width }, (_, k) => (1 + Math.floor(k / width)) * random.normal());
    const second = new Float64Array(dim * dim);
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < dim; j++)
        for (let c = 0; c < width; c++) second[i * dim + j] += (x[i * width + c] * x[j * width + c]) / width;
    }
    const { values } = symmetricEigen(second, dim);
    const sum = values.reduce((a, b) => a + b);
    const exact = values.reduce((a, b) => a + b * b, 0) / sum;
    assert.ok(Math.abs(largestEigenvalue(x, width) / exact - 1) < 1e-10);
  }
});

test("the slope of ChEES on a standard Gaussian is t d sin 2t, in any scales", () => {
  const [dim, width, length] = [4, 200000, 1.1];
  const random = stream(10, "chees");
  const scales = [0.1, 1, 3, 50];
  const [before, proposal, momentum, inverseMass] = Array.from({ length: 4 }, () => new Float64Array(dim * width));
  for (let k = 0; k < before.length; k++) {
    const s = scales[Math.floor(k / width)];
    const [q, p] = [random.normal(), random.normal()];
    before[k] = s * q + 7;
    proposal[k] = s * (q * Math.cos(length) + p * Math.sin(length)) + 7;
    momentum[k] = (p * Math.cos(length) - q * Math.sin(length)) / s;
    inverseMass[k] = s * s;
  }
  const [acceptance, diverging] = [new Float64Array(width).fill(0.7), new Float64Array(width)];
  // A chain that diverged counts for nothing.
  diverging[0] = 1;
  for (let k = 0; k < proposal.length; k += width) proposal[k] = Number.NaN;
  const slope = cheesGradient({ before, proposal, momentum, acceptance, diverging, inverseMass, length });
  const exact = length * dim * Math.sin(2 * length);
  // One chain's slope has a deviation of about 20.
  assert.ok(Math.abs(slope - exact) < (4.5 * 20) / Math.sqrt(width), `${slope} for ${exact}`);
  diverging.fill(1);
  assert.ok(Number.isNaN(cheesGradient({ before, proposal, momentum, acceptance, diverging, inverseMass, length })));
});

test("Halton's numbers mirror binary digits, and the worst chain decides a harmonic mean", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 8].map(halton), [0.5, 0.25, 0.75, 0.125, 0.625, 0.375, 0.875, 0.0625]);
  assert.ok(Math.abs(harmonicMean(Float64Array.of(1, 0.5, 0.25)) - 3 / 7) < 1e-15);
  assert.equal(harmonicMean(Float64Array.of(1, 1, 0)), 0);
});
