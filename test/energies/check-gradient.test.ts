// The gradient check: right gradients pass it, wrong ones do not, and the worst coordinate is named.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkGradient, type Energy, energies, energy, energyFromGradient } from "../../src/energies/index.js";

/** |q|^2 / 2 with a gradient that is multiplied by `factor` in one coordinate. */
const skewed = (dim: number, index: number, factor: number): Energy =>
  energyFromGradient(
    dim,
    (q, gradient) => {
      gradient.set(q);
      gradient[index] *= factor;
      return 0.5 * q.reduce((sum, x) => sum + x * x, 0);
    },
    { names: Array.from({ length: dim }, (_, i) => `w${i}`) },
  );

test("a right gradient passes, and its check says how right it is", () => {
  const { ok, worst, positions, tolerance, message } = checkGradient(energies.banana());
  assert.deepEqual([ok, positions, tolerance], [true, 3, 1e-6]);
  assert.ok(worst.relativeError < 1e-10 && worst.uncertainty < 1e-9);
  assert.match(message, /^the gradient is right: 6 entries agree with differences to 0\.000001; the worst, [xy], has/);
});

test("a wrong coordinate is found, whichever it is, and named", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4 }), fc.double({ min: -5, max: 5, noNaN: true }), (index, excess) => {
      fc.pre(Math.abs(excess) > 1e-5);
      const { ok, worst, message } = checkGradient(skewed(5, index, 1 + excess));
      assert.equal(ok, false);
      assert.deepEqual([worst.index, worst.name], [index, `w${index}`]);
      assert.match(
        message,
        new RegExp(`^the gradient is wrong in w${index}: .* was given, differences of the value say`),
      );
    }),
    { seed: 1, numRuns: 50 },
  );
});

test("the tolerance decides", () => {
  assert.equal(checkGradient(skewed(2, 0, 1 + 1e-7)).ok, true);
  assert.equal(checkGradient(skewed(2, 0, 1 + 1e-7), undefined, { tolerance: 1e-9 }).ok, false);
  assert.equal(checkGradient(skewed(2, 0, 1.2), undefined, { tolerance: 0.5 }).ok, true);
});

test("an entry that is not written, or not a number, is found", () => {
  const forgetful = energyFromGradient(2, (q, gradient) => {
    gradient[0] = q[0];
    return 0.5 * (q[0] ** 2 + q[1] ** 2);
  });
  const { ok, worst, message } = checkGradient(forgetful);
  assert.deepEqual([ok, worst.index, worst.given], [false, 1, Number.NaN]);
  assert.match(message, /^the gradient is wrong in q\[1\]: it is not a number, or was not written at \[/);
});

test("positions are the user's, one or several", () => {
  const { worst, positions } = checkGradient(skewed(2, 1, 2), [
    [1, 0],
    [0, 3],
  ]);
  assert.deepEqual([positions, worst.position, worst.given, worst.expected], [2, [0, 3], 6, 3]);
  const positive = energy(1, (q) => q.sum(), { constraints: { lower: 0 } });
  // The gradient of exp(z) - z at z = log 2.
  const { ok, worst: entry } = checkGradient(positive, [2]);
  assert.ok(ok);
  assert.deepEqual(entry.position, [Math.log(2)]);
  assert.ok(Math.abs(entry.given - 1) < 1e-15);
  assert.throws(() => checkGradient(positive, [-1]), /energy: q\[0\] must be above 0, got -1/);
});

test("where the energy has a kink or a jump the check does not pretend", () => {
  const kink = energyFromGradient(1, (q, gradient) => {
    gradient[0] = 1;
    return Math.abs(q[0]);
  });
  assert.equal(checkGradient(kink, [0]).ok, false);
  const stairs = energyFromGradient(1, (q, gradient) => {
    gradient[0] = 0;
    return Math.floor(10 * q[0]);
  });
  const { ok, message } = checkGradient(stairs, [0.5]);
  assert.equal(ok, false);
  assert.match(message, /^the gradient could not be checked in q\[0\]: differences of the value do not settle/);
});

test("near the end of the support smaller steps are taken", () => {
  const logarithm = energyFromGradient(1, (q, gradient) => {
    gradient[0] = -1 / q[0];
    return -Math.log(q[0]);
  });
  assert.equal(checkGradient(logarithm, [1e-3]).ok, true);
  assert.equal(checkGradient(logarithm, [[1e-4], [3], [50]]).ok, true);
});

test("an energy in single precision passes at a tolerance that suits it", () => {
  const single = energy(2, (q) => q.cast("f32").square().sum().mul(0.5));
  assert.ok(checkGradient(single, undefined, { tolerance: 1e-3 }).ok);
});

test("at a minimum, rounding is no error", () => {
  assert.ok(checkGradient(energies.rosenbrock({ dim: 4 }), [1, 1, 1, 1]).ok);
  assert.ok(checkGradient(energies.gaussian({ mean: [1e8] }), [1e8]).ok);
});

test("what cannot be checked is refused", () => {
  const check = checkGradient as (...parts: unknown[]) => unknown;
  const nowhere = energyFromGradient(1, () => Number.NaN);
  const two = energyFromGradient(
    1,
    (() => {
      let calls = 0;
      return (_: Float64Array, gradient: Float64Array) => {
        gradient[0] = 0;
        return calls++;
      };
    })(),
  );
  assert.throws(() => check(3), /checkGradient: energy must be an energy, got 3/);
  assert.throws(
    () => check(energies.banana(), [1]),
    /checkGradient: at must be 2 finite numbers, got a list of length 1/,
  );
  assert.throws(() => check(energies.banana(), [[1, 2], [1]]), /at\[1\] must be 2 finite numbers/);
  assert.throws(() => check(energies.banana(), [1, Number.NaN]), /at\[1\] must be a finite number, got NaN/);
  assert.throws(() => check(energies.banana(), undefined, { tol: 1 }), /there is no option "tol"/);
  assert.throws(() => check(energies.banana(), undefined, { tolerance: 0 }), /tolerance must be a positive number/);
  assert.throws(() => check(nowhere), /the energy is finite at none of 100 random positions; give one where it is/);
  assert.throws(() => check(nowhere, [0]), /checkGradient: the energy at a position must be finite, got NaN/);
  assert.throws(() => check(two, [0]), /value and valueAndGradient disagree: 1 and 0 at one position/);
});
