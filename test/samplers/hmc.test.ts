import assert from "node:assert/strict";
import { test } from "node:test";
import type { Energy } from "../../src/energies/energy.js";
import { stream } from "../../src/random/index.js";
import { type HmcOptions, hmc, hmcDefinition } from "../../src/samplers/hmc.js";
import { constant, trace } from "../../src/tensor/index.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import {
  banana,
  bimodal,
  correlatedGaussian,
  energyOf,
  independentGaussian,
  type Law,
  quarticWell,
  truncatedNormal,
} from "./laws.js";

const plan: Plan = { chains: 4, warmup: 500, draws: 5000, seed: 20, start: [0.5, 0.5] };

/** Targets against settings: what each is sampled with besides the defaults, which adapt everything. */
const targets: { name: string; law: Law; start: number[]; settings: HmcOptions[] }[] = [
  {
    name: "the 1-D Gaussian of variance 4",
    law: independentGaussian([4]),
    start: [1],
    settings: [{ stepSize: 0.5, leapfrogSteps: 5 }, { stepSize: 0.6 }],
  },
  {
    name: "the 10-D Gaussian with scales from 0.1 to 10",
    law: independentGaussian([0.01, 0.04, 0.1, 0.25, 1, 1, 4, 10, 25, 100]),
    start: Array.from({ length: 10 }, () => 0.1),
    settings: [
      { stepSize: 0.7, mass: [100, 25, 10, 4, 1, 1, 0.25, 0.1, 0.04, 0.01], jitter: 0.2 },
      { integrator: "threeStage" },
    ],
  },
  {
    name: "the Gaussian of mean (1, -1) and covariance [[1, 0.5], [0.5, 2]]",
    law: correlatedGaussian(0.5),
    start: [0, 0],
    settings: [
      { stepSize: 0.1, leapfrogSteps: 10 },
      { stepSize: 0.1, leapfrogSteps: 5, mass: [0.1, 1] },
      { leapfrogSteps: 4, mass: 2, targetAcceptance: 0.9 },
    ],
  },
  {
    name: "a Gaussian of correlation 0.97",
    law: correlatedGaussian(1.3718),
    start: [0, 0],
    settings: [{ stepSize: 0.2, leapfrogSteps: 10, integrator: "mcLachlan" }],
  },
  {
    name: "the banana",
    law: banana,
    start: [1, 1],
    // Stiff in its arms: curvature 80 x^2 up to x = 3.5 or so, and leapfrog needs steps below 2 / sqrt(curvature).
    settings: [{ stepSize: 0.05, leapfrogSteps: 30 }],
  },
  {
    name: "the bimodal energy, within its modes",
    law: bimodal,
    start: [2, 2],
    settings: [{ stepSize: 0.1, leapfrogSteps: 20 }],
  },
  {
    name: "a quartic well",
    law: quarticWell(1000),
    start: [0.1],
    settings: [{ stepSize: 0.05, leapfrogSteps: 5 }],
  },
  {
    name: "a normal cut off by walls",
    law: truncatedNormal,
    start: [0],
    settings: [{ stepSize: 0.4, leapfrogSteps: 4 }],
  },
];

for (const { name, law, start, settings } of targets) {
  for (const options of [{}, ...settings]) {
    test(`HMC ${JSON.stringify(options)} has the expectations of ${name}`, () => {
      assertExpectations(law.energy, hmc(options), { ...plan, start }, law.expectations);
    });
  }
}

for (const options of [{}, { stepSize: 0.2, leapfrogSteps: 7 }, { stepSize: 0.2, jitter: 0.3 }] as HmcOptions[]) {
  test(`chains of ${JSON.stringify(options)} are bit-identical alone and as columns`, () => {
    const run = (width: number): Float64Array => {
      const seen = new Float64Array(5 * 40 * 5).fill(Number.NaN);
      const short = { ...plan, chains: 5, warmup: 60, draws: 40, start: [1, 1], width };
      visit(banana.energy, hmc(options), short, (q, energy, chain, draw, info) => {
        const c = chain % width;
        seen.set([...q, energy, info.acceptance[c], info.stepSize[c]], (chain * 40 + draw) * 5);
      });
      return seen;
    };
    const alone = run(1);
    assert.ok(!alone.includes(Number.NaN));
    assert.deepEqual(run(5), alone);
    assert.deepEqual(run(1), alone);
  });
}

