// Wrong arguments are refused at the door, by name.

import assert from "node:assert/strict";
import { test } from "node:test";
import "./platform.js";
import { sample } from "../../src/chains/index.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { loss } from "../../src/networks/index.js";
import { hmc } from "../../src/samplers/index.js";
import { normal } from "./exported-energies.js";

const refusals: [string, Record<string, unknown>, string][] = [
  ["no draws", { draws: 0 }, "draws must be a positive integer, got 0"],
  ["half a chain", { chains: 1.5 }, "chains must be a positive integer, got 1.5"],
  ["negative warmup", { warmup: -1 }, "warmup must be a non-negative integer, got -1"],
  ["thin of nothing", { thin: 0 }, "thin must be a positive integer, got 0"],
  ["a negative seed", { seed: -1 }, "seed must be a non-negative integer, got -1"],
  ["a seed in words", { seed: "seven" }, 'seed must be a non-negative integer, got "seven"'],
  ["a start that is no number", { init: [0, Number.NaN] }, "init[1] must be a finite number, got NaN"],
  ["a start of another dimension", { init: [0, 0, 0] }, "init must be 2 finite numbers, got a list of length 3"],
  [
    "too few starts",
    { init: [[0, 0]] },
    "init must be one position or one for each of 4 chains, got a list of length 1",
  ],
  [
    "a start of a chain",
    { init: [[0, 0], [0, 0], [0], [0, 0]] },
    "init[2] must be 2 finite numbers, got a list of length 1",
  ],
  ["a function's start", { init: () => "here" }, 'init(0) must be 2 finite numbers, got "here"'],
  ["a signal that is none", { signal: new AbortController() }, "signal must be an AbortSignal, got an object"],
  ["a listener that is none", { onEvent: "log" }, 'onEvent must be a function, got "log"'],
  ["a flag that is none", { keepWarmup: 1 }, "keepWarmup must be true or false, got 1"],
  ["a title that is none", { title: 3 }, "title must be a string, got 3"],
  ["half a worker", { workers: 0.5 }, "workers must be a non-negative integer, got 0.5"],
];

for (const [what, options, sentence] of refusals) {
  test(`sample refuses ${what}`, async () => {
    await assert.rejects(sample(normal, hmc(), options), { name: "RangeError", message: `sample: ${sentence}` });
  });
}

test("sample refuses options that nothing reads", async () => {
  await assert.rejects(
    sample(normal, hmc(), { drwas: 10 } as object),
    /there is no option "drwas"; the options are chains, warmup, draws/,
  );
});

test("sample refuses workers for a closure and names the way out", async () => {
  await assert.rejects(sample(normal, hmc(), { workers: 2 }), {
    name: "RangeError",
    message:
      "sample: workers must be 0 for an energy that is a function of this thread, got 2; " +
      "energyFromModule(url, exportName) makes one that threads can import",
  });
});

test("sample refuses what is not an energy", async () => {
  const traced = gaussian({ mean: [0], covariance: [[1]] });
  for (const energy of [undefined, {}, () => 0, { ...traced, dim: 2 }, { ...traced, value: undefined }]) {
    await assert.rejects(sample(energy as never, hmc()), /^RangeError: sample: energy must be an energy, such as/);
  }
});

test("sample refuses a loss and names what makes an energy of it", async () => {
  const squares = loss(1, 3, (w, { y }) => y.sub(w).square().mean(), { y: [1, 2, 3] });
  await assert.rejects(sample(squares as never, hmc()), /or tempered\(loss, \{ center \}\) of a loss, got an object/);
});

test("sample refuses what is not a sampler", async () => {
  for (const sampler of [undefined, hmc, { kind: "toString", options: {} }, { kind: "hmc" }]) {
    await assert.rejects(
      sample(normal, sampler as never),
      /^RangeError: sample: sampler must be what a sampler's factory returns/,
    );
  }
});

test("sample refuses runs that no memory could hold, before it takes any", async () => {
  await assert.rejects(sample(normal, hmc(), { draws: 1e9 }), {
    name: "RangeError",
    message:
      "sample: 4 chains of 1000000000 draws of 2 numbers need 59.6 GiB, more than 8.00; keep fewer draws, for example by thin",
  });
});
