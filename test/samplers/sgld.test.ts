import assert from "node:assert/strict";
import { test } from "node:test";
import { stream } from "../../src/random/index.js";
import { stiffness } from "../../src/samplers/curvature.js";
import type { Adaptation } from "../../src/samplers/kernel.js";
import { rmsPreconditioner } from "../../src/samplers/rms-preconditioner.js";
import { cvSgld, type SgldOptions, sgld, sgldDefinition } from "../../src/samplers/sgld.js";
import { batchVariance, quadratic, whole } from "./data-sets.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import { banana, correlatedGaussian, independentGaussian, quarticWell } from "./laws.js";

const plan: Plan = { chains: 4, warmup: 400, draws: 40000, seed: 30, start: [0] };

/** Stationary variance of w <- w - (eps/2) G g + sqrt(eps G) xi on curvature a, where g has noise variance s2. */
function stationaryVariance(a: number, eps: number, s2 = 0, g = 1): number {
  return (1 + (eps * g * s2) / 4) / (a * (1 - (eps * g * a) / 4));
}

const squareOf = (i: number, exact: number) => ({ of: `w${i}^2`, f: (q: Float64Array) => q[i] ** 2, exact });
const meanOf = (i: number) => ({ of: `w${i}`, f: (q: Float64Array) => q[i], exact: 0 });

for (const [a, eps] of [
  [1, 0.4],
  [25, 0.08],
  [25, 0.01],
]) {
  test(`SGLD on all rows has variance 1 / (a (1 - eps a / 4)) at curvature ${a}, step ${eps}`, () => {
    const energy = whole(independentGaussian([1 / a]).energy);
    const exact = stationaryVariance(a, eps);
    assertExpectations(energy, sgld({ stepSize: eps }), plan, [meanOf(0), squareOf(0, exact)]);
  });
}

test("mini-batches multiply the variance by 1 + eps s^2 / 4, s^2 of rows drawn without replacement", () => {
  const [n, batchSize, eps] = [40, 2, 0.05];
  const curvatures = [20, 5];
  const expected = curvatures.map((a) => stationaryVariance(a, eps, batchVariance(a, batchSize, n)));
  assert.ok(expected[0] > 2 * stationaryVariance(20, eps));
  const expectations = expected.flatMap((exact, i) => [meanOf(i), squareOf(i, exact)]);
  assertExpectations(
    quadratic(curvatures, n),
    sgld({ stepSize: eps, batchSize }),
    { ...plan, start: [0, 0] },
    expectations,
  );
});

test("a mini-batch holds no row twice, and every row as often as any other", () => {
  const [n, batchSize] = [10, 7];
  const energy = quadratic([1], n);
  const seen = new Float64Array(n);
  let steps = 0;
  const gradient = (q: Float64Array, rows: Uint32Array, out: Float64Array): number => {
    assert.equal(new Set(rows).size, batchSize);
    for (const row of rows) seen[row]++;
    steps++;
    return energy.stochastic?.gradient(q, rows, out) ?? Number.NaN;
  };
  const watched = { ...energy, stochastic: { dataSize: n, gradient } };
  visit(watched, sgld({ stepSize: 0.1, batchSize }), { ...plan, chains: 1, draws: 20000 }, () => {});
  const share = batchSize / n;
  const error = Math.sqrt(steps * share * (1 - share));
  seen.forEach((count, row) => {
    assert.ok(Math.abs(count - steps * share) < 4.5 * error, `row ${row}: ${count} of ${steps}`);
  });
});

test("a frozen RMSProp preconditioner G leaves the law: variance 1 / (a (1 - eps G a / 4))", () => {
  const curvatures = [400, 25, 1];
  const energy = whole(independentGaussian(curvatures.map((a) => 1 / a)).energy);
  const sampler = sgld({ stepSize: 0.005, preconditioner: "rmsprop" });
  const one = { ...plan, chains: 1, seed: 32, draws: 100000, start: [0.01, 0.1, 1] };
  const [kernel] = visit(energy, sampler, { ...one, draws: 0 }, () => {});
  const { preconditioner } = kernel.parameters();
  // Its mean is 1, and the stiffer a direction the smaller its steps.
  assert.ok(Math.abs(preconditioner.reduce((sum, g) => sum + g, 0) / 3 - 1) < 1e-12);
  assert.ok(preconditioner[0] < preconditioner[1] && preconditioner[1] < preconditioner[2]);
  const expectations = curvatures.map((a, i) => squareOf(i, stationaryVariance(a, 0.005, 0, preconditioner[i])));
  assertExpectations(energy, sampler, one, expectations);
});

