// The recipes: plain data that begin to learn as they are, and one that learns its task.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnvironmentRecord } from "../../src/policy-gradients/environments/index.js";
import { trainPolicy } from "../../src/policy-gradients/index.js";
import { type Recipe, recipes } from "../../src/policy-gradients/recipes.js";
import "../../src/index.js";

const all: readonly [string, Recipe][] = Object.entries(recipes).flatMap(([algorithm, byTask]) =>
  Object.entries(byTask).map(([task, recipe]): [string, Recipe] => [`${algorithm}/${task}`, recipe]),
);

/** The records of the wrappers, the outermost first, and the task's. */
function layersOf(environment: EnvironmentRecord): readonly EnvironmentRecord[] {
  const within = environment.options.environment as EnvironmentRecord | undefined;
  return within === undefined ? [environment] : [environment, ...layersOf(within)];
}

for (const [name, { algorithm, environment, totalSteps }] of all) {
  test(`${name}: it is plain data of its own algorithm and task`, () => {
    assert.deepEqual(structuredClone({ algorithm, environment }), { algorithm, environment });
    assert.equal(`${algorithm.kind}/${layersOf(environment).at(-1)?.kind}`, name);
    assert.ok(Number.isInteger(totalSteps) && totalSteps > 0);
  });

  test(`${name}: rewards are scaled by the return that the algorithm discounts, and episodes count the task's own`, () => {
    const layers = layersOf(environment);
    const place = (kind: string) => layers.findIndex((layer) => layer.kind === kind);
    const scaled = layers[place("normalizeReward")];
    if (scaled === undefined) return;
    assert.equal(scaled.options.gamma, algorithm.options.gamma ?? 0.99);
    assert.ok(place("recordEpisodeStatistics") > place("normalizeReward"));
  });

  test(`${name}: one rollout and one update leave finite parameters`, async () => {
    const { policy, log } = await trainPolicy(algorithm, environment, {
      ...{ totalSteps: 1, seed: 1, evaluation: { episodes: 1, maxEpisodeSteps: 10 } },
    });
    assert.equal(log.length, 1);
    assert.ok(policy.parameters.every(Number.isFinite));
  });
}

// Where nothing was learnt the return is 0 or below; it must find the top by chance, and then that it pays.
test("PPO's recipe for the continuous mountain car solves it, at 90, in less than half of its steps", async () => {
  const { algorithm, environment } = recipes.ppo.mountainCarContinuous;
  const { evaluation } = await trainPolicy(algorithm, environment, { totalSteps: 40_960, seed: 1 });
  assert.ok(evaluation.meanReturn >= 90, `${evaluation.meanReturn}`);
});
