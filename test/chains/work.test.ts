// Gradients are counted whatever is kept of the run: warmup, thinning and the integrator's stages included.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  energies,
  gradientsTaken,
  hmc,
  known,
  mala,
  mams,
  nuts,
  randomWalk,
  sample,
  sgld,
  tempered,
} from "../../src/index.js";

const U = energies.gaussian({ mean: [0, 0] });
const run = { chains: 2, warmup: 30, draws: 20, thin: 3, seed: 4, onEvent() {} };

test("HMC takes its steps times its stages in every transition", async () => {
  for (const [integrator, stages] of [
    ["velocityVerlet", 1],
    ["mcLachlan", 2],
    ["threeStage", 3],
    ["fourStage", 4],
  ] as const) {
    const sampler = hmc({ stepSize: 0.2, leapfrogSteps: 7, integrator });
    const draws = await sample(U, sampler, { ...run, workers: 0 });
    assert.deepEqual(gradientsTaken(draws), [7 * stages * 90, 7 * stages * 90]);
  }
});

test("what is kept of all transitions adds up to what is counted", async () => {
  for (const sampler of [nuts(), mams(), mala(), hmc()]) {
    const draws = await sample(U, sampler, { ...run, thin: 1, keepWarmup: true, workers: 0 });
    const { gradients, leapfrogSteps } = {
      ...draws.stats,
      gradients: draws.stats.gradients,
      leapfrogSteps: draws.stats.leapfrogSteps,
    };
    const of = gradients !== undefined ? "gradients" : "leapfrogSteps";
    assert.ok((gradients ?? leapfrogSteps) !== undefined);
    const kept = [draws.warmup!.stats[of], draws.stats[of]];
    const sums = [0, 1].map((chain) =>
      kept.reduce(
        (sum, values) =>
          sum + values.slice((chain * values.length) / 2, ((chain + 1) * values.length) / 2).reduce((a, b) => a + b, 0),
        0,
      ),
    );
    assert.deepEqual(gradientsTaken(draws), sums, sampler.kind);
  }
});

test("mini-batches count by their share, and proposals without gradients not at all", async () => {
  const { loss, center } = known.powers({ powers: [2], dataSize: 100 });
  const draws = await sample(tempered(loss!, { center: center! }), sgld({ stepSize: 1e-3, batchSize: 10 }), {
    ...run,
    workers: 0,
  });
  for (const taken of gradientsTaken(draws)) assert.ok(Math.abs(taken - 9) < 1e-9, `${taken}`);
  assert.deepEqual(gradientsTaken(await sample(U, randomWalk(), { ...run, workers: 0 })), [0, 0]);
});

test("a run that is resumed, and one on threads, count the same", async () => {
  const whole = await sample(U, nuts(), { ...run, draws: 40, workers: 0 });
  const half = await sample(U, nuts(), { ...run, draws: 20, workers: 0 });
  const resumed = await sample(U, nuts(), { resume: half, draws: 40, workers: 0, onEvent() {} });
  const threads = await sample(U, nuts(), { ...run, draws: 40, workers: 2 });
  assert.deepEqual(gradientsTaken(resumed), gradientsTaken(whole));
  assert.deepEqual(gradientsTaken(threads), gradientsTaken(whole));
});
