// Scalars: the numbers of a small graph as nodes of their own, equal ones once (hash-consing). Simplified only where the result
// keeps every bit, signs of zeros and NaN included.

import type { Attributes } from "../../graph.js";
import { elementwise } from "../../primitives.js";

/** A place in an array: of an input, an output, or what a loop collects. */
export interface Memory {
  readonly name: string;
  /** Doubles to allocate; 0 for inputs and outputs. */
  readonly length: number;
  /** Where it is filled: loads from it belong there or deeper. */
  readonly block: Block;
}

/** The code of a loop's turn, or the outermost code: what is computed there, in an order that works. */
export interface Block {
  readonly depth: number;
  readonly entries: Entry[];
}

export type Entry = { readonly node: number } | { readonly loop: ScalarLoop } | { readonly store: Store };

/** `memory[start + turn * stride] = value`; without a turn at `start`. */
export interface Store {
  readonly memory: Memory;
  readonly start: number;
  readonly stride: number;
  readonly turn?: number;
  readonly value: number;
}

export interface ScalarLoop {
  readonly count: number;
  readonly reversed: boolean;
  readonly turn: number;
  readonly block: Block;
  /** Variables that live from turn to turn. */
  readonly carries: readonly { readonly node: number; readonly initial: number; readonly next: number }[];
  /** Values of the last turn that are used after the loop: `last` nodes outside, of nodes inside. */
  readonly lasts: readonly { readonly node: number; readonly inside: number }[];
}

/**
 * A number. `op` is an elementwise primitive or one of: `constant`, `load` (start, stride; its operand, where there is one, is a turn),
 * `round` (to f32), `finiteOrZero`, and the variables `turn`, `carry`, `last`.
 */
export interface ScalarNode {
  readonly op: string;
  readonly operands: readonly number[];
  readonly block: Block;
  readonly attributes: Attributes;
  readonly value?: number;
  readonly memory?: Memory;
  readonly start?: number;
  readonly stride?: number;
}

/** Thrown when a graph turns out to hold more scalars than are worth writing out. */
export class TooManyScalars extends Error {}

export interface Scalars {
  readonly nodes: readonly ScalarNode[];
  readonly top: Block;
  constant(value: number): number;
  apply(op: string, operands: readonly number[], attributes?: Attributes): number;
  /** `value` rounded to f32. */
  round(value: number): number;
  /** Sum from 0 in order, as the interpreter adds. */
  sum(terms: readonly number[]): number;
  load(memory: Memory, start: number, stride?: number, turn?: number): number;
  variable(op: "turn" | "carry" | "last", block: Block): number;
}

const none: Attributes = {};
const commutative = new Set(["add", "mul", "equal", "min", "max"]);

