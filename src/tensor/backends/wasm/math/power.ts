// pow: e^(y log |x|) with the logarithm and the product as sums of two numbers (T. J. Dekker, A floating-point technique for extending
// the available precision, Numer. Math. 18, 1971), then the signs and exceptions of JavaScript's `**`.

import { type Code, v128 } from "../assembler.js";
import { logarithmRest } from "./coefficients.js";
import { exp } from "./exponential.js";
import { demoted, promoted } from "./halves.js";
import { log, splitPositive } from "./logarithm.js";
import { type Pen, polynomial, signBit } from "./pen.js";

export function pow(pen: Pen, x: Code, y: Code): Code {
  const { v, keep, number } = pen;
  const positive = keep(v.abs(x));
  const power = pen.mantissaBits === 52 ? powerInDouble(pen, positive, y) : powerByDouble(pen, positive, y);

  const whole = keep(v.equal(v.truncate(y), y));
  const half = keep(v.mul(y, number(0.5)));
  const odd = v128.andNot(whole, v.equal(v.truncate(half), half));
  const signed = v128.or(power, v128.and(odd, v128.and(x, pen.bits(signBit(pen)))));
  const negative = v128.and(v.less(x, number(0)), v.greater(x, number(Number.NEGATIVE_INFINITY)));
  // All bits set is a NaN.
  const real = v128.or(signed, v128.andNot(negative, whole));
  return v128.bitSelect(v.equal(y, number(0)), number(1), real);
}

/** In double precision the logarithm of a single has bits to spare. */
function powerByDouble(pen: Pen, x: Code, y: Code): Code {
  const double = pen.inDouble();
  const bases = promoted(pen, x);
  const exponents = promoted(pen, y);
  const [low, high] = bases.map((base, i) =>
    pen.keep(exp(double, double.keep(double.v.mul(exponents[i], log(double, base))))),
  );
  return demoted(low, high);
}

/** A number as the sum of two, the second small beside the first. */
interface Pair {
  readonly high: Code;
  readonly low: Code;
}

function powerInDouble(pen: Pen, x: Code, y: Code): Code {
  const { v, keep, number } = pen;
  const logarithm = logarithmPair(pen, x);
  const [yHead, yTail] = headAndTail(pen, y);
  const [head, tail] = headAndTail(pen, logarithm.high);
  const product = keep(v.mul(y, logarithm.high));
  const error = v.add(
    v.add(v.add(v.sub(v.mul(yHead, head), product), v.mul(yHead, tail)), v.mul(yTail, head)),
    v.mul(yTail, tail),
  );
  // Far out the result is 0 or infinite, and parts of an infinite product are NaN.
  const inside = v.less(v.abs(product), number(1000));
  const low = keep(v128.and(v.add(error, v.mul(y, logarithm.low)), inside));
  return exp(pen, product, { plus: low });
}

/**
 * `log x` to about 2^-65 of itself. With `1 + f = x / 2^k` and `s = f / (2 + f)`, `log(1 + f) = 2 s (1 + s^2 / 3 + s^4 Q(s^2))`, in which
 * Q alone may be rounded. Minus infinity at 0, infinity and NaN as they are.
 */
function logarithmPair(pen: Pen, x: Code): Pair {
  const { v, keep, number, table } = pen;
  const { k, m } = splitPositive(pen, x);
  const f = keep(v.sub(m, number(1)));

  // s = s.high + s.low by the remainder of the division, whose denominator is d + dRest.
  const d = keep(v.add(m, number(1)));
  const dRest = v.sub(m, v.sub(d, number(1)));
  const inverse = keep(v.div(number(1), d));
  const s = keep(v.mul(f, inverse));
  const [sHead, sTail] = headAndTail(pen, s);
  const dHead = keep(v128.and(d, pen.bits(headMask)));
  const dTail = v.add(v.sub(d, dHead), dRest);
  const remainder = v.sub(v.sub(v.sub(f, v.mul(sHead, dHead)), v.mul(sHead, dTail)), v.mul(sTail, d));
  const sLow = keep(v.mul(remainder, inverse));

  // z = s^2.
  const z = keep(v.mul(s, s));
  const cross = v.mul(number(2), v.add(v.mul(sHead, sTail), v.mul(s, sLow)));
  const zLow = v.add(v.add(v.sub(v.mul(sHead, sHead), z), cross), v.mul(sTail, sTail));
  // u = z / 3 + z^2 Q; the first product of heads is exact.
  const [zHead, zTail] = headAndTail(pen, z);
  const main = keep(v.mul(zHead, number(third.head)));
  const series = v.mul(v.mul(z, z), polynomial(pen, logarithmRest, z));
  const small = v.add(
    v.mul(zTail, number(third.head)),
    v.add(v.mul(z, number(third.tail)), v.mul(zLow, number(1 / 3))),
  );
  const added = keep(v.add(small, series));
  const u = keep(v.add(main, added));
  const uLow = keep(v.sub(added, v.sub(u, main)));

  // s (1 + u), half the logarithm of m.
  const [uHead, uTail] = headAndTail(pen, u);
  const sU = keep(v.mul(sHead, uHead));
  const sURest = v.add(v.add(v.mul(sTail, uHead), v.mul(s, uTail)), v.add(v.mul(s, uLow), v.mul(sLow, u)));
  const a = keep(v.add(s, sU));
  const b = v.add(v.sub(sU, v.sub(a, s)), v.add(sURest, sLow));

  const [high, low] = table.logTwo;
  const exponent = keep(v.mul(k, number(high)));
  const twice = keep(v.add(a, a));
  const sum = keep(v.add(exponent, twice));
  const rest = v.add(v.sub(twice, v.sub(sum, exponent)), v.add(v.mul(k, number(low)), v.mul(number(2), b)));
  const infinite = v128.bitSelect(v.equal(x, number(0)), number(Number.NEGATIVE_INFINITY), x);
  const ordinary = v128.and(v.less(x, number(Number.POSITIVE_INFINITY)), v.notEqual(x, number(0)));
  return { high: keep(v128.bitSelect(ordinary, sum, infinite)), low: keep(rest) };
}

/** The upper 26 bits of a double and the others; products of heads are exact. */
function headAndTail({ v, keep, bits }: Pen, a: Code): readonly [Code, Code] {
  const head = keep(v128.and(a, bits(headMask)));
  return [head, keep(v.sub(a, head))];
}

const headMask = ~((1n << 27n) - 1n);

const third = (() => {
  const head = Math.floor(2 ** 27 / 3) / 2 ** 27;
  // 1/3 - head = (1 - 3 head) / 3, whose numerator is exact.
  return { head, tail: (1 - 3 * head) / 3 };
})();
