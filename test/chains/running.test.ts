// What happens while a run goes on, and what is left of it when it is ended.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import "./platform.js";
import { chainsOf, latestRun, type SampleOptions, sample } from "../../src/chains/index.js";
import { energyFromGradient } from "../../src/energies/from-gradient.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { energyFromModule } from "../../src/energies/module.js";
import type { RunEvent } from "../../src/platform/platform.js";
import { hmc } from "../../src/samplers/index.js";
import { normal } from "./exported-energies.js";

const exported = new URL("./exported-energies.ts", import.meta.url);
const traced = gaussian({
  mean: [1, -1],
  covariance: [
    [1, 0.5],
    [0.5, 2],
  ],
});
const walk = hmc({ stepSize: 0.3, leapfrogSteps: 5 });
/** Hours of work on any machine, before a first draw is kept. */
const endless: SampleOptions = { chains: 4, warmup: 0, draws: 1000, thin: 10_000_000_000 };
/** Some seconds of work at least, with draws kept all the time. */
const long: SampleOptions = { chains: 4, warmup: 0, draws: 20_000, thin: 500 };
const silent = () => {};

for (const [where, energy, workers] of [
  ["in threads", traced, 2],
  ["in threads of its choice", traced, undefined],
  ["here, in slices", normal, 0],
] as const) {
  test(`a run ${where} is ended by its signal and returns what it has`, async () => {
    const controller = new AbortController();
    const draws = await sample(energy, walk, {
      ...long,
      workers,
      signal: controller.signal,
      onEvent: (event) => event.type === "progress" && event.done >= 1000 && controller.abort(),
    });
    assert.equal(draws.aborted, true);
    assert.ok(draws.lengths.some((length) => length > 0));
    for (const [chain, length] of draws.lengths.entries()) {
      assert.ok(length < draws.draws);
      const kept = draws.position.subarray(2 * chain * draws.draws, 2 * (chain + 1) * draws.draws);
      assert.ok(kept.subarray(0, 2 * length).every(Number.isFinite));
      assert.ok(kept.subarray(2 * length).every(Number.isNaN));
      assert.ok(
        draws.stats.energy.subarray(chain * draws.draws + length, (chain + 1) * draws.draws).every(Number.isNaN),
      );
    }
    assert.deepEqual(
      chainsOf(draws, "energy").map((energies) => energies.length),
      draws.lengths,
    );
    assert.equal(latestRun(), draws);
  });
}

test("this thread is free while threads work: a timer can end the run", async () => {
  const controller = new AbortController();
  let ticks = 0;
  const timer = setInterval(() => ++ticks === 3 && controller.abort(), 10);
  const draws = await sample(traced, walk, { ...endless, workers: 2, signal: controller.signal, onEvent: silent });
  clearInterval(timer);
  assert.equal(draws.aborted, true);
});

test("a timer can end a run of a closure, too", async () => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 10);
  const draws = await sample(normal, walk, { ...endless, signal: controller.signal, onEvent: silent });
  clearTimeout(timer);
  assert.equal(draws.aborted, true);
});

test("a run whose signal was aborted before it began has no draws", async () => {
  for (const workers of [0, 1, undefined]) {
    const draws = await sample(traced, hmc(), { workers, draws: 10, signal: AbortSignal.abort(), onEvent: silent });
    assert.deepEqual([draws.aborted, draws.lengths], [true, [0, 0, 0, 0]]);
    assert.ok(draws.position.every(Number.isNaN));
  }
});

test("chains that share a thread advance in turns: an aborted run has draws of each", async () => {
  const controller = new AbortController();
  const seen = new Set<number>();
  const draws = await sample(normal, walk, {
    ...long,
    signal: controller.signal,
    onEvent(event) {
      if (event.type === "progress" && event.done >= 1000) seen.add(event.chain);
      if (seen.size === 4) controller.abort();
    },
  });
  assert.ok(draws.lengths.every((length) => length > 0));
});

