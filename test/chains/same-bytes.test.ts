// The draws depend on the seed and the options, and on nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import "./platform.js";
import type { Draws } from "../../src/chains/draws.js";
import { type SampleOptions, sample } from "../../src/chains/index.js";
import type { Energy } from "../../src/energies/energy.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { energyFromModule } from "../../src/energies/module.js";
import { hmc, sgld } from "../../src/samplers/index.js";
import { cliff, normal } from "./exported-energies.js";

const exported = new URL("./exported-energies.ts", import.meta.url);
const correlated = gaussian({
  mean: [1, -1],
  covariance: [
    [1, 0.5],
    [0.5, 2],
  ],
});
const silent = () => {};
const walk = hmc({ stepSize: 0.3, leapfrogSteps: 5 });

/** All that a run says of the chains, without the time it took. */
function content({ seconds: _, ...draws }: Draws): Omit<Draws, "seconds"> {
  return draws;
}

async function onWorkers(energy: Energy, sampler: ReturnType<typeof hmc>, options: SampleOptions): Promise<void> {
  const here = content(await sample(energy, sampler, { ...options, workers: 0, onEvent: silent }));
  for (const workers of [1, 2, 3, undefined]) {
    const there = content(await sample(energy, sampler, { ...options, workers, onEvent: silent }));
    assert.deepEqual(there, here, `${workers} workers`);
  }
}

test("adapting HMC has the same draws for 0, 1, 2, 3 workers and for as many as it likes", async () => {
  await onWorkers(correlated, hmc(), { chains: 5, warmup: 150, draws: 100, seed: 11, keepWarmup: true });
});

test("chains that advance as columns have the same draws for any number of workers", async () => {
  await onWorkers(correlated, hmc(), { chains: 70, warmup: 20, draws: 10, thin: 2, seed: 12 });
});

test("an energy of a module has the same draws for any number of workers, stopped chains included", async () => {
  const energy = await energyFromModule(exported, "cliff");
  const sampler = sgld({ stepSize: 0.01, batchSize: 2 });
  await onWorkers(energy, sampler, { chains: 5, warmup: 10, draws: 300, seed: 13, init: [0] });
});

test("a closure has the draws of the same energy imported by threads", async () => {
  const options = { chains: 3, warmup: 50, draws: 50, seed: 14, onEvent: silent };
  const closure = await sample(normal, hmc(), options);
  const module = await sample(await energyFromModule(exported, "normalLater"), hmc(), { ...options, workers: 2 });
  assert.deepEqual(content(module), content(closure));
});

test("a chain does not depend on how many others there are", async () => {
  const options = { warmup: 30, draws: 20, seed: 15, workers: 0, onEvent: silent };
  const few = await sample(correlated, hmc(), { ...options, chains: 2 });
  const many = await sample(correlated, hmc(), { ...options, chains: 67 });
  assert.deepEqual(many.position.slice(0, few.position.length), few.position);
  assert.deepEqual(many.stats.energy.slice(0, few.stats.energy.length), few.stats.energy);
});

test("thinning keeps every k-th transition", async () => {
  const options = { chains: 3, warmup: 0, seed: 16, workers: 0, onEvent: silent };
  const all = await sample(correlated, walk, { ...options, draws: 60 });
  const third = await sample(correlated, walk, { ...options, draws: 20, thin: 3 });
  for (let chain = 0; chain < 3; chain++) {
    for (let draw = 0; draw < 20; draw++) {
      const [from, to] = [chain * 60 + 3 * draw + 2, chain * 20 + draw];
      assert.deepEqual(third.position.slice(2 * to, 2 * to + 2), all.position.slice(2 * from, 2 * from + 2));
      assert.equal(third.stats.energyError[to], all.stats.energyError[from]);
    }
  }
});

test("a thinned draw counts as diverging where any of its transitions was", async () => {
  const rough = hmc({ stepSize: 1.55, leapfrogSteps: 3, maxEnergyError: 0.5 });
  const options = { chains: 2, warmup: 0, seed: 17, workers: 0, onEvent: silent };
  const all = await sample(normal, rough, { ...options, draws: 200 });
  const half = await sample(normal, rough, { ...options, draws: 100, thin: 2 });
  const pairs = half.stats.diverging.map((_, draw) =>
    Math.max(all.stats.diverging[2 * draw], all.stats.diverging[2 * draw + 1]),
  );
  assert.deepEqual(half.stats.diverging, pairs);
  assert.ok(pairs.includes(1) && pairs.includes(0));
});

test("kept warmup is what precedes the draws", async () => {
  const options = { chains: 2, seed: 18, workers: 0, onEvent: silent };
  const whole = await sample(normal, walk, { ...options, warmup: 0, draws: 50 });
  const split = await sample(normal, walk, { ...options, warmup: 20, draws: 30, keepWarmup: true });
  for (let chain = 0; chain < 2; chain++) {
    const start = chain * 50 * 2;
    assert.deepEqual(
      split.warmup?.position.slice(chain * 40, (chain + 1) * 40),
      whole.position.slice(start, start + 40),
    );
    assert.deepEqual(split.position.slice(chain * 60, (chain + 1) * 60), whole.position.slice(start + 40, start + 100));
    assert.deepEqual(
      split.warmup?.stats.squares.slice(chain * 20, (chain + 1) * 20),
      whole.stats.squares.slice(chain * 50, chain * 50 + 20),
    );
  }
  assert.equal(split.warmup?.draws, 20);
});

test("energy and observables are those of the kept position", async () => {
  const { position, stats } = await sample(normal, hmc(), {
    chains: 40,
    warmup: 20,
    draws: 10,
    workers: 0,
    onEvent: silent,
  });
  stats.squares.forEach((squares, k) => {
    assert.equal(squares, position[2 * k] ** 2 + position[2 * k + 1] ** 2);
    assert.equal(stats.energy[k], squares / 2);
  });
});

test("a chain that cannot go on stops alone, keeps its draws, and says where", async () => {
  const events: string[] = [];
  const draws = await sample(cliff, sgld({ stepSize: 0.01, batchSize: 2 }), {
    chains: 6,
    warmup: 10,
    draws: 300,
    init: [0],
    seed: 19,
    onEvent: (event) => event.type === "stopped" && events.push(`${event.chain}: ${event.reason}`),
  });
  const stoppedChains = draws.stopped.map(({ chain }) => chain);
  assert.ok(stoppedChains.length > 0 && stoppedChains.length < 6);
  draws.lengths.forEach((length, chain) => {
    const kept = draws.position.subarray(chain * 300, (chain + 1) * 300);
    assert.equal(length < 300, stoppedChains.includes(chain));
    assert.ok(kept.subarray(0, length).every(Number.isFinite));
    assert.ok(kept.subarray(length).every(Number.isNaN));
    if (length > 0 && length < 300) assert.ok(kept[length - 1] > 1, "it stepped from beyond the cliff");
  });
  for (const { chain, draw, reason } of draws.stopped) {
    assert.equal(draw, draws.lengths[chain]);
    assert.match(reason, /^position or energy was not finite in (transition \d+ after warmup|warmup transition \d+)$/);
    assert.ok(events.includes(`${chain}: ${reason}`));
  }
  assert.equal(draws.aborted, false);
});
