// Every environment and wrapper of the table: goes on from its state byte for byte, repeats itself for a seed, is built again from its JSON.

import assert from "node:assert/strict";
import { test } from "node:test";
import { choicesOf } from "../../../src/policy-gradients/environments/environment.js";
import { environments, makeEnvironment, sizeOfSpace } from "../../../src/policy-gradients/environments/index.js";
import { environmentKinds } from "../../../src/policy-gradients/environments/make.js";
import { restore, stream } from "../../../src/random/index.js";
import { drawAction, goOn, make, play, SOURCES } from "./playing.js";

test("every kind is tried here", () => {
  const tried = JSON.stringify(SOURCES);
  for (const kind of Object.keys(environmentKinds)) {
    assert.ok(tried.includes(`"kind":"${kind}"`), `${kind} is not tried`);
  }
});

for (const [name, source] of Object.entries(SOURCES)) {
  test(`${name} goes on from its state, in another environment too`, () => {
    const environment = make(source);
    const [random, actions] = [stream(1), stream(2)];
    play(environment, 77, random, actions);
    const state = environment.state();
    const [before, after] = [random.state(), actions.state()];
    const expected = goOn(environment, 60, random, actions);
    const end = environment.state();

    environment.restore(state);
    assert.deepEqual(goOn(environment, 60, restore(before), restore(after)), expected);
    const other = make(source);
    other.restore(state);
    assert.deepEqual(other.state(), state);
    assert.deepEqual(goOn(other, 60, restore(before), restore(after)), expected);
    assert.deepEqual(other.state(), end);
    assert.notStrictEqual(environment.state(), environment.state());
  });

  test(`${name} is its seed's, and its record survives JSON and structuredClone`, () => {
    const played = (made: typeof source, seed: number): number[] => play(make(made), 50, stream(seed), stream(2));
    const expected = played(source, 1);
    assert.deepEqual(played(JSON.parse(JSON.stringify(source)), 1), expected);
    assert.deepEqual(played(structuredClone(source), 1), expected);
    assert.notDeepEqual(played(source, 4), expected);
  });

  test(`${name} keeps to its observation space`, () => {
    const environment = make(source);
    const { observationSpace: space } = environment;
    const size = sizeOfSpace(space);
    const low = space.kind === "box" ? space.low : 0;
    const high = space.kind === "box" ? space.high : (choicesOf(space) ?? []).map((count) => count - 1);
    const [random, actions] = [stream(8), stream(9)];
    const observation = new Float64Array(size);
    environment.reset(random, observation);
    for (let t = 0; t < 300; t++) {
      observation.forEach((x, i) => {
        const [least, most] = [low, high].map((bound) => (typeof bound === "number" ? bound : bound[i]));
        assert.ok(x >= least && x <= most, `${name}: observation[${i}] is ${x}`);
      });
      const action = Float64Array.from(drawAction(environment.actionSpace, actions));
      const { terminated, truncated } = environment.step(action, random, observation);
      if (terminated || truncated) environment.reset(random, observation);
    }
  });
}

test("a task is found by its kind and by Gymnasium's name, whatever the case", () => {
  for (const name of ["cartPole", "cartpole", "CartPole-v1"]) {
    assert.deepEqual(environments.named(name), { kind: "cartPole", options: {} });
  }
  const limited = environments.named("Pendulum-v1", { maxEpisodeSteps: 3 });
  assert.equal(makeEnvironment(limited).name, "Pendulum-v1");
});
