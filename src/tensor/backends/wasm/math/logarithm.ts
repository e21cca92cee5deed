// log, log1p and softplus. With `s = f / (2 + f)`, `log(1 + f) = log((1 + s) / (1 - s)) = f - s (f - s^2 L(s^2))`, written so that the
// largest terms are exact: the method of FreeBSD's e_log.c (Sun Microsystems 1993). One division.

import { type Code, v128 } from "../assembler.js";
import { exp } from "./exponential.js";
import { bitsOfOne, type Pen, polynomial, signBit } from "./pen.js";

/** `k log 2 + log(1 + f)`, for `1 + f` between the roots of 1/2 and 2. */
function logarithm(pen: Pen, k: Code, f: Code): Code {
  const { v, keep, number, table } = pen;
  const [high, low] = table.logTwo;
  const s = keep(v.div(f, v.add(number(2), f)));
  const z = keep(v.mul(s, s));
  const series = keep(v.mul(z, polynomial(pen, table.logarithm, z)));
  const halfSquare = keep(v.mul(v.mul(f, f), number(0.5)));
  const small = v.sub(halfSquare, v.add(v.mul(s, v.add(halfSquare, series)), v.mul(k, number(low))));
  return v.sub(v.mul(k, number(high)), v.sub(small, f));
}

interface Split {
  /** `x = 2^k m` with m between the roots of 1/2 and 2; k as a floating-point number. */
  readonly k: Code;
  readonly m: Code;
  /** k plus the bias, as a whole number. */
  readonly biased: Code;
}

/** Splits a positive normal number. */
function split(pen: Pen, x: Code): Split {
  const { v, keep, number, words, mantissaBits, bias } = pen;
  const root = bitsOf(pen, Math.SQRT1_2);
  const shifted = keep(words.add(x, pen.bits(bitsOfOne(pen) - root)));
  const biased = keep(pen.shiftRight(shifted, mantissaBits));
  // A small whole number behind the mantissa of a large power of two is that power plus it.
  const power = 2 ** mantissaBits;
  const k = keep(v.sub(v128.or(biased, number(power)), number(power + bias)));
  const mantissa = (1n << BigInt(mantissaBits)) - 1n;
  return { k, biased, m: keep(words.add(v128.and(shifted, pen.bits(mantissa)), pen.bits(root))) };
}

/** NaN for negative `x`, minus infinity at 0, and infinity and NaN as they are. */
function atTheEnds({ v, number }: Pen, x: Code, inside: Code): Code {
  const finite = v128.bitSelect(v.less(x, number(Number.POSITIVE_INFINITY)), inside, x);
  const positive = v128.bitSelect(v.equal(x, number(0)), number(Number.NEGATIVE_INFINITY), finite);
  // All bits set is a NaN.
  return v128.or(positive, v.less(x, number(0)));
}

/** The same for denormal numbers too. */
export function splitPositive(pen: Pen, x: Code): Pick<Split, "k" | "m"> {
  const { v, keep, number, mantissaBits, bias } = pen;
  const denormal = keep(v.less(x, number(2 ** (1 - bias))));
  const up = mantissaBits + 2;
  const { k, m } = split(pen, keep(v128.bitSelect(denormal, v.mul(x, number(2 ** up)), x)));
  return { k: keep(v.sub(k, v128.and(denormal, number(up)))), m };
}

export function log(pen: Pen, x: Code): Code {
  const { k, m } = splitPositive(pen, x);
  return atTheEnds(pen, x, logarithm(pen, k, pen.keep(pen.v.sub(m, pen.number(1)))));
}

/** `log(u + rest)` where `u + rest = 1 + x` exactly; the rest goes into `f`, which for k = 0 then is `x` itself. */
export function log1p(pen: Pen, x: Code): Code {
  const { v, keep, number, words, mantissaBits, bias } = pen;
  const u = keep(v.add(x, number(1)));
  // Knuth's two-sum.
  const one = keep(v.sub(u, x));
  const rest = v.add(v.sub(x, v.sub(u, one)), v.sub(number(1), one));
  const { k, m, biased } = split(pen, u);
  const inverse = pen.shiftLeft(words.sub(pen.bits(BigInt(2 * bias)), biased), mantissaBits);
  // Where the rest is too small to matter, 2^-k may overflow.
  const added = v128.and(v.mul(rest, inverse), v.less(x, number(2 ** (mantissaBits + 8))));
  const f = keep(v.add(v.sub(m, number(1)), added));
  const value = atTheEnds(pen, u, logarithm(pen, k, f));
  return v128.or(value, v128.and(x, pen.bits(signBit(pen))));
}

/** `max(x, 0) + log(1 + e^(-|x|))`. */
export function softplus(pen: Pen, x: Code): Code {
  const { v, keep, number } = pen;
  const e = keep(exp(pen, keep(v128.or(x, pen.bits(signBit(pen)))), { range: "negative" }));
  const large = keep(v.greater(e, number(Math.SQRT2 - 1)));
  const f = keep(v128.bitSelect(large, v.mul(v.sub(e, number(1)), number(0.5)), e));
  const k = keep(v128.and(large, number(1)));
  return v.add(v.greaterOf(x, number(0)), logarithm(pen, k, f));
}

function bitsOf({ mantissaBits }: Pen, value: number): bigint {
  return mantissaBits === 23
    ? BigInt(new Uint32Array(Float32Array.of(value).buffer)[0])
    : new BigUint64Array(Float64Array.of(value).buffer)[0];
}
