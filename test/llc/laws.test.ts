// Exact laws of the tempered energy at finite temperature, which estimates must meet within their own errors.
//
// A cell fails its first try beyond 4 standard errors; it is then run once more with four times the draws and must come
// within 4. A true law fails both with a chance of about 4e-9 by the normal law; the error of the error makes it about 1e-6.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hmc, type LlcEstimate, type Loss, llc, loss, sgld, type Tensor } from "../../src/index.js";

const quadratic = (curvatures: readonly number[], dataSize: number): Loss =>
  loss(curvatures.length, dataSize, (w) =>
    w
      .unstack()
      .map((x, i) => x.square().mul(0.5 * curvatures[i]))
      .reduce((sum, term) => sum.add(term)),
  );

/** Sum of |w_i|^powers[i]. */
const wells = (powers: readonly number[], dataSize: number): Loss =>
  loss(powers.length, dataSize, (w) =>
    w
      .unstack()
      .map((x, i) => evenPower(x, powers[i]))
      .reduce((sum, term) => sum.add(term)),
  );

function evenPower(x: Tensor, power: number): Tensor {
  let result = x.square();
  for (let k = 2; k < power; k += 2) result = result.mul(x.square());
  return result;
}

async function within(
  estimate: (draws: number) => Promise<LlcEstimate>,
  exact: number,
  draws: number,
): Promise<LlcEstimate> {
  let result = await estimate(draws);
  if (Math.abs(result.mean - exact) > 4 * result.standardError) result = await estimate(4 * draws);
  const z = (result.mean - exact) / result.standardError;
  assert.ok(Math.abs(z) <= 4, `${result.mean} +- ${result.standardError} against ${exact}: z = ${z}`);
  return result;
}

test("HMC on a quadratic with localisation: sum of t h / (2 (t h + gamma))", async () => {
  const [curvatures, n, gamma] = [[0.5, 1, 4, 20], 200, 3];
  const t = n / Math.log(n);
  const exact = curvatures.reduce((sum, h) => sum + (0.5 * t * h) / (t * h + gamma), 0);
  const estimate = await within(
    (draws) => llc(quadratic(curvatures, n), { center: [0, 0, 0, 0], gamma, draws, warmup: 500, workers: 0, seed: 3 }),
    exact,
    1500,
  );
  assert.ok(estimate.verdict.ok, JSON.stringify(estimate.verdict.problems));
  assert.equal(estimate.lossAtCenter, 0);
  assert.equal(estimate.beta, 1 / Math.log(n));
  assert.ok(estimate.standardError < 0.05);
});

test("HMC on power wells without localisation: sum of 1 / p, at every temperature, with the gamma law's variance", async () => {
  const powers = [2, 4, 6];
  const exact = powers.reduce((sum, p) => sum + 1 / p, 0);
  for (const beta of [0.02, 0.3]) {
    const estimate = await within(
      (draws) =>
        llc(wells(powers, 500), { center: [0, 0, 0], beta, gamma: 0, draws, warmup: 1000, workers: 0, seed: 5 }),
      exact,
      2000,
    );
    // t K is Gamma(lambda, 1): its variance is lambda too. The fourth central moment is 3 lambda^2 + 6 lambda.
    const values = estimate.trace.flatMap((losses) => Array.from(losses, (value) => 500 * beta * value));
    const variance = values.reduce((sum, value) => sum + (value - exact) ** 2, 0) / values.length;
    const deviation = Math.sqrt((2 * exact ** 2 + 6 * exact) / (estimate.essBulk / 4));
    assert.ok(Math.abs(variance - exact) < 4 * deviation, `variance ${variance} against ${exact} +- ${deviation}`);
  }
});

test("SGLD's discretisation raises the estimate exactly as predicted: variance 1 / (a (1 - eps a / 4))", async () => {
  const [curvatures, n, gamma] = [[1, 3], 100, 1];
  const t = n / Math.log(n);
  const stepSize = 0.03;
  const exact = curvatures.reduce((sum, h) => {
    const a = t * h + gamma;
    return sum + (0.5 * t * h) / (a * (1 - (stepSize * a) / 4));
  }, 0);
  const unbiased = curvatures.reduce((sum, h) => sum + (0.5 * t * h) / (t * h + gamma), 0);
  const estimate = await within(
    (draws) =>
      llc(quadratic(curvatures, n), {
        center: [0, 0],
        gamma,
        draws,
        warmup: 200,
        sampler: sgld({ stepSize, batchSize: n }),
        workers: 0,
        seed: 1,
      }),
    exact,
    8000,
  );
  // The bias is far larger than the error, or this test would say nothing; and the verdict names it.
  assert.ok(exact - unbiased > 10 * estimate.standardError);
  assert.ok(estimate.verdict.problems.some(({ kind }) => kind === "step-size-unstable"));
});

test("SGLD with mini-batches: gradient noise multiplies the variance by 1 + eps t^2 s^2 / (4 B)", async () => {
  // L = mean of (w - y_i)^2 / 2: every row's gradient is w - y_i, so its variance over rows is that of y.
  const n = 400;
  const y = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1.5 : -1.5));
  const noisy = loss(1, n, (w, rows) => w.sub(rows.y).square().mean().mul(0.5), { y });
  const [beta, gamma, stepSize, batchSize] = [0.25, 1, 0.004, 16];
  const t = n * beta;
  const a = t + gamma;
  // Rows are taken without replacement: the variance of a batch mean has the finite-population factor.
  const gradientVariance = ((1.5 ** 2 * (n / (n - 1))) / batchSize) * (1 - batchSize / n);
  const variance = (1 + (stepSize * t * t * gradientVariance) / 4) / (a * (1 - (stepSize * a) / 4));
  await within(
    (draws) =>
      llc(noisy, {
        center: [0],
        beta,
        gamma,
        draws,
        warmup: 500,
        sampler: sgld({ stepSize, batchSize }),
        workers: 0,
        seed: 2,
      }),
    0.5 * t * variance,
    12000,
  );
});

test("infinite temperature leaves the localisation alone: the negative control samples N(w*, 1 / gamma)", async () => {
  const estimate = await llc(quadratic([1, 1], 100), {
    center: [2, -1],
    beta: 0,
    gamma: 4,
    draws: 1000,
    warmup: 300,
    workers: 0,
    seed: 8,
  });
  assert.equal(estimate.mean, 0);
  const first = estimate.draws.position.filter((_, i) => i % 2 === 0);
  const mean = first.reduce((sum, x) => sum + x, 0) / first.length;
  assert.ok(Math.abs(mean - 2) < (4 * 0.5) / Math.sqrt(400), `mean ${mean}`);
  // The loss is still recorded.
  assert.ok(estimate.trace[0].every((value) => value >= 0) && estimate.trace[0].some((value) => value > 0));
});

test("the same seed gives the same estimate on the main thread and on one, two or three workers", async () => {
  const rows = Float64Array.from({ length: 50 }, (_, i) => Math.sin(i));
  const regression = loss(2, 50, (w, { x }) => x.mul(w.at(0)).add(w.at(1)).sub(x.square()).square().mean(), {
    x: rows,
  });
  for (const sampler of [hmc(), sgld({ batchSize: 10 })]) {
    const run = (workers: number) =>
      llc(regression, { center: [0.1, 0.4], sampler, chains: 3, warmup: 100, draws: 50, workers, seed: 11 });
    const alone = await run(0);
    for (const workers of [1, 2, 3]) {
      const shared = await run(workers);
      assert.deepEqual(shared.trace, alone.trace);
      assert.deepEqual(Array.from(shared.draws.position), Array.from(alone.draws.position));
    }
  }
});
