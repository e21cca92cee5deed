// A loss on threads is the loss, bit for bit, on any number of them; and threads leave no trace.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import {
  adam,
  energies,
  explain,
  hmc,
  type Loss,
  likelihoods,
  loss,
  mlp,
  networkLoss,
  onThreads,
  sample,
  stream,
  tempered,
  train,
} from "../../src/index.js";
import { makeRowSums, rowSums } from "../../src/networks/row-sums.js";
import { nodePlatform } from "../../src/platform/node.js";
import { type Platform, platform } from "../../src/platform/platform.js";
import { withPlatform } from "../platform/with-platform.js";

const random = stream(3, "threads");
const rows = 3000;
const inputs = Array.from({ length: rows }, () => [random.normal(), random.normal()]);
const outputs = inputs.map(([x, y]) => Math.sin(x) * y);
const network = mlp({ inputs: 2, hidden: [16], outputs: 1 });
const single = { precision: "f32" } as const;
const plain = networkLoss(network, { inputs, outputs }, likelihoods.gaussian());
// Blocks of 128 rows of this one are few enough operations to run as JavaScript.
const median = loss(1, rows, (w, { y }) => y.sub(w).abs().mean(), { y: outputs }, { names: ["median"] });

const losses: Readonly<Record<string, Loss>> = {
  "a network's": plain,
  "a network's in single precision": networkLoss(network, { inputs, outputs }, likelihoods.gaussian(), single),
  "one in JavaScript": median,
};

for (const [name, alone] of Object.entries(losses)) {
  const starts = Array.from({ length: 5 }, () => Float64Array.from({ length: alone.dim }, () => random.normal()));
  const gradientOf = (fit: Loss, w: Float64Array): [number, Float64Array] => {
    const gradient = new Float64Array(fit.dim).fill(Number.NaN);
    return [fit.valueAndGradient(w, gradient), gradient];
  };
  const expected = starts.map((w) => ({ w, value: alone.value(w), both: gradientOf(alone, w) }));
  for (const threads of [1, 2, 7]) {
    test(`${name} has the same bits on ${threads} threads, while they start, once they run, and afterwards`, async () => {
      const fast = onThreads(alone, { threads });
      const check = (): void => {
        for (const { w, value, both } of expected) {
          assert.deepEqual(gradientOf(fast, w), both);
          assert.equal(fast.value(w), value);
        }
      };
      check();
      await fast.ready;
      for (let round = 0; round < 40; round++) check();
      await fast.close();
      check();
    });
  }
}

test("the bits do not depend on whether data lies in the programs' memory", () => {
  const w = network.initialize(random);
  for (const { source } of [plain, losses["a network's in single precision"]]) {
    const [here, copied] = [rowSums(source), makeRowSums(source, 0)];
    here.take(w);
    copied.take(w);
    for (const [first, last] of [
      [0, 256],
      [256, 511],
      [2999, 3000],
    ]) {
      assert.equal(here.sum(first, last, undefined, true), copied.sum(first, last, undefined, true));
      assert.deepEqual(here.gradient(), copied.gradient());
    }
  }
});

test("losses of one source on different threads do not disturb each other", async () => {
  const [two, three] = [onThreads(plain, { threads: 2 }), onThreads(plain, { threads: 3 })];
  await Promise.all([two.ready, three.ready]);
  const [w, other] = [network.initialize(random), network.initialize(random)];
  const [here, there] = [plain.value(w), plain.value(other)];
  for (let round = 0; round < 20; round++) {
    assert.deepEqual([two.value(w), three.value(other), plain.value(w)], [here, there, here]);
  }
  await Promise.all([two.close(), three.close()]);
});

test("training and chains on threads are training and chains", async () => {
  const fast = onThreads(plain, { threads: 2 });
  await fast.ready;
  const options = { optimizer: adam(), steps: 50, seed: 2 };
  const [alone, together] = [await train(plain, options), await train(fast, options)];
  assert.deepEqual(together, alone);
  const center = alone.parameters;
  const run = { chains: 1, warmup: 10, draws: 10, workers: 0, onEvent: () => {} };
  const positions = async (fit: Loss) => (await sample(tempered(fit, { center }), hmc(), run)).position;
  assert.deepEqual(await positions(fast), await positions(plain));
  await fast.close();
});

test("without data, or with rows for one thread only, no thread is started", async () => {
  await watched(async (started) => {
    const well = onThreads(
      loss(2, 1000, (w) => w.square().sum()),
      { threads: 4 },
    );
    assert.equal(well.value(Float64Array.of(3, 4)), 25);
    const few = loss(1, 256, (w, { y }) => y.sub(w).square().mean(), { y: outputs.slice(0, 256) });
    assert.equal(onThreads(few, { threads: 4 }).value(Float64Array.of(0)), few.value(Float64Array.of(0)));
    await Promise.all([well.ready, well.close()]);
    assert.equal(started.length, 0);
  });
});

