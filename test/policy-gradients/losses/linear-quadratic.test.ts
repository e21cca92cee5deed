// Regret on linear-quadratic tasks: Lyapunov's and Riccati's equations against sums and simulation, and the LLC against reduced-rank regression.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { known, type LinearPolicyLoss, linearTaskLoss, llc, regulatorLoss, stream } from "../../../src/index.js";
import { assertClose, differences } from "../../energies/differences.js";
import { importanceSampledLlc } from "./reduced-rank-reference.js";

const random = stream(5, "linear-quadratic");
const near = (w: Float64Array, scale: number): Float64Array => w.map((x) => x + scale * random.normal());

// Two springs, of which one action drives the first alone; the second must be left to itself.
const A = [
  [0.9, 0.2],
  [0, 0.5],
];
const B = [
  [0.4, 0],
  [0.1, 0.3],
];
const Q = [
  [1, 0.2],
  [0.2, 0.5],
];
const R = [
  [0.3, 0],
  [0, 0.2],
];
const covariance = [
  [1, 0.3],
  [0.3, 2],
];
const task = { A, B, Q, R, covariance, discount: 0.95 };

/** The discounted cost of `u = K x` from x, by going there. */
function costFrom(K: readonly (readonly number[])[], x: readonly number[], steps: number): number {
  const times = (M: readonly (readonly number[])[], v: readonly number[]): number[] =>
    M.map((row) => row.reduce((sum, m, j) => sum + m * v[j], 0));
  const form = (M: readonly (readonly number[])[], v: readonly number[]): number =>
    times(M, v).reduce((sum, y, i) => sum + y * v[i], 0);
  let [now, total] = [[...x], 0];
  for (let t = 0; t < steps; t++) {
    const u = times(K, now);
    total += task.discount ** t * (form(Q, now) + form(R, u));
    now = times(A, now).map((y, i) => y + times(B, u)[i]);
  }
  return total;
}

/** The mean cost over first states with these second moments: along the columns of a root of them. */
function meanCost(K: readonly (readonly number[])[]): number {
  const root = [
    [1, 0.3],
    [0, Math.sqrt(2 - 0.09)],
  ];
  return root.reduce((sum, column) => sum + costFrom(K, column, 600), 0);
}

/** `[actions, states]` of parameters `[states, actions]`. */
const gainOf = (w: Float64Array): number[][] => [0, 1].map((i) => [0, 1].map((j) => w[2 * j + i]));

describe("the regulator", () => {
  const regret = regulatorLoss(task);

  test("the best cost is that of going on under the best gain", () => {
    assertClose([regret.optimalCost], [meanCost(regret.optimalGain)], 1e-12);
  });

  test("regret is what a gain costs more than the best, summed step by step", () => {
    for (const scale of [0.01, 0.3, 1]) {
      const w = near(regret.center, scale);
      assertClose([regret.value(w)], [meanCost(gainOf(w)) - regret.optimalCost], 1e-11);
    }
  });

  test("regret is the mean of simulated episodes", () => {
    const w = near(regret.center, 0.5);
    const costs = Array.from({ length: 1500 }, () => {
      const [a, b] = [random.normal(), random.normal()];
      return costFrom(gainOf(w), [a, 0.3 * a + Math.sqrt(2 - 0.09) * b], 150);
    });
    const mean = costs.reduce((sum, x) => sum + x, 0) / costs.length;
    const variance = costs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (costs.length - 1);
    const z = (mean - regret.optimalCost - regret.value(w)) / Math.sqrt(variance / costs.length);
    assert.ok(Math.abs(z) < 4.5, `z = ${z}`);
  });

  test("the best gain has no regret and no slope", () => {
    const deep = regulatorLoss({ ...task, hidden: [3, 2] });
    const gradient = new Float64Array(deep.dim);
    assert.ok(deep.valueAndGradient(deep.center, gradient) < 1e-25);
    assertClose(gradient, new Float64Array(deep.dim), 1e-12);
  });

  test("the gradient of a deep policy is that of its differences", () => {
    const deep = regulatorLoss({ ...task, hidden: [3, 2] });
    const w = near(deep.center, 0.2);
    const gradient = new Float64Array(deep.dim);
    deep.valueAndGradient(w, gradient);
    const expected = differences((x) => deep.value(x), w);
    assertClose(gradient, expected, 1e-8);
  });

  test("a gain that does not stabilise has infinite regret", () => {
    const scalar = regulatorLoss({ A: [[1]], B: [[1]], Q: [[1]], R: [[1]] });
    assertClose(scalar.optimalGain[0], [(1 - Math.sqrt(5)) / 2], 1e-12);
    for (const gain of [0.1, 0, -2, -5]) assert.equal(scalar.value(Float64Array.of(gain)), Number.POSITIVE_INFINITY);
    assert.ok(Number.isFinite(scalar.value(Float64Array.of(-0.001))));
  });

  test("what cannot be stabilised, or has the wrong shape, is refused", () => {
    assert.throws(() => regulatorLoss({ A: [[2]], B: [[0]], Q: [[1]], R: [[1]] }), /stabilises/);
    assert.throws(() => regulatorLoss({ ...task, B: [[1]] }), /B must be 2 rows/);
    assert.throws(
      () =>
        regulatorLoss({
          ...task,
          Q: [
            [1, 2],
            [3, 4],
          ],
        }),
      /Q\[0\]\[1\]/,
    );
    assert.throws(
      () =>
        regulatorLoss({
          ...task,
          R: [
            [-1, 0],
            [0, -1],
          ],
        }),
      /R must be positive definite/,
    );
    assert.throws(() => regulatorLoss({ ...task, discount: 1.5 }), /discount/);
    assert.throws(() => regulatorLoss({ ...task, hidden: [1] }), /hidden must be widths of at least 2/);
  });
});

