// Uniform, normal, exponential and gamma draws follow their laws, in the middle and far out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { exponentPerD } from "../../src/random/gamma.js";
import { stream } from "../../src/random/index.js";
import { NORMAL } from "../../src/random/ziggurat.js";
import {
  chiSquareDeviation,
  countDeviation,
  gammaCdf,
  holds,
  ksDeviation,
  logGamma,
  meanDeviation,
  normalCdf,
  normalQuantile,
  normals,
} from "./laws.js";

test("the reference laws are right", () => {
  assert.ok(Math.abs(normalCdf(-1.959963984540054) - 0.025) < 1e-14);
  assert.ok(Math.abs(2 * normalCdf(-4) - 6.334248366623984e-5) < 1e-17);
  assert.ok(Math.abs(gammaCdf(1, 3) - (1 - Math.exp(-3))) < 1e-14);
  assert.ok(Math.abs(gammaCdf(0.5, 0.125) - (2 * normalCdf(0.5) - 1)) < 1e-14);
  assert.ok(Math.abs(logGamma(0.5) - Math.log(Math.PI) / 2) < 1e-13);
});

test("uniform draws are multiples of 2^-53 on [0, 1), every bit fair", () => {
  const draws = 20_000;
  const random = stream(1, "bits");
  const ones = new Float64Array(53);
  for (let i = 0; i < draws; i++) {
    const integer = random.uniform() * 2 ** 53;
    assert.ok(Number.isSafeInteger(integer) && integer >= 0);
    for (let bit = 0, rest = integer; bit < 53; bit++, rest = Math.floor(rest / 2)) ones[bit] += rest % 2;
  }
  for (const [bit, count] of ones.entries()) {
    assert.ok(Math.abs(countDeviation(count, draws, 0.5)) < 4.5, `bit ${bit}: ${count} ones of ${draws}`);
  }
});

test("uniform draws are uniform, singly and in triples", () => {
  holds("uniform: distribution", 100_000, (random, draws) => {
    const x = new Float64Array(draws);
    random.fillUniform(x);
    return ksDeviation(x, (u) => u);
  });
  holds("uniform: triples", 200_000, (random, draws) => {
    const counts = new Float64Array(16 ** 3);
    const coordinate = () => Math.floor(16 * random.uniform());
    for (let i = 0; i < draws; i++) counts[256 * coordinate() + 16 * coordinate() + coordinate()]++;
    return chiSquareDeviation(counts, new Float64Array(16 ** 3).fill(draws / 16 ** 3));
  });
});

test("the normal's moments up to the sixth", () => {
  // Of x^k: its mean, and the mean of its square.
  for (const [k, mean, square] of [
    [1, 0, 1],
    [2, 1, 3],
    [3, 0, 15],
    [4, 3, 105],
    [5, 0, 945],
    [6, 15, 10395],
  ]) {
    holds(`normal: moment ${k}`, 500_000, (random, draws) =>
      meanDeviation(
        normals(random, draws).map((x) => x ** k),
        mean,
        square - mean * mean,
      ),
    );
  }
});

test("normal draws fill 1024 intervals of equal probability", () => {
  const edges = Float64Array.from({ length: 1023 }, (_, i) => normalQuantile((i + 1) / 1024));
  holds("normal: equal intervals", 2_000_000, (random, draws) => {
    const counts = new Float64Array(1024);
    for (const x of normals(random, draws)) counts[countBelow(edges, x)]++;
    return chiSquareDeviation(counts, new Float64Array(1024).fill(draws / 1024));
  });
});

