// What a run's warmup has learnt, given to the next run.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ellipticalSlice,
  energies,
  frozen,
  hmc,
  mala,
  nuts,
  randomWalk,
  type Sampler,
  sample,
  sgld,
} from "../../src/index.js";
import { drawsOf } from "./draws-of.js";

const energy = energies.gaussian({
  mean: [0, 0],
  covariance: [
    [1, 0.9],
    [0.9, 4],
  ],
});
const quiet = { workers: 0, onEvent: () => undefined };

const samplersThatLearn: Sampler[] = [
  hmc(),
  hmc({ mass: "dense" }),
  hmc({ mass: "lowRank", adaptation: "nutpie" }),
  hmc({ adaptation: "chees" }),
  nuts({ mass: "dense" }),
  mala(),
  randomWalk(),
];

for (const sampler of samplersThatLearn) {
  test(`a frozen ${sampler.kind} ${JSON.stringify(sampler.options)} needs no warmup and moves by the mean of what was learnt`, async () => {
    const first = await sample(energy, sampler, { ...quiet, chains: 4, warmup: 200, draws: 20 });
    const still = frozen(first);
    assert.deepEqual(structuredClone(still), still);
    const mean = first.adapted.stepSize.reduce((a, b) => a + b) / 4;
    const second = await sample(energy, still, { ...quiet, chains: 6, warmup: 0, draws: 300, seed: 1 });
    assert.ok(second.adapted.stepSize.every((stepSize) => Math.abs(stepSize / mean - 1) < 1e-12));
    const acceptance = second.stats.acceptance.reduce((a, b) => a + b) / 1800;
    assert.ok(acceptance > 0.1 && acceptance < 0.999, `${acceptance}`);
    // Frozen once more it is the same.
    assert.deepEqual(frozen(second).options.stepSize, still.options.stepSize);
    if (first.adapted.inverseMass !== undefined) {
      const each = first.adapted.inverseMass.length / 4;
      if (each === 2) {
        const variance = first.adapted.inverseMass.reduce((sum, x, k) => sum + (k % 2 === 1 ? x / 4 : 0), 0);
        assert.ok(Math.abs(second.adapted.inverseMass[1] / variance - 1) < 1e-12);
      }
    }
  });
}

test("ChEES runs through sample as one kernel, whatever the chains are, and goes on where it was", async () => {
  const sampler = hmc({ adaptation: "chees" });
  const options = { ...quiet, chains: 70, warmup: 60, seed: 2 };
  const whole = await sample(energy, sampler, { ...options, draws: 20 });
  const half = await sample(energy, sampler, { ...options, draws: 10 });
  const rest = await sample(energy, sampler, { ...quiet, resume: half, draws: 20 });
  assert.deepEqual(rest.position, whole.position);
  assert.ok(whole.adapted.trajectoryLength.every((length) => length === whole.adapted.trajectoryLength[0]));
});

test("a sampler that learns nothing comes back as it is", async () => {
  const fixed = hmc({ stepSize: 0.3 });
  const draws = await sample(energy, fixed, { ...quiet, chains: 1, warmup: 0, draws: 2 });
  assert.deepEqual(frozen(draws), fixed);
  const slice = ellipticalSlice({ mean: [0, 0], covariance: 1 });
  const slices = await sample(energy, slice, { ...quiet, chains: 1, warmup: 0, draws: 2 });
  assert.deepEqual(frozen(slices), slice);
});

test("what cannot be given as options is said", async () => {
  const numbers = { chains: 1, draws: 2, dim: 1, names: ["x"], lengths: [2], position: Float64Array.of(0, 1) };
  assert.throws(
    () => frozen({ ...drawsOf(numbers), sampler: hmc() }),
    /^RangeError: frozen: draws must be of a run whose warmup was finished/,
  );
  const adapted = { stepSize: Float64Array.of(1), inverseMass: Float64Array.of(1) };
  const rmsprop = sgld({ preconditioner: "rmsprop" });
  assert.throws(
    () => frozen({ ...drawsOf(numbers), sampler: rmsprop, adapted }),
    /"rmsprop" has learnt cannot be given/,
  );
  const unknown = { kind: "parallelTempering", options: {} };
  assert.throws(
    () => frozen({ ...drawsOf(numbers), sampler: unknown, adapted }),
    /what parallelTempering learns cannot/,
  );
  const never = { ...adapted, stepSize: Float64Array.of(Number.NaN) };
  assert.throws(
    () => frozen({ ...drawsOf(numbers), sampler: hmc(), adapted: never }),
    /adapted.stepSize must be learnt/,
  );
  assert.throws(() => frozen(3 as never), /frozen: draws must be draws/);
});
