// The ziggurat's layers have equal areas and close at the top; the elementary functions below them are accurate.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exp, log } from "../../src/random/elementary.js";
import { EXPONENTIAL, NORMAL, type Ziggurat } from "../../src/random/ziggurat.js";

const densities: [string, Ziggurat, (x: number) => number][] = [
  ["normal", NORMAL, (x) => Math.exp((-x * x) / 2)],
  ["exponential", EXPONENTIAL, (x) => Math.exp(-x)],
];

for (const [name, { r, width, bound, height }, density] of densities) {
  const x = [...width.map((w) => w * 2 ** 53), 0];

  test(`${name}: 256 layers of equal area, the base with its tail among them`, () => {
    const area = r * density(r) + integral(density, r, r + 40);
    for (let i = 1; i < 256; i++) {
      assert.ok(Math.abs((x[i] * (height[i + 1] - height[i])) / area - 1) < 1e-11, `layer ${i}`);
    }
    assert.ok(Math.abs((x[0] * density(r)) / area - 1) < 1e-11);
    assert.equal(height[256], 1);
  });

  test(`${name}: a candidate below its bound lies under the density, the first one above it does not surely`, () => {
    assert.ok(Math.abs((bound[0] * width[0]) / r - 1) < 1e-15);
    for (let i = 1; i < 256; i++) {
      assert.ok(x[i] < x[i - 1]);
      assert.ok(Math.abs(bound[i] * width[i] - x[i + 1]) <= 1e-15 * x[i]);
      assert.ok(Math.abs(height[i] - density(x[i])) < 1e-15);
    }
  });
}

test("exp and log agree with the engine's to two units in the last place", () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 0, noNaN: true }), (x) => {
      assert.ok(Math.abs(exp(x) / Math.exp(x) - 1) <= 2 ** -51);
    }),
    { seed: 1, numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e300, minExcluded: true, noNaN: true }), (x) => {
      assert.ok(Math.abs(log(x) - Math.log(x)) <= 2 ** -51 * Math.abs(Math.log(x)));
    }),
    { seed: 1, numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.double({ min: -0.5, max: 1, noNaN: true }), (t) => {
      assert.ok(Math.abs(log(1 + t) - Math.log(1 + t)) <= 2 ** -51 * Math.abs(Math.log(1 + t)));
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test("exp and log at the ends of their ranges", () => {
  assert.equal(exp(0), 1);
  assert.equal(exp(-0), 1);
  assert.equal(exp(-745), Math.exp(-745));
  assert.equal(exp(-746), 0);
  assert.equal(exp(-Infinity), 0);
  assert.ok(Number.isNaN(exp(NaN)));
  assert.equal(log(1), 0);
  assert.equal(log(0), -Infinity);
  assert.equal(log(Infinity), Infinity);
  assert.equal(log(Number.MIN_VALUE), Math.log(Number.MIN_VALUE));
  assert.ok(Number.isNaN(log(-1)));
  assert.ok(Number.isNaN(log(NaN)));
});

/** Simpson's rule. */
function integral(f: (x: number) => number, from: number, to: number): number {
  const steps = 40_000;
  const h = (to - from) / steps;
  let sum = f(from) + f(to);
  for (let i = 1; i < steps; i++) sum += f(from + i * h) * (i % 2 === 1 ? 4 : 2);
  return (sum * h) / 3;
}
