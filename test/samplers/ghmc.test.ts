// Generalised HMC leaves laws invariant, keeps and turns its momentum as told, is the same alone and beside others, goes on from its
// memory, and breaks with a sentence.

import assert from "node:assert/strict";
import { test } from "node:test";
import { mcseMean } from "../../src/diagnostics/index.js";
import { energy as tracedEnergy } from "../../src/energies/traced.js";
import { stream } from "../../src/random/index.js";
import { type GhmcOptions, type GhmcState, ghmc, ghmcDefinition } from "../../src/samplers/ghmc.js";
import type { Kernel } from "../../src/samplers/kernel.js";
import { assertExpectations, visit } from "./expectations.js";
import { assertGoesOn } from "./going-on.js";
import { banana, correlatedGaussian, energyOf, independentGaussian, type Law, truncatedNormal } from "./laws.js";
import { autoregressive, funnel, studentT, tracedBanana } from "./traced-laws.js";

const ten = autoregressive(10, 0.7);

const cells: readonly { what: string; law: Law; options?: GhmcOptions; draws?: number; width?: number }[] = [
  { what: "a standard normal", law: independentGaussian([1]) },
  {
    what: "a standard normal at a step that is often refused",
    law: independentGaussian([1]),
    options: { stepSize: 1.5 },
  },
  { what: "a correlated Gaussian in 2-D, by hand, in columns", law: correlatedGaussian(1.2), width: 4 },
  { what: "a correlated Gaussian in 10-D", law: ten, draws: 20000 },
  {
    what: "the same by a persistent slice, in columns",
    law: ten,
    options: { sliceDrift: 0.1 },
    draws: 20000,
    width: 2,
  },
  {
    what: "the same by a persistent slice, often refused",
    law: ten,
    options: { stepSize: 0.7, alpha: 0.7, sliceDrift: 0.3 },
    draws: 40000,
  },
  { what: "the same with five steps each", law: ten, options: { leapfrogSteps: 5 } },
  { what: "the same with a momentum that is always fresh", law: ten, options: { alpha: 0, leapfrogSteps: 5 } },
  { what: "a Gaussian in 100-D", law: autoregressive(100, 0.3), draws: 8000, width: 4 },
  { what: "a banana, traced", law: tracedBanana, options: { stepSize: 0.1, alpha: 0.95 }, draws: 30000 },
  {
    what: "a banana, by hand, by a persistent slice",
    law: banana,
    options: { stepSize: 0.1, alpha: 0.95, sliceDrift: 0.1 },
    draws: 30000,
  },
  { what: "Student's t with 4 degrees of freedom", law: studentT, draws: 20000 },
  { what: "a normal law cut off at 2", law: truncatedNormal, options: { stepSize: 0.7, alpha: 0.5 } },
  {
    what: "a normal law cut off at 2, by a persistent slice",
    law: truncatedNormal,
    options: { stepSize: 0.7, alpha: 0.5, sliceDrift: 0.1 },
    draws: 20000,
  },
];

for (const { what, law, options, draws = 8000, width } of cells) {
  test(`generalised HMC leaves invariant: ${what}`, () => {
    const start = Array.from({ length: law.energy.dim }, () => 0.3);
    const plan = { chains: 4, warmup: 500, draws, seed: 81, start, width };
    assertExpectations(law.energy, ghmc(options), plan, law.expectations);
  });
}

function begun(options: GhmcOptions, law: Law, at: readonly number[]) {
  const kernel = ghmcDefinition.build(law.energy, ghmc(options).options, 1) as Kernel<GhmcState>;
  const random = [stream(82, "begun")];
  return { kernel, random, state: kernel.init(Float64Array.from(at), random) };
}

test("momentum and slice keep their own laws: standard normal, and uniform on (-1, 1)", () => {
  const { kernel, random, state } = begun({ stepSize: 0.8, alpha: 0.8, sliceDrift: 0.2 }, ten, new Array(10).fill(0.5));
  const draws = 60000;
  const seen = Array.from({ length: 4 }, () => new Float64Array(draws));
  for (let t = 0; t < draws; t++) {
    kernel.step(state, random);
    const [p] = state.momentum;
    const [u] = state.slice;
    assert.ok(Math.abs(u) <= 1);
    [p, p * p, u, u * u].forEach((value, i) => {
      seen[i][t] = value;
    });
  }
  [0, 1, 0, 1 / 3].forEach((exact, i) => {
    const mean = seen[i].reduce((sum, value) => sum + value / draws, 0);
    assert.ok(Math.abs(mean - exact) < 4.5 * mcseMean([seen[i]]), `mean ${mean} of ${exact}`);
  });
});

