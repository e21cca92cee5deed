// Settings of a configuration that have made other programs fail, and figures that must show what was drawn.

import assert from "node:assert/strict";
import { test } from "node:test";
import "../../src/index.js";
import { chainsOf } from "../../src/chains/draws.js";
import { type Configuration, compose, jobsOf } from "../../src/runs/configuration/index.js";
import { figuresOfRun } from "../../src/runs/figures.js";
import { obtainRun } from "../../src/runs/store/samples.js";
import { obtainTarget } from "../../src/runs/store/targets.js";
import { temporaryFolder } from "../notebook/notebooks.js";

const root = await temporaryFolder();
const quadratic = ["target=quadratic", "target.quad_dim=3", "data=small", "sampler=fast"];
const composed = (...words: string[]): Configuration =>
  compose({ overrides: jobsOf([...quadratic, ...words], { sweep: false })[0] });

test("HMC without adaptation moves by the step and the masses given, and warmup has the length asked for, not a trajectory's", async () => {
  const configuration = composed("sampler.hmc.adapt_step_size=false", "sampler.hmc.step_size=0.125");
  const target = await obtainTarget(root, configuration);
  const { estimate, metrics } = await obtainRun(root, target, configuration, "hmc");
  assert.ok(estimate.draws.stats.stepSize.every((size) => size === 0.125));
  assert.ok(metrics.llc_mean > 0);
  const { warmup, num_integration_steps } = configuration.sampler.hmc;
  assert.equal(metrics.fge_warmup, configuration.sampler.chains * warmup * (num_integration_steps ?? Number.NaN));
});

test("where there are fewer rows than a usual batch, all are one", async () => {
  const words = ["target=mlp", "model=small", "training.steps=20", "sampler.sgld.batch_size=null", "data.n_data=40"];
  const configuration = compose({ overrides: jobsOf(["data=small", "sampler=fast", ...words], { sweep: false })[0] });
  const target = await obtainTarget(root, configuration);
  const { estimate, metrics } = await obtainRun(root, target, configuration, "sgld");
  assert.deepEqual(estimate.draws.lengths, [100, 100]);
  // A whole gradient each, and the loss of every draw for its own sake, a third of one.
  assert.ok(Math.abs(metrics.fge - estimate.verdictWork - 2 * (100 + 100 + 100 / 3)) < 1e-9);
});

test("the figures of a run show its draws, warmup left out", async () => {
  const configuration = composed("sampler.hmc.draws=30");
  const target = await obtainTarget(root, configuration);
  const run = await obtainRun(root, target, configuration, "hmc");
  const { theta_trace: theta, running_llc: running } = figuresOfRun(run, 3, configuration.sampler);
  const linesOf = (figure: () => { data: readonly object[] }): unknown[][] =>
    figure().data.flatMap((trace) => ("y" in trace && Array.isArray(trace.y) ? [trace.y] : []));
  // Figures have six significant digits.
  const isShown = (y: unknown, value: number): boolean =>
    Math.abs(Number(y) - value) < 5e-6 * Math.max(1, Math.abs(value));
  const shows = (lines: unknown[][], values: number[]): boolean =>
    lines.some((line) => line.length === values.length && line.every((y, i) => isShown(y, values[i])));
  const positions = linesOf(theta);
  for (const name of run.estimate.draws.names) {
    for (const chain of chainsOf(run.estimate.draws, name)) assert.ok(shows(positions, Array.from(chain)), name);
  }
  const { trace, lossAtCenter, beta, dataSize } = run.estimate;
  for (const losses of trace) {
    const course = Array.from(losses, (_, k) => {
      const mean = losses.slice(0, k + 1).reduce((sum, value) => sum + value, 0) / (k + 1);
      return dataSize * beta * (mean - lossAtCenter);
    });
    assert.ok(shows(linesOf(running), course));
  }
});
