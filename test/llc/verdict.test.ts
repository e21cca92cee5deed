// An estimate that cannot be believed says so, by name and with the number that shows it, and is reported all the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { essMean } from "../../src/diagnostics/index.js";
import {
  adamSgld,
  compareLlc,
  hmc,
  known,
  type LlcEstimate,
  llc,
  loss,
  mclmc,
  type ProblemKind,
  psgld,
  sgld,
} from "../../src/index.js";
import { studentQuantile } from "../../src/llc/laws.js";
import { type ChainMean, chainMean } from "../../src/llc/uncertainty.js";
import { stream } from "../../src/random/index.js";

const bowl = loss(2, 100, (w) => w.square().sum().mul(0.5));
const quick = { workers: 0, chains: 4, warmup: 200, draws: 400, seed: 1 } as const;

function kinds({ verdict }: LlcEstimate): ProblemKind[] {
  return verdict.problems.map(({ kind }) => kind);
}

function message(estimate: LlcEstimate, kind: ProblemKind): string {
  return estimate.verdict.problems.find((problem) => problem.kind === kind)!.message;
}

test("the estimate is n beta times the mean of the trace over the loss at the centre, chain by chain and pooled", async () => {
  const estimate = await llc(bowl, { ...quick, center: [0.1, 0], draws: 100, chains: 3, beta: 0.4 });
  const mean = (x: ArrayLike<number>) => Array.from(x).reduce((sum, value) => sum + value, 0) / x.length;
  const close = (actual: number, expected: number) => assert.ok(Math.abs(actual / expected - 1) < 1e-10);
  close(estimate.lossAtCenter, 0.005);
  estimate.perChain.forEach((one, c) => close(one, 40 * (mean(estimate.trace[c]) - 0.005)));
  close(estimate.mean, mean(estimate.perChain));
});

test("a centre that is not a minimum: the estimate is negative, reported as it is, and named", async () => {
  const estimate = await llc(bowl, { ...quick, center: [3, 0], gamma: 0.1 });
  assert.ok(estimate.mean < 0);
  assert.ok(estimate.interval[1] < 0);
  assert.ok(kinds(estimate).includes("not-a-minimum"));
  assert.match(message(estimate, "not-a-minimum"), /below L_n\(w\*\)/);
  assert.equal(estimate.verdict.ok, false);
});

test("in many dimensions, where no draw comes near a minimum, a centre beside it is named all the same", async () => {
  const dim = 40;
  const wide = loss(dim, 1000, (w) => w.square().sum().mul(0.5));
  const t = 1000 / Math.log(1000);
  const at = (depth: number) =>
    Float64Array.from({ length: dim }, (_, i) => (i === 0 ? Math.sqrt((2 * depth) / t) : 0));
  const beside = await llc(wide, { ...quick, center: at(1) });
  assert.ok(Math.min(...beside.trace.flatMap((losses) => [...losses])) > beside.lossAtCenter);
  assert.ok(beside.mean + 0.9 < (dim / 2) * (t / (t + 1)) + 4 * beside.standardError);
  assert.deepEqual(kinds(beside), ["not-a-minimum"]);
  assert.match(message(beside, "not-a-minimum"), /below L_n\(w\*\), by (0\.9|1\.0)/);
  assert.deepEqual(kinds(await llc(wide, { ...quick, center: at(0) })), []);
});

test("healthy runs are believed: all but one in thirty, on regular and on degenerate minima", async () => {
  // Each check alone calls a healthy run sick about once in a thousand runs.
  const curvatures = Array.from({ length: 20 }, (_, i) => 10 ** (-i / 5));
  const targets = [
    loss(20, 1000, (w) =>
      w
        .unstack()
        .map((x, i) => x.square().mul(curvatures[i] / 2))
        .reduce((sum, term) => sum.add(term)),
    ),
    loss(2, 1000, (w) => w.at(0).square().square().add(w.at(1).square())),
  ];
  for (const target of targets) {
    const problems: string[] = [];
    for (let seed = 0; seed < 30; seed++) {
      const center = new Float64Array(target.dim);
      const { verdict } = await llc(target, { ...quick, center, draws: 600, seed });
      if (!verdict.ok) problems.push(verdict.problems.map(({ message }) => message).join(" "));
    }
    assert.ok(problems.length <= 1, problems.join("\n"));
  }
});

