// The LLC along training: the same settings at every checkpoint, and stages where the curve turns by more than chance.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { hmc, known, likelihoods, llc, llcAlong, mlp, networkLoss, sgd, stream, train } from "../../src/index.js";
import { seedFor } from "../../src/llc/seeds.js";
import { stagesOf } from "../../src/llc/stages.js";

describe("stages", () => {
  const steps = Array.from({ length: 40 }, (_, k) => Math.exp((k / 39) * Math.log(10_000)));
  const pointsOf = (f: (x: number) => number, standardError: number, seed?: number) => {
    const random = stream(seed ?? 0, "stages");
    return steps.map((step) => ({
      step,
      llc: f(Math.log(step)) + (seed === undefined ? 0 : standardError * random.normal()),
      standardError,
    }));
  };

  test("end where d lambda / d log step is zero", () => {
    // Peaks where sin turns, at log step 1/4 and 5/4 of a period of 6, a trough at 3/4.
    const f = (x: number): number => 10 + 3 * Math.sin((2 * Math.PI * x) / 6);
    const { boundaries, smoothed } = stagesOf(pointsOf(f, 0.05, 1), 0.3);
    assert.deepEqual(
      boundaries.map(({ kind }) => kind),
      ["peak", "trough", "peak"],
    );
    boundaries.forEach(({ step }, k) => assert.ok(Math.abs(Math.log(step) - (1.5 + 3 * k)) < 0.2, `${step}`));
    // The slope changes its sign there.
    for (const { step, kind } of boundaries) {
      const before = smoothed.slope[smoothed.step.findIndex((value) => value >= 0.8 * step)];
      const after = smoothed.slope[smoothed.step.findIndex((value) => value >= 1.25 * step)];
      assert.ok(kind === "peak" ? before > 0 && after < 0 : before < 0 && after > 0);
    }
  });

  test("are not made of noise: a rising curve has one, a flat one too", () => {
    let turns = 0;
    for (let seed = 0; seed < 50; seed++) {
      turns += stagesOf(pointsOf((x) => 2 * x, 0.5, seed)).boundaries.length;
      turns += stagesOf(pointsOf(() => 7, 0.5, seed)).boundaries.length;
    }
    // Three errors of a difference, at a dozen independent places: a turn in one curve of thirty or so.
    assert.ok(turns <= 12, `${turns} turns in 100 curves without any`);
  });

  test("a trough of one clear point is one, however narrow the kernel", () => {
    // Of the LLC of a small network: precise on the plateau, less so where it falls.
    const llcs = [0.2, 0.1, -0.1, -0.35, -1.9, -4.7, -2.4, 0.3, 1.9, 2.9, 3.2, 3.6];
    const points = llcs.map((llc, k) => ({ step: 30 * 1.3 ** k, llc, standardError: 0.04 + 0.04 * Math.abs(llc) }));
    for (const bandwidth of [0.01, 0.1, 0.18, 0.25, 0.3, 0.4]) {
      const { boundaries } = stagesOf(points, bandwidth);
      assert.deepEqual(
        boundaries.map(({ kind }) => kind),
        ["trough"],
        `bandwidth ${bandwidth}`,
      );
      assert.ok(Math.abs(Math.log(boundaries[0].step / points[5].step)) < 0.4, `${boundaries[0].step}`);
    }
  });

  test("a straight line is smoothed to itself, whatever the errors", () => {
    const points = pointsOf((x) => 1 + 0.5 * x, 1).map((point, k) => ({ ...point, standardError: 1 + (k % 3) }));
    const { smoothed } = stagesOf(points);
    smoothed.step.forEach((step, k) => {
      assert.ok(Math.abs(smoothed.llc[k] - (1 + 0.5 * Math.log(step))) < 1e-9);
      assert.ok(Math.abs(smoothed.slope[k] - 0.5) < 1e-9);
    });
    assert.deepEqual(stagesOf(points.slice(0, 2)).boundaries, []);
    assert.equal(stagesOf(points.slice(0, 2)).smoothed.step.length, 0);
  });
});

