// How draws appear where they are printed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import "./platform.js";
import { drawsText } from "../../src/chains/draws-text.js";
import { sample } from "../../src/chains/index.js";
import { funnel } from "../../src/energies/funnel.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { hmc, langevin } from "../../src/samplers/index.js";

const silent = { workers: 0, onEvent: () => {} };
const lastLine =
  "summarize(draws) is their table, diagnose(draws) says whether to believe them, chainsOf(draws, name) are the numbers";

test("draws are printed as what there is of them, not as their numbers", async () => {
  const plan = { ...silent, chains: 2, draws: 50, warmup: 20, seed: 3, keepWarmup: true };
  const draws = await sample(gaussian({ mean: [0, 0], names: ["a", "b"] }), langevin(), plan);
  assert.deepEqual(
    inspect(draws)
      .replace(/in \S+ s/, "in 0.1 s")
      .split("\n"),
    [
      "2 chains of 50 draws of 2 coordinates: a, b",
      "by langevin, seed 3, in 0.1 s",
      "statistics: energy, stepSize, gradientNorm, gradients",
      "adapted: stepSize",
      "with 20 warmup transitions per chain",
      lastLine,
    ],
  );
});

test("printed draws say what went wrong, and cut long lists", async () => {
  const wild = hmc({ stepSize: 5, leapfrogSteps: 5 });
  const draws = await sample(funnel({ dim: 12 }), wild, { ...silent, chains: 1, draws: 30, warmup: 0, seed: 1 });
  const diverged = draws.stats.diverging.reduce((sum, flag) => sum + flag, 0);
  assert.ok(diverged > 1);
  const text = inspect(draws);
  assert.match(text, /^1 chain of 30 draws of 12 coordinates: v, x\[0\], .*x\[6\] and 4 more\n/);
  assert.match(text, new RegExp(`\n${diverged} divergent transitions\n`));
  const stopped = [{ chain: 0, draw: 7, reason: "it fell" }];
  const lines = drawsText({ ...draws, aborted: true, lengths: [7], stopped }).split("\n");
  assert.deepEqual(lines.slice(-3), [
    "aborted; draws kept by each chain: 7",
    "chain 0 stopped at draw 7: it fell",
    lastLine,
  ]);
});

test("printing leaves draws plain data", async () => {
  const draws = await sample(gaussian({ mean: [0] }), hmc(), { ...silent, chains: 1, draws: 4, warmup: 4, seed: 1 });
  assert.deepEqual(structuredClone(draws), { ...draws });
  assert.deepEqual(
    Reflect.ownKeys({ ...draws }).filter((key) => typeof key === "symbol"),
    [],
  );
});
