// Vector mathematics: elementary functions of all lanes at once, as code that stands where it is used, so that a loop has no calls.
// From +, -, *, / and bits only, so that the results have the same bits on every machine, unless `fma` lets polynomials be rounded less.
//
// Largest errors in units of the last place (f32: over every finite number but for pow; f64: found among 40,000), and ns per number in a
// loop over memory in cache (Node 20 on a Xeon of 2023); `bench/wasm-math.ts` measures both:
//
//              exp   log   log1p  expm1  tanh  sigmoid  softplus  sin   cos   erf   pow
//   f32x4 ulp  1.06  0.84  1.39   1.49   2.57  2.38     1.68      2.18  2.19  1.47  1.0
//   f64x2 ulp  0.95  0.74  0.74   1.17   2.46  1.78     1.59      1.80  1.84  1.25  1.2
//   f32x4 ns   0.8   1.2   1.3    1.0    0.8   0.8      1.9       1.8   2.0   1.8   7.4
//   f64x2 ns   2.3   3.1   3.6    2.7    2.0   2.1      5.9       2.9   3.3   7.2   13
//
// One division each, but none in exp, expm1, sin, cos and erf, and two in pow of f32x4. sin and cos carry a branch for arguments
// beyond 2^20, 3 to 4 kB of code, which takes some 20 ns per vector.

import type { Arithmetic } from "../../graph.js";
import type { Code, FunctionWriter, VectorFloat } from "./assembler.js";
import * as circle from "./math/circle.js";
import { erf } from "./math/erf.js";
import * as exponential from "./math/exponential.js";
import * as logarithm from "./math/logarithm.js";
import { type Pen, penOn } from "./math/pen.js";
import { pow } from "./math/power.js";

/**
 * Emitters of one function body. Each writes statements into its writer and returns the result as a local's `get`, which may be
 * used any number of times; `x` is evaluated once, at this place.
 */
export interface VectorMath {
  exp(x: Code): Code;
  log(x: Code): Code;
  log1p(x: Code): Code;
  expm1(x: Code): Code;
  tanh(x: Code): Code;
  sigmoid(x: Code): Code;
  softplus(x: Code): Code;
  sin(x: Code): Code;
  cos(x: Code): Code;
  erf(x: Code): Code;
  /** `x ** y`. */
  pow(x: Code, y: Code): Code;
}

const unary: Readonly<Record<Exclude<keyof VectorMath, "pow">, (pen: Pen, x: Code) => Code>> = {
  exp: exponential.exp,
  log: logarithm.log,
  log1p: logarithm.log1p,
  expm1: exponential.expm1,
  tanh: exponential.tanh,
  sigmoid: exponential.sigmoid,
  softplus: logarithm.softplus,
  sin: circle.sin,
  cos: circle.cos,
  erf,
};

/** The functions of one argument. */
export const names: readonly (keyof typeof unary)[] = Object.keys(unary) as (keyof typeof unary)[];

/**
 * Emitters into `writer` for `f32x4` or `f64x2`. To write into a loop's body, hand over a writer whose `add` collects the body's
 * statements: `{ ...f, add: (...statements) => { body.push(...statements); } }`. Locals on the way are used again by the
 * next function, so make one `VectorMath` per function body and precision, not one per use.
 */
export function vectorMath(writer: FunctionWriter, v: VectorFloat, arithmetic?: Arithmetic): VectorMath {
  const { emit } = penOn(writer, v, arithmetic);
  const emitters = names.map((name) => [name, (x: Code) => emit((pen) => unary[name](pen, pen.keep(x)))] as const);
  return {
    ...(Object.fromEntries(emitters) as unknown as Omit<VectorMath, "pow">),
    pow: (x, y) => emit((pen) => pow(pen, pen.keep(x), pen.keep(y))),
  };
}
