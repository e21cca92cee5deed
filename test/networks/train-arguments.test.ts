// What training refuses, and how it says so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adam, loss, schedules, type Trained, train } from "../../src/networks/index.js";
import type { Tensor } from "../../src/tensor/index.js";
import { installClock } from "./clock.js";
import { line, parabola } from "./known-minima.js";

installClock(0);

const run = train as unknown as (loss: unknown, options?: unknown) => Promise<Trained>;
const square = (w: Tensor): Tensor => w.square().sum();
const refusals: readonly (readonly [string, () => Promise<Trained>, RegExp])[] = [
  ["no loss", () => run(undefined, { steps: 1 }), /^train: loss must be a loss, such as networkLoss/],
  ["no options", () => run(line), /^train: options must be an object, got undefined/],
  ["options null", () => run(line, null), /^train: options must be an object, got null/],
  [
    "an unknown option",
    () => run(line, { steps: 1, epochs: 3 }),
    /^train: there is no option "epochs"; the options are/,
  ],
  ["steps left out", () => run(line, {}), /^train: steps must be a positive integer, got undefined/],
  ["steps 0", () => run(line, { steps: 0 }), /^train: steps must be a positive integer, got 0/],
  ["batchSize 0", () => run(line, { steps: 1, batchSize: 0 }), /^train: batchSize must be a positive integer, got 0/],
  [
    "batchSize too large",
    () => run(line, { steps: 1, batchSize: 41 }),
    /^train: batchSize must be at most the 40 rows/,
  ],
  [
    "evaluateEvery 0",
    () => run(line, { steps: 1, evaluateEvery: 0 }),
    /^train: evaluateEvery must be a positive integ/,
  ],
  ["a seed that is none", () => run(line, { steps: 1, seed: -1 }), /seed must be a non-negative integer, got -1/],
  ["init too short", () => run(line, { steps: 1, init: [1] }), /^train: init must be 3 finite numbers, got a list of/],
  ["init NaN", () => run(line, { steps: 1, init: [0, Number.NaN, 0] }), /^train: init\[1\] must be a finite number/],
  ["no start", () => run(loss(1, 1, square), { steps: 1 }), /^train: init must be given, since this loss does not say/],
  [
    "a start that does not fit",
    () => run(loss(2, 1, square, {}, { initialize: () => new Float64Array(1) }), { steps: 1 }),
    /^train: what loss\.initialize returns must be 2 finite numbers, got a list of length 1/,
  ],
  [
    "an optimiser by name",
    () => run(line, { steps: 1, optimizer: "adam" }),
    /^train: optimizer must be an optimiser such/,
  ],
  [
    "an optimiser uncalled",
    () => run(line, { steps: 1, optimizer: adam }),
    /^train: optimizer must be an optimiser such/,
  ],
  [
    "a schedule by name",
    () => run(line, { steps: 1, schedule: "cosine" }),
    /^train: schedule must be a schedule, got "c/,
  ],
  [
    "a schedule uncalled",
    () => run(line, { steps: 1, schedule: schedules.linear }),
    /must be an object, got 0|must be a finite number, got a function/,
  ],
  [
    "a schedule without a number",
    () => run(line, { steps: 2, schedule: () => Number.NaN }),
    /^train: schedule\(0, 2\) must be a finite number, got NaN/,
  ],
  [
    "a signal that is none",
    () => run(line, { steps: 1, signal: true }),
    /^train: signal must be an AbortSignal, got true/,
  ],
  ["onEvaluate", () => run(line, { steps: 1, onEvaluate: 1 }), /^train: onEvaluate must be a function, got 1/],
  [
    "patience 0",
    () => run(line, { steps: 1, earlyStopping: { patience: 0 } }),
    /^train: earlyStopping\.patience must be/,
  ],
  [
    "early stopping null",
    () => run(line, { steps: 1, earlyStopping: null }),
    /^train: earlyStopping: options must be an/,
  ],
  [
    "a misspelt part of it",
    () => run(line, { steps: 1, earlyStopping: { wait: 1 } }),
    /earlyStopping: there is no option "w/,
  ],
  [
    "a tolerance below 0",
    () => run(line, { steps: 1, earlyStopping: { patience: 1, tolerance: -1 } }),
    /^train: earlyStopping\.tolerance must be a non-negative number, got -1/,
  ],
  [
    "a validation loss of other parameters",
    () => run(line, { steps: 1, earlyStopping: { patience: 1, validation: parabola(1) } }),
    /^train: earlyStopping\.validation must be a loss of 3 parameters, got 1/,
  ],
];

for (const [name, attempt, message] of refusals) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(attempt, { name: "RangeError", message });
  });
}
