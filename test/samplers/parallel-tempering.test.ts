// Parallel tempering: the coldest replica has the law of the energy, crosses where one chain would not, and the ladder is even.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { energies } from "../../src/energies/index.js";
import { stream } from "../../src/random/index.js";
import { amagold, hmc, mala, nuts, parallelTempering, randomWalk, samplers, sghmc } from "../../src/samplers/index.js";
import { movedLadder } from "../../src/samplers/ladder.js";
import { quadratic } from "./data-sets.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import { assertGoesOn } from "./going-on.js";
import { banana, independentGaussian } from "./laws.js";

const plan: Plan = { chains: 4, warmup: 600, draws: 6000, seed: 80, start: [2.5, 2.5] };

const bothModes = [
  { of: "x", f: (q: Float64Array) => q[0], exact: 0 },
  { of: "x^2", f: (q: Float64Array) => q[0] ** 2, exact: 7 },
  { of: "x y", f: (q: Float64Array) => q[0] * q[1], exact: 6.25 },
  { of: "share of the upper mode", f: (q: Float64Array) => (q[0] + q[1] > 0 ? 1 : 0), exact: 0.5 },
];

describe("parallel tempering", () => {
  for (const inner of [hmc(), nuts(), mala(), randomWalk()]) {
    test(`over ${inner.kind} visits both modes as often as their weights say, from a start in one`, () => {
      assertExpectations(energies.bimodal(), parallelTempering(inner, { rungs: 5, hottest: 12 }), plan, bothModes);
    });
  }

  test("has the exact law on a fixed ladder, exchanging now and then", () => {
    const sampler = parallelTempering(hmc(), { temperatures: [1, 3], swapEvery: 3 });
    assertExpectations(energies.banana(), sampler, { ...plan, draws: 4000, start: [1, 1] }, banana.expectations);
    const { energy, expectations } = independentGaussian([1, 0.01, 4]);
    assertExpectations(
      energy,
      parallelTempering(hmc(), { rungs: 3, hottest: 4 }),
      { ...plan, start: [0, 0, 0] },
      expectations,
    );
  });

  test("spreads its ladder so that all pairs exchange alike", () => {
    const { energy } = independentGaussian(new Array<number>(20).fill(1));
    const run = { ...plan, chains: 1, warmup: 4000, draws: 4000, start: new Array<number>(20).fill(0) };
    const [kernel] = visit(energy, parallelTempering(hmc(), { rungs: 6, hottest: 30 }), run, () => {});
    const { swapRates, temperatures } = kernel.parameters();
    assert.equal(temperatures[0], 1);
    assert.ok(Math.abs(temperatures[5] - 30) < 1e-12);
    const mean = swapRates.reduce((sum, rate) => sum + rate, 0) / 5;
    for (const rate of swapRates) assert.ok(Math.abs(rate - mean) < 0.06, `${swapRates}`);
  });

  test("moves a ladder to equal shares of its rejections and leaves its ends", () => {
    // All rejections are between beta 1 and 0.5: the inner rungs move there.
    const moved = movedLadder(
      Float64Array.of(1, 0.5, 0.25, 0.1),
      Float64Array.of(10, 100, 100),
      Float64Array.of(100, 100, 100),
    );
    assert.ok(moved !== undefined);
    assert.deepEqual([moved[0], moved[3]], [1, 0.1]);
    assert.ok(Math.abs(moved[1] - 0.833) < 0.001 && Math.abs(moved[2] - 0.666) < 0.001, `${moved}`);
    assert.equal(movedLadder(Float64Array.of(1, 0.5), Float64Array.of(0), Float64Array.of(0)), undefined);
  });

  test("counts round trips and says which replica is the coldest", () => {
    const replicas = new Set<number>();
    let trips = 0;
    const run = { ...plan, chains: 1, draws: 2000 };
    visit(energies.bimodal(), parallelTempering(hmc(), { rungs: 4, hottest: 12 }), run, (_q, _u, _c, _d, info) => {
      replicas.add(info.replica[0]);
      assert.ok(info.roundTrips[0] >= trips);
      trips = info.roundTrips[0];
      assert.ok(info.gradients[0] >= 4);
    });
    assert.deepEqual([...replicas].sort(), [0, 1, 2, 3]);
    assert.ok(trips > 50, `${trips}`);
  });

  test("counts the gradients of all replicas, every stage of a step", () => {
    const inner = hmc({ stepSize: 0.3, leapfrogSteps: 4, integrator: "threeStage" });
    const run = { ...plan, chains: 1, warmup: 0, draws: 3 };
    visit(energies.bimodal(), parallelTempering(inner, { temperatures: [1, 2, 4] }), run, (_q, _u, _c, _d, info) => {
      assert.equal(info.gradients[0], 3 * 4 * 3);
    });
  });

  test("over mini-batches has the law, and counts the energies that exchanges ask for as a third of a gradient", () => {
    // SGHMC has the exact law of a Gaussian where it sees all data; AMAGOLD has it always.
    const energy = quadratic([1, 4], 100);
    const law = [
      { of: "x^2", f: (q: Float64Array) => q[0] ** 2, exact: 1 },
      { of: "y^2", f: (q: Float64Array) => q[1] ** 2, exact: 1 / 4 },
    ];
    const ladder = { temperatures: [1, 2, 4], swapEvery: 2 };
    const run = { ...plan, warmup: 100, start: [0.5, 0.5] };
    for (const [inner, work, exchanging] of [
      [sghmc({ stepSize: 0.3, friction: 1, batchSize: 100 }), 3, 1],
      [amagold({ stepSize: 0.4, leapfrogSteps: 5, batchSize: 20 }), 3 * (5 * 0.2 + 1 / 3), 0],
    ] as const) {
      const tempered = parallelTempering(inner, ladder);
      let step = 0;
      visit(energy, tempered, { ...run, chains: 1, warmup: 0, draws: 6 }, (_q, _u, _c, _d, info) => {
        assert.ok(Math.abs(info.gradients[0] - work - (++step % 2 === 0 ? exchanging : 0)) < 1e-12, `${step}`);
      });
      assertExpectations(energy, tempered, run, law);
    }
  });

  test("goes on from its memory, byte for byte", () => {
    const journey = { warmup: 170, draws: 20, start: [2.5, 2.5], breaks: [9, 120, 180] };
    assertGoesOn(energies.bimodal(), parallelTempering(hmc(), { rungs: 3 }), journey);
  });

  test("refuses what does not fit", () => {
    const refused: [() => unknown, RegExp][] = [
      [
        () => parallelTempering(undefined as never),
        /parallelTempering: sampler must be a sampler, such as hmc\(\) makes/,
      ],
      [
        () => parallelTempering(hmc(), { rungs: 1 }),
        /parallelTempering: rungs must be an integer of at least 2, got 1/,
      ],
      [() => parallelTempering(hmc(), { hottest: 1 }), /parallelTempering: hottest must be above 1, got 1/],
      [
        () => parallelTempering(hmc(), { temperatures: [1, 3, 2] }),
        /temperatures must be at least two numbers that rise from 1/,
      ],
      [() => parallelTempering(hmc(), { ladder: 3 } as object), /parallelTempering: there is no option "ladder"/],
    ];
    for (const [make, message] of refused) assert.throws(make, message);
    const build = (sampler: ReturnType<typeof hmc>) =>
      samplers.parallelTempering.build(energies.bimodal(), parallelTempering(sampler).options, 1);
    assert.throws(() => build(parallelTempering(hmc())), /a sampler of this library, itself not tempered/);
    assert.throws(() => build({ kind: "gibbs", options: {} }), /sampler must be a sampler of this library/);
    assert.throws(() => build(hmc()).init(Float64Array.of(Number.NaN, 0), [stream(1)]), /must be finite/);
  });
});