test("an interrupt ends the run where it does not end the process, as in a notebook's kernel", async () => {
  const kernel = () => {};
  process.on("SIGINT", kernel);
  try {
    for (const workers of [0, 2]) {
      const interrupt = (event: RunEvent) => event.type === "progress" && event.done >= 1000 && process.emit("SIGINT");
      await assert.rejects(sample(traced, walk, { ...long, workers, onEvent: interrupt }), { name: "Interrupted" });
      assert.equal(process.listenerCount("SIGINT"), 1);
      const left = latestRun();
      assert.ok(left !== undefined && "lengths" in left && left.aborted && left.lengths.some((length) => length > 0));
    }
  } finally {
    process.removeListener("SIGINT", kernel);
  }
});

test("while a run goes on, latestRun returns the draws kept so far", async () => {
  const controller = new AbortController();
  let between: ReturnType<typeof latestRun>;
  const draws = await sample(traced, walk, {
    ...long,
    workers: 2,
    signal: controller.signal,
    onEvent(event) {
      if (event.type !== "progress" || between !== undefined) return;
      between = latestRun();
      controller.abort();
    },
  });
  assert.ok(between !== undefined && "lengths" in between && between.aborted);
  const soFar = between;
  soFar.lengths.forEach((length, chain) => {
    assert.ok(length <= draws.lengths[chain]);
    const start = 2 * chain * draws.draws;
    assert.deepEqual(soFar.position.slice(start, start + 2 * length), draws.position.slice(start, start + 2 * length));
  });
  assert.equal(latestRun(), draws);
});

test("a run that was refused leaves the latest run as it was", async () => {
  const before = await sample(normal, walk, { draws: 5, warmup: 0, onEvent: silent });
  await assert.rejects(sample(normal, hmc({ mass: [1, 2, 3] }), { onEvent: silent }), RangeError);
  assert.equal(latestRun(), before);
});

test("results are memory of their own and survive structuredClone", async () => {
  for (const workers of [0, 2]) {
    const draws = await sample(traced, hmc(), { workers, warmup: 20, draws: 20, keepWarmup: true, onEvent: silent });
    assert.ok(draws.position.buffer instanceof ArrayBuffer && draws.stats.energy.buffer instanceof ArrayBuffer);
    assert.deepEqual(structuredClone(draws), draws);
  }
});

test("events tell the run from its start to its end", async () => {
  for (const workers of [0, 2]) {
    const events: RunEvent[] = [];
    await sample(traced, hmc(), {
      workers,
      chains: 3,
      warmup: 40,
      draws: 20,
      thin: 2,
      title: "run",
      onEvent: (e) => events.push(e),
    });
    assert.deepEqual(events[0], { type: "started", title: "run", chains: 3, warmup: 40, draws: 20, workers });
    const last = events.at(-1);
    assert.ok(last?.type === "finished" && !last.aborted && last.seconds > 0);
    for (let chain = 0; chain < 3; chain++) {
      const progress = events
        .filter((event) => event.type === "progress")
        .filter((event) => event.chain === chain)
        .at(-1);
      assert.deepEqual([progress?.done, progress?.total, progress?.warmup, progress?.divergences], [80, 80, false, 0]);
      assert.ok(progress !== undefined && progress.acceptance > 0 && progress.acceptance <= 1 && progress.stepSize > 0);
    }
  }
});

