import assert from "node:assert/strict";
import { test } from "node:test";
import type { Energy } from "../../src/energies/energy.js";
import { energy as traced } from "../../src/energies/traced.js";
import { stream } from "../../src/random/index.js";
import { type MamsOptions, mams, mamsDefinition, spreadOf } from "../../src/samplers/mams.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import { assertGoesOn } from "./going-on.js";
import { banana, correlatedGaussian, energyOf, independentGaussian, type Law, truncatedNormal } from "./laws.js";

const filled = (dim: number, value: number): number[] => new Array<number>(dim).fill(value);
const standard = (dim: number): Energy => independentGaussian(filled(dim, 1)).energy;

/** Spherical, of `nu` degrees of freedom: |q|^2 / (nu + |q|^2) follows Beta(d / 2, nu / 2). */
function studentT(dim: number, nu: number): Law {
  const squaresOf = (q: Float64Array): number => q.reduce((sum, x) => sum + x * x, 0);
  const energy = energyOf(dim, (q, gradient) => {
    const squares = squaresOf(q);
    for (let i = 0; i < dim; i++) gradient[i] = ((nu + dim) * q[i]) / (nu + squares);
    return ((nu + dim) / 2) * Math.log1p(squares / nu);
  });
  const share = (q: Float64Array): number => squaresOf(q) / (nu + squaresOf(q));
  const mean = dim / (dim + nu);
  return {
    energy,
    expectations: [
      { of: "q0", f: (q) => q[0], exact: 0 },
      { of: "q0^2", f: (q) => q[0] ** 2, exact: nu / (nu - 2) },
      { of: "share", f: share, exact: mean },
      { of: "share^2", f: (q) => share(q) ** 2, exact: (mean * (dim + 2)) / (dim + nu + 2) },
    ],
  };
}

/** The law of a Gaussian of many coordinates, by a few of its expectations. */
function few(dim: number, variances: readonly number[]): Law {
  const { energy, expectations } = independentGaussian(variances);
  return { energy, expectations: [0, dim - 1, dim, 2 * dim - 1, 2 * dim].map((k) => expectations[k]) };
}

const plan: Plan = { chains: 4, warmup: 600, draws: 4000, seed: 50, start: [0.5, 0.5] };

const targets: { name: string; law: Law; start: number[]; settings: MamsOptions[] }[] = [
  {
    name: "the 2-D standard Gaussian",
    law: independentGaussian([1, 1]),
    start: [0.5, 0.5],
    settings: [
      {},
      // Steps so long that many are rejected: without the kinetic energy's change in the decision this would show.
      ...(["velocityVerlet", "mcLachlan", "threeStage", "fourStage"] as const).map((integrator) => ({
        integrator,
        stepSize: 1.3,
        L: 2.6,
      })),
      { stepSize: 1.3, L: 2, trajectory: "fixed" },
      { stepSize: 1.3, L: 4, langevinFactor: 0.5 },
    ],
  },
  {
    name: "the 10-D Gaussian with scales from 0.1 to 10",
    law: independentGaussian([0.01, 0.04, 0.1, 0.25, 1, 1, 4, 10, 25, 100]),
    start: filled(10, 0.1),
    settings: [
      {},
      { stepSize: 1.5, L: 4, mass: [100, 25, 10, 4, 1, 1, 0.25, 0.1, 0.04, 0.01] },
      { langevinFactor: 1.25 },
    ],
  },
  {
    name: "the 100-D standard Gaussian",
    law: few(100, filled(100, 1)),
    start: filled(100, 0.5),
    settings: [{}, { integrator: "mcLachlan" }, { diagonalPreconditioning: false }],
  },
  {
    name: "the Gaussian of mean (1, -1) and covariance [[1, 0.5], [0.5, 2]]",
    law: correlatedGaussian(0.5),
    start: [0, 0],
    settings: [{}, { stepSize: 0.8, L: 2 }, { trajectory: "fixed" }],
  },
  { name: "a Gaussian of correlation 0.97", law: correlatedGaussian(1.3718), start: [0, 0], settings: [{}] },
  // Stiff in its arms, so that a step of the whole law's size would rarely get there.
  { name: "the banana", law: banana, start: [1, 1], settings: [{ stepSize: 0.08, L: 2.5 }] },
  {
    name: "a Student-t law of 5 coordinates and 9 degrees of freedom",
    law: studentT(5, 9),
    start: filled(5, 0.5),
    settings: [{}],
  },
];

