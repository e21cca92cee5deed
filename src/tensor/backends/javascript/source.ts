// Text of generated programs: numbers as literals, elementwise primitives as expressions, and the way from text to a
// function.

import type { Instruction } from "../../graph.js";
import { elementwise } from "../../primitives.js";
import { erf, exp, lgamma, polygamma, sigmoid, softplus } from "../../special/index.js";
import { checkedIndex } from "../interpreter.js";
import { needsRounding } from "../scalars/rounding.js";
import { choleskyInto, triangularSolveInto } from "./kernels.js";

/** What generated text may name besides its own variables and `Math`. */
const scope = { erf, exp, lgamma, polygamma, sigmoid, softplus, checkedIndex, choleskyInto, triangularSolveInto };

/**
 * The value of a function body, run with `given` in scope. `new Function` and not `eval`: the text sees the names passed to
 * it and globals, nothing of this module. It is built from a graph's numbers and primitive names alone, never from a user's
 * strings. Every call makes a function of its own, whose types V8 learns apart from all others.
 */
export function build<T>(body: string, given: Readonly<Record<string, unknown>>): T {
  const names = { ...scope, ...given };
  return new Function(...Object.keys(names), `"use strict";\n${body}`)(...Object.values(names));
}

/** The shortest literal that reads back as the same double; parenthesised where a sign would meet another operator. */
export function literal(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value < 0 || Object.is(value, -0) ? `(-${literal(-value)})` : String(value);
}

/** One entry of an elementwise instruction as an expression of its operands' texts, rounded to its dtype. */
export function elementExpression(
  { op, dtype, attributes }: Pick<Instruction, "op" | "dtype" | "attributes">,
  operands: readonly string[],
): string {
  const text =
    op === "cast" ? operands[0] : elementwise[op].javascript(attributes, operands[0], operands[1], operands[2]);
  return needsRounding(op, dtype) ? `Math.fround(${text})` : text;
}

const mark = "\u0001";

/** Does the primitive's text name an operand more than once? Such an operand needs a variable of its own. */
export function repeatsOperand(op: string): boolean {
  let repeats = repeating.get(op);
  if (repeats === undefined) {
    const text = (k: number): string => elementwise[op].javascript({ order: 0 }, ...marked(k));
    repeats = elementwise[op] !== undefined && [0, 1, 2].some((k) => text(k).split(mark).length > 2);
    repeating.set(op, repeats);
  }
  return repeats;
}

const repeating = new Map<string, boolean>();

function marked(k: number): [string, string, string] {
  const operands: [string, string, string] = ["", "", ""];
  operands[k] = mark;
  return operands;
}
