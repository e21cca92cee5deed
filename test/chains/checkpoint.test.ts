// Runs that survive the end of their process.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, watch } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import "./platform.js";
import type { Draws } from "../../src/chains/draws.js";
import { type SampleOptions, sample } from "../../src/chains/index.js";
import type { Energy } from "../../src/energies/energy.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { install, type Platform, platform } from "../../src/platform/platform.js";
import { hmc, langevin, mclmc, sgld } from "../../src/samplers/index.js";
import type { Sampler } from "../../src/samplers/kernel.js";
import { options as checkpointed, run } from "./checkpointed.js";
import { cliff, normal } from "./exported-energies.js";
import { content } from "./resume.js";

const covariance = [
  [1, 0.5],
  [0.5, 2],
];
const correlated = gaussian({ mean: [1, -1], covariance });
const silent = () => {};

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
});
after(() => rm(folder, { recursive: true, force: true }));
const pathOf = (name: string) => join(folder, name);

/** Ends a run once it has made some progress; what is left is its file. */
async function interrupted(energy: Energy, sampler: Sampler, options: SampleOptions): Promise<void> {
  const controller = new AbortController();
  const onEvent: SampleOptions["onEvent"] = (event) => event.type === "progress" && controller.abort();
  const draws = await sample(energy, sampler, { ...options, signal: controller.signal, onEvent });
  assert.equal(draws.aborted, true);
}

for (const where of ["threads", "slices"]) {
  test(`a run in ${where} whose process is killed goes on from its file, again and again`, async () => {
    const path = pathOf(`killed-${where}`);
    for (let kill = 0; kill < 2; kill++) await killOnceWritten(path, where);
    assert.ok(existsSync(path));
    const whole = await wholeRun(where);
    const rest = await run(where, { checkpoint: path, workers: 0 });
    assert.deepEqual(content(rest), content(whole));
    assert.deepEqual(readdirSync(folder), []);
  });
}

const wholes = new Map<string, Promise<Draws>>();
function wholeRun(where: string): Promise<Draws> {
  const known = wholes.get(where) ?? run(where, {});
  wholes.set(where, known);
  return known;
}

/** Starts the run as a process of its own and kills it as soon as its file was replaced a few times. */
async function killOnceWritten(path: string, where: string): Promise<void> {
  const program = new URL("./checkpointed.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--import", "tsx", program, path, where], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  let replaced = 0;
  const watcher = watch(folder, (_, name) => {
    if (name !== null && path.endsWith(name) && ++replaced === 3) child.kill("SIGKILL");
  });
  const [, signal] = await once(child, "exit");
  watcher.close();
  assert.equal(signal, "SIGKILL");
}

test("an aborted run leaves its file, which the same call takes up on any number of workers", async () => {
  const whole = await wholeRun("threads");
  for (const workers of [0, 2]) {
    const path = pathOf("aborted");
    await interrupted(correlated, mclmc(), { ...checkpointed, workers: 2, checkpoint: path });
    assert.ok((await stat(path)).size > 1000);
    assert.deepEqual(content(await run("threads", { workers, checkpoint: { path } })), content(whole));
    assert.equal(existsSync(path), false);
  }
});

test("many chains, stopped ones and those that had not begun among them, survive in the file", async () => {
  const many: SampleOptions = {
    chains: 3000,
    warmup: 0,
    draws: 50,
    thin: 40,
    seed: 3,
    init: (chain) => [chain / 1000, 0],
  };
  const few: SampleOptions = { chains: 6, warmup: 10, draws: 300_000, init: [0], seed: 19 };
  for (const [energy, sampler, options] of [
    [correlated, langevin({ stepSize: 0.1 }), many],
    [cliff, sgld({ stepSize: 1e-6, batchSize: 2 }), few],
  ] as const) {
    const path = pathOf("many");
    await interrupted(energy, sampler, { ...options, workers: 0, checkpoint: { path, everySeconds: 1e-3 } });
    const rest = await sample(energy, sampler, { ...options, workers: 0, checkpoint: path, onEvent: silent });
    assert.deepEqual(
      content(rest),
      content(await sample(energy, sampler, { ...options, workers: 0, onEvent: silent })),
    );
  }
});

test("a run that goes on with draws can be checkpointed, too", async () => {
  const { draws: _, ...options } = checkpointed;
  const half = await run("threads", { draws: 5000 });
  const path = pathOf("resumed");
  await interrupted(correlated, mclmc(), { resume: half, draws: 20_000, workers: 2, checkpoint: path });
  const rest = await sample(correlated, mclmc(), { resume: half, draws: 20_000, checkpoint: path, onEvent: silent });
  assert.deepEqual(
    content(rest),
    content(await sample(correlated, mclmc(), { ...options, draws: 20_000, onEvent: silent })),
  );
});

