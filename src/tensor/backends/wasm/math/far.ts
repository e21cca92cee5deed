// Reduction of large angles by multiplying with those bits of 1 / pi that matter: M. Payne and R. Hanek, Radian reduction for
// trigonometric functions, SIGNUM Newsletter 18 (1983), with both lanes at once. The bits come from constant vectors by `swizzle`, which is a
// table of 16 bytes that each byte of a lane may look into.

import { type Code, i8x16, i64x2, v128 } from "../assembler.js";
import type { Angle } from "./circle.js";
import { type Pen, signBit } from "./pen.js";

/** Five zeros, the last before the point, then the bytes of 1 / pi: as many as the largest double asks for. */
const inverseOfPi: Uint8Array = bytesOfInversePi(160, 5);

/**
 * `|x| = M 2^(8 q)` with M below 2^60. Of 1 / pi only the bytes from q on give more than multiples of 256, and 24 of them give
 * `|x| / pi` to within 2^-120. For `2^20 <= |x| < 2^(most + 1)`; NaN for infinities. In double precision.
 */
export function reduceFar(pen: Pen, x: Code, cosine: boolean, most: number): Angle {
  const { v, keep, bits, shiftLeft, shiftRight, number } = pen;
  const low32 = (a: Code): Code => v128.and(a, bits(0xffffffffn));
  const high32 = (a: Code): Code => shiftRight(a, 32);

  // x = mantissa 2^(exponent - 1075); counted from 1043, at which q = -4 and the table begins.
  const exponent = v128.and(shiftRight(x, 52), bits(0x7ffn));
  const place = keep(i64x2.sub(exponent, bits(1043n)));
  const mantissa = v128.or(v128.and(x, bits((1n << 52n) - 1n)), bits(1n << 52n));
  const powers = v128.constant([1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0]);
  const shift = v128.or(v128.and(place, bits(7n)), bits(0xffffffffffffff00n));
  const m = keep(i64x2.mul(mantissa, i8x16.swizzle(powers, shift)));
  const m0 = keep(low32(m));
  const m1 = keep(high32(m));
  const words = windowOf(pen, shiftRight(place, 3), ((most - 20) >> 3) + 24);

  // Column j of the product has the weight 2^(32 j - 184); what lies below column 1 is left out.
  const products = [1, 2, 3, 4, 5].map((column) => [
    keep(i64x2.mul(m0, words[5 - column])),
    keep(i64x2.mul(m1, words[6 - column])),
  ]);
  const limbs: Code[] = [];
  let carry: Code | undefined;
  for (let column = 2; column <= 5; column++) {
    const terms = [...products[column - 1].map(low32), ...products[column - 2].map(high32)];
    const sum = keep([...terms, ...(carry ? [carry] : [])].reduce(i64x2.add));
    limbs.push(keep(low32(sum)));
    carry = high32(sum);
  }
  const below = keep(v128.or(shiftLeft(limbs[1], 32), limbs[0]));
  const turns = v128.or(shiftLeft(limbs[3], 32), limbs[2]);
  // The point is above bit 56; the cosine is the sine half a turn on.
  const top = keep(cosine ? i64x2.sub(turns, bits(1n << 55n)) : turns);

  // What is left after the nearest whole number, with a sign: 64 bits and 64 more.
  const fraction = keep(v128.or(shiftLeft(top, 8), shiftRight(below, 56)));
  const more = keep(shiftLeft(below, 8));
  const fromWord = (a: Code, scale: number): Code =>
    v.mul(v.sub(v128.or(a, number(2 ** 52)), number(2 ** 52)), number(scale));
  // The sign's bit counts -2^31, the others as they are.
  const signed = v.sub(
    v128.or(v128.xor(high32(fraction), bits(1n << 31n)), number(2 ** 52)),
    number(2 ** 52 + 2 ** 31),
  );
  const first = keep(v.mul(signed, number(2 ** -32)));
  const second = keep(fromWord(low32(fraction), 2 ** -64));
  const third = v.add(fromWord(high32(more), 2 ** -96), fromWord(low32(more), 2 ** -128));
  const sum = keep(v.add(first, second));
  const left = keep(v.add(v.sub(second, v.sub(sum, first)), third));
  const y = keep(v.add(sum, left));
  const yRest = v.sub(left, v.sub(y, sum));

  // Times pi, with the rounding error of the product from factors of 26 and 27 bits.
  const r = keep(v.mul(y, number(Math.PI)));
  const head = keep(v128.and(y, bits(headMask)));
  const tail = keep(v.sub(y, head));
  const { high, low, rest } = piSplit;
  const error = v.add(
    v.add(v.add(v.sub(v.mul(head, number(high)), r), v.mul(head, number(low))), v.mul(tail, number(high))),
    v.mul(tail, number(low)),
  );
  const rRest = v.add(error, v.add(v.mul(y, number(rest)), v.mul(yRest, number(Math.PI))));

  const odd = shiftLeft(i64x2.add(top, bits(1n << 55n)), 7);
  const flipped = v128.and(v128.xor(odd, cosine ? bits(signBit(pen)) : x), bits(signBit(pen)));
  const sign = keep(flipped);
  // x - x is NaN for an infinity.
  return { r: v.add(v128.xor(r, sign), v.sub(x, x)), rest: v128.xor(rRest, sign) };
}

/** 26 bits of a double. */
const headMask = ~((1n << 27n) - 1n);

/** pi as two parts of 26 and 27 bits that sum to `Math.PI`, and what `Math.PI` lacks. */
const piSplit = { high: 3.1415926218032837, low: 3.1786509424591713e-8, rest: 1.2246467991473532e-16 };

/** Six words of 32 bits, the most significant first: 24 bytes of the table, of which `length` are in reach, from the place in each lane on. */
function windowOf({ keep, bits, shiftRight }: Pen, place: Code, length: number): Code[] {
  const everywhere = keep(v128.shuffle(place, place, [0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8]));
  return [0, 8, 16].flatMap((from) => {
    const offsets = Array.from({ length: 16 }, (_, i) => from + 7 - (i % 8));
    const index = keep(i8x16.add(everywhere, v128.constant(offsets)));
    const parts = Array.from({ length: Math.ceil(length / 16) }, (_, j) =>
      i8x16.swizzle(
        v128.constant(inverseOfPi.subarray(16 * j, 16 * j + 16)),
        i8x16.add(index, v128.constant(new Uint8Array(16).fill(256 - 16 * j))),
      ),
    );
    const bytes = keep(parts.reduce(v128.or));
    return [keep(shiftRight(bytes, 32)), keep(v128.and(bytes, bits(0xffffffffn)))];
  });
}

/** Machin's formula, `pi = 16 atan(1/5) - 4 atan(1/239)`, in whole numbers. */
function bytesOfInversePi(length: number, zeros: number): Uint8Array {
  const digits = BigInt(8 * (length - zeros));
  const bits = digits + 64n;
  const arctangent = (n: bigint): bigint => {
    let sum = 0n;
    let power = (1n << bits) / n;
    for (let k = 1n; power > 0n; k += 2n) {
      sum += k % 4n === 1n ? power / k : -(power / k);
      power /= n * n;
    }
    return sum;
  };
  const pi = 16n * arctangent(5n) - 4n * arctangent(239n);
  let rest = (1n << (bits + digits)) / pi;
  const bytes = new Uint8Array(length);
  for (let i = length - 1; i >= zeros; i--, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}
