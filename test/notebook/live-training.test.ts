// The figure of a training: what it draws and says, and in a tslab notebook the place it keeps.

import assert from "node:assert/strict";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { showTraining } from "../../src/notebook/live-training.js";
import type { Bundle } from "../../src/notebook/outputs.js";
import { runNotebook } from "../../src/notebook/run.js";
import { notBegun, type TrainingStanding, trainingFigure } from "../../src/notebook/training-figure.js";
import type { Figure } from "../../src/plots/figure.js";
import { a2c, type LogRecord, trainPolicy } from "../../src/policy-gradients/index.js";
import { toJson } from "../../src/render/index.js";
import { echo } from "../policy-gradients/echo.js";
import "../../src/index.js";
import { code, read, temporaryFolder, writeCells } from "./notebooks.js";

const record = (steps: number, rest: LogRecord = {}): LogRecord => ({ "time/total_timesteps": steps, ...rest });
const log = [
  record(100),
  record(200, { "rollout/ep_rew_mean": 20.5 }),
  record(300, { "rollout/ep_rew_mean": 31, "eval/mean_reward": 44, "time/fps": 8123.4 }),
];
const standing: TrainingStanding = {
  ...{ algorithm: "vmpo", environment: "<CartPole>", steps: 350, totalSteps: 1000, seconds: 7, log },
};
const textOf = ({ layout }: Figure): string => (layout.title as { text: string }).text;

test("a training's figure draws what episodes returned and what evaluations did, where there were any", () => {
  const figure = trainingFigure(standing);
  assert.deepEqual(
    figure.data.map(({ name, x, y }) => ({ name, x, y })),
    [
      { name: "latest 100 episodes", x: [200, 300], y: [20.5, 31] },
      { name: "evaluation", x: [300], y: [44] },
    ],
  );
  assert.equal(trainingFigure({ ...standing, log: log.slice(0, 2) }).data.length, 1);
  assert.doesNotThrow(() => toJson(trainingFigure(notBegun)));
});

test("its title says how far the training is, and how it ended", () => {
  const title = textOf(trainingFigure(standing));
  assert.ok(title.startsWith("V-MPO on &lt;CartPole&gt;: 35% of 1000 steps, 7 s, 13 s left<br>"), title);
  assert.ok(title.includes("episodes 31, evaluation 44, steps per second 8123"), title);
  assert.equal(textOf(trainingFigure(notBegun)), "Training has not begun");
  const ended = textOf(trainingFigure({ ...standing, steps: 1024, end: "steps done" }));
  assert.ok(ended.startsWith("V-MPO on &lt;CartPole&gt;: 100% of 1000 steps, finished after 7 s"), ended);
  assert.match(textOf(trainingFigure({ ...standing, end: "aborted" })), /: 35% of 1000 steps, aborted after 7 s/);
});

test("of a long training a few hundred points are drawn, the latest among them", () => {
  const long = Array.from({ length: 12_345 }, (_, i) => record(i, { "rollout/ep_rew_mean": i }));
  const [{ x }] = trainingFigure({ ...standing, log: long }).data as { x: number[] }[];
  assert.ok(x.length > 200 && x.length <= 400 && x[x.length - 1] === 12_344, `${x.length}`);
});

const small = { environments: 2, steps: 6, actor: { hidden: [8] }, critic: { hidden: [8] } };

test("a training goes on where its picture cannot be drawn, and the end says why", async (t) => {
  const printed = t.mock.method(console, "log", () => {});
  const training = await showTraining();
  const [, path] = /traces: (.*\.html) /.exec(String(printed.mock.calls[0].arguments[0])) ?? [];
  // A folder where the file was.
  await rm(path);
  await mkdir(path);
  const { reason } = await trainPolicy(a2c(small), echo, { totalSteps: 48, callbacks: [training.callback] });
  assert.equal(reason, "steps done");
  await assert.rejects(training.done(), /cannot write into the folder/);
});

test("in a notebook it is one display, which ends as the training did", async () => {
  const folder = await temporaryFolder();
  await symlink(resolve("node_modules"), join(folder, "node_modules"));
  await build({
    ...({ bundle: true, platform: "node", target: "node20", packages: "external", format: "cjs" } as const),
    entryPoints: ["src/index.ts"],
    logOverride: { "empty-import-meta": "silent" },
    outfile: join(folder, "ergodic.cjs"),
  });
  const path = await writeCells(join(folder, "training.ipynb"), [
    code('const { a2c, environments, showTraining, trainPolicy } = require("./ergodic.cjs");'),
    code(`const training = await showTraining();
const { policy } = await trainPolicy(a2c(), environments.cartPole(), { totalSteps: 4000, evaluateEvery: 1000, callbacks: [training.callback] });
await training.done();`),
  ]);
  await runNotebook(path);
  const { cells } = await read(path);
  const bundles = (cells[1].outputs ?? []).map((output) => (output as { data: Bundle }).data);
  // The library, and the figure in its last state.
  assert.equal(bundles.length, 2);
  const figure = bundles[1]["application/vnd.plotly.v1+json"] as unknown as Figure;
  assert.match(textOf(figure), /^A2C on CartPole-v1: 100% of 4000 steps, finished after /);
  assert.equal((figure.data as { x: number[] }[])[1].x.length, 4);
  assert.ok("image/png" in bundles[1]);
});
