// Metropolis's decision where it matters: at steps so large that half of the proposals are refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hmc } from "../../src/samplers/hmc.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import { independentGaussian } from "./laws.js";

const variances = Array.from({ length: 10 }, () => 1);
const { energy } = independentGaussian(variances);
const plan: Plan = { chains: 4, warmup: 200, draws: 30000, seed: 41, start: variances };
// Without any refusal each coordinate would have the variance 1 / (1 - 1.2^2 / 4) = 1.56.
const sampler = hmc({ stepSize: 1.2, leapfrogSteps: 1 });

test("HMC that refuses half of its proposals has the mean energy d / 2, to one per cent", () => {
  assertExpectations(energy, sampler, plan, [{ of: "U", f: (_, value) => value, exact: 5 }]);
});

test("a proposal is taken with probability min(1, exp(-energyError)), and the chain moves where it is taken alone", () => {
  let [expected, taken, spread, before] = [0, 0, 0, Number.NaN];
  visit(energy, sampler, { ...plan, chains: 1, draws: 20000 }, (q, _u, _c, draw, info) => {
    const probability = Math.min(1, Math.exp(-info.energyError[0]));
    assert.ok(Math.abs(info.acceptance[0] - probability) < 1e-12);
    if (draw > 0) assert.equal(q[0] !== before, info.accepted[0] === 1);
    before = q[0];
    expected += probability;
    taken += info.accepted[0];
    spread += probability * (1 - probability);
  });
  assert.ok(expected / 20000 > 0.4 && expected / 20000 < 0.6);
  assert.ok(Math.abs(taken - expected) < 4.5 * Math.sqrt(spread), `${taken} taken, ${expected} expected`);
});
