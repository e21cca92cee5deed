// The iterative tree of NUTS is the recursive one: the same trees and the same draws from the same random numbers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { banana as tracedBanana } from "../../src/energies/banana.js";
import type { Energy } from "../../src/energies/energy.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { energy as energyOf } from "../../src/energies/traced.js";
import { restore, stream } from "../../src/random/index.js";
import { type Metric, metricFor } from "../../src/samplers/metric.js";
import { nuts, nutsDefinition } from "../../src/samplers/nuts.js";
import { nutsTree, pointsOf, sumsOf } from "../../src/samplers/nuts-tree.js";
import { type Orbit, plainOrbit } from "../../src/samplers/orbit.js";
import { compiledOrbit } from "../../src/samplers/orbit-program.js";
import { banana, correlatedGaussian } from "./laws.js";
import { recursiveNuts } from "./recursive-nuts.js";

const rows = (dim: number, r: number): number[][] =>
  Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => r ** Math.abs(i - j)));
const correlated = gaussian({ mean: [1, -1, 0, 2, 0.5], covariance: rows(5, 0.8) });
const funnel = energyOf(3, (q) => {
  const [v, x, y] = q.unstack();
  return v.square().div(18).add(v).add(x.square().add(y.square()).mul(v.neg().exp()).div(2));
});

interface Case {
  readonly what: string;
  readonly energy: Energy;
  readonly metric: Metric;
  readonly stepSize: number;
  readonly maxTreeDepth?: number;
  readonly maxEnergyError?: number;
}

const one = (dim: number): Metric => metricFor("test", 1, dim);
const cases: readonly Case[] = [
  { what: "a banana", energy: tracedBanana(), metric: one(2), stepSize: 0.15 },
  { what: "a banana, by hand", energy: banana.energy, metric: one(2), stepSize: 0.15 },
  {
    what: "an energy by hand and a dense mass",
    energy: correlatedGaussian(1.2).energy,
    metric: metricFor("test", rows(2, 0.6), 2),
    stepSize: 0.3,
  },
  { what: "one dimension", energy: gaussian({ mean: [3] }), metric: one(1), stepSize: 0.9 },
  {
    what: "a diagonal mass",
    energy: correlated,
    metric: metricFor("test", [0.5, 1, 2, 3, 0.7], 5),
    stepSize: 0.25,
  },
  { what: "a dense mass", energy: correlated, metric: metricFor("test", rows(5, -0.5), 5), stepSize: 0.25 },
  { what: "trees of depth 7", energy: correlated, metric: one(5), stepSize: 0.02 },
  { what: "a depth limit that cuts trees off", energy: correlated, metric: one(5), stepSize: 0.01, maxTreeDepth: 3 },
  { what: "divergences in a funnel", energy: funnel, metric: one(3), stepSize: 0.8, maxEnergyError: 5 },
];

for (const { what, energy, metric, stepSize, maxTreeDepth = 10, maxEnergyError = 1000 } of cases) {
  const points = pointsOf(maxTreeDepth);
  const sums = sumsOf(maxTreeDepth);
  const orbits = {
    compiled: compiledOrbit(energy, metric.kind, points, sums),
    plain: plainOrbit(energy, points, sums),
  };
  for (const [how, orbit] of Object.entries(orbits)) {
    test(`iterative equals recursive, ${how}: ${what}`, () => {
      assertTwins(orbit as Orbit, { what, energy, metric, stepSize, maxTreeDepth, maxEnergyError });
    });
  }
}

for (const stepSize of [0.2, 0.7]) {
  // Where a trajectory has left its start behind, the start's place in memory may hold the point that is drawn.
  test(`the kernel ends each transition where the recursion does, with steps of ${stepSize}`, () => {
    const energy = gaussian({ mean: [0, 0] });
    const kernel = nutsDefinition.build(energy, nuts({ stepSize }).options, 1);
    const random = stream(6, "kernel");
    let state = kernel.init(Float64Array.of(0.3, -0.2), [random]);
    for (let turn = 0; turn < 400; turn++) {
      const twin = restore(random.state());
      const from = state.position.slice();
      kernel.step(state, [random]);
      const limits = { maxTreeDepth: 10, maxEnergyError: 1000 };
      const expected = recursiveNuts(energy, one(2), from, stepSize, limits, twin);
      state.position.forEach((each, i) => close(each, expected.position[i]));
      close(state.energy[0], expected.energy);
      state = kernel.init(expected.position, [random]);
    }
  });
}

function assertTwins(orbit: Orbit, { energy, metric, stepSize, maxTreeDepth, maxEnergyError }: Required<Case>): void {
  const tree = nutsTree(orbit, maxTreeDepth, maxEnergyError);
  const random = stream(5, "tree");
  let position = new Float64Array(energy.dim).fill(0.4);
  const gradient = new Float64Array(energy.dim);
  const depths = new Set<number>();
  for (let turn = 0; turn < 300; turn++) {
    const twin = restore(random.state());
    const value = energy.valueAndGradient(position, gradient);
    orbit.begin({ position, gradient, energy: value, stepSize, metric, metricVersion: 0 }, random);
    const before = orbit.potential[0] + orbit.kinetic[0];
    tree.grow(random);
    const expected = recursiveNuts(energy, metric, position, stepSize, { maxTreeDepth, maxEnergyError }, twin);

    const { selected, depth, leapfrogSteps, acceptance, diverging } = tree.result;
    assert.deepEqual([depth, leapfrogSteps, diverging], [expected.depth, expected.leapfrogSteps, expected.diverging]);
    assert.deepEqual(random.state(), twin.state());
    close(acceptance, expected.acceptance);
    close(orbit.potential[selected], expected.energy);
    close(orbit.potential[selected] + orbit.kinetic[selected] - before, expected.energyError);
    orbit.position(selected).forEach((each, i) => close(each, expected.position[i]));
    position = orbit.position(selected).slice();
    depths.add(depth);
  }
  assert.ok(maxTreeDepth < 10 || depths.size > 1, "trees of several depths were seen");
}

/** Sums run in other orders, and errors of rounding grow along a trajectory. */
function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-8 * (1 + Math.abs(expected)), `${actual} is not ${expected}`);
}
