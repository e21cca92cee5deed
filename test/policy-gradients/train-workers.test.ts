// Training with copies of the environment in other threads: it learns the same, and a function is refused before anything starts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { environments, makeEnvironment } from "../../src/policy-gradients/environments/index.js";
import { a2c, trainPolicy } from "../../src/policy-gradients/index.js";
import { continuousRecipe } from "./environments/playing.js";
import "../../src/index.js";

const algorithm = a2c({ environments: 3, steps: 8, anneal: false, actor: { hidden: [8] }, critic: { hidden: [8] } });
const task = continuousRecipe(environments.pendulum({ maxEpisodeSteps: 11 }));

test("what is learnt does not depend on the number of workers, nor does it when a training goes on", async () => {
  const [alone, together] = [
    await trainPolicy(algorithm, task, { totalSteps: 96, seed: 4 }),
    await trainPolicy(algorithm, task, { totalSteps: 96, seed: 4, workers: 1 }),
  ];
  assert.deepEqual(together.policy, alone.policy);
  assert.deepEqual(together.final.environment, alone.final.environment);
  const half = await trainPolicy(algorithm, task, { totalSteps: 48, seed: 4, workers: 1 });
  const rest = await trainPolicy(algorithm, task, { totalSteps: 96, resume: half.final });
  assert.deepEqual(rest.policy, alone.policy);
});

test("a function cannot be played by workers, and workers are a number", async () => {
  const own = () => makeEnvironment(environments.pendulum());
  await assert.rejects(trainPolicy(algorithm, own, { totalSteps: 48, workers: 1 }), /a function cannot travel/);
  await assert.rejects(
    trainPolicy(algorithm, task, { totalSteps: 48, workers: -1 }),
    /trainPolicy: workers must be a non-negative integer, got -1/,
  );
});
