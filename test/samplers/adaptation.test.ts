// Whether warmup finds what it aims at.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type HmcOptions, hmc } from "../../src/samplers/hmc.js";
import { visit } from "./expectations.js";
import { independentGaussian } from "./laws.js";

const variances = Array.from({ length: 100 }, () => 1);
const { energy } = independentGaussian(variances);

/** The mean acceptance of four chains' draws. */
function acceptanceAfter(warmup: number, options: HmcOptions): number {
  const [chains, draws] = [4, 500];
  let sum = 0;
  visit(energy, hmc(options), { chains, warmup, draws, seed: 40, start: variances }, (_q, _u, _chain, _draw, info) => {
    sum += info.acceptance[0];
  });
  return sum / (chains * draws);
}

for (const targetAcceptance of [0.65, 0.8, 0.9]) {
  test(`a long warmup at a given mass ends within 0.03 of the target acceptance ${targetAcceptance}`, () => {
    // Chains differ by 0.02. What is left beyond that is the average of the logarithm's: the acceptance at the mean step
    // exceeds the mean acceptance, for it falls ever faster with the step.
    const acceptance = acceptanceAfter(4000, { mass: 1, targetAcceptance });
    assert.ok(Math.abs(acceptance - targetAcceptance) < 0.03, `acceptance ${acceptance}`);
  });
}

test("Stan's last 50 transitions end above the target: the average has not yet forgotten how it began", () => {
  // About 0.89 after the windows of 300 and of 1000 transitions, as after 50 at the right mass from the start.
  for (const [warmup, options] of [
    [300, {}],
    [1000, {}],
    [50, { mass: 1 }],
  ] as const) {
    const acceptance = acceptanceAfter(warmup, options);
    assert.ok(acceptance > 0.82 && acceptance < 0.95, `acceptance ${acceptance} after ${warmup}`);
  }
});