test("there is a thread fewer than asked for, as the caller's computes too; closing ends them", async () => {
  await watched(async (started) => {
    const fast = onThreads(median, { threads: 3 });
    await fast.ready;
    assert.deepEqual(started, ["runs", "runs"]);
    assert.match(explain(fast).backend!, /on 3 threads$/);
    await fast.close();
    assert.deepEqual(started, ["ended", "ended"]);
    assert.doesNotMatch(explain(fast).backend!, /threads/);
    await fast.close();
  });
});

test("closing threads that have not begun lets go of whoever waits for them", async () => {
  const fast = onThreads(median, { threads: 2 });
  await fast.close();
  await fast.ready;
});

for (const moment of ["starting", "asleep"]) {
  test(`threads that are ${moment} do not keep the process alive`, async () => {
    const script = new URL("./on-threads-and-leave.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, ["--import", "tsx", script, moment], { stdio: "pipe" });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.pipe(process.stderr);
    const [code] = await once(child, "close");
    assert.deepEqual([code, output], [0, "250\n"]);
  });
}

test("what makes a thread fail reaches the caller", async () => {
  const workerUrl = new URL("./helpers-that-fail.mjs", import.meta.url);
  await withPlatform(nodePlatform({ workerUrl }), async () => {
    const at = Float64Array.of(0);
    const failing = (how: string): Loss =>
      loss(1, rows, (w, { y }) => y.sub(w).square().mean(), { y: outputs }, { names: [how] });

    const leaving = onThreads(failing("leaves"), { threads: 2 });
    const exit = /^Error: onThreads: a thread failed: the thread exited with code 3$/;
    await assert.rejects(leaving.ready, exit);
    assert.throws(() => leaving.value(at), exit);
    await leaving.close();
    assert.equal(leaving.value(at), failing("leaves").value(at));

    const unable = onThreads(failing("cannot begin"), { threads: 2 });
    const reading = /^Error: onThreads: a thread failed: Cannot read properties of undefined/;
    await assert.rejects(unable.ready, reading);
    assert.throws(() => unable.value(at), reading);
    await unable.close();

    const tired = onThreads(failing("gives up"), { threads: 2 });
    await tired.ready;
    const message = /^Error: onThreads: a thread failed: there is no room on the board$/;
    // Sooner or later the thread has a group, for which the caller would wait forever.
    assert.throws(() => {
      for (;;) tired.value(at);
    }, message);
    assert.throws(() => tired.valueAndGradient(at, new Float64Array(1)), message);
    await tired.close();
  });
});

test("nonsense is refused", async () => {
  const make = onThreads as (...parts: unknown[]) => ReturnType<typeof onThreads>;
  for (const [threads, got] of [
    [0, "0"],
    [-1, "-1"],
    [1.5, "1.5"],
    [Number.NaN, "NaN"],
    ["2", '"2"'],
  ]) {
    assert.throws(() => make(plain, { threads }), {
      name: "RangeError",
      message: `onThreads: threads must be a positive integer, got ${got}`,
    });
  }
  assert.throws(() => make({}, { threads: 2 }), /^RangeError: onThreads: loss must be a loss/);
  assert.throws(() => make(), /^RangeError: onThreads: loss must be a loss/);
  assert.throws(() => make(energies.banana()), /^RangeError: onThreads: loss must be a loss, such as networkLoss/);
  assert.throws(() => make(plain, { workers: 2 }), /^RangeError: onThreads: there is no option "workers"/);
  assert.throws(() => make(plain, 2), /^RangeError: onThreads: options must be an object, got 2/);
  const fast = onThreads(plain, { threads: 2 });
  assert.throws(() => fast.value(new Float64Array(1)), /^RangeError: loss: w must be \d+ parameters/);
  const w = network.initialize(random);
  assert.throws(() => fast.valueAndGradient(w, new Float64Array(1)), /^RangeError: loss: gradient must be an array/);
  // A refused call is no failure.
  assert.equal(fast.value(w), plain.value(w));
  await fast.close();
});

/** Runs with what becomes of each thread in a list. */
async function watched(run: (started: ("runs" | "ended")[]) => Promise<void>): Promise<void> {
  const started: ("runs" | "ended")[] = [];
  const here = platform();
  const startThread: Platform["startThread"] = () => {
    const thread = here.startThread();
    const place = started.push("runs") - 1;
    return {
      ...thread,
      async terminate() {
        await thread.terminate();
        started[place] = "ended";
      },
    };
  };
  await withPlatform({ ...here, startThread }, () => run(started));
}
