// Every algorithm, as it comes, learns CartPole-v1 within 100,000 steps, with each of three seeds: a mean of 195 is what Gym once called solved.

import assert from "node:assert/strict";
import { test } from "node:test";
import { environments } from "../../src/policy-gradients/environments/index.js";
import { a2c, acting, ppo, reinforce, trainPolicy, trpo, vmpo } from "../../src/policy-gradients/index.js";
import "../../src/index.js";

const algorithms = { reinforce, a2c, trpo, ppo, vmpo };

for (const [name, make] of Object.entries(algorithms)) {
  test(`${name} keeps CartPole's pole up for 195 steps and more`, async () => {
    for (const seed of [1, 2, 3]) {
      const { policy, evaluation } = await trainPolicy(make(), environments.cartPole(), {
        totalSteps: 100_000,
        seed,
        evaluation: { episodes: 20 },
      });
      assert.ok(evaluation.meanReturn >= 195, `seed ${seed}: ${evaluation.meanReturn}`);
      // Pushes to where the pole falls.
      const act = acting(policy);
      assert.deepEqual([act(Float64Array.of(0, 0, 0.15, 0.5))[0], act(Float64Array.of(0, 0, -0.15, -0.5))[0]], [1, 0]);
    }
  });
}
