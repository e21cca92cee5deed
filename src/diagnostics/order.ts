// Numbers put in order together with where they came from, by counting digits (a radix sort): ranks and quantiles of thousands of
// draws in a fraction of the time that comparisons take.

import { MOST_KEPT } from "./kept-memory.js";

/**
 * Writes the indices 0 ... n - 1 of `x` into the returned list so that x ascends, NaN last; equal values in any order. The list is the
 * next call's as well. Hot: three sweeps over the upper halves of the numbers where those tell nearly all of them apart, six otherwise.
 */
export function orderOf(x: Float64Array): Uint32Array {
  const n = x.length;
  const { high, low, first, second } = scratchFor(n);
  const bits = new Uint32Array(x.buffer, x.byteOffset, 2 * n);
  for (let i = 0; i < n; i++) {
    // Bits that ascend as unsigned integers where the numbers do: negative ones are all turned, of others the sign.
    const upper = bits[2 * i + HIGH];
    const turned = upper >> 31;
    const isNumber = !Number.isNaN(x[i]);
    high[i] = isNumber ? upper ^ (turned | 0x80000000) : 0xffffffff;
    low[i] = bits[2 * i + 1 - HIGH] ^ turned;
    first[i] = i;
  }
  sweeps(high, n, first, second);
  // After three sweeps the list is in the second place.
  if (insertInto(x, second, n)) return second;
  for (let i = 0; i < n; i++) first[i] = i;
  sweeps(low, n, first, second);
  sweeps(high, n, second, first);
  return first;
}

/** Three stable sweeps over 11, 11 and 10 binary digits, from `source` to `target`. */
function sweeps(keys: Uint32Array, n: number, source: Uint32Array, target: Uint32Array): void {
  counts.fill(0);
  for (let i = 0; i < n; i++) {
    const key = keys[i];
    counts[key & 2047]++;
    counts[2048 + ((key >>> 11) & 2047)]++;
    counts[4096 + (key >>> 22)]++;
  }
  for (let digit = 0; digit < 3; digit++) {
    let before = 0;
    for (let i = 2048 * digit; i < 2048 * (digit + 1); i++) {
      const here = counts[i];
      counts[i] = before;
      before += here;
    }
  }
  for (let i = 0; i < n; i++) target[counts[keys[source[i]] & 2047]++] = source[i];
  for (let i = 0; i < n; i++) source[counts[2048 + ((keys[target[i]] >>> 11) & 2047)]++] = target[i];
  for (let i = 0; i < n; i++) target[counts[4096 + (keys[source[i]] >>> 22)]++] = source[i];
}

/** Puts right by insertion what is nearly in order; false where that would take many moves. */
function insertInto(x: Float64Array, order: Uint32Array, n: number): boolean {
  let moves = 4 * n;
  for (let i = 1; i < n; i++) {
    const index = order[i];
    const value = x[index];
    let j = i - 1;
    for (; j >= 0 && x[order[j]] > value; j--) order[j + 1] = order[j];
    order[j + 1] = index;
    moves -= i - 1 - j;
    if (moves < 0) return false;
  }
  return true;
}

const counts = new Uint32Array(3 * 2048);
/** Where the upper half of a double lies among its two words. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0];

interface Scratch {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly first: Uint32Array;
  readonly second: Uint32Array;
}

let scratch: Scratch = scratchOf(0);

function scratchFor(n: number): Scratch {
  if (n > MOST_KEPT) return scratchOf(n);
  if (scratch.first.length !== n) scratch = scratchOf(n);
  return scratch;
}

function scratchOf(n: number): Scratch {
  return { high: new Uint32Array(n), low: new Uint32Array(n), first: new Uint32Array(n), second: new Uint32Array(n) };
}
