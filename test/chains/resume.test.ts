// Runs that are gone on with: the draws of one that was never interrupted, wherever it was.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Draws } from "../../src/chains/draws.js";
import { type SampleOptions, sample } from "../../src/chains/index.js";
import type { Energy } from "../../src/energies/energy.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { energyFromModule } from "../../src/energies/module.js";
import { energy as energyOf } from "../../src/energies/traced.js";
import * as factories from "../../src/samplers/index.js";
import { samplers } from "../../src/samplers/index.js";
import type { Sampler } from "../../src/samplers/kernel.js";
import { stack } from "../../src/tensor/index.js";
import { quadratic } from "../samplers/data-sets.js";
import { cliff, normal } from "./exported-energies.js";
import { content, cutAt, resumesExactly } from "./resume.js";

const covariance = [
  [1, 0.5],
  [0.5, 2],
];
const correlated = gaussian({ mean: [1, -1], covariance });
const withData = quadratic([1, 4], 40);
const silent = () => {};
const { hmc, langevin, mclmc, nuts, rmhmc, sgld } = factories;

/** Samplers whose options cannot all be left out, and those that need more of an energy than a gradient. */
const special: Record<string, [Energy, Sampler]> = {
  ellipticalSlice: [correlated, factories.ellipticalSlice({ mean: [0, 0], covariance })],
  gradientDescent: [correlated, factories.gradientDescent({ stepSize: 0.1 })],
  parallelTempering: [correlated, factories.parallelTempering(nuts(), { rungs: 3, hottest: 4 })],
  rmhmc: [correlated, rmhmc(2, (q) => stack([stack([1, 0]), stack([0, q.square().sum().add(1)])]))],
  nesterov: [correlated, factories.nesterov({ stepSize: 0.1 })],
};

for (const kind of Object.keys(samplers)) {
  test(`${kind} goes on as if it had never been interrupted`, async () => {
    const [energy, sampler] = special[kind] ?? (await usual(kind));
    await resumesExactly(energy, sampler);
    if (samplers[kind].columns) await resumesExactly(energy, sampler, { chains: 70, warmup: 30, draws: 6 });
  });
}

/** Adaptations that keep more than the usual one. */
const adapting: [string, Sampler, SampleOptions][] = [
  ["HMC with a dense mass", hmc({ mass: "dense" }), {}],
  ["HMC with a low-rank mass", hmc({ mass: "lowRank" }), {}],
  ["HMC that adapts as nutpie does", hmc({ adaptation: "nutpie" }), {}],
  ["HMC whose chains adapt together", hmc({ adaptation: "chees" }), { chains: 90, warmup: 60 }],
  ["NUTS with a dense mass", nuts({ mass: "dense" }), {}],
  ["NUTS with a low-rank mass", nuts({ mass: "lowRank" }), {}],
];

for (const [what, sampler, options] of adapting) {
  test(`${what} goes on as if it had never been interrupted`, () =>
    resumesExactly(correlated, sampler, { warmup: 170, draws: 6, ...options }));
}

for (const [what, sampler] of [
  ["a preconditioner", sgld({ preconditioner: "rmsprop", batchSize: 8 })],
  ["a control variate", factories.cvSgld({ batchSize: 8 })],
] as const) {
  test(`SGLD with ${what} goes on as if it had never been interrupted`, () => resumesExactly(withData, sampler));
}

test("chains that adapt together are one group, with the same draws on any number of workers", async () => {
  const options = { chains: 150, warmup: 50, draws: 20, seed: 6, onEvent: silent };
  const here = await sample(correlated, hmc({ adaptation: "chees" }), { ...options, workers: 0 });
  assert.equal(new Set(here.adapted.inverseMass.filter((_, k) => k % 2 === 0)).size, 1);
  for (const workers of [1, 3]) {
    const there = await sample(correlated, hmc({ adaptation: "chees" }), { ...options, workers });
    assert.deepEqual(content(there), content(here));
  }
});

async function usual(kind: string): Promise<[Energy, Sampler]> {
  const sampler: Sampler = { kind, options: {} };
  try {
    samplers[kind].build(correlated, {}, 1);
    return [correlated, sampler];
  } catch {
    return [withData, sampler];
  }
}

for (const workers of [0, 1, 3, undefined]) {
  test(`a finished run goes on to more draws on ${workers ?? "any number of"} workers`, async () => {
    const options = { chains: 5, warmup: 40, thin: 2, seed: 7, keepWarmup: true, onEvent: silent };
    const whole = await sample(correlated, nuts(), { ...options, draws: 60, workers: 0 });
    const half = await sample(correlated, nuts(), { ...options, draws: 25, workers: 2 });
    const resumed = await sample(correlated, nuts(), { resume: half, draws: 60, workers, onEvent: silent });
    assert.deepEqual(content(resumed), content(whole));
    assert.ok(resumed.seconds > half.seconds);
  });
}

