// What no sampler can sample, and what it does then: it refuses by name, or goes on with finite positions and a record of what went
// wrong. Never a hang, never a position that nobody proposed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Energy, energies, energy, energyFromGradient } from "../../src/energies/index.js";
import { sample } from "../../src/index.js";
import {
  adamSgld,
  amagold,
  ellipticalSlice,
  ghmc,
  gradientDescent,
  hmc,
  langevin,
  mala,
  mams,
  mclmc,
  nesterov,
  nuts,
  parallelTempering,
  psgld,
  randomWalk,
  rmhmc,
  type Sampler,
  samplers,
  sghmc,
  sgld,
  sgnht,
} from "../../src/samplers/index.js";
import { constant, range, type Tensor, where } from "../../src/tensor/index.js";
import { whole } from "./data-sets.js";

const flatMetric = (q: Tensor): Tensor => {
  const [dim] = q.shape;
  return where(range(dim).reshape([dim, 1]).sub(range(dim)).abs().less(0.5), constant(1), 0);
};

/** One of every kind, all adapting. */
const all: Readonly<Record<string, (dim: number) => Sampler>> = {
  adamSgld: () => adamSgld(),
  amagold: () => amagold({ leapfrogSteps: 3 }),
  ellipticalSlice: () => ellipticalSlice(),
  ghmc: () => ghmc(),
  gradientDescent: () => gradientDescent(),
  hmc: () => hmc({ leapfrogSteps: 5 }),
  langevin: () => langevin(),
  mala: () => mala(),
  mams: () => mams(),
  mclmc: () => mclmc(),
  nesterov: () => nesterov(),
  nuts: () => nuts({ maxTreeDepth: 5 }),
  parallelTempering: () => parallelTempering(hmc({ leapfrogSteps: 5 }), { rungs: 2, hottest: 4 }),
  psgld: () => psgld(),
  randomWalk: () => randomWalk(),
  rmhmc: (dim) => rmhmc(dim, flatMetric, { leapfrogSteps: 3 }),
  sghmc: () => sghmc(),
  sgld: () => sgld(),
  sgnht: () => sgnht(),
};

/** Every sampler sees the energy both with its graph and, so that the stochastic ones have something to estimate, as a data set of one row. */
const broken: Readonly<Record<string, Energy>> = {
  "an energy that is NaN everywhere": energyFromGradient(2, (_q, gradient) => {
    gradient.fill(Number.NaN);
    return Number.NaN;
  }),
  "an energy that is infinite everywhere": energyFromGradient(2, (_q, gradient) => {
    gradient.fill(0);
    return Number.POSITIVE_INFINITY;
  }),
  "a gradient that is NaN": energyFromGradient(2, (q, gradient) => {
    gradient.fill(Number.NaN);
    return (q[0] * q[0] + q[1] * q[1]) / 2;
  }),
  "an energy that is NaN beyond a wall": energy(2, (q) => q.square().sum().mul(0.5).add(q.at(0).neg().add(1).sqrt())),
  "a discontinuous energy": energy(2, (q) =>
    q
      .square()
      .sum()
      .mul(0.5)
      .add(where(q.at(0).greater(0.5), constant(3), 0)),
  ),
  "a flat energy": energy(2, (q) => q.sum().mul(0)),
  "an energy without a minimum": energy(2, (q) => q.square().sum().mul(-0.5)),
  "a gradient that does not belong to its energy": energyFromGradient(2, (q, gradient) => {
    gradient[0] = -q[0];
    gradient[1] = -q[1];
    return (q[0] * q[0] + q[1] * q[1]) / 2;
  }),
};

test("one of every kind is here", () => {
  assert.deepEqual(Object.keys(all).sort(), Object.keys(samplers).sort());
});

for (const [what, U] of Object.entries(broken)) {
  describe(what, () => {
    for (const [kind, sampler] of Object.entries(all)) {
      test(`is refused, or survived, by ${kind}`, () => endures(whole(U), sampler(2), [0.3, -0.2]));
    }
  });
}

describe("a start outside the support", () => {
  const halfPlane = energy(2, (q) => q.square().sum().mul(0.5).sub(q.at(0).log()));
  for (const [kind, sampler] of Object.entries(all)) {
    test(`is refused before ${kind} begins`, async () => {
      const run = sample(whole(halfPlane), sampler(2), {
        chains: 1,
        warmup: 60,
        draws: 20,
        init: [-1, 0],
        workers: 0,
        onEvent,
      });
      await assert.rejects(run, /^RangeError: sample: init of chain 0 must be a position of finite energy, got NaN$/);
    });
  }
});

describe("a step size of 0 or below is refused, and one of 1e9 survived", () => {
  const gaussian = whole(energies.gaussian({ mean: [0, 0] }));
  const others: Readonly<Record<string, object>> = { sghmc: { friction: 1 }, sgnht: { diffusion: 1 } };
  for (const kind of Object.keys(all)) {
    if (kind === "ellipticalSlice") continue; // has no step size
    const made = all[kind](2);
    const withStep = (stepSize: number): Sampler =>
      kind === "parallelTempering"
        ? { kind, options: { ...made.options, sampler: { kind: "hmc", options: { stepSize } } } }
        : { kind, options: { ...made.options, stepSize, ...others[kind] } };
    test(kind, async () => {
      for (const stepSize of [0, -1, Number.NaN]) {
        const run = sample(gaussian, withStep(stepSize), { chains: 1, warmup: 0, draws: 5, workers: 0, onEvent });
        await assert.rejects(run, /stepSize must be a positive number/);
      }
      await endures(gaussian, withStep(1e9), [0.3, -0.2]);
    });
  }
});

describe("ten thousand dimensions, and one", () => {
  const large = whole(energies.gaussian({ mean: new Array<number>(10000).fill(0) }));
  const line = whole(energies.gaussian({ mean: [0] }));
  const tooLarge = ["rmhmc"]; // a matrix of 10^8 numbers
  for (const [kind, sampler] of Object.entries(all)) {
    test(kind, async () => {
      if (kind === "mams" || kind === "mclmc") {
        await assert.rejects(
          sample(line, sampler(1), { chains: 1, warmup: 20, draws: 5, workers: 0, onEvent }),
          /at least (2|two)/,
        );
      } else {
        await endures(line, sampler(1), [0.1]);
      }
      if (tooLarge.includes(kind)) return;
      const draws = await sample(large, sampler(10000), {
        chains: 1,
        warmup: kind === "randomWalk" ? 0 : 30,
        draws: 3,
        workers: 0,
        onEvent,
      });
      assert.ok(draws.position.every(Number.isFinite));
    });
  }
});

/** Takes the place of the display of progress. */
function onEvent(): void {}

/** Either refused with a message that begins with a name, or run with finite positions and what went wrong on record. */
async function endures(U: Energy, sampler: Sampler, init: readonly number[]): Promise<void> {
  const { kind } = sampler;
  let draws: Awaited<ReturnType<typeof sample>>;
  try {
    draws = await sample(U, sampler, { chains: 1, warmup: 60, draws: 40, init, workers: 0, onEvent });
  } catch (error) {
    assert.match((error as Error).message, /^[a-zA-Z]+: .+/);
    return;
  }
  const [length] = draws.lengths;
  const kept = draws.position.subarray(0, length * draws.dim);
  assert.ok(kept.every(Number.isFinite), `${kind} kept a position that is not finite`);
  assert.ok(length === 40 || draws.stopped.length === 1, `${kind} stopped and did not say so`);
}
