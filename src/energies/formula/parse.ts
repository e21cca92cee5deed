// From tokens to a traced expression, by precedence climbing (Pratt 1973, "Top down operator precedence"): there is no tree between,
// each operation becomes a tensor as it is read. Numbers are combined at once, so that x^(1/2) is a root.

import { constant, type Operand, Tensor } from "../../tensor/index.js";
import { fault, suggestion } from "./fault.js";
import { constants, functions } from "./functions.js";
import type { Token } from "./tokens.js";

/** What names stand for besides functions and constants. */
export interface Scope {
  readonly variables: ReadonlyMap<string, Tensor>;
  readonly parameters: ReadonlyMap<string, number>;
  /** Names of parameters that are lists: these need an index. */
  readonly lists: ReadonlyMap<string, number>;
}

/** How tightly operators hold; those of the sign stand between products and powers, so that -x^2 is -(x^2). */
const precedence: Readonly<Record<string, number>> = { "+": 1, "-": 1, "*": 2, "/": 2, "^": 4 };
const SIGN = 3;

/** Deeper nesting than this is no formula that anyone wrote, and would exhaust the stack. */
const DEPTH = 400;

/** The value of a formula's tokens; throws at the token that is wrong. */
export function parse(text: string, tokens: readonly Token[], scope: Scope): Operand {
  let next = 0;
  let depth = 0;

  function expression(least: number): Operand {
    if (++depth > DEPTH) fault(text, tokens[next].at, `brackets, signs and powers are nested more than ${DEPTH} deep`);
    let left = operand();
    while (true) {
      const { kind, text: symbol } = tokens[next];
      const strength = kind === "symbol" ? precedence[symbol] : undefined;
      if (strength === undefined || strength < least) break;
      next++;
      // Powers group from the right, the others from the left.
      left = combine(symbol, left, expression(symbol === "^" ? strength : strength + 1));
    }
    depth--;
    return left;
  }

  function operand(): Operand {
    const token = tokens[next++];
    if (token.kind === "number") return Number(token.text);
    if (token.kind === "name") return tokens[next].text === "(" ? call(token) : named(token);
    if (token.text === "-") return negated(expression(SIGN));
    if (token.text === "+") return expression(SIGN);
    if (token.text === "(") {
      const inside = expression(0);
      close(token);
      return inside;
    }
    return fault(text, token.at, `a number, a name or a bracket must stand here, not ${token.text}`);
  }

  function call(name: Token): Operand {
    const open = tokens[next++];
    const args: Operand[] = [];
    if (tokens[next].text !== ")") {
      args.push(expression(0));
      while (tokens[next].text === ",") {
        next++;
        args.push(expression(0));
      }
    }
    close(open);
    const found = functions.get(name.text);
    if (found === undefined) return fault(text, name.at, noFunction(name.text));
    const [fewest, most] = found.arity;
    if (args.length < fewest || args.length > most) {
      const needed = fewest === most ? `${fewest}` : `at least ${fewest}`;
      fault(text, name.at, `${name.text} takes ${needed} argument${needed === "1" ? "" : "s"}, got ${args.length}`);
    }
    return found.apply(args.map((arg) => (typeof arg === "number" ? constant(arg) : arg)));
  }

  function noFunction(name: string): string {
    const { variables, parameters } = scope;
    if (variables.has(name) || parameters.has(name) || constants.has(name)) {
      return `${name} is no function; to multiply write ${name}*(...)`;
    }
    return `there is no function ${name}${suggestion(name, functions.keys())}`;
  }

  function named({ text: name, at }: Token): Operand {
    const { variables, parameters, lists } = scope;
    const value = variables.get(name) ?? parameters.get(name) ?? constants.get(name);
    if (value !== undefined) return value;
    if (functions.has(name)) return fault(text, at, `${name} is a function and needs arguments: ${name}(...)`);
    const length = lists.get(name) ?? lists.get(name.replace(/\[.*/, ""));
    if (length !== undefined) {
      const base = name.replace(/\[.*/, "");
      return fault(text, at, `${base} is a list of ${length} numbers: ${base}[0] to ${base}[${length - 1}]`);
    }
    const known = [...variables.keys(), ...parameters.keys(), ...constants.keys()];
    return fault(text, at, `there is no name ${name}${suggestion(name, known)}`);
  }

  function close(open: Token): void {
    const token = tokens[next++];
    if (token.text === ")") return;
    if (token.kind === "end") fault(text, open.at, "this bracket is not closed");
    fault(text, token.at, `an operator, a comma or a closing bracket must stand here${instead(token)}`);
  }

  /** Numbers and names side by side look like products, which must be written. */
  function instead({ kind, text: found }: Token): string {
    return kind === "number" || kind === "name" || found === "(" ? `; to multiply write *${found}` : `, not ${found}`;
  }

  const value = expression(0);
  const rest = tokens[next];
  if (rest.text === ")") fault(text, rest.at, "this bracket was not opened");
  if (rest.kind !== "end") fault(text, rest.at, `an operator must stand here${instead(rest)}`);
  return value;
}

function negated(x: Operand): Operand {
  return typeof x === "number" ? -x : x.neg();
}

function combine(symbol: string, left: Operand, right: Operand): Operand {
  if (typeof left === "number" && typeof right === "number") return ofNumbers(symbol, left, right);
  if (left === Math.E && symbol === "^") return (right as Tensor).exp();
  const first = left instanceof Tensor ? left : (right as Tensor).like(left);
  if (symbol === "+") return first.add(right);
  if (symbol === "-") return first.sub(right);
  if (symbol === "*") return first.mul(right);
  if (symbol === "/") return first.div(right);
  return first.pow(right);
}

function ofNumbers(symbol: string, left: number, right: number): number {
  if (symbol === "+") return left + right;
  if (symbol === "-") return left - right;
  if (symbol === "*") return left * right;
  return symbol === "/" ? left / right : left ** right;
}
