// exp, expm1, tanh and sigmoid: the argument less a multiple of log 2, then a polynomial or, where the result is a quotient
// anyway, numerator and denominator of `e^(2z) = (z coth z + z) / (z coth z - z)`, so that one division does for all.

import { type Code, i32, i32x4, v128 } from "../assembler.js";
import { bitsOfOne, type Pen, polynomial, signBit } from "./pen.js";

/** `x = k log 2 / parts + r`. */
interface Reduced {
  /** k as a whole number in the lowest bits of each lane; what lies above them is for shifts to throw away. */
  readonly k: Code;
  readonly r: Code;
  /** What rounding took from r. */
  readonly rest: () => Code;
}

function reduce({ v, keep, number, rounder, table }: Pen, x: Code, parts: 1 | 2): Reduced {
  const [high, low] = table.logTwo;
  const k = keep(v.add(v.mul(x, number(parts / Math.LN2)), number(rounder)));
  const whole = keep(v.sub(k, number(rounder)));
  // Exact.
  const first = keep(v.sub(x, v.mul(whole, number(high / parts))));
  const second = keep(v.mul(whole, number(low / parts)));
  const r = keep(v.sub(first, second));
  return { k, r, rest: () => v.sub(v.sub(first, r), second) };
}

/** 2^k, for k that give a normal number. */
function powerOfTwo(pen: Pen, k: Code): Code {
  return pen.words.add(pen.shiftLeft(k, pen.mantissaBits), pen.bits(bitsOfOne(pen)));
}

/** 2^k as a product of two, neither of which overflows or underflows: products with both round only once. */
function powerOfTwoInHalves(pen: Pen, k: Code): [Code, Code] {
  const half = pen.keep(i32x4.shiftRightSigned(k, i32.constant(1)));
  return [powerOfTwo(pen, half), powerOfTwo(pen, pen.words.sub(k, half))];
}

const clamp = ({ v, keep, number }: Pen, x: Code, low: number, high: number): Code =>
  keep(v.lesserOf(v.greaterOf(x, number(low)), number(high)));

export interface ExpOptions {
  /** What the caller knows of x: not positive, or such that the result is a normal number. */
  readonly range?: "all" | "negative" | "moderate";
  /** A correction to be added to x, small beside it. */
  readonly plus?: Code;
}

/** `e^x`. */
export function exp(pen: Pen, x: Code, { range = "all", plus }: ExpOptions = {}): Code {
  const { v, keep, number, table } = pen;
  const [low, high] = table.exponentialRange;
  const clamped =
    range === "all" ? clamp(pen, x, low, high) : range === "negative" ? keep(v.greaterOf(x, number(low))) : x;
  const reduced = reduce(pen, clamped, 1);
  const r = plus ? keep(v.add(reduced.r, v.add(reduced.rest(), plus))) : reduced.r;
  const p = v.add(v.add(v.mul(v.mul(r, r), polynomial(pen, table.exponential, r)), r), number(1));
  if (range === "moderate") return v.mul(p, powerOfTwo(pen, reduced.k));
  const [first, second] = powerOfTwoInHalves(pen, reduced.k);
  return v.mul(v.mul(p, first), second);
}

/** `e^x - 1 = 2 (2^(k-1) (e^r - 1) + (2^(k-1) - 1/2))`, in which k = 1024 does not overflow. */
export function expm1(pen: Pen, x: Code): Code {
  const { v, keep, number, table } = pen;
  const { k, r, rest } = reduce(pen, clamp(pen, x, -64, table.exponentialRange[1]), 1);
  const small = v.add(v.mul(v.mul(r, r), polynomial(pen, table.exponential, r)), rest());
  const half = keep(powerOfTwo(pen, pen.words.sub(k, pen.bits(1n))));
  // Next to k = 0 the first sum is exact.
  const result = keep(v.add(v.add(v.sub(half, number(0.5)), v.mul(half, r)), v.mul(half, small)));
  // Tiny arguments as they are: half of a denormal number is none, and -0 keeps its sign.
  const tiny = v.less(v.abs(x), number(2 ** -(pen.mantissaBits + 2)));
  return v128.bitSelect(tiny, x, v.add(result, result));
}

/** `z coth z - 1` for `|z| <= log 2 / 4`. */
function cotangentExcess(pen: Pen, z: Code): Code {
  const { v, keep, table } = pen;
  const square = keep(v.mul(z, z));
  return keep(v.mul(square, polynomial(pen, table.cotangent, square)));
}

/** `(e^(2a) - 1) / (e^(2a) + 1)` with `a = |x| = k log 2 / 2 + z`, both times `z coth z - z`. */
export function tanh(pen: Pen, x: Code): Code {
  const { v, keep, number, table } = pen;
  const a = keep(v.lesserOf(v.abs(x), number(table.tanhEnd)));
  const { k, r: z } = reduce(pen, a, 2);
  const c = cotangentExcess(pen, z);
  const power = keep(powerOfTwo(pen, k));
  const less = keep(v.sub(power, number(1)));
  const more = keep(v.add(power, number(1)));
  const numerator = keep(v.add(v.add(less, v.mul(more, z)), v.mul(less, c)));
  // Greater by twice z coth z - z: what errs in the numerator errs here too, and cancels where the result is near 1.
  const half = keep(v.add(number(1), v.sub(c, z)));
  const denominator = v.add(numerator, v.add(half, half));
  return v128.or(v.div(numerator, denominator), v128.and(x, pen.bits(signBit(pen))));
}

/** `1 / (1 + e^(-x))` with `x / 2 = k log 2 / 2 + z`: `2^k N / (D + 2^k N)`, `N = z coth z + z`, `D = z coth z - z`. */
export function sigmoid(pen: Pen, x: Code): Code {
  const { v, keep, number, table } = pen;
  const a = clamp(pen, x, table.exponentialRange[0], 2 * table.tanhEnd);
  const { k, r: z } = reduce(pen, keep(v.mul(a, number(0.5))), 2);
  const c = cotangentExcess(pen, z);
  const [first, second] = powerOfTwoInHalves(pen, k);
  const other = keep(second);
  // N as D + 2 z, so that what errs in D cancels in the left tail.
  const d = keep(v.add(number(1), v.sub(c, z)));
  const numerator = keep(v.mul(v.add(d, v.add(z, z)), first));
  const denominator = v.add(d, v.mul(numerator, other));
  return v.mul(v.div(numerator, denominator), other);
}
