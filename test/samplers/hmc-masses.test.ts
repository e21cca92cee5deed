// HMC by dense, low-rank and pooled masses: the law is kept, what is learnt is right, and a chain can be gone on with at any moment.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { bimodal as tracedBimodal } from "../../src/energies/bimodal.js";
import type { Energy } from "../../src/energies/energy.js";
import { energy as energyOf } from "../../src/energies/traced.js";
import { restore, stream } from "../../src/random/index.js";
import { type HmcOptions, hmc, hmcDefinition } from "../../src/samplers/hmc.js";
import type { LowRankMass } from "../../src/samplers/mass.js";
import { nutpieSchedule } from "../../src/samplers/nutpie-warmup.js";
import { constant } from "../../src/tensor/index.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import { banana, type Expectation, energyOf as handWritten, independentGaussian } from "./laws.js";

/** The Gaussian of covariance `I + sum (spike - 1) v v'`, for directions v that no coordinate axis is near. */
function spiked(dim: number, spikes: readonly number[]): { energy: Energy; expectations: Expectation[] } {
  // Cosines are orthogonal to each other.
  const directions = spikes.map((_, k) =>
    Float64Array.from({ length: dim }, (_x, i) => Math.sqrt(2 / dim) * Math.cos((Math.PI * (k + 1) * (i + 0.5)) / dim)),
  );
  const along = (q: Float64Array, v: Float64Array): number => q.reduce((sum, x, i) => sum + x * v[i], 0);
  const energy = handWritten(dim, (q, gradient) => {
    gradient.set(q);
    let value = q.reduce((sum, x) => sum + x * x, 0) / 2;
    spikes.forEach((spike, k) => {
      const [x, excess] = [along(q, directions[k]), 1 / spike - 1];
      value += (excess * x * x) / 2;
      for (let i = 0; i < dim; i++) gradient[i] += excess * x * directions[k][i];
    });
    return value;
  });
  const expectations = directions.flatMap((v, k) => [
    { of: `along direction ${k}`, f: (q: Float64Array) => along(q, v), exact: 0 },
    { of: `square along direction ${k}`, f: (q: Float64Array) => along(q, v) ** 2, exact: spikes[k] },
  ]);
  return { energy, expectations: [...expectations, { of: "U", f: (_, value) => value, exact: dim / 2 }] };
}

const ill = spiked(8, [10000, 1, 0.01]);
const high = spiked(60, [900, 50, 0.01]);
const wide = independentGaussian([1e-6, 1, 1e4]);
const runs: {
  name: string;
  energy: Energy;
  expectations: readonly Expectation[];
  options: HmcOptions;
  warmup: number;
}[] = [
  { name: "condition 10^6", ...ill, options: { mass: "dense" }, warmup: 600 },
  { name: "condition 10^6", ...ill, options: { mass: "dense", adaptation: "nutpie" }, warmup: 400 },
  { name: "three spikes in 60 dimensions", ...high, options: { mass: "lowRank" }, warmup: 600 },
  { name: "three spikes in 60 dimensions", ...high, options: { mass: "lowRank", adaptation: "nutpie" }, warmup: 400 },
  { name: "scales from 0.001 to 100", ...wide, options: { adaptation: "nutpie" }, warmup: 200 },
  { name: "the banana", ...banana, options: { mass: "dense", integrator: "mcLachlan" }, warmup: 500 },
];

for (const { name, energy, expectations, options, warmup } of runs) {
  test(`HMC ${JSON.stringify(options)} has the expectations of ${name}`, () => {
    const start = Array.from({ length: energy.dim }, (_, i) => 0.5 * Math.sin(i));
    const plan: Plan = { chains: 4, warmup, draws: 1500, seed: 50, start };
    assertExpectations(energy, hmc(options), plan, expectations);
  });
}

test("a given dense or low-rank mass keeps the law, and M^-1 = covariance lets whole trajectories be four steps", () => {
  const dim = 8;
  const directions = [0, 2].map((k) =>
    Array.from({ length: dim }, (_x, i) => Math.sqrt(2 / dim) * Math.cos((Math.PI * (k + 1) * (i + 0.5)) / dim)),
  );
  const lowRank = { diagonal: new Array(dim).fill(1), eigenvalues: [10000, 0.01], directions };
  const dense = Array.from({ length: dim }, (_, i) =>
    Array.from({ length: dim }, (_x, j) => {
      const [a, b] = directions;
      return (i === j ? 1 : 0) + (1e-4 - 1) * a[i] * a[j] + (100 - 1) * b[i] * b[j];
    }),
  );
  for (const mass of [dense, lowRank]) {
    const plan: Plan = { chains: 4, warmup: 0, draws: 2000, seed: 51, start: new Array(dim).fill(0.1) };
    assertExpectations(ill.energy, hmc({ stepSize: 0.5, leapfrogSteps: 4, jitter: 0.2, mass }), plan, ill.expectations);
  }
});

