// Wrappers that remember no statistics: what they make of actions, observations, rewards and episodes.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type BoxSpace,
  type Environment,
  type EnvironmentSource,
  environments,
  makeEnvironment,
  sizeOfSpace,
} from "../../../src/policy-gradients/environments/index.js";
import { stream } from "../../../src/random/index.js";
import { act, play } from "./playing.js";

/** A task of one's own: observes what was done to it and when, pays the action, and never ends. */
function diary(shape: readonly number[], low: number | number[], high: number | number[]): () => Environment {
  return () => {
    let t = 0;
    const size = shape.reduce((product, extent) => product * extent, 1);
    const write = (observation: Float64Array): void => {
      for (let i = 0; i < size; i++) observation[i] = 100 * t + i;
    };
    return {
      name: "Diary",
      observationSpace: { kind: "box", shape, low: -Infinity, high: Infinity },
      actionSpace: { kind: "box", shape: [2], low, high },
      reset(_random, observation) {
        t = 0;
        write(observation);
      },
      step(action, _random, observation) {
        t += 1;
        write(observation);
        return { reward: 10 * action[0] + action[1], terminated: false, truncated: false };
      },
      state: () => Float64Array.of(t),
      restore([time]) {
        t = time;
      },
    };
  };
}

function begun(source: EnvironmentSource): Environment {
  const environment = makeEnvironment(source);
  environment.reset(stream(0), new Float64Array(sizeOfSpace(environment.observationSpace)));
  return environment;
}

test("clipAction brings actions within the bounds of the task", () => {
  const environment = begun(environments.clipAction(diary([1], [-1, 0], [1, 3])));
  assert.equal(act(environment, [-5, -5]).reward, -10);
  assert.equal(act(environment, [5, 5]).reward, 13);
  assert.equal(act(environment, [0.5, 0.25]).reward, 5.25);
  assert.deepEqual(environment.actionSpace, { kind: "box", shape: [2], low: -Infinity, high: Infinity });
});

test("rescaleAction maps its range onto the task's, ends exactly onto ends", () => {
  const environment = begun(environments.rescaleAction(diary([1], [-0.4, 0], [0.4, 3])));
  assert.equal(act(environment, [-1, -1]).reward, -4);
  assert.equal(act(environment, [1, 1]).reward, 7);
  assert.equal(act(environment, [0, 0]).reward, 1.5);
  const unit = begun(environments.rescaleAction(diary([1], -2, 2), { low: 0, high: 1 }));
  assert.equal(act(unit, [0, 0.75]).reward, -19);
});

test("clipObservation and clipReward bound what comes, and the space says so", () => {
  const environment = begun(environments.clipObservation(diary([3], -9, 9), { low: -1, high: 101 }));
  assert.deepEqual(act(environment, [0, 0]).observation, [100, 101, 101]);
  assert.deepEqual(environment.observationSpace, {
    kind: "box",
    shape: [3],
    low: [-1, -1, -1],
    high: [101, 101, 101],
  });
  const paid = begun(environments.clipReward(diary([1], -9, 9), { low: -1, high: 2 }));
  assert.deepEqual(
    [-5, 0.1, 5].map((a) => act(paid, [a, 0]).reward),
    [-1, 1, 2],
  );
});

test("frames are stacked oldest first, an episode begins with its first, pictures are stacked along channels", () => {
  const vectors = makeEnvironment(environments.frameStackObservation(diary([2], -9, 9), { stackSize: 3 }));
  const observation = new Float64Array(6);
  vectors.reset(stream(0), observation);
  assert.deepEqual(Array.from(observation), [0, 1, 0, 1, 0, 1]);
  act(vectors, [0, 0]);
  assert.deepEqual(act(vectors, [0, 0]).observation, [0, 1, 100, 101, 200, 201]);
  assert.deepEqual(act(vectors, [0, 0]).observation, [100, 101, 200, 201, 300, 301]);
  vectors.reset(stream(0), observation);
  assert.deepEqual(Array.from(observation), [0, 1, 0, 1, 0, 1]);
  assert.deepEqual((vectors.observationSpace as BoxSpace).shape, [3, 2]);

  // A picture of one row, two columns and two channels.
  const pictures = begun(environments.frameStackObservation(diary([1, 2, 2], -9, 9), { stackSize: 2 }));
  assert.deepEqual(act(pictures, [0, 0]).observation, [0, 1, 100, 101, 2, 3, 102, 103]);
  assert.deepEqual((pictures.observationSpace as BoxSpace).shape, [1, 2, 4]);
});