describe("along training", () => {
  const random = stream(6, "along");
  const inputs = Array.from({ length: 50 }, () => random.normal());
  const outputs = inputs.map((x) => Math.sin(2 * x) + 0.3 * random.normal());
  const network = mlp({ inputs: 1, hidden: [3], outputs: 1 });
  const fit = networkLoss(network, { inputs, outputs }, likelihoods.gaussian({ sigma: 0.3 }));
  const quick = { chains: 2, warmup: 200, draws: 200, workers: 0, onEvent() {} } as const;

  test("every checkpoint has the estimate of its parameters with the same settings", async () => {
    const { checkpoints } = await train(fit, { steps: 200, seed: 1, checkpoints: [0, 10, 200] });
    const options = { ...quick, gamma: 10, seed: 4, sampler: hmc() };
    const along = await llcAlong(fit, [...checkpoints!].reverse(), options);
    assert.deepEqual(
      along.rows.map(({ step }) => step),
      [0, 10, 200],
    );
    for (const [k, { parameters }] of checkpoints!.entries()) {
      const alone = await llc(fit, { ...options, center: parameters, seed: seedFor(4, "llcAlong", k) });
      assert.deepEqual([along.rows[k].llc, along.rows[k].loss], [alone.mean, alone.lossAtCenter]);
    }
    assert.ok(along.rows[2].loss < along.rows[0].loss && along.work > 0);
    assert.match(inspect(along), /not-a-minimum[\s\S]*(one stage|stages end)/);
  });

  test("wrong arguments are refused by name", async () => {
    const { loss, center } = known.quadratic({ curvatures: [1] });
    const at = (step: number) => ({ step, parameters: center! });
    await assert.rejects(llcAlong(loss!, []), /checkpoints must be a list/);
    await assert.rejects(llcAlong(loss!, [at(1), at(1)]), /checkpoints must be of different steps/);
    await assert.rejects(llcAlong(loss!, [at(-1)]), /checkpoints\[0\]\.step must be a non-negative integer/);
    await assert.rejects(llcAlong(loss!, [{ step: 0, parameters: [1, 2] }]), /parameters must be 1 finite number/);
    await assert.rejects(llcAlong(loss!, [at(0)], { center: [0] } as never), /there is no option "center"/);
  });
});

describe("checkpoints of training", () => {
  const { loss, center } = known.quadratic({ curvatures: [1, 2] });
  const options = { init: center!.map(() => 1), optimizer: sgd({ learningRate: 0.1 }) };

  test("are the parameters after so many steps: those of a shorter training", async () => {
    const { checkpoints, parameters } = await train(loss!, { ...options, steps: 20, checkpoints: [20, 0, 7] });
    assert.deepEqual(
      checkpoints!.map(({ step }) => step),
      [0, 7, 20],
    );
    assert.deepEqual(checkpoints![0].parameters, options.init);
    assert.deepEqual(checkpoints![1].parameters, (await train(loss!, { ...options, steps: 7 })).parameters);
    assert.deepEqual(checkpoints![2].parameters, parameters);
  });

  test("so many of them lie evenly in the logarithm, the start besides", async () => {
    const { checkpoints } = await train(loss!, { ...options, steps: 100, checkpoints: 5 });
    assert.deepEqual(
      checkpoints!.map(({ step }) => step),
      [0, 1, 3, 10, 32, 100],
    );
    assert.equal((await train(loss!, { ...options, steps: 3 })).checkpoints, undefined);
  });

  test("what is no step is refused", async () => {
    const refused = (checkpoints: never) => train(loss!, { ...options, steps: 10, checkpoints });
    await assert.rejects(refused([11] as never), /checkpoints\[0\] must be at most the 10 steps there are/);
    await assert.rejects(refused(0 as never), /checkpoints must be a positive integer/);
    await assert.rejects(refused("all" as never), /checkpoints must be a number of them, or a list of steps/);
  });
});
