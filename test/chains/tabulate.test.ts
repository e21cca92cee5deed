// Schedules become tables.

import assert from "node:assert/strict";
import { test } from "node:test";
import "./platform.js";
import { sample } from "../../src/chains/index.js";
import { isSameSampler, tabulated } from "../../src/chains/tabulate.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { langevin, parallelTempering } from "../../src/samplers/index.js";

const line = gaussian({ mean: [0], covariance: [[1]] });

test("functions at any depth are replaced by their values at every transition", () => {
  const inner = { kind: "inner", options: { rate: (t: number, steps: number) => t / steps, fixed: 3 } };
  const sampler = { kind: "outer", options: { inner, list: [{ scale: () => 2 }], name: "x" } };
  const table = tabulated(sampler, 4);
  assert.deepEqual(table, {
    kind: "outer",
    options: {
      inner: { kind: "inner", options: { rate: Float64Array.of(0, 0.25, 0.5, 0.75), fixed: 3 } },
      list: [{ scale: Float64Array.of(2, 2, 2, 2) }],
      name: "x",
    },
  });
  assert.ok(isSameSampler(JSON.parse(JSON.stringify(table)), table));
  assert.ok(!isSameSampler(tabulated(sampler, 5), table));
  assert.deepEqual(tabulated(sampler, 9, JSON.parse(JSON.stringify(table))), table);
});

test("what has no functions stays the very object", () => {
  const options = { graph: { instructions: [{ op: "add" }] }, table: Float64Array.of(1) };
  const sampler = { kind: "plain", options };
  assert.equal(tabulated(sampler, 10), sampler);
});

test("the tempered sampler's schedule is a table, too", async () => {
  const sampler = parallelTempering(langevin({ stepSize: (t) => 0.1 / (1 + t) }), { rungs: 2, hottest: 2 });
  const draws = await sample(line, sampler, { chains: 1, warmup: 2, draws: 3, workers: 0, onEvent: () => {} });
  const { sampler: inner } = draws.sampler.options as { sampler: { options: { stepSize: Float64Array } } };
  assert.deepEqual(
    inner.options.stepSize,
    Float64Array.from({ length: 5 }, (_, t) => 0.1 / (1 + t)),
  );
});

test("a schedule without a value, or over more transitions than can be, is refused by name", async () => {
  const broken = langevin({ stepSize: (t) => (t < 3 ? 0.1 : Number.NaN) });
  await assert.rejects(sample(line, broken, { warmup: 0, draws: 5 }), {
    name: "RangeError",
    message: "sample: the schedule langevin.stepSize at transition 3 of 5 must be a number, got NaN",
  });
  await assert.rejects(sample(line, langevin({ stepSize: () => 0.1 }), { thin: 1e9 }), {
    message: "sample: the schedule langevin.stepSize cannot be tabulated over 1000000001000 transitions",
  });
});
