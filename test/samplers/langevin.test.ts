// Unadjusted Langevin dynamics on Gaussians, where its stationary law is known exactly, bias included.

import assert from "node:assert/strict";
import { test } from "node:test";
import { energy as traced } from "../../src/energies/traced.js";
import { schedules } from "../../src/networks/index.js";
import { type LangevinOptions, langevin, langevinDefinition } from "../../src/samplers/langevin.js";
import { constant } from "../../src/tensor/index.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import { assertGoesOn } from "./going-on.js";
import { banana, cross, energyOf, independentGaussian, quarticWell } from "./laws.js";

const plan: Plan = { chains: 8, width: 8, warmup: 200, draws: 20000, seed: 50, start: [0] };

/** Of `q <- q - eta lambda q + s sqrt(2 eta T) xi`. */
const stationary = (lambda: number, eta: number, heat = 1): number => heat / (lambda * (1 - (eta * lambda) / 2));

for (const [product, noiseScale, temperature] of [
  [0.02, 1, 1],
  [0.1, 0.1, 1],
  [0.5, 1, 4],
  [1, 2, 0.5],
  [1.9, 1, 1],
]) {
  const lambda = 2.5;
  const stepSize = product / lambda;
  test(`eta lambda = ${product}, s = ${noiseScale}, T = ${temperature}: the variance is s^2 T / (lambda (1 - eta lambda / 2))`, () => {
    const { energy } = independentGaussian([1 / lambda]);
    const sampler = langevin({ stepSize, noiseScale, temperature });
    const exact = stationary(lambda, stepSize, noiseScale ** 2 * temperature);
    // Slow where eta lambda is small: two steps are as good as one only after 1 / (eta lambda) of them.
    assertExpectations(energy, sampler, plan, [
      { of: "q", f: ([q]) => q, exact: 0 },
      { of: "q^2", f: ([q]) => q * q, exact },
      { of: "U", f: (_, value) => value, exact: (lambda * exact) / 2 },
    ]);
  });
}

test("a step size found at a flat centre is lowered until no chain is lost, and none stays where the first steps threw it", () => {
  const run = { ...plan, chains: 24, warmup: 2000, draws: 500, start: [0, 0] };
  const positions = (width: number): number[] => {
    const seen: number[] = [];
    // `visit` asserts that none stops. The law is within that of a normal of variance 1.
    const kernels = visit(cross, langevin(), { ...run, width }, (q, _, chain, draw) => {
      assert.ok(Math.hypot(q[0], q[1]) < 8, `chain ${chain} at ${q}`);
      if (draw === 499) seen.push(...q);
    });
    for (const { parameters } of kernels) {
      for (const step of parameters().stepSize) assert.ok(step > 1e-6 && step < 0.01, `${step}`);
    }
    return seen;
  };
  // One that goes back does so alone.
  assert.deepEqual(positions(8), positions(1));
  assertGoesOn(cross, langevin(), { warmup: 100, draws: 20, start: [0, 0], breaks: [2, 9, 25, 60, 90] });
});

test("every direction of a traced Gaussian has the bias of its own curvature", () => {
  const scales = [0.5, 1, 3];
  const energy = traced(3, (q) => q.div(constant(scales)).square().sum().mul(0.5));
  const stepSize = 0.2;
  assertExpectations(
    energy,
    langevin({ stepSize }),
    { ...plan, draws: 40000, start: [0, 0, 0] },
    scales.map((scale, i) => ({
      of: `q${i}^2`,
      f: (q: Float64Array) => q[i] ** 2,
      exact: stationary(scale ** -2, stepSize),
    })),
  );
});

test("the automatic step size gives the stiffest direction 5 % too much variance", () => {
  const { energy } = independentGaussian([0.01, 1]);
  const kernels = visit(energy, langevin(), { ...plan, draws: 1, start: [0, 0] }, () => {});
  for (const { parameters } of kernels) {
    for (const stepSize of parameters().stepSize) {
      // Power iteration finds a curvature from below, to a fraction of a per cent where it stands clear.
      assert.ok(Math.abs(stepSize / 0.001 - 1) < 0.01, `${stepSize}`);
    }
  }
  assert.ok(Math.abs(stationary(100, 0.001) / 0.01 - 1.0526) < 1e-4);
});

test("the automatic step size looks around a start that is flat, and goes with what warmup meets", () => {
  // 1000 w^4 has curvature 0 at its centre and 12000 w^2 around it; |w| is 0.1 or so.
  const { energy } = quarticWell(1000);
  const [kernel] = visit(energy, langevin(), { ...plan, width: 1, chains: 1, draws: 200 }, () => {});
  const [stepSize] = kernel.parameters().stepSize;
  // Of a chain's places the farthest from the centre decides: between 0.03 and 0.25 in all but absurdly rare chains.
  assert.ok(stepSize > 0.1 / (12000 * 0.25 ** 2) && stepSize < 0.1 / (12000 * 0.03 ** 2), `${stepSize}`);
  // The banana's arms are stiffer than its bend.
  const atBend = langevinDefinition.build(banana.energy, {}, 1);
  const [longWarmup] = visit(
    banana.energy,
    langevin(),
    { ...plan, chains: 1, width: 1, warmup: 4000, draws: 1, start: [0, 0] },
    () => {},
  );
  assert.ok(Number.isNaN(atBend.parameters().stepSize[0]));
  assert.ok(longWarmup.parameters().stepSize[0] < 0.1 / 100);
});

