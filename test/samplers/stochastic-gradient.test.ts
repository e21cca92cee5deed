// The stochastic-gradient samplers against the laws that their recursions have exactly, gradient noise included.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Energy } from "../../src/energies/energy.js";
import { stream } from "../../src/random/index.js";
import { adamSgld, amagold, cvSgld, psgld, samplers, sghmc, sgld, sgnht } from "../../src/samplers/index.js";
import type { Sampler } from "../../src/samplers/kernel.js";
import { batchVariance, quadratic, whole } from "./data-sets.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import { assertGoesOn } from "./going-on.js";
import { banana, energyOf, independentGaussian, quarticWell } from "./laws.js";

const plan: Plan = { chains: 4, warmup: 400, draws: 40000, seed: 60, start: [0] };

const squareOf = (i: number, exact: number) => ({ of: `w${i}^2`, f: (q: Float64Array) => q[i] ** 2, exact });
const meanOf = (i: number) => ({ of: `w${i}`, f: (q: Float64Array) => q[i], exact: 0 });

/** The stationary covariance of x <- A x + noise of covariance Q, by iteration. */
function stationary(A: readonly number[][], Q: readonly number[][]): number[][] {
  const d = A.length;
  const product = (X: readonly (readonly number[])[], Y: readonly (readonly number[])[]) =>
    X.map((row) => Y[0].map((_, j) => row.reduce((sum, x, k) => sum + x * Y[k][j], 0)));
  const transposed = (X: readonly (readonly number[])[]) => X[0].map((_, j) => X.map((row) => row[j]));
  let S: number[][] = Array.from({ length: d }, () => new Array<number>(d).fill(0));
  for (let k = 0; k < 200000; k++) {
    const next = product(product(A, S), transposed(A)).map((row, i) => row.map((x, j) => x + Q[i][j]));
    const moved = Math.max(...next.flatMap((row, i) => row.map((x, j) => Math.abs(x - S[i][j]))));
    S = next;
    if (moved < 1e-15 * Math.abs(S[0][0])) break;
  }
  return S;
}

/** Variance of q under B A O A B at curvature a with gradient noise s2, as a recursion of (q, p, noise of the carried gradient). */
function sghmcVariance(a: number, eps: number, friction: number, s2: number): number {
  const h = eps / 2;
  const c = Math.exp(-friction * eps);
  const half = [-h * a, 1, -h]; // p after the first kick
  const refreshed = half.map((x) => c * x);
  const q = [1 + h * half[0] + h * refreshed[0], h * half[1] + h * refreshed[1], h * half[2] + h * refreshed[2]];
  const p = refreshed.map((x, i) => x - h * a * q[i]);
  // Fresh: xi with weight r in p and h r in q, and the noise n' of the new gradient.
  const r = Math.sqrt(1 - c * c);
  const [xiQ, xiP] = [h * r, r - h * a * h * r];
  const Q = [
    [xiQ * xiQ, xiQ * xiP, 0],
    [xiQ * xiP, xiP * xiP + h * h * s2, -h * s2],
    [0, -h * s2, s2],
  ];
  return stationary([q, p, [0, 0, 0]], Q)[0][0];
}

describe("SGHMC", () => {
  test("has the exact variance on a Gaussian for any stable step where gradients are exact", () => {
    assert.ok(Math.abs(sghmcVariance(25, 0.3, 2, 0) - 1 / 25) < 1e-12);
    const energy = whole(independentGaussian([1 / 25]).energy);
    assertExpectations(energy, sghmc({ stepSize: 0.3, friction: 2 }), plan, [meanOf(0), squareOf(0, 1 / 25)]);
  });

  test("has the variance of its linear recursion with mini-batch noise", () => {
    const [n, batchSize, eps, friction] = [40, 2, 0.1, 4];
    const curvatures = [20, 5];
    const exact = curvatures.map((a) => sghmcVariance(a, eps, friction, batchVariance(a, batchSize, n)));
    assert.ok(exact[0] > 1.5 / 20);
    const expectations = exact.flatMap((variance, i) => [meanOf(i), squareOf(i, variance)]);
    const sampler = sghmc({ stepSize: eps, friction, batchSize });
    assertExpectations(quadratic(curvatures, n), sampler, { ...plan, start: [0, 0] }, expectations);
  });

  test("finds a step and a friction that heat the stiffest direction by some 5 %", () => {
    const [n, batchSize] = [60, 4];
    const curvatures = [30, 10, 1];
    const kernels = visit(
      quadratic(curvatures, n),
      sghmc({ batchSize }),
      { ...plan, draws: 0, start: [0, 0, 0] },
      () => {},
    );
    for (const kernel of kernels) {
      const { stepSize, friction } = kernel.parameters();
      const variance = sghmcVariance(30, stepSize[0], friction[0], batchVariance(30, batchSize, n));
      assert.ok(variance * 30 < 1.08 && variance * 30 > 1.005, `${variance * 30} with ${stepSize} and ${friction}`);
    }
  });
});

