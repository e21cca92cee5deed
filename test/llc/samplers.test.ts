// Estimates by HMC, NUTS and MAMS against the exact values at their temperature: singular models, whose asymptotic coefficients no
// finite run shows.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hmc, known, llc, mams, nuts, type Sampler } from "../../src/index.js";

const models = {
  "a quadratic": known.quadratic({ curvatures: [1, 4, 0.1] }),
  "w^4, with a regular direction": known.powers({ powers: [4, 2] }),
  "w^6, with a regular direction": known.powers({ powers: [6, 2] }),
  "w1^2 w2^2": known.normalCrossing({ exponents: [1, 1] }),
  "w1^2 w2^4": known.normalCrossing({ exponents: [1, 2] }),
  "reduced-rank regression 3-2-4": known.reducedRankRegression({ inputs: 3, hidden: 2, outputs: 4 }),
  "a deep linear network 1-1-1-1": known.deepLinear({ widths: [1, 1, 1, 1] }),
};

const samplers: readonly Sampler[] = [
  hmc({ targetAcceptance: 0.9 }),
  nuts({ targetAcceptance: 0.9 }),
  mams({ targetAcceptance: 0.95 }),
];

/** As for every law: 4.5 standard errors, and once more with four times the draws where that fails. */
const Z = 4.5;

for (const [name, { loss, center, expected }] of Object.entries(models)) {
  describe(name, () => {
    for (const sampler of samplers) {
      test(`by ${sampler.kind}`, async () => {
        const gamma = 1;
        const estimate = async (draws: number) => {
          const options = { center: center!, gamma, sampler, chains: 4, warmup: 600, draws, seed: 12, workers: 0 };
          const { mean, standardError, beta } = await llc(loss!, { ...options, onEvent() {} });
          const exact = expected!({ nbeta: loss!.dataSize * beta, gamma }).mean;
          return { mean, standardError, exact, misses: Math.abs(mean - exact) > Z * standardError };
        };
        let found = await estimate(3000);
        if (found.misses) found = await estimate(12000);
        assert.ok(!found.misses, `${found.mean} +- ${found.standardError}, exactly ${found.exact}`);
        assert.ok(found.standardError < 0.15 * found.exact, `standard error ${found.standardError}`);
      });
    }
  });
}