test("where no sampler is named, its steps fit the steep arms of a crossing, where those of hmc() itself diverge", async () => {
  const crossing = known.normalCrossing({ exponents: [1, 1] });
  const run = { ...quick, center: crossing.center!, draws: 1000 };
  const diverging = ({ draws }: LlcEstimate): number => draws.stats.diverging.filter((flag) => flag > 0).length;
  const byDefault = await llc(crossing.loss!, run);
  const byHmc = await llc(crossing.loss!, { ...run, sampler: hmc() });
  assert.ok(!kinds(byDefault).includes("divergences"));
  assert.ok(kinds(byHmc).includes("divergences"));
  assert.ok(3 * diverging(byDefault) < diverging(byHmc), `${diverging(byDefault)} and ${diverging(byHmc)}`);
});

test("chains caught in different basins disagree", async () => {
  // Two wells of different depth behind a barrier of about 14 nats on the shallow side.
  const wells = loss(1, 100, (w) => w.square().sub(1).square().add(w.pow(3).tanh().mul(0.5)).sum());
  // The slope at 0 vanishes: each chain's first momentum decides which well it falls into.
  const estimate = await llc(wells, {
    ...quick,
    center: [0],
    gamma: 0,
    chains: 6,
    sampler: hmc({ stepSize: 0.02, leapfrogSteps: 10 }),
  });
  const ends = estimate.draws.lengths.map((_, c) => estimate.draws.final.position[c]);
  assert.ok(ends.some((x) => x > 0) && ends.some((x) => x < 0), `all chains fell into one basin: ${ends}`);
  assert.ok(kinds(estimate).includes("chains-disagree"));
  assert.match(message(estimate, "chains-disagree"), /R-hat is \d/);
});

test("few draws are too few", async () => {
  const estimate = await llc(bowl, { ...quick, center: [0, 0], draws: 20 });
  assert.deepEqual(kinds(estimate), ["too-few-effective-draws"]);
  assert.match(message(estimate, "too-few-effective-draws"), /below 400 \(100 per chain\)/);
});

test("a kernel whose law is not the posterior says so, and one that holds its preconditioner still does not", async () => {
  for (const sampler of [psgld(), adamSgld()]) {
    const estimate = await llc(bowl, { ...quick, center: [0, 0], sampler });
    assert.match(
      message(estimate, "inexact-law"),
      new RegExp(`^${sampler.kind} samples another law than the posterior`),
    );
  }
  const still = await llc(bowl, { ...quick, center: [0, 0], sampler: sgld({ preconditioner: "rmsprop" }) });
  assert.ok(!kinds(still).includes("inexact-law"));
});

test("an SGLD step beyond 4 / curvature stops the chains, and the verdict names step and chains", async () => {
  const estimate = await llc(bowl, { ...quick, center: [0, 0], sampler: sgld({ stepSize: 5 }) });
  assert.ok(kinds(estimate).includes("step-size-unstable"));
  assert.match(message(estimate, "step-size-unstable"), /unstable for the largest curvature 22\.7/);
  assert.ok(kinds(estimate).includes("chain-stopped"));
  assert.match(message(estimate, "chain-stopped"), /chain 0 at draw \d+/);
});

test("an SGLD step that the noise of small batches makes too large is named", async () => {
  const y = Float64Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1.5 : -1.5));
  const noisy = loss(1, 400, (w, rows) => w.sub(rows.y).square().mean().mul(0.5), { y });
  const options = { ...quick, draws: 3000, center: [0], beta: 0.25 };
  // t = 100: curvature 101 alone inflates by 11 %, the noise of 16 rows, t^2 1.5^2 / 16 (1 - 16 / 400), by 135 % more.
  const estimate = await llc(noisy, { ...options, sampler: sgld({ stepSize: 0.004, batchSize: 16 }) });
  assert.ok(estimate.mean > 1);
  assert.match(
    message(estimate, "step-size-unstable"),
    /largest curvature 101 with the noise of its mini-batches by 1\d\d %/,
  );
  assert.ok(estimate.stepExcess! > 1 && estimate.stepExcess! < 3);
  const whole = await llc(noisy, { ...options, sampler: sgld({ stepSize: 0.004, batchSize: 400 }) });
  assert.ok(Math.abs(whole.stepExcess! - (1 / (1 - 0.101) - 1)) < 1e-3);
  assert.ok(!kinds(whole).includes("step-size-unstable"));
});

