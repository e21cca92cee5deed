// Several temperatures together: rungs, free energies and reweighting against exact integrals, and the fit against its own formula.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { hmc, known, type LlcLadder, llc, llcLadder, reweightLlc } from "../../src/index.js";
import { fitAtMultiplicity, fitLadder } from "../../src/llc/ladder-fit.js";

const Z = 4.5;
const gamma = 1;
const quick = { chains: 4, warmup: 500, seed: 3, workers: 0, onEvent() {} } as const;
const sampler = hmc({ targetAcceptance: 0.9 });

/** -log Z(t) + log Z(from): the integral of E[K], in s = log t where that is finite, by Simpson's rule. */
function freeEnergy(mean: (nbeta: number) => number, from: number, to: number): number {
  const steps = 400;
  const [a, b] = [Math.log(from), Math.log(to)];
  let sum = 0;
  for (let k = 0; k <= steps; k++) {
    const weight = k === 0 || k === steps ? 1 : k % 2 === 1 ? 4 : 2;
    sum += weight * mean(Math.exp(a + ((b - a) * k) / steps));
  }
  return (sum * (b - a)) / (3 * steps);
}

const models = {
  "a quadratic": known.quadratic({ curvatures: [1, 4, 0.1] }),
  "w^4 and w^2": known.powers({ powers: [4, 2] }),
  "w1^2 w2^2": known.normalCrossing({ exponents: [1, 1] }),
};

for (const [name, { loss, center, expected }] of Object.entries(models)) {
  describe(name, () => {
    const nbetas = [50, 100, 200, 400, 800, 1600];
    const exact = (nbeta: number): number => expected!({ nbeta, gamma }).mean;
    const made: { ladder?: LlcLadder } = {};
    /** As for every law: once more with four times the draws where a value is more than 4.5 standard errors off. */
    const holds = async (misses: (ladder: LlcLadder) => string[]): Promise<void> => {
      made.ladder ??= await llcLadder(loss!, { ...quick, center: center!, gamma, nbetas, sampler, draws: 1500 });
      if (misses(made.ladder).length === 0) return;
      made.ladder = await llcLadder(loss!, { ...quick, center: center!, gamma, nbetas, sampler, draws: 6000 });
      assert.deepEqual(misses(made.ladder), []);
    };
    const off = (what: string, value: number, error: number, truth: number): string[] =>
      Math.abs(value - truth) > Z * error ? [`${what}: ${value} +- ${error}, exactly ${truth}`] : [];

    test("every rung has the exact value of its temperature", () =>
      holds(({ rungs }) =>
        rungs.flatMap(({ nbeta, llc: mean, standardError }) => off(`${nbeta}`, mean, standardError, exact(nbeta))),
      ));

    test("free energies are the exact integrals, by integration and by reweighting", () =>
      holds(({ rungs }) =>
        rungs.slice(1).flatMap((rung) => {
          const truth = freeEnergy(exact, nbetas[0], rung.nbeta);
          return [
            ...off("integrated", rung.freeEnergy, rung.freeEnergyStandardError, truth),
            ...off("bridged", rung.bridged, rung.bridgedStandardError, truth),
          ];
        }),
      ));

    test("between the rungs the stacked draws have the exact values", () =>
      holds(({ curve }) =>
        Array.from(curve.nbeta).flatMap((nbeta, k) =>
          off(`${nbeta}`, curve.llc[k], curve.standardError[k], exact(nbeta)),
        ),
      ));

    test("WBIC is n times the exact loss at n / log n", () =>
      holds(({ wbic }) => {
        const n = loss!.dataSize;
        const nbeta = n / Math.log(n);
        return off("WBIC", wbic!.value, wbic!.standardError, (n * exact(nbeta)) / nbeta);
      }));

    test("the fit is the formula's fit to the exact values", () =>
      holds(({ rungs, fit }) => {
        const truth = fitLadder(
          rungs.map(({ nbeta, standardError }) => ({ nbeta, llc: exact(nbeta), standardError })),
          0,
        );
        return [
          ...off("lambda", fit.lambda, fit.lambdaStandardError, truth.lambda),
          ...off("multiplicity", fit.multiplicity, fit.multiplicityStandardError, truth.multiplicity),
        ];
      }));
  });
}

