// What trainings are watched and ended by, and policies in files.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { tableOf } from "../../src/policy-gradients/callbacks/console-table.js";
import {
  consoleTable,
  everySteps,
  saveBest,
  stopAtReward,
  stopWithoutImprovement,
} from "../../src/policy-gradients/callbacks/index.js";
import { environments } from "../../src/policy-gradients/environments/index.js";
import {
  a2c,
  acting,
  evaluatePolicy,
  type LogRecord,
  loadPolicy,
  savePolicy,
  type TrainingCallback,
  type TrainingProgress,
  trainPolicy,
} from "../../src/policy-gradients/index.js";
import { echo } from "./echo.js";
import { continuousRecipe } from "./environments/playing.js";
import "../../src/index.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "callbacks-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const small = { environments: 2, steps: 6, actor: { hidden: [8] }, critic: { hidden: [8] } };

/** Tells a callback of updates with these evaluations; after how many it ends the training. */
async function updatesUntilEnd(callback: TrainingCallback, rewards: readonly (number | undefined)[], earlier = 0) {
  const log = rewards.map((reward): LogRecord => {
    const record: Record<string, number> = {};
    if (reward !== undefined) record["eval/mean_reward"] = reward;
    return record;
  });
  const progress = { log: log.slice(0, earlier), evaluateEvery: 1 } as unknown as TrainingProgress;
  await callback.onTrainingStart?.(progress);
  for (let i = earlier; i < log.length; i++) {
    if ((await callback.onRolloutEnd?.(progress, log[i])) === false) return i + 1;
  }
  return undefined;
}

test("training ends once the reward is there", async () => {
  assert.equal(await updatesUntilEnd(stopAtReward(5), [1, undefined, 4.9, 5, 6]), 4);
  assert.equal(await updatesUntilEnd(stopAtReward(5), [1, Number.NaN]), undefined);
  const { reason, log } = await trainPolicy(a2c(small), echo, {
    totalSteps: 1200,
    evaluateEvery: 24,
    callbacks: [stopAtReward(-100)],
  });
  assert.deepEqual([reason, log.length], ["callback", 2]);
  const watched = await trainPolicy(a2c(small), echo, {
    totalSteps: 1200,
    callbacks: [stopAtReward(-100, { key: "rollout/ep_rew_mean" })],
  });
  assert.deepEqual([watched.reason, watched.log.length], ["callback", 1]);
});

test("training ends without improvement, counting what was before an interruption", async () => {
  const stop = () => stopWithoutImprovement({ patience: 2 });
  const rewards = [1, 3, 2, undefined, 3, 2.5, 9];
  for (let earlier = 0; earlier < 6; earlier++) assert.equal(await updatesUntilEnd(stop(), rewards, earlier), 6);
  assert.equal(await updatesUntilEnd(stop(), [1, 3, 2, 3, 4, 3, 3, 5]), undefined);
  assert.equal(await updatesUntilEnd(stopWithoutImprovement({ patience: 2, grace: 4 }), [1, 0, 0, 0, 0, 0, 0]), 7);
  assert.equal(await updatesUntilEnd(stopWithoutImprovement({ patience: 0, least: 1 }), [1, 2.1, 3]), 3);
});

test("what watches evaluations says so where there are none", async () => {
  for (const callback of [stopAtReward(1), stopWithoutImprovement({ patience: 1 }), saveBest(join(folder, "none"))]) {
    await assert.rejects(trainPolicy(a2c(small), echo, { totalSteps: 24, callbacks: [callback] }), {
      name: "RangeError",
      message: /: trainPolicy needs its option evaluateEvery for eval\/mean_reward/,
    });
  }
});

test("the best policy is in its file, and after an interruption only a better one takes its place", async () => {
  const path = join(folder, "best");
  const task = continuousRecipe(environments.pendulum({ maxEpisodeSteps: 10 }));
  const options = { totalSteps: 96, evaluateEvery: 12, evaluation: { episodes: 3 }, seed: 2 };
  const { log, final } = await trainPolicy(a2c(small), task, { ...options, callbacks: [saveBest(path)] });
  const best = Math.max(...log.map((record) => record["eval/mean_reward"]));
  const policy = await loadPolicy(path);
  assert.equal((await evaluatePolicy(policy, task, options.evaluation)).meanReturn, best);

  await writeFile(path, "untouched");
  await trainPolicy(a2c(small), task, { ...options, resume: final, callbacks: [saveBest(path)] });
  assert.equal(await readFile(path, "utf8"), "untouched");
});

test("an action is done after the first update beyond each multiple, also after an interruption, and is waited for", async () => {
  const done: number[] = [];
  const noting = everySteps(30, async ({ steps }) => {
    await new Promise((resolve) => setImmediate(resolve));
    done.push(steps);
    return steps < 90;
  });
  const options = { totalSteps: 600, callbacks: [noting] };
  const { final } = await trainPolicy(a2c(small), echo, { ...options, totalSteps: 48 });
  assert.deepEqual(done, [36]);
  const { steps, reason } = await trainPolicy(a2c(small), echo, { ...options, resume: final });
  assert.deepEqual(done, [36, 60, 96]);
  assert.deepEqual([steps, reason], [96, "callback"]);
});

