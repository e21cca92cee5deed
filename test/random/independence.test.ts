// Streams of different seeds and paths have nothing to do with each other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, stream } from "../../src/random/index.js";
import { chiSquareDeviation, countDeviation, FAR, holds, ksDeviation, meanDeviation, normals } from "./laws.js";

test("one bit of seed or path turns half of the 128 bits at which a stream starts", () => {
  const flips = (a: Random, b: Random) => {
    const other = b.state().words;
    return a.state().words.reduce((sum, word, i) => sum + bitCount(word ^ other[i]), 0);
  };
  const distances: number[] = [];
  for (let i = 0; i < 500; i++) {
    for (let bit = 0; bit < 53; bit++) {
      if (Math.floor(i / 2 ** bit) % 2 === 1) continue; // that pair is met from its other end
      const turned = i + 2 ** bit;
      distances.push(flips(stream(i), stream(turned)), flips(stream(0, "chain", i, 7), stream(0, "chain", turned, 7)));
    }
  }
  // Each distance is binomial: mean 64, variance 32.
  const x = Float64Array.from(distances);
  assert.ok(Math.abs(meanDeviation(x, 64, 32)) < FAR);
  assert.ok(
    Math.abs(
      meanDeviation(
        x.map((d) => (d - 64) ** 2),
        32,
        2 * 32 * 32 * (1 - 1 / 128),
      ),
    ) < FAR,
  );
});

test("sibling streams are independent from their first number on", () => {
  // The i-th sibling's first numbers, read across siblings.
  holds("siblings: first uniforms", 100_000, (random, draws) => {
    const [seed, x] = [random.integer(2 ** 32), new Float64Array(draws)];
    for (let i = 0; i < draws; i++) x[i] = stream(seed, "chain", i).uniform();
    return ksDeviation(x, (u) => u);
  });
  holds("siblings: neighbours' first uniforms", 100_000, (random, draws) => {
    const [seed, counts] = [random.integer(2 ** 32), new Float64Array(256)];
    for (let i = 0; i < draws; i++) {
      const [u, v] = [stream(seed, 2 * i).uniform(), stream(seed, 2 * i + 1).uniform()];
      counts[16 * Math.floor(16 * u) + Math.floor(16 * v)]++;
    }
    return chiSquareDeviation(counts, new Float64Array(256).fill(draws / 256));
  });
  holds("neighbouring seeds: first uniforms", 100_000, (random, draws) => {
    const [first, counts] = [random.integer(2 ** 32), new Float64Array(256)];
    for (let i = 0; i < draws; i++) {
      const [u, v] = [stream(first + 2 * i).uniform(), stream(first + 2 * i + 1).uniform()];
      counts[16 * Math.floor(16 * u) + Math.floor(16 * v)]++;
    }
    return chiSquareDeviation(counts, new Float64Array(256).fill(draws / 256));
  });
});

test("siblings, parent and child are uncorrelated, in step and one step apart", () => {
  for (const [relation, partner] of [
    ["sibling", (i: number) => ["chain", i + 1]],
    ["parent", () => ["chain"]],
    ["child", (i: number) => ["chain", i, 0]],
  ] as const) {
    for (let i = 0; i < 8; i++) {
      for (const lag of [0, 1]) {
        holds(`${relation} of chain ${i} at lag ${lag}`, 50_000, (random, draws) => {
          const seed = random.integer(2 ** 32);
          const x = normals(stream(seed, "chain", i), draws);
          const y = normals(stream(seed, ...partner(i)), draws + lag).subarray(lag);
          return meanDeviation(
            x.map((xi, j) => xi * y[j]),
            0,
            1,
          );
        });
      }
    }
  }
});

test("a hundred thousand streams' starts have fair bits", () => {
  const draws = 100_000;
  const ones = new Float64Array(128);
  for (let i = 0; i < draws; i++) {
    stream(0, i)
      .state()
      .words.forEach((word, lane) => {
        for (let bit = 0; bit < 32; bit++) ones[32 * lane + bit] += (word >>> bit) & 1;
      });
  }
  for (const count of ones) assert.ok(Math.abs(countDeviation(count, draws, 0.5)) < FAR);
});

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest > 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}
