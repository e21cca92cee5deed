// Without the loss the law is N(w*, 1 / gamma), so that whether a sampler samples it, and whether it has had the time to, can be told exactly.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { type Draws, hmc, known, langevin, negativeControl, type Sampler, sgld, stream } from "../../src/index.js";
import { controlled, squaresOf } from "../../src/llc/control-checks.js";

const { loss: bowl, center } = known.quadratic({ curvatures: [1, 4, 0.1] });
const quick = { center: center!, gamma: 20, chains: 4, warmup: 400, draws: 1500, seed: 4, workers: 0, onEvent() {} };

describe("the negative control", () => {
  test("has the distances of N(w*, 1 / gamma), whatever the loss", async () => {
    for (const sampler of [hmc(), sgld({ batchSize: 10 }), sgld({ batchSize: 10, preconditioner: "rmsprop" })]) {
      const found = await negativeControl(bowl!, { ...quick, sampler });
      assert.ok(found.ok, inspect(found));
      assert.equal(found.dim, 3);
      assert.equal(found.standardError, Math.sqrt(6 / found.effectiveDraws));
      // E of the quadratic is half the sum of curvatures over gamma; its error is about a tenth of that.
      assert.ok(Math.abs(found.lossAboveCenter / (5.1 / 40) - 1) < 0.3, `${found.lossAboveCenter}`);
    }
  });

  test("finds out a sampler that does not sample what it should", async () => {
    const cold = langevin({ stepSize: 0.01, noiseScale: 0.7 });
    const found = await negativeControl(bowl!, { ...quick, sampler: cold, thin: 10 });
    assert.equal(found.ok, false);
    assert.match(inspect(found), /not to be relied on\n.*does not sample what it should/);
    // What its steps make of the law is known for a noise of 1 alone.
    assert.deepEqual([found.expected, found.problems.length], [undefined, 1]);
  });

  test("finds out chains that have not come to where they belong, however large the error that they state", async () => {
    // gamma |w - w*|^2 of 1.6 +- 1.1 and 1.3 +- 0.5 by their own traces, which is within four errors of 3.
    const slow: [Sampler, object, RegExp][] = [
      [
        sgld({ stepSize: 1e-4 }),
        { warmup: 700, draws: 300, seed: 2 },
        /have reached 81 % of the variance; a warmup of 1498/,
      ],
      [hmc({ stepSize: 0.003, leapfrogSteps: 3 }), { warmup: 100, draws: 500, seed: 2 }, /too few effective draws/],
    ];
    for (const [sampler, run, reason] of slow) {
      const found = await negativeControl(bowl!, { ...quick, ...run, sampler });
      assert.equal(found.ok, false);
      assert.match(found.problems.join(), reason);
      assert.ok(found.squaredDistance < 2 && found.squaredDistance + 4 * found.standardError > 3, inspect(found));
    }
    const enough = { sampler: sgld({ stepSize: 1e-4 }), warmup: 1500, draws: 1500, thin: 35 };
    const found = await negativeControl(bowl!, { ...quick, ...enough });
    assert.ok(found.ok, inspect(found));
  });

  test("knows the mean and the variance of its steps' squared distances, from the first transition on", async () => {
    const zs: number[] = [];
    for (const sampler of [sgld({ stepSize: 0.01 }), langevin({ stepSize: 0.005 })]) {
      for (let seed = 0; seed < 60; seed++) {
        const run = { chains: 2, warmup: 40, draws: 400, thin: 2, seed };
        const { squaredDistance, expected, standardError, dim } = await negativeControl(bowl!, {
          ...quick,
          ...run,
          sampler,
        });
        zs.push(((squaredDistance / expected! - 1) * dim) / standardError);
      }
    }
    const mean = zs.reduce((sum, z) => sum + z, 0) / zs.length;
    const square = zs.reduce((sum, z) => sum + z * z, 0) / zs.length;
    assert.ok(Math.abs(mean) < 4 / Math.sqrt(zs.length), `${mean}`);
    assert.ok(Math.abs(square - 1) < 4 * Math.sqrt(2 / zs.length), `${square}`);
  });

  test("refuses a localisation of nothing", async () => {
    await assert.rejects(negativeControl(bowl!, { center: center!, gamma: 0 }), /gamma must be a positive number/);
  });
});

