import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyHistory, type RunHistory, recordEvent, runFigure } from "../../src/notebook/run-figure.js";
import type { RunEvent } from "../../src/platform/platform.js";
import { toJson } from "../../src/render/index.js";

const started: RunEvent = { type: "started", title: "</script> & co", chains: 2, warmup: 100, draws: 300, workers: 0 };
const progress = (chain: number, done: number, stepSize = 0.5, chains?: number): RunEvent => ({
  ...{ type: "progress", chain, done, total: 400, warmup: done <= 100, acceptance: 0.8, stepSize, divergences: 0 },
  ...(chains !== undefined && { chains }),
});
const after = (...events: RunEvent[]): RunHistory => events.reduce(recordEvent, emptyHistory);

test("a run's figure has a line per chain in each panel, through what was reported", () => {
  const { data, layout } = runFigure(after(started, progress(0, 50), progress(1, 60), progress(0, 150, 0.25)), 1);
  assert.deepEqual(
    data.map(({ name, x, y, yaxis }) => ({ name, x, y, yaxis })),
    [
      { name: "chain 0", x: [50, 150], y: [0.8, 0.8], yaxis: undefined },
      { name: "chain 0", x: [50, 150], y: [0.5, 0.25], yaxis: "y2" },
      { name: "chain 1", x: [60], y: [0.8], yaxis: undefined },
      { name: "chain 1", x: [60], y: [0.5], yaxis: "y2" },
    ],
  );
  const { text } = layout.title as { text: string };
  assert.ok(text.startsWith("&lt;/script&gt; &amp; co: 26% of 2 chains"), text);
  assert.ok(text.includes("shaded: 100 warmup transitions"));
});

test("a sampler without a step size has one panel, and what it does not report is a gap", () => {
  const silent = { ...progress(0, 50, Number.NaN), acceptance: Number.NaN } as RunEvent;
  const figure = runFigure(after(started, silent), 1);
  assert.deepEqual(
    figure.data.map(({ y }) => y),
    [[null]],
  );
  assert.equal(figure.layout.yaxis2, undefined);
  assert.doesNotThrow(() => JSON.parse(toJson(figure)));
});

test("the axis of step sizes goes from one round number to another, around all of them", () => {
  const axisOf = (...sizes: number[]): { tickvals: number[]; within: number[] } => {
    const { layout } = runFigure(after(started, ...sizes.map((size, i) => progress(0, i + 1, size))), 1);
    const { tickvals, range } = layout.yaxis2 as { tickvals: number[]; range: [number, number] };
    return { tickvals, within: tickvals.filter((mark) => Math.log10(mark) > range[0] && Math.log10(mark) < range[1]) };
  };
  assert.deepEqual(axisOf(0.12, 0.13).within, [0.1, 0.2]);
  assert.deepEqual(axisOf(0.008, 0.1).within, [0.005, 0.01, 0.02, 0.05, 0.1]);
  assert.deepEqual(axisOf(0.5).within, [0.5]);
  assert.deepEqual(axisOf(0.00003, 40).within, [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100]);
});

test("a block of chains is one line that says so", () => {
  const { data } = runFigure(after(started, progress(64, 50, 0.5, 64)), 1);
  assert.equal(data[0].name, "chains 64 to 127");
});

test("a long run is thinned, and keeps its first and last report", () => {
  const events = Array.from({ length: 5000 }, (_, i) => progress(0, i + 1));
  const [{ x }] = runFigure(after(started, ...events), 1).data as { x: number[] }[];
  assert.ok(x.length <= 401, `${x.length} points`);
  assert.deepEqual([x[0], x.at(-1)], [1, 5000]);
  assert.ok(x.every((done, i) => i === 0 || done > x[i - 1]));
});

test("another run begins with nothing of the one before", () => {
  assert.deepEqual(runFigure(after(started, progress(0, 50), started), 0).data, []);
});
