// A run without warmup: what the adaptation finds before its first transition still holds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { energies, hmc, loss, sample, sgld, tempered } from "../../src/index.js";

test("HMC without warmup and without a step size uses the one that its search finds", async () => {
  const stiff = energies.gaussian({ mean: [0, 0], covariance: [1e-6, 1e-6] });
  const draws = await sample(stiff, hmc(), { warmup: 0, draws: 200, chains: 1, init: [0, 0], workers: 0 });
  assert.ok(draws.adapted.stepSize[0] < 2e-3, `step size ${draws.adapted.stepSize[0]}`);
  assert.ok(draws.stats.acceptance.some((a) => a > 0.5));
});

test("SGLD without warmup and without a step size runs at the one its search finds", async () => {
  const bowl = loss(2, 100, (w) => w.square().sum().mul(0.5));
  const energy = tempered(bowl, { center: [0, 0] });
  const draws = await sample(energy, sgld(), { warmup: 0, draws: 50, chains: 1, init: [0, 0], workers: 0 });
  const curvature = 100 / Math.log(100) + 1;
  assert.ok(draws.adapted.stepSize[0] > 0 && draws.adapted.stepSize[0] < 4 / curvature);
});