test("the console's table is Stable-Baselines3's, and the last one is never left out", async () => {
  const table = tableOf({
    "time/fps": 8123.4,
    "rollout/ep_rew_mean": 22.345678,
    "time/iterations": 12,
    "train/loss": 1.23456e-7,
  });
  assert.equal(
    table,
    [
      "-----------------------------",
      "| rollout/       |          |",
      "|    ep_rew_mean | 22.35    |",
      "| time/          |          |",
      "|    fps         | 8123     |",
      "|    iterations  | 12       |",
      "| train/         |          |",
      "|    loss        | 1.235e-7 |",
      "-----------------------------",
    ].join("\n"),
  );
  const tables: string[] = [];
  const write = (text: string) => tables.push(text);
  await trainPolicy(a2c(small), echo, { totalSteps: 60, callbacks: [consoleTable({ everySeconds: 0, write })] });
  assert.equal(tables.length, 5);
  assert.match(tables[4], /\| {4}total_timesteps +\| 60 +\|/);
  tables.length = 0;
  await trainPolicy(a2c(small), echo, { totalSteps: 60, callbacks: [consoleTable({ everySeconds: 1e6, write })] });
  assert.equal(tables.length, 2);
  assert.match(tables[1], /\| {4}iterations +\| 5 +\|/);
});

test("every callback is told of the end, however it came, and the first error is the one that is thrown", async () => {
  const told: string[] = [];
  const noting = { onTrainingEnd: (_: TrainingProgress, end: string) => told.push(end) };
  const failing = {
    onRolloutEnd: () => {
      throw new Error("the disk is full");
    },
    onTrainingEnd: () => {
      throw new Error("closing fails too");
    },
  };
  const callbacks = [failing, noting];
  await assert.rejects(trainPolicy(a2c(small), echo, { totalSteps: 24, callbacks }), /the disk is full/);
  const { onTrainingEnd } = failing;
  await assert.rejects(
    trainPolicy(a2c(small), echo, { totalSteps: 24, callbacks: [{ onTrainingEnd }, noting] }),
    /closing fails too/,
  );
  let steps = 0;
  const spoiled = () => {
    const whole = echo();
    const step: typeof whole.step = (...given) => ({ ...whole.step(...given), reward: ++steps > 20 ? Number.NaN : 1 });
    return { ...whole, step };
  };
  await assert.rejects(trainPolicy(a2c(small), spoiled, { totalSteps: 240, callbacks: [noting] }), /reward of Echo/);
  await trainPolicy(a2c(small), echo, { totalSteps: 24, callbacks: [noting] });
  await trainPolicy(a2c(small), echo, { totalSteps: 24, callbacks: [noting], signal: AbortSignal.abort() });
  assert.deepEqual(told, ["failed", "steps done", "failed", "steps done", "aborted"]);
});

test("a policy comes back from its file as it was, the infinite bounds of its spaces included", async () => {
  const task = continuousRecipe(environments.pendulum({ maxEpisodeSteps: 10 }));
  const { policy, evaluation } = await trainPolicy(a2c(small), task, { totalSteps: 24 });
  const path = join(folder, "policy");
  await savePolicy(policy, path);
  const loaded = await loadPolicy(path);
  assert.deepEqual(loaded, policy);
  assert.deepEqual(await evaluatePolicy(loaded, task), evaluation);
  assert.deepEqual(
    Array.from(acting(loaded)(Float64Array.of(0.1, 0.2, 0.3))),
    Array.from(acting(policy)(Float64Array.of(0.1, 0.2, 0.3))),
  );

  const bytes = await readFile(path);
  await assert.rejects(loadPolicy(join(folder, "nothing")), /loadPolicy: there is no file .*nothing/);
  await writeFile(path, bytes.subarray(0, -1));
  await assert.rejects(loadPolicy(path), {
    name: "RangeError",
    message: /loadPolicy: .* cannot be read: it is cut off/,
  });
  await writeFile(path, "PK");
  await assert.rejects(loadPolicy(path), /cannot be read: it is no policy of this version/);
  await assert.rejects(loadPolicy(3 as never), /loadPolicy: path must be the path of a file, got 3/);
  await assert.rejects(savePolicy({ ...policy, parameters: new Float64Array(2) }, path), /policy: parameters must be/);
  await assert.rejects(savePolicy(undefined as never, path), /savePolicy: policy must be a policy, got undefined/);
});

test("drawn actions are evaluated beside the likeliest, with the same statistics", async () => {
  const task = continuousRecipe(environments.pendulum({ maxEpisodeSteps: 10 }));
  const { policy, evaluation, stochasticEvaluation } = await trainPolicy(a2c(small), task, { totalSteps: 24 });
  assert.notDeepEqual(evaluation, stochasticEvaluation);
  assert.deepEqual(stochasticEvaluation, await evaluatePolicy(policy, task, { deterministic: false }));
  assert.deepEqual([evaluation.episodes, stochasticEvaluation.episodes], [10, 10]);
});

test("what is wrong with callbacks is refused in words", async () => {
  assert.throws(() => stopAtReward(Number.NaN), /stopAtReward: threshold must be a finite number, got NaN/);
  assert.throws(() => stopAtReward(1, { of: "x" } as never), /stopAtReward: there is no option "of"/);
  assert.throws(() => stopWithoutImprovement({} as never), /patience must be a non-negative integer/);
  assert.throws(() => saveBest(""), /saveBest: path must be the path of a file/);
  assert.throws(() => everySteps(0, () => {}), /everySteps: steps must be a positive integer/);
  assert.throws(() => everySteps(1, 2 as never), /everySteps: action must be a function/);
  assert.throws(() => consoleTable({ write: 1 as never }), /consoleTable: write must be a function/);
  const callbacks = [undefined] as never;
  await assert.rejects(trainPolicy(a2c(small), echo, { totalSteps: 1, callbacks }), /callbacks\[0\] must be an object/);
});
