// The examples in the docstrings of the namespace `adaptation`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adaptation } from "../../src/index.js";
import { distance } from "./matrices.js";

test("the pieces of adaptation do alone what their examples say", () => {
  const averaging = adaptation.dualAveraging(1, { target: 0.8 });
  averaging.restart(0, 0.1);
  assert.equal(averaging.update(0, 0.8), 1);

  const moments = adaptation.welford(1, 1);
  for (const x of [1, 2, 6]) moments.add(Float64Array.of(x), 0);
  assert.equal(moments.variance(0, 0), 7);

  const pairs = adaptation.coMoments(2, 1);
  for (const [x, y] of [
    [1, 0],
    [3, 4],
  ])
    pairs.add(Float64Array.of(x, y), 0);
  assert.equal(pairs.covariance(0, 1, 0), 4);

  assert.deepEqual(adaptation.windows(1000), { initial: 75, ends: [100, 150, 250, 450, 950] });
  assert.deepEqual(adaptation.nutpieSchedule(1000), { early: 300, last: 850 });
  assert.equal(
    adaptation.searchStepSize("mine", 8, (stepSize) => -(stepSize ** 2)),
    0.25,
  );

  const estimator = adaptation.massEstimator("diagonal", "gradients", 1, 1);
  for (const q of [-1, 0.5, 3]) estimator.add(Float64Array.of(q), Float64Array.of(q / 4), 0);
  const inverseMass = Float64Array.of(1);
  estimator.write(0, inverseMass);
  assert.equal(inverseMass[0], 4);

  const mean = adaptation.geometricMean(Float64Array.of(4, 0, 0, 9), Float64Array.of(1, 0, 0, 0.25), 2);
  assert.ok(distance(mean as Float64Array, [2, 0, 0, 6]) < 1e-14);
  const { values } = adaptation.symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
  assert.ok(distance(values.slice().sort(), [1, 3]) < 1e-15);
  assert.deepEqual([...adaptation.pooledScales(Float64Array.of(1, 3, 5, 5), 2)], [1, 0]);
  assert.equal(adaptation.largestEigenvalue(Float64Array.of(1, -1, 0, 0), 2), 1);
  assert.deepEqual([1, 2, 3, 4].map(adaptation.halton), [0.5, 0.25, 0.75, 0.125]);
});

test("metrics move by the arrays that they are given", () => {
  const velocity = new Float64Array(2);
  const examples: [ReturnType<typeof adaptation.denseMetric>, number[], number[], number[]][] = [
    [adaptation.diagonalMetric(2), [4, 1], [1, 1], [4, 1]],
    [adaptation.denseMetric(2), [2, 1, 1, 2], [1, 0], [2, 1]],
    [adaptation.lowRankMetric(2), [1, 4, 9, 1, 0.6, 0.8, 0, 0], [1, 0], [3.88, 7.68]],
  ];
  for (const [metric, inverseMass, momentum, exact] of examples) {
    metric.inverseMass.set(inverseMass);
    metric.changed();
    metric.velocity(Float64Array.from(momentum), velocity);
    assert.ok(distance(velocity, exact) < 1e-15, `${velocity}`);
  }
});