/** K of ones on the first `rank` places of the diagonal. */
const partial = (actions: number, states: number, rank: number): number[][] =>
  Array.from({ length: actions }, (_, i) => Array.from({ length: states }, (_, j) => (i === j && i < rank ? 1 : 0)));

describe("the LLC of deep linear policies", () => {
  const cases = [
    [2, 2, 2, 2],
    [2, 2, 2, 1],
    [2, 2, 2, 0],
    [3, 3, 2, 1],
  ] as const;
  for (const [states, actions, hidden, rank] of cases) {
    const loss = linearTaskLoss({ gain: partial(actions, states, rank), hidden: [hidden] });
    const exact = known.reducedRankRegression({ inputs: states, hidden, outputs: actions, rank });
    const name = `${states} states, ${actions} actions, ${hidden} hidden, rank ${rank}`;

    test(`${name}: the regret is the loss of reduced-rank regression`, () => {
      const w = near(loss.center, 1);
      // The same layers, which are stored `[in, out]` here and `[out, in]` there.
      const turned = w.slice();
      for (let i = 0; i < states; i++) for (let h = 0; h < hidden; h++) turned[h * states + i] = w[i * hidden + h];
      const first = states * hidden;
      for (let h = 0; h < hidden; h++) {
        for (let a = 0; a < actions; a++) turned[first + a * hidden + h] = w[first + h * actions + a];
      }
      assertClose([loss.value(w)], [exact.loss!.value(turned)], 1e-13);
      assert.equal(loss.rank, rank);
      assert.equal(loss.value(loss.center), 0);
    });

    test(`${name}: the estimate is the law's, by sampling that shares nothing with it`, async () => {
      const [nbeta, gamma] = [1000, 1];
      const estimate = await estimated(loss, nbeta, gamma);
      const reference = importanceSampledLlc({ states, actions, hidden, rank, nbeta, gamma, draws: 100_000, seed: 11 });
      const error = Math.hypot(estimate.standardError, reference.standardError);
      const z = (estimate.mean - reference.mean) / error;
      assert.ok(
        Math.abs(z) < 4,
        `${estimate.mean} +- ${estimate.standardError}, not ${reference.mean} +- ${reference.standardError}`,
      );
      if (rank === 0) {
        const quadrature = exact.expected!({ nbeta, gamma }).mean;
        assert.ok(
          Math.abs(reference.mean - quadrature) < 4.5 * reference.standardError,
          `${reference.mean}, not ${quadrature}`,
        );
      }
      // Of even cases, which have multiplicity 1, the asymptotic value is reached too; others come from below, as 1 / log(n beta).
      if (exact.multiplicity === 1) {
        const far = await estimated(loss, 1e5, gamma);
        assert.ok(
          Math.abs(far.mean - exact.lambda) < 4 * far.standardError,
          `${far.mean} +- ${far.standardError}, not ${exact.lambda}`,
        );
      }
    });
  }

  test("the regulator has the same: its best gain of rank 2, and of rank 0 where all effort is wasted", async () => {
    const full = regulatorLoss({ ...task, hidden: [2] });
    assert.equal(full.rank, 2);
    const idle = regulatorLoss({
      A: [
        [0, 0],
        [0, 0],
      ],
      B: [
        [1, 0.2],
        [0, 1],
      ],
      Q,
      R,
      hidden: [2],
    });
    assert.equal(idle.rank, 0);
    for (const loss of [full, idle]) {
      const { lambda } = known.reducedRankRegression({ inputs: 2, hidden: 2, outputs: 2, rank: loss.rank });
      const estimate = await estimated(loss, 1e5, 1, 800);
      assert.ok(
        Math.abs(estimate.mean - lambda) < 4 * estimate.standardError,
        `${estimate.mean} +- ${estimate.standardError}, not ${lambda}`,
      );
    }
  });
});

function estimated(loss: LinearPolicyLoss, nbeta: number, gamma: number, draws = 2000) {
  const { center, dataSize } = loss;
  return llc(loss, { center, beta: nbeta / dataSize, gamma, chains: 4, warmup: 400, draws, seed: 2, workers: 0 });
}