for (const { name, law, start, settings } of targets) {
  for (const options of settings) {
    test(`MAMS ${JSON.stringify(options)} has the expectations of ${name}`, () => {
      assertExpectations(law.energy, mams(options), { ...plan, start }, law.expectations);
    });
  }
}

test("the mean number of steps is L over the step size, whatever it is", () => {
  for (const mean of [1, 1.2, 1.5, 1.9, 2, 3.3, 7.5, 40.1]) {
    const s = spreadOf(mean);
    let exact = 0;
    for (let n = 1; n < s + 1; n++) exact += (n * (Math.min(n, s) - (n - 1))) / s;
    assert.ok(Math.abs(exact / mean - 1) < 1e-12, `${exact} for ${mean}`);
  }
  const run = (options: MamsOptions): number[] => {
    const steps: number[] = [];
    visit(standard(2), mams(options), { ...plan, chains: 1, warmup: 0, draws: 3000 }, (_q, _u, _c, _d, info) => {
      steps.push(info.leapfrogSteps[0]);
      assert.equal(info.gradients[0], 2 * info.leapfrogSteps[0]);
    });
    return steps;
  };
  const steps = run({ stepSize: 0.1, L: 0.64, integrator: "mcLachlan" });
  const mean = steps.reduce((sum, n) => sum + n, 0) / steps.length;
  assert.ok(Math.abs(mean - 6.4) < 4.5 * (6.4 / Math.sqrt(3 * steps.length)), `${mean}`);
  assert.deepEqual(
    new Set(run({ stepSize: 0.1, L: 0.64, integrator: "mcLachlan", trajectory: "fixed" })),
    new Set([6]),
  );
  assert.equal(Math.max(...run({ stepSize: 1e-3, L: 1, integrator: "mcLachlan", maxSteps: 10 })), 10);
  assert.equal(
    Math.max(...run({ stepSize: 1e-3, L: 1, trajectory: "fixed", integrator: "mcLachlan", maxSteps: 10 })),
    10,
  );
});

test("warmup reaches the target acceptance, learns the variances, and finds a trajectory of the law's size", () => {
  const variances = Array.from({ length: 50 }, (_, i) => 10 ** (i / 12 - 2));
  const { energy } = independentGaussian(variances);
  for (const targetAcceptance of [0.7, 0.9]) {
    let acceptance = 0;
    const long = { ...plan, chains: 2, warmup: 2000, draws: 1000, start: variances.map(Math.sqrt) };
    const kernels = visit(energy, mams({ targetAcceptance }), long, (_q, _u, _c, _d, info) => {
      acceptance += info.acceptance[0] / 2000;
      assert.equal(info.diverging[0], 0);
    });
    assert.ok(Math.abs(acceptance - targetAcceptance) < 0.04, `acceptance ${acceptance}`);
    for (const kernel of kernels) {
      const { inverseMass, L } = kernel.parameters();
      // 500 draws: a variance is known to about sqrt(2 / 500) = 6 % and more where they are correlated.
      variances.forEach((variance, i) => {
        assert.ok(Math.abs(Math.log(inverseMass[i] / variance)) < 0.5, `${inverseMass[i]} for ${variance}`);
      });
      assert.ok(L[0] > 0.5 * Math.sqrt(50) && L[0] <= 2.1 * Math.sqrt(50), `L = ${L[0]}`);
    }
  }
});

