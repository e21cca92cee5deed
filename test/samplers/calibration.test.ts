// Simulation-based calibration (Talts et al. 2018): parameters drawn from the prior rank uniformly among draws from the posterior given data simulated
// from them. Warmup included, as a user has it: what it leaves wrong shows here.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { rankChiSquare, sbcRanks, uniformity } from "../../src/diagnostics/index.js";
import type { Energy } from "../../src/energies/energy.js";
import { stream } from "../../src/random/index.js";
import { hmc, mala, mams, nuts, type Sampler } from "../../src/samplers/index.js";
import { visit } from "./expectations.js";
import { energyOf } from "./laws.js";

/** q ~ N(0, I), y ~ N(A q, s^2 I): the posterior is a Gaussian, of another direction and place with each y. */
const A = [
  [1, 0.5],
  [-0.3, 1.2],
  [0.8, 0.8],
];
const S = 0.7;

/** `prior` is the precision of the prior that the sampler is told of: 1 is the right one. */
function posterior(y: readonly number[], prior: number): Energy {
  return energyOf(2, (q, gradient) => {
    let value = (prior * (q[0] * q[0] + q[1] * q[1])) / 2;
    gradient[0] = prior * q[0];
    gradient[1] = prior * q[1];
    for (let i = 0; i < y.length; i++) {
      const off = (A[i][0] * q[0] + A[i][1] * q[1] - y[i]) / (S * S);
      gradient[0] += off * A[i][0];
      gradient[1] += off * A[i][1];
      value += (S * S * off * off) / 2;
    }
    return value;
  });
}

/** What is ranked: coordinates, their product, and the energy, which sees widths where coordinates see places. */
const quantities: Readonly<Record<string, (q: Float64Array, energy: number) => number>> = {
  "q[0]": (q) => q[0],
  "q[1]": (q) => q[1],
  "q[0] q[1]": (q) => q[0] * q[1],
  U: (_, energy) => energy,
};

const WARMUP = 300;
const KEPT = 31; // 32 ranks: 16 bins of two

/** Ranks of all quantities over so many replications. Thinned to where draws are nearly independent; what is left of it would bend the ranks. */
function ranksOf(
  sampler: Sampler,
  thin: number,
  replications: number,
  name: string,
  prior = 1,
): Record<string, ReturnType<typeof sbcRanks>> {
  const names = Object.keys(quantities);
  const truths = names.map(() => new Float64Array(replications));
  const draws = names.map(() => Array.from({ length: replications }, () => new Float64Array(KEPT * thin)));
  for (let r = 0; r < replications; r++) {
    const random = stream(12, name, r);
    const q = Float64Array.of(random.normal(), random.normal());
    const y = A.map(([a, b]) => a * q[0] + b * q[1] + S * random.normal());
    const energy = posterior(y, prior);
    names.forEach((quantity, k) => {
      truths[k][r] = quantities[quantity](q, energy.value(q));
    });
    const plan = { chains: 1, warmup: WARMUP, draws: KEPT * thin, seed: r, start: [1, -1] };
    visit(energy, sampler, plan, (position, value, _, draw) => {
      names.forEach((quantity, k) => {
        draws[k][r][draw] = quantities[quantity](position, value);
      });
    });
  }
  return Object.fromEntries(names.map((quantity, k) => [quantity, sbcRanks(truths[k], draws[k], { thin })]));
}

/** 4.5 standard errors, both sides. Where a p-value is below, all is run once more with four times the replications and must not be then. */
const RARE = 7e-6;

function suspicious(ranks: Record<string, ReturnType<typeof sbcRanks>>): string[] {
  return Object.entries(ranks).flatMap(([quantity, of]) => {
    const chiSquare = rankChiSquare(of, { bins: 16 });
    const shape = uniformity(of.ranks, { largest: of.largest });
    return Math.min(chiSquare.pValue, shape.pValue) >= RARE
      ? []
      : [`${quantity}: p = ${chiSquare.pValue} (chi-square), ${shape.pValue} (ECDF), bins ${chiSquare.counts}`];
  });
}

describe("ranks of what was drawn from the prior are uniform among draws from the posterior", () => {
  // Autocorrelation times here are 1 to 5 draws; of mams the longest.
  const entries: { name: string; sampler: Sampler; thin: number }[] = [
    { name: "hmc", sampler: hmc(), thin: 8 },
    { name: "nuts", sampler: nuts(), thin: 6 },
    { name: "mala", sampler: mala(), thin: 15 },
    { name: "mams", sampler: mams(), thin: 15 },
  ];
  for (const { name, sampler, thin } of entries) {
    test(name, () => {
      if (suspicious(ranksOf(sampler, thin, 1000, name)).length === 0) return;
      assert.deepEqual(suspicious(ranksOf(sampler, thin, 4 * 1000, `${name}, again`)), []);
    });
  }

  test("and are seen not to be where the sampler is told of a narrower prior", () => {
    const found = suspicious(ranksOf(mala(), 15, 1000, "narrow", 2.5));
    assert.ok(found.length > 0);
  });
});
