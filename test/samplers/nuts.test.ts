// NUTS leaves laws invariant, is reversible, says what its trees were, adapts to its target, goes on from its memory, and breaks with a sentence.

import assert from "node:assert/strict";
import { test } from "node:test";
import { mcseMean } from "../../src/diagnostics/index.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { energy as tracedEnergy } from "../../src/energies/traced.js";
import { stream } from "../../src/random/index.js";
import { type NutsOptions, type NutsState, nuts, nutsDefinition } from "../../src/samplers/nuts.js";
import { assertExpectations, visit } from "./expectations.js";
import { assertGoesOn } from "./going-on.js";
import { banana, correlatedGaussian, energyOf, independentGaussian, type Law, truncatedNormal } from "./laws.js";
import { autoregressive, funnel, studentT, tracedBanana } from "./traced-laws.js";

const wide = autoregressive(100, 0.5);

const cells: readonly { what: string; law: Law; options?: NutsOptions; draws?: number }[] = [
  { what: "a standard normal", law: independentGaussian([1]) },
  { what: "a correlated Gaussian in 2-D, by hand", law: correlatedGaussian(1.2) },
  { what: "a correlated Gaussian in 10-D", law: autoregressive(10, 0.9) },
  { what: "the same with a dense mass", law: autoregressive(10, 0.9), options: { mass: "dense" } },
  {
    what: "the same with a mass of low rank",
    law: autoregressive(10, 0.9),
    options: { mass: "lowRank", adaptation: "nutpie" },
  },
  {
    what: "the same at nearly the largest stable step",
    law: autoregressive(10, 0.9),
    options: { stepSize: 0.4 },
  },
  {
    what: "the same with trees of at most 3 leapfrog steps",
    law: autoregressive(10, 0.9),
    options: { maxTreeDepth: 2 },
  },
  { what: "a Gaussian in 100-D", law: wide, draws: 1000 },
  { what: "a banana, by hand", law: banana, options: { targetAcceptance: 0.9 }, draws: 6000 },
  { what: "a banana, traced", law: tracedBanana, options: { stepSize: 0.1, jitter: 0.3 }, draws: 6000 },
  { what: "Student's t with 4 degrees of freedom", law: studentT, draws: 6000 },
  // Half of the trees run into the wall.
  { what: "a normal law cut off at 2", law: truncatedNormal, options: { stepSize: 0.7 } },
];

for (const { what, law, options, draws = 3000 } of cells) {
  test(`NUTS leaves invariant: ${what}`, () => {
    const start = Array.from({ length: law.energy.dim }, () => 0.3);
    assertExpectations(law.energy, nuts(options), { chains: 4, warmup: 500, draws, seed: 61, start }, law.expectations);
  });
}

test("NUTS is reversible: from exact draws, going from A to B is as frequent as going from B to A", () => {
  const kernel = nutsDefinition.build(tracedBanana.energy, nuts({ stepSize: 0.35 }).options, 1);
  const random = stream(62, "exact");
  const tests: ((q: Float64Array) => number)[] = [(q) => q[0], (q) => q[1], (q) => q[0] ** 2, (q) => Math.min(q[1], 1)];
  const differences = tests.flatMap((_, i) => tests.slice(i + 1).map((_) => [] as number[]));
  for (let run = 0; run < 20000; run++) {
    const x = 1 + Math.SQRT1_2 * random.normal();
    const from = Float64Array.of(x, x * x + random.normal() / Math.sqrt(20));
    const state = kernel.init(from, [random]);
    kernel.step(state, [random]);
    let pair = 0;
    tests.forEach((f, i) => {
      for (const g of tests.slice(i + 1)) {
        differences[pair++].push(f(from) * g(state.position) - g(from) * f(state.position));
      }
    });
  }
  for (const each of differences) {
    const mean = each.reduce((a, b) => a + b) / each.length;
    const variance = each.reduce((sum, d) => sum + (d - mean) ** 2, 0) / each.length;
    assert.ok(Math.abs(mean) < 4.5 * Math.sqrt(variance / each.length), `${mean}, variance ${variance}`);
  }
});

test("a tree of depth j took 2^j - 1 leapfrog steps, and at most 2^j more that came to nothing", () => {
  const seen = new Set<number>();
  const plan = { chains: 1, warmup: 200, draws: 3000, seed: 63, start: Array.from({ length: 100 }, () => 0) };
  visit(wide.energy, nuts(), plan, (_q, value, _c, _d, info) => {
    const [depth, steps] = [info.treeDepth[0], info.leapfrogSteps[0]];
    assert.ok(steps >= 2 ** depth - 1 && steps <= 2 ** (depth + 1) - 1 && steps > 0, `${steps} at depth ${depth}`);
    assert.ok(info.acceptance[0] > 0 && info.acceptance[0] <= 1);
    assert.ok(info.hamiltonian[0] > value && Math.abs(info.energyError[0]) < 1000 && info.diverging[0] === 0);
    seen.add(depth);
  });
  assert.ok(Math.max(...seen) <= 6 && seen.size > 1, `depths ${[...seen]}`);
});

