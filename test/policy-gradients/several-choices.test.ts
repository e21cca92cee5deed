// Actions of several choices at once, and of yes and no: their spaces, what of them is refused, and that they are learnt.

import assert from "node:assert/strict";
import { test } from "node:test";
import { actorCritic } from "../../src/policy-gradients/actor-critic.js";
import {
  type Environment,
  environments,
  makeEnvironment,
  type Space,
  sizeOfSpace,
  vectorEnvironment,
} from "../../src/policy-gradients/environments/index.js";
import { environmentOf } from "../../src/policy-gradients/environments/task.js";
import { acting, ppo, trainPolicy, trpo, vmpo } from "../../src/policy-gradients/index.js";
import { stream } from "../../src/random/index.js";
import "../../src/index.js";

/** Shows which of two locks it is, each of which opens to one combination; every number that is right pays 1. One step an episode. */
function locks(actionSpace: Space, combinations: readonly (readonly number[])[]): () => Environment {
  return () =>
    environmentOf({
      name: "Locks",
      observationSpace: { kind: "box", shape: [2], low: 0, high: 1 },
      actionSpace,
      variables: 1,
      begin(s, random) {
        s[0] = random.integer(2);
      },
      advance(s, action, result) {
        result.reward = combinations[s[0]].reduce((sum, right, i) => sum + (action[i] === right ? 1 : 0), 0);
        result.terminated = true;
      },
      observe(s, observation) {
        observation.set([1 - s[0], s[0]]);
      },
    });
}

const dials: Space = { kind: "multiDiscrete", counts: [3, 5, 2] };
const switches: Space = { kind: "multiBinary", size: 4 };
const cases = [
  {
    space: dials,
    combinations: [
      [2, 4, 0],
      [0, 1, 1],
    ],
    parameters: 10,
    law: "multiCategorical",
  },
  {
    space: switches,
    combinations: [
      [1, 0, 0, 1],
      [0, 0, 1, 1],
    ],
    parameters: 4,
    law: "bernoulli",
  },
] as const;

for (const { space, combinations, parameters, law } of cases) {
  test(`${space.kind}: its law, and one number for each choice`, () => {
    const { distribution, actorDim } = actorCritic({ kind: "box", shape: [2], low: 0, high: 1 }, space, {
      actor: { hidden: [] },
    });
    assert.equal(distribution.kind, law);
    assert.equal(distribution.size, sizeOfSpace(space));
    assert.equal(actorDim, 3 * parameters);
  });

  for (const [name, algorithm] of [
    ["PPO", ppo({ environments: 8, steps: 32, anneal: false })],
    ["TRPO", trpo({ environments: 8, steps: 32 })],
    ["V-MPO", vmpo({ environments: 8, steps: 32 })],
  ] as const) {
    test(`${space.kind}: ${name} learns both combinations`, async () => {
      const { policy, evaluation } = await trainPolicy(algorithm, locks(space, combinations), {
        totalSteps: 20_000,
        seed: 1,
      });
      const act = acting(policy);
      assert.deepEqual([...act(Float64Array.of(1, 0))], combinations[0]);
      assert.deepEqual([...act(Float64Array.of(0, 1))], combinations[1]);
      assert.equal(evaluation.meanReturn, combinations[0].length);
    });
  }
}

test("an action that is none of the choices is refused by name, and nothing has moved", () => {
  const make = locks(dials, cases[0].combinations);
  const vector = vectorEnvironment(make, 2, { seed: 1 });
  vector.reset();
  assert.throws(() => vector.step([2, 4, 1, 0, 5, 0]), /actions\[1, 1\] must be an integer from 0 to 4, got 5/);
  vector.step([2, 4, 1, 0, 1, 0]);
  const one = make();
  const observation = new Float64Array(2);
  one.reset(stream(1), observation);
  assert.throws(
    () => one.step(Float64Array.of(0, 0.5, 0), stream(2), observation),
    /Locks: action\[1\] must be an integer from 0 to 4, got 0.5/,
  );
  assert.throws(
    () => makeEnvironment(environments.clipAction(make)),
    /clipAction: the action space must be a box, got multiDiscrete/,
  );
});

test("observed choices are flattened to ones among zeros, one choice after another; yes and no stay", () => {
  const showing = (space: Space, numbers: readonly number[]) => (): Environment => ({
    ...locks(switches, cases[1].combinations)(),
    observationSpace: space,
    reset: (_, observation) => observation.set(numbers),
  });
  const seen = (space: Space, numbers: readonly number[]) => {
    const environment = makeEnvironment(environments.flattenObservation(showing(space, numbers)));
    const observation = new Float64Array(sizeOfSpace(environment.observationSpace));
    environment.reset(stream(1), observation);
    return [...observation];
  };
  assert.deepEqual(seen(dials, [2, 1, 0]), [0, 0, 1, 0, 1, 0, 0, 0, 1, 0]);
  assert.deepEqual(seen(switches, [1, 0, 0, 1]), [1, 0, 0, 1]);
  assert.deepEqual(seen({ kind: "discrete", count: 3 }, [1]), [0, 1, 0]);
  assert.throws(
    () => actorCritic(dials, switches),
    /the observation space must be a box; flattenObservation makes one of choices, got "multiDiscrete"/,
  );
});