test("columns with metrics of their own are the chains that would run alone", () => {
  const run = (width: number): number[] => {
    const seen: number[] = [];
    const plan: Plan = { chains: 3, warmup: 60, draws: 10, seed: 52, start: new Array(8).fill(0.3), width };
    visit(ill.energy, hmc({ mass: "dense" }), plan, (q, value, chain, draw) => {
      [...q, value].forEach((x, i) => {
        seen[(chain * 10 + draw) * 9 + i] = x;
      });
    });
    return seen;
  };
  assert.deepEqual(run(3), run(1));
});

test("nutpie's schedule comes close to the scales and the target in 150 transitions from a wrong start", () => {
  const variances = Array.from({ length: 20 }, (_, i) => 10 ** (i / 5 - 2));
  const { energy } = independentGaussian(variances);
  let acceptance = 0;
  const plan: Plan = { chains: 4, warmup: 150, draws: 200, seed: 53, start: variances.map(() => 3) };
  const kernels = visit(energy, hmc({ adaptation: "nutpie" }), plan, (_q, _u, _c, _d, info) => {
    acceptance += info.acceptance[0] / 800;
  });
  for (const kernel of kernels) {
    kernel.parameters().inverseMass.forEach((inverse, i) => {
      // Positions and gradients of an independent Gaussian tell the variances exactly.
      assert.ok(Math.abs(inverse / variances[i] - 1) < 1e-6, `${inverse} for ${variances[i]}`);
    });
  }
  assert.ok(acceptance > 0.7 && acceptance < 0.97, `${acceptance}`);
  assert.deepEqual(nutpieSchedule(1000), { early: 300, last: 850 });
  assert.deepEqual(nutpieSchedule(0), { early: 0, last: 0 });
});

test("ChEES learns the scales of 50 coordinates and the length that turns them by about a quarter", () => {
  const scales = Array.from({ length: 50 }, (_, i) => 0.1 * 10 ** ((2 * i) / 49));
  const energy = energyOf(50, (q) => q.div(constant(scales)).square().sum().mul(0.5));
  const plan: Plan = { chains: 64, width: 64, warmup: 500, draws: 100, seed: 54, start: scales };
  const sampler = hmc({ adaptation: "chees" });
  const expectations = [0, 24, 49].flatMap((i) => [
    { of: `q${i}`, f: (q: Float64Array) => q[i], exact: 0 },
    { of: `q${i}^2`, f: (q: Float64Array) => q[i] ** 2, exact: scales[i] ** 2 },
  ]);
  assertExpectations(energy, sampler, plan, [...expectations, { of: "U", f: (_, value) => value, exact: 25 }]);
  const [kernel] = visit(energy, sampler, { ...plan, draws: 1 }, () => undefined);
  const { inverseMass, stepSize, trajectoryLength } = kernel.parameters();
  scales.forEach((scale, i) => {
    // 64 chains, 300 transitions: the variance is known to a few per cent.
    for (const c of [0, 63]) assert.ok(Math.abs(inverseMass[i * 64 + c] / scale ** 2 - 1) < 0.1);
  });
  assert.ok(stepSize.every((size) => size === stepSize[0]));
  assert.ok(trajectoryLength.every((length) => length === trajectoryLength[0]));
  // Of trajectories uniform on (0, T) the mean of sin^2 is greatest where tan 2T = 2T, at 2.247; they are rounded up to whole steps.
  const mean = trajectoryLength[0] + stepSize[0] / 2;
  assert.ok(mean > 0.75 * 2.247 && mean < 1.25 * 2.247, `${trajectoryLength[0]} in steps of ${stepSize[0]}`);
  assert.throws(() => hmcDefinition.build(energy, sampler.options, 1), /hmc: chains must be at least 2/);
  assert.equal(hmcDefinition.together?.(sampler.options), true);
  assert.equal(hmcDefinition.together?.(hmc().options), false);
});

