// Streams: the generator's words, where they start, and that they go on where they were left.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Random, type RandomState, restore, stream } from "../../src/random/index.js";
import { NORMAL } from "../../src/random/ziggurat.js";
import { normals } from "./laws.js";

/** xoshiro128** 1.1 in integers without end. */
function* xoshiro(words: readonly number[]): Generator<bigint> {
  const mask = 2n ** 32n - 1n;
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  const s = words.map(BigInt);
  for (;;) {
    yield (rotate((s[1] * 5n) & mask, 7n) * 9n) & mask;
    const t = (s[1] << 9n) & mask;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
  }
}

/** What version 1 draws for seed 0: changing these numbers changes every stored result. */
const FIXTURE = {
  words: [2892732653, 2166176960, 684293782, 603093625],
  uniform: [0.06968511910888953, 0.22134426151460407, 0.9157311829579671],
  normal: [0.48174345672857805, -0.38983930497119673, -1.996273782429931],
  exponential: [0.9767442604955443, 1.0567113544081583, 0.9902865619200282],
  gamma: [0.005109449341077553, 0.09317047106806606, 0.14669880885504744, 1.0691817258526226, 56.02666266339843],
  permutation: [1, 4, 2, 7, 0, 8, 5, 3, 6, 9],
  named: 0.46986750982050196,
  normals: "e2f392a833333dc7",
  gammas: "78e9dfd5fe747504",
};

const word = (random: Random) => random.integer(2 ** 32);

test("the words are those of xoshiro128**", () => {
  const known = restore({ seed: 0, path: [], words: [1, 2, 3, 4] });
  assert.deepEqual([word(known), word(known), word(known), word(known)], [11520, 0, 5927040, 70819200]);
  for (const seed of [0, 1, 2 ** 53 - 1]) {
    const random = stream(seed, "words");
    const reference = xoshiro(random.state().words);
    for (let i = 0; i < 1000; i++) assert.equal(BigInt(word(random)), reference.next().value);
  }
});

test("a uniform is 27 bits of one word and 26 of the next", () => {
  const random = stream(4);
  const words = xoshiro(random.state().words);
  const next = () => words.next().value as bigint;
  for (let i = 0; i < 1000; i++) {
    assert.equal(random.uniform(), Number((next() >> 5n) * 2n ** 26n + (next() >> 6n)) / 2 ** 53);
  }
});

test("a normal takes its layer from 8 bits and its position from 53 others", () => {
  const random = stream(4, "normal");
  let sure = 0;
  for (let i = 0; i < 1000; i++) {
    const words = xoshiro(random.state().words);
    const [a, b] = [words.next().value as bigint, words.next().value as bigint];
    const layer = Number(a % 256n);
    const position = BigInt.asIntN(24, a >> 8n) * 2n ** 30n + ((b >> 2n) | 1n);
    const drawn = random.normal();
    if (Math.abs(Number(position)) >= NORMAL.bound[layer]) continue;
    assert.equal(drawn, Number(position) * NORMAL.width[layer]);
    sure++;
  }
  assert.ok(sure > 950);
});

test("the stored numbers of seed 0 come out on every machine", () => {
  const random = stream(0);
  assert.deepEqual(random.state(), { seed: 0, path: [], words: FIXTURE.words });
  assert.deepEqual(
    Array.from({ length: 3 }, () => random.uniform()),
    FIXTURE.uniform,
  );
  assert.deepEqual(
    Array.from({ length: 3 }, () => random.normal()),
    FIXTURE.normal,
  );
  assert.deepEqual(
    Array.from({ length: 3 }, () => random.exponential()),
    FIXTURE.exponential,
  );
  assert.deepEqual(
    [0.05, 0.5, 1, 2.5, 50].map((shape) => random.gamma(shape)),
    FIXTURE.gamma,
  );
  assert.deepEqual([...random.permutation(10)], FIXTURE.permutation);
  assert.equal(stream(0, "chain", 3).uniform(), FIXTURE.named);
  // Enough draws to pass through every rare path, and every bit of them.
  assert.equal(digest(normals(stream(0, "normals"), 200_000)), FIXTURE.normals);
  const gammas = stream(0, "gammas");
  assert.equal(digest(Float64Array.from({ length: 50_000 }, (_, i) => gammas.gamma(0.1 + (i % 50)))), FIXTURE.gammas);
});