test("a refusal turns the momentum round and leaves the position; an acceptance goes on", () => {
  // With next to nothing refreshed the momentum that is turned round is the one that there was.
  const { kernel, random, state } = begun({ stepSize: 1.9, alpha: 1 - 1e-14 }, independentGaussian([1]), [0.5]);
  let refusals = 0;
  for (let t = 0; t < 500; t++) {
    const [q, p] = [state.position[0], state.momentum[0]];
    const { accepted, energyError } = kernel.step(state, random);
    if (accepted[0] === 1) {
      const half = p - (1.9 / 2) * q;
      const next = q + 1.9 * half;
      assert.ok(Math.abs(state.position[0] - next) < 1e-5);
      assert.ok(Math.abs(state.momentum[0] - (half - (1.9 / 2) * next)) < 1e-5);
      const error = (state.position[0] ** 2 + state.momentum[0] ** 2 - q * q - p * p) / 2;
      assert.ok(Math.abs(energyError[0] - error) < 1e-4);
    } else {
      refusals++;
      assert.equal(state.position[0], q);
      assert.ok(Math.abs(state.momentum[0] + p) < 1e-5);
    }
  }
  assert.ok(refusals > 50 && refusals < 450, `${refusals} refusals`);
});

test("of the momentum alpha is kept, by default exp(-leapfrogSteps stepSize)", () => {
  // At the bottom of a well so wide that nothing is accelerated.
  const wide = independentGaussian([1e12]);
  for (const [options, alpha] of [
    [{ stepSize: 0.1, leapfrogSteps: 4 }, Math.exp(-0.4)],
    [{ stepSize: 0.1, alpha: 0.9 }, 0.9],
  ] as const) {
    const { kernel, random, state } = begun(options, wide, [0]);
    const draws = 20000;
    const products = new Float64Array(draws);
    for (let t = 0; t < draws; t++) {
      const [p] = state.momentum;
      kernel.step(state, random);
      products[t] = p * state.momentum[0];
    }
    const mean = products.reduce((sum, value) => sum + value / draws, 0);
    assert.ok(Math.abs(mean - alpha) < 4.5 * mcseMean([products]), `${mean} kept of ${alpha}`);
  }
});

test("a chain is the same, to the last bit, alone and beside others", () => {
  for (const law of [ten, independentGaussian(new Array(10).fill(2))]) {
    for (const options of [{}, { sliceDrift: 0.1, leapfrogSteps: 2 }]) {
      const plan = { chains: 3, warmup: 100, draws: 30, seed: 83, start: new Array(10).fill(0.2) };
      const positions = (width: number): number[] => {
        const all = Array.from({ length: 3 }, () => [] as number[]);
        visit(law.energy, ghmc(options), { ...plan, width }, (q, _u, chain) => all[chain].push(...q));
        return all.flat();
      };
      assert.deepEqual(positions(3), positions(1));
    }
  }
});

for (const options of [{}, { sliceDrift: 0.1, leapfrogSteps: 3 }, { mass: [1, 2, 3, 4], targetAcceptance: 0.8 }]) {
  for (const law of [autoregressive(4, 0.7), independentGaussian([1, 2, 3, 4])]) {
    const how = law.energy.graph ? "traced" : "by hand";
    test(`a chain broken off in warmup and later goes on byte for byte: ${JSON.stringify(options)}, ${how}`, () => {
      const journey = { warmup: 160, draws: 20, start: [1, 0, 0.5, -1], breaks: [3, 90, 120, 159, 170] };
      assertGoesOn(law.energy, ghmc(options), journey);
    });
  }
}

test("step size and alpha may follow tables, and go on where these were", () => {
  const stepSize = Float64Array.from({ length: 12 }, (_, t) => 0.1 + 0.05 * t);
  const alpha = Float64Array.of(0, 0.5, 0.9);
  const journey = { warmup: 0, draws: 20, start: [1, 0, 0, 1], breaks: [2, 5, 15] };
  assertGoesOn(autoregressive(4, 0.7).energy, ghmc({ stepSize, alpha }), journey);
});

