// The table of elementwise primitives: for each its value, its line of JavaScript and its partial derivatives. The
// table is closed under differentiation. `structural.ts` holds the primitives that move, sum or multiply whole tensors.

import type { Attributes } from "./graph.js";
import { erf, exp, lgamma, polygamma, sigmoid, softplus } from "./special/index.js";
import type { Tensor } from "./tensor.js";

/** An elementwise primitive of one, two or three operands of equal shape and dtype. */
export interface Elementwise {
  readonly operands: 1 | 2 | 3;
  /** The value in double precision; a back end rounds it to the dtype. */
  evaluate(attributes: Attributes, a: number, b: number, c: number): number;
  /** A JavaScript expression of the operands' names. Names of special functions stand for the functions of `special`. */
  javascript(attributes: Attributes, a: string, b: string, c: string): string;
  /**
   * Partial derivative by each operand as a tensor, from the operands and the output; `undefined` where it is zero
   * everywhere it exists.
   */
  readonly partials: readonly (Partial | undefined)[];
}

type Partial = (operands: readonly Tensor[], output: Tensor, attributes: Attributes) => Tensor;

const twoOverSqrtPi = 2 / Math.sqrt(Math.PI);

function unary(evaluate: (x: number) => number, javascript: (x: string) => string, partial?: Partial): Elementwise {
  return {
    operands: 1,
    evaluate: (_, x) => evaluate(x),
    javascript: (_, x) => javascript(x),
    partials: [partial],
  };
}

function binary(
  evaluate: (x: number, y: number) => number,
  javascript: (x: string, y: string) => string,
  byFirst?: Partial,
  bySecond?: Partial,
): Elementwise {
  return {
    operands: 2,
    evaluate: (_, x, y) => evaluate(x, y),
    javascript: (_, x, y) => javascript(x, y),
    partials: [byFirst, bySecond],
  };
}

const call = (name: string) => (x: string) => `${name}(${x})`;

export const elementwise: Readonly<Record<string, Elementwise>> = {
  neg: unary(
    (x) => -x,
    (x) => `(-${x})`,
    ([x]) => x.like(-1),
  ),
  // Subgradient 0 at the kink.
  abs: unary(Math.abs, call("Math.abs"), ([x]) => x.sign()),
  sign: unary(Math.sign, call("Math.sign")),
  floor: unary(Math.floor, call("Math.floor")),
  exp: unary(exp, call("exp"), (_, y) => y),
  log: unary(Math.log, call("Math.log"), ([x]) => x.reciprocal()),
  log1p: unary(Math.log1p, call("Math.log1p"), ([x]) => x.add(1).reciprocal()),
  expm1: unary(Math.expm1, call("Math.expm1"), (_, y) => y.add(1)),
  sqrt: unary(Math.sqrt, call("Math.sqrt"), (_, y) => y.reciprocal().mul(0.5)),
  sin: unary(Math.sin, call("Math.sin"), ([x]) => x.cos()),
  cos: unary(Math.cos, call("Math.cos"), ([x]) => x.sin().neg()),
  tanh: unary(Math.tanh, call("Math.tanh"), (_, y) => y.like(1).sub(y.square())),
  sigmoid: unary(sigmoid, call("sigmoid"), (_, y) => y.mul(y.like(1).sub(y))),
  softplus: unary(softplus, call("softplus"), ([x]) => x.sigmoid()),
  // Derivative 0 at 0, the convention of every deep-learning framework.
  relu: unary(
    (x) => Math.max(0, x),
    (x) => `Math.max(0, ${x})`,
    ([x]) => x.greater(0),
  ),
  erf: unary(erf, call("erf"), ([x]) => x.square().neg().exp().mul(twoOverSqrtPi)),
  lgamma: unary(lgamma, call("lgamma"), ([x]) => x.digamma()),
  polygamma: {
    operands: 1,
    evaluate: ({ order }, x) => polygamma(order!, x),
    javascript: ({ order }, x) => `polygamma(${order}, ${x})`,
    partials: [([x], _, { order }) => x.polygamma(order! + 1)],
  },
  stopGradient: unary(
    (x) => x,
    (x) => x,
  ),

  add: binary(
    (x, y) => x + y,
    (x, y) => `(${x} + ${y})`,
    ([x]) => x.like(1),
    ([, y]) => y.like(1),
  ),
  sub: binary(
    (x, y) => x - y,
    (x, y) => `(${x} - ${y})`,
    ([x]) => x.like(1),
    ([, y]) => y.like(-1),
  ),
  mul: binary(
    (x, y) => x * y,
    (x, y) => `(${x} * ${y})`,
    ([, y]) => y,
    ([x]) => x,
  ),
  div: binary(
    (x, y) => x / y,
    (x, y) => `(${x} / ${y})`,
    ([, y]) => y.reciprocal(),
    ([, y], quotient) => quotient.div(y).neg(),
  ),
  pow: binary(
    Math.pow,
    (x, y) => `Math.pow(${x}, ${y})`,
    ([x, y]) => y.mul(x.pow(y.sub(1))),
    // x^y log x, whose limit for x -> 0 and y > 0 is 0.
    ([x, y], power) => x.equal(0).where(y.greater(0).where(0, x.log()), power.mul(x.log())),
  ),
  // At a tie both operands get half, so that min and max stay symmetric.
  min: binary(
    Math.min,
    (x, y) => `Math.min(${x}, ${y})`,
    ([x, y]) => x.less(y).add(x.equal(y).mul(0.5)),
    ([x, y]) => y.less(x).add(x.equal(y).mul(0.5)),
  ),
  max: binary(
    Math.max,
    (x, y) => `Math.max(${x}, ${y})`,
    ([x, y]) => x.greater(y).add(x.equal(y).mul(0.5)),
    ([x, y]) => y.greater(x).add(x.equal(y).mul(0.5)),
  ),
  // Comparisons give 1 where true and 0 where false.
  less: binary(
    (x, y) => (x < y ? 1 : 0),
    (x, y) => `(${x} < ${y} ? 1 : 0)`,
  ),
  lessEqual: binary(
    (x, y) => (x <= y ? 1 : 0),
    (x, y) => `(${x} <= ${y} ? 1 : 0)`,
  ),
  equal: binary(
    (x, y) => (x === y ? 1 : 0),
    (x, y) => `(${x} === ${y} ? 1 : 0)`,
  ),

  // The second operand where the first is not 0, else the third. Never mixes them, so a NaN in the one not taken stays out.
  where: {
    operands: 3,
    evaluate: (_, condition, yes, no) => (condition !== 0 ? yes : no),
    javascript: (_, condition, yes, no) => `(${condition} !== 0 ? ${yes} : ${no})`,
    partials: [undefined, ([condition]) => condition.where(1, 0), ([condition]) => condition.where(0, 1)],
  },
};