test("a file of another run is refused, and what differs is said", async () => {
  const path = pathOf("other");
  const options: SampleOptions = { ...checkpointed, workers: 0, checkpoint: path };
  await interrupted(correlated, mclmc(), options);
  const refused = (message: RegExp, more: SampleOptions, energy: Energy = correlated, sampler: Sampler = mclmc()) =>
    assert.rejects(sample(energy, sampler, { ...options, onEvent: silent, ...more }), { name: "RangeError", message });
  await refused(/of another run: its seed was 23 and not 24; give another path, or remove it/, { seed: 24 });
  await refused(/its draws was 20000 and not 30000/, { draws: 30_000 });
  await refused(/its chains started elsewhere/, { init: [0, 0] });
  await refused(/its energy was made of other data/, {}, gaussian({ mean: [0, 0], covariance }));
  await refused(/its energy was made of other data/, {}, normal);
  await refused(/its sampler was mclmc and not hmc/, {}, correlated, hmc());
  await refused(/its sampler had other options/, {}, correlated, mclmc({ stepSize: 0.1 }));
});

test("a file that is cut off, damaged or something else is refused", async () => {
  const path = pathOf("damaged");
  const options: SampleOptions = { ...checkpointed, workers: 0, checkpoint: path, onEvent: silent };
  await interrupted(correlated, mclmc(), options);
  const bytes = await readFile(path);
  const refused = async (content: Uint8Array, reason: RegExp) => {
    await writeFile(path, content);
    await assert.rejects(sample(correlated, mclmc(), options), (error: Error) => {
      assert.match(error.message, /^sample: the checkpoint .*damaged cannot be read: .*; remove it to begin anew$/);
      assert.match(error.message, reason);
      return error instanceof RangeError;
    });
  };
  for (const length of [0, 10]) await refused(bytes.subarray(0, length), /it is no checkpoint of this version/);
  await refused(bytes.subarray(0, 40), /it is cut off/);
  for (const length of [100, 5000, bytes.length - 33, bytes.length - 1]) {
    await refused(bytes.subarray(0, length), /its checksum does not fit/);
  }
  for (const at of [26, 40, 3000, bytes.length - 40, bytes.length - 1]) {
    const flipped = Uint8Array.from(bytes);
    flipped[at] ^= 1;
    await refused(flipped, /its checksum does not fit/);
  }
  await writeFile(path, bytes);
  assert.equal((await sample(correlated, mclmc(), options)).aborted, false);
});

test("options of a checkpoint are checked, and a path that cannot be written is refused before anything runs", async () => {
  const refused = (checkpoint: unknown, message: RegExp) =>
    assert.rejects(sample(correlated, mclmc(), { checkpoint: checkpoint as string, onEvent: silent }), { message });
  await refused(7, /^sample: checkpoint must be a path or \{ path, everySeconds, keep \}, got 7$/);
  await refused("", /^sample: checkpoint.path must be the path of a file, got ""$/);
  await refused({ path: "x", everySeconds: 0 }, /^sample: checkpoint.everySeconds must be a positive number, got 0$/);
  await refused({ path: "x", every: 1 }, /^sample: checkpoint: there is no option "every"/);
  await refused(join(folder, "no", "such", "folder"), /^sample: the checkpoint .*folder cannot be written: ENOENT/);
  await refused(folder, /^sample: the checkpoint .* cannot be read: EISDIR/);
});

test("where there are no files a checkpoint is refused by name", async () => {
  const here: Platform = platform();
  install({ ...here, name: "browser", storage: undefined });
  try {
    await assert.rejects(sample(correlated, mclmc(), { checkpoint: "run", onEvent: silent }), {
      name: "RangeError",
      message: "sample: checkpoint must be left out in a browser, where there are no files",
    });
  } finally {
    install(here);
  }
});

test("a checkpoint that can no longer be written ends the run", async () => {
  const here: Platform = platform();
  let left = 2;
  const full: Platform["storage"] = {
    read: async () => undefined,
    remove: async () => {},
    async write(_, parts) {
      for (const part of parts) assert.ok(part.length >= 0);
      if (left-- === 0) throw new Error("the disk is full");
    },
  };
  install({ ...here, storage: full });
  try {
    for (const workers of [0, 2]) {
      left = 2;
      const options = {
        ...checkpointed,
        thin: 1e6,
        workers,
        checkpoint: { path: "x", everySeconds: 0.01 },
        onEvent: silent,
      };
      await assert.rejects(sample(correlated, mclmc(), { ...options, keepWarmup: false }), {
        message: "sample: the checkpoint x cannot be written: the disk is full",
      });
    }
  } finally {
    install(here);
  }
});