test("a run that begins cold and warms up is not taken for one that was thrown out", () => {
  const { energy } = independentGaussian([1, 4]);
  const temperature = Float64Array.from({ length: 400 }, (_, t) => 0.001 + t / 400);
  const run = { ...plan, warmup: 400, draws: 1, start: [0, 0] };
  const kernels = visit(energy, langevin({ temperature }), run, () => {});
  for (const { parameters } of kernels) {
    for (const step of parameters().stepSize) assert.ok(Math.abs(step - 0.1) < 1e-5, `${step}`);
  }
});

test("schedules of step size, noise scale and temperature are followed transition by transition, and held beyond", () => {
  const { energy } = independentGaussian([1]);
  const steps = 4;
  const table = (f: (t: number, steps: number) => number) =>
    Float64Array.from({ length: steps }, (_, t) => f(t, steps));
  const eta = table(schedules.cosine({ start: 3e-2, end: 5e-3 }));
  const noiseScale = table(schedules.linear({ start: 1, end: 0.5 }));
  const temperature = table(schedules.multiStep({ milestones: [2], gamma: 0.25 }));
  const run = (options: LangevinOptions): number[][] => {
    const rows: number[][] = [];
    const sampler = { kind: "langevin", options: { ...options } };
    visit(
      energy,
      sampler,
      { ...plan, chains: 1, width: 1, warmup: 0, draws: 7, start: [1] },
      ([q], _u, _c, _d, info) => {
        rows.push([q, info.stepSize[0]]);
      },
    );
    return rows;
  };
  const scheduled = run({ stepSize: eta, noiseScale, temperature });
  assert.deepEqual(
    scheduled.map(([, size]) => size),
    [...eta, eta[3], eta[3], eta[3]],
  );
  // The same noise at constant values gives what each transition should have done.
  let q = 1;
  scheduled.forEach(([next], t) => {
    const k = Math.min(t, steps - 1);
    const xi = (next - q + eta[k] * q) / (noiseScale[k] * Math.sqrt(2 * eta[k] * temperature[k]));
    const plainRun = run({ stepSize: 0.01 });
    const before = t === 0 ? 1 : plainRun[t - 1][0];
    const plainXi = (plainRun[t][0] - before + 0.01 * before) / Math.sqrt(0.02);
    assert.ok(Math.abs(xi - plainXi) < 1e-10, `transition ${t}: ${xi} and ${plainXi}`);
    q = next;
  });
});

test("without noise it is gradient descent", () => {
  const { energy } = independentGaussian([1, 0.25]);
  const steps: number[][] = [];
  visit(
    energy,
    langevin({ stepSize: 0.1, noiseScale: 0 }),
    { ...plan, chains: 1, width: 1, warmup: 0, draws: 10, start: [1, 1] },
    (q) => steps.push([...q]),
  );
  steps.forEach(([x, y], t) => {
    assert.ok(Math.abs(x - 0.9 ** (t + 1)) < 1e-14 && Math.abs(y - 0.6 ** (t + 1)) < 1e-14);
  });
});

test("the statistics are the step size in use, the length of the gradient followed and one gradient", () => {
  const { energy } = independentGaussian([1, 4]);
  let before = [3, -2];
  visit(
    energy,
    langevin({ stepSize: 0.3 }),
    { ...plan, chains: 1, width: 1, warmup: 0, draws: 20, start: before },
    (q, value, _c, _d, info) => {
      assert.equal(info.gradientNorm[0], Math.sqrt(before[0] ** 2 + (before[1] / 4) ** 2));
      assert.equal(info.stepSize[0], 0.3);
      assert.equal(info.gradients[0], 1);
      assert.equal(value, energy.value(q));
      before = [...q];
    },
  );
});

test("options that do not fit are refused by name", () => {
  const refused: [LangevinOptions, RegExp][] = [
    [{ stepSize: 0 }, /^RangeError: langevin: stepSize must be a positive number, got 0$/],
    [{ stepSize: Number.NaN }, /langevin: stepSize must be a positive number, got NaN/],
    [{ noiseScale: -1 }, /langevin: noiseScale must be a non-negative number, got -1/],
    [{ temperature: Number.POSITIVE_INFINITY }, /langevin: temperature must be a non-negative number, got Infinity/],
    [{ stepSize: (t) => -t }, /langevin: stepSize at transition 0 must be a positive number, got (-0|0)/],
    [{ stepSize: Float64Array.of(1, 0.5, 0) }, /langevin: stepSize at transition 2 must be a positive number, got 0/],
    [{ temperature: new Float64Array(0) }, /langevin: temperature must be a table of at least one entry/],
    [{ stepsize: 1 } as LangevinOptions, /langevin: there is no option "stepsize"/],
  ];
  for (const [options, message] of refused) assert.throws(() => langevin(options), message);
  const { energy } = independentGaussian([1]);
  assert.throws(
    () => langevinDefinition.build(energy, { stepSize: schedules.constant(0.1) }, 1),
    /langevin: stepSize must be a number or a table .*, got a function/,
  );
  const flat = energyOf(1, (_, gradient) => {
    gradient[0] = 0;
    return 0;
  });
  assert.throws(
    () => visit(flat, langevin(), { ...plan, chains: 1, width: 1 }, () => {}),
    /langevin: no step size found for column 0: the energy looks flat around the start/,
  );
});