test("an SGLD step too large for the walls of a degenerate minimum, which is flat at its centre, is named", async () => {
  const quartic = loss(1, 100, (w) => w.square().square().sum());
  const options = { ...quick, draws: 2000, center: [0], gamma: 0 };
  const far = await llc(quartic, { ...options, sampler: sgld({ stepSize: 0.03, batchSize: 100 }) });
  assert.ok(kinds(far).includes("step-size-unstable"));
  const found = await llc(quartic, { ...options, sampler: sgld({ batchSize: 100 }) });
  assert.ok(!kinds(found).includes("step-size-unstable"));
});

test("MCLMC's steps that heat its stiffest directions are named, and those that it finds for itself are not", async () => {
  const bare = loss(20, 100, (w) => w.square().sum().mul(0.5).add(w.at(0).square().mul(200)));
  const center = new Float64Array(20);
  const run = { ...quick, draws: 1000, thin: 4, gamma: 1, center };
  const given = await llc(bare, { ...run, sampler: mclmc({ stepSize: 0.15, L: 1 }) });
  assert.match(message(given, "step-size-unstable"), /energy errors of chain \d have a variance of .* per coordinate/);
  const found = await llc(bare, { ...run, warmup: 1000, sampler: mclmc() });
  assert.ok(!kinds(found).includes("step-size-unstable"));
});

test("HMC at a step size far too large is named, with its divergences", async () => {
  const quartic = loss(2, 100, (w) => w.square().square().sum());
  const estimate = await llc(quartic, { ...quick, center: [0, 0], sampler: hmc({ stepSize: 2, leapfrogSteps: 20 }) });
  assert.ok(kinds(estimate).includes("step-size-unstable"));
  assert.ok(kinds(estimate).includes("divergences"));
});

test("an aborted run still gives an estimate of what was kept", async () => {
  const aborter = new AbortController();
  let heard = 0;
  const estimate = await llc(bowl, {
    ...quick,
    draws: 2_000_000,
    center: [0, 0],
    signal: aborter.signal,
    onEvent: ({ type }) => {
      if (type === "progress" && ++heard === 3) aborter.abort();
    },
  });
  assert.equal(estimate.draws.aborted, true);
  assert.ok(estimate.draws.lengths.every((length) => length < 2_000_000));
});

test("the error of a mean: MCSE where chains agree, the spread between them where they do not", () => {
  const random = stream(1, "uncertainty");
  const chain = (shift: number) => Float64Array.from({ length: 1000 }, () => random.normal() + shift);
  const agreeing = chainMean([chain(0), chain(0), chain(0), chain(0)]);
  assert.ok(Math.abs(agreeing.standardError * Math.sqrt(4000) - 1) < 0.1);
  const quantiles = (chains: Float64Array[]): number => studentQuantile(0.975, essMean(chains) - 1);
  const margin = ({ interval, mean, standardError }: ChainMean): number => (interval[1] - mean) / standardError;
  const four = [chain(0), chain(0), chain(0), chain(0)];
  assert.ok(Math.abs(margin(chainMean(four)) - quantiles(four)) < 1e-9);
  const parted = chainMean([chain(0), chain(1), chain(2), chain(3)]);
  const alone = [chain(0)];
  assert.ok(Math.abs(margin(chainMean(alone)) - quantiles(alone)) < 1e-9);
  assert.ok(parted.agreement < 1e-6);
  assert.ok(Math.abs(parted.standardError - Math.sqrt(5 / 3 / 4)) < 0.1);
  assert.ok(Math.abs((parted.interval[1] - parted.mean) / parted.standardError - studentQuantile(0.975, 3)) < 1e-12);
  assert.ok(Math.abs(studentQuantile(0.975, 3) - 3.182446305284264) < 1e-9);
  // Chains that stand still: their spread is all there is, and two of them know little.
  const stuck = chainMean([14, 16].map((value) => new Float64Array(50).fill(value)));
  assert.ok(stuck.standardError >= 1 && stuck.interval[1] - stuck.mean >= studentQuantile(0.975, 1));
});

