// The kernel Stein discrepancy: its kernel's mean vanishes under the law, for every law; its size under the law, and that it sees other laws.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type KernelSteinOptions, kernelStein } from "../../src/diagnostics/index.js";
import { type Random, stream } from "../../src/random/index.js";
import { banana, correlatedGaussian, gentleBend } from "../samplers/laws.js";
import { close } from "./fixtures/compare.js";

fc.configureGlobal({ seed: 2017 });

type Law = Pick<typeof banana, "energy">;

const gradientsOf = ({ energy }: Law, draws: readonly number[][]): Float64Array[] =>
  draws.map((q) => {
    const gradient = new Float64Array(energy.dim);
    energy.valueAndGradient(Float64Array.from(q), gradient);
    return gradient;
  });

const discrepancy = (
  law: Law,
  draws: readonly number[][],
  options?: KernelSteinOptions,
): ReturnType<typeof kernelStein> => kernelStein(draws, gradientsOf(law, draws), options);

describe("the Stein kernel", () => {
  test("has mean zero under the law in each argument", () => {
    // By the trapezoid rule on a grid that the densities do not reach out of: exact to many digits for smooth functions that vanish.
    const laws: [string, Law, number][] = [
      ["a correlated Gaussian", correlatedGaussian(0.7), 10],
      ["a bent law", gentleBend, 36],
    ];
    for (const [name, law, high] of laws) {
      for (const options of [{}, { bandwidth: 2, beta: -0.3 }]) {
        const fixed = [0.4, -0.8];
        let sum = 0;
        let size = 0;
        let mass = 0;
        const q = new Float64Array(2);
        const gradient = new Float64Array(2);
        const [atFixed] = gradientsOf(law, [fixed]);
        for (let x = -8; x <= 8; x += 0.2) {
          for (let y = -10; y <= high; y += 0.2) {
            q.set([x, y]);
            const weight = Math.exp(-law.energy.valueAndGradient(q, gradient));
            if (weight < 1e-18) continue;
            // Of two draws the U-statistic is the kernel.
            const kernel = kernelStein([fixed, q], [atFixed, gradient], options).uStatistic;
            sum += weight * kernel;
            size += weight * Math.abs(kernel);
            mass += weight;
          }
        }
        assert.ok(size / mass > 0.05, `${name}: the kernel is not zero`);
        assert.ok(Math.abs(sum) < 1e-7 * size, `${name}: ${sum / size} of its size`);
      }
    }
  });

  test("V is a squared norm, and U is V without the pairs of a draw with itself", () => {
    const point = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 2 });
    const beta = fc.double({ min: -0.95, max: -0.05, noNaN: true });
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 12 }), beta, (draws, exponent) => {
        const n = draws.length;
        const options = { bandwidth: 0.7, beta: exponent };
        const all = discrepancy(banana, draws, options);
        const alone = draws.map((draw) => discrepancy(banana, [draw], options).vStatistic);
        const sum = alone.reduce((total, value) => total + value, 0);
        assert.ok(all.vStatistic >= -1e-9 * sum);
        close(n * n * all.vStatistic, n * (n - 1) * all.uStatistic + sum, 1e-9, "n^2 V", sum);
        const reversed = discrepancy(banana, [...draws].reverse(), options);
        close(reversed.vStatistic, all.vStatistic, 1e-9, "in another order", sum / n / n);
      }),
    );
  });

  test("with the median rule, draws in other units have the discrepancy in those units", () => {
    const random = stream(1, "units");
    const draws = Array.from({ length: 30 }, () => [random.normal(), random.normal()]);
    const gradients = draws.map((q) => q.map((value) => value + 0.2));
    const once = kernelStein(draws, gradients, { bandwidth: "median" });
    const twice = kernelStein(
      draws.map((q) => q.map((value) => 4 * value)),
      gradients.map((g) => g.map((value) => value / 4)),
      { bandwidth: "median" },
    );
    close(twice.bandwidth, 4 * once.bandwidth, 1e-12, "bandwidth");
    close(twice.discrepancy, 4 ** (-1 / 2 - 1) * once.discrepancy, 1e-12, "discrepancy");
    // Half of the pairs are of one place with itself; the others are all 3 apart.
    const two = [[0], [0], [0], [3]];
    assert.equal(kernelStein(two, two, { bandwidth: "median" }).bandwidth, 3);
  });
});

