// sin and cos: the argument less a multiple of pi, then one odd polynomial. Near zero pi in parts (W. J. Cody and W. Waite,
// Software Manual for the Elementary Functions, 1980), beyond 2^20 as many bits of 1 / pi as it takes (far.ts), in a branch
// that is taken when any lane needs it and changes only those lanes.

import { type Code, v128, when } from "../assembler.js";
import { reduceFar } from "./far.js";
import { demoted, promoted } from "./halves.js";
import { type Pen, polynomial, signBit } from "./pen.js";

/** Up to here a multiple of pi / 2 has so few bits that its products with the first three parts of pi are exact. */
const nearEnd = 2 ** 20;

/** pi in three parts of 33 bits and a rest. */
const piParts = [3.1415926534682512, 1.2154201012607932e-10, 4.044532497422333e-21, 1.69568553207378e-31];

/** `r + rest` between -pi / 2 and pi / 2, whose sine is what is asked for. */
export interface Angle {
  readonly r: Code;
  readonly rest: Code;
}

export const sin = (pen: Pen, x: Code): Code => {
  const { v, number } = pen;
  const value = sineOf(pen, x, false);
  // Zero with its sign.
  return v128.or(value, v128.and(v.equal(x, number(0)), x));
};

export const cos = (pen: Pen, x: Code): Code => {
  const { v, number, mantissaBits } = pen;
  const value = sineOf(pen, x, true);
  // The sine of nearly pi / 2 may be rounded to the number below 1.
  const tiny = v.less(v.abs(x), number(2 ** -(mantissaBits / 2 + 1)));
  return v128.bitSelect(tiny, number(1), value);
};

function sineOf(pen: Pen, x: Code, cosine: boolean): Code {
  const { v, keep, number, table } = pen;
  const near = reduced(pen, x, (p, a) => reduceNear(p, a, cosine));
  const r = pen.variable(near.r);
  const rest = near.rest && pen.variable(near.rest);
  const isFar = keep(v.greater(v.abs(x), number(nearEnd)));
  const branch: Code[] = [];
  const inside = pen.branch(branch);
  const far = reduced(inside, x, (p, a) => reduceFar(p, a, cosine, pen.bias));
  inside.add(r.set(v128.bitSelect(isFar, far.r, r.get)));
  if (rest && far.rest) inside.add(rest.set(v128.bitSelect(isFar, far.rest, rest.get)));
  pen.add(when(v128.anyTrue(isFar), branch));

  const square = keep(v.mul(r.get, r.get));
  const cube = v.mul(r.get, v.mul(square, polynomial(pen, table.sine, square)));
  if (rest === undefined) return v.add(r.get, cube);
  // The rest counts times cos r, for which a parabola will do.
  const slope = v.sub(number(1), v.mul(square, number(4 / Math.PI ** 2)));
  return v.add(r.get, v.add(cube, v.mul(rest.get, slope)));
}

/** In single precision the reduction is done in double, and has no rest worth keeping. */
function reduced(pen: Pen, x: Code, reduce: (pen: Pen, x: Code) => Angle): { r: Code; rest?: Code } {
  if (pen.mantissaBits === 52) return reduce(pen, x);
  const [low, high] = promoted(pen, x).map((half) => pen.keep(reduce(pen.inDouble(), half).r));
  return { r: demoted(low, high) };
}

/** `x` less the nearest multiple of pi, or for the cosine of pi and a half; in double precision. */
function reduceNear(pen: Pen, x: Code, cosine: boolean): Angle {
  const { v, keep, number, rounder } = pen;
  const turns = v.mul(x, number(1 / Math.PI));
  const k = keep(v.add(cosine ? v.sub(turns, number(0.5)) : turns, number(rounder)));
  const whole = v.sub(k, number(rounder));
  const h = keep(cosine ? v.add(whole, number(0.5)) : whole);
  const [a, b, c, d] = piParts.map((part) => v.mul(h, number(part)));
  // Subtracted part by part, each with what its rounding leaves (T. J. Dekker 1971).
  const first = keep(v.sub(x, a));
  const second = keep(b);
  const r1 = keep(v.sub(first, second));
  const third = keep(c);
  const r2 = keep(v.sub(r1, third));
  const left = v.add(v.sub(v.sub(first, r1), second), v.sub(v.sub(r1, r2), third));
  const low = keep(v.sub(left, d));
  const r = keep(v.add(r2, low));
  const rest = v.add(v.sub(r2, r), low);
  // sin(x - k pi) = (-1)^k sin x and sin(x - (k + 1/2) pi) = -(-1)^k cos x.
  const odd = pen.shiftLeft(k, 63);
  const sign = keep(cosine ? v128.xor(odd, pen.bits(signBit(pen))) : odd);
  return { r: v128.xor(r, sign), rest: v128.xor(rest, sign) };
}