test("chains that stopped anywhere, or had not begun, go on from where each of them was", async () => {
  const options: SampleOptions = { chains: 200, warmup: 9, draws: 8, thin: 3, seed: 8, workers: 0, keepWarmup: true };
  const init = (chain: number) => [chain / 100, 1];
  for (const given of [options, { ...options, init }]) {
    const sampler = langevin({ stepSize: 0.1 });
    const whole = await sample(correlated, sampler, { ...given, onEvent: silent });
    const cut = cutAt(correlated, sampler, given, (group) => (group % 5 === 0 ? undefined : (group * 7) % 34));
    assert.ok(new Set(cut.final.transitions).size > 10);
    for (const workers of [0, 2]) {
      const resumed = await sample(correlated, sampler, { resume: cut, workers, onEvent: silent });
      assert.deepEqual(content(resumed), content(whole));
    }
  }
});

for (const [where, energy, workers] of [
  ["threads", correlated, 2],
  ["slices", normal, 0],
] as const) {
  test(`a run aborted in ${where} can be gone on with, as often as one likes`, async () => {
    const options = { chains: 4, warmup: 3000, draws: 4000, seed: 9, workers, keepWarmup: true };
    const sampler = mclmc();
    const whole = await sample(energy, sampler, { ...options, onEvent: silent });
    let draws = cutAt(energy, sampler, options, 0);
    let aborted = 0;
    while (draws.aborted) {
      const controller = new AbortController();
      const onEvent: SampleOptions["onEvent"] = (event) => event.type === "progress" && controller.abort();
      // The first few are ended at whatever moment it is, in warmup or after it.
      const signal = aborted < 4 ? controller.signal : undefined;
      draws = await sample(energy, sampler, { resume: draws, workers, signal, onEvent });
      aborted++;
    }
    assert.deepEqual(content(draws), content(whole));
  });
}

test("a run through structuredClone or JSON can be gone on with", async () => {
  const options = { chains: 3, warmup: 30, draws: 20, workers: 0, onEvent: silent };
  const whole = await sample(correlated, mclmc(), options);
  const half = await sample(correlated, mclmc(), { ...options, draws: 10 });
  const asLists = JSON.parse(
    JSON.stringify(half, (_, value) => (ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value)),
  );
  for (const copy of [structuredClone(half), JSON.parse(JSON.stringify(half)), asLists]) {
    assert.deepEqual(
      content(await sample(correlated, mclmc(), { resume: copy, draws: 20, onEvent: silent })),
      content(whole),
    );
  }
});

test("a chain that was stopped stays stopped, and the others go on beside it", async () => {
  const sampler = sgld({ stepSize: 0.01, batchSize: 2 });
  const options = { chains: 6, warmup: 10, init: [0], seed: 19, onEvent: silent };
  const whole = await sample(cliff, sampler, { ...options, draws: 300 });
  for (const draws of [50, 150, 290]) {
    const early = await sample(cliff, sampler, { ...options, draws });
    const resumed = await sample(cliff, sampler, { resume: early, draws: 300, onEvent: silent });
    assert.deepEqual(content(resumed), content(whole));
    for (const { chain, draw } of early.stopped) assert.equal(resumed.lengths[chain], draw);
  }
  assert.ok(whole.stopped.length > 0 && whole.stopped.length < 6);
});

test("a thinned draw counts divergences from before the interruption", async () => {
  const rough = hmc({ stepSize: 1.55, leapfrogSteps: 3, maxEnergyError: 0.5 });
  const options = { chains: 2, warmup: 0, draws: 40, thin: 4, seed: 17, workers: 0 };
  const whole = await sample(normal, rough, { ...options, onEvent: silent });
  assert.ok(whole.stats.diverging.includes(1) && whole.stats.diverging.includes(0));
  for (const at of [5, 6, 7, 101]) {
    const resumed = await sample(normal, rough, { resume: cutAt(normal, rough, options, at), onEvent: silent });
    assert.deepEqual(content(resumed), content(whole));
  }
});