describe("SGNHT", () => {
  test("absorbs gradient noise that is alike in all directions", () => {
    // The noise would heat by eps s^2 / (2 A) = 0.8 of the temperature; what is left is of second order in eps sqrt(a) = 0.16.
    const [n, batchSize, eps] = [40, 2, 0.04];
    const curvatures = new Array<number>(8).fill(16);
    const noise = batchVariance(16, batchSize, n);
    const diffusion = (eps * noise) / 1.6;
    const energy = quadratic(curvatures, n);
    const start = new Array<number>(8).fill(0);
    let squares = 0;
    let heat = 0;
    const draws = 20000;
    visit(energy, sgnht({ stepSize: eps, diffusion, batchSize }), { ...plan, draws, start }, (q, _u, _c, _d, info) => {
      for (const x of q) squares += (16 * x * x) / 8 / (4 * draws);
      heat += info.temperature[0] / (4 * draws);
    });
    assert.ok(Math.abs(squares - 1) < 0.03, `a E w^2 = ${squares}`);
    assert.ok(Math.abs(heat - 1) < 0.02, `temperature ${heat}`);
  });

  test("has the law of a Gaussian where gradients are exact and the step is small", () => {
    const variances = [1, 0.5, 0.25];
    const energy = whole(independentGaussian(variances).energy);
    const sampler = sgnht({ stepSize: 0.1, diffusion: 1 });
    assertExpectations(
      energy,
      sampler,
      { ...plan, start: [0, 0, 0] },
      variances.map((v, i) => squareOf(i, v)),
    );
  });

  test("is the same chain, bit for bit, in other units of w", () => {
    const energy = quadratic([20, 5], 40);
    const positions = (unit: number): number[] => {
      const { dataSize, gradient } = energy.stochastic!;
      const inUnits = (q: Float64Array): Float64Array => q.map((x) => x / unit);
      const rescaled: Energy = {
        ...energy,
        value: (q) => energy.value(inUnits(q)),
        stochastic: {
          dataSize,
          gradient(q, rows, out) {
            const value = gradient(inUnits(q), rows, out);
            out.forEach((g, i) => {
              out[i] = g / unit;
            });
            return value;
          },
        },
      };
      const sampler = sgnht({ stepSize: 0.05 * unit, diffusion: 1 / unit, batchSize: 4 });
      const seen: number[] = [];
      const run = { ...plan, chains: 1, draws: 1000, start: [0.5 * unit, 0] };
      visit(rescaled, sampler, run, (q) => seen.push(...inUnits(q)));
      return seen;
    };
    assert.deepEqual(positions(2 ** -10), positions(1));
  });

  test("keeps its temperature where the place it started from says nothing of the friction it will need", () => {
    const dim = 8;
    const wells = energyOf(dim, (q, out) => {
      q.forEach((x, i) => {
        out[i] = 4e6 * x ** 3 + 1e-2 * x;
      });
      return q.reduce((sum, x) => sum + 1e6 * x ** 4 + 5e-3 * x * x, 0);
    });
    let heat = 0;
    const draws = 4000;
    const start = new Array<number>(dim).fill(0);
    visit(whole(wells), sgnht(), { ...plan, warmup: 500, draws, start }, (_q, _u, _c, _d, info) => {
      heat += info.temperature[0] / (4 * draws);
    });
    assert.ok(Math.abs(heat - 1) < 0.03, `temperature ${heat}`);
  });
});