test("many short chains of slow steps have no false alarm, whether their autocorrelation is known or not", () => {
  // Squares of a slow series are skewed, so that one of 64 means is far off often; and so is an autocorrelation that 73 draws have to tell.
  const [chains, draws, product] = [64, 73, 0.2];
  const [r, names] = [1 - product / 2, ["w"]];
  const run = { chains, draws, dim: 1, names, lengths: new Array<number>(chains).fill(draws), stopped: [] };
  const final = { warmup: 1000, thin: 1 };
  const stepSize = new Float64Array(chains).fill(product);
  for (let seed = 0; seed < 40; seed++) {
    const random = stream(seed, "slow chains");
    let w = 0;
    const position = Float64Array.from({ length: chains * draws }, (_, k) => {
      w = k % draws === 0 ? random.normal() / Math.sqrt(1 - product / 4) : r * w + Math.sqrt(product) * random.normal();
      return w;
    });
    for (const kernel of [
      { sampler: { kind: "sgld", options: { stepSize: product } }, adapted: { stepSize } },
      { sampler: { kind: "hmc", options: {} }, adapted: {} },
    ]) {
      const sampled = { ...run, ...kernel, position, final } as unknown as Draws;
      const { problems } = controlled(sampled, squaresOf(sampled, new Float64Array(1), 1), 1, 0.06);
      assert.doesNotMatch(problems.join(), /alone|does not sample/);
    }
  }
});

describe("draws of a kernel whose autocorrelation is not known", () => {
  const [chains, draws, dim] = [4, 500, 4];
  /** Independent draws with these standard deviations by chain and coordinate, over gamma = 1. */
  const drawsOf = (seed: number, scale: (chain: number, i: number) => number): Draws => {
    const random = stream(seed, "control");
    const position = Float64Array.from({ length: chains * draws * dim }, (_, k) => {
      const chain = Math.floor(k / (draws * dim));
      return scale(chain, k % dim) * random.normal();
    });
    const lengths = new Array<number>(chains).fill(draws);
    const names = ["a", "b", "c", "d"];
    const run = { sampler: { kind: "hmc", options: {} }, adapted: {}, final: { warmup: 0, thin: 1 }, stopped: [] };
    return { chains, draws, dim, names, lengths, position, ...run } as unknown as Draws;
  };
  const problemsOf = (sampled: Draws): string[] =>
    controlled(sampled, squaresOf(sampled, new Float64Array(dim), 1), 1, 0.05).problems;

  test("are not objected to where they are of the law", () => {
    for (let seed = 0; seed < 100; seed++) assert.deepEqual(problemsOf(drawsOf(seed, () => 1)), []);
  });

  test("are, where the mean distance is right and no chain's is", () => {
    const [first, ...others] = problemsOf(drawsOf(1, (chain) => Math.sqrt(chain < 2 ? 0.6 : 1.4)));
    assert.match(first, /^chain 0 alone has 0\.\d+ times the squared distance/);
    assert.equal(others.length, 3);
  });

  test("are, where the mean distance is right and no coordinate's is", () => {
    const problems = problemsOf(drawsOf(2, (_, i) => Math.sqrt(i < 2 ? 0.6 : 1.4)));
    assert.match(problems.join(), /^[abcd] alone has \d\.\d+ times its variance$/);
  });

  test("are, where they stand still, or nothing was kept", () => {
    assert.match(
      problemsOf(drawsOf(3, () => 0)).join(),
      /too few effective draws to tell: 0, below 128; nothing moved/,
    );
    const { position, ...none } = drawsOf(4, () => 1);
    assert.match(
      problemsOf({ ...none, lengths: [0, 0, 0, 0], position }).join(),
      /^too few effective draws to tell: 0, below 128; no chain kept 6 draws$/,
    );
    const stopped = [{ chain: 1, draw: 7, reason: "the energy is not finite" }];
    assert.match(problemsOf({ ...none, position, stopped }).join(), /chain 1 stopped at draw 7/);
  });
});
