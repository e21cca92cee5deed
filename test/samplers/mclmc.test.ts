import assert from "node:assert/strict";
import { test } from "node:test";
import { mcseMean } from "../../src/diagnostics/index.js";
import type { Energy } from "../../src/energies/energy.js";
import { energy as traced } from "../../src/energies/traced.js";
import { stream } from "../../src/random/index.js";
import { type MclmcOptions, mclmc, mclmcDefinition } from "../../src/samplers/mclmc.js";
import { type Plan, visit } from "./expectations.js";
import { assertGoesOn } from "./going-on.js";
import { correlatedGaussian, energyOf, independentGaussian, truncatedNormal } from "./laws.js";

const filled = (dim: number, value: number): number[] => new Array<number>(dim).fill(value);
const standard = (dim: number): Energy => independentGaussian(filled(dim, 1)).energy;
/** Independent coordinates of energy q^4 / 4, with E[q^2] = 2 Gamma(3/4) / Gamma(1/4). */
const quartic = (dim: number): Energy =>
  energyOf(dim, (q, gradient) => {
    let sum = 0;
    for (let i = 0; i < dim; i++) {
      gradient[i] = q[i] ** 3;
      sum += q[i] ** 4 / 4;
    }
    return sum;
  });
const QUARTIC_VARIANCE = 0.6759782400671841;

interface Measured {
  /** Of the mean square of the coordinates, over the exact one. */
  readonly bias: number;
  readonly error: number;
  /** Mean squared energy error per coordinate. */
  readonly energyVariance: number;
  readonly stepSize: readonly number[];
  readonly L: readonly number[];
  readonly inverseMass: readonly Float64Array[];
}

/** Of four chains of a law whose coordinates have the given variances; the squares are taken in their units. */
function measure(
  energy: Energy,
  variances: readonly number[],
  options: MclmcOptions,
  some: Partial<Plan> = {},
): Measured {
  const { dim } = energy;
  const plan: Plan = { chains: 4, warmup: 1500, draws: 20000, seed: 31, start: variances.map(Math.sqrt), ...some };
  const chains = Array.from({ length: plan.chains }, () => new Float64Array(plan.draws));
  const total = plan.chains * plan.draws;
  let energyVariance = 0;
  const kernels = visit(energy, mclmc(options), plan, (q, _, chain, draw, info) => {
    let squares = 0;
    for (let i = 0; i < dim; i++) squares += q[i] ** 2 / variances[i];
    chains[chain][draw] = squares / dim - 1;
    energyVariance += info.energyError[0] ** 2 / dim / total;
  });
  const parameters = kernels.map((kernel) => kernel.parameters());
  return {
    bias: chains.reduce((sum, chain) => sum + chain.reduce((a, b) => a + b, 0), 0) / total,
    error: mcseMean(chains),
    energyVariance,
    stepSize: parameters.map(({ stepSize }) => stepSize[0]),
    L: parameters.map(({ L }) => L[0]),
    inverseMass: parameters.map(({ inverseMass }) => inverseMass),
  };
}

test("the bias falls as the third root of the desired energy variance, as the square of a second-order step does", () => {
  // At these steps the bias of velocity Verlet is 0.75 to 0.37 times the third root, smaller in proportion where the errors saturate.
  for (const target of [5e-2, 5e-3, 5e-4, 5e-5]) {
    const { bias, error } = measure(standard(20), filled(20, 1), {
      desiredEnergyVariance: target,
      integrator: "velocityVerlet",
    });
    const expected = 0.43 * Math.cbrt(target);
    assert.ok(Math.abs(bias - expected) < 4.5 * error + 0.15 * expected, `${bias} +- ${error} for ${expected}`);
  }
});

for (const [name, energy, variance] of [
  ["a Gaussian", standard(20), 1],
  ["a quartic law", quartic(20), QUARTIC_VARIANCE],
] as const) {
  test(`on ${name} a smaller desired energy variance leaves less bias, and the energy variance comes near it`, () => {
    const runs = [5e-2, 5e-3, 5e-4, 5e-5].map((desiredEnergyVariance) => {
      const run = measure(energy, filled(20, variance), { desiredEnergyVariance });
      const ratio = run.energyVariance / desiredEnergyVariance;
      assert.ok(ratio > 1 / 1.8 && ratio < 1.8, `${run.energyVariance} for ${desiredEnergyVariance}`);
      return run;
    });
    runs.slice(1).forEach(({ bias, error }, k) => {
      const before = runs[k];
      assert.ok(
        Math.abs(before.bias) - Math.abs(bias) > 2 * Math.hypot(error, before.error),
        `${bias} after ${before.bias}`,
      );
    });
    const { bias, error } = measure(energy, filled(20, variance), { desiredEnergyVariance: 5e-7 });
    assert.ok(Math.abs(bias) < 4.5 * error, `${bias} +- ${error}`);
  });
}