test("the depth limit is kept, and a tree that it cuts off says so", () => {
  for (const maxTreeDepth of [1, 3, 5]) {
    const plan = { chains: 1, warmup: 0, draws: 200, seed: 64, start: [0.1, 0.2] };
    const sampler = nuts({ stepSize: 1e-3, maxTreeDepth });
    visit(correlatedGaussian(0.5).energy, sampler, plan, (_q, _u, _c, _d, info) => {
      assert.equal(info.treeDepth[0], maxTreeDepth);
      assert.equal(info.leapfrogSteps[0], 2 ** maxTreeDepth - 1);
    });
  }
});

test("H at the selected points has the mean dim: position and momentum are drawn from their joint law", () => {
  const chains = Array.from({ length: 4 }, () => new Float64Array(3000));
  const plan = { chains: 4, warmup: 300, draws: 3000, seed: 65, start: Array.from({ length: 10 }, () => 0) };
  visit(autoregressive(10, 0.9).energy, nuts(), plan, (_q, _u, chain, draw, info) => {
    chains[chain][draw] = info.hamiltonian[0];
  });
  const mean = chains.flatMap((chain) => [...chain]).reduce((sum, h) => sum + h / 12000, 0);
  assert.ok(Math.abs(mean - 10) < 4.5 * mcseMean(chains), `mean ${mean}`);
});

for (const [targetAcceptance, options] of [
  [0.8, {}],
  [0.9, {}],
  [0.8, { mass: 1 }],
  [0.8, { adaptation: "nutpie" }],
] as const) {
  const how = JSON.stringify(options);
  test(`on a Gaussian in 100-D the adapted acceptance is within 0.02 of its target ${targetAcceptance}, ${how}`, () => {
    // A chain ends within 0.02 of it, as 50 transitions can tell; the mean of 32 within 0.004.
    const [chains, draws] = [32, 200];
    const scales = Array.from({ length: 100 }, (_, i) => 0.5 + i / 50);
    const energy = gaussian({ mean: scales, covariance: scales });
    const plan = { chains, warmup: 1000, draws, seed: 66, start: scales };
    let sum = 0;
    visit(energy, nuts({ ...options, targetAcceptance }), plan, (_q, _u, _c, _d, info) => {
      sum += info.acceptance[0];
    });
    const acceptance = sum / (chains * draws);
    assert.ok(Math.abs(acceptance - targetAcceptance) < 0.02, `acceptance ${acceptance}`);
  });
}

test("in a funnel divergences are recorded, and the chain goes on", () => {
  let [divergences, moved, last] = [0, 0, Number.NaN];
  // Of ten chains one ends its warmup in the neck, with steps too long to leave it: so there are several.
  const plan = { chains: 8, warmup: 300, draws: 1000, seed: 67, start: Array.from({ length: 10 }, () => 0.1) };
  visit(funnel(10), nuts(), plan, (q, _u, _c, _d, info) => {
    divergences += info.diverging[0];
    moved += q[0] !== last ? 1 : 0;
    last = q[0];
  });
  assert.ok(divergences > 0 && moved > 4000, `${divergences} divergences, ${moved} moves`);
});

for (const [what, options] of [
  ["a diagonal mass", {}],
  ["a dense mass", { mass: "dense", jitter: 0.1 }],
  ["a mass of low rank, after nutpie", { mass: "lowRank", adaptation: "nutpie" }],
] as const) {
  for (const law of [autoregressive(4, 0.7), independentGaussian([1, 2, 3, 4])]) {
    test(`a chain broken off in warmup and later goes on byte for byte: ${what}, ${law.energy.graph ? "traced" : "by hand"}`, () => {
      const journey = { warmup: 160, draws: 20, start: [1, 0, 0.5, -1], breaks: [3, 90, 120, 159, 170] };
      assertGoesOn(law.energy, nuts(options), journey);
    });
  }
}

test("a chain whose step size follows a table goes on where the table was, and then holds its last entry", () => {
  const table = Float64Array.from({ length: 12 }, (_, t) => 0.1 + 0.05 * t);
  const sampler = nuts({ stepSize: table, mass: [1, 2, 3, 4] });
  assertGoesOn(autoregressive(4, 0.7).energy, sampler, { warmup: 0, draws: 20, start: [1, 0, 0, 1], breaks: [5, 15] });
  const sizes: number[] = [];
  const plan = { chains: 1, warmup: 0, draws: 14, seed: 1, start: [0, 0, 0, 0] };
  visit(autoregressive(4, 0.7).energy, sampler, plan, (_q, _u, _c, _d, info) => sizes.push(info.stepSize[0]));
  assert.deepEqual(sizes, [...table, table[11], table[11]]);
});

