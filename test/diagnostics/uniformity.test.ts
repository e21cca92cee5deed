// Tests of uniformity: exact probabilities against enumeration, sizes against simulation, and what simulation-based calibration makes of them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { rankChiSquare, rankUniformity, sbcRanks, uniformity } from "../../src/diagnostics/index.js";
import { type Random, stream } from "../../src/random/index.js";
import { close } from "./fixtures/compare.js";

fc.configureGlobal({ seed: 2022 });

/** Deviations are in standard errors. A cell that strays further is run once more, with four times the samples, and must hold then. */
const FAR = 4.5;

/** The share of samples for which `happens` must be `probability`, or for a test that is not exact, at most that and at least `least`. */
function assertShare(
  name: string,
  samples: number,
  happens: (random: Random) => boolean,
  probability: number,
  least: number = probability,
): void {
  const deviation = (n: number, random: Random): number => {
    let count = 0;
    for (let i = 0; i < n; i++) if (happens(random)) count++;
    const nearest = Math.min(Math.max(count / n, least), probability);
    return (count / n - nearest) / Math.sqrt((nearest * (1 - nearest)) / n);
  };
  const first = deviation(samples, stream(5, name));
  if (Math.abs(first) < FAR) return;
  const second = deviation(4 * samples, stream(5, name, "again"));
  assert.ok(Math.abs(second) < FAR, `${name}: ${first} standard errors, and ${second} with four times the samples`);
}

const uniforms = (random: Random, n: number): Float64Array => {
  const x = new Float64Array(n);
  random.fillUniform(x);
  return x;
};

const normals = (random: Random, n: number): Float64Array => {
  const x = new Float64Array(n);
  random.fillNormal(x);
  return x;
};

/** All ways to put N values into K cells, each way with its probability. */
function* samplesOf(N: number, K: number): Generator<{ cells: number[]; probability: number }> {
  const total = K ** N;
  for (let code = 0; code < total; code++) {
    yield { cells: Array.from({ length: N }, (_, i) => Math.floor(code / K ** i) % K), probability: 1 / total };
  }
}

/** All ways to choose N of the numbers 0 ... total - 1. */
function* subsets(total: number, N: number): Generator<number[]> {
  const chosen = Array.from({ length: N }, (_, i) => i);
  for (;;) {
    yield [...chosen];
    let i = N - 1;
    while (i >= 0 && chosen[i] === total - N + i) i--;
    if (i < 0) return;
    chosen[i]++;
    for (let k = i + 1; k < N; k++) chosen[k] = chosen[k - 1] + 1;
  }
}

const leaves = (ecdf: Float64Array, band: { lower: Float64Array; upper: Float64Array }): boolean =>
  ecdf.some((share, j) => share < band.lower[j] || share > band.upper[j]);

