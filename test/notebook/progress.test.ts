import assert from "node:assert/strict";
import { test } from "node:test";
import { automaticProgress, notebookProgress, silent, terminalProgress } from "../../src/notebook/progress.js";
import {
  advance,
  emptyProgress,
  progressHtml,
  progressLine,
  progressText,
  remaining,
} from "../../src/notebook/progress-state.js";
import type { DisplayContent } from "../../src/notebook/tslab.js";
import type { RunEvent } from "../../src/platform/platform.js";

const started: RunEvent = { type: "started", title: "HMC", chains: 2, warmup: 100, draws: 300, workers: 2 };
const progress = (chain: number, done: number, more: object = {}): RunEvent => ({
  ...{ type: "progress", chain, done, total: 400, warmup: done <= 100 },
  ...{ acceptance: 0.8123, divergences: 0, stepSize: 0.123456, ...more },
});
const finished: RunEvent = { type: "finished", seconds: 61.2, aborted: false };
const after = (...events: RunEvent[]) => events.reduce(advance, emptyProgress);

test("a run that has not begun waits with nothing done", () => {
  const line = progressLine(after(started), 0);
  assert.equal(line, "HMC (2 workers): 0% of 2 chains, 0 s");
  assert.equal(remaining(after(started), 5), undefined);
});

test("what remains is what was needed, in proportion", () => {
  const state = after(started, progress(0, 200), progress(1, 100));
  // 300 of 800 transitions took 12 s, so the other 500 take 20 s.
  assert.equal(remaining(state, 12), 20);
  assert.equal(progressLine(state, 12), "HMC (2 workers): 37% of 2 chains, 12 s, 20 s left");
});

test("divergences and stopped chains are named, and a stopped chain is not waited for", () => {
  const state = after(
    started,
    progress(0, 200, { divergences: 2 }),
    { type: "divergence", chain: 0, draw: 101 },
    progress(1, 100),
    { type: "stopped", chain: 1, draw: 0, reason: "the energy is NaN" },
  );
  assert.equal(remaining(state, 30), 20);
  assert.equal(
    progressLine(state, 30),
    "HMC (2 workers): 60% of 2 chains, 30 s, 20 s left, 3 divergences, 1 chain stopped",
  );
  assert.match(progressText(state, 30), /stopped at 0: the energy is NaN$/);
});

test("the end says how long it took, and whether it was the end", () => {
  const all = [started, progress(0, 400), progress(1, 400)];
  assert.equal(
    progressLine(after(...all, finished), 99),
    "HMC (2 workers): 100% of 2 chains, finished after 1 min 1 s",
  );
  const aborted = after(started, progress(0, 399), { type: "finished", seconds: 7300, aborted: true });
  assert.equal(progressLine(aborted, 99), "HMC (2 workers): 49% of 2 chains, aborted after 2 h 2 min");
});

test("the text table has a row per chain, in line", () => {
  const text = progressText(after(started, progress(0, 200), progress(1, 40, { acceptance: Number.NaN })), 12);
  assert.deepEqual(text.split("\n").slice(1), [
    "                      chain     done  phase   acceptance  step size  divergences",
    "##########..........      0  200/400  draws         0.81      0.123            0",
    "##..................      1   40/400  warmup                  0.123            0",
  ]);
});

test("of many chains the table shows the stopped and the slowest, and says how many are behind them", () => {
  const events = Array.from({ length: 100 }, (_, chain) => progress(chain, 300 - chain));
  const state = after({ ...started, chains: 100 }, ...events, {
    type: "stopped",
    chain: 3,
    draw: 5,
    reason: "not finite",
  });
  const lines = progressText(state, 12).split("\n");
  const chains = lines.slice(2, -1).map((line) => Number(/^\S+ +(\d+)/.exec(line)?.[1]));
  assert.deepEqual(chains, [3, ...Array.from({ length: 15 }, (_, i) => 85 + i)]);
  assert.equal(lines.at(-1), "and 84 chains no farther behind");
  assert.match(progressHtml(state, 12), /and 84 chains no farther behind/);
});