test("warmup reaches its target acceptance", () => {
  for (const targetAcceptance of [0.8, 0.9]) {
    const [chains, draws] = [16, 500];
    const plan = { chains, warmup: 1000, draws, seed: 84, start: new Array(100).fill(0.2), width: 16 };
    let sum = 0;
    const law = autoregressive(100, 0.3);
    visit(law.energy, ghmc({ targetAcceptance }), plan, (_q, _u, chain, _d, info) => {
      sum += info.acceptance[chain];
    });
    // 50 transitions tell a chain's acceptance to 0.04.
    const acceptance = sum / (chains * draws);
    assert.ok(Math.abs(acceptance - targetAcceptance) < 0.045, `acceptance ${acceptance} for ${targetAcceptance}`);
  }
});

test("steps of 1e9, and energies that become NaN, are recorded as divergences and refused", () => {
  const cliff = energyOf(1, (q, gradient) => {
    gradient[0] = q[0];
    return q[0] > 1 ? Number.NaN : q[0] ** 2 / 2;
  });
  for (const sliceDrift of [undefined, 0.1]) {
    const plan = { chains: 1, warmup: 0, draws: 300, seed: 85, start: [0.5] };
    visit(independentGaussian([1]).energy, ghmc({ stepSize: 1e9, sliceDrift }), plan, (q, _u, _c, _d, info) => {
      assert.deepEqual([q[0], info.diverging[0], info.accepted[0]], [0.5, 1, 0]);
    });
    let divergences = 0;
    visit(cliff, ghmc({ stepSize: 0.5, sliceDrift }), plan, (q, _u, _c, _d, info) => {
      assert.ok(q[0] <= 1);
      divergences += info.diverging[0];
    });
    assert.ok(divergences > 0);
  }
});

test("a funnel is sampled with its divergences recorded, in columns too", () => {
  let [moves, last] = [0, Number.NaN];
  const plan = { chains: 2, warmup: 300, draws: 2000, seed: 86, start: new Array(10).fill(0.1), width: 2 };
  visit(funnel(10), ghmc(), plan, (q, value, _c, _d, info) => {
    assert.ok(Number.isFinite(value) && info.diverging.every((each) => each === 0 || each === 1));
    if (q[0] !== last) moves++;
    last = q[0];
  });
  assert.ok(moves > 2000);
});

test("10,000 dimensions are no other case than one", () => {
  const many = tracedEnergy(10_000, (q) => q.square().sum().div(2));
  let mean = 0;
  const plan = { chains: 1, warmup: 100, draws: 100, seed: 87, start: new Array(10_000).fill(1) };
  visit(many, ghmc(), plan, (_q, value) => {
    mean += value / 100;
  });
  assert.ok(Math.abs(mean - 5000) < 4.5 * 71, `mean energy ${mean}`);
});

test("what does not fit is refused by name", () => {
  const refused: readonly [GhmcOptions, string][] = [
    [{ stepSize: 0 }, "stepSize must be a positive number, got 0"],
    [{ leapfrogSteps: 0 }, "leapfrogSteps must be a positive integer, got 0"],
    [{ alpha: 1 }, "alpha must be at least 0 and below 1, got 1"],
    [{ alpha: -0.1 }, "alpha must be a non-negative number, got -0.1"],
    [{ sliceDrift: 0 }, "sliceDrift must be a number between 0 and 1, got 0"],
    [{ mass: "dense" as "diagonal" }, 'mass must be one number, a list of numbers or "diagonal", got "dense"'],
    [
      { stepSize: 1, mass: "diagonal" },
      'mass must be given, or left out, where stepSize is given: nothing is adapted then, got "diagonal"',
    ],
  ];
  for (const [options, sentence] of refused) {
    assert.throws(() => ghmc(options), { name: "RangeError", message: `ghmc: ${sentence}` });
  }
  assert.throws(() => ghmc({ damping: 3 } as object), /^RangeError: ghmc: there is no option "damping"/);
  assert.throws(() => begun({}, truncatedNormal, [3]), {
    message: "ghmc: the energy at the start of column 0 must be finite, got Infinity",
  });
  const flat = energyOf(1, (_q, gradient) => {
    gradient[0] = 0;
    return 0;
  });
  const plan = { chains: 1, warmup: 5, draws: 1, seed: 1, start: [0] };
  assert.throws(() => visit(flat, ghmc(), plan, () => {}), /^RangeError: ghmc: no step size found: .* looks flat/);
});