test("a traced energy gives the chain of its hand-written twin, up to rounding", () => {
  const twin = traced(2, (q) => {
    const [x, y] = q.unstack();
    return x.sub(1).square().div(2).add(y.add(1).square().div(4));
  });
  for (const options of [{}, { stepSize: 0.4, L: 3 }, { stepSize: 0.4, langevinFactor: 1 }] as MamsOptions[]) {
    const [first, second] = [correlatedGaussian(0).energy, twin].map((energy) => {
      const numbers: number[] = [];
      const short = { chains: 1, warmup: 12, draws: 12, seed: 5, start: [0, 0] };
      visit(energy, mams(options), short, (q, value, _c, _d, info) => {
        numbers.push(...q, value, info.energyError[0], info.kineticChange[0], info.stepSize[0], info.accepted[0]);
      });
      return numbers;
    });
    first.forEach((value, k) => {
      assert.ok(Math.abs(value - second[k]) < 1e-6 * Math.max(1, Math.abs(value)), `${value} and ${second[k]}`);
    });
  }
});

test("a chain goes on from its memory byte for byte, from any phase of warmup and from the draws", () => {
  const { energy } = independentGaussian([0.25, 1, 1, 4]);
  const journey = {
    warmup: 400,
    draws: 40,
    start: [0, 0, 0, 0],
    breaks: [1, 57, 139, 170, 245, 330, 345, 399, 400, 431],
  };
  const settings: MamsOptions[] = [
    {},
    { diagonalPreconditioning: false },
    { L: 2 },
    { stepSize: 0.3 },
    { langevinFactor: 1 },
  ];
  for (const options of settings) assertGoesOn(energy, mams(options), journey);
  const scheduled = { kind: "mams", options: { stepSize: Float64Array.of(0.1, 0.2, 0.3, 0.4) } };
  assertGoesOn(energy, scheduled, { warmup: 0, draws: 6, start: [0, 0, 0, 0], breaks: [2, 5] });
});

// Abuse ---------------------------------------------------------------------------------------------------------------

/** Runs one chain of 300 draws; how many diverged, and how many were accepted. */
function abuse(energy: Energy, options: MamsOptions, warmup: number, start: readonly number[]) {
  let [diverging, accepted] = [0, 0];
  visit(energy, mams(options), { chains: 1, warmup, draws: 300, seed: 6, start }, (q, value, _chain, _draw, info) => {
    diverging += info.diverging[0];
    accepted += info.accepted[0];
    assert.ok(Number.isFinite(value) && q.every(Number.isFinite));
    if (!Number.isFinite(info.energyError[0])) {
      assert.deepEqual([info.diverging[0], info.accepted[0], info.acceptance[0]], [1, 0, 0]);
    }
  });
  return { diverging, accepted };
}

const square = (inside: (q: Float64Array) => number): Energy =>
  energyOf(2, (q, gradient) => {
    gradient.set(q);
    return inside(q);
  });

test("a proposal beyond a wall is rejected and recorded as diverging", () => {
  for (const beyond of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const walled = square((q) => (Math.hypot(q[0], q[1]) < 2 ? (q[0] ** 2 + q[1] ** 2) / 2 : beyond));
    for (const options of [{}, { stepSize: 1 }] as MamsOptions[]) {
      const { diverging, accepted } = abuse(walled, options, 200, [0, 0]);
      assert.ok(diverging > 0 && accepted > 100, `${diverging}, ${accepted}`);
    }
  }
  const island = square((q) => (q[0] === 0.5 && q[1] === 0.5 ? 0 : Number.NaN));
  assert.deepEqual(abuse(island, { stepSize: 1 }, 0, [0.5, 0.5]), { diverging: 300, accepted: 0 });
  // Steps that the search finds accepted are too short to leave the place.
  abuse(island, {}, 10, [0.5, 0.5]);
});

test("a discontinuous energy is sampled exactly: a Gaussian with a step has the step's share of the draws", () => {
  // Half of the plane is e times less likely.
  const law: Law = {
    energy: square((q) => (q[0] ** 2 + q[1] ** 2) / 2 + (q[0] > 0 ? 1 : 0)),
    expectations: [{ of: "q0 > 0", f: (q) => (q[0] > 0 ? 1 : 0), exact: 1 / (1 + Math.E) }],
  };
  assertExpectations(law.energy, mams({ stepSize: 0.5, L: 2 }), { ...plan, warmup: 50 }, law.expectations);
});

