// Statistics over seeds: the interquartile mean, the optimality gap and bootstrap intervals, against enumeration and Student's law.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { incompleteBeta } from "../../src/diagnostics/incomplete-beta.js";
import { bootstrapInterval, interquartileMean, optimalityGap } from "../../src/diagnostics/index.js";
import { stream } from "../../src/random/index.js";

fc.configureGlobal({ seed: 2108 });

const scores = fc.array(fc.integer({ min: -800, max: 800 }), { minLength: 1, maxLength: 25 });

function meanOf(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  return sum / x.length;
}

test("the interquartile mean is that of the values whose rank is neither in the first nor in the last quarter", () => {
  fc.assert(
    fc.property(scores, (x) => {
      const cut = Math.floor(x.length / 4);
      const kept = x
        .map((value, i) => ({
          value,
          rank: x.filter((other, j) => other < value || (other === value && j < i)).length,
        }))
        .filter(({ rank }) => rank >= cut && rank < x.length - cut);
      assert.ok(Math.abs(interquartileMean(x) - meanOf(kept.map(({ value }) => value))) < 1e-9);
    }),
  );
});

// SciPy 1.17.1: stats.trim_mean(x, 0.25).
test("the interquartile mean is SciPy's", () => {
  assert.equal(interquartileMean([3, 1, 2]), 2);
  assert.equal(interquartileMean([10, 0, 1, 5]), 3);
  assert.equal(interquartileMean([500, 9, 480, 490, 500]), 490);
  assert.equal(interquartileMean([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]), 42);
});

test("what was given stays in its order", () => {
  const x = Float64Array.of(3, 1, 2, 0);
  interquartileMean(x);
  bootstrapInterval(x, { resamples: 10 });
  assert.deepEqual(Array.from(x), [3, 1, 2, 0]);
});

test("the optimality gap is the mean shortfall, and more than the target does not make good for less", () => {
  assert.equal(optimalityGap([500, 470, 520], 500), 10);
  fc.assert(
    fc.property(scores, (x) => {
      assert.ok(Math.abs(optimalityGap(x, 1000) - (1000 - meanOf(x))) < 1e-9);
      assert.equal(optimalityGap(x, -1000), 0);
    }),
  );
});

/** The statistic of everything that can be drawn, each as often as it is. */
function everyResample(strata: readonly (readonly number[])[], statistic: (x: number[]) => number): number[] {
  let drawn: number[][] = [[]];
  for (const stratum of strata) {
    for (let i = 0; i < stratum.length; i++) drawn = drawn.flatMap((some) => stratum.map((value) => [...some, value]));
  }
  return drawn.map(statistic);
}

/** Places in a list of this length that a quantile of `resamples` draws from it surely lies between: five standard errors apart. */
function around(length: number, p: number, resamples: number): [number, number] {
  const error = 5 * Math.sqrt((p * (1 - p)) / resamples);
  return [Math.floor((p - error) * length), Math.floor((p + error) * length)];
}

test("intervals end at the quantiles of all that can be drawn, one list or one per task", () => {
  const resamples = 20_000;
  const cases: number[][][] = [
    [[0, 1, 10]],
    [[0, 1, 10, 40]],
    [
      [0, 3],
      [100, 101],
    ],
    [
      [0, 3, 5],
      [100, 200],
    ],
  ];
  for (const strata of cases) {
    for (const statistic of [meanOf, interquartileMean]) {
      const law = everyResample(strata, statistic).sort((a, b) => a - b);
      // The first of these whose ends lie within atoms of the law, where noise does not move them.
      const probability = [0.9, 0.86, 0.82, 0.78, 0.74, 0.7, 0.66, 0.62, 0.58, 0.54].find((candidate) =>
        [(1 - candidate) / 2, (1 + candidate) / 2].every((p) => {
          const [low, high] = around(law.length, p, resamples);
          return law[low] === law[high];
        }),
      );
      assert.ok(probability !== undefined, "no probability is decided");
      const expected = [(1 - probability) / 2, (1 + probability) / 2].map((p) => law[Math.floor(p * law.length)]);
      assert.notEqual(expected[0], expected[1]);
      const found = bootstrapInterval(strata.length === 1 ? strata[0] : strata, {
        ...{ statistic, probability, resamples, seed: 1 },
      });
      assert.deepEqual(found, expected);
    }
  }
});

