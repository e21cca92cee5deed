// The contract of every sampler whose law is exact: on every law that it can sample, means, variances and quantiles are those of
// independent draws. One table of samplers, one table of laws.

import { describe, test } from "node:test";
import { type Energy, energies } from "../../src/energies/index.js";
import { stream } from "../../src/random/index.js";
import {
  ellipticalSlice,
  ghmc,
  hmc,
  mala,
  mams,
  nuts,
  parallelTempering,
  randomWalk,
  rmhmc,
  type Sampler,
} from "../../src/samplers/index.js";
import { range, type Tensor, where } from "../../src/tensor/index.js";
import { assertExpectations, type Plan } from "./expectations.js";
import type { Expectation } from "./laws.js";

interface Entry {
  readonly name: string;
  readonly sampler: (acceptance: { targetAcceptance?: number }, energy: Energy) => Sampler;
  /** Draws per chain; slow movers take more. */
  readonly draws: number;
  /** Laws that it cannot sample, or not in a test's time, and why. */
  readonly not?: Readonly<Record<string, string>>;
}

const rows = (dim: number): number[][] =>
  Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => 0.8 ** Math.abs(i - j)));

interface Law {
  readonly energy: Energy;
  readonly start: number;
  /** Where the scale of the law varies so much that steps which are right on average do not enter its narrow parts. */
  readonly targetAcceptance?: number;
}

const valley = "the banana";
const oneDimension = "a Gaussian of one dimension";
const hundred = "a Gaussian of a hundred, of unequal scales";

const laws: Readonly<Record<string, Law>> = {
  [oneDimension]: { energy: energies.gaussian({ mean: [3], covariance: 4 }), start: 1 },
  "a correlated Gaussian of ten": {
    energy: energies.gaussian({ mean: new Array<number>(10).fill(1), covariance: rows(10) }),
    start: 0,
  },
  [hundred]: {
    energy: energies.gaussian({
      mean: new Array<number>(100).fill(0),
      covariance: Array.from({ length: 100 }, (_, i) => 0.25 + i / 25),
    }),
    start: 0.5,
  },
  "two modes that overlap": {
    energy: energies.gaussianMixture({
      centers: [
        [-1, 0],
        [1.5, 1],
      ],
      weights: [0.3, 0.7],
    }),
    start: 0,
  },
  [valley]: { energy: energies.banana(), start: 1, targetAcceptance: 0.95 },
  "Student's t": { energy: energies.studentT({ degreesOfFreedom: 5, location: [1, -1] }), start: 0 },
  "a mild funnel": { energy: energies.funnel({ dim: 3, scale: 1 }), start: 0 },
};

const entries: readonly Entry[] = [
  { name: "randomWalk", sampler: () => randomWalk(), draws: 25000, not: { [hundred]: "moves too slowly in so many" } },
  {
    name: "mala",
    sampler: (acceptance) => mala(acceptance),
    draws: 12000,
    not: { [valley]: "steps as small as its narrowest part take too long to go through it" },
  },
  { name: "hmc", sampler: (acceptance) => hmc(acceptance), draws: 3000 },
  {
    name: "hmc, dense mass",
    sampler: (acceptance) => hmc({ ...acceptance, mass: "dense" }),
    draws: 3000,
    not: { [hundred]: "a hundred scales and directions need a longer warmup" },
  },
  { name: "hmc, low-rank mass", sampler: (acceptance) => hmc({ ...acceptance, mass: "lowRank" }), draws: 3000 },
  { name: "hmc, nutpie's warmup", sampler: (acceptance) => hmc({ ...acceptance, adaptation: "nutpie" }), draws: 3000 },
  { name: "nuts", sampler: (acceptance) => nuts(acceptance), draws: 2500 },
  {
    name: "nuts, dense mass",
    // The scales of a valley's whole length make steps long: at 0.95 a chain in ten tries to leave a narrow end by them, and diverges.
    sampler: ({ targetAcceptance }) => nuts({ ...(targetAcceptance && { targetAcceptance: 0.99 }), mass: "dense" }),
    draws: 2500,
  },
  { name: "ghmc", sampler: (acceptance) => ghmc(acceptance), draws: 12000 },
  {
    name: "mams",
    sampler: (acceptance) => mams(acceptance),
    draws: 3000,
    not: { [oneDimension]: "a velocity of constant length needs two dimensions" },
  },
  {
    name: "ellipticalSlice",
    sampler: () => ellipticalSlice({ covariance: 6 }),
    draws: 25000,
    not: { [hundred]: "the likelihood leaves nothing of the prior's ellipse in so many" },
  },
  {
    name: "rmhmc",
    sampler: (acceptance, { dim }) => rmhmc(dim, tailMetric, acceptance),
    draws: 1200,
    not: { [hundred]: "a matrix per step" },
  },
  {
    name: "parallelTempering",
    sampler: (acceptance) => parallelTempering(hmc(acceptance), { rungs: 3, hottest: 4 }),
    draws: 2500,
  },
];

