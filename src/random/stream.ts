// Streams of random numbers: xoshiro128** 1.1 (Blackman & Vigna 2021, "Scrambled linear pseudorandom number generators",
// ACM TOMS 47(4)), started at a hash of the seed and a path of names, so that every part of a computation has its own.
// All streams lie on one cycle of 2^128 - 1 words; that two of a million streams with 2^40 words each overlap has probability 2^-48.

import { integerAtLeast, positiveNumber, refuse } from "../arguments/index.js";
import { exp } from "./elementary.js";
import { drawGamma } from "./gamma.js";
import type { Random, RandomState } from "./random.js";
import { hashSeed } from "./seed.js";
import { drawSubset } from "./subset.js";
import { EXPONENTIAL, NORMAL } from "./ziggurat.js";

/**
 * The stream of a seed (a safe integer of at least 0) and a path (safe integers and strings; `1` and `"1"` differ).
 * Streams of different seeds or paths are independent. Throws where seed or path are anything else.
 *
 * Example: `stream(0, "chain", 3).uniform()` is 0.46986750982050196, and `stream(0, "chain").split(3)` is the same stream.
 */
export function stream(seed: number, ...path: readonly (number | string)[]): Random {
  integerAtLeast("stream", "seed", seed, 0);
  checkPath("stream", path);
  return new Xoshiro(seed, path, hashSeed(seed, path));
}

/** The stream that goes on where `random.state()` was taken. Throws where `state` is not such a record. */
export function restore(state: RandomState): Random {
  if (typeof state !== "object" || state === null) refuse("restore", "state", "what random.state() returned", state);
  integerAtLeast("restore", "state.seed", state.seed, 0);
  checkPath("restore", state.path);
  const { words } = state;
  const isWord = (word: unknown) => Number.isInteger(word) && (word as number) >= 0 && (word as number) < 2 ** 32;
  if (!Array.isArray(words) || words.length !== 4 || !words.every(isWord) || words.every((word) => word === 0)) {
    refuse("restore", "state.words", "four integers from 0 to 2^32 - 1, not all 0", words);
  }
  return new Xoshiro(
    state.seed,
    state.path,
    Int32Array.from(words, (word) => word | 0),
  );
}

function checkPath(where: string, path: unknown): void {
  if (!Array.isArray(path)) refuse(where, "path", "a list of integers and strings", path);
  path.forEach((item, i) => {
    if (typeof item !== "string" && !Number.isSafeInteger(item)) {
      refuse(where, `path[${i}]`, "a safe integer or a string", item);
    }
  });
}

// A class, for streams are many and small, and their methods should be compiled once for all of them.
class Xoshiro implements Random {
  private readonly seed: number;
  private readonly path: readonly (number | string)[];
  /** The whole state. An Int32Array, because fields of an object would be boxed once they pass 31 bits in some engines. */
  private words: Int32Array;
  /** The layer of the candidate that `sureNormals` stopped at. */
  private missed = 0;

  constructor(seed: number, path: readonly (number | string)[], words: Int32Array) {
    this.seed = seed;
    this.path = [...path];
    this.words = words;
  }

  uniform(): number {
    const a = this.word();
    const b = this.word();
    return ((a >>> 5) * 2 ** 26 + (b >>> 6)) * 2 ** -53;
  }

  // A candidate of the ziggurat takes two words: 8 bits choose the layer, 53 others the position, and none does both
  // (Doornik 2005 found the original's sharing of bits; McFarland 2016 likewise takes both from one draw of 64 bits).
  // The position is an odd integer below 2^53 in size: exact in a double, symmetric about 0, and never 0.

  normal(): number {
    const a = this.word();
    const j = (a >> 8) * 2 ** 30 + ((this.word() >>> 2) | 1);
    const layer = a & 255;
    return Math.abs(j) < NORMAL.bound[layer] ? j * NORMAL.width[layer] : this.edgeOfNormal(layer, j);
  }

  /** What follows once a candidate has missed the sure part of its layer: 1 time in 67. */
  private edgeOfNormal(layer: number, j: number): number {
    if (layer === 0) return this.tailOfNormal(j < 0 ? -1 : 1);
    const { height, width } = NORMAL;
    const x = j * width[layer];
    const y = height[layer] + this.uniform() * (height[layer + 1] - height[layer]);
    return y < exp(-0.5 * x * x) ? x : this.normal();
  }

  /** Beyond r (Marsaglia 1964): x exponential of rate r, kept with probability exp(-x^2/2). */
  private tailOfNormal(sign: number): number {
    for (;;) {
      const x = this.exponential() / NORMAL.r;
      if (2 * this.exponential() > x * x) return sign * (NORMAL.r + x);
    }
  }

