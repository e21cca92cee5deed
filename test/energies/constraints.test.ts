// Constraints: maps that are inverse to each other, Jacobians that are the maps' own, energies that integrate to the same law.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Constraints,
  type Energy,
  energy,
  energyFromGradient,
  energyFromGraph,
} from "../../src/energies/index.js";
import type { GraphSource } from "../../src/energies/traced.js";
import { assertClose, differences } from "./differences.js";

const dim = 4;

const cases: readonly { name: string; constraints: Constraints }[] = [
  { name: "positive", constraints: { lower: 0 } },
  { name: "above bounds of their own", constraints: { lower: [-1, 0, 2.5, -10] } },
  { name: "below", constraints: { upper: 3 } },
  { name: "in a box", constraints: { lower: -2, upper: [-1, 0, 2, 1e3] } },
  {
    name: "of every kind of bound",
    constraints: {
      lower: [Number.NEGATIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, 0],
      upper: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, 1],
    },
  },
  { name: "ordered", constraints: { ordered: true } },
  { name: "probabilities", constraints: { simplex: true } },
  {
    name: "ordered, not beside each other, among positive ones",
    constraints: { lower: [0, ...none(3)], ordered: [3, 1] },
  },
  { name: "ordered and probabilities", constraints: { ordered: [0, 3], simplex: [2, 1] } },
];

function none(n: number): number[] {
  return new Array<number>(n).fill(Number.NEGATIVE_INFINITY);
}

const positions = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: dim, maxLength: dim });

