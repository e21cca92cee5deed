// From a seed and a path to the 128 bits at which a stream starts.
//
// Every item is written as 32-bit words that can be read back in one way only (kind, then length or value), and each word is
// absorbed by a bijection of four lanes. So streams that differ in one number never start alike, and others do with
// probability 2^-128. The mixer is the two-multiplication finaliser of MurmurHash3 (A. Appleby) with the constants that
// C. Wellons found to mix best ("Hash Prospector", 2018).

/** The four words for `seed` (a safe integer) and a path of safe integers and strings. */
export function hashSeed(seed: number, path: readonly (number | string)[]): Int32Array {
  const lanes = new Int32Array(4);
  // The fractional parts of the square roots of 2, 3, 5 and 7: numbers with nothing up their sleeve.
  lanes.set([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a]);
  absorbInteger(lanes, seed);
  for (const item of path) {
    if (typeof item === "number") {
      absorb(lanes, NUMBER);
      absorbInteger(lanes, item);
    } else {
      absorb(lanes, STRING);
      absorb(lanes, item.length);
      for (let i = 0; i < item.length; i++) absorb(lanes, item.charCodeAt(i));
    }
  }
  absorb(lanes, END);
  absorb(lanes, path.length);
  absorb(lanes, 0); // so that the last item, too, has gone through every lane more than once
  // The one state from which xoshiro never moves.
  if ((lanes[0] | lanes[1] | lanes[2] | lanes[3]) === 0) lanes[0] = 1;
  return lanes;
}

const NUMBER = 1;
const STRING = 2;
const END = 3;

/** Two words, two's complement: one-to-one on the safe integers, and alike for 0 and -0, which JSON does not keep apart. */
function absorbInteger(lanes: Int32Array, value: number): void {
  absorb(lanes, value | 0);
  absorb(lanes, Math.floor(value / 2 ** 32) | 0);
}

function absorb(lanes: Int32Array, word: number): void {
  lanes[0] = mix(lanes[0] ^ word);
  lanes[1] = mix(lanes[1] + lanes[0]);
  lanes[2] = mix(lanes[2] + lanes[1]);
  lanes[3] = mix(lanes[3] + lanes[2]);
  lanes[0] += lanes[3];
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}