describe("uniformity", () => {
  test("its p-value and its coverage are exact: all samples are counted", () => {
    for (const [N, K] of [
      [2, 2],
      [4, 4],
      [6, 3],
      [5, 4],
    ]) {
      const seen = [...samplesOf(N, K)].map(({ cells, probability }) => ({
        probability,
        // In the middle of each cell.
        result: uniformity(
          cells.map((cell) => (cell + 0.5) / K),
          { points: K, probability: 0.8 },
        ),
      }));
      for (const { result } of seen) {
        const exact = seen
          .filter((other) => other.result.statistic <= result.statistic * (1 + 1e-9))
          .reduce((sum, other) => sum + other.probability, 0);
        close(result.pValue, exact, 1e-12, `p-value of N = ${N}, K = ${K}`, 1);
      }
      const stay = seen
        .filter(({ result }) => !leaves(result.ecdf, result))
        .reduce((sum, { probability }) => sum + probability, 0);
      close(seen[0].result.coverage, stay, 1e-12, `coverage of N = ${N}, K = ${K}`);
      assert.ok(stay >= 0.8);
    }
  });

  test("an ECDF leaves the band just where the p-value is small", () => {
    const random = stream(1, "band");
    let left = 0;
    for (let sample = 0; sample < 200; sample++) {
      const power = 0.6 + 0.4 * random.uniform();
      const x = uniforms(random, 20 + random.integer(60)).map((u) => u ** power);
      const result = uniformity(x, { probability: 0.9 });
      assert.equal(leaves(result.ecdf, result), result.pValue <= 0.1);
      if (result.pValue <= 0.1) left++;
    }
    assert.ok(left > 40 && left < 160, `${left} of 200 left`);
  });

  test("its size is one minus its coverage", () => {
    const options = { points: 20 };
    const { coverage } = uniformity(uniforms(stream(1, "any"), 50), options);
    const rejected = (random: Random): boolean => uniformity(uniforms(random, 50), options).pValue <= 0.05;
    assertShare("uniform", 1500, rejected, 1 - coverage);
  });

  test("of ranks as well, whatever the number of points makes of them", () => {
    for (const [largest, points] of [
      [9, 100],
      [31, 100],
      [99, 7],
    ]) {
      const ranks = (random: Random): Float64Array =>
        Float64Array.from({ length: 60 }, () => random.integer(largest + 1));
      const options = { largest, points, probability: 0.9 };
      const { coverage, points: at } = uniformity(ranks(stream(1, "any")), options);
      assert.ok(coverage >= 0.9 && coverage < 0.96, `coverage ${coverage} of ${at.length} points`);
      const rejected = (random: Random): boolean => uniformity(ranks(random), options).pValue <= 0.1;
      assertShare(`ranks to ${largest}`, 1500, rejected, 1 - coverage);
    }
  });

  test("sees values too close to the middle, and too close to the ends", () => {
    const random = stream(1, "bent");
    const middle = uniforms(random, 200).map((u) => (u + random.uniform()) / 2);
    const ends = uniforms(random, 200).map((u) => Math.sin((Math.PI * u) / 2) ** 2);
    for (const x of [middle, ends]) assert.ok(uniformity(x).pValue < 0.001);
  });

  test("numbers and ranks of the same cells are the same sample", () => {
    const ranks = [0, 3, 3, 7, 9, 2, 5];
    const byRank = uniformity(ranks, { largest: 9, points: 5 });
    const byNumber = uniformity(
      ranks.map((rank) => (rank + 0.5) / 10),
      { points: 5 },
    );
    assert.deepEqual(byRank, byNumber);
  });

  test("its example; NaN, ends, and what is refused", () => {
    const { pValue, statistic, ecdf } = uniformity([0.1, 0.2, 0.3, 0.35]);
    close(pValue, 0.1875, 1e-12, "example");
    close(statistic, 2 / 16, 1e-12, "all four below one half");
    assert.deepEqual([...ecdf], [0.5, 1, 1]);
    const unknown = uniformity([0.1, Number.NaN, 0.3]);
    assert.ok(Number.isNaN(unknown.pValue) && unknown.ecdf.every(Number.isNaN));
    assert.ok(unknown.upper.every(Number.isFinite));
    assert.ok(uniformity([0, 1]).pValue > 0.2);
    // So far out that its probability is no number's: still zero, not NaN.
    assert.equal(uniformity(new Float64Array(3000)).pValue, 0);
    assert.throws(() => uniformity([]), /values must be a list of at least one number/);
    assert.throws(() => uniformity([0.5, 1.5]), /values\[1\] must be a number from 0 to 1, got 1.5/);
    assert.throws(() => uniformity([0.5], { largest: 3 }), /values\[0\] must be an integer from 0 to 3, got 0.5/);
    assert.throws(() => uniformity([0.5], { probability: 1 }), /probability must be a number between 0 and 1/);
    assert.throws(() => uniformity([0.5], { points: 1 }), /points must be an integer of at least 2/);
  });
});

describe("ranks of chains", () => {
  test("of two chains, p-value and coverage are exact: all orders are counted", () => {
    for (const N of [2, 4, 5]) {
      const all = Array.from({ length: 2 * N }, (_, rank) => rank);
      const seen = [...subsets(2 * N, N)].map((own) => {
        const others = all.filter((rank) => !own.includes(rank));
        return rankUniformity([own, others], { probability: 0.8 });
      });
      for (const result of seen) {
        const asUneven = seen.filter((other) => other.statistic <= result.statistic * (1 + 1e-9)).length;
        close(result.pValue, asUneven / seen.length, 1e-12, `p-value of N = ${N}`, 1);
      }
      const stay = seen.filter((result) => !result.ecdf.some((ecdf) => leaves(ecdf, result))).length;
      close(seen[0].coverage, stay / seen.length, 1e-12, `coverage of N = ${N}`);
    }
    close(
      rankUniformity([
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ]).pValue,
      2 / 70,
      1e-12,
      "example",
    );
  });

  test("of more chains, the size is hardly below what is asked for", () => {
    for (const M of [3, 4]) {
      const chains = (random: Random): Float64Array[] => Array.from({ length: M }, () => normals(random, 40));
      const { coverage } = rankUniformity(chains(stream(1, "any")));
      const rejected = (random: Random): boolean => rankUniformity(chains(random)).pValue <= 0.05;
      assertShare(`${M} chains`, 1500, rejected, 1 - coverage, 0.8 * (1 - coverage));
    }
  });

  test("see a chain elsewhere, and one of another width", () => {
    const random = stream(1, "uneven");
    const chains = Array.from({ length: 4 }, () => normals(random, 250));
    assert.ok(rankUniformity(chains).pValue > 0.001);
    assert.ok(rankUniformity(chains.map((x, m) => x.map((value) => value + (m === 2 ? 0.5 : 0)))).pValue < 0.001);
    assert.ok(rankUniformity(chains.map((x, m) => x.map((value) => value * (m === 2 ? 0.5 : 1)))).pValue < 0.001);
  });

  test("are shared evenly by equal draws of several chains, and do not depend on a monotone function", () => {
    const chain = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(chain, chain, chain, (a, b, c) => {
        const chains = [a, b, c];
        if (Math.min(...chains.flat()) === Math.max(...chains.flat())) return;
        const result = rankUniformity(chains);
        const cubes = rankUniformity(chains.map((x) => x.map((value) => value ** 3)));
        assert.deepEqual(cubes, result);
        result.points.forEach((z, j) => {
          close(
            result.ecdf.reduce((sum, ecdf) => sum + ecdf[j], 0),
            3 * z,
            1e-12,
            "mean ECDF",
          );
        });
        const same = rankUniformity([a, a, a]);
        if (Math.min(...a) < Math.max(...a)) assert.equal(same.pValue, 1);
      }),
      { numRuns: 50 },
    );
  });

  test("are NaN where draws are constant or not finite; one chain is refused", () => {
    for (const x of [
      [2, 2, 2],
      [1, Number.NaN, 2],
    ]) {
      const { pValue, ecdf, lower } = rankUniformity([x, x]);
      assert.ok(Number.isNaN(pValue) && ecdf.every((of) => of.every(Number.isNaN)) && lower.every(Number.isFinite));
    }
    assert.throws(() => rankUniformity([[1, 2, 3]]), /chains must be at least two lists of at least one draw/);
    assert.throws(() => rankUniformity([[], []]), /chains must be at least two lists/);
  });
});

