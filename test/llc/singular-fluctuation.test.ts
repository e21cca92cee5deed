// Singular fluctuation, WAIC and WBIC where they are known: a Gaussian mean, whose posterior is Gaussian at every temperature.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { diagnostics, hmc, known, llc, loss, singularFluctuation, stream } from "../../src/index.js";

const Z = 4.5;
const n = 300;
const random = stream(9, "fluctuation");
const y = Array.from({ length: n }, () => random.normal());
const mean = y.reduce((sum, value) => sum + value, 0) / n;
/** -log N(y; w, 1), rows and all. */
const data = loss(
  1,
  n,
  (w, rows) =>
    rows.y
      .sub(w)
      .square()
      .mul(0.5)
      .add(0.5 * Math.log(2 * Math.PI))
      .mean(),
  { y },
);
const quick = {
  center: [mean],
  gamma: 1,
  chains: 4,
  warmup: 400,
  draws: 1500,
  seed: 2,
  workers: 0,
  onEvent() {},
} as const;

/** Everything by formula: w ~ N(mean, v) with 1 / v = n beta + gamma. */
function exactly(beta: number) {
  const v = 1 / (n * beta + 1);
  const squares = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const V = squares * v + (n * v * v) / 2;
  // The mean density of a row is N(y; mean, 1 + v).
  const bayes = 0.5 * Math.log(2 * Math.PI * (1 + v)) + squares / (2 * n * (1 + v));
  return {
    V,
    nu: (beta / 2) * V,
    bayes,
    waic: bayes + (beta * V) / n,
    wbic: n * (data.value(Float64Array.of(mean)) + v / 2),
  };
}

for (const beta of [1 / Math.log(n), 1]) {
  test(`of a Gaussian mean at beta = ${beta.toPrecision(2)}`, async () => {
    const exact = exactly(beta);
    const look = async (draws: number) => {
      const estimate = await llc(data, { ...quick, beta, draws, sampler: hmc() });
      const found = singularFluctuation(data, estimate, { draws: draws / 2 });
      const relative = found.standardError / found.nu;
      const miss =
        Math.abs(found.nu - exact.nu) > Z * found.standardError ||
        Math.abs(found.wbic - exact.wbic) > Z * found.wbicStandardError ||
        Math.abs(found.bayesTrainingLoss - exact.bayes) > (Z * relative * exact.V) / n ||
        Math.abs(found.waic - exact.waic) > (2 * Z * relative * exact.V) / n;
      return { found, miss };
    };
    let { found, miss } = await look(1500);
    if (miss) ({ found, miss } = await look(6000));
    assert.ok(!miss, `${inspect(found)} where it should be ${JSON.stringify(exact)}`);
    assert.ok(found.standardError < 0.1 * found.nu && found.rows === n);
    assert.ok(Math.abs(found.nu - 0.5) < 0.15, "d / 2 for a regular model");
    assert.equal(found.isWbicTemperature, beta < 1);
    assert.match(inspect(found), beta < 1 ? /\nWBIC / : /\nn E\[L_n\] /);
  });
}

test("at beta 1 WAIC is the one of the diagnostics, from the same log-likelihoods", async () => {
  const estimate = await llc(data, { ...quick, beta: 1, chains: 2, draws: 100, sampler: hmc() });
  const found = singularFluctuation(data, estimate, { draws: 100 });
  const table = estimate.draws.lengths.map((length, chain) =>
    Array.from({ length }, (_, draw) => {
      const w = estimate.draws.position[chain * estimate.draws.draws + draw];
      return y.map((value) => -0.5 * (value - w) ** 2 - 0.5 * Math.log(2 * Math.PI));
    }),
  );
  const { elpd, p } = diagnostics.waic(table);
  assert.ok(Math.abs(found.functionalVariance - p) < 1e-9);
  assert.ok(Math.abs(-n * found.waic - elpd) < 1e-8);
});

test("some rows stand for all of them, and the error says so", async () => {
  const estimate = await llc(data, { ...quick, draws: 400, sampler: hmc() });
  const all = singularFluctuation(data, estimate);
  const zs = Array.from({ length: 40 }, (_, seed) => {
    const some = singularFluctuation(data, estimate, { rows: 60, seed });
    assert.ok(some.rows === 60 && some.standardError > all.standardError);
    return (some.nu - all.nu) / some.standardError;
  });
  assert.ok(Math.max(...zs.map(Math.abs)) < Z, `${zs}`);
});

test("it refuses a loss without rows, and another one than the estimate's", async () => {
  const { loss: bowl, center } = known.quadratic({ curvatures: [1] });
  const estimate = await llc(bowl!, { ...quick, center: center!, draws: 20 });
  assert.throws(() => singularFluctuation(bowl!, estimate), /singularFluctuation: loss must have data/);
  assert.throws(() => singularFluctuation(data, estimate), /loss must be of 1000 rows/);
  assert.throws(() => singularFluctuation(data, {} as never), /estimate must be an LLC estimate/);
  const own = await llc(data, { ...quick, draws: 20 });
  assert.throws(() => singularFluctuation(data, own, { rows: 1 }), /rows must be an integer of at least 2/);
});
