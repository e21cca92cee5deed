// What an estimate has cost: every gradient and energy that the loss was asked for, in gradients over all data.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import {
  compareLlc,
  cvSgld,
  ellipticalSlice,
  hmc,
  known,
  type Loss,
  llc,
  loss,
  parallelTempering,
  psgld,
  randomWalk,
  sghmc,
  sgld,
} from "../../src/index.js";

describe("work", () => {
  test("counts gradients over all data, and energies alone as a third of one", async () => {
    const y = Float64Array.from({ length: 100 }, (_, i) => i / 100);
    const data = loss(1, 100, (w, rows) => rows.y.sub(w).square().mean().mul(0.5), { y });
    const options = { chains: 2, warmup: 50, draws: 30, thin: 2, seed: 1, workers: 0, center: [0.495], onEvent() {} };
    const steps = 2 * (50 + 60);
    // The loss at the centre, and the descent's look at it, where it ends.
    const atCenter = 1 / 3 + 1;
    const close = (value: number, exact: number): void =>
      assert.ok(Math.abs(value - exact - atCenter) < 1e-9, `${value - atCenter}, not ${exact}`);
    const sghmcSteps = sghmc({ batchSize: 20 });
    close((await llc(data, { ...options, sampler: sghmcSteps })).work, steps * 0.2 + 60 / 3);
    close((await llc(data, { ...options, sampler: randomWalk() })).work, steps / 3);
    // Four replicas, each with its proposals; no energy is computed for an exchange.
    close(
      (await llc(data, { ...options, sampler: parallelTempering(randomWalk(), { rungs: 4 }) })).work,
      (4 * steps) / 3,
    );
    // Ellipses are cut down as often as it takes.
    const sliced = await llc(data, { ...options, sampler: ellipticalSlice({ mean: [0.495] }) });
    const { evaluations } = sliced.draws.stats;
    const proposals = evaluations.reduce((sum, each) => sum + each, 0) / evaluations.length;
    assert.ok(proposals > 1);
    close(sliced.work, (proposals * steps) / 3);
    // Over mini-batches every exchange asks each replica's energy over all data, and every kept draw the coldest's.
    const tempered = parallelTempering(sgld({ batchSize: 20, stepSize: 0.001 }), { rungs: 3, hottest: 4 });
    close((await llc(data, { ...options, sampler: tempered })).work, steps * 3 * (0.2 + 1 / 3) + 60 / 3);
    const sampler = hmc({ stepSize: 0.1, leapfrogSteps: 5 });
    const byHmc = await llc(data, { ...options, sampler });
    assert.ok(byHmc.work >= 5 * steps && byHmc.work <= 5 * steps + 2 + atCenter, `${byHmc.work}`);
    assert.equal(byHmc.workNormalizedVariance, byHmc.standardError ** 2 * byHmc.work);
  });

  test("is all that the loss was asked for, what the verdict looks at included, but for its starts", async () => {
    const y = Float64Array.from({ length: 100 }, (_, i) => i / 100);
    const data = loss(2, 100, (w, rows) => rows.y.sub(w.sum()).square().mean().mul(0.5), { y });
    let asked = 0;
    const counted: Loss = {
      ...data,
      value(w) {
        asked += 1 / 3;
        return data.value(w);
      },
      valueAndGradient(w, gradient) {
        asked++;
        return data.valueAndGradient(w, gradient);
      },
      onRows(w, rows, gradient) {
        asked += rows.length / 100;
        return data.onRows(w, rows, gradient);
      },
    };
    const options = { chains: 3, warmup: 10, draws: 20, thin: 2, seed: 1, workers: 0, onEvent() {} };
    // Each chain asks for a gradient where it starts, and for an energy.
    const starts = 3 * (1 + 1 / 3);
    for (const center of [
      [0.2, 0.295],
      [0.1, 0.3],
    ]) {
      for (const sampler of [sgld({ stepSize: 1e-3, batchSize: 20 }), psgld({ stepSize: 1e-3, batchSize: 20 })]) {
        asked = 0;
        const { work } = await llc(counted, { ...options, center, sampler });
        assert.ok(Math.abs(asked - work - starts) < 1e-9, `${sampler.kind} asked for ${asked}, and says ${work}`);
      }
    }
    // With a gradient at the centre for every control variate that was made ready, three for chains.
    asked = 0;
    const sampler = cvSgld({ stepSize: 1e-3, batchSize: 20 });
    const { work } = await llc(counted, { ...options, center: [0.2, 0.295], lossAtCenter: 0.0416625, sampler });
    assert.ok(Math.abs(asked - work - starts - 3) < 1e-9, `asked for ${asked}, and says ${work}`);
  });

  test("is in the comparison, with the variance it leaves per gradient and per second", async () => {
    const { loss: bowl, center, expected } = known.quadratic({ curvatures: [1, 4, 0.1] });
    const run = { chains: 4, warmup: 400, draws: 2000, seed: 8, workers: 0, onEvent() {} };
    const estimate = await llc(bowl!, { ...run, center: center! });
    const table = compareLlc(
      { HMC: estimate },
      { references: { exact: expected!({ nbeta: 1000 / Math.log(1000), gamma: 1 }).mean } },
    );
    const [row, reference] = table.rows;
    assert.equal(row.gradients, estimate.work);
    assert.equal(row.variancePerGradient, estimate.workNormalizedVariance);
    assert.equal(row.variancePerSecond, estimate.standardError ** 2 * estimate.draws.seconds);
    assert.ok(Number.isNaN(reference.gradients));
    assert.match(inspect(table), /var x gradients/);
  });
});