test("a schedule is a table over the run's transitions, whose last value holds where the run goes on beyond it", async () => {
  const options = { chains: 2, warmup: 3, draws: 4, thin: 2, workers: 0, onEvent: silent };
  const falling = langevin({ stepSize: (t, steps) => 0.1 * (1 - t / steps) });
  const draws = await sample(correlated, falling, options);
  assert.deepEqual(
    draws.sampler.options.stepSize,
    Float64Array.from({ length: 11 }, (_, t) => 0.1 * (1 - t / 11)),
  );
  assert.deepEqual(structuredClone(draws), draws);
  const resumed = await sample(correlated, falling, {
    resume: JSON.parse(JSON.stringify(draws)),
    draws: 6,
    onEvent: silent,
  });
  assert.deepEqual([...resumed.stats.stepSize.slice(4, 6)], [0.1 * (1 - 10 / 11), 0.1 * (1 - 10 / 11)]);
  await resumesExactly(correlated, falling, { warmup: 5 });
});

test("constrained coordinates go on from free ones, exactly", async () => {
  const positive = energyOf(2, (q) => q.sub(q.log()).sum(), { constraints: { lower: 0 } });
  await resumesExactly(positive, mclmc(), { init: [1, 2] });
  const cut = cutAt(positive, mclmc(), { chains: 2, init: [0.1, 0.7] }, () => undefined);
  assert.deepEqual([...cut.final.position], [0.1, 0.7, 0.1, 0.7]);
});

test("what contradicts the run to resume is refused by name", async () => {
  const draws = await sample(correlated, mclmc(), { chains: 2, warmup: 5, draws: 10, onEvent: silent });
  const other = gaussian({ mean: [0, 0], covariance });
  const renamed = energyOf(2, (q) => q.square().sum(), { names: ["a", "b"] });
  const line = gaussian({ mean: [0], covariance: [[1]] });
  const refused = (message: RegExp, options: SampleOptions, energy: Energy = correlated, sampler: Sampler = mclmc()) =>
    assert.rejects(sample(energy, sampler, { resume: draws, onEvent: silent, ...options }), {
      name: "RangeError",
      message,
    });
  await refused(/^sample: seed must be 0, as in the run to resume, got 1$/, { seed: 1 });
  await refused(/^sample: chains must be 2, as in the run to resume, got 4$/, { chains: 4 });
  await refused(/^sample: thin must be 1, as in the run to resume, got 2$/, { thin: 2 });
  await refused(/^sample: warmup must be 5, as in the run to resume, got 1000$/, { warmup: 1000 });
  await refused(/^sample: keepWarmup must be false, as in the run to resume, got true$/, { keepWarmup: true });
  await refused(/^sample: draws must be at least 10, which the run to resume has kept already, got 9$/, { draws: 9 });
  await refused(/^sample: init must be left out where a run is resumed/, { init: [0, 0] });
  await refused(/^sample: energy must be that of the run to resume, got one made of other data$/, {}, other);
  await refused(/^sample: energy must be of 2 numbers, as in the run to resume, got 1$/, {}, line);
  await refused(
    /^sample: energy must be that of the run to resume, where coordinate 0 is called "q\[0\]", got "a"$/,
    {},
    renamed,
  );
  await refused(/^sample: sampler must be that of the run to resume, "mclmc", got "nuts"$/, {}, correlated, nuts());
  const larger = mclmc({ stepSize: 0.5 });
  await refused(
    /^sample: sampler must be that of the run to resume, got mclmc with other options$/,
    {},
    correlated,
    larger,
  );
  await refused(/^sample: resume must be draws, such as sample returns, got 7$/, { resume: 7 as never });
  await refused(/^sample: resume must be draws as sample returned them, whole/, {
    resume: { ...draws, position: draws.position.slice(2) },
  });
  const unnamed: Draws = {
    ...draws,
    final: { ...draws.final, memory: { ...draws.final.memory, gradient: new Float64Array(3) } },
  };
  await refused(/^sample: the run cannot be gone on with: its memory "gradient" holds 3 numbers in place of 4$/, {
    resume: unnamed,
    draws: 20,
  });
});

test("a run whose thread had to be ended cannot be gone on with, and says so", async () => {
  const energy = await energyFromModule(new URL("./exported-energies.ts", import.meta.url), "sleeps");
  const controller = new AbortController();
  const onEvent: SampleOptions["onEvent"] = (event) =>
    event.type === "started" && setTimeout(() => controller.abort(), 300);
  const draws = await sample(energy, nuts(), { workers: 2, chains: 2, signal: controller.signal, onEvent });
  await assert.rejects(sample(energy, nuts(), { resume: draws, onEvent: silent }), {
    name: "RangeError",
    message: /^sample: resume cannot go on: nobody knows where chains? [01, ]+ stood, because/,
  });
});
