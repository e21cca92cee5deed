// What other programs for learning coefficients have got wrong at one time, Lambda-Hat and devinterp among them, and no other test here would
// see go wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chainsOf,
  hmc,
  known,
  likelihoods,
  llc,
  mlp,
  networkLoss,
  psgld,
  type Sampler,
  sgld,
  sgnht,
  stream,
  tempered,
} from "../../src/index.js";

const quick = { seed: 4, workers: 0, onEvent() {} } as const;

const random = stream(9, "pitfalls");
const inputs = Array.from({ length: 100 }, () => [random.normal(), random.normal()]);
const network = mlp({ inputs: 2, hidden: [2, 2], outputs: 1 });
const outputs = inputs.map(([a, b]) => Math.tanh(a - b) + 0.1 * random.normal());
const fit = networkLoss(network, { inputs, outputs }, likelihoods.gaussian({ sigma: 0.1 }));
const center = network.initialize(random);

test("the noise of every parameter and of every chain is its own, layers of equal shape among them", async () => {
  // Without a slope to speak of a step is its noise.
  const draws = 4000;
  const { draws: made } = await llc(fit, {
    ...quick,
    center,
    beta: 0,
    gamma: 1e-9,
    sampler: sgld({ stepSize: 1, batchSize: 1 }),
    chains: 2,
    warmup: 0,
    draws,
  });
  const steps = Array.from({ length: fit.dim }, (_, i) =>
    chainsOf(made, i).map((chain) => chain.map((x, k) => x - (k === 0 ? center[i] : chain[k - 1]))),
  ).flat();
  for (let a = 0; a < steps.length; a++) {
    for (let b = 0; b < a; b++) {
      const product = steps[a].reduce((sum, step, k) => sum + step * steps[b][k], 0);
      // A sum of products of independent standard normals, each of variance 1; some 400 pairs.
      assert.ok(Math.abs(product) < 5 * Math.sqrt(draws), `${a} and ${b}: correlation ${product / draws}`);
    }
  }
});

test("the loss of a kept draw is that of all data at just that draw, whatever the batch and however many steps it stands for", async () => {
  for (const [sampler, thin] of [
    [sgld({ batchSize: 7 }), 5],
    [psgld({ batchSize: 7 }), 3],
    [sgnht({ batchSize: 7 }), 4],
    [hmc(), 2],
  ] as [Sampler, number][]) {
    const estimate = await llc(fit, { ...quick, center, sampler, chains: 2, warmup: 50, draws: 20, thin });
    const { position, dim } = estimate.draws;
    estimate.trace.forEach((losses, c) => {
      losses.forEach((value, k) => {
        const at = position.slice((c * 20 + k) * dim, (c * 20 + k + 1) * dim);
        assert.ok(Math.abs(value - fit.value(at)) <= 1e-12 * Math.abs(value), `${sampler.kind}, draw ${k}`);
      });
    });
  }
});

test("the loss at the centre is that of all data, and 0 where it is 0", async () => {
  const bowl = known.quadratic({ curvatures: [1, 2], dataSize: 50 });
  const options = { ...quick, chains: 2, warmup: 20, draws: 30 };
  const flat = await llc(bowl.loss!, { ...options, center: bowl.center! });
  assert.equal(flat.lossAtCenter, 0);
  const mean = flat.trace.flatMap((losses) => [...losses]).reduce((sum, value) => sum + value, 0) / 60;
  assert.ok(Math.abs(flat.mean / (50 * flat.beta * mean) - 1) < 1e-12);
  const one = await llc(fit, { ...options, center, sampler: sgld({ batchSize: 1 }) });
  assert.equal(one.lossAtCenter, fit.value(center));
});

test("the temperature is that of the data's size, whatever the batch", async () => {
  for (const batchSize of [1, 10, 100]) {
    const { beta, dataSize } = await llc(fit, {
      ...quick,
      center,
      sampler: sgld({ batchSize }),
      chains: 1,
      warmup: 5,
      draws: 5,
    });
    assert.deepEqual([beta, dataSize], [1 / Math.log(100), 100]);
  }
});

test("the length of the gradient that is reported is that of n beta L_n and the localisation together, where the step began", async () => {
  const options = { center, beta: 0.2, gamma: 3 };
  const { draws } = await llc(fit, {
    ...quick,
    ...options,
    sampler: sgld({ stepSize: 1e-4, batchSize: 100 }),
    chains: 1,
    warmup: 0,
    draws: 20,
  });
  const energy = tempered(fit, options);
  const gradient = new Float64Array(fit.dim);
  for (let k = 0; k < 20; k++) {
    const before = k === 0 ? center : draws.position.slice((k - 1) * fit.dim, k * fit.dim);
    energy.valueAndGradient(before, gradient);
    const expected = Math.hypot(...gradient);
    assert.ok(Math.abs(draws.stats.gradientNorm[k] / expected - 1) < 1e-9, `step ${k}`);
  }
});
