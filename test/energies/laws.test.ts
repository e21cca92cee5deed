// What the catalogue states of its laws, against the energies themselves: direct draws have the stated moments, they belong to the energy
// (the virial theorem), and the normaliser is the energy's integral.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkGradient, type Energy, energies, energyFromGraph } from "../../src/energies/index.js";
import type { GraphSource } from "../../src/energies/traced.js";
import { stream } from "../../src/random/index.js";

interface Case {
  readonly name: string;
  readonly energy: Energy;
  /** Too heavy for averages of squares. */
  readonly heavyTails?: boolean;
  /** Around which draw the law is looked at to find its normaliser; a funnel is deepest where hardly anything is. */
  readonly around?: "lowest" | "middle";
}

const regression = {
  x: [
    [0.3, 1],
    [1.2, -0.4],
    [2, 0.7],
    [-1, 0.2],
    [0.1, -2],
  ],
  y: [1.1, 2.2, 4.3, -1.7, -0.4],
};

const cases: readonly Case[] = [
  { name: "banana", energy: energies.banana() },
  { name: "bimodal", energy: energies.bimodal() },
  {
    name: "gaussian",
    energy: energies.gaussian({
      mean: [1, -1, 3],
      covariance: [
        [1, 0.5, 0],
        [0.5, 2, 0.3],
        [0, 0.3, 0.5],
      ],
    }),
  },
  { name: "harmonic", energy: energies.harmonic({ dim: 3, k: 4 }) },
  {
    name: "mixture of one covariance",
    energy: energies.gaussianMixture({
      centers: [
        [-1, -1],
        [1, 1],
        [-0.5, 1],
        [1, -0.5],
      ],
      weights: [1, 0.8, 0.6, 0.7],
    }),
  },
  {
    name: "mixture of a matrix",
    energy: energies.gaussianMixture({
      centers: [
        [-1, 0],
        [2, 1],
      ],
      covariance: [
        [1, 0.5],
        [0.5, 2],
      ],
    }),
  },
  {
    name: "mixture of several covariances",
    energy: energies.gaussianMixture({
      centers: [
        [-1, 0],
        [2, 1],
        [0, 3],
      ],
      weights: [3, 1, 2],
      covariances: [
        0.5,
        [1, 2],
        [
          [1, -0.7],
          [-0.7, 1],
        ],
      ],
    }),
  },
  { name: "double well", energy: energies.doubleWell() },
  { name: "double well in a box", energy: energies.doubleWell({ dim: 1, box: [-0.5, 1.2] }) },
  { name: "rosenbrock", energy: energies.rosenbrock({ a: 0.5, b: 3 }) },
  { name: "rastrigin", energy: energies.rastrigin() },
  {
    name: "rastrigin in a box",
    energy: energies.rastrigin({
      box: [
        [-1.3, 0.2],
        [0.4, 2.2],
      ],
      a: 2,
    }),
  },
  { name: "ackley in two dimensions", energy: energies.ackley({ a: 3, box: [-2, 2] }) },
  { name: "ackley on the line", energy: energies.ackley({ dim: 1, a: 5, box: [-1, 4] }) },
  { name: "funnel", energy: energies.funnel({ dim: 3, scale: 1 }) },
  { name: "donut", energy: energies.donut() },
  { name: "donut in three dimensions", energy: energies.donut({ dim: 3, radius: 1, sigma: 0.7 }) },
  { name: "donut on the line", energy: energies.donut({ dim: 1, radius: 1, sigma: 0.5 }) },
  { name: "squiggle", energy: energies.squiggle() },
  {
    name: "squiggle, slow",
    energy: energies.squiggle({
      frequency: 0.7,
      covariance: [
        [1, -0.4],
        [-0.4, 0.6],
      ],
    }),
  },
  {
    name: "student t",
    energy: energies.studentT({
      degreesOfFreedom: 9,
      location: [1, 2],
      scale: [
        [1, 0.4],
        [0.4, 2],
      ],
    }),
  },
  { name: "cauchy", energy: energies.studentT({ degreesOfFreedom: 1 }), heavyTails: true },
  { name: "eight schools", energy: energies.eightSchools() },
  { name: "eight schools, centred", energy: energies.eightSchools({ centered: true }), around: "middle" },
  { name: "linear regression", energy: energies.linearRegression({ ...regression, sigma: 0.5 }) },
  { name: "linear regression of unknown sigma", energy: energies.linearRegression(regression) },
  {
    name: "linear regression of collinear predictors",
    energy: energies.linearRegression({
      x: [
        [1, 2],
        [2, 4],
        [3, 6],
      ],
      y: [1, 2, 4],
      priorScale: 2,
    }),
  },
  { name: "a quadrant of a gaussian", energy: energies.constrained(energies.gaussian({ mean: [0, 1] }), { lower: 0 }) },
];

const DRAWS = 8000;