describe("AMAGOLD", () => {
  const noisy = { ...plan, draws: 20000, start: [0, 0] };

  test("has the exact law under gradient noise, however large", () => {
    const curvatures = [20, 5];
    const expectations = curvatures.flatMap((a, i) => [meanOf(i), squareOf(i, 1 / a)]);
    const energy = quadratic(curvatures, 40);
    assertExpectations(energy, amagold({ stepSize: 0.15, leapfrogSteps: 5, batchSize: 2 }), noisy, expectations);
    assertExpectations(energy, amagold({ stepSize: 0.1, friction: 5, batchSize: 4 }), noisy, expectations);
    assertExpectations(energy, amagold({ batchSize: 10 }), noisy, expectations);
  });

  test("has the exact law of a degenerate minimum", () => {
    const { energy, expectations } = quarticWell(10);
    assertExpectations(whole(energy), amagold({ leapfrogSteps: 8 }), { ...noisy, start: [0.3] }, expectations);
  });

  test("adapts its step to the acceptance asked for", () => {
    let acceptance = 0;
    const draws = 4000;
    const adapt = { ...noisy, warmup: 1000, draws };
    visit(quadratic([20, 5], 40), amagold({ batchSize: 8, targetAcceptance: 0.7 }), adapt, (_q, _u, _c, _d, info) => {
      acceptance += info.acceptance[0] / (4 * draws);
    });
    assert.ok(Math.abs(acceptance - 0.7) < 0.08, `${acceptance}`);
  });
});

describe("pSGLD and Adam-SGLD", () => {
  // In one dimension the preconditioner, of mean 1, is 1.
  test("in one dimension pSGLD is SGLD", () => {
    const [a, eps, n, batchSize] = [20, 0.05, 40, 4];
    const exact = (1 + (eps * batchVariance(a, batchSize, n)) / 4) / (a * (1 - (eps * a) / 4));
    assertExpectations(quadratic([a], n), psgld({ stepSize: eps, batchSize }), plan, [meanOf(0), squareOf(0, exact)]);
  });

  test("in one dimension Adam-SGLD has the variance of its linear recursion, above that of SGLD", () => {
    const [a, eps, beta1, n, batchSize] = [20, 0.01, 0.8, 40, 4];
    const s2 = batchVariance(a, batchSize, n);
    // m' = beta1 m + (1 - beta1) (a w + noise), w' = w - (eps / 2) m' + sqrt(eps) xi
    const follow = (1 - beta1) * a;
    const A = [
      [1 - (eps / 2) * follow, (-eps / 2) * beta1],
      [follow, beta1],
    ];
    const m = (1 - beta1) ** 2 * s2;
    const Q = [
      [eps + (eps / 2) ** 2 * m, (-eps / 2) * m],
      [(-eps / 2) * m, m],
    ];
    const exact = stationary(A, Q)[0][0];
    assert.ok(exact * a > 1 + (eps * a * beta1) / (2 * (1 - beta1)));
    const sampler = adamSgld({ stepSize: eps, beta1, batchSize });
    assertExpectations(quadratic([a], n), sampler, plan, [meanOf(0), squareOf(0, exact)]);
  });

  test("make small steps where gradients are large", () => {
    const energy = quadratic([400, 1], 40);
    for (const sampler of [psgld({ batchSize: 10 }), adamSgld({ batchSize: 10 })]) {
      const [kernel] = visit(energy, sampler, { ...plan, draws: 100, start: [0, 0] }, () => {});
      const { preconditioner } = kernel.parameters();
      assert.ok(preconditioner[0] < 0.3 && preconditioner[1] > 1.7, `${preconditioner}`);
      assert.ok(Math.abs(preconditioner[0] + preconditioner[1] - 2) < 1e-12);
    }
  });

  test("pSGLD follows the law of a Gaussian of unequal scales to a few per cent", () => {
    const curvatures = [100, 4, 1];
    const energy = whole(independentGaussian(curvatures.map((a) => 1 / a)).energy);
    const squares = new Float64Array(3);
    const run = { ...plan, draws: 50000, start: [0, 0, 0] };
    visit(energy, psgld({ alpha: 0.999 }), run, (q) => {
      for (let i = 0; i < 3; i++) squares[i] += (curvatures[i] * q[i] * q[i]) / 200000;
    });
    squares.forEach((square, i) => assert.ok(Math.abs(square - 1) < 0.12, `a${i} E w${i}^2 = ${square}`));
  });
});