/** An empty collection; `limit` is how many nodes may be made before it gives up. */
export function scalars(limit: number): Scalars {
  const nodes: ScalarNode[] = [];
  // What is known of each node's sign: that its sign bit is never set, and that it is never -0.
  const positive: boolean[] = [];
  const neverMinusZero: boolean[] = [];
  const interned = new Map<string, number>();
  const top: Block = { depth: 0, entries: [] };

  const push = (node: ScalarNode): number => {
    if (nodes.length >= limit) throw new TooManyScalars();
    const id = nodes.length;
    nodes.push(node);
    positive.push(isPositive(node));
    neverMinusZero.push(positive[id] || isNeverMinusZero(node));
    if (node.op !== "constant") node.block.entries.push({ node: id });
    return id;
  };
  const intern = (key: string, make: () => ScalarNode): number => {
    let id = interned.get(key);
    if (id === undefined) {
      id = push(make());
      interned.set(key, id);
    }
    return id;
  };
  const isPositive = ({ op, operands: [a, b], value }: ScalarNode): boolean => {
    if (op === "constant") return value! > 0 || Object.is(value, 0);
    if (alwaysPositive.has(op)) return true;
    if (op === "mul" && a === b) return true;
    if (op === "add" || op === "mul" || op === "div") return positive[a] && positive[b];
    if (op === "max") return positive[a] || positive[b];
    return (op === "sqrt" || op === "round" || op === "floor") && positive[a];
  };
  const isNeverMinusZero = ({ op, operands: [a, b], value }: ScalarNode): boolean => {
    if (op === "constant") return !Object.is(value, -0);
    // x + y is -0 only where both are; x - y only where x is -0 and y is 0.
    if (op === "add") return neverMinusZero[a] || neverMinusZero[b];
    return op === "sub" && neverMinusZero[a];
  };
  const isConstant = (id: number, value: number): boolean =>
    nodes[id].op === "constant" && Object.is(nodes[id].value, value);

  const constant = (value: number): number =>
    intern(Object.is(value, -0) ? "-0" : String(value), () => ({
      op: "constant",
      operands: [],
      block: top,
      attributes: none,
      value,
    }));

  /** A node that equals the operation bit for bit and costs less, where there is one. */
  const simplified = (op: string, [a, b, c]: readonly number[]): number | undefined => {
    switch (op) {
      case "stopGradient":
        return a;
      case "add":
        if (isConstant(b, -0) || (isConstant(b, 0) && neverMinusZero[a])) return a;
        return isConstant(a, -0) || (isConstant(a, 0) && neverMinusZero[b]) ? b : undefined;
      case "sub":
        return isConstant(b, 0) ? a : undefined;
      case "mul":
        if (isConstant(b, 1)) return a;
        if (isConstant(b, -1)) return apply("neg", [a]);
        if (isConstant(a, 1)) return b;
        return isConstant(a, -1) ? apply("neg", [b]) : undefined;
      case "div": {
        if (isConstant(b, 1)) return a;
        const divisor = nodes[b].op === "constant" ? nodes[b].value! : 0;
        return hasExactReciprocal(divisor) ? apply("mul", [a, constant(1 / divisor)]) : undefined;
      }
      case "max":
        return isConstant(a, Number.NEGATIVE_INFINITY) ? b : undefined;
      case "neg":
        return nodes[a].op === "neg" ? nodes[a].operands[0] : undefined;
      case "where":
        if (nodes[a].op === "constant") return nodes[a].value !== 0 ? b : c;
        return b === c ? b : undefined;
      case "round":
        return nodes[a].op === "round" ? a : undefined;
      default:
        return undefined;
    }
  };
  const apply = (op: string, given: readonly number[], attributes: Attributes = none): number => {
    if (given.every((id) => nodes[id].op === "constant")) {
      return constant(
        evaluateOne(
          op,
          attributes,
          given.map((id) => nodes[id].value!),
        ),
      );
    }
    const found = simplified(op, given);
    if (found !== undefined) return found;
    const operands = commutative.has(op) && given[0] > given[1] ? [given[1], given[0]] : given;
    const order = attributes.order === undefined ? "" : `#${attributes.order}`;
    return intern(`${op}${order}(${operands.join()})`, () => {
      // As far out as the operands allow: what does not change from turn to turn is computed before the loop.
      let block = top;
      for (const id of operands) if (nodes[id].block.depth > block.depth) block = nodes[id].block;
      return { op, operands, block, attributes };
    });
  };
  return {
    nodes,
    top,
    constant,
    apply,
    round: (value) => apply("round", [value]),
    sum(terms) {
      // The leading 0 matters only where every term is -0.
      let total = terms.some((id) => neverMinusZero[id]) ? constant(-0) : constant(0);
      for (const term of terms) total = apply("add", [total, term]);
      return total;
    },
    load(memory, start, stride = 0, turn) {
      const block =
        turn !== undefined && nodes[turn].block.depth > memory.block.depth ? nodes[turn].block : memory.block;
      const operands = turn === undefined ? [] : [turn];
      return intern(`load ${memory.name} ${start} ${stride} ${operands.join()}`, () => ({
        op: "load",
        operands,
        block,
        attributes: none,
        memory,
        start,
        stride,
      }));
    },
    variable: (op, block) => push({ op, operands: [], block, attributes: none }),
  };
}

const alwaysPositive = new Set(["exp", "abs", "sigmoid", "softplus", "relu", "less", "lessEqual", "equal"]);

function evaluateOne(op: string, attributes: Attributes, [a, b, c]: readonly number[]): number {
  if (op === "round") return Math.fround(a);
  if (op === "finiteOrZero") return Number.isFinite(a) ? a : 0;
  return elementwise[op].evaluate(attributes, a, b ?? 0, c ?? 0);
}

/** Is 1 / x a double without rounding, so that dividing by x and multiplying by it round the same number? True for powers of two. */
function hasExactReciprocal(x: number): boolean {
  const exponent = Math.log2(Math.abs(x));
  return Number.isInteger(exponent) && Math.abs(exponent) < 1000 && 2 ** exponent === Math.abs(x);
}