test("the tuner finds the known optimum on a 100-D standard Gaussian: L near sqrt(d), and a step within 20 % of every other chain's", () => {
  const run = measure(standard(100), filled(100, 1), {}, { warmup: 1000, draws: 4000 });
  const ratio = run.energyVariance / 5e-4;
  assert.ok(ratio > 1 / 1.5 && ratio < 1.5, `${ratio}`);
  // The effective sample size per gradient is within 2 % of its best for L from 6 to 14.
  for (const L of run.L) assert.ok(L > 6 && L < 14, `L = ${L}`);
  // Steps of 11.5 to 13.5 have the desired energy variance, see the test before.
  for (const eps of run.stepSize) assert.ok(eps > 10 && eps < 15, `step size ${eps}`);
  assert.ok(Math.abs(run.bias) < 0.03);
});

test("scales from 0.1 to 10 are learned, and then no direction is biased more than others", () => {
  const variances = Array.from({ length: 30 }, (_, i) => 10 ** (i / 7.25 - 2));
  const run = measure(independentGaussian(variances).energy, variances, {}, { warmup: 4000 });
  for (const inverseMass of run.inverseMass) {
    const logs = variances.map((variance, i) => Math.log(inverseMass[i] / variance));
    const spread = Math.sqrt(logs.reduce((sum, x) => sum + x * x, 0) / logs.length);
    assert.ok(spread < 0.3, `${spread}`);
  }
  assert.ok(Math.abs(run.bias) < 0.03 + 4.5 * run.error, `${run.bias}`);
  // Without scales the step is that of the narrowest directions.
  const plain = measure(
    independentGaussian(variances).energy,
    variances,
    { diagonalPreconditioning: false },
    { draws: 2000, warmup: 4000 },
  );
  assert.deepEqual([...plain.inverseMass[0]], filled(30, 1));
  assert.ok(Math.max(...plain.stepSize) < Math.min(...run.stepSize));
});

test("no chain is settled at a step at which a few stiff directions among many run hot", () => {
  const dim = 1000;
  const variances = Array.from({ length: dim }, (_, i) => (i < 3 ? 1 / 80 : 1));
  const { energy } = independentGaussian(variances);
  const plan = { chains: 24, warmup: 600, draws: 300, seed: 8, start: variances.map(Math.sqrt) };
  const errors = new Float64Array(plan.chains);
  const stiff = new Float64Array(plan.chains);
  visit(energy, mclmc({ diagonalPreconditioning: false }), plan, (q, _, chain, _draw, info) => {
    errors[chain] += info.energyError[0] ** 2 / dim / plan.draws;
    stiff[chain] += (q[0] ** 2 + q[1] ** 2 + q[2] ** 2) / 3 / variances[0] / plan.draws;
  });
  assert.ok(Math.max(...errors) < 20 * 5e-4, `energy variances ${errors}`);
  assert.ok(Math.max(...stiff) < 4, `variances over the exact ones ${stiff}`);
});

test("means and correlations are those of the law, up to the bias that the step leaves", () => {
  const { energy, expectations } = correlatedGaussian(0.5);
  const plan: Plan = { chains: 4, warmup: 2000, draws: 40000, seed: 32, start: [0, 0] };
  const chains = expectations.map(() => Array.from({ length: 4 }, () => new Float64Array(plan.draws)));
  visit(energy, mclmc({ desiredEnergyVariance: 1e-6 }), plan, (q, value, chain, draw) => {
    expectations.forEach(({ f }, e) => {
      chains[e][chain][draw] = f(q, value);
    });
  });
  expectations.forEach(({ of, exact }, e) => {
    const mean = chains[e].reduce((sum, chain) => sum + chain.reduce((a, b) => a + b, 0), 0) / (4 * plan.draws);
    const error = mcseMean(chains[e]);
    assert.ok(Math.abs(mean - exact) < 4.5 * error + 0.01, `E[${of}] is ${exact}, estimated ${mean} +- ${error}`);
  });
});

