// Integers, permutations and subsets: every outcome equally likely.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stream } from "../../src/random/index.js";
import { chiSquareDeviation, countDeviation, FAR, holds } from "./laws.js";

test("integers are uniform, where a remainder would not be too", () => {
  // Of 3 * 2^30 values, the remainder of a 32-bit word would take the lowest third twice as often.
  for (const [n, cells] of [
    [2, 2],
    [6, 6],
    [10, 10],
    [1000, 1000],
    [3 * 2 ** 30, 12],
    [2 ** 32 - 5, 1000],
    [2 ** 32, 1024],
  ]) {
    holds(`integer below ${n}`, 200_000, (random, draws) => {
      const counts = new Float64Array(cells);
      for (let i = 0; i < draws; i++) counts[Math.floor((random.integer(n) / n) * cells)]++;
      return chiSquareDeviation(counts, new Float64Array(cells).fill(draws / cells));
    });
  }
});

test("an integer is the high half of word times n, of the first word whose low half is fair", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.oneof(fc.integer({ min: 1, max: 2 ** 32 }), fc.integer({ min: 2 ** 31, max: 2 ** 32 })),
      (seed, n) => {
        const words = stream(seed);
        const integers = stream(seed);
        for (let i = 0; i < 20; i++) {
          let product: bigint;
          do product = BigInt(words.integer(2 ** 32)) * BigInt(n);
          while (product % 2n ** 32n < 2n ** 32n % BigInt(n));
          assert.equal(BigInt(integers.integer(n)), product >> 32n);
        }
      },
    ),
    { seed: 1 },
  );
});

test("all 120 orders of 5 are equally likely", () => {
  holds("permutation of 5", 60_000, (random, draws) => {
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const order = random.permutation(5).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    assert.equal(counts.size, 120);
    return chiSquareDeviation([...counts.values()], new Float64Array(120).fill(draws / 120));
  });
});

test("all ordered subsets are equally likely, of few and of many", () => {
  // 3 of 5 goes the dense way, 2 of 20 the sparse one.
  for (const [k, n, cells] of [
    [3, 5, 60],
    [2, 20, 380],
  ]) {
    holds(`subset of ${k} of ${n}`, 100_000, (random, draws) => {
      const counts = new Map<string, number>();
      const out = new Uint32Array(k);
      for (let i = 0; i < draws; i++) {
        random.subset(n, out);
        counts.set(out.join(), (counts.get(out.join()) ?? 0) + 1);
      }
      assert.equal(counts.size, cells);
      return chiSquareDeviation([...counts.values()], new Float64Array(cells).fill(draws / cells));
    });
  }
});

test("every row comes into a mini-batch equally often", () => {
  const [n, k, draws] = [500, 32, 40_000];
  const random = stream(1, "mini-batches");
  const out = new Uint32Array(k);
  const counts = new Float64Array(n);
  for (let i = 0; i < draws; i++) {
    random.subset(n, out);
    for (let j = 0; j < k; j++) counts[out[j]]++;
  }
  for (const count of counts) assert.ok(Math.abs(countDeviation(count, draws, k / n)) < FAR + 0.5);
});

test("a subset is the beginning of the permutation that the same stream would give", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 0, max: 3000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (seed, n, share) => {
        const out = new Uint32Array(Math.round(n * share ** 3));
        stream(seed).subset(n, out);
        assert.deepEqual(out, stream(seed).permutation(n).slice(0, out.length));
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test("a permutation contains every index once", () => {
  for (const n of [0, 1, 2, 100, 70_000]) {
    assert.deepEqual(
      stream(2, n).permutation(n).sort(),
      Uint32Array.from({ length: n }, (_, i) => i),
    );
  }
});

test("a subset of four billion needs no more room than itself", () => {
  const out = new Uint32Array(10_000);
  stream(3).subset(2 ** 32, out);
  assert.equal(new Set(out).size, out.length);
  const largest = new Uint32Array(300_000);
  stream(3).subset(2 ** 32, largest);
  assert.equal(new Set(largest).size, largest.length);
  assert.deepEqual(largest.slice(0, out.length), out);
});

test("nonsense is refused by name", () => {
  const random = stream(0);
  const sentences: [() => unknown, string][] = [
    [() => random.integer(0), "integer: n must be an integer from 1 to 2^32, got 0"],
    [() => random.integer(1.5), "integer: n must be an integer from 1 to 2^32, got 1.5"],
    [() => random.integer(2 ** 32 + 1), "integer: n must be an integer from 1 to 2^32, got 4294967297"],
    [() => random.integer(NaN), "integer: n must be an integer from 1 to 2^32, got NaN"],
    [() => random.permutation(-1), "permutation: n must be an integer from 0 to 2^32, got -1"],
    [() => random.subset(5, new Uint32Array(6)), "subset: the length of out must be at most n = 5, got 6"],
    [() => random.subset(2.5, new Uint32Array(1)), "subset: n must be an integer from 0 to 2^32, got 2.5"],
    [() => random.gamma(-1), "gamma: shape must be a positive number, got -1"],
    [() => random.gamma(0), "gamma: shape must be a positive number, got 0"],
    [() => random.gamma(Infinity), "gamma: shape must be a positive number, got Infinity"],
  ];
  const before = random.state();
  for (const [nonsense, message] of sentences) assert.throws(nonsense, { name: "RangeError", message });
  assert.deepEqual(random.state(), before);
});
