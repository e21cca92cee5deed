// Simulated annealing: a schedule of the temperature, through `sample`, ends in the modes of a double well and in the better of two wells.

import assert from "node:assert/strict";
import { test } from "node:test";
import { energy } from "../../src/energies/traced.js";
import { sample } from "../../src/index.js";
import { schedules } from "../../src/networks/index.js";
import { langevin, mala, randomWalk, type Sampler } from "../../src/samplers/index.js";

const falling = schedules.exponential({ rate: 0.99, start: 4, end: 1e-4 });
const annealed: Sampler[] = [
  langevin({ stepSize: 0.01, temperature: falling }),
  langevin({
    stepSize: schedules.cosine({ start: 0.02, end: 0.002 }),
    noiseScale: (t, steps) => Math.sqrt(falling(t, steps)),
  }),
  mala({ stepSize: schedules.exponential({ rate: 0.995, start: 0.1, end: 1e-3 }), temperature: falling }),
  randomWalk({ stepSize: schedules.exponential({ rate: 0.995, start: 1, end: 0.01 }), temperature: falling }),
];

const quiet = { seed: 110, warmup: 0, workers: 0, onEvent: () => {} };

for (const [k, sampler] of annealed.entries()) {
  test(`${sampler.kind} ${k}: chains that cool down end in the modes of a double well, as many in each`, async () => {
    const doubleWell = energy(2, (q) => q.square().sub(1).square().sum().mul(2));
    const { position, lengths } = await sample(doubleWell, sampler, {
      ...quiet,
      chains: 400,
      draws: 2000,
      init: [0, 0],
    });
    const counts = [0, 0, 0, 0];
    for (const [chain, length] of lengths.entries()) {
      assert.equal(length, 2000);
      const [x, y] = position.subarray((chain * 2000 + 1999) * 2);
      // At T = 1e-4 a mode of curvature 16 has the standard deviation 0.0025.
      assert.ok(
        Math.abs(Math.abs(x) - 1) < 0.02 && Math.abs(Math.abs(y) - 1) < 0.02,
        `chain ${chain} ends at ${x}, ${y}`,
      );
      counts[(x > 0 ? 1 : 0) + (y > 0 ? 2 : 0)]++;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    assert.ok(chiSquare < 27, `${counts}`); // 5 per million of chi-square with 3 degrees of freedom
  });
}

test("slow cooling finds the deeper of two wells from the other's floor, and no cooling at all does not", async () => {
  // Minima near -1 (U = 0.39) and 1 (U = -0.41); what leads from the first to the second is a barrier of 0.63.
  const tilted = energy(1, (q) => q.square().sub(1).square().sub(q.mul(0.4)).sum());
  const shareInDeeper = async (temperature: number | typeof falling): Promise<number> => {
    const sampler = langevin({ stepSize: 0.05, temperature });
    const { position } = await sample(tilted, sampler, { ...quiet, chains: 200, draws: 10000, thin: 1, init: [-1] });
    let count = 0;
    for (let chain = 0; chain < 200; chain++) if (position[chain * 10000 + 9999] > 0) count++;
    return count / 200;
  };
  assert.equal(await shareInDeeper(0.02), 0);
  // Falling by a factor of e in 2000 transitions, of 0.05 each: the barrier is crossed at a rate near exp(-0.63 / T), so the wells are in
  // balance until T is about 0.63 / log 100 = 0.14, where the deeper one has all but exp(-0.8 / 0.14) = 0.003.
  const slowly = await shareInDeeper(schedules.exponential({ rate: 0.9995, start: 1 }));
  assert.ok(slowly > 0.95, `${slowly}`);
});

test("a schedule that gives what an option cannot be is refused with the option's name", async () => {
  const well = energy(1, (q) => q.square().sum());
  const sampler = langevin({ stepSize: (t) => (t < 17 ? 0.1 : -0.1) });
  await assert.rejects(
    sample(well, sampler, { ...quiet, draws: 100 }),
    /langevin: stepSize at transition 17 must be a positive number, got -0.1/,
  );
});