for (const { name, constraints } of cases) {
  const flat = energy(dim, (q) => q.mul(0).sum(), { constraints });
  const { constrain, unconstrain } = flat.transform!;

  test(`${name}: constrained and back is where one was`, () => {
    fc.assert(
      fc.property(positions, (numbers) => {
        const z = Float64Array.from(numbers);
        const [q, back] = [new Float64Array(dim), new Float64Array(dim)];
        constrain(z, q);
        unconstrain(q, back);
        assertClose(back, z, 1e-9);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test(`${name}: the energy of a flat law is minus the log Jacobian`, () => {
    fc.assert(
      fc.property(positions, (numbers) => {
        const z = Float64Array.from(numbers);
        const image = (i: number) => (at: Float64Array) => {
          const q = new Float64Array(dim);
          constrain(at, q);
          return q[i];
        };
        const jacobian = Array.from({ length: dim }, (_, i) => Array.from(differences(image(i), z)));
        const gradient = new Float64Array(dim);
        assertClose([Math.exp(-flat.value(z) - Math.log(determinant(jacobian)))], [1], 1e-6);
        assertClose([flat.valueAndGradient(z, gradient)], [flat.value(z)], 1e-13);
        assertClose(gradient, differences(flat.value, z), 1e-8);
      }),
      { seed: 2, numRuns: 25 },
    );
  });

  test(`${name}: a gradient by hand is carried to free coordinates as a traced one`, () => {
    const traced = energy(dim, (q) => q.sub(0.3).square().sum().mul(0.5).add(q.slice(0, 1).sin().sum()), {
      constraints,
    });
    const byHand = energyFromGradient(
      dim,
      (q, gradient) => {
        gradient.set(q.map((x) => x - 0.3));
        gradient[0] += Math.cos(q[0]);
        return q.reduce((sum, x) => sum + 0.5 * (x - 0.3) ** 2, Math.sin(q[0]));
      },
      { constraints },
    );
    const z = Float64Array.of(0.3, -1.2, 0.8, 0.1);
    const [ours, theirs] = [new Float64Array(dim), new Float64Array(dim)];
    assertClose([byHand.valueAndGradient(z, ours)], [traced.valueAndGradient(z, theirs)], 1e-13);
    assertClose([byHand.value(z)], [traced.value(z)], 1e-13);
    assertClose(ours, theirs, 1e-13);
    const [q, same] = [new Float64Array(dim), new Float64Array(dim)];
    traced.transform!.constrain(z, q);
    byHand.transform!.constrain(z, same);
    assert.deepEqual(q, same);
  });
}

function determinant(rows: number[][]): number {
  if (rows.length === 1) return rows[0][0];
  return rows[0].reduce((sum, entry, j) => {
    const minor = rows.slice(1).map((row) => row.filter((_, k) => k !== j));
    return sum + (j % 2 === 0 ? 1 : -1) * entry * determinant(minor);
  }, 0);
}

test("the exponential law integrates to 1 in free coordinates too", () => {
  const exponential = energy(1, (q) => q.sum(), { constraints: { lower: 0 } });
  let integral = 0;
  for (let z = -40; z <= 6; z += 0.05) integral += 0.05 * Math.exp(-exponential.value(Float64Array.of(z)));
  assertClose([integral], [1], 1e-12);
});

test("the volume of three probabilities is 1/2, of two ordered numbers in a law half of it", () => {
  const uniform = energy(2, (q) => q.mul(0).sum(), { constraints: { simplex: true } });
  const ordered = energy(2, (q) => q.square().sum().mul(0.5), { constraints: { ordered: true } });
  let [simplex, half] = [0, 0];
  for (let a = -40; a <= 40; a += 0.2) {
    for (let b = -40; b <= 40; b += 0.2) {
      simplex += 0.04 * Math.exp(-uniform.value(Float64Array.of(a, b)));
      half += 0.04 * Math.exp(-ordered.value(Float64Array.of(a, b)));
    }
  }
  assertClose([simplex, half], [0.5, Math.PI], 1e-8);
});

test("constraints travel with the energy", () => {
  const original = energy(2, (q) => q.square().sum(), { constraints: { lower: 0, upper: [1, 2] }, names: ["a", "b"] });
  const rebuilt = energyFromGraph(structuredClone(original.source) as GraphSource);
  const z = Float64Array.of(0.3, -2);
  const [ours, theirs] = [new Float64Array(2), new Float64Array(2)];
  original.transform!.constrain(z, ours);
  rebuilt.transform!.constrain(z, theirs);
  assert.deepEqual(ours, theirs);
  assert.equal(rebuilt.value(z), original.value(z));
  assert.throws(() => rebuilt.transform!.unconstrain(Float64Array.of(1, 1), z), {
    message: "energy: a must be below 1, got 1",
  });
});

test("constraints that constrain nothing leave the energy as it was", () => {
  const q = Float64Array.of(1, 2);
  for (const constraints of [{}, { lower: Number.NEGATIVE_INFINITY }, { ordered: false, simplex: [] }]) {
    const free = energy(2, (x) => x.square().sum(), { constraints });
    assert.equal(free.transform, undefined);
    assert.equal(free.value(q), 5);
  }
});

test("positions that are not inside are refused by the coordinate's name", () => {
  const at = (constraints: Constraints, q: number[]): void =>
    energy(3, (x) => x.sum(), { constraints }).transform!.unconstrain(Float64Array.from(q), new Float64Array(3));
  assert.throws(() => at({ lower: 0 }, [1, 0, 1]), /^RangeError: energy: q\[1\] must be above 0, got 0$/);
  assert.throws(() => at({ upper: 5 }, [1, 0, 7]), /q\[2\] must be below 5, got 7/);
  assert.throws(() => at({ lower: 0 }, [1, Number.NaN, 1]), /q\[1\] must be a finite number, got NaN/);
  assert.throws(() => at({ upper: 5 }, [1, Number.NEGATIVE_INFINITY, 1]), /q\[1\] must be a finite number/);
  assert.throws(() => at({ ordered: true }, [1, 2, 2]), /q\[2\] must be above the one before it, 2, got 2/);
  assert.throws(() => at({ simplex: true }, [0.5, -0.1, 0.1]), /q\[1\] must be above 0, got -0.1/);
  assert.throws(() => at({ simplex: true }, [0.5, 0.4, 0.1]), /q\[2\] must be so small that .* below 1, got 0.1/);
});

test("constraints that make no sense are refused", () => {
  const make = energy as unknown as (dim: number, f: unknown, options: unknown) => Energy;
  const refused: readonly [unknown, RegExp][] = [
    [0, /energy: constraints must be an object such as \{ lower: 0 \}, got 0/],
    [{ positive: true }, /energy: there is no constraint "positive"; there are lower, upper, ordered, simplex/],
    [{ lower: [0] }, /constraints\.lower must be a number or 2 numbers, got a list of length 1/],
    [{ lower: Number.NaN }, /constraints\.lower must be a number or -Infinity, got NaN/],
    [{ lower: [0, Number.POSITIVE_INFINITY] }, /constraints\.lower\[1\] must be a number or -Infinity, got Infinity/],
    [{ upper: Number.NEGATIVE_INFINITY }, /constraints\.upper must be a number or Infinity, got -Infinity/],
    [{ lower: 1, upper: [2, 1] }, /constraints\.lower\[1\] must be below constraints\.upper\[1\] = 1, got 1/],
    [{ ordered: [0, 2] }, /constraints\.ordered must be true or a list of different coordinates from 0 to 1/],
    [{ simplex: [0, 0] }, /constraints\.simplex must be true or a list of different coordinates/],
    [{ lower: 0, ordered: true }, /energy: coordinate 0 has two kinds of constraint, and may have one/],
    [{ simplex: [1], ordered: true }, /coordinate 1 has two kinds of constraint/],
  ];
  for (const [constraints, message] of refused) {
    assert.throws(() => make(2, (q: { sum(): unknown }) => q.sum(), { constraints }), { name: "RangeError", message });
  }
});