test("normal draws respect the seams of the ziggurat", () => {
  // Cells between neighbouring layer widths, where an error of the method itself would show.
  const positive = NORMAL.width
    .slice(1)
    .reverse()
    .map((width) => width * 2 ** 53);
  const edges = Float64Array.from([
    ...positive
      .slice()
      .reverse()
      .map((x) => -x),
    ...positive,
  ]);
  const probabilities = Float64Array.from({ length: edges.length + 1 }, (_, i) => {
    const below = i === 0 ? 0 : normalCdf(edges[i - 1]);
    return (i === edges.length ? 1 : normalCdf(edges[i])) - below;
  });
  holds("normal: seams", 2_000_000, (random, draws) => {
    const counts = new Float64Array(probabilities.length);
    for (const x of normals(random, draws)) counts[countBelow(edges, x)]++;
    return chiSquareDeviation(
      counts,
      probabilities.map((p) => p * draws),
    );
  });
});

test("the normal's tails, far out", () => {
  for (const bound of [3, 3.5, 4, 4.5, 5]) {
    holds(`normal: beyond ${bound}`, 20_000_000, (random, draws) => {
      const block = new Float64Array(10_000);
      let count = 0;
      for (let done = 0; done < draws; done += block.length) {
        random.fillNormal(block);
        for (let i = 0; i < block.length; i++) if (block[i] > bound || block[i] < -bound) count++;
      }
      return countDeviation(count, draws, 2 * normalCdf(-bound));
    });
  }
  holds("normal: the shape of the tail", 20_000_000, (random, draws) => {
    const block = new Float64Array(10_000);
    const tail: number[] = [];
    for (let done = 0; done < draws; done += block.length) {
      random.fillNormal(block);
      for (let i = 0; i < block.length; i++) if (Math.abs(block[i]) > NORMAL.r) tail.push(block[i]);
    }
    const outside = normalCdf(-NORMAL.r);
    return ksDeviation(Float64Array.from(tail), (x) =>
      x < 0 ? normalCdf(x) / (2 * outside) : 1 - normalCdf(-x) / (2 * outside),
    );
  });
});

test("neighbouring normals are independent", () => {
  holds("normal: pairs", 400_000, (random, draws) => {
    const edges = Float64Array.from({ length: 31 }, (_, i) => normalQuantile((i + 1) / 32));
    const counts = new Float64Array(1024);
    const x = normals(random, 2 * draws);
    for (let i = 0; i < draws; i++) counts[32 * countBelow(edges, x[2 * i]) + countBelow(edges, x[2 * i + 1])]++;
    return chiSquareDeviation(counts, new Float64Array(1024).fill(draws / 1024));
  });
  for (const lag of [1, 2, 3, 4]) {
    holds(`normal: sizes at lag ${lag}`, 400_000, (random, draws) => {
      const x = normals(random, draws + lag);
      // Squares, less their mean, have variance 2.
      const products = x.subarray(lag).map((xi, i) => (xi * xi - 1) * (x[i] * x[i] - 1));
      return meanDeviation(products, 0, 4);
    });
  }
});

test("exponential draws: distribution, moments, and the tail beyond the ziggurat", () => {
  const exponentials = (draws: number, draw: () => number) => Float64Array.from({ length: draws }, draw);
  holds("exponential: distribution", 400_000, (random, draws) =>
    ksDeviation(
      exponentials(draws, () => random.exponential()),
      (x) => -Math.expm1(-x),
    ),
  );
  // E x^k = k!, E x^2k = (2k)!
  for (const [k, mean, square] of [
    [1, 1, 2],
    [2, 2, 24],
    [3, 6, 720],
  ]) {
    holds(`exponential: moment ${k}`, 400_000, (random, draws) =>
      meanDeviation(
        exponentials(draws, () => random.exponential() ** k),
        mean,
        square - mean * mean,
      ),
    );
  }
  for (const bound of [7.69, 9, 11]) {
    holds(`exponential: beyond ${bound}`, 4_000_000, (random, draws) => {
      let count = 0;
      for (let i = 0; i < draws; i++) if (random.exponential() > bound) count++;
      return countDeviation(count, draws, Math.exp(-bound));
    });
  }
  holds("exponential: 1024 intervals of equal probability", 1_000_000, (random, draws) => {
    const edges = Float64Array.from({ length: 1023 }, (_, i) => -Math.log1p(-(i + 1) / 1024));
    const counts = new Float64Array(1024);
    for (let i = 0; i < draws; i++) counts[countBelow(edges, random.exponential())]++;
    return chiSquareDeviation(counts, new Float64Array(1024).fill(draws / 1024));
  });
});

