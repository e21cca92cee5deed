// Per-step diagnostics across chains.

import assert from "node:assert/strict";
import { test } from "node:test";
import "./platform.js";
import { sample, stepDiagnostics } from "../../src/chains/index.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { langevin } from "../../src/samplers/index.js";
import { drawsOf } from "./draws-of.js";

const nan = Number.NaN;

test("means and population variances are those of the chains that are left at each step", () => {
  const draws = drawsOf(
    {
      chains: 3,
      draws: 4,
      dim: 2,
      names: ["x", "y"],
      lengths: [3, 1, 2],
      position: Float64Array.of(
        1,
        10,
        2,
        20,
        3,
        30,
        nan,
        nan,
        4,
        40,
        nan,
        nan,
        nan,
        nan,
        nan,
        nan,
        7,
        70,
        8,
        80,
        nan,
        nan,
        nan,
        nan,
      ),
    },
    { stats: { energy: Float64Array.of(1, 2, 3, nan, 4, nan, nan, nan, 7, 8, nan, nan) } },
  );
  const { steps, chains, dim, counts, mean, variance, stats } = stepDiagnostics(draws);
  assert.deepEqual([steps, chains, dim, [...counts]], [4, 3, 2, [3, 2, 1, 0]]);
  assert.deepEqual([...mean], [4, 40, 5, 50, 3, 30, nan, nan]);
  assert.deepEqual([...variance], [6, 600, 9, 900, 0, 0, nan, nan]);
  assert.deepEqual([...stats.energy], [1, 4, 7, 2, nan, 8, 3, nan, nan, nan, nan, nan]);
});

// Of U = q^2/2 the chain is q' = (1 - h) q + sqrt(2h) xi, so from q = 3 the mean after t steps is 3 (1 - h)^t and the variance
// 2h (1 - (1 - h)^(2t)) / (1 - (1 - h)^2); a thousand chains know them to 1/sqrt(1000) and sqrt(2/1000).
test("unadjusted Langevin dynamics relaxes as its recursion says, over thousands of chains", async () => {
  const h = 0.1;
  const line = gaussian({ mean: [0], covariance: [[1]] });
  const options = {
    chains: 4000,
    warmup: 5,
    draws: 20,
    thin: 2,
    init: [3],
    seed: 5,
    keepWarmup: true,
    onEvent: () => {},
  };
  const draws = await sample(line, langevin({ stepSize: h }), options);
  const check = (diagnostics: ReturnType<typeof stepDiagnostics>, transitionsAt: (step: number) => number) => {
    for (let step = 0; step < diagnostics.steps; step++) {
      const t = transitionsAt(step);
      const variance = (2 * h * (1 - (1 - h) ** (2 * t))) / (1 - (1 - h) ** 2);
      assert.ok(Math.abs(diagnostics.mean[step] - 3 * (1 - h) ** t) < 4.5 * Math.sqrt(variance / 4000));
      assert.ok(Math.abs(diagnostics.variance[step] / variance - 1) < 4.5 * Math.sqrt(2 / 4000));
    }
  };
  check(stepDiagnostics(draws, { of: "warmup" }), (step) => step + 1);
  check(stepDiagnostics(draws), (step) => 5 + 2 * (step + 1));
});

test("what is asked for must be there", () => {
  const none = drawsOf({ chains: 1, draws: 0, dim: 1, names: ["x"], lengths: [0], position: new Float64Array(0) });
  assert.throws(() => stepDiagnostics(none, { of: "warmup" }), /keepWarmup/);
  assert.throws(() => stepDiagnostics(7 as never), /^RangeError: stepDiagnostics: draws must be draws/);
});