test("the preconditioner moves during the first half of warmup's squares only: it is set once and then frozen", () => {
  const energy = quadratic([100, 1], 50);
  const random = [stream(33)];
  const sampler = sgld({ batchSize: 10, preconditioner: "rmsprop" });
  const kernel = sgldDefinition.build(energy, sampler.options, 1);
  const state = kernel.init(Float64Array.of(0, 0), random);
  const adaptation = kernel.adaptation?.(100) as Adaptation;
  adaptation.start(state, random);
  const seen: string[] = [];
  const steps: number[] = [];
  for (let t = 0; t < 200; t++) {
    const info = kernel.step(state, random);
    if (t < 100) adaptation.update(state, info, random);
    if (t === 99) adaptation.finish(state);
    seen.push(kernel.parameters().preconditioner.join());
    steps.push(kernel.parameters().stepSize[0]);
  }
  assert.equal(new Set(seen.slice(0, 49)).size, 1);
  assert.equal(seen[0], "1,1");
  assert.notEqual(seen[49], "1,1");
  assert.equal(new Set(seen.slice(49)).size, 1);
  assert.equal(new Set(steps.slice(80)).size, 1);
});

test("the preconditioner is 1 / (sqrt(V) + damping rms) over its mean, V the average of squares whose weights fall by alpha", () => {
  const [alpha, damping] = [0.9, 0.1];
  const squares = rmsPreconditioner(2, alpha, damping);
  squares.add(Float64Array.of(3, 1));
  squares.add(Float64Array.of(-1, 2));
  const g = new Float64Array(2);
  squares.write(g);
  const V = [(alpha * 9 + 1) / (alpha + 1), (alpha * 1 + 4) / (alpha + 1)];
  const floor = damping * Math.sqrt((V[0] + V[1]) / 2);
  const raw = V.map((v) => 1 / (Math.sqrt(v) + floor));
  raw.forEach((value, i) => assert.ok(Math.abs(g[i] / ((2 * value) / (raw[0] + raw[1])) - 1) < 1e-12));
});

test("the preconditioner is bounded by (1 + damping) / damping however flat a direction is", () => {
  const squares = rmsPreconditioner(100, 0.99, 0.1);
  const gradient = new Float64Array(100);
  gradient[0] = 1e6;
  for (let t = 0; t < 30; t++) squares.add(gradient);
  const g = new Float64Array(100);
  squares.write(g);
  assert.ok(Math.max(...g) <= 11 && Math.min(...g) > 0, `${g[0]} ${g[1]}`);
  const silent = rmsPreconditioner(2, 0.99, 0.1);
  silent.add(Float64Array.of(0, 0));
  silent.write(g.subarray(0, 2));
  assert.deepEqual([...g.subarray(0, 2)], [1, 1]);
});

test("stiffness is the largest curvature", () => {
  const close = (actual: number, expected: number, tolerance: number) =>
    assert.ok(Math.abs(actual / expected - 1) < tolerance, `${actual} is not ${expected}`);
  close(stiffness(independentGaussian([1, 0.25]).energy, [0, 0]), 4, 0.01);
  close(stiffness(independentGaussian([1, 0.5, 0.01, 2]).energy, [3, -2, 0, 1]), 100, 0.01);
  // Eigenvalues of the inverse of [[1, 1.2], [1.2, 2]].
  close(stiffness(correlatedGaussian(1.2).energy, [0, 0]), 1 / (1.5 - Math.sqrt(0.25 + 1.44)), 0.01);
  // Hessian of the banana at its minimum: [[82, -40], [-40, 20]].
  close(stiffness(banana.energy, [1, 1]), 51 + Math.sqrt(31 ** 2 + 1600), 0.01);
  close(stiffness(quarticWell(1).energy, [2]), 48, 0.01);
  assert.throws(() => stiffness(banana.energy, [1]), /stiffness: at must be 2 finite numbers/);
});

test("the automatic step size makes the stiffest direction's excess variance 5 %", () => {
  const [n, batchSize] = [60, 4];
  const curvatures = [30, 10, 1];
  const energy = quadratic(curvatures, n);
  const { stepSize } = visit(
    energy,
    sgld({ batchSize: n }),
    { ...plan, draws: 0, start: [0, 0, 0] },
    () => {},
  )[0].parameters();
  assert.ok(Math.abs(stepSize[0] / (0.2 / 30) - 1) < 0.02, `${stepSize[0]}`);

  const kernels = visit(energy, sgld({ batchSize }), { ...plan, draws: 0, start: [0, 0, 0] }, () => {});
  const exact = 0.2 / (30 + batchVariance(30, batchSize, n));
  for (const kernel of kernels) {
    // The largest of several estimates of s^2 from 32 mini-batches each: each has a relative error of about 25 %.
    const found = kernel.parameters().stepSize[0];
    assert.ok(found < 1.2 * exact && found > exact / 2.5, `${found} for ${exact}`);
  }
});

