// Vectors whose copies are played by several threads: all numbers are those of one thread, byte for byte, and what goes wrong in a thread is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodePlatform } from "../../../src/platform/node.js";
import { type Platform, platform } from "../../../src/platform/platform.js";
import {
  type Autoreset,
  type Environment,
  type EnvironmentSource,
  environmentStatistics,
  environments,
  loadEnvironment,
  type VectorEnvironment,
  vectorEnvironment,
} from "../../../src/policy-gradients/environments/index.js";
import { environmentKinds } from "../../../src/policy-gradients/environments/make.js";
import { stream } from "../../../src/random/index.js";
import { fragile } from "./fragile.js";
import { continuousRecipe, drawAction } from "./playing.js";
import "../../../src/index.js";
import { withPlatform } from "../../platform/with-platform.js";

const count = 5;

const { clipAction, frameStackObservation, normalizeObservation, normalizeReward } = environments;
const { pendulum, recordEpisodeStatistics, rescaleAction, timeLimit } = environments;
const normalized = frameStackObservation(rescaleAction(normalizeObservation(pendulum())), { stackSize: 2 });

const tasks: Readonly<Record<string, EnvironmentSource>> = {
  "a task": environments.cartPole(),
  "a random task": recordEpisodeStatistics(environments.gridWorld({ slip: 0.3, maxEpisodeSteps: 9 })),
  "the continuous recipe": continuousRecipe(pendulum({ maxEpisodeSteps: 30 })),
  "a task whose limit, episodes and actions are looked after outside of what learns": recordEpisodeStatistics(
    timeLimit(clipAction(normalizeReward(normalized)), { maxEpisodeSteps: 13 }),
  ),
};

const rows: readonly (readonly [string, Autoreset, number])[] = [
  ["a task", "same-step", 1],
  ["a task", "disabled", 9],
  ["a random task", "next-step", 1],
  ["the continuous recipe", "same-step", 2],
  ["the continuous recipe", "next-step", 1],
  ["a task whose limit, episodes and actions are looked after outside of what learns", "same-step", 1],
  ["a task whose limit, episodes and actions are looked after outside of what learns", "disabled", 1],
];

/** Whatever a vector shows. */
function seen(vector: VectorEnvironment): unknown {
  const { observations, rewards, terminated, truncated, skipped, finalObservations } = vector;
  const { episodeReturns, episodeLengths } = vector;
  const all = [
    observations,
    rewards,
    terminated,
    truncated,
    skipped,
    finalObservations,
    episodeReturns,
    episodeLengths,
  ];
  return all.map((values) => Array.from(values));
}

/** Actions that depend on copy and time alone; ended copies that wait for it are begun anew. */
function play(vector: VectorEnvironment, from: number, to: number, show: () => void): void {
  for (let t = from; t < to; t++) {
    vector.step(Array.from({ length: count }, (_, i) => drawAction(vector.actionSpace, stream(6, i, t))).flat());
    show();
    if (vector.autoreset !== "disabled") continue;
    vector.reset(vector.terminated.map((ended, i) => ended | vector.truncated[i]));
  }
}

async function within<T>(vector: VectorEnvironment, run: (vector: VectorEnvironment) => T): Promise<T> {
  try {
    return run(vector);
  } finally {
    await vector.close();
  }
}

for (const [name, autoreset, workers] of rows) {
  test(`${name}, ${autoreset}: ${workers} workers show what one thread shows, and states go on from one to the other`, async () => {
    const story = async (workers: number) => {
      const vectorOf = (seed: number) => vectorEnvironment(tasks[name], count, { workers, seed, autoreset });
      const shown: unknown[] = [];
      const state = await within(vectorOf(3), (vector) => {
        const show = (): void => void shown.push(seen(vector));
        vector.reset();
        show();
        play(vector, 0, 60, show);
        return structuredClone(vector.state());
      });
      const end = await within(vectorOf(77), (vector) => {
        vector.restore(state);
        play(vector, 60, 90, () => shown.push([Array.from(vector.observations), Array.from(vector.rewards)]));
        return vector.state();
      });
      return { shown, state, end };
    };
    const alone = await story(0);
    const ends = (alone.shown as number[][][]).flatMap(([, , terminated = [], truncated = []]) => [
      ...terminated,
      ...truncated,
    ]);
    assert.ok(ends.includes(1));
    assert.deepEqual(await story(workers), alone);
  });
}

