// The functions and constants that a formula may name.

import { stack, type Tensor } from "../../tensor/index.js";

export interface FormulaFunction {
  /** Fewest and most arguments. */
  readonly arity: readonly [number, number];
  apply(args: readonly Tensor[]): Tensor;
}

const several = Number.POSITIVE_INFINITY;

function unary(f: (x: Tensor) => Tensor): FormulaFunction {
  return { arity: [1, 1], apply: ([x]) => f(x) };
}

export const functions: ReadonlyMap<string, FormulaFunction> = new Map(
  Object.entries({
    exp: unary((x) => x.exp()),
    expm1: unary((x) => x.expm1()),
    log: unary((x) => x.log()),
    ln: unary((x) => x.log()),
    log1p: unary((x) => x.log1p()),
    sqrt: unary((x) => x.sqrt()),
    square: unary((x) => x.square()),
    abs: unary((x) => x.abs()),
    sin: unary((x) => x.sin()),
    cos: unary((x) => x.cos()),
    tan: unary((x) => x.sin().div(x.cos())),
    sinh: unary((x) => x.expm1().sub(x.neg().expm1()).mul(0.5)),
    cosh: unary((x) => x.exp().add(x.neg().exp()).mul(0.5)),
    tanh: unary((x) => x.tanh()),
    sigmoid: unary((x) => x.sigmoid()),
    softplus: unary((x) => x.softplus()),
    relu: unary((x) => x.relu()),
    erf: unary((x) => x.erf()),
    lgamma: unary((x) => x.lgamma()),
    digamma: unary((x) => x.digamma()),
    pow: { arity: [2, 2], apply: ([x, y]) => x.pow(y) },
    min: { arity: [2, several], apply: (args) => args.reduce((least, x) => least.minimum(x)) },
    max: { arity: [2, several], apply: (args) => args.reduce((most, x) => most.maximum(x)) },
    logSumExp: { arity: [1, several], apply: (args) => stack(args).logSumExp() },
  } satisfies Record<string, FormulaFunction>),
);

export const constants: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["e", Math.E],
]);
