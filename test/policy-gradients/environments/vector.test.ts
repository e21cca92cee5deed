// Vectors of environments: copies do what they would do alone, ends are handled as each mode says, last observations are kept, and states go on.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Environment,
  environmentStatistics,
  environments,
  makeEnvironment,
  type VectorEnvironment,
  vectorEnvironment,
} from "../../../src/policy-gradients/environments/index.js";
import { stream } from "../../../src/random/index.js";
import { drawAction, SOURCES } from "./playing.js";

/** Actions that depend on copy and time alone. */
function actionsAt(vector: VectorEnvironment, t: number): number[] {
  return Array.from({ length: vector.count }, (_, i) => drawAction(vector.actionSpace, stream(6, i, t))).flat();
}

function snapshot(vector: VectorEnvironment): number[][] {
  const { observations, rewards, terminated, truncated, skipped } = vector;
  return [observations, rewards, terminated, truncated, skipped].map((values) => Array.from(values));
}

/** Of copy `i` and its episode `k`: a task that counts its steps and ends after `lengths[i][k]` of them. */
function counting(lengths: readonly (readonly number[])[], terminates = true): () => Environment {
  let made = 0;
  return () => {
    const mine = lengths[made++];
    let [episode, t] = [-1, 0];
    return {
      name: "Counting",
      observationSpace: { kind: "box", shape: [2], low: 0, high: Infinity },
      actionSpace: { kind: "discrete", count: 1 },
      reset(_random, observation) {
        episode += 1;
        t = 0;
        observation.set([episode, t]);
      },
      step(_action, _random, observation) {
        t += 1;
        observation.set([episode, t]);
        const over = t === mine[episode];
        return { reward: t, terminated: over && terminates, truncated: over && !terminates };
      },
      state: () => Float64Array.of(episode, t),
      restore([k, time]) {
        [episode, t] = [k, time];
      },
    };
  };
}

test("many copies do what each would do alone, byte for byte, with their last observations", () => {
  const count = 4;
  for (const [name, source] of Object.entries(SOURCES)) {
    if (/normalize|Recipe/.test(name)) continue; // these learn from each other: see the normalisers
    const vector = vectorEnvironment(source, count, { seed: 3 });
    vector.reset();
    const singles = Array.from({ length: count }, () => makeEnvironment(source));
    const streams = singles.map((_, i) => stream(3, "environment", i));
    const size = vector.observationSize;
    const observation = new Float64Array(size);
    singles.forEach((single, i) => {
      single.reset(streams[i], observation);
      assert.deepEqual(vector.observations.slice(i * size, (i + 1) * size), observation, name);
    });
    for (let t = 0; t < 120; t++) {
      const actions = actionsAt(vector, t);
      vector.step(actions);
      singles.forEach((single, i) => {
        const action = Float64Array.from(actions.slice(i * vector.actionSize, (i + 1) * vector.actionSize));
        const { reward, terminated, truncated, episode } = single.step(action, streams[i], observation);
        assert.deepEqual(
          [vector.rewards[i], vector.terminated[i], vector.truncated[i]],
          [reward, Number(terminated), Number(truncated)],
          name,
        );
        if (terminated || truncated) {
          assert.deepEqual(vector.finalObservations.slice(i * size, (i + 1) * size), observation, name);
          assert.equal(vector.episodeReturns[i], episode?.return ?? NaN);
          single.reset(streams[i], observation);
        }
        assert.deepEqual(vector.observations.slice(i * size, (i + 1) * size), observation, name);
      });
    }
  }
});

test("a copy does not depend on how many there are", () => {
  const [few, many] = [2, 5].map((count) => vectorEnvironment(environments.acrobot(), count, { seed: 1 }));
  for (const vector of [few, many]) {
    vector.reset();
    for (let t = 0; t < 30; t++) vector.step(actionsAt(vector, t));
  }
  assert.deepEqual(many.observations.slice(0, few.observations.length), few.observations);
});

