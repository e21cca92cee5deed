// Vector mathematics: elementary functions of all lanes at once, as code that stands where it is used, so that a loop has no calls.
// From +, -, *, / and bits only, so that the results have the same bits on every machine.

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
export function vectorMath(writer: FunctionWriter, v: VectorFloat): VectorMath {
  const { emit } = penOn(writer, v);
  const emitters = names.map((name) => [name, (x: Code) => emit((pen) => unary[name](pen, pen.keep(x)))] as const);
  return {
    ...(Object.fromEntries(emitters) as unknown as Omit<VectorMath, "pow">),
    pow: (x, y) => emit((pen) => pow(pen, pen.keep(x), pen.keep(y))),
  };
}
