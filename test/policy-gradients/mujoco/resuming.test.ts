// Robots go on from a state bit for bit, whoever else moves in the same simulation, and say so where the simulation breaks down.

import assert from "node:assert/strict";
import { test } from "node:test";
import { environments, vectorEnvironment } from "../../../src/policy-gradients/environments/index.js";
import { restore, stream } from "../../../src/random/index.js";
import { act, drawAction, goOn, play } from "../environments/playing.js";
import { FACTS, free } from "./robots.js";

for (const kind of ["halfCheetah", "walker2d", "humanoid"]) {
  test(`${kind}: a thousand steps from a state are the same bit for bit`, () => {
    const environment = free(kind);
    const [random, actions] = [stream(1), stream(2)];
    play(environment, 100, random, actions);
    const state = environment.state();
    const [before, after] = [random.state(), actions.state()];
    const expected = goOn(environment, 1000, random, actions);
    const end = environment.state();

    const other = free(kind);
    other.restore(state);
    assert.deepEqual(goOn(other, 1000, restore(before), restore(after)), expected);
    assert.deepEqual(other.state(), end);
    for (const each of [environment, other]) each.close?.();
  });
}

test("the solver's warm start is a part of the state: without it, a robot in contact goes on a little differently", () => {
  const environment = free("walker2d");
  const [random, actions] = [stream(1), stream(2)];
  play(environment, 100, random, actions);
  const state = environment.state();
  const { nq, nv } = FACTS.walker2d;
  const cold = state.slice().fill(0, nq + nv, nq + 2 * nv);
  assert.notDeepEqual(cold, state);
  const [warmly, coldly] = [state, cold].map((from) => {
    environment.restore(from);
    return goOn(environment, 100, restore(random.state()), restore(actions.state()));
  });
  assert.notDeepEqual(coldly, warmly);
  environment.close?.();
});

test("copies side by side move as each would alone", () => {
  const steps = 60;
  const copies = vectorEnvironment(environments.hopper({ maxEpisodeSteps: 25 }), 3, { seed: 4 });
  copies.reset();
  const actions = stream(5);
  const taken = Array.from({ length: steps }, () => Float64Array.from({ length: 9 }, () => 2 * actions.uniform() - 1));
  const rewards = taken.map((action) => {
    copies.step(action);
    return Array.from(copies.rewards);
  });
  for (const copy of [0, 1, 2]) {
    const alone = vectorEnvironment(environments.hopper({ maxEpisodeSteps: 25 }), 1, { seed: 4 });
    const state = alone.state();
    alone.restore({ ...state, random: [stream(4).split("environment", copy).state()] });
    alone.reset();
    taken.forEach((action, t) => {
      alone.step(action.subarray(3 * copy, 3 * copy + 3));
      assert.equal(alone.rewards[0], rewards[t][copy]);
    });
    alone.close();
  }
  copies.close();
});

test("a simulation that breaks down is an error, not another episode", () => {
  const environment = free("halfCheetah");
  environment.reset(stream(1), new Float64Array(17));
  const state = environment.state();
  environment.restore(state.slice().fill(1e200, 9, 18));
  assert.throws(() => act(environment, [0, 0, 0, 0, 0, 0]), /HalfCheetah-v5: step: the simulation has become unstable/);
  environment.restore(state);
  const action = drawAction(environment.actionSpace, stream(2));
  assert.ok(Number.isFinite(act(environment, action).reward));
  environment.close?.();
});

test("controls beyond the bounds push no harder, but are paid for in full", () => {
  const environment = free("hopper");
  environment.reset(stream(1), new Float64Array(11));
  const state = environment.state();
  const step = (size: number) => {
    environment.restore(state);
    return act(environment, [size, -size, size]);
  };
  const [bound, beyond] = [step(1), step(3)];
  assert.deepEqual(beyond.observation, bound.observation);
  assert.ok(Math.abs(bound.reward - beyond.reward - 1e-3 * (27 - 3)) < 1e-12);
  environment.close?.();
});
