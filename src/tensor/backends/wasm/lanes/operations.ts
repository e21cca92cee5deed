// What each elementwise primitive is on vectors, where the machine has it as a few instructions; comparisons also as masks.

import { type Code, f32x4, f64x2, type VectorFloat, v128 } from "../assembler.js";

export const vectorOf = (single: boolean): VectorFloat => (single ? f32x4 : f64x2);

/** The primitive's value. Operands are read more than once: they must be cheap, such as the value of a local. */
type Operation = (v: VectorFloat, a: Code, b: Code, c: Code) => Code;

const signBits = (v: VectorFloat): Code => v.constant(-0);

export const operations: Readonly<Record<string, Operation>> = {
  neg: (v, a) => v.neg(a),
  abs: (v, a) => v.abs(a),
  // A zero and NaN are their own sign.
  sign: (v, a) =>
    v128.bitSelect(
      v128.or(v.less(a, v.constant(0)), v.greater(a, v.constant(0))),
      v128.or(v128.and(a, signBits(v)), v.constant(1)),
      a,
    ),
  floor: (v, a) => v.floor(a),
  sqrt: (v, a) => v.sqrt(a),
  relu: (v, a) => v.max(v.constant(0), a),
  add: (v, a, b) => v.add(a, b),
  sub: (v, a, b) => v.sub(a, b),
  mul: (v, a, b) => v.mul(a, b),
  div: (v, a, b) => v.div(a, b),
  min: (v, a, b) => v.min(a, b),
  max: (v, a, b) => v.max(a, b),
  less: (v, a, b) => v128.and(v.less(a, b), v.constant(1)),
  lessEqual: (v, a, b) => v128.and(v.lessEqual(a, b), v.constant(1)),
  equal: (v, a, b) => v128.and(v.equal(a, b), v.constant(1)),
  where: (v, a, b, c) => v128.bitSelect(v.notEqual(a, v.constant(0)), b, c),
  finiteOrZero: (v, a) => v128.and(a, v.less(v.abs(a), v.constant(Number.POSITIVE_INFINITY))),
};

/** All bits set where the comparison holds. */
export const masks: Readonly<Record<string, (v: VectorFloat, a: Code, b: Code) => Code>> = {
  less: (v, a, b) => v.less(a, b),
  lessEqual: (v, a, b) => v.lessEqual(a, b),
  equal: (v, a, b) => v.equal(a, b),
};
