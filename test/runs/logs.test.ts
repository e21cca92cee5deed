// Logs of trainings in files: they hold the records, whatever interrupted the training in between.

import assert from "node:assert/strict";
import { appendFileSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readTensorBoard } from "../../src/formats/tensorboard.js";
import { a2c, type LogRecord, ppo, type TrainPolicyOptions, trainPolicy } from "../../src/policy-gradients/index.js";
import { csvLog, jsonLinesLog, tensorBoardLog } from "../../src/runs/logs/index.js";
import { echo } from "../policy-gradients/echo.js";
import "../../src/index.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "logs-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const small = { environments: 2, steps: 2, actor: { hidden: [4] }, critic: { hidden: [4] } };
const options: TrainPolicyOptions = { totalSteps: 40, evaluateEvery: 12, evaluation: { episodes: 1 }, seed: 1 };

/** What reads each format back. */
const sinks = {
  csv: {
    make: (path: string) => csvLog(`${path}/log.csv`),
    file: "log.csv",
    read(bytes: Uint8Array): LogRecord[] {
      const [head, ...rows] = new TextDecoder().decode(bytes).trimEnd().split("\n");
      const keys = head.split(",");
      return rows.map((row) => {
        const fields = row.split(",");
        assert.equal(fields.length, keys.length);
        const there = keys.flatMap((key, i) => (fields[i] === "" ? [] : [[key, Number(fields[i])]]));
        return Object.fromEntries(there);
      });
    },
  },
  "json lines": {
    make: (path: string) => jsonLinesLog(`${path}/log.jsonl`),
    file: "log.jsonl",
    read(bytes: Uint8Array): LogRecord[] {
      const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
      return lines.map((line) => JSON.parse(line, (_, value) => value ?? Number.NaN));
    },
  },
  TensorBoard: {
    make: (path: string) => tensorBoardLog(path),
    file: "events.out.tfevents.0.ergodic",
    read(bytes: Uint8Array): LogRecord[] {
      const events = readTensorBoard(bytes);
      for (const { step, scalars } of events) assert.equal(step, scalars["time/total_timesteps"]);
      return events.map(({ scalars }) => scalars);
    },
  },
} as const;