test("frozen normalisers around workers learn nothing, and use what they were given", async () => {
  const source = environments.normalizeObservation(environments.pendulum());
  const training = vectorEnvironment(source, count, { seed: 1 });
  training.reset();
  play(training, 0, 20, () => {});
  const learnt = training.statistics.state();
  const rest = (workers: number) => {
    const statistics = environmentStatistics(learnt);
    return within(vectorEnvironment(source, count, { seed: 5, statistics, frozen: true, workers }), (vector) => {
      vector.reset();
      play(vector, 0, 20, () => {});
      assert.deepEqual(statistics.state(), learnt);
      return Array.from(vector.observations);
    });
  };
  assert.deepEqual(await rest(1), await rest(0));
});

test("robots are loaded in the threads that play them", async () => {
  const source = environments.normalizeObservation(environments.halfCheetah({ maxEpisodeSteps: 8 }));
  await loadEnvironment(source);
  const run = (workers: number) =>
    within(vectorEnvironment(source, count, { seed: 5, workers }), (vector) => {
      const shown: unknown[] = [];
      vector.reset();
      play(vector, 0, 20, () => shown.push(seen(vector)));
      return [shown, vector.state()];
    });
  assert.deepEqual(await run(1), await run(0));
});

test("a function cannot travel, and what cannot be is refused before a thread is started", () => {
  const make = vectorEnvironment as (...parts: unknown[]) => VectorEnvironment;
  const own = (): Environment => fragile(false).build({}, undefined as never);
  const record =
    /vectorEnvironment: the environment must be made of records where there are workers, for a function cannot/;
  for (const source of [own, environments.normalizeObservation(own)]) {
    assert.throws(() => make(source, count, { workers: 1 }), record);
    assert.throws(() => make(source, 1, { workers: 1 }), record);
  }
  for (const workers of [-1, 0.5, "2", Number.NaN]) {
    assert.throws(() => make(environments.cartPole(), count, { workers }), /workers must be a non-negative integer/);
  }
});

test("one copy needs no thread, and shows what it shows alone", async () => {
  const started = platform().startThread;
  const none: Platform = { ...platform(), startThread: () => assert.fail("a thread was started") };
  await withPlatform(none, () =>
    within(vectorEnvironment(environments.cartPole(), 1, { workers: 3 }), (vector) => vector.reset()),
  );
  assert.equal(platform().startThread, started);
});

test("what fails in a thread reaches the caller, with the copy it was in, and closing still ends all", async () => {
  (environmentKinds as Record<string, unknown>).fragile = fragile(false);
  const workerUrl = new URL("./players-that-fail.mjs", import.meta.url);
  const failing = (how: string) => vectorEnvironment({ kind: "fragile", options: { how } }, 3, { workers: 1 });
  const steps = (vector: VectorEnvironment, n: number): void => {
    for (let t = 0; t < n; t++) vector.step([0, 0, 0]);
  };
  await withPlatform(nodePlatform({ workerUrl }), async () => {
    await within(failing("breaks"), (vector) => {
      vector.reset();
      steps(vector, 2);
      const told = /^Error: vectorEnvironment: a thread failed: Fragile, copy 1: the third step is one too many$/;
      assert.throws(() => steps(vector, 1), told);
      assert.throws(() => steps(vector, 1), told);
      assert.throws(() => vector.state(), told);
    });
    await within(failing("pays nonsense"), (vector) => {
      vector.reset();
      assert.throws(() => steps(vector, 1), /the reward of Fragile, copy 1, must be a finite number, got NaN/);
    });
    await within(failing("grows"), (vector) => {
      vector.reset();
      assert.throws(() => vector.state(), /Fragile, copy 1: states must keep their length of 1, got 2 numbers/);
    });

    const missing = failing("cannot be loaded");
    const files = /^Error: vectorEnvironment: a thread failed: the task's files are missing$/;
    assert.throws(() => missing.reset(), files);
    await assert.rejects(missing.ready, files);
    await missing.close();

    const leaving = failing("leaves");
    const exit = /^Error: vectorEnvironment: a thread failed: the thread exited with code 3$/;
    await assert.rejects(leaving.ready, exit);
    assert.throws(() => leaving.reset(), exit);
    await leaving.close();
  });
});

test("nothing is asked of copies that are closed, in this thread or another", async () => {
  for (const workers of [0, 1]) {
    const vector = vectorEnvironment(environments.cartPole(), 2, { workers });
    await vector.ready;
    vector.reset();
    await vector.close();
    await vector.close();
    for (const ask of [() => vector.step([0, 0]), () => vector.reset(), () => vector.state()]) {
      assert.throws(ask, /vectorEnvironment: CartPole-v1: the copies are closed/);
    }
  }
});
