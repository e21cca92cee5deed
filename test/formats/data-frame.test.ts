// Draws and summaries arrive in danfojs whole, and quietly.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Summary } from "../../src/chains/summary.js";
import { toDataFrame } from "../../src/formats/data-frame.js";
import { drawsOf } from "../chains/draws-of.js";

const draws = drawsOf(
  {
    chains: 2,
    draws: 3,
    dim: 2,
    names: ["x", "y"],
    lengths: [3, 1],
    position: Float64Array.from([0.1, 1, 0.2, 2, 0.3, 3, 0.4, 4, NaN, NaN, NaN, NaN]),
  },
  { stats: { energy: Float64Array.from([5, 6, 7, 8, NaN, NaN]) } },
);

const row = {
  name: "x",
  mean: 0.1,
  sd: 1e-9,
  lower: -1,
  upper: 1,
  mcseMean: 1 / 3,
  essBulk: 10,
  essTail: 11,
  rhat: NaN,
};
const summary: Summary = {
  rows: [row, { ...row, name: "y" }],
  chains: 1,
  draws: 10,
  probability: 0.9,
  interval: "eti",
  divergences: 0,
  notes: [],
};

test("draws: a row per kept draw, doubles unrounded", async () => {
  const frame = await toDataFrame(draws);
  assert.deepEqual(frame.columns, ["chain", "draw", "x", "y", "energy"]);
  assert.deepEqual(frame.values, [
    [0, 0, 0.1, 1, 5],
    [0, 1, 0.2, 2, 6],
    [0, 2, 0.3, 3, 7],
    [1, 0, 0.4, 4, 8],
  ]);
  assert.deepEqual(frame.dtypes, ["int32", "int32", "float32", "float32", "float32"]);
});

test("a summary: its rows", async () => {
  const frame = await toDataFrame(summary);
  assert.deepEqual(frame.columns, ["name", "mean", "sd", "lower", "upper", "mcseMean", "essBulk", "essTail", "rhat"]);
  assert.deepEqual(
    frame.values,
    summary.rows.map((each) => Object.values(each)),
  );
  assert.match(frame.toString(), /name.*mean.*rhat/);
});

test("another table: whatever fields its rows have", async () => {
  const frame = await toDataFrame({ rows: [{ name: "HMC", llc: 2.5, verdict: "ok" }] });
  assert.deepEqual(frame.columns, ["name", "llc", "verdict"]);
  assert.deepEqual(frame.dtypes, ["string", "float32", "string"]);
  assert.deepEqual(frame.values, [["HMC", 2.5, "ok"]]);
});

test("names that are taken get another", async () => {
  const names = ["draw", "draw (coordinate)"];
  const stats = { draw: draws.stats.energy, chain: draws.stats.energy };
  const frame = await toDataFrame({ ...draws, names, stats });
  assert.deepEqual(frame.columns, [
    "chain",
    "draw",
    "draw (coordinate)",
    "draw (coordinate) (coordinate)",
    "draw (statistic)",
    "chain (statistic)",
  ]);
});

test("no rows, but the columns where they are known", async () => {
  assert.deepEqual((await toDataFrame({ ...draws, lengths: [0, 0] })).shape, [0, 5]);
  assert.deepEqual((await toDataFrame({ rows: [] })).shape, [0, 0]);
});

test("nothing is printed but what print prints", async (context) => {
  const written: string[] = [];
  const keep = (...values: unknown[]): void => void written.push(values.join(" "));
  for (const method of ["log", "info", "warn", "error"] as const) context.mock.method(console, method, keep);
  const frame = await toDataFrame(draws);
  assert.deepEqual(written, []);
  frame.print();
  assert.equal(written.length, 1);
  assert.match(written[0], /energy/);
});

test("anything else is refused", async () => {
  await assert.rejects(toDataFrame({} as never), {
    name: "RangeError",
    message: "toDataFrame: summaryOrDraws must be what summarize or sample returned, got an object",
  });
  await assert.rejects(toDataFrame(undefined as never), {
    name: "RangeError",
    message: "toDataFrame: summaryOrDraws must be what summarize or sample returned, got undefined",
  });
});