describe("control variates", () => {
  test("leave no noise where all rows have the same curvature", () => {
    const [n, batchSize, eps] = [40, 2, 0.05];
    const curvatures = [20, 5];
    const exact = curvatures.map((a) => 1 / (a * (1 - (eps * a) / 4)));
    const expectations = exact.flatMap((variance, i) => [meanOf(i), squareOf(i, variance)]);
    const run = { ...plan, start: [0, 0] };
    assertExpectations(quadratic(curvatures, n), cvSgld({ stepSize: eps, batchSize }), run, expectations);
  });

  test("cost two batches, and every step says what it cost", () => {
    const energy = quadratic([20, 5], 40);
    const costs = (sampler: Sampler): Set<number> => {
      const seen = new Set<number>();
      visit(energy, sampler, { ...plan, chains: 1, draws: 3, start: [0, 0] }, (_q, _u, _c, _d, info) =>
        seen.add(info.gradients[0]),
      );
      return seen;
    };
    assert.deepEqual(costs(sgld({ batchSize: 4 })), new Set([0.1]));
    assert.deepEqual(costs(sgld({ batchSize: 4, controlVariate: true })), new Set([0.2]));
    assert.deepEqual(costs(sghmc({ batchSize: 40 })), new Set([1]));
    assert.deepEqual(costs(amagold({ batchSize: 4, leapfrogSteps: 10 })), new Set([1 + 1 / 3]));
  });

  test("need a centre", () => {
    const energy = quadratic([1], 10);
    const without = { ...energy, stochastic: { ...energy.stochastic, center: undefined } } as unknown as Energy;
    assert.throws(
      () => samplers.sgld.build(without, { controlVariate: true, batchSize: 2 }, 1),
      /^RangeError: sgld: controlVariate needs an energy with a centre, such as tempered\(loss, \{ center \}\)$/,
    );
  });
});

const every: Sampler[] = [sgld(), psgld(), adamSgld(), sghmc(), sgnht(), amagold()];

describe("every stochastic-gradient sampler", () => {
  test("follows a schedule of step sizes and holds its last value", () => {
    const table = Float64Array.of(0.03, 0.02, 0.01);
    for (const { kind } of every.filter(({ kind }) => kind !== "amagold")) {
      const options = { stepSize: table, batchSize: 4, ...OTHERS[kind] };
      const kernel = samplers[kind].build(quadratic([4, 1], 20), options, 1);
      const random = [stream(61)];
      const state = kernel.init(Float64Array.of(0, 0), random);
      const steps = Array.from({ length: 5 }, () => kernel.step(state, random).stepSize[0]);
      assert.deepEqual(steps, [0.03, 0.02, 0.01, 0.01, 0.01], kind);
    }
  });

  test("goes on from its memory, byte for byte, from the middle of warmup and from the draws", () => {
    const energy = quadratic([30, 4, 1], 60);
    const journey = { warmup: 40, draws: 20, start: [0.1, 0.2, 0.3], breaks: [3, 30, 55] };
    for (const { kind, options } of every)
      assertGoesOn(energy, { kind, options: { ...options, batchSize: 10 } }, journey);
  });

  test("refuses what does not fit, by name", () => {
    for (const { kind } of every) {
      const { build } = samplers[kind];
      const data = quadratic([1], 10);
      assert.throws(
        () => build(banana.energy, {}, 1),
        new RegExp(`${kind}: the energy has no data set to take mini-batches of`),
      );
      assert.throws(
        () => build(data, { batchSize: 11 }, 1),
        new RegExp(`${kind}: batchSize must be at most dataSize, 10, got 11`),
      );
      assert.throws(
        () => build(data, { stepSize: -1 }, 1),
        new RegExp(`${kind}: stepSize must be a positive number, got -1`),
      );
      assert.throws(() => build(data, { lr: 1 }, 1), new RegExp(`${kind}: there is no option "lr"`));
      assert.throws(() => build(data, {}, 2), new RegExp(`${kind}: width must be 1, got 2`));
      const kernel = build(data, {}, 1);
      assert.throws(
        () => kernel.init(Float64Array.of(Number.NaN), [stream(1)]),
        /the energy at the start must be finite/,
      );
      assert.throws(() => {
        const random = [stream(1)];
        build(data, {}, 1).step(kernel.init(Float64Array.of(0), random), random);
      }, /found by the adaptation, which was not started/);
    }
  });

  test("stops, or never accepts, where a step is far too large", () => {
    const energy = quadratic([4, 1], 20);
    for (const { kind } of every) {
      const kernel = samplers[kind].build(energy, { stepSize: 1e9, batchSize: 4, ...OTHERS[kind] }, 1);
      const random = [stream(62)];
      const state = kernel.init(Float64Array.of(0.1, 0.1), random);
      let diverging = 0;
      for (let t = 0; t < 200; t++) diverging += kernel.step(state, random).diverging?.[0] ?? 0;
      assert.ok(state.position.every(Number.isFinite), kind);
      assert.equal(kind === "amagold" ? diverging : state.stopped[0], kind === "amagold" ? 200 : 1, kind);
    }
  });
});

/** What must be given beside a step size for nothing to be adapted. */
const OTHERS: Readonly<Record<string, object>> = { sghmc: { friction: 1 }, sgnht: { diffusion: 1 } };
