// The first steps of a Fisher-Yates shuffle (Durstenfeld 1964, CACM Algorithm 235): step i swaps entry i of 0 ... n - 1
// with a uniformly chosen one at or after it. Where few of many are wanted, a hash table holds the few entries that have moved.

import type { Random } from "./random.js";

/** Fills `out`, no longer than n, with the first entries of a uniformly random order of 0 ... n - 1. */
export function drawSubset(random: Random, n: number, out: Uint32Array): void {
  // Which way is taken changes nothing but the time: both make the same swaps.
  if (n <= 8 * out.length) dense(random, n, out);
  else sparse(random, n, out);
}

function dense(random: Random, n: number, out: Uint32Array): void {
  const order = scratch(0, n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = 0; i < out.length; i++) {
    const chosen = i + random.integer(n - i);
    out[i] = order[chosen];
    order[chosen] = order[i];
  }
}

/** Hot: mini-batches are drawn millions of times. About 15 ns an entry while the table is in the cache. */
function sparse(random: Random, n: number, out: Uint32Array): void {
  // Open addressing, at most half full. Only entries after the first ever receive another one's value: 0 marks a free slot.
  const bits = 33 - Math.clz32(out.length);
  const size = 2 ** bits;
  const shift = 32 - bits;
  const keys = scratch(0, size);
  const values = scratch(1, size);
  keys.fill(0, 0, size);
  for (let i = 0; i < out.length; i++) {
    const chosen = i + random.integer(n - i);
    let slot = Math.imul(i, MULTIPLIER) >>> shift;
    while (keys[slot] !== 0 && keys[slot] !== i) slot = (slot + 1) & (size - 1);
    const entry = keys[slot] === 0 ? i : values[slot];
    if (chosen === i) {
      out[i] = entry;
      continue;
    }
    slot = Math.imul(chosen, MULTIPLIER) >>> shift;
    while (keys[slot] !== 0 && keys[slot] !== chosen) slot = (slot + 1) & (size - 1);
    out[i] = keys[slot] === 0 ? chosen : values[slot];
    keys[slot] = chosen;
    values[slot] = entry;
  }
}

/** 2^32 over the golden ratio: spreads neighbours (Knuth, TAOCP 6.4). */
const MULTIPLIER = 0x9e3779b1;

/** Storage that calls share, for no call outlives another's; the largest ones are given back. */
const kept: Uint32Array[] = [new Uint32Array(1024), new Uint32Array(1024)];
const LARGEST_KEPT = 2 ** 18;

function scratch(which: 0 | 1, length: number): Uint32Array {
  if (length <= kept[which].length) return kept[which];
  const fresh = new Uint32Array(length);
  if (length <= LARGEST_KEPT) kept[which] = fresh;
  return fresh;
}
