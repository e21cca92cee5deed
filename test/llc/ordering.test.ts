// What estimates must say of models that are ordered: at constant width, deep linear networks are the more degenerate the deeper they are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hmc, known, type LlcEstimate, llc } from "../../src/index.js";

test("estimates fall along the depth ladder at constant width, while d / 2 rises, and stay below lambda", async () => {
  const models = [1, 2, 3, 4].map((layers) => known.deepLinear({ widths: new Array(layers + 1).fill(4) }));
  const estimates: LlcEstimate[] = [];
  for (const { loss, center } of models) {
    const sampler = hmc({ targetAcceptance: 0.9 });
    const options = { center: center!, sampler, warmup: 500, draws: 600, seed: 7, workers: 0, onEvent() {} };
    estimates.push(await llc(loss!, options));
  }
  estimates.forEach((estimate, k) => {
    assert.ok(estimate.verdict.ok, String(estimate.verdict.problems[0]?.message));
    assert.ok(
      estimate.mean < models[k].lambda + 4.5 * estimate.standardError,
      `${estimate.mean} of ${models[k].lambda}`,
    );
    if (k === 0) return;
    const before = estimates[k - 1];
    const error = Math.hypot(estimate.standardError, before.standardError);
    assert.ok(before.mean - estimate.mean > 3 * error, `${before.mean}, then ${estimate.mean}, +- ${error}`);
    assert.ok(estimate.dim > before.dim);
  });
});