/** Two independent normals, moved and stretched. */
const normals = (random: Random, n: number, { shift = 0, scale = 1 } = {}): number[][] =>
  Array.from({ length: n }, () => [shift + scale * random.normal(), scale * random.normal()]);

/** The discrepancy of draws from the standard normal law, whose gradient is the position. */
const fromNormal = (draws: number[][]): number => kernelStein(draws, draws).vStatistic;

describe("the discrepancy", () => {
  const n = 60;

  test("calibrated by simulation, has its size under the law, and sees a shift and another width", () => {
    const share = (sets: number, name: string, law: { shift?: number; scale?: number }): number => {
      const limits = Array.from({ length: sets }, (_, k) => fromNormal(normals(stream(3, name, "limit", k), n))).sort(
        (a, b) => a - b,
      );
      const limit = limits[Math.floor(0.9 * sets)];
      let above = 0;
      for (let k = 0; k < sets; k++) if (fromNormal(normals(stream(3, name, k), n, law)) > limit) above++;
      return above / sets;
    };
    // The limit is an estimated quantile: its share strays as much as the one that is counted.
    const strays = (sets: number): number =>
      Math.abs(share(sets, `size ${sets}`, {}) - 0.1) / Math.sqrt((2 * 0.1 * 0.9) / sets);
    const first = strays(400);
    assert.ok(first < 4.5 || strays(1600) < 4.5, `${first} standard errors`);
    assert.ok(share(100, "shifted", { shift: 0.6 }) > 0.9);
    assert.ok(share(100, "wide", { scale: 1.6 }) > 0.9);
    assert.ok(share(100, "narrow", { scale: 0.5 }) > 0.9);
  });

  test("U has mean zero under the law; V falls as 1/n there, and stays where the law is another", () => {
    const U = Array.from({ length: 400 }, (_, k) => {
      const draws = normals(stream(4, "mean", k), n);
      return kernelStein(draws, draws).uStatistic;
    });
    const mean = U.reduce((sum, value) => sum + value, 0) / U.length;
    const sd = Math.sqrt(U.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (U.length - 1));
    assert.ok(Math.abs(mean) < (4.5 * sd) / Math.sqrt(U.length), `${mean} +- ${sd / Math.sqrt(U.length)}`);
    const V = (size: number, law: { shift?: number }): number => {
      let sum = 0;
      for (let k = 0; k < 20; k++) sum += fromNormal(normals(stream(4, "fall", size, k), size, law)) / 20;
      return sum;
    };
    assert.ok(V(320, {}) < V(40, {}) / 4);
    assert.ok(V(320, { shift: 1 }) > V(40, { shift: 1 }) / 2);
  });

  test("one draw, NaN, equal draws, and what is refused", () => {
    assert.deepEqual(kernelStein([[0]], [[0]]), {
      discrepancy: 1,
      vStatistic: 1,
      uStatistic: Number.NaN,
      bandwidth: 1,
    });
    assert.ok(Number.isNaN(kernelStein([[0], [Number.NaN]], [[0], [1]]).discrepancy));
    assert.ok(Number.isNaN(kernelStein([[0], [1]], [[0], [Number.POSITIVE_INFINITY]]).vStatistic));
    const still = kernelStein([[1], [1]], [[1], [1]], { bandwidth: "median" });
    assert.ok(Number.isNaN(still.bandwidth) && Number.isNaN(still.discrepancy));
    assert.throws(() => kernelStein([], []), /draws must be a list of positions/);
    assert.throws(() => kernelStein([[1]], [[1], [2]]), /gradients must be 1 gradients/);
    assert.throws(() => kernelStein([[1], [1, 2]], [[1], [1]]), /draws\[1\] must be 1 number, got a list of length 2/);
    assert.throws(() => kernelStein([[1, 2]], [[1]]), /gradients\[0\] must be 2 numbers/);
    assert.throws(() => kernelStein([[1]], [[1]], { beta: -1 }), /beta must be a number between -1 and 0, got -1/);
    assert.throws(() => kernelStein([[1]], [[1]], { bandwidth: 0 }), /bandwidth must be a positive number, got 0/);
  });
});
