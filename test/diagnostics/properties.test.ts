// What holds of the diagnostics for any input: exact identities, invariances, and what is refused.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { besselK } from "../../src/diagnostics/bessel-k.js";
import { cramerVonMises } from "../../src/diagnostics/cramer-von-mises.js";
import { backwardFft, forwardFft } from "../../src/diagnostics/fft.js";
import { incompleteBeta } from "../../src/diagnostics/incomplete-beta.js";
import * as diagnostics from "../../src/diagnostics/index.js";
import { inverseIncompleteBeta } from "../../src/diagnostics/inverse-incomplete-beta.js";
import { inverseNormal } from "../../src/diagnostics/inverse-normal.js";
import { orderOf } from "../../src/diagnostics/order.js";
import { rank, rankScores } from "../../src/diagnostics/ranking.js";

fc.configureGlobal({ seed: 2021 });

// Eighths: sums and squares are exact, ties happen.
const number = fc.integer({ min: -800, max: 800 }).map((k) => k / 8);
const chainSet = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 6, max: 40 }))
  .chain(([M, N]) => fc.array(fc.array(number, { minLength: N, maxLength: N }), { minLength: M, maxLength: M }));

function within(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} should be ${expected} within ${tolerance}`);
}

/** Equal to rounding, or both NaN. */
function same(actual: number, expected: number): void {
  if (Number.isNaN(expected)) assert.ok(Number.isNaN(actual), `${actual} should be NaN`);
  else within(actual, expected, 1e-8 * Math.abs(expected));
}

describe("the FFT", () => {
  test("is the discrete Fourier transform, read backwards, and goes back", () => {
    const power = fc
      .integer({ min: 0, max: 7 })
      .chain((k) => fc.array(fc.tuple(number, number), { minLength: 2 ** k, maxLength: 2 ** k }));
    fc.assert(
      fc.property(power, (z) => {
        const n = z.length;
        const re = Float64Array.from(z, ([x]) => x);
        const im = Float64Array.from(z, ([, y]) => y);
        forwardFft(re, im, n);
        for (let k = 0; k < n; k++) {
          let [sumRe, sumIm] = [0, 0];
          z.forEach(([x, y], t) => {
            const [c, s] = [Math.cos((-2 * Math.PI * k * t) / n), Math.sin((-2 * Math.PI * k * t) / n)];
            sumRe += c * x - s * y;
            sumIm += c * y + s * x;
          });
          const place =
            n === 1 ? 0 : Number.parseInt([...k.toString(2).padStart(Math.log2(n), "0")].reverse().join(""), 2);
          within(re[place], sumRe, 1e-9);
          within(im[place], sumIm, 1e-9);
        }
        backwardFft(re, im, n);
        z.forEach(([x, y], t) => {
          within(re[t] / n, x, 1e-10);
          within(im[t] / n, y, 1e-10);
        });
      }),
    );
  });
});

describe("the order of numbers", () => {
  const any = fc.oneof(
    fc.double(),
    number,
    fc.double({ min: 1e8, max: 1e8 + 1 }),
    fc.constantFrom(0, -0, 5e-324, -5e-324),
  );

  test("ascends, holds each once, and has NaN last", () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 300 }), (list) => {
        const x = Float64Array.from(list);
        const order = [...orderOf(x)];
        assert.deepEqual(
          [...order].sort((a, b) => a - b),
          list.map((_, i) => i),
        );
        const ascending = order.map((i) => x[i]);
        const expected = [...x.slice().sort()];
        ascending.forEach((value, i) => {
          assert.ok(value === expected[i] || (Number.isNaN(value) && Number.isNaN(expected[i])));
        });
      }),
    );
  });
});

describe("ranks", () => {
  test("scores of the split chains are those of the definition, ties and odd lengths included", () => {
    fc.assert(
      fc.property(chainSet, (chains) => {
        const N = chains[0].length;
        const half = Math.floor(N / 2);
        const halves = [...chains.map((x) => x.slice(0, half)), ...chains.map((x) => x.slice(N - half))];
        const all = halves.flat();
        const score = (x: number): number => {
          const rank = all.filter((y) => y < x).length + (all.filter((y) => y === x).length + 1) / 2;
          return inverseNormal((rank - 3 / 8) / (all.length + 1 / 4));
        };
        const scores = rankScores(rank(chains.map((chain) => Float64Array.from(chain))));
        assert.deepEqual(
          scores.map((part) => [...part]),
          halves.map((part) => part.map(score)),
        );
      }),
      { numRuns: 50 },
    );
  });

  test("the three diagnostics together are the three, bit for bit", () => {
    fc.assert(
      fc.property(chainSet, (chains) => {
        const { rhat, essBulk, essTail } = diagnostics;
        const expected = { rhat: rhat(chains), essBulk: essBulk(chains), essTail: essTail(chains) };
        assert.deepEqual(diagnostics.rankDiagnostics(chains), expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe("autocovariance", () => {
  test("is the sum over pairs a lag apart, over N", () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 2, maxLength: 70 }), (x) => {
        const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
        diagnostics.autocovariance(x).forEach((c, lag) => {
          let direct = 0;
          for (let t = 0; t + lag < x.length; t++) direct += (x[t] - mean) * (x[t + lag] - mean);
          within(c, direct / x.length, 1e-9);
        });
      }),
    );
  });

  test("a constant has none, and no autocorrelation either", () => {
    assert.deepEqual([...diagnostics.autocovariance([2, 2, 2])], [0, 0, 0]);
    assert.deepEqual([...diagnostics.autocorrelation([2, 2, 2])], [Number.NaN, Number.NaN, Number.NaN]);
    assert.equal(diagnostics.autocorrelation([]).length, 0);
  });
});

describe("invariance", () => {
  test("the order of the chains does not matter", () => {
    fc.assert(
      fc.property(chainSet, (chains) => {
        const reversed = [...chains].reverse();
        for (const statistic of [diagnostics.rhat, diagnostics.essBulk, diagnostics.essTail, diagnostics.essMean]) {
          same(statistic(reversed), statistic(chains));
        }
      }),
      { numRuns: 50 },
    );
  });

  test("bulk and quantile ESS are those of any increasing function of the draws", () => {
    fc.assert(
      fc.property(chainSet, (chains) => {
        const cubes = chains.map((chain) => chain.map((x) => x ** 3));
        same(diagnostics.essBulk(cubes), diagnostics.essBulk(chains));
        same(diagnostics.essTail(cubes), diagnostics.essTail(chains));
        same(diagnostics.essMedian(cubes), diagnostics.essMedian(chains));
      }),
      { numRuns: 50 },
    );
  });

  test("R-hat and ESS have no unit, standard errors that of the draws", () => {
    fc.assert(
      fc.property(chainSet, (chains) => {
        const scaled = chains.map((chain) => chain.map((x) => 4 * x));
        same(diagnostics.rhat(scaled), diagnostics.rhat(chains));
        same(diagnostics.essMean(scaled), diagnostics.essMean(chains));
        same(diagnostics.essSd(scaled), diagnostics.essSd(chains));
        same(diagnostics.mcseMean(scaled), 4 * diagnostics.mcseMean(chains));
        same(diagnostics.mcseSd(scaled), 4 * diagnostics.mcseSd(chains));
        same(diagnostics.mcseMedian(scaled), 4 * diagnostics.mcseMedian(chains));
      }),
      { numRuns: 50 },
    );
  });

  test("constants, NaN and infinities have no ESS", () => {
    for (const odd of [
      [1, 1, 1, 1, 1, 1, 1, 1],
      [1, 2, Number.NaN, 4, 5, 6, 7, 8],
    ]) {
      for (const statistic of [diagnostics.rhat, diagnostics.essBulk, diagnostics.essTail, diagnostics.essMean]) {
        assert.ok(Number.isNaN(statistic([odd, odd])));
      }
    }
    assert.ok(Number.isNaN(diagnostics.essMean([[1, 2, Number.POSITIVE_INFINITY, 4, 5, 6]])));
    assert.ok(Number.isNaN(diagnostics.rhat([[], []])));
    assert.ok(Number.isNaN(diagnostics.mcseQuantile([[]], 0.3)));
  });
});

describe("intervals", () => {
  test("the highest-density interval holds its share, and none as full is narrower", () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (x, p) => {
          const [low, high] = diagnostics.hdi(x, p);
          const inside = x.filter((value) => value >= low && value <= high).length;
          assert.ok(inside >= Math.floor(p * x.length) + 1);
          const sorted = [...x].sort((a, b) => a - b);
          for (let i = 0; i + Math.floor(p * x.length) < x.length; i++) {
            assert.ok(sorted[i + Math.floor(p * x.length)] - sorted[i] >= high - low);
          }
        },
      ),
    );
  });

  test("an empty sample and one with a NaN have none", () => {
    for (const x of [[], [1, Number.NaN, 2]]) {
      assert.deepEqual(diagnostics.hdi(x, 0.9), [Number.NaN, Number.NaN]);
      assert.deepEqual(diagnostics.eti(x, 0.9), [Number.NaN, Number.NaN]);
    }
  });
});

describe("special functions", () => {
  const shape = fc.double({ min: 1, max: 1e4, noNaN: true });
  const unit = fc.double({ min: 1e-3, max: 1 - 1e-3, noNaN: true });

  test("I_x(a, 1) is x^a, and I_x(1, b) is 1 - (1 - x)^b", () => {
    fc.assert(
      fc.property(unit, shape, (x, a) => {
        within(incompleteBeta(x, a, 1), x ** a, 1e-12 * x ** a);
        within(incompleteBeta(x, 1, a), 1 - (1 - x) ** a, 1e-12);
      }),
    );
  });

  test("I_x(a, b) is 1 - I_(1-x)(b, a)", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1023 }), shape, shape, (k, a, b) => {
        const x = k / 1024; // 1 - x is exact
        within(incompleteBeta(x, a, b), 1 - incompleteBeta(1 - x, b, a), 1e-12);
      }),
    );
  });

  test("the inverse incomplete beta function inverts it", () => {
    fc.assert(
      fc.property(unit, shape, shape, (p, a, b) => {
        const x = inverseIncompleteBeta(p, a, b);
        // Rounding of x by 1e-16 moves I_x by as much times the density, which is below 1e4 for these shapes.
        within(incompleteBeta(x, a, b), p, 4e-12);
      }),
    );
  });

  test("the normal quantile is odd about one half, and infinite at the ends", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4095 }), (k) => {
        const p = k / 4096;
        assert.equal(inverseNormal(1 - p), 0 - inverseNormal(p));
      }),
    );
    assert.equal(inverseNormal(0), Number.NEGATIVE_INFINITY);
    assert.equal(inverseNormal(1), Number.POSITIVE_INFINITY);
    assert.ok(Number.isNaN(inverseNormal(-0.1)) && Number.isNaN(inverseNormal(Number.NaN)));
  });
});

test("the examples of the documentation", () => {
  const climb = [[1, 2, 3, 4, 5, 6]];
  for (const ess of [diagnostics.essBulk, diagnostics.essMean, diagnostics.essTail, diagnostics.essMedian]) {
    assert.equal(ess(climb), 3);
  }
  assert.equal(diagnostics.essQuantile(climb, 0.5), 3);
  assert.equal(diagnostics.essSd([[1, 2, 3, 4, 5, 7]]), 3);
  within(diagnostics.mcseMean(climb), Math.sqrt(3.5 / 3), 1e-12);
  within(diagnostics.mcseSd([[1, 2, 3, 4, 5, 7]]), 0.5805, 1e-4);
  assert.equal(diagnostics.mcseQuantile(climb, 0.5), 2);
  within(diagnostics.rhatBasic([[1, 2, 3, 4]]), 2.1213, 1e-4);
  within(
    diagnostics.rhat([
      [1, 2, 3, 4],
      [2, 1, 4, 3],
    ]),
    1.6187,
    1e-4,
  );
  assert.deepEqual(diagnostics.rankDiagnostics(climb), { rhat: diagnostics.rhat(climb), essBulk: 3, essTail: 3 });
  within(diagnostics.rhat(climb), 2.0194, 1e-4);
  within(diagnostics.rhatSplit([[1, 2, 3, 4]]), 2.1213, 1e-4);
  const mirrored = [
    [1, -2, 2, -1],
    [9, -8, 8, -9],
  ];
  within(diagnostics.rhatFolded(mirrored), 1.6187, 1e-4);
  const pairs = [
    [0, 1],
    [1, 2],
    [4, 5],
    [5, 6],
  ];
  within(diagnostics.rhatNested(pairs, [0, 0, 1, 1]), 3, 1e-12);
  assert.equal(diagnostics.essLocal(climb, 0, 0.5), 3);
  const blocks = [[1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]];
  const { tau, window, reliable } = diagnostics.integratedTime(blocks, { c: 1, tolerance: 7 });
  within(tau, 1.5, 1e-12);
  assert.deepEqual([window, reliable], [2, true]);
  const ten = [3, 1, 2, 3, 1, 2, 1, 3, 2, 2];
  within(diagnostics.geweke(ten, { first: 0.4 }), 0.4789, 1e-4);
  assert.equal(diagnostics.heidelbergerWelch(ten).start, 0);
  const unknown = { burnIn: Number.NaN, total: Number.NaN, minimum: 3746, dependence: Number.NaN };
  assert.deepEqual(diagnostics.rafteryLewis([1, 2, 3]), unknown);
  within(besselK(0.5, 1), 0.46106850444789454, 1e-15);
  within(cramerVonMises(0.46136), 0.95, 1e-6);
  const covariances = diagnostics.autocovariance([1, 2, 3, 4]);
  [1.25, 0.3125, -0.375, -0.5625].forEach((c, t) => {
    within(covariances[t], c, 1e-15);
  });
  const correlations = diagnostics.autocorrelation([1, 2, 3, 4], 2);
  assert.equal(correlations.length, 3);
  [1, 0.25, -0.3].forEach((rho, t) => {
    within(correlations[t], rho, 1e-15);
  });
  assert.equal(diagnostics.quantile([4, 1, 3, 2], 0.25), 1.75);
  assert.equal(diagnostics.ebfmi([1, 2, 1, 2]), 3);
  assert.deepEqual(diagnostics.hdi([0, 5, 6, 7, 20], 0.5), [5, 7]);
  assert.deepEqual(diagnostics.eti([0, 1, 2, 3, 4], 0.5), [1, 3]);
  within(inverseNormal(0.975), 1.959963984540054, 1e-15);
  within(incompleteBeta(0.5, 2, 3), 0.6875, 1e-15);
  within(inverseIncompleteBeta(0.6875, 2, 3), 0.5, 1e-15);
});

describe("bad input is refused by name", () => {
  const refused = (call: () => unknown, message: RegExp): void => assert.throws(call, { name: "RangeError", message });

  test("chains that are not lists of equal length", () => {
    refused(
      () => diagnostics.rhat([]),
      /^rhat: chains must be a list with one list per chain, got a list of length 0$/,
    );
    refused(() => diagnostics.essBulk([1, 2, 3] as never), /^essBulk: chains\[0\] must be a list of numbers, got 1$/);
    const chains = [Float64Array.of(1, 2, 3, 4)] as never;
    refused(() => diagnostics.ebfmi(chains), /^ebfmi: energies\[0\] must be a number, got a list of length 4$/);
    refused(() => diagnostics.geweke(chains), /^geweke: x\[0\] must be a number, got a list of length 4$/);
    refused(
      () => diagnostics.autocorrelation([1, null, 3] as never),
      /^autocorrelation: x\[1\] must be a number, got null$/,
    );
    refused(
      () => diagnostics.khatMinimumDraws(undefined as never),
      /^khatMinimumDraws: khat must be a number, got undef/,
    );
    refused(() => diagnostics.rankChiSquare(undefined as never), /^rankChiSquare: sbc must be \{ ranks, largest \}/);
    refused(
      () => diagnostics.essMean([[1, 2], [1]]),
      /^essMean: chains\[1\] must be as long as chains\[0\] \(2\), got a list of length 1$/,
    );
  });

  test("superchains of unequal size, stretches upside down, parts that overlap", () => {
    const chains = [0, 2, 4].map((x) => [x, x + 1]);
    refused(
      () => diagnostics.rhatNested(chains, [0, 1]),
      /^rhatNested: superchains must be one integer per chain \(3\), got/,
    );
    refused(
      () => diagnostics.rhatNested(chains, [0, 0.5, 1]),
      /^rhatNested: superchains\[1\] must be an integer, got 0.5$/,
    );
    refused(
      () => diagnostics.rhatNested(chains, [0, 0, 1]),
      /^rhatNested: superchains must have equally many chains each/,
    );
    refused(() => diagnostics.essLocal(chains, 0.5, 0.5), /^essLocal: a must be less than b, got 0.5 and 0.5$/);
    refused(
      () => diagnostics.geweke([1], { first: 0.6 }),
      /^geweke: first and last must not overlap, got 0.6 and 0.5$/,
    );
    refused(() => diagnostics.integratedTime(chains, { c: 0 }), /^integratedTime: c must be a positive number, got 0$/);
    refused(
      () => diagnostics.heidelbergerWelch([1], { level: 1 }),
      /^heidelbergerWelch: level must be a number between 0 and 1/,
    );
    refused(() => diagnostics.rafteryLewis([1], { q: 0 }), /^rafteryLewis: q must be a number between 0 and 1, got 0$/);
  });

  test("probabilities and lags out of range", () => {
    refused(() => diagnostics.essQuantile([[1, 2]], 1.5), /^essQuantile: p must be a number from 0 to 1, got 1.5$/);
    refused(() => diagnostics.quantile([1], Number.NaN), /^quantile: p must be a number from 0 to 1, got NaN$/);
    refused(() => diagnostics.hdi([1], 1), /^hdi: probability must be a number between 0 and 1, got 1$/);
    refused(
      () => diagnostics.autocorrelation([1, 2], -1),
      /^autocorrelation: maxLag must be a non-negative integer, got -1$/,
    );
    refused(() => diagnostics.rhatBasic([[1]], { spilt: false } as never), /^rhatBasic: there is no option "spilt"/);
  });
});

test("chains too long for their memory to be kept have the diagnostics of others", () => {
  // Angles that grow with the square of time are as good as independent.
  const long = [0, 1].map((m) => Float64Array.from({ length: 2 ** 18 }, (_, t) => Math.sin(12.9898 * t * t + m)));
  const { rhat, essBulk, essTail } = diagnostics.rankDiagnostics(long);
  within(rhat, 1, 1e-4);
  for (const ess of [essBulk, essTail, diagnostics.essMean(long)]) within(ess / 2 ** 19, 1, 0.1);
  within(diagnostics.essBasic(long, { split: false }) / 2 ** 19, 1, 0.1);
  assert.equal(diagnostics.essBulk(long), essBulk);
});