for (const [name, { make, file, read }] of Object.entries(sinks)) {
  const expected = (log: readonly LogRecord[]): LogRecord[] =>
    name === "TensorBoard" ? log.map((record) => mapped(record, Math.fround)) : log.map((record) => ({ ...record }));
  const readBack = async (place: string): Promise<LogRecord[]> => read(await readFile(join(place, file)));

  test(`${name}: the log is read back, with keys that come up late, and a training begun anew takes its place`, async () => {
    const place = join(folder, name, "whole");
    const sink = make(place);
    const { log } = await trainPolicy(a2c(small), echo, { ...options, callbacks: [sink] });
    assert.equal(log.length, 10);
    // The first episode ends in the second update, the first evaluation is in the third.
    assert.ok(!("rollout/ep_rew_mean" in log[0]) && "eval/mean_reward" in log[2] && !("eval/mean_reward" in log[3]));
    assert.deepEqual(await readBack(place), expected(log));
    const shorter = await trainPolicy(a2c(small), echo, { ...options, totalSteps: 8, callbacks: [sink] });
    assert.deepEqual(await readBack(place), expected(shorter.log));
    assert.deepEqual(readdirSync(place), [file]);
  });

  test(`${name}: the file is whole after every update, after an abort, and after a failure`, async () => {
    const place = join(folder, name, "ends");
    const looking = {
      onRolloutEnd: async ({ log }: { log: readonly LogRecord[] }) =>
        assert.deepEqual(await readBack(place), expected(log)),
    };
    await trainPolicy(a2c(small), echo, { ...options, callbacks: [make(place), looking] });

    const controller = new AbortController();
    const aborting = { onStep: ({ steps }: { steps: number }) => (steps < 30 ? undefined : controller.abort()) };
    const { signal } = controller;
    const aborted = await trainPolicy(a2c(small), echo, { ...options, signal, callbacks: [make(place), aborting] });
    assert.equal(aborted.log.length, 7);
    assert.deepEqual(await readBack(place), expected(aborted.log));

    const log: LogRecord[] = [];
    let steps = 0;
    const spoiled = () => {
      const whole = echo();
      const step: typeof whole.step = (...given) => ({
        ...whole.step(...given),
        reward: ++steps > 30 ? Number.NaN : 1,
      });
      return { ...whole, step };
    };
    const failing = trainPolicy(a2c(small), spoiled, {
      totalSteps: 80,
      onLog: (record) => log.push(record),
      callbacks: [make(place)],
    });
    await assert.rejects(failing, /the reward of Echo/);
    assert.equal(log.length, 7);
    assert.deepEqual(await readBack(place), expected(log));
  });

  test(`${name}: a training that goes on has every row once, also where the file is behind, ahead, or ends in half a row`, async () => {
    const place = join(folder, name, "resumed");
    const half = await trainPolicy(a2c(small), echo, { ...options, totalSteps: 20, callbacks: [make(place)] });
    // What a process that was killed a little later has left.
    appendFileSync(join(place, file), "1,2,");
    const resume = half.final;
    const { log } = await trainPolicy(a2c(small), echo, { ...options, resume, callbacks: [make(place)] });
    assert.deepEqual(
      log.map((record) => record["time/total_timesteps"]),
      [4, 8, 12, 16, 20, 24, 28, 32, 36, 40],
    );
    assert.deepEqual(await readBack(place), expected(log));
    // From a checkpoint that is older than the file, and without the file.
    await trainPolicy(a2c(small), echo, { ...options, resume, callbacks: [make(place)] });
    assert.equal((await readBack(place)).length, 10);
    await rm(place, { recursive: true });
    await trainPolicy(a2c(small), echo, { ...options, resume, callbacks: [make(place)] });
    assert.equal((await readBack(place)).length, 10);
  });
}

test("numbers that are not finite are NaN in CSV and in event files, null in JSON", async () => {
  const place = join(folder, "spoiled");
  // Returns that do not vary have no explained variance.
  const same = () => ({ ...echo(), step: () => ({ reward: 0, terminated: true, truncated: false }) });
  const algorithm = ppo({ ...small, minibatches: 1, gamma: 0 });
  const callbacks = Object.values(sinks).map(({ make }) => make(place));
  await trainPolicy(algorithm, same, { totalSteps: 4, evaluation: { maxEpisodeSteps: 2 }, callbacks });
  assert.match(await readFile(join(place, "log.jsonl"), "utf8"), /"train\/explained_variance":null/);
  for (const { file, read } of Object.values(sinks)) {
    const [record] = read(await readFile(join(place, file)));
    assert.ok(Number.isNaN(record["train/explained_variance"]));
  }
});

test("times of an event file begin when the training began", async () => {
  const place = join(folder, "times");
  const before = Date.now() / 1000;
  const { log } = await trainPolicy(a2c(small), echo, { ...options, callbacks: [tensorBoardLog(place)] });
  const events = readTensorBoard(await readFile(join(place, sinks.TensorBoard.file)));
  const starts = events.map(({ wallTime }, i) => wallTime - log[i]["time/time_elapsed"]);
  for (const start of starts) assert.ok(Math.abs(start - starts[0]) < 1e-6 && start >= before - 60);
});

test("a path that is none, and a file that cannot be written, are said", async () => {
  assert.throws(() => csvLog(""), /csvLog: path must be a path, got ""/);
  assert.throws(() => jsonLinesLog(3 as never), /jsonLinesLog: path must be a path, got 3/);
  assert.throws(() => tensorBoardLog(undefined as never), /tensorBoardLog: folder must be a path, got undefined/);
  await assert.rejects(trainPolicy(a2c(small), echo, { totalSteps: 4, callbacks: [csvLog(folder)] }), /EISDIR/);
});

function mapped(record: LogRecord, f: (value: number) => number): LogRecord {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}
