// Many chains of a traced energy, one per SIMD lane, have the law that one chain has, and are the chains that would run alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { banana as tracedBanana } from "../../src/energies/banana.js";
import { bimodal as tracedBimodal } from "../../src/energies/bimodal.js";
import type { Energy } from "../../src/energies/energy.js";
import { energy as energyOf } from "../../src/energies/traced.js";
import { type HmcOptions, hmc } from "../../src/samplers/index.js";
import { constant } from "../../src/tensor/index.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import { banana, bimodal, type Expectation } from "./laws.js";

const scales = [0.1, 0.5, 1, 2, 10];

const laws: { name: string; energy: Energy; start: number[]; expectations: readonly Expectation[] }[] = [
  { name: "the banana", energy: tracedBanana(), start: [1, 1], expectations: banana.expectations },
  {
    name: "the bimodal energy, within its modes",
    energy: tracedBimodal(),
    start: [2, 2],
    expectations: bimodal.expectations,
  },
  {
    name: "the logistic law",
    energy: energyOf(1, (q) => q.add(q.neg().softplus().mul(2)).sum()),
    start: [0],
    expectations: [
      { of: "x", f: ([x]) => x, exact: 0 },
      { of: "x^2", f: ([x]) => x * x, exact: Math.PI ** 2 / 3 },
      { of: "|x|", f: ([x]) => Math.abs(x), exact: 2 * Math.LN2 },
    ],
  },
  {
    name: "a Gaussian of scales from 0.1 to 10",
    energy: energyOf(5, (q) => q.div(constant(scales)).square().sum().mul(0.5)),
    start: scales,
    expectations: [
      ...scales.map((scale, i) => ({ of: `q${i}^2`, f: (q: Float64Array) => q[i] ** 2, exact: scale ** 2 })),
      { of: "U", f: (_, value) => value, exact: 2.5 },
    ],
  },
];

const settings: HmcOptions[] = [
  {},
  { stepSize: 0.09, leapfrogSteps: 15, jitter: 0.2 },
  { leapfrogSteps: 6, integrator: "mcLachlan" },
];

for (const { name, energy, start, expectations } of laws) {
  for (const options of settings) {
    test(`64 chains of HMC ${JSON.stringify(options)} have the expectations of ${name}`, () => {
      const plan: Plan = { chains: 64, width: 32, warmup: 300, draws: 400, seed: 31, start };
      assertExpectations(energy, hmc(options), plan, expectations);
    });

    test(`they are the same chains alone and beside any number of others: ${JSON.stringify(options)}, ${name}`, () => {
      const run = (width: number, chains: number): number[] => {
        const seen: number[] = [];
        const short = { chains, warmup: 60, draws: 30, seed: 32, start, width };
        visit(energy, hmc(options), short, (q, value, chain, draw, info) => {
          const numbers = [...q, value, info.acceptance[chain % width], info.stepSize[chain % width]];
          numbers.forEach((number, k) => {
            seen[(chain * 30 + draw) * numbers.length + k] = number;
          });
        });
        return seen;
      };
      const alone = run(1, 7);
      assert.deepEqual(run(7, 7), alone);
      assert.deepEqual(run(19, 19).slice(0, alone.length), alone);
    });
  }
}