test("a traced energy gives the chain of its hand-written twin, up to rounding", () => {
  const plain = correlatedGaussian(0).energy;
  const graph = trace(
    ([q]) => [
      q
        .sub(constant([1, -1]))
        .square()
        .mul(constant([0.5, 0.25]))
        .sum(),
    ],
    [[2]],
  );
  for (const options of [{}, { stepSize: 0.3, leapfrogSteps: 6 }] as HmcOptions[]) {
    const [first, second] = [plain, { ...plain, graph }].map((energy) => {
      const numbers: number[] = [];
      const short = { ...plan, chains: 2, warmup: 25, draws: 20, start: [0, 0], width: 2 };
      visit(energy, hmc(options), short, (q, value) => numbers.push(...q, value));
      return numbers;
    });
    first.forEach((value, k) => {
      assert.ok(Math.abs(value - second[k]) < 1e-6, `${value} and ${second[k]}`);
    });
  }
});

test("the momentum has covariance M: on a flat energy the displacement is T M^-1 p", () => {
  const flat = energyOf(3, (_, gradient) => {
    gradient.fill(0);
    return 0;
  });
  const mass = [0.25, 1, 9];
  const before = new Float64Array(3);
  let last = -1;
  const momentum = (q: Float64Array, i: number) => ((q[i] - before[i]) / 0.6) * mass[i];
  const draws: number[][] = [];
  const sampler = hmc({ stepSize: 0.2, leapfrogSteps: 3, mass });
  visit(flat, sampler, { ...plan, chains: 1, draws: 20000, start: [0, 0, 0] }, (q, _, chain) => {
    if (chain !== last) before.fill(0);
    last = chain;
    draws.push(mass.map((_, i) => momentum(q, i)));
    before.set(q);
  });
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j <= i; j++) {
      const covariance = draws.reduce((sum, p) => sum + p[i] * p[j], 0) / draws.length;
      const exact = i === j ? mass[i] : 0;
      const error = Math.sqrt((mass[i] * mass[j] * (i === j ? 2 : 1)) / draws.length);
      assert.ok(Math.abs(covariance - exact) < 4.5 * error, `cov(p${i}, p${j}) = ${covariance}, exact ${exact}`);
    }
  }
});

test("warmup learns the variances as inverse mass and comes near the target acceptance", () => {
  const variances = Array.from({ length: 50 }, (_, i) => 10 ** (i / 12 - 2));
  const { energy } = independentGaussian(variances);
  let acceptance = 0;
  let longest = 0;
  const long = { ...plan, chains: 2, warmup: 1000, draws: 1000, start: variances.map(Math.sqrt) };
  const kernels = visit(energy, hmc(), long, (_q, _u, _chain, _draw, info) => {
    acceptance += info.acceptance[0] / 2000;
    longest = Math.max(longest, info.leapfrogSteps[0]);
    assert.equal(info.diverging[0], 0);
  });
  assert.ok(acceptance > 0.7 && acceptance < 0.95, `acceptance ${acceptance}`);
  for (const kernel of kernels) {
    const { stepSize, inverseMass } = kernel.parameters();
    // 500 draws in the last window: a variance is known to about sqrt(2 / 500) = 6 %.
    variances.forEach((variance, i) => {
      assert.ok(Math.abs(Math.log(inverseMass[i] / variance)) < 0.4, `${inverseMass[i]} for ${variance}`);
    });
    assert.ok(longest <= Math.ceil(Math.PI / stepSize[0]) && longest > Math.PI / stepSize[0] - 1.5);
  }
});

test("a proposal into infinity is rejected and recorded as diverging, and the chain stays where it was", () => {
  let diverging = 0;
  let before = Number.NaN;
  const sampler = hmc({ stepSize: 1.5, leapfrogSteps: 2 });
  visit(truncatedNormal.energy, sampler, { ...plan, chains: 1, draws: 500, start: [0] }, (q, energy, _, draw, info) => {
    assert.ok(Math.abs(q[0]) < 2 && energy === q[0] ** 2 / 2);
    if (info.diverging[0] === 1) {
      diverging++;
      assert.equal(info.acceptance[0], 0);
      assert.equal(info.accepted[0], 0);
      assert.ok(!Number.isFinite(info.energyError[0]));
      if (draw > 0) assert.equal(q[0], before);
    }
    before = q[0];
  });
  assert.ok(diverging > 20, `${diverging} divergences`);
});

