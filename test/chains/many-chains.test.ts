// Thousands of chains: few messages, and tables that hold what one chain at a time would have.

import assert from "node:assert/strict";
import { test } from "node:test";
import "./platform.js";
import { sample } from "../../src/chains/index.js";
import { energy as energyOf } from "../../src/energies/traced.js";
import type { RunEvent } from "../../src/platform/platform.js";
import { hmc, langevin } from "../../src/samplers/index.js";

const bowl = energyOf(3, (q) => q.square().square().sum());

test("thousands of chains are told of in blocks, and all of them are accounted for", async () => {
  for (const workers of [0, 2]) {
    const events: RunEvent[] = [];
    await sample(bowl, hmc({ stepSize: 3, leapfrogSteps: 2 }), {
      ...{ chains: 3000, warmup: 0, draws: 20, workers },
      onEvent: (event) => events.push(event),
    });
    const progress = events.flatMap((event) => (event.type === "progress" ? [event] : []));
    const last = new Map(progress.map((event) => [event.chain, event]));
    assert.ok(last.size <= 32);
    assert.equal(
      [...last.values()].reduce((sum, { chains = 1 }) => sum + chains, 0),
      3000,
    );
    assert.ok([...last.values()].every(({ done, total }) => done === 20 && total === 20));
    // Steps as long as these diverge nearly always: 60 000 transitions do, and the first ten of each group are named.
    const divergences = [...last.values()].reduce((sum, event) => sum + event.divergences, 0);
    assert.ok(divergences > 30_000);
    assert.ok(events.filter((event) => event.type === "divergence").length <= 10 * Math.ceil(3000 / 64));
  }
});

for (const [what, energy, init] of [
  ["of free coordinates", bowl, [0.1, 0.2, 0.3]],
  ["of constrained ones", energyOf(3, (q) => q.square().sum(), { constraints: { lower: 0 } }), [1, 2, 3]],
] as const) {
  test(`a chain among a thousand ${what} has the draws that it has among three`, async () => {
    const options = { warmup: 7, draws: 45, thin: 3, seed: 4, init, workers: 0, keepWarmup: true, onEvent: () => {} };
    const few = await sample(energy, langevin({ stepSize: 0.05 }), { ...options, chains: 3 });
    const many = await sample(energy, langevin({ stepSize: 0.05 }), { ...options, chains: 1000 });
    assert.deepEqual(many.position.slice(0, few.position.length), few.position);
    assert.deepEqual(many.warmup?.position.slice(0, few.warmup?.position.length), few.warmup?.position);
    for (const [name, values] of Object.entries(few.stats)) {
      assert.deepEqual(many.stats[name].slice(0, values.length), values);
    }
    assert.ok(many.lengths.every((length) => length === 45));
    if (what === "of constrained ones") assert.ok(many.position.every((x) => x > 0));
  });
}

test("a start outside the support is refused by the chain and the coordinate", async () => {
  const positive = energyOf(2, (q) => q.sum(), { names: ["rate", "shape"], constraints: { lower: 0 } });
  const init = [
    [1, 1],
    [1, -2],
  ];
  await assert.rejects(sample(positive, hmc(), { chains: 2, init, onEvent: () => {} }), {
    name: "RangeError",
    message: /^sample: init of chain 1 must lie inside the energy's support: .*shape.*above 0, got -2$/,
  });
  const { final, position } = await sample(positive, hmc(), { chains: 2, warmup: 20, draws: 20, onEvent: () => {} });
  assert.ok(position.every((x) => x > 0) && final.position.every((x) => x > 0));
  assert.deepEqual([...final.position.slice(0, 2)], [...position.slice(2 * 19, 2 * 20)]);
});