describe("the fit", () => {
  const points = [10, 100, 1000, 10_000].map((nbeta) => ({
    nbeta,
    llc: 1.25 - 2 / (Math.log(nbeta) + 1.5),
    standardError: 0.01,
  }));

  test("finds lambda and multiplicity of its own formula", () => {
    const fit = fitLadder(points, 1.5);
    assert.ok(Math.abs(fit.lambda - 1.25) < 1e-10 && Math.abs(fit.multiplicity - 3) < 1e-10);
    assert.ok(fit.chiSquare < 1e-15 && fit.degreesOfFreedom === 2 && fit.chance > 0.999);
  });

  test("with the multiplicity given finds lambda and the offset", () => {
    const fit = fitAtMultiplicity(points, 3);
    assert.ok(Math.abs(fit.lambda - 1.25) < 0.01 && Math.abs(fit.offset - 1.5) < 0.15, JSON.stringify(fit));
    assert.ok(fitAtMultiplicity(points, 1).chiSquare > 100);
  });

  test("leaves out temperatures where the logarithm is not positive, and says nothing of one point", () => {
    const hot = { nbeta: 0, llc: 0, standardError: 0.01 };
    assert.equal(fitLadder([hot, ...points], 1.5).lambda, fitLadder(points, 1.5).lambda);
    assert.ok(Number.isNaN(fitLadder(points.slice(0, 1), 0).lambda));
  });
});

test("from infinite temperature on the free energy is that of the localisation's prior", async () => {
  const { loss, center } = known.quadratic({ curvatures: [1, 4], dataSize: 100 });
  const options = { ...quick, center: center!, gamma, nbetas: [1, 0, 4, 16], sampler, draws: 2000 };
  const { rungs, notes } = await llcLadder(loss!, options);
  assert.deepEqual(
    rungs.map(({ nbeta }) => nbeta),
    [0, 1, 4, 16],
  );
  for (const { nbeta, freeEnergy: value, freeEnergyStandardError: error } of rungs.slice(1)) {
    const exact = 0.5 * Math.log(1 + nbeta) + 0.5 * Math.log(1 + 4 * nbeta);
    assert.ok(Math.abs(value - exact) < Z * error && error < 0.1, `${value} +- ${error}, exactly ${exact}`);
  }
  assert.deepEqual(notes, []);
});

test("one estimate speaks of temperatures near its own", async () => {
  const { loss, center, expected } = known.powers({ powers: [4, 2] });
  const estimate = await llc(loss!, { ...quick, center: center!, gamma, sampler, draws: 3000 });
  const own = estimate.dataSize * estimate.beta;
  for (const nbeta of [0.7 * own, own, 1.3 * own]) {
    const { llc: value, standardError, effectiveWeights } = reweightLlc(estimate, nbeta);
    const exact = expected!({ nbeta, gamma }).mean;
    assert.ok(Math.abs(value - exact) < Z * standardError, `${value} +- ${standardError}, exactly ${exact}`);
    assert.ok(effectiveWeights > 2000);
  }
  assert.ok(Math.abs(reweightLlc(estimate, own).llc - estimate.mean) < 1e-9);
});

test("a ladder is plain data that prints; wrong arguments are refused by name", async () => {
  const { loss, center } = known.powers({ powers: [4, 2] });
  const options = { ...quick, center: center!, count: 3, draws: 300 };
  const ladder = await llcLadder(loss!, options);
  const middle = 1000 / Math.log(1000);
  ladder.rungs.forEach(({ nbeta }, k) => assert.ok(Math.abs(nbeta / (middle * 2 ** (k - 1)) - 1) < 1e-12));
  assert.match(inspect(ladder), /lambda .* multiplicity .*\n[\s\S]*WBIC/);
  assert.deepEqual(structuredClone(ladder).fit, ladder.fit);
  assert.equal(
    ladder.work,
    ladder.rungs.reduce((sum, { estimate }) => sum + estimate.work, 0),
  );
  const refused = (more: object) => llcLadder(loss!, { ...options, ...more });
  await assert.rejects(refused({ nbetas: [1] }), /llcLadder: nbetas must be a list of at least two numbers/);
  await assert.rejects(refused({ nbetas: [1, 1] }), /nbetas must be different/);
  await assert.rejects(refused({ nbetas: [0, 1], gamma: 0 }), /nbetas\[0\] must be positive where gamma is 0/);
  await assert.rejects(refused({ beta: 1 }), /there is no option "beta"/);
});
