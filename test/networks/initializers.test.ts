// The laws of starting weights: moments of the independent ones, orthogonality of the orthogonal one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Initializer, initializerNames, initializers } from "../../src/networks/initializers.js";
import { stream } from "../../src/random/index.js";
import { assertClose } from "../energies/differences.js";

const [fanIn, fanOut] = [150, 250];
const entries = fanIn * fanOut;

// With 21 cells a false alarm comes about once in 7000 runs.
const zLimit = 4.5;

const laws: Partial<Record<Initializer, { readonly law: "normal" | "uniform"; readonly variance: number }>> = {
  lecunNormal: { law: "normal", variance: 1 / fanIn },
  lecunUniform: { law: "uniform", variance: 1 / fanIn },
  glorotNormal: { law: "normal", variance: 2 / (fanIn + fanOut) },
  glorotUniform: { law: "uniform", variance: 2 / (fanIn + fanOut) },
  heNormal: { law: "normal", variance: 2 / fanIn },
  heUniform: { law: "uniform", variance: 2 / fanIn },
};

test("every initialiser has a law here", () => {
  assert.deepEqual([...initializerNames].sort(), [...Object.keys(laws), "orthogonal", "zeros"].sort());
});

for (const [name, { law, variance }] of Object.entries(laws)) {
  test(`${name}: mean 0, variance ${variance}, fourth moment of the ${law} law`, () => {
    const weights = initializers[name as Initializer](stream(11, name), fanIn, fanOut);
    assert.equal(weights.length, entries);
    // Even moments E x^k of a standardised variable; for the uniform on +-sqrt(3) they are 3^(k/2) / (k + 1).
    const moment = (k: number): number => (law === "normal" ? [1, 1, 3, 15, 105][k / 2] : 3 ** (k / 2) / (k + 1));
    for (const k of [1, 2, 4]) {
      const exact = k === 1 ? 0 : moment(k);
      const error = Math.sqrt((moment(2 * k) - exact ** 2) / entries);
      const average = weights.reduce((sum, w) => sum + (w / Math.sqrt(variance)) ** k, 0) / entries;
      const z = (average - exact) / error;
      assert.ok(Math.abs(z) < zLimit, `E x^${k} is ${average}, not ${exact} (z = ${z})`);
    }
    if (law === "uniform") {
      const bound = Math.sqrt(3 * variance);
      assert.ok(weights.every((w) => Math.abs(w) <= bound));
      assert.ok(Math.max(...weights) > 0.999 * bound && Math.min(...weights) < -0.999 * bound);
    }
  });
}

for (const [rows, columns] of [
  [1, 1],
  [1, 7],
  [7, 1],
  [12, 12],
  [12, 40],
  [40, 12],
]) {
  test(`orthogonal [${rows}, ${columns}] has orthonormal ${rows < columns ? "rows" : "columns"}`, () => {
    const weights = initializers.orthogonal(stream(3), rows, columns);
    assert.equal(weights.length, rows * columns);
    const count = Math.min(rows, columns);
    const length = Math.max(rows, columns);
    const at = (vector: number, i: number): number =>
      rows < columns ? weights[vector * columns + i] : weights[i * columns + vector];
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
        assertClose([product], [a === b ? 1 : 0], 1e-14);
      }
    }
  });
}

test("orthogonal matrices are uniformly distributed: E tr = 0, E tr^2 = 1, both determinants alike", () => {
  const draws = 4000;
  const random = stream(5);
  const means = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let i = 0; i < draws; i++) {
    const [a, b, c, d] = initializers.orthogonal(random, 2, 2);
    [a + d, (a + d) ** 2, a * d - b * c].forEach((value, k) => {
      means[k] += value / draws;
      squares[k] += value ** 2 / draws;
    });
  }
  [0, 1, 0].forEach((exact, k) => {
    const z = (means[k] - exact) / Math.sqrt((squares[k] - means[k] ** 2) / draws);
    assert.ok(Math.abs(z) < zLimit, `statistic ${k} has mean ${means[k]}, not ${exact} (z = ${z})`);
  });
});

test("zeros are zeros", () => {
  assert.deepEqual(initializers.zeros(stream(0), 2, 3), new Float64Array(6));
});