test("same-step: after an end comes the next episode's first observation", () => {
  const vector = vectorEnvironment(counting([[2, 9], [9]]), 2);
  vector.reset();
  vector.step([0, 0]);
  vector.step([0, 0]);
  assert.deepEqual(snapshot(vector), [
    [1, 0, 0, 2],
    [2, 2],
    [1, 0],
    [0, 0],
    [0, 0],
  ]);
  assert.deepEqual(Array.from(vector.finalObservations.slice(0, 2)), [0, 2]);
  vector.step([0, 0]);
  assert.deepEqual(snapshot(vector)[0], [1, 1, 0, 3]);
});

test("next-step: the step after an end only resets, and says so", () => {
  const vector = vectorEnvironment(counting([[2, 9], [9]], false), 2, { autoreset: "next-step" });
  vector.reset();
  vector.step([0, 0]);
  vector.step([0, 0]);
  assert.deepEqual(snapshot(vector), [
    [0, 2, 0, 2],
    [2, 2],
    [0, 0],
    [1, 0],
    [0, 0],
  ]);
  assert.deepEqual(Array.from(vector.finalObservations.slice(0, 2)), [0, 2]);
  // The action of the copy that ended is not even looked at.
  vector.step([NaN, 0]);
  assert.deepEqual(snapshot(vector), [
    [1, 0, 0, 3],
    [0, 3],
    [0, 0],
    [0, 0],
    [1, 0],
  ]);
  vector.step([0, 0]);
  assert.deepEqual(snapshot(vector), [
    [1, 1, 0, 4],
    [1, 4],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

test("disabled: an ended copy waits for its reset, and nothing moves until then", () => {
  const vector = vectorEnvironment(counting([[2, 9], [9]]), 2, { autoreset: "disabled" });
  vector.reset();
  vector.step([0, 0]);
  vector.step([0, 0]);
  assert.deepEqual(Array.from(vector.observations), [0, 2, 0, 2]);
  assert.throws(() => vector.step([0, 0]), /the episode of copy 0 is over: reset begins one/);
  assert.deepEqual(Array.from(vector.observations), [0, 2, 0, 2]);
  vector.reset(vector.terminated);
  assert.deepEqual(Array.from(vector.observations), [1, 0, 0, 2]);
  vector.step([0, 0]);
  assert.deepEqual(Array.from(vector.observations), [1, 1, 0, 3]);
});

test("the modes see the same episodes: what next-step skips is all they differ in", () => {
  const source = environments.recordEpisodeStatistics(environments.cartPole());
  const returnsOf = (autoreset: "same-step" | "next-step" | "disabled"): number[] => {
    const vector = vectorEnvironment(source, 1, { autoreset, seed: 9 });
    const returns: number[] = [];
    vector.reset();
    // Actions by the episode's own clock, so that a skipped step shifts none of them.
    for (let t = 0; returns.length < 12; t = vector.skipped[0] === 1 || vector.observations[0] === 0 ? 0 : t + 1) {
      vector.step([vector.observations[2] + 0.1 * Math.sin(returns.length) > 0 ? 0 : 1]);
      if (vector.terminated[0] === 0 && vector.truncated[0] === 0) continue;
      returns.push(vector.episodeReturns[0]);
      assert.equal(vector.episodeLengths[0], vector.episodeReturns[0]);
      if (autoreset === "disabled") vector.reset();
    }
    return returns;
  };
  const returns = returnsOf("same-step");
  assert.ok(new Set(returns).size > 1);
  assert.deepEqual(returnsOf("next-step"), returns);
  assert.deepEqual(returnsOf("disabled"), returns);
});

test("a vector goes on from its state byte for byte, in every mode and with every wrapper", () => {
  for (const [name, source] of Object.entries(SOURCES)) {
    for (const autoreset of ["same-step", "next-step"] as const) {
      const first = vectorEnvironment(source, 3, { seed: 2, autoreset });
      first.reset();
      for (let t = 0; t < 45; t++) first.step(actionsAt(first, t));
      const state = structuredClone(first.state());
      const second = vectorEnvironment(source, 3, { seed: 77, autoreset });
      second.restore(state);
      assert.deepEqual(second.observations, first.observations, name);
      for (let t = 45; t < 90; t++) {
        const actions = actionsAt(first, t);
        first.step(actions);
        second.step(actions);
        assert.deepEqual(snapshot(second), snapshot(first), `${name}, ${autoreset}`);
      }
      assert.deepEqual(second.state(), first.state(), name);
    }
  }
});

test("what cannot be acted on is refused before anything has moved", () => {
  const vector = vectorEnvironment(environments.cartPole(), 2);
  assert.throws(() => vector.step([0, 0]), /step: copy 0 was not reset/);
  vector.reset([0, 1]);
  assert.throws(() => vector.step([0, 0]), /step: copy 0 was not reset/);
  vector.reset();
  const before = vector.state();
  assert.throws(() => vector.step([0]), /actions must be 2 x 1 numbers, got a list of length 1/);
  assert.throws(() => vector.step([0, 2]), /actions\[1, 0\] must be an integer from 0 to 1, got 2/);
  assert.throws(() => vector.step([1, NaN]), /actions\[1, 0\] must be an integer from 0 to 1, got NaN/);
  assert.throws(() => vector.reset([1]), /which must be 2 marks/);
  assert.deepEqual(vector.state(), before);
  const forces = vectorEnvironment(environments.pendulum(), 2);
  forces.reset();
  assert.throws(() => forces.step([0, Infinity]), /actions\[1, 0\] must be a finite number, got Infinity/);

  assert.throws(() => vectorEnvironment(environments.cartPole(), 0), /count must be a positive integer, got 0/);
  const mode = "later" as "disabled";
  assert.throws(() => vectorEnvironment(environments.cartPole(), 1, { autoreset: mode }), /autoreset must be one of/);
  const state = vectorEnvironment(environments.cartPole(), 3).state();
  assert.throws(() => vector.restore(state), /state must be the state of 2 copies of CartPole-v1/);
  assert.throws(() => forces.restore(before), /state must be the state of 2 copies of Pendulum-v1/);
});

test("a reward that is not a number is refused by name", () => {
  const broken = (): Environment => {
    const environment = counting([[9]])();
    return { ...environment, step: () => ({ reward: NaN, terminated: false, truncated: false }) };
  };
  const vector = vectorEnvironment(broken, 1);
  vector.reset();
  assert.throws(() => vector.step([0]), /the reward of Counting, copy 0, must be a finite number, got NaN/);
});

test("an observation that is not a number is refused by name, of a step and of a reset", () => {
  const vector = vectorEnvironment(() => {
    const environment = counting([[2, 9]])();
    const step: Environment["step"] = (action, random, observation) => {
      const result = environment.step(action, random, observation);
      observation[0] = Number.NaN;
      return result;
    };
    return { ...environment, step };
  }, 1);
  vector.reset();
  assert.throws(() => vector.step([0]), /observation\[0\] of Counting, copy 0, must be a finite number, got NaN/);
  const unseen = vectorEnvironment(
    () => ({ ...counting([[9]])(), reset: (_: unknown, seen: Float64Array) => void seen.fill(Infinity) }),
    1,
  );
  assert.throws(() => unseen.reset(), /observation\[0\] of Counting, copy 0, must be a finite number, got Infinity/);
});

test("frozen copies use the statistics they are given and leave them", () => {
  const source = environments.normalizeObservation(environments.pendulum());
  const training = vectorEnvironment(source, 4, { seed: 1 });
  training.reset();
  for (let t = 0; t < 50; t++) training.step(actionsAt(training, t));
  const learnt = training.statistics.state();
  const statistics = environmentStatistics(learnt);
  const evaluation = vectorEnvironment(source, 2, { seed: 5, statistics, frozen: true });
  evaluation.reset();
  for (let t = 0; t < 50; t++) evaluation.step(actionsAt(evaluation, t));
  assert.deepEqual(statistics.state(), learnt);
});