test("the automatic step size survives a degenerate minimum, whose curvature is 0 at the start", () => {
  const { energy } = quarticWell(1000);
  const eps: number[] = [];
  let sum = 0;
  const kernels = visit(whole(energy), sgld(), { ...plan, draws: 20000, start: [0] }, (_, value) => {
    sum += value / 80000;
  });
  for (const kernel of kernels) eps.push(kernel.parameters().stepSize[0]);
  // Curvature 12 t w^2 is 128 on average, below 60 for 44 % of positions (so never for all of 13), above 3000 for none.
  assert.ok(Math.max(...eps) < 0.2 / 60 && Math.min(...eps) > 0.2 / 3000, `${eps}`);
  // Exactly 1/4 but for the discretisation.
  assert.ok(sum > 0.22 && sum < 0.29, `E U = ${sum}`);
});

test("the draws' energies are those of their positions, and equal seeds give equal chains", () => {
  const energy = quadratic([4, 1], 30);
  const run = (): number[] => {
    const numbers: number[] = [];
    visit(
      energy,
      sgld({ batchSize: 5 }),
      { ...plan, chains: 2, draws: 50, start: [0.2, 0.1] },
      (q, value, _c, _d, info) => {
        assert.equal(value, energy.value(q));
        numbers.push(...q, info.stepSize[0], info.gradientNorm[0]);
      },
    );
    return numbers;
  };
  assert.deepEqual(run(), run());
});

test("a step size beyond 4/a stops the chain, at its last finite position", () => {
  const kernel = sgldDefinition.build(whole(independentGaussian([1]).energy), { stepSize: 100 }, 1);
  const random = [stream(34)];
  const state = kernel.init(Float64Array.of(1), random);
  for (let t = 0; t < 1000 && state.stopped[0] === 0; t++) kernel.step(state, random);
  assert.equal(state.stopped[0], 1);
  assert.ok(Number.isFinite(state.position[0]));
  const last = state.position[0];
  kernel.step(state, random);
  assert.equal(state.position[0], last);
});

test("what does not fit is refused by name", () => {
  const refused: [SgldOptions, RegExp][] = [
    [{ stepSize: 0 }, /^RangeError: sgld: stepSize must be a positive number, got 0$/],
    [{ batchSize: 2.5 }, /sgld: batchSize must be a positive integer, got 2.5/],
    [{ preconditioner: "adam" as "none" }, /sgld: preconditioner must be one of "none", "rmsprop", got "adam"/],
    [{ alpha: 1 }, /sgld: alpha must be a number between 0 and 1, got 1/],
    [{ damping: 0 }, /sgld: damping must be a positive number, got 0/],
    [{ lr: 1 } as SgldOptions, /sgld: there is no option "lr"/],
  ];
  for (const [options, message] of refused) assert.throws(() => sgld(options), message);
  assert.throws(() => cvSgld({ stepSize: -1 }), /^RangeError: cvSgld: stepSize must be a positive number, got -1/);
  const without = { controlVariate: false } as object;
  assert.throws(() => cvSgld(without), /^RangeError: cvSgld: there is no option "controlVariate"/);
  const energy = quadratic([1], 10);
  const build = (options: SgldOptions) => sgldDefinition.build(energy, { ...sgld(options).options }, 1);
  assert.throws(() => build({ batchSize: 11 }), /sgld: batchSize must be at most dataSize, 10, got 11/);
  assert.equal(build({}).parameters().batchSize[0], 10);
  assert.throws(
    () => sgldDefinition.build(banana.energy, {}, 1),
    /^RangeError: sgld: the energy has no data set to take mini-batches of; use tempered\(loss, \.\.\.\)$/,
  );
  assert.throws(() => build({}).init(Float64Array.of(Number.NaN), []), /sgld: the energy at the start must be finite/);
  assert.throws(
    () => build({ preconditioner: "rmsprop" }).adaptation?.(10),
    /warmup must be an integer of at least 20, got 10/,
  );
  assert.throws(
    () => build({}).step(build({}).init(Float64Array.of(0), []), [stream(1)]),
    /adaptation, which was not started/,
  );
});
