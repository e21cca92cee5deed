// Schedules at their ends and in the middle, as factors and as values.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Schedule, schedules } from "../../src/networks/index.js";
import { assertClose } from "../energies/differences.js";

const T = 10;
const along = (schedule: Schedule, steps = T): number[] => Array.from({ length: steps }, (_, t) => schedule(t, steps));

test("constant is 1, or what it is told", () => {
  assert.deepEqual(along(schedules.constant()), new Array(T).fill(1));
  assert.deepEqual(along(schedules.constant(0.3)), new Array(T).fill(0.3));
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

test("a start and an end make a factor a value", () => {
  const { linear, cosine, exponential, ramp } = schedules;
  assertClose(along(linear({ start: 2, end: 4 }), 4), [2, 2.5, 3, 3.5], 1e-15);
  const cooling = cosine({ start: 3e-2, end: 5e-3 });
  assertClose([cooling(0, T), cooling(5, T), cooling(T, T)], [3e-2, 1.75e-2, 5e-3], 1e-15);
  assertClose(along(exponential({ rate: 0.5, start: 8, end: 1.5 }), 5), [8, 4, 2, 1.5, 1.5], 1e-15);
  assertClose(along(ramp({ from: 0.2, to: 0.6, start: 1, end: 3 })), [1, 1, 1, 1.5, 2, 2.5, 3, 3, 3, 3], 1e-14);
  assertClose(along(ramp({ from: 0.8 })), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5], 1e-14);
});

test("multiStep takes a factor at each milestone", () => {
  const { multiStep } = schedules;
  assertClose(along(multiStep({ milestones: [2, 3, 7], gamma: 0.5, start: 8 })), [8, 8, 4, 2, 2, 2, 2, 1, 1, 1], 1e-15);
  assertClose(along(multiStep({ milestones: [1] }), 2), [1, 0.1], 1e-15);
  assert.deepEqual(along(multiStep({ milestones: [] }), 3), [1, 1, 1]);
});

test("after the horizon the end is held", () => {
  const { linear, cosine, ramp, warmup } = schedules;
  const ends = { start: 3, end: 0.25 };
  for (const schedule of [linear(ends), cosine(ends), ramp(ends), warmup({ steps: 4, after: linear(ends) })]) {
    for (const t of [T, T + 1, 100 * T]) assert.equal(schedule(t, T), 0.25);
  }
});

test("warmup grows to what the other schedule begins with, from the share that it is given", () => {
  const after = schedules.cosine({ start: 0.03, end: 0.01 });
  const grown = along(schedules.warmup({ steps: 4, after, initial: 0.2 }));
  assertClose(grown.slice(0, 5), [0.006, 0.012, 0.018, 0.024, 0.03], 1e-15);
  assertClose(grown.slice(4), along(after, T - 4), 1e-15);
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
  const { linear, cosine, exponential, multiStep, ramp, warmup } = schedules as unknown as Record<string, Any>;
  assert.throws(() => schedules.constant(-1), /schedules\.constant: value must be a non-negative number, got -1/);
  assert.throws(() => linear({ start: Number.NaN }), /schedules\.linear: start must be a non-negative number, got NaN/);
  assert.throws(
    () => exponential({ rate: 0.5, end: 2 }),
    /schedules\.exponential: end must be at most start, 1, got 2/,
  );
  assert.throws(() => multiStep({}), /schedules\.multiStep: milestones must be a list of numbers, got undefined/);
  assert.throws(
    () => multiStep({ milestones: [5, 5] }),
    /schedules\.multiStep: milestones\[1\] must be an integer of at least 6, got 5/,
  );
  assert.throws(() => multiStep({ milestones: [], gamma: 1 }), /gamma must be a number between 0 and 1, got 1/);
  assert.throws(() => ramp({ from: 0.5, to: 0.5 }), /schedules\.ramp: to must be above from, 0.5, got 0.5/);
  assert.throws(
    () => warmup({ steps: 2, initial: 2 }),
    /schedules\.warmup: initial must be a number from 0 to 1, got 2/,
  );
  assert.throws(() => linear(null), /schedules\.linear: options must be an object, got null/);
  assert.throws(() => linear({ to: 0 }), /schedules\.linear: there is no option "to"; the options are start, end/);
  assert.throws(() => cosine({ end: -1 }), /schedules\.cosine: end must be a non-negative number, got -1/);
  assert.throws(() => exponential(), /schedules\.exponential: options must be an object, got undefined/);
  assert.throws(() => exponential({ rate: 1 }), /schedules\.exponential: rate must be a number between 0 and 1, got 1/);
  assert.throws(() => warmup({}), /schedules\.warmup: steps must be a positive integer, got undefined/);
  assert.throws(() => warmup({ steps: 2.5 }), /schedules\.warmup: steps must be a positive integer, got 2.5/);
  assert.throws(() => warmup({ steps: 2, after: 1 }), /schedules\.warmup: after must be a schedule, got 1/);
});
