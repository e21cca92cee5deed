// What an environment refuses: actions and arrays that are not of its spaces, steps outside of an episode, states of another, unknown kinds and options.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type EnvironmentRecord,
  environments,
  makeEnvironment,
  sizeOfSpace,
} from "../../../src/policy-gradients/environments/index.js";
import { stream } from "../../../src/random/index.js";
import { make, SOURCES } from "./playing.js";

for (const [name, source] of Object.entries(SOURCES)) {
  test(`${name}: a step before a reset, wrong actions and wrong arrays are refused, and nothing has moved`, () => {
    const environment = make(source);
    const { actionSpace } = environment;
    const observation = new Float64Array(sizeOfSpace(environment.observationSpace));
    const random = stream(0);
    const size = sizeOfSpace(actionSpace);
    const act = (...action: number[]) => environment.step(Float64Array.from(action), random, observation);
    /** The number as every part of the action. */
    const step = (value: number) => act(...Array.from({ length: size }, () => value));
    assert.throws(() => step(0), /step: there is no episode going on: reset begins one/);

    environment.reset(random, observation);
    const before = environment.state();
    assert.throws(() => act(), RangeError);
    assert.throws(() => act(...Array.from({ length: size + 1 }, () => 0)), /action must be \d+ numbers?, got a list/);
    assert.throws(() => step(NaN), /action.* must be (a finite number|an integer from 0 to \d), got NaN/);
    if (actionSpace.kind === "discrete") {
      for (const outside of [-1, 0.5, actionSpace.count, Infinity]) assert.throws(() => step(outside), /an integer/);
    } else if (name !== "clipAction" && name !== "continuousRecipe") {
      assert.throws(() => step(Infinity), /a finite number, got (Infinity|NaN)/);
    }
    const short = new Float64Array(observation.length - 1);
    assert.throws(() => environment.step(new Float64Array(size), random, short), /observation must be \d+ number/);
    assert.throws(() => environment.reset(random, short), /observation must be \d+ number/);
    assert.throws(() => environment.restore(new Float64Array(before.length + 1)), /state must be/);
    assert.throws(() => environment.restore(before.slice(1)), /state must be/);
    assert.deepEqual(environment.state(), before);
    step(0);
  });
}

test("an episode that has ended is not stepped on until it is begun anew", () => {
  const environment = makeEnvironment(environments.catchBall({ rows: 2 }));
  const observation = new Float64Array(10);
  const action = Float64Array.of(1);
  environment.reset(stream(0), observation);
  assert.equal(environment.step(action, stream(0), observation).terminated, true);
  assert.throws(() => environment.step(action, stream(0), observation), /there is no episode going on/);
  environment.reset(stream(0), observation);
  assert.equal(environment.step(action, stream(0), observation).terminated, true);
});

test("unknown environments and options are refused with those there are", () => {
  const record = (kind: string, options: object = {}) => ({ kind, options }) as unknown as EnvironmentRecord;
  assert.throws(() => makeEnvironment(record("cartpolle")), /the environment's kind must be one of acrobot, cartPole/);
  assert.throws(() => makeEnvironment(record("toString")), /the environment's kind must be one of/);
  assert.throws(() => makeEnvironment(undefined as unknown as EnvironmentRecord), /kind must be one of/);
  assert.throws(
    () => environments.named("Pong-v5"),
    /environmentNamed: name must be one of "acrobot", .*got "Pong-v5"/,
  );
  // Wrappers are no tasks.
  assert.throws(() => environments.named("clipAction"), /name must be one of/);
  assert.throws(() => makeEnvironment(record("cartPole", { gravity: 9 })), /cartPole: there is no option "gravity"/);
  assert.throws(
    () => makeEnvironment(record("pendulum", { gravity: -1 })),
    /gravity must be a positive number, got -1/,
  );
  assert.throws(
    () => makeEnvironment(record("timeLimit", { environment: environments.pendulum() })),
    /maxEpisodeSteps/,
  );
  assert.throws(() => makeEnvironment(record("clipAction")), /the environment's kind must be one of/);
  for (const maxEpisodeSteps of [0, -1, 2.5, Number.NaN, Infinity]) {
    assert.throws(() => environments.cartPole({ maxEpisodeSteps }), /maxEpisodeSteps must be a positive integer/);
  }
  const { clipReward, frameStackObservation, normalizeReward, pendulum, rescaleAction } = environments;
  assert.throws(() => frameStackObservation(pendulum(), { stackSize: 0 }), /stackSize must be a positive integer/);
  assert.throws(() => normalizeReward(pendulum(), { gamma: 2 }), /gamma must be a number from 0 to 1, got 2/);
  assert.throws(() => rescaleAction(pendulum(), { low: 1, high: 1 }), /high must be above low, 1, got 1/);
  assert.throws(() => clipReward(pendulum(), { low: 1, high: NaN }), /high must be a number of at least low, 1/);
});