const going: { options: HmcOptions; energy: Energy; width: number }[] = [
  { options: {}, energy: tracedBimodal(), width: 3 },
  { options: {}, energy: banana.energy, width: 1 },
  {
    options: { stepSize: Float64Array.from({ length: 40 }, (_, t) => 0.2 / (1 + t)) },
    energy: tracedBimodal(),
    width: 2,
  },
  { options: { adaptation: "nutpie" }, energy: tracedBimodal(), width: 2 },
  { options: { mass: "dense" }, energy: banana.energy, width: 2 },
  { options: { mass: "dense", adaptation: "nutpie" }, energy: banana.energy, width: 1 },
  { options: { mass: "lowRank" }, energy: ill.energy, width: 2 },
  { options: { mass: "lowRank", adaptation: "nutpie" }, energy: ill.energy, width: 1 },
  { options: { adaptation: "chees" }, energy: tracedBimodal(), width: 4 },
];

for (const { options, energy, width } of going) {
  const named = JSON.stringify({ ...options, stepSize: options.stepSize === undefined ? undefined : "a table" });
  test(`a memory and the streams' states are all that ${named} needs to go on, in warmup and after it, byte for byte`, () => {
    const [warmup, total] = [160, 200];
    const build = () => hmcDefinition.build(energy, hmc(options).options, width);
    const start = Float64Array.from({ length: energy.dim * width }, (_, k) => Math.sin(k + 1));
    const step = (run: Run, t: number): number[] => {
      const info = run.kernel.step(run.state, run.random);
      if (t <= warmup) run.adaptation?.update(run.state, info, run.random);
      if (t === warmup) run.adaptation?.finish(run.state);
      return [...run.state.position, ...run.state.energy, ...info.stepSize, ...info.leapfrogSteps];
    };

    const kernel = build();
    const random = Array.from({ length: width }, (_, c) => stream(60, c));
    const run = { kernel, random, state: kernel.init(start, random), adaptation: kernel.adaptation?.(warmup) };
    run.adaptation?.start(run.state, random);
    const whole: number[][] = [];
    // In the initial buffer, at a window's end, in the final part, at the end of warmup, after it.
    const saved = new Map([10, 100, 130, warmup, 180].map((t) => [t, undefined as unknown]));
    for (let t = 1; t <= total; t++) {
      whole[t] = step(run, t);
      if (!saved.has(t)) continue;
      const memories = { kernel: kernel.memory(run.state), adaptation: run.adaptation?.memory() };
      saved.set(t, structuredClone({ memories, states: random.map((one) => one.state()) }));
    }

    for (const [from, value] of saved) {
      const { memories, states } = value as Saved;
      const fresh = build();
      const spare = states.map((_, c) => stream(61, c));
      const state = fresh.init(start, spare);
      overwrite(fresh.memory(state), memories.kernel);
      fresh.restored?.(state);
      const adaptation = from < warmup ? fresh.adaptation?.(warmup) : undefined;
      overwrite(adaptation?.memory(), from < warmup ? memories.adaptation : undefined);
      adaptation?.restored?.(state);
      const second = { kernel: fresh, state, adaptation, random: states.map(restore) };
      for (let t = from + 1; t <= total; t++) assert.deepEqual(step(second, t), whole[t], `from ${from}, at ${t}`);
    }
  });
}

interface Run {
  readonly kernel: ReturnType<typeof hmcDefinition.build>;
  readonly state: ReturnType<Run["kernel"]["init"]>;
  readonly random: ReturnType<typeof stream>[];
  readonly adaptation: ReturnType<NonNullable<Run["kernel"]["adaptation"]>> | undefined;
}

type Arrays = Readonly<Record<string, Float64Array>>;

interface Saved {
  readonly memories: { readonly kernel: Arrays; readonly adaptation?: Arrays };
  readonly states: ReturnType<Run["random"][number]["state"]>[];
}

function overwrite(live: Arrays | undefined, saved: Arrays | undefined): void {
  assert.deepEqual(Object.keys(live ?? {}), Object.keys(saved ?? {}));
  for (const [name, values] of Object.entries(saved ?? {})) live?.[name].set(values);
}

test("the draws of a fixed step size are those of the first version, and so are those of a schedule that is constant", () => {
  for (const stepSize of [0.1, new Float64Array(1).fill(0.1)]) {
    const hash = createHash("sha256");
    const plan: Plan = { chains: 3, width: 2, warmup: 200, draws: 50, seed: 77, start: [0.5, 0.5] };
    visit(tracedBimodal(), hmc({ stepSize, leapfrogSteps: 5 }), plan, (q, value, chain, _draw, info) => {
      hash.update(Float64Array.of(...q, value, info.stepSize[chain % 2]));
    });
    assert.equal(hash.digest("hex").slice(0, 16), "f0ce66d8c8b6a235");
  }
});

