// Energies written as text: `energies.formula("(1 - x)^2 + 10*(y - x^2)^2")`.

import { finiteNumber, finiteVector, knownOptions, refuse } from "../../arguments/index.js";
import { constant, type Tensor } from "../../tensor/index.js";
import { readConstraints } from "../constraints.js";
import type { Energy } from "../energy.js";
import { type EnergyOptions, energy } from "../traced.js";
import { constants, functions } from "./functions.js";
import { parse, type Scope } from "./parse.js";
import { type Token, tokensOf } from "./tokens.js";

const where = "energies.formula";

export interface FormulaOptions extends Pick<EnergyOptions, "constraints" | "exact"> {
  /** Names of the coordinates, in order. Where left out, every unknown name is one, in the order in which they appear. */
  readonly variables?: readonly string[];
  /** Names with a value: a number, or a list whose entries are written `name[0]`, `name[1]`, ... */
  readonly parameters?: Readonly<Record<string, number | ArrayLike<number>>>;
}

/**
 * The energy that a formula states, traced like any other: its gradient is derived, it travels to workers, and `names` are its variables.
 *
 * There are + - * / ^ (or **, grouping from the right; -x^2 is -(x^2)), brackets, decimal numbers, pi and e, and the functions exp, expm1, log
 * (ln), log1p, sqrt, square, abs, sin, cos, tan, sinh, cosh, tanh, sigmoid, softplus, relu, erf, lgamma, digamma, pow(x, y), and, of several
 * arguments, min, max and logSumExp. Variables may have numbers or indices, x1 or x[0]; those of one letter stay together, by number.
 *
 * Throws where the text is no formula, showing the column; where a name is unknown or a function has too few or too many arguments; and
 * where a variable does not occur, for the law would be flat along it.
 * @example energies.formula("(1 - x)^2 + b*(y - x^2)^2", { parameters: { b: 10 } }).value(Float64Array.of(1, 2)) // 10
 */
export function formula(text: string, options: FormulaOptions = {}): Energy {
  if (typeof text !== "string") refuse(where, "text", "a formula such as x^2 + y^2", text);
  knownOptions(where, options, ["variables", "parameters", "constraints", "exact"]);
  const tokens = tokensOf(text);
  const { parameters, lists } = readParameters(options.parameters ?? {});
  const occurring = namesIn(tokens);
  const unknown = (name: string): boolean =>
    !parameters.has(name) && !lists.has(stemOf(name)) && !constants.has(name) && !functions.has(name);
  const given = options.variables;
  const names = given === undefined ? inOrder(occurring.filter(unknown)) : readVariables(given, parameters, lists);
  const build = (q: Tensor | undefined) => {
    const variables = new Map(names.map((name, i) => [name, q === undefined ? constant(0) : q.at(i)]));
    return parse(text, tokens, { variables, parameters, lists });
  };
  if (names.length === 0) {
    build(undefined);
    throw new RangeError(`${where}: ${JSON.stringify(text)} has no variable, and so no law`);
  }
  const { constraints, exact } = options;
  const traced = energy(
    names.length,
    (q) => {
      const value = build(q);
      return typeof value === "number" ? constant(value) : value;
    },
    { names, constraints, exact },
  );
  refuseFlat(names, occurring, constraints);
  return traced;
}

/** Names that no bracket follows, as often as they stand there. */
function namesIn(tokens: readonly Token[]): string[] {
  return tokens.filter(({ kind }, i) => kind === "name" && tokens[i + 1].text !== "(").map(({ text }) => text);
}

/** Each name once, where its stem first appears; names of one stem by their numbers. */
function inOrder(names: readonly string[]): string[] {
  const families = new Map<string, Set<string>>();
  for (const name of names) {
    const family = name.replace(/\d+(\]?)$/, "#$1");
    families.set(family, (families.get(family) ?? new Set()).add(name));
  }
  const numberOf = (name: string): number => Number(/(\d+)\]?$/.exec(name)?.[1] ?? 0);
  return [...families.values()].flatMap((family) => [...family].sort((a, b) => numberOf(a) - numberOf(b)));
}

function stemOf(name: string): string {
  return name.replace(/\[.*/, "");
}

function readParameters(given: object): Pick<Scope, "parameters" | "lists"> {
  if (typeof given !== "object" || given === null) refuse(where, "parameters", "an object such as { a: 1 }", given);
  const parameters = new Map<string, number>();
  const lists = new Map<string, number>();
  for (const [name, value] of Object.entries(given)) {
    checkName("parameters", name);
    if (typeof value === "number") {
      parameters.set(name, finiteNumber(where, `parameters.${name}`, value));
    } else {
      const entries = finiteVector(where, `parameters.${name}`, value);
      lists.set(name, entries.length);
      entries.forEach((entry, i) => parameters.set(`${name}[${i}]`, entry));
    }
  }
  return { parameters, lists };
}

function readVariables(
  given: readonly string[],
  parameters: Scope["parameters"],
  lists: Scope["lists"],
): readonly string[] {
  if (!Array.isArray(given) || given.length === 0) refuse(where, "variables", "a list of names", given);
  return given.map((name, i) => {
    if (typeof name !== "string") refuse(where, `variables[${i}]`, "a name", name);
    checkName("variables", name);
    if (parameters.has(name) || lists.has(name)) {
      throw new RangeError(`${where}: ${name} is among the variables and among the parameters, and can be only one`);
    }
    if (given.indexOf(name) < i) throw new RangeError(`${where}: ${name} is among the variables twice`);
    return name;
  });
}

function checkName(list: string, name: string): void {
  if (!/^[\p{L}_][\p{L}\p{Nd}_]*(\[(0|[1-9]\d*)\])?$/u.test(name)) {
    refuse(where, list, "names of letters, digits and _, with an index at most", name);
  }
  if (functions.has(name)) throw new RangeError(`${where}: ${name} is a function and cannot be among the ${list}`);
}

/** A variable that does not occur has a law only if it cannot leave an interval. */
function refuseFlat(
  names: readonly string[],
  occurring: readonly string[],
  constraints: EnergyOptions["constraints"],
): void {
  const data = constraints === undefined ? undefined : readConstraints(where, names.length, constraints);
  names.forEach((name, i) => {
    if (occurring.includes(name)) return;
    const bounded = data !== undefined && Number.isFinite(data.upper[i] - data.lower[i]);
    if (bounded || data?.simplex.includes(i)) return;
    throw new RangeError(`${where}: ${name} does not occur, and without bounds the law would be flat along it`);
  });
}