test("a finite energy error beyond maxEnergyError is a divergence too", () => {
  const { energy } = independentGaussian([1]);
  const count = (maxEnergyError: number): number => {
    let diverging = 0;
    const sampler = hmc({ stepSize: 1.9, leapfrogSteps: 1, maxEnergyError });
    visit(energy, sampler, { ...plan, chains: 1, draws: 300, start: [0] }, (_q, _u, _chain, _draw, info) => {
      assert.equal(info.diverging[0], Math.abs(info.energyError[0]) > maxEnergyError ? 1 : 0);
      diverging += info.diverging[0];
    });
    return diverging;
  };
  assert.ok(count(0.1) > 0);
  assert.equal(count(1000), 0);
});

test("without lengths the numbers of steps are those that the docstring states", () => {
  const lengths = (dim: number, options: HmcOptions): Set<number> => {
    const { energy } = independentGaussian(Array.from({ length: dim }, () => 1));
    const seen = new Set<number>();
    const short = { ...plan, chains: 1, warmup: 30, draws: 50, start: Array.from({ length: dim }, () => 0.1) };
    visit(energy, hmc(options), short, (_q, _u, _c, _d, info) => seen.add(info.leapfrogSteps[0]));
    return seen;
  };
  assert.deepEqual([...lengths(3, { stepSize: 0.1 })], [5]);
  assert.deepEqual([...lengths(50, { stepSize: 0.1 })], [8]);
  assert.deepEqual([...lengths(3, { leapfrogSteps: 4 })], [4]);
  assert.ok(lengths(3, {}).size > 1);
});

test("a start whose energy or gradient is not finite is refused with its column", () => {
  const kernel = hmcDefinition.build(truncatedNormal.energy, hmc().options, 3);
  const random = [0, 1, 2].map((c) => stream(1, c));
  assert.throws(
    () => kernel.init(Float64Array.of(0, 5, 0), random),
    /^RangeError: hmc: the energy at the start of column 1 must be finite, got Infinity$/,
  );
  const broken: Energy = energyOf(1, (_, gradient) => {
    gradient[0] = Number.NaN;
    return 1;
  });
  assert.throws(
    () => hmcDefinition.build(broken, {}, 1).init(Float64Array.of(0), random),
    /hmc: the gradient at the start of column 0 must be finite, got NaN/,
  );
});

test("options that do not fit are refused by name", () => {
  const refused: [HmcOptions, RegExp][] = [
    [{ stepSize: 0 }, /^RangeError: hmc: stepSize must be a positive number, got 0$/],
    [{ stepSize: Number.NaN }, /hmc: stepSize must be a positive number, got NaN/],
    [{ leapfrogSteps: 1.5 }, /hmc: leapfrogSteps must be a positive integer, got 1.5/],
    [{ leapfrogSteps: 0 }, /hmc: leapfrogSteps must be a positive integer, got 0/],
    [{ mass: -1 }, /hmc: mass must be a positive number, got -1/],
    [{ mass: [1, -2] }, /hmc: mass\[1\] must be a positive number, got -2/],
    [{ mass: [1, Number.NaN] }, /hmc: mass\[1\] must be a finite number, got NaN/],
    [{ targetAcceptance: 1 }, /hmc: targetAcceptance must be a number between 0 and 1, got 1/],
    [{ jitter: 1 }, /hmc: jitter must be below 1, got 1/],
    [{ maxEnergyError: -1 }, /hmc: maxEnergyError must be a positive number, got -1/],
    [{ integrator: "euler" as "mcLachlan" }, /hmc: integrator must be one of "velocityVerlet", .*, got "euler"/],
    [{ stepsize: 1 } as HmcOptions, /hmc: there is no option "stepsize"/],
  ];
  for (const [options, message] of refused) assert.throws(() => hmc(options), message);
  const build = (options: HmcOptions) => hmcDefinition.build(banana.energy, { ...hmc(options).options }, 1);
  assert.throws(() => build({ mass: [1, 2, 3] }), /hmc: mass must be 2 finite numbers, got a list of length 3/);
  assert.doesNotThrow(() => build({ mass: Float64Array.of(1, 2) }));
});

test("a sampler's record is plain data that makes the same kernel after JSON", () => {
  const record = hmc({ stepSize: 0.3, mass: Float64Array.of(1, 4) });
  assert.deepEqual(structuredClone(record), record);
  assert.deepEqual(JSON.parse(JSON.stringify(record)), record);
  assert.deepEqual([...hmcDefinition.build(banana.energy, record.options, 1).parameters().inverseMass], [1, 0.25]);
});