  exponential(): number {
    const { bound, height, r, width } = EXPONENTIAL;
    for (let start = 0; ; ) {
      const a = this.word();
      const j = (a >>> 8) * 2 ** 29 + ((this.word() >>> 3) | 1);
      const layer = a & 255;
      const x = j * width[layer];
      if (j < bound[layer]) return start + x;
      if (layer === 0) {
        start += r; // the tail is the whole law again, moved by r
      } else if (height[layer] + this.uniform() * (height[layer + 1] - height[layer]) < exp(-x)) {
        return start + x;
      }
    }
  }

  gamma(shape: number): number {
    positiveNumber("gamma", "shape", shape);
    return drawGamma(this, shape);
  }

  /** Lemire 2019, "Fast random integer generation in an interval": the high half of word * n, where the low half is fair. */
  integer(n: number): number {
    if (!(n >= 1 && n <= 2 ** 32 && Number.isInteger(n))) refuse("integer", "n", "an integer from 1 to 2^32", n);
    let word = this.word() >>> 0;
    let low = Math.imul(word, n) >>> 0;
    if (low < n) {
      const unfair = (2 ** 32 - n) % n;
      while (low < unfair) {
        word = this.word() >>> 0;
        low = Math.imul(word, n) >>> 0;
      }
    }
    // The product and the difference are rounded by 2^10 each at most: the nearest multiple of 2^32 is the high half exactly.
    return ((word * n - low) * 2 ** -32 + 0.5) >>> 0;
  }

  fillUniform(out: Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i] = this.uniform();
  }

  fillNormal(out: Float64Array): void {
    for (let i = this.sureNormals(out, 0); i < out.length; i = this.sureNormals(out, i + 1)) {
      out[i] = this.edgeOfNormal(this.missed, out[i]);
    }
  }

  /**
   * Hot: momenta and noise. Writes normals from entry `from` on, up to the first candidate that misses the sure part of its layer, and
   * returns where that was: its position is there, its layer in `missed`. `normal` with `word` written out twice and the state in
   * locals, which stay in registers only because nothing is called in the loop.
   */
  private sureNormals(out: Float64Array, from: number): number {
    const { words } = this;
    const { bound, width } = NORMAL;
    let s0 = words[0];
    let s1 = words[1];
    let s2 = words[2];
    let s3 = words[3];
    let i = from;
    for (; i < out.length; i++) {
      let five = Math.imul(s1, 5);
      const a = Math.imul((five << 7) | (five >>> 25), 9);
      let shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);

      five = Math.imul(s1, 5);
      const b = Math.imul((five << 7) | (five >>> 25), 9);
      shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);

      const j = (a >> 8) * 2 ** 30 + ((b >>> 2) | 1);
      const layer = a & 255;
      out[i] = j * width[layer];
      if (!(Math.abs(j) < bound[layer])) {
        out[i] = j;
        this.missed = layer;
        break;
      }
    }
    words[0] = s0;
    words[1] = s1;
    words[2] = s2;
    words[3] = s3;
    return i;
  }

  permutation(n: number): Uint32Array {
    checkCount("permutation", n);
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = 0; i < n; i++) {
      const chosen = i + this.integer(n - i);
      const entry = order[chosen];
      order[chosen] = order[i];
      order[i] = entry;
    }
    return order;
  }

  subset(n: number, out: Uint32Array): void {
    checkCount("subset", n);
    if (out.length > n) refuse("subset", "the length of out", `at most n = ${n}`, out.length);
    drawSubset(this, n, out);
  }

  split(...path: readonly (number | string)[]): Random {
    if (path.length === 0) refuse("split", "path", "at least one integer or string", path);
    return stream(this.seed, ...this.path, ...path);
  }

  keepIn(words: Int32Array): void {
    if (words === this.words) return;
    if (words.length !== 4) refuse("keepIn", "words", "an array of length 4", words);
    words.set(this.words);
    this.words = words;
  }

  state(): RandomState {
    return { seed: this.seed, path: [...this.path], words: Array.from(this.words, (word) => word >>> 0) };
  }

  /** The next 32 bits, as a signed integer. */
  private word(): number {
    const { words } = this;
    const s1 = words[1];
    const five = Math.imul(s1, 5);
    const s2 = words[2] ^ words[0];
    const s3 = words[3] ^ s1;
    words[1] = s1 ^ s2;
    words[0] ^= s3;
    words[2] = s2 ^ (s1 << 9);
    words[3] = (s3 << 11) | (s3 >>> 21);
    return Math.imul((five << 7) | (five >>> 25), 9);
  }
}

function checkCount(where: string, n: number): void {
  if (!(n >= 0 && n <= 2 ** 32 && Number.isInteger(n))) refuse(where, "n", "an integer from 0 to 2^32", n);
}