test("equal seeds draw the same places: the interval of shifted and stretched scores is shifted and stretched", () => {
  const x = [1, 5, 2, 8, 4, 4, 9];
  const [lower, upper] = bootstrapInterval(x, { seed: 3 });
  const other = bootstrapInterval(
    x.map((value) => 2 * value - 8),
    { seed: 3 },
  );
  assert.deepEqual(other, [2 * lower - 8, 2 * upper - 8]);
  assert.notDeepEqual(
    bootstrapInterval(x, { seed: 4, resamples: 50 }),
    bootstrapInterval(x, { seed: 3, resamples: 50 }),
  );
});

/** P(|t| < x) for Student's t with this many degrees of freedom. */
const studentWithin = (x: number, freedom: number): number =>
  1 - incompleteBeta(freedom / (freedom + x * x), freedom / 2, 0.5);

test("intervals of the mean of normal scores hold the truth as often as Student's law says", () => {
  // A mean drawn anew has variance s^2 (n - 1) / n^2, so that the interval is that of a known variance, in which t is at home.
  const repeats = 1200;
  for (const n of [5, 20, 40]) {
    const random = stream(8, "coverage", n);
    const x = new Float64Array(n);
    let held = 0;
    for (let i = 0; i < repeats; i++) {
      random.fillNormal(x);
      const [lower, upper] = bootstrapInterval(x, { statistic: meanOf, resamples: 600, seed: i });
      if (lower <= 0 && 0 <= upper) held++;
    }
    const expected = studentWithin(1.959963984540054 * Math.sqrt((n - 1) / n), n - 1);
    const error = Math.sqrt((expected * (1 - expected)) / repeats);
    // Quantiles of 600 draws and the skewness of so few scores cost a hundredth or two.
    assert.ok(Math.abs(held / repeats - expected) < 4.5 * error + 0.02, `${n}: ${held / repeats}, not ${expected}`);
  }
});

test("what has no value is NaN, and what is wrong is refused by name", () => {
  assert.ok(Number.isNaN(interquartileMean([])));
  assert.ok(Number.isNaN(interquartileMean([1, Number.NaN, 2, 3])));
  assert.ok(Number.isNaN(optimalityGap([], 1)));
  assert.deepEqual(bootstrapInterval([1, Number.NaN, 2]).map(Number.isNaN), [true, true]);
  assert.deepEqual(bootstrapInterval([7, 7]), [7, 7]);
  assert.throws(() => bootstrapInterval([]), /^RangeError: bootstrapInterval: scores must be a list of at least one/);
  assert.throws(() => bootstrapInterval([[1], []]), /scores\[1\] must be a list of at least one score/);
  assert.throws(() => bootstrapInterval(3 as never), /scores must be a list of numbers, got 3/);
  assert.throws(() => bootstrapInterval([1], { probability: 1 }), /probability must be a number between 0 and 1/);
  assert.throws(() => bootstrapInterval([1], { resamples: 0 }), /resamples must be a positive integer/);
  assert.throws(() => bootstrapInterval([1], { statistic: "mean" as never }), /statistic must be a function/);
  assert.throws(() => bootstrapInterval([1], { level: 0.9 } as never), /there is no option "level"/);
  assert.throws(() => optimalityGap([1], Number.NaN), /optimalityGap: target must be a finite number/);
});

test("documented examples", () => {
  const [lower, upper] = bootstrapInterval([481, 500, 500, 312, 497]);
  assert.equal(lower.toFixed(1), "373.7");
  assert.equal(upper, 500);
});