test("of few effective draws 95 % intervals hold the mean in 95 of 100 runs: four AR(1) chains worth seven draws", () => {
  const random = stream(3, "uncertainty");
  const phi = 0.995;
  const chain = (): Float64Array => {
    let x = random.normal();
    return Float64Array.from({ length: 500 }, () => {
      x = phi * x + Math.sqrt(1 - phi * phi) * random.normal();
      return x;
    });
  };
  const runs = 1500;
  const covered = Array.from({ length: runs }, () => chainMean([chain(), chain(), chain(), chain()]).interval).filter(
    ([low, high]) => low <= 0 && 0 <= high,
  ).length;
  const chance = Math.sqrt((0.95 * 0.05) / runs);
  assert.ok(Math.abs(covered / runs - 0.95) < 4.5 * chance, `${covered} of ${runs}`);
});

test("the spread between chains decides below a chance of one per cent, and not above", () => {
  const random = stream(2, "uncertainty");
  const chains = Array.from({ length: 4 }, () => Float64Array.from({ length: 1000 }, () => random.normal()));
  const seen = { mcse: 0, spread: 0 };
  for (let shift = 0; shift < 0.3; shift += 0.005) {
    const shifted = chains.map((chain, c) => chain.map((x) => x + c * shift));
    const { agreement, interval, mean, standardError } = chainMean(shifted);
    const decider = agreement < 0.01 ? "spread" : "mcse";
    const quantile = studentQuantile(0.975, decider === "spread" ? 3 : essMean(shifted) - 1);
    assert.ok(Math.abs((interval[1] - mean) / standardError - quantile) < 1e-9, `at ${agreement}`);
    seen[decider]++;
  }
  assert.ok(seen.mcse > 3 && seen.spread > 3);
});

test("an estimate is plain data that prints as sentences, and estimates print as a table beside references", async () => {
  const estimate = await llc(bowl, { ...quick, center: [0, 0], draws: 1000 });
  assert.match(inspect(estimate), /^LLC 0\.9\d* \u00b1 0\.\d+ .*d\/2 = 1\nby hmc: 4 chains of 1000 draws/);
  assert.equal(structuredClone(estimate).mean, estimate.mean);
  const table = compareLlc({ HMC: estimate }, { references: { "d/2": 1 } });
  assert.deepEqual(
    table.rows.map(({ name }) => name),
    ["HMC", "d/2"],
  );
  assert.match(inspect(table), /name +llc +s\.e\./);
});

test("wrong arguments are refused by name", async () => {
  assert.throws(
    () => compareLlc({ HMC: 3 as never }),
    /compareLlc: HMC must be an LLC estimate, such as llc returns, got 3/,
  );
  assert.throws(
    () => compareLlc(undefined as never),
    /compareLlc: estimates must be LLC estimates by name, got undefined/,
  );
  const refused = (options: object, expected: RegExp) => assert.rejects(llc(bowl, options as never), expected);
  await refused({ center: [0] }, /llc: center must be 2 finite numbers, got a list of length 1/);
  await refused({ center: [0, Number.NaN] }, /llc: center\[1\] must be a finite number, got NaN/);
  await refused({}, /llc: center must be 2 finite numbers, got undefined/);
  await refused({ center: [0, 0], beta: -1 }, /llc: beta must be a non-negative number, got -1/);
  await refused({ center: [0, 0], beta: 0, gamma: 0 }, /llc: gamma must be positive where beta is 0/);
  await refused({ center: [0, 0], draws: 0 }, /draws must be a positive integer, got 0/);
  await refused({ center: [0, 0], temprature: 1 }, /llc: there is no option "temprature"/);
  await assert.rejects(llc({} as never, { center: [] }), /llc: loss must be a loss/);
  const infinite = loss(1, 10, (w) => w.log().neg().sum());
  await assert.rejects(
    llc(infinite, { center: [0] }),
    /llc: the loss at the center must be a finite number, got Infinity/,
  );
});