/** Diagonal, falling from 2 to 1 away from the origin: any metric leaves the law. */
function tailMetric(q: Tensor): Tensor {
  const [dim] = q.shape;
  const scale = q.square().sum().add(1).pow(-1).add(1);
  const onDiagonal = range(dim).reshape([dim, 1]).sub(range(dim)).abs().less(0.5);
  return where(onDiagonal, scale, 0);
}

/** Means, squares and three quantiles of the first and the last coordinate, held to independent draws where they are not known exactly. */
function expectationsOf({ dim, names, exact }: Energy): Expectation[] {
  const coordinates = dim === 1 ? [0] : [0, dim - 1];
  const independent = independentDraws(exact?.draw, dim, coordinates);
  return coordinates.flatMap((i, k) => {
    const sorted = independent[k];
    const mean = exact?.mean?.[i];
    const variance = exact?.covariance?.[i][i];
    const result: Expectation[] = [];
    if (mean !== undefined) result.push({ of: names[i], f: (q) => q[i], exact: mean });
    if (mean !== undefined && variance !== undefined) {
      result.push({ of: `(${names[i]} - mean)^2`, f: (q) => (q[i] - mean) ** 2, exact: variance });
    }
    for (const p of [0.05, 0.5, 0.95]) {
      const at = sorted[Math.floor(p * sorted.length)];
      const error = Math.sqrt((p * (1 - p)) / sorted.length);
      result.push({ of: `${names[i]} <= ${at.toFixed(3)}`, f: (q) => (q[i] <= at ? 1 : 0), exact: p, error });
    }
    return result;
  });
}

/** So many draws of the asked coordinates, each in order. */
function independentDraws(
  draw: NonNullable<Energy["exact"]>["draw"],
  dim: number,
  coordinates: readonly number[],
): Float64Array[] {
  if (draw === undefined) throw new Error("the law cannot be drawn from directly");
  const q = new Float64Array(dim);
  const random = stream(91);
  const all = coordinates.map(() => new Float64Array(INDEPENDENT));
  for (let n = 0; n < INDEPENDENT; n++) {
    draw(random, q);
    coordinates.forEach((i, k) => {
      all[k][n] = q[i];
    });
  }
  return all.map((values) => values.sort());
}

const INDEPENDENT = 200000;

for (const [law, { energy, start, targetAcceptance }] of Object.entries(laws)) {
  describe(law, () => {
    const expectations = expectationsOf(energy);
    for (const { name, sampler, draws, not } of entries) {
      if (not?.[law] !== undefined) continue;
      test(`is the law of ${name}`, () => {
        const plan: Plan = {
          chains: 4,
          warmup: 600,
          draws,
          seed: 90,
          start: new Array<number>(energy.dim).fill(start),
        };
        const acceptance = targetAcceptance === undefined ? {} : { targetAcceptance };
        assertExpectations(energy, sampler(acceptance, energy), plan, expectations);
      });
    }
  });
}
