// Learning-rate schedules at their ends and in the middle.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Schedule, schedules } from "../../src/networks/index.js";
import { assertClose } from "../energies/differences.js";

const T = 10;
const along = (schedule: Schedule, steps = T): number[] => Array.from({ length: steps }, (_, t) => schedule(t, steps));

test("constant is 1", () => {
  assert.deepEqual(along(schedules.constant()), new Array(T).fill(1));
});

test("linear falls from 1 by equal parts and would reach its end after the last step", () => {
  assertClose(along(schedules.linear()), [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], 1e-15);
  assert.equal(schedules.linear({ end: 0.2 })(0, T), 1);
  assertClose([schedules.linear({ end: 0.2 })(5, T), schedules.linear({ end: 0.2 })(T, T)], [0.6, 0.2], 1e-15);
});

test("cosine falls from 1 over the middle of 1 and its end, flat at both", () => {
  const cosine = schedules.cosine();
  assertClose([cosine(0, T), cosine(T / 2, T), cosine(T, T)], [1, 0.5, 0], 1e-15);
  assertClose([cosine(1, 4)], [(1 + Math.SQRT1_2) / 2], 1e-15);
  assertClose([schedules.cosine({ end: 0.1 })(5, T)], [0.55], 1e-15);
});

test("exponential falls by the same factor at every step", () => {
  assert.deepEqual(along(schedules.exponential({ rate: 0.5 }), 4), [1, 0.5, 0.25, 0.125]);
});

test("warmup rises to 1, then follows the other schedule over what is left", () => {
  assertClose(along(schedules.warmup({ steps: 4 })), [0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1, 1, 1], 1e-15);
  const after = schedules.linear();
  const both = along(schedules.warmup({ steps: 4, after }));
  assertClose(both.slice(4), along(after, T - 4), 1e-15);
  assertClose(
    along(schedules.warmup({ steps: 20 })),
    along((t) => (t + 1) / 21),
    1e-15,
  );
});

test("no step of a run is wasted on a factor of 0, not even in a run of one", () => {
  for (const schedule of [
    schedules.linear(),
    schedules.cosine(),
    schedules.warmup({ steps: 1, after: schedules.linear() }),
  ]) {
    for (const steps of [1, 2, 3, 10]) assert.ok(along(schedule, steps).every((factor) => factor > 0));
  }
});

test("wrong options are refused by name", () => {
  type Any = (options?: unknown) => Schedule;
  const { linear, cosine, exponential, warmup } = schedules as unknown as Record<string, Any>;
  assert.throws(() => linear(null), /schedules\.linear: options must be an object, got null/);
  assert.throws(() => linear({ to: 0 }), /schedules\.linear: there is no option "to"; the options are end/);
  assert.throws(() => cosine({ end: -1 }), /schedules\.cosine: end must be a non-negative number, got -1/);
  assert.throws(() => exponential(), /schedules\.exponential: options must be an object, got undefined/);
  assert.throws(() => exponential({ rate: 1 }), /schedules\.exponential: rate must be a number between 0 and 1, got 1/);
  assert.throws(() => warmup({}), /schedules\.warmup: steps must be a positive integer, got undefined/);
  assert.throws(() => warmup({ steps: 2.5 }), /schedules\.warmup: steps must be a positive integer, got 2.5/);
  assert.throws(() => warmup({ steps: 2, after: 1 }), /schedules\.warmup: after must be a schedule, got 1/);
});
