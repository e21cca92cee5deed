// Student's, Poisson's and the mean squared error, against their densities.

import assert from "node:assert/strict";
import { test } from "node:test";
import { likelihoods, mlp, networkLoss } from "../../src/index.js";

const network = mlp({ inputs: 1, hidden: [], outputs: 2 });
const inputs = [[1], [2]];
/** Predictions (1, -1) and (2, -2): weights [in, out], then biases. */
const w = Float64Array.of(1, -1, 0, 0);
const close = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}, not ${expected}`);

/** The Student density's logarithm in closed form for 1 and 3 degrees of freedom. */
const cauchy = (r: number, s: number): number => Math.log(Math.PI * s * (1 + (r / s) ** 2));
const student3 = (r: number, s: number): number =>
  -Math.log(2 / (Math.PI * Math.sqrt(3) * s)) + 2 * Math.log(1 + (r / s) ** 2 / 3);

test("Student's errors cost minus the logarithm of their density", () => {
  const outputs = [
    [1.5, -1],
    [2, 3],
  ];
  for (const [degreesOfFreedom, density] of [
    [1, cauchy],
    [3, student3],
  ] as const) {
    const loss = networkLoss(network, { inputs, outputs }, likelihoods.studentT({ degreesOfFreedom, sigma: 0.7 }));
    close(loss.value(w), (density(0.5, 0.7) + density(0, 0.7) + density(0, 0.7) + density(5, 0.7)) / 2);
  }
});

test("counts cost minus the logarithm of Poisson's law", () => {
  const loss = networkLoss(
    network,
    {
      inputs,
      outputs: [
        [0, 3],
        [2, 1],
      ],
    },
    likelihoods.poisson(),
  );
  const cost = (x: number, y: number, factorial: number): number => Math.exp(x) - y * x + Math.log(factorial);
  close(loss.value(w), (cost(1, 0, 1) + cost(-1, 3, 6) + cost(2, 2, 2) + cost(-2, 1, 1)) / 2);
});

test("the mean squared error is 2 sigma^2 / outputs times the Gaussian's, and beta is converted by just that", () => {
  const outputs = [
    [1.5, -1],
    [2, 3],
  ];
  const mse = networkLoss(network, { inputs, outputs }, likelihoods.meanSquaredError());
  close(mse.value(w), (0.25 / 2 + 25 / 2) / 2);
  const sigma = 0.3;
  const gaussian = networkLoss(network, { inputs, outputs }, likelihoods.gaussian({ sigma }));
  const other = Float64Array.of(0.3, 0.4, 1, -1);
  const ratio = (mse.value(w) - mse.value(other)) / (gaussian.value(w) - gaussian.value(other));
  close(likelihoods.meanSquaredErrorBeta({ beta: 1, sigma, outputs: 2 }), ratio);
});

test("what does not fit is refused", () => {
  assert.throws(
    () => likelihoods.studentT({ degreesOfFreedom: 0 }),
    /studentT: degreesOfFreedom must be a positive number, got 0/,
  );
  assert.throws(
    () =>
      networkLoss(
        network,
        {
          inputs,
          outputs: [
            [0, 1.5],
            [0, 0],
          ],
        },
        likelihoods.poisson(),
      ),
    /must be a count, 0, 1, 2, ..., got 1.5/,
  );
  assert.throws(
    () => networkLoss(network, { inputs, outputs: [[1], [2]] }, likelihoods.meanSquaredError()),
    /outputs must have 2 numbers per row/,
  );
  assert.throws(() => likelihoods.meanSquaredErrorBeta({ beta: 1, sigma: 0 }), /sigma must be a positive number/);
});