describe("ranks of simulation-based calibration", () => {
  test("count the draws below, every thin-th", () => {
    assert.deepEqual(
      sbcRanks(
        [0.5, 2],
        [
          [0, 1, 2, 3],
          [1, 1, 1, 3],
        ],
      ),
      { ranks: Float64Array.of(1, 3), largest: 4 },
    );
    assert.deepEqual(sbcRanks([2.5], [[9, 1, 9, 2, 9, 3, 9]], { thin: 2 }), { ranks: Float64Array.of(2), largest: 3 });
    const odd = sbcRanks([1, Number.NaN, 1], [[0], [0], [Number.NaN]]);
    assert.deepEqual([...odd.ranks], [1, Number.NaN, Number.NaN]);
    assert.throws(() => sbcRanks([1, 2], [[1]]), /draws must be one list per true value \(2\)/);
    assert.throws(() => sbcRanks([1, 2], [[1], [1, 2]]), /draws\[1\] must be as long as draws\[0\] \(1\)/);
    assert.throws(() => sbcRanks([1], [[1, 2]], { thin: 3 }), /draws\[0\] must be a list of at least 3 draws/);
  });

  test("of draws from the law of the truth are uniform, and from a wider law are not", () => {
    const ranks = (random: Random, width: number): ReturnType<typeof sbcRanks> => {
      const truths = normals(random, 300);
      return sbcRanks(
        truths,
        Array.from(truths, () => normals(random, 19).map((x) => width * x)),
      );
    };
    const { statistic, degreesOfFreedom } = rankChiSquare(ranks(stream(1, "right"), 1));
    assert.equal(degreesOfFreedom, 19);
    assert.ok(statistic < 19 + FAR * Math.sqrt(2 * 19));
    const wide = ranks(stream(1, "wide"), 1.5);
    assert.ok(rankChiSquare(wide).pValue < 1e-3 && uniformity(wide.ranks, { largest: wide.largest }).pValue < 1e-3);
  });

  test("the chi-square test has about its size, bins even or not", () => {
    for (const [largest, bins] of [
      [31, 16],
      [31, 10],
    ]) {
      const rejected = (random: Random): boolean => {
        const ranks = Array.from({ length: 400 }, () => random.integer(largest + 1));
        return rankChiSquare({ ranks, largest }, { bins }).pValue < 0.1;
      };
      // Counts are integers, so that its law is not quite the chi-square: 0.1 within a tenth of itself.
      assertShare(`chi-square of ${bins} bins`, 2000, rejected, 0.11, 0.09);
    }
  });

  test("bins cover all ranks in proportion", () => {
    const { counts, expected } = rankChiSquare({ ranks: [0, 1, 2, 3, 4, 5, 6], largest: 6 }, { bins: 3 });
    assert.deepEqual([...counts], [...expected].map(Math.round));
    assert.equal(counts.length, 3);
    close(rankChiSquare({ ranks: [0, 1, 0, 0], largest: 1 }).statistic, 1, 1e-15, "example");
    assert.ok(Number.isNaN(rankChiSquare({ ranks: [0, Number.NaN], largest: 1 }).pValue));
    assert.throws(() => rankChiSquare({ ranks: [2], largest: 1 }), /ranks\[0\] must be an integer from 0 to 1, got 2/);
    assert.throws(() => rankChiSquare({ ranks: [], largest: 1 }), /at least one rank/);
  });
});