test("steps of 1e9 are recorded as divergences and leave the chain where it is", () => {
  for (const { energy } of [autoregressive(3, 0.5), independentGaussian([1, 1, 1])]) {
    const plan = { chains: 1, warmup: 0, draws: 50, seed: 68, start: [1, 2, 3] };
    visit(energy, nuts({ stepSize: 1e9 }), plan, (q, _u, _c, _d, info) => {
      assert.deepEqual([...q], [1, 2, 3]);
      assert.deepEqual([info.diverging[0], info.treeDepth[0], info.leapfrogSteps[0]], [1, 0, 1]);
      assert.ok(info.acceptance[0] < 1e-9);
    });
  }
});

test("an energy that becomes NaN away from the start diverges there, and the chain stays where it is finite", () => {
  const cliff = energyOf(1, (q, gradient) => {
    gradient[0] = q[0];
    return q[0] > 1 ? Number.NaN : q[0] ** 2 / 2;
  });
  let divergences = 0;
  visit(cliff, nuts({ stepSize: 0.5 }), { chains: 1, warmup: 0, draws: 500, seed: 69, start: [0] }, (q, ...rest) => {
    assert.ok(q[0] <= 1);
    divergences += rest[3].diverging[0];
  });
  assert.ok(divergences > 0);
});

test("a flat energy fills every tree at a given step size, and has none that warmup could find", () => {
  const flat = energyOf(2, (_q, gradient) => {
    gradient.fill(0);
    return 0;
  });
  const plan = { chains: 1, warmup: 0, draws: 5, seed: 70, start: [0, 0] };
  visit(flat, nuts({ stepSize: 1, maxTreeDepth: 6 }), plan, (_q, _u, _c, _d, info) => {
    assert.deepEqual([info.treeDepth[0], info.leapfrogSteps[0], info.acceptance[0]], [6, 63, 1]);
  });
  assert.throws(() => visit(flat, nuts(), plan, () => {}), /^RangeError: nuts: no step size found: .* looks flat/);
});

test("weights far beyond exp(700) are counted from another energy: a chain comes down a cliff of 5000", () => {
  // Down to the left of 0 the energy falls by 5000 within a leapfrog step, which no gradient tells.
  const step = energyOf(1, (q, gradient) => {
    gradient[0] = q[0];
    return q[0] ** 2 / 2 + (q[0] > 0 ? 5000 : 0);
  });
  let below = 0;
  const sampler = nuts({ stepSize: 0.3, maxEnergyError: 1e6 });
  visit(step, sampler, { chains: 1, warmup: 0, draws: 100, seed: 71, start: [2] }, (q, value, _c, draw, info) => {
    assert.ok(Number.isFinite(value) && info.diverging[0] === 0);
    if (draw >= 10 && q[0] <= 0) below++;
  });
  assert.equal(below, 90);
});

test("10,000 dimensions are no other case than one", () => {
  const many = tracedEnergy(10_000, (q) => q.square().sum().div(2));
  let mean = 0;
  const plan = { chains: 1, warmup: 60, draws: 40, seed: 72, start: Array.from({ length: 10_000 }, () => 1) };
  visit(many, nuts(), plan, (_q, value, _c, _d, info) => {
    mean += value / 40;
    assert.equal(info.diverging[0], 0);
  });
  // U has the mean 5000 and the deviation 71.
  assert.ok(Math.abs(mean - 5000) < 4.5 * 71, `mean energy ${mean}`);
});

test("what does not fit is refused by name", () => {
  const refused: readonly [NutsOptions & object, string][] = [
    [{ stepSize: 0 }, "stepSize must be a positive number, got 0"],
    [{ maxTreeDepth: 0 }, "maxTreeDepth must be a positive integer, got 0"],
    [{ maxTreeDepth: 31 }, "maxTreeDepth must be at most 30, got 31"],
    [{ targetAcceptance: 1 }, "targetAcceptance must be a number between 0 and 1, got 1"],
    [{ jitter: 1 }, "jitter must be below 1, got 1"],
    [{ maxEnergyError: -1 }, "maxEnergyError must be a positive number, got -1"],
    [{ adaptation: "stan" as "windows" }, 'adaptation must be one of "windows", "nutpie", got "stan"'],
    [
      { stepSize: 1, mass: "dense" },
      'mass must be numbers where stepSize is given, for then nothing adapts, got "dense"',
    ],
  ];
  for (const [options, sentence] of refused) {
    assert.throws(() => nuts(options), { name: "RangeError", message: `nuts: ${sentence}` });
  }
  assert.throws(() => nuts({ depth: 3 } as object), /^RangeError: nuts: there is no option "depth"/);
  const { energy } = truncatedNormal;
  const starting = (q: number) => () => nutsDefinition.build(energy, {}, 1).init(Float64Array.of(q), []) as NutsState;
  assert.throws(starting(3), { message: "nuts: the energy at the start must be finite, got Infinity" });
  assert.throws(() => nutsDefinition.build(energy, {}, 2), /^RangeError: nuts: width must be 1/);
});
