// Posteriors of real models by NUTS, through `sample` and in the user's coordinates, against means by conjugacy and quadrature.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { chainsOf, diagnostics, type Energy, energies, nuts, sample } from "../../src/index.js";

/** As for every law: 4.5 standard errors, and once more with four times the draws where that fails. */
async function assertMeans(energy: Energy, exact: readonly (number | undefined)[]): Promise<void> {
  const missesOf = async (draws: number): Promise<string[]> => {
    const run = await sample(energy, nuts({ targetAcceptance: 0.95 }), {
      warmup: 800,
      draws,
      seed: 17,
      workers: 0,
      onEvent() {},
    });
    return exact.flatMap((mean, i) => {
      if (mean === undefined) return [];
      const chains = chainsOf(run, i);
      const all = chains.flatMap((chain) => [...chain]);
      const estimate = all.reduce((sum, x) => sum + x, 0) / all.length;
      const error = diagnostics.mcseMean(chains);
      const holds = Math.abs(estimate - mean) < 4.5 * error && diagnostics.essMean(chains) > 400;
      return holds ? [] : [`${energy.names[i]}: ${estimate} +- ${error}, exactly ${mean}`];
    });
  };
  if ((await missesOf(1500)).length > 0) assert.deepEqual(await missesOf(6000), []);
}

/** Some predictors and outcomes, the same everywhere. */
const x = Array.from({ length: 40 }, (_, i) => [Math.sin(i), ((i * 7) % 11) / 5 - 1]);

describe("posterior means by NUTS", () => {
  test("eight schools, not centred: mu, tau and the effects by quadrature over tau", async () => {
    const energy = energies.eightSchools({ centered: false });
    assert.ok(energy.exact?.mean !== undefined);
    await assertMeans(energy, energy.exact.mean);
  });

  test("linear regression with known noise, by conjugacy", async () => {
    const y = x.map(([a, b], i) => 0.5 + 2 * a - b + 0.3 * Math.cos(5 * i));
    const energy = energies.linearRegression({ x, y, sigma: 0.3 });
    assert.ok(energy.exact?.mean !== undefined);
    await assertMeans(energy, energy.exact.mean);
  });

  test("linear regression with unknown noise, by conjugacy given it and quadrature over it", async () => {
    const y = x.map(([a, b], i) => 0.5 + 2 * a - b + 0.3 * Math.cos(5 * i));
    const energy = energies.linearRegression({ x, y });
    assert.ok(energy.exact?.mean !== undefined);
    await assertMeans(energy, energy.exact.mean);
  });

  test("logistic regression with an intercept and a coefficient, by quadrature on a grid", async () => {
    const one = x.map(([a]) => [a]);
    const y = one.map(([a], i) => (Math.cos(3 * i) < 1.2 * a ? 1 : 0));
    const energy = energies.logisticRegression({ x: one, y });
    const [n, reach] = [400, 8];
    const sums = [0, 0, 0];
    const q = new Float64Array(2);
    // The density vanishes at the grid's ends, so that sums are as good as any rule.
    for (let i = 0; i <= n; i++) {
      for (let j = 0; j <= n; j++) {
        q[0] = reach * ((2 * i) / n - 1);
        q[1] = reach * ((2 * j) / n - 1);
        const density = Math.exp(-energy.value(q));
        sums[0] += density;
        sums[1] += density * q[0];
        sums[2] += density * q[1];
      }
    }
    await assertMeans(energy, [sums[1] / sums[0], sums[2] / sums[0]]);
  });
});
