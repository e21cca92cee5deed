// A transition from an exact draw is an exact draw: no expectation changes, whatever the step size. Sharper than long chains, for the starts are
// independent: a law that is wrong by a percent in a variance shows, and so do fixed step sizes far from those that warmup would choose.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Energy } from "../../src/energies/energy.js";
import { energies } from "../../src/energies/index.js";
import { stream } from "../../src/random/index.js";
import {
  amagold,
  ellipticalSlice,
  ghmc,
  hmc,
  mala,
  mams,
  nuts,
  randomWalk,
  rmhmc,
  type Sampler,
  samplers,
} from "../../src/samplers/index.js";
import { stack } from "../../src/tensor/index.js";
import { quadratic } from "./data-sets.js";

type Draw = (random: ReturnType<typeof stream>, q: Float64Array) => void;

/** Two modes of different shapes that touch each other. */
const mixture = energies.gaussianMixture({
  centers: [
    [-1, 0.5],
    [1.2, -0.3],
  ],
  weights: [1, 2],
  covariances: [
    [
      [0.5, 0.2],
      [0.2, 0.6],
    ],
    [0.8, 0.3],
  ],
});
const normal = energies.gaussian({ mean: [0, 0] });
const data = quadratic([1, 4], 60);
const drawOfData: Draw = (random, q) => {
  random.fillNormal(q);
  q[1] /= 2;
};
const dense = [
  [1, 0.4],
  [0.4, 2],
];

interface Cell {
  readonly what: string;
  readonly sampler: Sampler;
  readonly energy?: Energy;
  readonly draw?: Draw;
  /** Transitions from each start: where a momentum goes on, one alone would not see it. */
  readonly transitions?: number;
  readonly starts?: number;
}

const cells: readonly Cell[] = [
  {
    what: "nuts, trees whose starts are left behind",
    sampler: nuts({ stepSize: 0.7 }),
    energy: normal,
    starts: 200000,
  },
  { what: "nuts", sampler: nuts({ stepSize: 0.5 }) },
  { what: "nuts, dense mass", sampler: nuts({ stepSize: 0.25, mass: dense }) },
  { what: "nuts, jitter", sampler: nuts({ stepSize: 0.6, jitter: 0.4 }) },
  { what: "nuts, trees cut off", sampler: nuts({ stepSize: 0.15, maxTreeDepth: 3 }) },
  { what: "nuts, half of the trees diverging", sampler: nuts({ stepSize: 1.1, maxEnergyError: 0.5 }) },
  { what: "hmc", sampler: hmc({ stepSize: 0.7, leapfrogSteps: 3 }) },
  {
    what: "hmc, four stages, dense mass",
    sampler: hmc({ stepSize: 1.5, leapfrogSteps: 2, integrator: "fourStage", mass: dense }),
  },
  { what: "hmc, random lengths", sampler: hmc({ stepSize: 0.6, trajectoryLength: 2, jitter: 0.3, mass: [0.5, 3] }) },
  { what: "ghmc", sampler: ghmc({ stepSize: 0.8, alpha: 0.7 }), transitions: 4 },
  {
    what: "ghmc, a slice that persists",
    sampler: ghmc({ stepSize: 0.8, alpha: 0.9, sliceDrift: 0.2, leapfrogSteps: 2 }),
    transitions: 4,
  },
  { what: "mala", sampler: mala({ stepSize: 0.5, mass: [2, 0.7] }) },
  { what: "randomWalk", sampler: randomWalk({ stepSize: 1, covariance: dense }) },
  { what: "mams", sampler: mams({ stepSize: 0.9, L: 2.4 }) },
  { what: "mams, fixed lengths", sampler: mams({ stepSize: 0.9, L: 2.4, trajectory: "fixed", mass: [2, 0.5] }) },
  {
    what: "mams, refreshed on its way",
    sampler: mams({ stepSize: 0.9, L: 3, langevinFactor: 0.7, integrator: "mcLachlan" }),
  },
  { what: "ellipticalSlice", sampler: ellipticalSlice({ mean: [0.3, 0.1], covariance: dense }) },
  {
    what: "rmhmc",
    sampler: rmhmc(
      2,
      (q) => stack([stack([q.at(1).square().add(1), 0.2]), stack([0.2, q.at(0).square().mul(0.5).add(1)])]),
      { stepSize: 0.4, leapfrogSteps: 3 },
    ),
    starts: 4000,
  },
  {
    what: "amagold",
    sampler: amagold({ stepSize: 0.5, leapfrogSteps: 3, batchSize: 10 }),
    energy: data,
    draw: drawOfData,
  },
  {
    what: "amagold, control variates",
    sampler: amagold({ stepSize: 0.4, leapfrogSteps: 4, friction: 2, batchSize: 20, controlVariate: true }),
    energy: data,
    draw: drawOfData,
  },
];

const expectations: readonly ((q: Float64Array, energy: Energy) => number)[] = [
  (q) => q[0],
  (q) => q[1],
  (q) => q[0] ** 2,
  (q) => q[1] ** 2,
  (q) => q[0] * q[1],
  (q, energy) => energy.value(q),
];

for (const cell of cells) {
  test(`from an exact draw to an exact draw: ${cell.what}`, () => {
    const { starts = 40000 } = cell;
    const worst = Math.max(...deviations(cell, starts));
    // As all statistical cells: once more with four times the draws, and then it must hold.
    if (worst < 4.5) return;
    assert.ok(Math.max(...deviations(cell, 4 * starts)) < 4.5, `${worst} standard errors at first`);
  });
}

/** By how many standard errors each expectation changes. */
function deviations({ what, sampler, energy = mixture, draw, transitions = 1 }: Cell, starts: number): number[] {
  const random = stream(95, what);
  const kernel = samplers[sampler.kind].build(energy, sampler.options, 1);
  const drawExactly = draw ?? energy.exact?.draw ?? assert.fail("no direct sampler");
  const sums = expectations.map(() => 0);
  const squares = expectations.map(() => 0);
  const from = new Float64Array(energy.dim);
  for (let start = 0; start < starts; start++) {
    drawExactly(random, from);
    const state = kernel.init(from, [random]);
    for (let t = 0; t < transitions; t++) kernel.step(state, [random]);
    expectations.forEach((f, e) => {
      const change = f(state.position, energy) - f(from, energy);
      sums[e] += change;
      squares[e] += change * change;
    });
  }
  return sums.map((sum, e) => Math.abs(sum) / Math.sqrt(squares[e]));
}