/** One direct draw: the user's coordinates and the free ones, with the energy and its gradient there. */
interface Draw {
  readonly q: Float64Array;
  readonly z: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

const kept = new WeakMap<Energy, Map<number, Draw[]>>();

function drawsOf(energy: Energy, seed: number, count: number): Draw[] {
  const bySeed = kept.get(energy) ?? new Map<number, Draw[]>();
  kept.set(energy, bySeed);
  const draws = bySeed.get(seed) ?? [];
  bySeed.set(seed, draws);
  if (draws.length === count) return draws;
  const random = stream(seed, "laws");
  const { dim, transform } = energy;
  for (let draw = 0; draw < count; draw++) {
    const q = new Float64Array(dim);
    energy.exact!.draw!(random, q);
    const z = q.slice();
    transform?.unconstrain(q, z);
    const gradient = new Float64Array(dim);
    draws.push({ q, z, value: energy.valueAndGradient(z, gradient), gradient });
  }
  return draws;
}

/** The means of functions of independent draws that are further from what they should be than 4.5 standard errors. */
function misses(
  draws: readonly Draw[],
  expectations: readonly number[],
  f: (draw: Draw) => readonly number[],
): string[] {
  const sums = expectations.map(() => 0);
  const squares = expectations.map(() => 0);
  for (const draw of draws) {
    f(draw).forEach((value, k) => {
      sums[k] += value - expectations[k];
      squares[k] += (value - expectations[k]) ** 2;
    });
  }
  return expectations.flatMap((expected, k) => {
    const error = Math.sqrt(squares[k]) / draws.length;
    const off = sums[k] / draws.length;
    return Math.abs(off) <= 4.5 * error + 1e-12 ? [] : [`${k}: off ${expected} by ${off}, error ${error}`];
  });
}

/** Once more with four times the draws where an expectation is missed, and it must be met then. */
function assertMeans(energy: Energy, expectations: readonly number[], f: (draw: Draw) => readonly number[]): void {
  if (misses(drawsOf(energy, 1, DRAWS), expectations, f).length === 0) return;
  assert.deepEqual(misses(drawsOf(energy, 2, 4 * DRAWS), expectations, f), []);
}

for (const { name, energy, heavyTails = false, around = "lowest" } of cases) {
  const { dim, exact } = energy;
  const { mean, covariance, logNormalizer } = exact!;
  const indices = Array.from({ length: dim }, (_, i) => i);

  test(`${name}: the gradient is that of the energy`, () => {
    const draws = drawsOf(energy, 1, DRAWS).slice(0, 3);
    for (const at of [undefined, draws.map(({ q }) => q)]) {
      const { ok, message } = checkGradient(energy, at);
      assert.ok(ok, message);
    }
  });

  test(`${name}: everything but the direct sampler travels`, () => {
    const source = structuredClone(energy.source) as GraphSource;
    const rebuilt = energyFromGraph(source);
    const { z, value } = drawsOf(energy, 1, DRAWS)[0];
    assert.equal(rebuilt.value(z), value);
    const { draw, ...facts } = exact!;
    assert.deepEqual(rebuilt.exact, facts);
  });

  if (mean !== undefined && !heavyTails) {
    test(`${name}: direct draws have the stated mean and covariance`, () => {
      const pairs = covariance === undefined ? [] : indices.flatMap((i) => indices.slice(i).map((j) => [i, j]));
      assertMeans(energy, [...mean, ...pairs.map(([i, j]) => covariance![i][j])], ({ q }) => [
        ...q,
        ...pairs.map(([i, j]) => (q[i] - mean[i]) * (q[j] - mean[j])),
      ]);
    });
  }

  // E[z_i dU/dz_j] = 1 where i = j and 0 elsewhere, and E[dU/dz_j] = 0: by parts, for any density that falls at its ends.
  test(`${name}: direct draws follow the energy's law, by the virial theorem`, () => {
    const identity = indices.flatMap((i) => indices.map((j) => (i === j ? 1 : 0)));
    assertMeans(energy, [...identity, ...indices.map(() => 0)], ({ z, gradient }) => [
      ...indices.flatMap((i) => indices.map((j) => z[i] * gradient[j])),
      ...gradient,
    ]);
  });

  // With any density r, E[r(z) exp(U(z))] = 1 / Z; r is a normal one around a draw, as wide as the law is there.
  if (logNormalizer !== undefined) {
    test(`${name}: the normaliser is the integral of exp(-U)`, () => {
      const { center, deviations } = normalWithin(energy, around);
      const logHeight = deviations.reduce((sum, sd) => sum - Math.log(sd) - 0.5 * Math.log(2 * Math.PI), 0);
      assertMeans(energy, [1], ({ z, value }) => {
        const distance = z.reduce((sum, x, i) => sum + ((x - center[i]) / deviations[i]) ** 2, 0);
        return [Math.exp(logNormalizer + logHeight - 0.5 * distance + value)];
      });
    });
  }
}

/** The normal law that Laplace's approximation, without correlations, finds around a draw: the one of lowest energy, or the middle one. */
function normalWithin(
  energy: Energy,
  around: "lowest" | "middle",
): { center: Float64Array; deviations: readonly number[] } {
  const draws = drawsOf(energy, 1, DRAWS).slice(0, 400);
  const indices = Array.from({ length: energy.dim }, (_, i) => i);
  const medians = indices.map((i) => draws.map(({ z }) => z[i]).sort((a, b) => a - b)[200]);
  const cost = ({ z, value }: Draw): number =>
    around === "lowest" ? value : z.reduce((sum, x, i) => sum + (x - medians[i]) ** 2, 0);
  const { z: center, value: least } = draws.reduce((best, draw) => (cost(draw) < cost(best) ? draw : best));
  const deviations = indices.map((i) => {
    // How far one may go in this coordinate before the energy has risen by 1/2.
    const rise = (distance: number): number =>
      Math.max(
        ...[-distance, distance].map((shift) => energy.value(center.map((x, k) => (k === i ? x + shift : x))) - least),
      );
    let deviation = 1e-3;
    while (rise(deviation) < 0.5) deviation *= 1.1;
    return deviation;
  });
  return { center, deviations };
}