test("the gamma's exact test is log v - v + 1 + 9 t^2 / 2 with v = (1 + t)^3, without its cancellation", () => {
  for (const t of [-0.99, -0.3, -1 / 63, 1 / 63, 0.1, 1, 3]) {
    const v = (1 + t) ** 3;
    assert.ok(Math.abs(exponentPerD(t) - (Math.log(v) - v + 1 + 4.5 * t * t)) < 1e-14 * (1 + v));
  }
  // log(1 + t) - t + t^2/2 - t^3/3, thrice, by its power series.
  for (const t of [-1 / 63.9, 1 / 63.9, -1 / 64.1, 1 / 64.1, -1e-3, 1e-5, -1e-9]) {
    let series = 0;
    for (let n = 30; n >= 4; n--) series -= (3 * (-t) ** n) / n;
    assert.ok(Math.abs(exponentPerD(t) / series - 1) < 1e-9, `t = ${t}`);
  }
  assert.equal(exponentPerD(0), -0);
});

for (const shape of [0.05, 0.5, 1, 2.5, 50]) {
  test(`gamma draws of shape ${shape}: distribution, mean and variance`, () => {
    holds(`gamma ${shape}: distribution`, 40_000, (random, draws) =>
      ksDeviation(
        Float64Array.from({ length: draws }, () => random.gamma(shape)),
        (x) => gammaCdf(shape, x),
      ),
    );
    holds(`gamma ${shape}: mean`, 400_000, (random, draws) =>
      meanDeviation(
        Float64Array.from({ length: draws }, () => random.gamma(shape)),
        shape,
        shape,
      ),
    );
    // The fourth central moment is 3 a^2 + 6 a.
    holds(`gamma ${shape}: variance`, 400_000, (random, draws) =>
      meanDeviation(
        Float64Array.from({ length: draws }, () => (random.gamma(shape) - shape) ** 2),
        shape,
        2 * shape * shape + 6 * shape,
      ),
    );
  });
}

test("gamma draws of a tiny shape underflow no more often than the law says", () => {
  // P(x < e) = e^a / Gamma(a + 1) for tiny e; numbers below 2^-1075 round to 0.
  const shape = 0.001;
  holds("gamma 0.001: zeros", 100_000, (random, draws) => {
    let zeros = 0;
    for (let i = 0; i < draws; i++) if (random.gamma(shape) === 0) zeros++;
    return countDeviation(zeros, draws, Math.exp(-1075 * Math.LN2 * shape - logGamma(1 + shape)));
  });
  // Those of full precision, given that they are: an atom such as that at 0 is beyond Kolmogorov and Smirnov.
  const least = 2 ** -1022;
  const below = gammaCdf(shape, least);
  holds("gamma 0.001: distribution", 40_000, (random, draws) =>
    ksDeviation(
      Float64Array.from({ length: draws }, () => random.gamma(shape)).filter((x) => x > least),
      (x) => (gammaCdf(shape, x) - below) / (1 - below),
    ),
  );
});

test("gamma draws of a huge shape are normal", () => {
  for (const shape of [1e12, 1e15]) {
    holds(`gamma ${shape}: distribution`, 100_000, (random, draws) =>
      ksDeviation(
        Float64Array.from({ length: draws }, () => (random.gamma(shape) - shape) / Math.sqrt(shape)),
        normalCdf,
      ),
    );
  }
});

/** How many of the sorted `edges` lie below x. */
function countBelow(edges: Float64Array, x: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
