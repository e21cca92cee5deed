// The Metropolis-adjusted Langevin algorithm: its ratio, and that it is without bias.

import assert from "node:assert/strict";
import { test } from "node:test";
import { energy as traced } from "../../src/energies/traced.js";
import { type MalaOptions, mala, malaDefinition } from "../../src/samplers/mala.js";
import { constant } from "../../src/tensor/index.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import {
  banana,
  bimodal,
  correlatedGaussian,
  gentleBend,
  independentGaussian,
  type Law,
  truncatedNormal,
} from "./laws.js";

const plan: Plan = { chains: 8, width: 4, warmup: 500, draws: 5000, seed: 60, start: [0.5, 0.5] };

const cells: { name: string; law: Law; start: number[]; draws?: number; options: MalaOptions }[] = [
  { name: "the Gaussian of variance 4", law: independentGaussian([4]), start: [1], options: {} },
  { name: "the Gaussian of variance 4", law: independentGaussian([4]), start: [1], options: { stepSize: 3 } },
  {
    name: "a Gaussian with scales from 0.1 to 10",
    law: independentGaussian([0.01, 0.1, 1, 4, 100]),
    start: [0.1, 0.1, 1, 1, 10],
    options: {},
  },
  {
    name: "a Gaussian with scales from 0.1 to 10",
    law: independentGaussian([0.01, 0.1, 1, 4, 100]),
    start: [0.1, 0.1, 1, 1, 10],
    options: { stepSize: 0.8, mass: [100, 10, 1, 0.25, 0.01] },
  },
  {
    name: "a Gaussian of mean (1, -1)",
    law: correlatedGaussian(0.5),
    start: [0, 0],
    options: { mass: 2, targetAcceptance: 0.8 },
  },
  { name: "a gentle bend", law: gentleBend, start: [1, 1], draws: 10000, options: {} },
  { name: "a gentle bend", law: gentleBend, start: [1, 1], draws: 10000, options: { stepSize: 0.4 } },
  { name: "the bimodal energy, within its modes", law: bimodal, start: [2, 2], options: {} },
  { name: "a normal cut off by walls", law: truncatedNormal, start: [0], options: { stepSize: 0.5 } },
];

for (const { name, law, start, draws = plan.draws, options } of cells) {
  test(`MALA ${JSON.stringify(options)} has the expectations of ${name}`, () => {
    assertExpectations(law.energy, mala(options), { ...plan, draws, start }, law.expectations);
  });
}

test("at temperature T the law is exp(-U / T)", () => {
  const { energy } = independentGaussian([1, 4]);
  assertExpectations(energy, mala({ temperature: 0.25 }), { ...plan, start: [0, 0] }, [
    { of: "x^2", f: ([x]) => x * x, exact: 0.25 },
    { of: "y^2", f: ([, y]) => y * y, exact: 1 },
    { of: "U", f: (_, value) => value, exact: 0.25 },
  ]);
});

test("the ratio is that of the densities of the law and of the proposal, in BlackJAX's convention of eps", () => {
  // log q(to | from) = -|to - from + eps M^-1 grad U(from)|^2_M / (4 eps T)
  const { energy } = banana;
  const [eps, mass, temperature] = [0.02, [2, 0.5], 1.5];
  const gradientAt = (q: readonly number[]): Float64Array => {
    const gradient = new Float64Array(2);
    energy.valueAndGradient(Float64Array.from(q), gradient);
    return gradient;
  };
  const logProposal = (to: readonly number[], from: readonly number[]): number => {
    const gradient = gradientAt(from);
    const squares = to.map((x, i) => mass[i] * (x - from[i] + (eps * gradient[i]) / mass[i]) ** 2);
    return -(squares[0] + squares[1]) / (4 * eps * temperature);
  };
  let before = [1, 1];
  let taken = 0;
  const sampler = mala({ stepSize: eps, mass, temperature });
  visit(
    energy,
    sampler,
    { ...plan, chains: 1, width: 1, draws: 1000, warmup: 0, start: before },
    (q, value, _c, _d, info) => {
      const now = [...q];
      if (info.accepted[0] === 1) {
        taken++;
        const logDensity = -(value - energy.value(Float64Array.from(before))) / temperature;
        const logRatio = logDensity + logProposal(before, now) - logProposal(now, before);
        assert.ok(Math.abs(info.energyError[0] + logRatio) < 1e-9, `${info.energyError[0]} and ${-logRatio}`);
        assert.equal(info.acceptance[0], Math.min(1, Math.exp(-info.energyError[0])));
      } else {
        assert.deepEqual(now, before);
      }
      before = now;
    },
  );
  assert.ok(taken > 100, `${taken} taken`);
});

test("warmup learns the variances as inverse mass and comes near the target acceptance", () => {
  const scales = Array.from({ length: 20 }, (_, i) => 10 ** (i / 10 - 1));
  const energy = traced(20, (q) => q.div(constant(scales)).square().sum().mul(0.5));
  for (const targetAcceptance of [0.574, 0.8]) {
    let acceptance = 0;
    const run = { ...plan, warmup: 2000, draws: 1000, start: scales };
    const kernels = visit(energy, mala({ targetAcceptance }), run, (_q, _u, chain, _d, info) => {
      acceptance += info.acceptance[chain % 4] / 8000;
    });
    assert.ok(Math.abs(acceptance - targetAcceptance) < 0.12, `${acceptance} for ${targetAcceptance}`);
    for (const kernel of kernels) {
      kernel.parameters().inverseMass.forEach((variance, k) => {
        assert.ok(Math.abs(Math.log(variance / scales[Math.floor(k / 4)] ** 2)) < 1, `${variance}`);
      });
    }
  }
});

test("a proposal into infinity is refused and recorded as diverging", () => {
  let diverging = 0;
  visit(
    truncatedNormal.energy,
    mala({ stepSize: 2 }),
    { ...plan, chains: 1, width: 1, draws: 500, start: [0] },
    ([q], _u, _c, _d, info) => {
      assert.ok(Math.abs(q) < 2);
      diverging += info.diverging[0];
      if (info.diverging[0] === 1) assert.equal(info.accepted[0], 0);
    },
  );
  assert.ok(diverging > 20, `${diverging}`);
});

test("options that do not fit are refused by name", () => {
  const refused: [MalaOptions, RegExp][] = [
    [{ stepSize: -1 }, /^RangeError: mala: stepSize must be a positive number, got -1$/],
    [{ temperature: 0 }, /mala: temperature must be a positive number, got 0/],
    [{ mass: [1, 0] }, /mala: mass\[1\] must be a positive number, got 0/],
    [{ mass: "dense" as "diagonal" }, /mala: mass must be one number, a list of numbers or "diagonal", got "dense"/],
    [{ stepSize: 1, mass: "diagonal" }, /mala: mass must be given, or left out, where stepSize is given/],
    [{ targetAcceptance: 1 }, /mala: targetAcceptance must be a number between 0 and 1, got 1/],
    [{ jitter: 1 } as MalaOptions, /mala: there is no option "jitter"/],
  ];
  for (const [options, message] of refused) assert.throws(() => mala(options), message);
  assert.throws(
    () => malaDefinition.build(banana.energy, { mass: [1, 2, 3] }, 1),
    /mala: mass must be 2 finite numbers/,
  );
  const record = mala({ mass: Float64Array.of(1, 4) });
  assert.deepEqual(JSON.parse(JSON.stringify(record)), record);
});