test("a traced energy gives the chain of its hand-written twin, up to rounding", () => {
  const twin = traced(2, (q) => {
    const [x, y] = q.unstack();
    return x.sub(1).square().div(2).add(y.add(1).square().div(4));
  });
  for (const options of [{}, { stepSize: 0.4 }] as MclmcOptions[]) {
    const [first, second] = [correlatedGaussian(0).energy, twin].map((energy) => {
      const numbers: number[] = [];
      const plan = { chains: 1, warmup: 12, draws: 12, seed: 5, start: [0, 0] };
      visit(energy, mclmc(options), plan, (q, value, _c, _d, info) => {
        numbers.push(...q, value, info.energyError[0], info.kineticChange[0], info.stepSize[0], info.gradients[0]);
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
  // A step of NaN, so that what barred the way is remembered too.
  const walled: Energy = {
    ...energy,
    valueAndGradient: (q, g) => energy.valueAndGradient(q, g) + (q[0] > 2 ? Number.NaN : 0),
  };
  const journey = { warmup: 400, draws: 60, start: [0, 0, 0, 0], breaks: [1, 57, 170, 245, 330, 399, 400, 431] };
  for (const one of [energy, walled]) {
    for (const options of [{}, { diagonalPreconditioning: false }, { L: 2 }, { stepSize: 0.3 }] as MclmcOptions[]) {
      assertGoesOn(one, mclmc(options), journey);
    }
  }
});

test("a schedule's table is followed transition by transition, and its last entry beyond", () => {
  const table = Float64Array.of(0.1, 0.2, 0.3);
  const kernel = mclmcDefinition.build(standard(3), { stepSize: table }, 1);
  const random = [stream(1)];
  const state = kernel.init(new Float64Array(3), random);
  const seen = [1, 2, 3, 4, 5].map(() => kernel.step(state, random).stepSize[0]);
  assert.deepEqual(seen, [0.1, 0.2, 0.3, 0.3, 0.3]);
  assert.equal(kernel.adaptation, undefined);
  assertGoesOn(
    standard(3),
    { kind: "mclmc", options: { stepSize: table } },
    { warmup: 0, draws: 6, start: [0, 0, 0], breaks: [2, 4] },
  );
});

test("adapted values can be given back: the same step, L and mass, and nothing adapts", () => {
  const variances = [0.25, 1, 1, 4];
  const run = measure(independentGaussian(variances).energy, variances, {}, { chains: 1, warmup: 600, draws: 10 });
  const [stepSize, L, mass] = [run.stepSize[0], run.L[0], run.inverseMass[0].map((inverse) => 1 / inverse)];
  const kernel = mclmcDefinition.build(independentGaussian(variances).energy, mclmc({ stepSize, L, mass }).options, 1);
  const given = kernel.parameters();
  assert.equal(kernel.adaptation, undefined);
  assert.deepEqual([given.stepSize[0], given.L[0]], [stepSize, L]);
  given.inverseMass.forEach((inverse, i) => {
    assert.ok(Math.abs(inverse / run.inverseMass[0][i] - 1) < 1e-15);
  });
});

// Abuse ---------------------------------------------------------------------------------------------------------------

/** Runs one chain of some draws; how many diverged, and whether everything kept was finite. */
function abuse(energy: Energy, options: MclmcOptions, warmup: number, start: readonly number[]) {
  let diverging = 0;
  const draws = 300;
  visit(energy, mclmc(options), { chains: 1, warmup, draws, seed: 6, start }, (q, value, _chain, _draw, info) => {
    diverging += info.diverging[0];
    assert.ok(Number.isFinite(value) && q.every(Number.isFinite));
    if (!Number.isFinite(info.energyError[0])) assert.equal(info.diverging[0], 1);
  });
  return { diverging, draws };
}

const square = (inside: (q: Float64Array) => number): Energy =>
  energyOf(2, (q, gradient) => {
    gradient.set(q);
    return inside(q);
  });

test("where the energy is NaN or infinite beyond a wall the chain stays inside, turns away and says so", () => {
  for (const beyond of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const walled = square((q) => (Math.hypot(q[0], q[1]) < 2 ? (q[0] ** 2 + q[1] ** 2) / 2 : beyond));
    for (const options of [{}, { stepSize: 1 }] as MclmcOptions[]) {
      const { diverging, draws } = abuse(walled, options, 200, [0, 0]);
      assert.ok(diverging > 0 && diverging < draws, `${diverging}`);
    }
  }
  // Nowhere to go: every step is barred, and the chain ends all the same.
  const island = square((q) => (q[0] === 0.5 && q[1] === 0.5 ? 0 : Number.NaN));
  assert.equal(abuse(island, { stepSize: 1 }, 0, [0.5, 0.5]).diverging, 300);
});

test("a gradient that is not finite bars the way like an energy that is not", () => {
  const broken = energyOf(2, (q, gradient) => {
    gradient.set(q);
    if (q[0] > 1) gradient[1] = Number.NaN;
    return (q[0] ** 2 + q[1] ** 2) / 2;
  });
  assert.ok(abuse(broken, { stepSize: 0.5 }, 0, [0, 0]).diverging > 0);
});

test("a flat energy is refused by the step size's search, and crossed where a step is given", () => {
  const flat = energyOf(3, (_, gradient) => {
    gradient.fill(0);
    return 1;
  });
  assert.throws(() => abuse(flat, {}, 100, [0, 0, 0]), /^RangeError: mclmc: no step size found: .* looks flat$/);
  assert.equal(abuse(flat, { stepSize: 1 }, 0, [0, 0, 0]).diverging, 0);
});

test("an energy that jumps is sampled with its jumps on record", () => {
  const cliff = square((q) => (q[0] ** 2 + q[1] ** 2) / 2 + (q[0] > 0.5 ? 5000 : 0));
  assert.ok(abuse(cliff, { stepSize: 0.3 }, 0, [0, 0]).diverging > 0);
  abuse(cliff, {}, 300, [0, 0]);
});

test("a step far too long diverges on record and keeps its numbers finite", () => {
  // The errors of some steps cancel.
  assert.ok(abuse(standard(2), { stepSize: 1e9 }, 0, [0, 0]).diverging > 0);
  assert.equal(abuse(standard(2), { stepSize: 1e300 }, 0, [0, 0]).diverging, 300);
});

test("ten thousand dimensions are tuned and sampled", () => {
  const dim = 10000;
  let squares = 0;
  const plan = { chains: 1, warmup: 300, draws: 20, seed: 7, start: filled(dim, 0.5) };
  const [kernel] = visit(standard(dim), mclmc(), plan, (q, _u, _c, _d, info) => {
    assert.equal(info.diverging[0], 0);
    squares += q.reduce((sum, x) => sum + x * x, 0) / dim / plan.draws;
  });
  const { stepSize, L } = kernel.parameters();
  assert.ok(Math.abs(squares - 1) < 0.1, `${squares}`);
  assert.ok(L[0] > 10 && stepSize[0] > 10, `${stepSize[0]}, ${L[0]}`);
});

test("what cannot be sampled is refused by name", () => {
  const build = (energy: Energy, width = 1) => mclmcDefinition.build(energy, mclmc({ stepSize: 1 }).options, width);
  assert.throws(
    () => build(truncatedNormal.energy),
    /^RangeError: mclmc: the energy's dim must be at least 2, .*, got 1$/,
  );
  assert.throws(() => build(standard(2), 3), /mclmc: width must be 1, got 3/);
  const outside = square((q) => (q[0] < 2 ? 0 : Number.POSITIVE_INFINITY));
  assert.throws(
    () => build(outside).init(Float64Array.of(5, 0), [stream(1)]),
    /^RangeError: mclmc: the energy at the start must be finite, got Infinity$/,
  );
  const slopeless = energyOf(2, (_, gradient) => {
    gradient.fill(Number.NaN);
    return 0;
  });
  assert.throws(
    () => build(slopeless).init(Float64Array.of(5, 0), [stream(1)]),
    /mclmc: the gradient at the start must be finite, got NaN/,
  );
  const refused: [MclmcOptions, RegExp][] = [
    [{ stepSize: 0 }, /^RangeError: mclmc: stepSize must be a positive number, got 0$/],
    [{ L: -1 }, /mclmc: L must be a positive number, got -1/],
    [{ mass: [1, -2] }, /mclmc: mass\[1\] must be a positive number, got -2/],
    [
      { mass: "dense" as unknown as number },
      /mclmc: mass must be a number or one number for each coordinate, got "dense"/,
    ],
    [
      { mass: 1, diagonalPreconditioning: true },
      /mclmc: mass must be left out where diagonalPreconditioning learns it, got 1/,
    ],
    [{ diagonalPreconditioning: 1 as unknown as boolean }, /diagonalPreconditioning must be true or false, got 1/],
    [{ desiredEnergyVariance: 0 }, /mclmc: desiredEnergyVariance must be a positive number, got 0/],
    [{ integrator: "euler" as "mcLachlan" }, /mclmc: integrator must be one of "velocityVerlet", .*, got "euler"/],
    [{ maxEnergyError: Number.NaN }, /mclmc: maxEnergyError must be a positive number, got NaN/],
    [{ stepsize: 1 } as MclmcOptions, /mclmc: there is no option "stepsize"/],
  ];
  for (const [options, message] of refused) assert.throws(() => mclmc(options), message);
});

test("a sampler's record is plain data that makes the same kernel after JSON", () => {
  const record = mclmc({ L: 2, mass: Float64Array.of(1, 4) });
  assert.deepEqual(structuredClone(record), record);
  assert.deepEqual(JSON.parse(JSON.stringify(record)), record);
  assert.deepEqual([...mclmcDefinition.build(standard(2), record.options, 1).parameters().inverseMass], [1, 0.25]);
});