test("a flat energy is refused by the step size's search, and crossed where a step is given", () => {
  const flat = energyOf(3, (_, gradient) => {
    gradient.fill(0);
    return 1;
  });
  assert.throws(() => abuse(flat, {}, 100, [0, 0, 0]), /^RangeError: mams: no step size found: .* looks flat$/);
  assert.deepEqual(abuse(flat, { stepSize: 1 }, 0, [0, 0, 0]), { diverging: 0, accepted: 300 });
});

test("a step far too long stays where it is, on record", () => {
  for (const stepSize of [1e9, 1e300]) {
    const { diverging, accepted } = abuse(standard(5), { stepSize }, 0, filled(5, 0.1));
    assert.ok(diverging > 0 && accepted === 0, `${diverging}, ${accepted}`);
  }
});

test("ten thousand dimensions are tuned and sampled", () => {
  const dim = 10000;
  let squares = 0;
  const large = { chains: 1, warmup: 150, draws: 20, seed: 7, start: filled(dim, 0.9) };
  visit(standard(dim), mams({ diagonalPreconditioning: false }), large, (q, _u, _c, _d, info) => {
    assert.equal(info.diverging[0], 0);
    squares += q.reduce((sum, x) => sum + x * x, 0) / dim / large.draws;
  });
  assert.ok(Math.abs(squares - 1) < 0.1, `${squares}`);
});

test("what cannot be sampled is refused by name", () => {
  const build = (energy: Energy, width = 1) => mamsDefinition.build(energy, mams({ stepSize: 1 }).options, width);
  assert.throws(
    () => build(truncatedNormal.energy),
    /^RangeError: mams: the energy's dim must be at least 2, .*, got 1$/,
  );
  assert.throws(() => build(standard(2), 3), /mams: width must be 1, got 3/);
  const outside = square((q) => (q[0] < 2 ? 0 : Number.POSITIVE_INFINITY));
  assert.throws(
    () => build(outside).init(Float64Array.of(5, 0), [stream(1)]),
    /^RangeError: mams: the energy at the start must be finite, got Infinity$/,
  );
  const refused: [MamsOptions, RegExp][] = [
    [{ stepSize: 0 }, /^RangeError: mams: stepSize must be a positive number, got 0$/],
    [{ L: -1 }, /mams: L must be a positive number, got -1/],
    [{ trajectory: "long" as "fixed" }, /mams: trajectory must be one of "random", "fixed", got "long"/],
    [{ langevinFactor: 0 }, /mams: langevinFactor must be a positive number, got 0/],
    [
      {
        mass: [
          [1, 0],
          [0, 1],
        ] as unknown as number[],
      },
      /mams: mass must be a number or one number for each coordinate/,
    ],
    [
      { mass: 1, diagonalPreconditioning: true },
      /mams: mass must be left out where diagonalPreconditioning learns it, got 1/,
    ],
    [{ targetAcceptance: 1 }, /mams: targetAcceptance must be a number between 0 and 1, got 1/],
    [{ maxSteps: 0 }, /mams: maxSteps must be a positive integer, got 0/],
    [{ integrator: "euler" as "mcLachlan" }, /mams: integrator must be one of "velocityVerlet", .*, got "euler"/],
    [{ stepsize: 1 } as MamsOptions, /mams: there is no option "stepsize"/],
  ];
  for (const [options, message] of refused) assert.throws(() => mams(options), message);
});

test("a sampler's record is plain data that makes the same kernel after JSON", () => {
  const record = mams({ L: 2, mass: Float64Array.of(1, 4) });
  assert.deepEqual(structuredClone(record), record);
  assert.deepEqual(JSON.parse(JSON.stringify(record)), record);
  assert.deepEqual([...mamsDefinition.build(standard(2), record.options, 1).parameters().inverseMass], [1, 0.25]);
});
