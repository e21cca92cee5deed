// Richardson's extrapolation takes SGLD's bias away: of the steps, and of mini-batches.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { hmc, known, langevin, llcExtrapolated, loss, sgld, stream } from "../../src/index.js";

const Z = 4.5;
const quick = { chains: 4, warmup: 500, workers: 0, onEvent() {} } as const;

/** As for every law: once more, with four times the draws, where the first run fails. */
async function twice(run: (draws: number) => Promise<string | undefined>, draws: number): Promise<void> {
  if ((await run(draws)) !== undefined) assert.equal(await run(4 * draws), undefined);
}

test("of steps: on a quadratic the biases are those of theory, and the extrapolation's is of second order", async () => {
  const curvatures = [1, 1, 1, 1];
  const { loss: bowl, center, expected } = known.quadratic({ curvatures });
  const t = 1000 / Math.log(1000);
  const a = t + 1;
  // eps a / 4 = 0.15: 18 % too much at the whole step, 8 % at the half.
  const stepSize = 0.6 / a;
  const exact = expected!({ nbeta: t, gamma: 1 }).mean;
  const biased = (eps: number): number => exact / (1 - (eps * a) / 4);
  await twice(async (draws) => {
    const options = {
      ...quick,
      center: center!,
      draws,
      thin: 4,
      seed: 1,
      sampler: sgld({ stepSize, batchSize: 1000 }),
    };
    const { mean, standardError, coarse, fine, bias, stepSizes, stepExcess } = await llcExtrapolated(bowl!, options);
    assert.deepEqual(stepSizes, { coarse: stepSize, fine: stepSize / 2 });
    assert.ok(Math.abs(mean - (2 * fine.mean - coarse.mean)) < 1e-12);
    assert.ok(Math.abs(standardError - Math.hypot(2 * fine.standardError, coarse.standardError)) < 1e-12);
    assert.ok(Math.abs(coarse.stepExcess! / (1 / 0.85 - 1) - 1) < 0.05, `${coarse.stepExcess}`);
    // What is left is what it says is left.
    const left = (2 * biased(stepSize / 2) - biased(stepSize)) / exact - 1;
    assert.ok(Math.abs(Math.abs(left) / stepExcess! - 1) < 0.5, `${left} ${stepExcess}`);
    const checks = [
      [coarse.mean, coarse.standardError, biased(stepSize)],
      [fine.mean, fine.standardError, biased(stepSize / 2)],
      [mean, standardError, exact * (1 + left)],
    ];
    // The bias itself is seen: it is far more than its error.
    assert.ok(bias.mean > 3 * bias.standardError, `${bias.mean} +- ${bias.standardError}`);
    const miss = checks.find(([value, error, truth]) => Math.abs(value - truth) > Z * error);
    return miss?.join(" ");
  }, 4000);
});

test("of mini-batches: the noise of small ones goes too, on singular wells and with steps it finds itself", async () => {
  const random = stream(2, "rows");
  const n = 400;
  const x = Array.from({ length: n }, () => random.normal());
  // Rows differ in how steep they are, so that batches are noisy; their mean is w1^4 + w2^2 / 2 of known coefficients.
  const squares = x.reduce((sum, value) => sum + value * value, 0) / n;
  const data = loss(
    2,
    n,
    (w, rows) => {
      const [first, second] = w.unstack();
      return rows.x
        .square()
        .mean()
        .mul(second.square().mul(0.5).add(first.pow(4)));
    },
    { x },
  );
  const { expected } = known.powers({ powers: [4, 2], coefficients: [squares, squares / 2] });
  const exact = expected!({ nbeta: n / Math.log(n), gamma: 1 }).mean;
  await twice(async (draws) => {
    const sampler = sgld({ batchSize: 20 });
    const found = await llcExtrapolated(data, { ...quick, center: [0, 0], draws, thin: 5, seed: 3, sampler });
    assert.ok(found.stepExcess! < 0.01);
    const { mean, standardError } = found;
    return Math.abs(mean - exact) > Z * standardError ? `${mean} +- ${standardError}, exactly ${exact}` : undefined;
  }, 3000);
});

test("burn-in: a warmup too short leaves as much in the extrapolation as in one run", async () => {
  const { loss: bowl, center, expected } = known.quadratic({ curvatures: [1, 1, 1, 1] });
  const t = 1000 / Math.log(1000);
  const a = t + 1;
  const [stepSize, thin] = [0.04 / a, 4];
  const exact = expected!({ nbeta: t, gamma: 1 }).mean;
  /** The mean over draws of t |w|^2 / 2, whose coordinates have the variances V <- (1 - eps a / 2)^2 V + eps, from 0 on. */
  const meanOf = (eps: number, draws: number, each: number): number => {
    let [variance, sum] = [0, 0];
    for (let draw = 0; draw < draws; draw++) {
      for (let step = 0; step < each; step++) variance = (1 - (eps * a) / 2) ** 2 * variance + eps;
      sum += variance;
    }
    return (4 * t * sum) / draws / 2;
  };
  await twice(async (chains) => {
    const draws = 50;
    const sampler = sgld({ stepSize, batchSize: 1000 });
    const run = { ...quick, center: center!, chains, warmup: 0, draws, thin, seed: 4, sampler };
    const { coarse, fine, mean } = await llcExtrapolated(bowl!, run);
    const [one, half] = [meanOf(stepSize, draws, thin), meanOf(stepSize / 2, draws, 2 * thin)];
    assert.ok(Math.abs((2 * half - one) / exact - 1 + 0.12) < 0.02 && Math.abs(one / exact - 1 + 0.12) < 0.02);
    // Of chains, which are independent: so short, their autocorrelation says little.
    const errorOf = ({ perChain, mean }: typeof coarse): number =>
      Math.sqrt(perChain.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / chains;
    const checks = [
      [coarse.mean, errorOf(coarse), one],
      [fine.mean, errorOf(fine), half],
      [mean, Math.hypot(2 * errorOf(fine), errorOf(coarse)), 2 * half - one],
    ];
    return checks.find(([value, error, truth]) => Math.abs(value - truth) > Z * error)?.join(" ");
  }, 200);
});

test("it is plain data that prints; what has no such bias is refused", async () => {
  const { loss: well, center } = known.powers({ powers: [4, 2] });
  const options = { ...quick, center: center!, draws: 200 };
  const found = await llcExtrapolated(well!, { ...options, sampler: langevin({ stepSize: 1e-3 }) });
  assert.equal(found.stepExcess, undefined);
  assert.equal(found.work, found.coarse.work + found.fine.work);
  assert.match(inspect(found), /extrapolated to step size 0\n.* at 0\.0010*, .* at 0\.00050*: the steps had added/);
  const refused = (sampler: ReturnType<typeof sgld>) => llcExtrapolated(well!, { ...options, sampler });
  await assert.rejects(refused(hmc()), /sampler must be one of sgld, psgld, langevin, got "hmc"/);
  await assert.rejects(refused(sgld({ stepSize: () => 0.1 })), /sampler\.stepSize must be a number/);
});