test("what was learnt is given again as options", () => {
  const adapted = {
    stepSize: Float64Array.of(0.4, 0.6, Number.NaN),
    trajectoryLength: Float64Array.of(3, 5, Number.NaN),
    inverseMass: Float64Array.of(1, 4, 3, 12, Number.NaN, Number.NaN),
  };
  const run = { chains: 3, dim: 2 };
  const freeze = hmcDefinition.freeze as NonNullable<typeof hmcDefinition.freeze>;
  const frozen = freeze(hmc({ adaptation: "nutpie", targetAcceptance: 0.9 }).options, adapted, run) as HmcOptions;
  assert.deepEqual(frozen, {
    stepSize: 0.5,
    trajectoryLength: 4,
    mass: [0.5, 0.125],
    jitter: 0.1,
    integrator: "velocityVerlet",
    maxEnergyError: 1000,
  });
  assert.doesNotThrow(() => hmc(frozen));
  const given = hmc({ stepSize: 0.1 }).options;
  assert.equal(freeze(given, adapted, run), given);

  // Dense: the inverse of the mean of the chains' inverse masses.
  const inverseMass = Float64Array.of(1, 0, 0, 1, 3, 2, 2, 5);
  const two = { ...adapted, stepSize: adapted.stepSize.subarray(0, 2), inverseMass };
  const { mass } = freeze(hmc({ mass: "dense" }).options, two, { chains: 2, dim: 2 });
  const [determinant, exact] = [
    2 * 3 - 1,
    [
      [3, -1],
      [-1, 2],
    ],
  ];
  (mass as number[][]).forEach((row, i) => {
    row.forEach((x, j) => assert.ok(Math.abs(x - exact[i][j] / determinant) < 1e-15));
  });
});

test("the mean of low-rank masses over chains is the mean of their matrices, where its directions are few", () => {
  // M^-1 of each chain: D = (1, 4, 1), one direction each.
  const [a, b] = [Math.SQRT1_2, 0.6];
  const chain = (v: number[], lambda: number) => [1, 4, 1, lambda, 1, 1, ...v, 0, 0, 0, 0, 0, 0];
  const adapted = {
    stepSize: Float64Array.of(1, 1),
    inverseMass: Float64Array.of(...chain([a, a, 0], 100), ...chain([b, 0, 0.8], 60)),
  };
  const freeze = hmcDefinition.freeze as NonNullable<typeof hmcDefinition.freeze>;
  const { mass } = freeze(hmc({ mass: "lowRank" }).options, adapted, { chains: 2, dim: 3 });
  const { diagonal, eigenvalues, directions } = mass as LowRankMass;
  const entry = (i: number, j: number): number => {
    const inner = eigenvalues.reduce(
      (sum, l, k) => sum + (l - 1) * directions[k][i] * directions[k][j],
      i === j ? 1 : 0,
    );
    return Math.sqrt(diagonal[i] * diagonal[j]) * inner;
  };
  const roots = [1, 2, 1];
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const [v, w] = [
        [a, a, 0],
        [b, 0, 0.8],
      ];
      const exact = roots[i] * roots[j] * ((i === j ? 1 : 0) + (99 * v[i] * v[j] + 59 * w[i] * w[j]) / 2);
      assert.ok(Math.abs(entry(i, j) - exact) < 1e-12 * 200, `${i}, ${j}: ${entry(i, j)} for ${exact}`);
    }
  }
});

test("options that contradict each other are refused by name", () => {
  const refused: [HmcOptions, RegExp][] = [
    [{ stepSize: 0.1, mass: "dense" }, /^RangeError: hmc: mass must be given, or left out, where stepSize is given/],
    [{ stepSize: 0.1, adaptation: "nutpie" }, /hmc: adaptation must be left out where stepSize is given/],
    [{ adaptation: "meads" as "chees" }, /hmc: adaptation must be one of "windows", "nutpie", "chees", got "meads"/],
    [{ adaptation: "chees", mass: "dense" }, /hmc: mass must be diagonal beside adaptation "chees", got "dense"/],
    [{ adaptation: "chees", leapfrogSteps: 3 }, /hmc: leapfrogSteps must be left out beside adaptation "chees"/],
    [{ leapfrogSteps: 3, trajectoryLength: 1 }, /hmc: trajectoryLength must be left out beside leapfrogSteps, got 1/],
    [{ trajectoryLength: -1 }, /hmc: trajectoryLength must be a positive number, got -1/],
    [{ stepSize: () => -1 }, /hmc: stepSize at transition 0 must be a positive number, got -1/],
  ];
  for (const [options, message] of refused) assert.throws(() => hmc(options), message);
});