test("the HTML table has a row per chain and escapes every text", () => {
  const evil = '<img src=x onerror="alert(1)">';
  const state = after({ ...started, title: evil }, progress(0, 200), {
    type: "stopped",
    chain: 1,
    draw: 3,
    reason: evil,
  });
  const html = progressHtml(state, 12);
  assert.ok(!html.includes("<img"));
  assert.equal(html.split("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;").length - 1, 2);
  assert.equal(html.match(/<tr>/g)?.length, 3);
  assert.match(html, /width: 50\.0%/);
});

test("states are not changed by later events", () => {
  const state = after(started);
  const copy = structuredClone(state);
  advance(advance(state, progress(1, 7)), finished);
  assert.deepEqual(state, copy);
});

/** A clock that the test sets. */
function clock(): { time: number; now: () => number } {
  const self = { time: 0, now: () => self.time };
  return self;
}

test("a notebook's table is one display: begun once, updated at most every quarter of a second, ended with the run", () => {
  const displays: DisplayContent[] = [];
  const watch = clock();
  const sink = notebookProgress((content) => displays.push(content), { now: watch.now });
  sink(started);
  for (let done = 1; done <= 400; done++) {
    watch.time += 5;
    sink(progress(0, done));
  }
  sink(finished);
  // 400 events in 2 s: the start, eight updates, the end.
  assert.equal(displays.length, 10);
  assert.deepEqual(
    displays.map(({ update }) => update),
    [false, ...Array(9).fill(true)],
  );
  assert.equal(new Set(displays.map(({ id }) => id)).size, 1);
  assert.match(String(displays.at(-1)?.data["text/html"]), /finished after 1 min 1 s/);
  assert.match(String(displays.at(-1)?.data["text/plain"]), /400\/400/);
  sink(started);
  assert.notEqual(displays.at(-1)?.id, displays[0].id);
});

test("a terminal shows one line that fits, and ends it with the run", () => {
  let text = "";
  const write = (piece: string) => (text += piece);
  const sink = terminalProgress({ isTTY: true, columns: 20, write }, { interval: 0 });
  sink(started);
  sink(progress(0, 200));
  assert.deepEqual(text.split("\r").slice(1), ["HMC (2 workers): 0%\x1b[K", "HMC (2 workers): 25\x1b[K"]);
  sink(finished);
  assert.ok(text.endsWith("finished after 1 min 1 s\x1b[K\n"));
});

test("a terminal that says it has no columns is taken to have 80", () => {
  let text = "";
  const sink = terminalProgress({ isTTY: true, columns: 0, write: (piece) => (text += piece) }, { interval: 0 });
  sink(started);
  assert.ok(text.startsWith("\rHMC (2 workers): 0% of 2 chains"), text);
});

test("a stream that is no terminal gets the last line only", () => {
  let text = "";
  const sink = terminalProgress({ write: (piece) => (text += piece) });
  for (const event of [started, progress(0, 400), progress(1, 400), finished]) sink(event);
  assert.equal(text, "HMC (2 workers): 100% of 2 chains, finished after 1 min 1 s\n");
});

test("outside a notebook there is no table, and where nobody looks nothing", () => {
  assert.equal(notebookProgress(), silent);
  if (!process.stderr.isTTY) assert.equal(automaticProgress(), silent);
});

test("of very many chains a block moves at once, and its divergences are counted once", () => {
  const many: RunEvent = { ...(started as object), type: "started", chains: 100 } as RunEvent;
  const state = after(many, progress(0, 200, { chains: 50, divergences: 7 }), progress(50, 100, { chains: 50 }));
  assert.equal(progressLine(state, 12), "HMC (2 workers): 37% of 100 chains, 12 s, 20 s left, 7 divergences");
});