test("filling an array equals drawing one by one, bit for bit", () => {
  // Long enough for some 60 draws from the normal's tail and 3000 from its edges.
  for (const length of [0, 1, 2, 200_000]) {
    const [filled, single] = [stream(5, length), stream(5, length)];
    const [a, b] = [new Float64Array(length), new Float64Array(length)];
    filled.fillNormal(a);
    for (let i = 0; i < length; i++) b[i] = single.normal();
    assert.deepEqual(new Uint8Array(a.buffer), new Uint8Array(b.buffer));
    assert.deepEqual(filled.state(), single.state());
    filled.fillUniform(a);
    for (let i = 0; i < length; i++) b[i] = single.uniform();
    assert.deepEqual(a, b);
    assert.deepEqual(filled.state(), single.state());
  }
});

const pathItem = fc.oneof(fc.string({ unit: "binary" }), fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 }));
const path = fc.array(pathItem, { maxLength: 4 });

test("a stream goes on from its state, through JSON", () => {
  const draws: ((random: Random) => unknown)[] = [
    (random) => random.uniform(),
    (random) => random.normal(),
    (random) => random.exponential(),
    (random) => random.gamma(0.3),
    (random) => random.gamma(3),
    (random) => random.integer(7),
    (random) => random.permutation(4),
    (random) => normals(random, 5),
  ];
  const draw = fc.constantFrom(...draws);
  fc.assert(
    fc.property(
      fc.maxSafeInteger().map(Math.abs),
      path,
      fc.array(draw),
      fc.array(draw),
      (seed, names, before, after) => {
        const random = stream(seed, ...names);
        for (const f of before) f(random);
        const state = random.state();
        const restored = restore(JSON.parse(JSON.stringify(state)) as RandomState);
        assert.deepEqual(restored.state(), state);
        assert.deepEqual(
          after.map((f) => f(restored)),
          after.map((f) => f(random)),
        );
        assert.deepEqual(restored.split("x").state(), random.split("x").state());
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test("words kept elsewhere are the stream's own: it draws the same, and whoever moves them moves the stream", () => {
  const [kept, free] = [stream(9, "kept"), stream(9, "kept")];
  kept.normal();
  free.normal();
  const words = new Int32Array(8).subarray(2, 6);
  kept.keepIn(words);
  kept.keepIn(words);
  assert.deepEqual(normals(kept, 20), normals(free, 20));
  assert.deepEqual(
    Array.from(words, (word) => word >>> 0),
    free.state().words,
  );
  const early = free.state();
  free.uniform();
  words.set(restore(free.state()).state().words);
  assert.equal(kept.uniform(), free.uniform());
  words.set(early.words);
  assert.deepEqual(kept.state().words, early.words);
  assert.throws(() => kept.keepIn(new Int32Array(3)), /keepIn: words must be an array of length 4/);
});

test("splitting names a stream: it does not depend on what was drawn, nor draw", () => {
  fc.assert(
    fc.property(fc.nat(), path, path, (seed, first, second) => {
      fc.pre(second.length > 0);
      const random = stream(seed, ...first);
      const early = random.split(...second).state();
      const before = random.state();
      random.normal();
      assert.deepEqual(random.split(...second).state(), early);
      assert.deepEqual(stream(seed, ...first, ...second).state(), early);
      assert.deepEqual(restore(before).state(), before);
    }),
    { seed: 1 },
  );
});

test("different names, different streams", () => {
  const paths: (number | string)[][] = [
    [],
    [0],
    ["0"],
    [1],
    ["1"],
    [1, 2],
    [12],
    ["12"],
    ["1", "2"],
    ["1", 2],
    [1, "2"],
    [""],
    ["", ""],
    [0, 0],
    ["ab", "c"],
    ["a", "bc"],
    ["abc"],
    ["a\u0002", "b"],
    ["a", "\u0002b"],
    [-1],
    [2 ** 32],
    [2 ** 32 - 1],
    [-(2 ** 32)],
    [2 ** 53 - 1],
    [-(2 ** 53) + 1],
    ["\u0000"],
    ["\ud800"],
    ["a", 1, 2],
    ["a", 12],
  ];
  const starts = [0, 1, 2, 12, 2 ** 32, 2 ** 53 - 1].flatMap((seed) =>
    paths.map((names) =>
      stream(seed, ...names)
        .state()
        .words.join(),
    ),
  );
  assert.equal(new Set(starts).size, starts.length);
  assert.deepEqual(stream(0, -0).state().words, stream(0, 0).state().words, "0 and -0, which JSON does not keep apart");
  fc.assert(
    fc.property(path, path, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      assert.notDeepEqual(stream(0, ...a).state().words, stream(0, ...b).state().words);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test("nonsense is refused by name", () => {
  const words = [1, 2, 3, 4];
  const sentences: [() => unknown, string][] = [
    [() => stream(-1), "stream: seed must be a non-negative integer, got -1"],
    [() => stream(NaN), "stream: seed must be a non-negative integer, got NaN"],
    [() => stream(0.5), "stream: seed must be a non-negative integer, got 0.5"],
    [() => stream(2 ** 53), "stream: seed must be a non-negative integer, got 9007199254740992"],
    [() => stream("1" as unknown as number), 'stream: seed must be a non-negative integer, got "1"'],
    [() => stream(0, "a", 0.5), "stream: path[1] must be a safe integer or a string, got 0.5"],
    [() => stream(0, NaN), "stream: path[0] must be a safe integer or a string, got NaN"],
    [
      () => stream(0, undefined as unknown as number),
      "stream: path[0] must be a safe integer or a string, got undefined",
    ],
    [() => stream(0).split(), "split: path must be at least one integer or string, got a list of length 0"],
    [() => restore(undefined as never), "restore: state must be what random.state() returned, got undefined"],
    [() => restore({ seed: -1, path: [], words }), "restore: state.seed must be a non-negative integer, got -1"],
    [() => restore({ seed: 0, path: [1.5], words }), "restore: path[0] must be a safe integer or a string, got 1.5"],
    [
      () => restore({ seed: 0, path: [], words: [1, 2, 3] }),
      "restore: state.words must be four integers from 0 to 2^32 - 1, not all 0, got a list of length 3",
    ],
    [
      () => restore({ seed: 0, path: [], words: [0, 0, 0, 0] }),
      "restore: state.words must be four integers from 0 to 2^32 - 1, not all 0, got a list of length 4",
    ],
    [
      () => restore({ seed: 0, path: [], words: [1, 2, 3, -4] }),
      "restore: state.words must be four integers from 0 to 2^32 - 1, not all 0, got a list of length 4",
    ],
  ];
  for (const [nonsense, message] of sentences) assert.throws(nonsense, { name: "RangeError", message });
});

/** FNV-1a (a word at a time) over the high halves of the numbers and over the low ones. */
function digest(x: Float64Array): string {
  const view = new DataView(new ArrayBuffer(8));
  let [high, low] = [0x811c9dc5, 0x811c9dc5];
  for (const xi of x) {
    view.setFloat64(0, xi);
    high = Math.imul(high ^ view.getUint32(0), 0x01000193);
    low = Math.imul(low ^ view.getUint32(4), 0x01000193);
  }
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