test("every divergence is counted and the first ten of a chain are named", async () => {
  for (const workers of [0, 2]) {
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => events.push(event);
    const draws = await sample(traced, hmc({ stepSize: 50, leapfrogSteps: 3 }), {
      workers,
      chains: 2,
      warmup: 0,
      draws: 30,
      onEvent,
    });
    const named = events.filter((event) => event.type === "divergence");
    assert.deepEqual(
      named.filter(({ chain }) => chain === 1).map(({ draw }) => draw),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    assert.equal(named.length, 20);
    assert.ok(draws.stats.diverging.every((diverging) => diverging === 1));
    const progress = events.filter((event) => event.type === "progress").at(-1);
    assert.equal(progress?.divergences, 30);
  }
});

test("what a listener throws ends the run with that error", async () => {
  const onEvent = (event: RunEvent) => {
    if (event.type === "progress") throw new TypeError("no more of this");
  };
  for (const workers of [0, 2]) {
    await assert.rejects(sample(traced, walk, { ...endless, workers, onEvent }), new TypeError("no more of this"));
  }
});

test("an energy that throws rejects the run with its message and the chain's name, wherever it runs", async () => {
  const energy = await energyFromModule(exported, "breaks");
  const finished: boolean[] = [];
  const onEvent = (event: RunEvent) => event.type === "finished" && finished.push(event.aborted);
  for (const workers of [0, 2]) {
    await assert.rejects(
      sample(energy, walk, { ...endless, workers, onEvent }),
      /^Error: sample: chain \d failed: the flux capacitor is empty$/,
    );
  }
  assert.deepEqual(finished, [true, true]);
});

test("a thread that dies rejects the run", async () => {
  const energy = await energyFromModule(exported, "exits");
  await assert.rejects(
    sample(energy, walk, { workers: 2, onEvent: silent }),
    /^Error: sample: the thread of chain \d failed: the thread exited with code 3$/,
  );
  const draws = await sample(traced, walk, { workers: 2, draws: 5, onEvent: silent });
  assert.deepEqual(draws.lengths, [5, 5, 5, 5]);
});

test("options that do not fit the energy are refused in the sampler's own words, in threads as here", async () => {
  for (const workers of [0, 1]) {
    await assert.rejects(sample(traced, hmc({ mass: [1, 2, 3] }), { workers, onEvent: silent }), {
      name: "RangeError",
      message: /^hmc: mass must be/,
    });
  }
});

test("threads that do not obey are ended", async () => {
  const controller = new AbortController();
  const onEvent = (event: RunEvent) => event.type === "started" && setTimeout(() => controller.abort());
  const energy = await energyFromModule(exported, "sleeps");
  const draws = await sample(energy, walk, { workers: 2, signal: controller.signal, onEvent });
  assert.deepEqual([draws.aborted, draws.lengths], [true, [0, 0, 0, 0]]);
});

test("nothing keeps the process alive once the run is over", async () => {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", new URL("./sample-and-leave.ts", import.meta.url).pathname],
    { stdio: "pipe" },
  );
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.pipe(process.stderr);
  const [code] = await once(child, "close");
  assert.deepEqual([code, output], [0, "50,50 aborted rejected\n"]);
});

test("chains start where they are told, else at finite positions of their own", async () => {
  const options = { chains: 3, warmup: 0, draws: 1, onEvent: silent };
  const still = hmc({ stepSize: 1e-12, leapfrogSteps: 1 });
  const starts = async (init: SampleOptions["init"]) =>
    Array.from((await sample(normal, still, { ...options, init })).position, (x) => Math.round(x * 1e6) / 1e6);
  assert.deepEqual(await starts([1, 2]), [1, 2, 1, 2, 1, 2]);
  assert.deepEqual(await starts([[1, 2], Float64Array.of(3, 4), [5, 6]]), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(await starts((chain) => [chain + 1, -chain - 1]), [1, -1, 2, -2, 3, -3]);
  const drawn = await starts(undefined);
  assert.equal(new Set(drawn).size, 6);
  assert.deepEqual(await starts((_, random) => [random.normal(), random.normal()]), drawn);

  const positive = energyFromGradient(1, (q, g) => {
    g[0] = 1;
    return q[0] > 0 ? q[0] : Number.POSITIVE_INFINITY;
  });
  const { position } = await sample(positive, still, { ...options, chains: 20 });
  assert.ok(position.every((x) => x > 0));
});

test("a start of infinite energy is refused by the chain's name", async () => {
  const nowhere = energyFromGradient(1, () => Number.NaN);
  await assert.rejects(sample(nowhere, walk, { onEvent: silent }), {
    name: "RangeError",
    message: "sample: chain 0 found no position of finite energy and gradient in 100 standard normal draws; give init",
  });
  await assert.rejects(sample(nowhere, walk, { init: [0], onEvent: silent }), {
    name: "RangeError",
    message: "sample: init of chain 0 must be a position of finite energy, got NaN",
  });
});