test("flattenObservation makes vectors of boxes and of choices", () => {
  const flat = makeEnvironment(environments.flattenObservation(environments.catchBall()));
  assert.deepEqual((flat.observationSpace as BoxSpace).shape, [50]);
  const grid = environments.gridWorld({ layout: [".S.G"] });
  const oneHot = begun(environments.flattenObservation(grid));
  assert.deepEqual(oneHot.observationSpace, { kind: "box", shape: [3], low: 0, high: 1 });
  assert.deepEqual(act(oneHot, 0).observation, [0, 0, 1]);
});

test("episode statistics are those of the place where they are taken", () => {
  const { clipReward, pendulum, recordEpisodeStatistics } = environments;
  const task = pendulum({ maxEpisodeSteps: 7 });
  const inside = makeEnvironment(clipReward(recordEpisodeStatistics(task), { low: 0, high: 1 }));
  const outside = makeEnvironment(recordEpisodeStatistics(clipReward(task, { low: 0, high: 1 })));
  const rewards = play(makeEnvironment(task), 21, stream(1), stream(2)).slice(3);
  for (const environment of [inside, outside]) {
    const [random, actions, observation] = [stream(1), stream(2), new Float64Array(3)];
    environment.reset(random, observation);
    for (let t = 0, k = 0; t < 21; t++, k += 6) {
      const action = Float64Array.of(3 * actions.uniform() - 1.5);
      const { episode } = environment.step(action, random, observation);
      if (t % 7 < 6) {
        assert.equal(episode, undefined);
        continue;
      }
      const own = Array.from({ length: 7 }, (_, back) => rewards[k - 6 * (6 - back) + 3]);
      const sum = own.reduce((total, reward) => total + (environment === inside ? reward : 0), 0);
      assert.deepEqual(episode, { return: sum, length: 7 });
      environment.reset(random, observation);
      k += 3;
    }
  }
});

test("timeLimit truncates, and of two limits the shorter counts", () => {
  const { pendulum, timeLimit } = environments;
  const endless = pendulum({ maxEpisodeSteps: null });
  const lengthOf = (source: EnvironmentSource): number => {
    const environment = begun(source);
    for (let t = 1; ; t++) if (act(environment, 0).truncated) return t;
  };
  assert.equal(lengthOf(timeLimit(endless, { maxEpisodeSteps: 12 })), 12);
  assert.equal(lengthOf(timeLimit(pendulum(), { maxEpisodeSteps: 12 })), 12);
  assert.equal(lengthOf(timeLimit(pendulum({ maxEpisodeSteps: 5 }), { maxEpisodeSteps: 12 })), 5);
  const same = [timeLimit(endless, { maxEpisodeSteps: 200 }), pendulum()].map((source) =>
    play(makeEnvironment(source), 450, stream(3), stream(4)),
  );
  assert.deepEqual(same[0], same[1]);
});

test("closing a wrapper closes what it holds", () => {
  let closed = 0;
  const source = (): Environment => ({ ...diary([1], -1, 1)(), close: () => closed++ });
  makeEnvironment(environments.clipAction(environments.recordEpisodeStatistics(source))).close?.();
  assert.equal(closed, 1);
});

test("a task that does not fit a wrapper is refused when it is made", () => {
  const { cartPole, clipAction, frameStackObservation, gridWorld, normalizeObservation, rescaleAction } = environments;
  const refused = (source: EnvironmentSource, message: RegExp): void => {
    assert.throws(() => makeEnvironment(source), message);
  };
  refused(clipAction(cartPole()), /clipAction: the action space must be a box, got 2 choices/);
  refused(rescaleAction(diary([1], -Infinity, 1)), /bounds of action 0 of Diary must be finite, got "-Infinity to 1"/);
  refused(normalizeObservation(gridWorld()), /observation space must be a box, got 24 choices/);
  refused(frameStackObservation(gridWorld(), { stackSize: 2 }), /observation space must be a box/);
  refused(clipAction(diary([1], [0, 0, 0], 1)), /the space's low must be one number or 2, got a list of length 3/);
});
