// The error function: near zero an odd polynomial, beyond `1 - e^(-Q(x))` with a polynomial Q, which needs no division.

import { type Code, v128 } from "../assembler.js";
import { exp } from "./exponential.js";
import { type Pen, polynomial, signBit } from "./pen.js";

export function erf(pen: Pen, x: Code): Code {
  const { v, keep, number, table } = pen;
  const a = keep(v.abs(x));
  const square = keep(v.mul(a, a));
  const near = keep(v.add(a, v.mul(a, polynomial(pen, table.erfNear, square))));
  const end = keep(v.lesserOf(a, number(table.erfEnd)));
  const complement = exp(pen, keep(v.neg(polynomial(pen, table.erfFar, end))), { range: "moderate" });
  const far = v.sub(number(1), complement);
  const magnitude = v128.bitSelect(v.less(a, number(table.erfSeam)), near, far);
  return v128.or(magnitude, v128.and(x, pen.bits(signBit(pen))));
}
