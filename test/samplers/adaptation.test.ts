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

test("a trajectory's length is uniform on (0, pi) in steps of the adapted size, and its step on 10 % around that size", () => {
  const draws = 20000;
  const counts: number[] = [];
  let [jitter, jitterSquares, least, most] = [0, 0, 1, 1];
  const used: number[] = [];
  const [kernel] = visit(energy, hmc(), { chains: 1, warmup: 300, draws, seed: 42, start: variances }, (...seen) => {
    const info = seen[4];
    counts[info.leapfrogSteps[0]] = (counts[info.leapfrogSteps[0]] ?? 0) + 1;
    used.push(info.stepSize[0]);
  });
  const stepSize = kernel.parameters().stepSize[0];
  for (const size of used) {
    const ratio = size / stepSize;
    jitter += (ratio - 1) / draws;
    jitterSquares += (ratio - 1) ** 2 / draws;
    least = Math.min(least, ratio);
    most = Math.max(most, ratio);
  }
  // Uniform on +-0.1: variance 0.01 / 3, that of its square 4 / 45 of 1e-4.
  assert.ok(least >= 0.9 && most <= 1.1);
  assert.ok(Math.abs(jitter) < 4.5 * Math.sqrt(0.01 / 3 / draws), `${jitter}`);
  assert.ok(Math.abs(jitterSquares - 0.01 / 3) < 4.5 * Math.sqrt(((4 / 45) * 1e-4) / draws), `${jitterSquares}`);
  // All numbers of steps are as likely, but the last, to which less than a whole step is left.
  const longest = Math.ceil(Math.PI / stepSize);
  assert.equal(counts.length - 1, longest);
  for (let steps = 1; steps <= longest; steps++) {
    const share = (Math.min(Math.PI, steps * stepSize) - (steps - 1) * stepSize) / Math.PI;
    const error = Math.sqrt(draws * share * (1 - share));
    assert.ok(Math.abs(counts[steps] - draws * share) < 4.5 * error + 1, `${steps} steps: ${counts[steps]} times`);
  }
});
