// Elementwise primitives on vectors: a few instructions each, the vector mathematics, or, where neither has one, a function of
// JavaScript that is called lane by lane; so every graph compiles.

import type { Attributes, Graph, Instruction } from "../../../graph.js";
import { elementwise } from "../../../primitives.js";
import { checkedIndex } from "../../interpreter.js";
import {
  type Code,
  demote,
  demoteLow,
  type FunctionReference,
  type FunctionWriter,
  f32x4,
  f64x2,
  type ModuleWriter,
  promote,
  promoteLow,
  type VectorFloat,
} from "../assembler.js";
import { operations } from "../lanes/operations.js";
import { names, type VectorMath, vectorMath } from "../math.js";
import type { Imports, Writer } from "./writer.js";

export const vectors: Readonly<Record<"f32" | "f64", VectorFloat>> = { f32: f32x4, f64: f64x2 };

/** How many instructions a primitive takes, roughly: what decides how many vectors are in flight. */
export function weightOf(op: string): number {
  return operations[op] !== undefined || op === "cast" ? 1 : 30;
}

export interface Elements {
  /** Writes one vector of an instruction; the operands are cheap to read. `valid` lanes of it matter. */
  compute(instruction: Instruction, operands: readonly Code[], from: "f32" | "f64", valid: number): Code;
}

/** Emitters into one body. */
export function elementsIn(
  f: FunctionWriter,
  { imports, arithmetic }: Pick<Writer, "imports" | "arithmetic">,
): Elements {
  const maths: { f32?: VectorMath; f64?: VectorMath } = {};
  return {
    compute({ op, dtype, attributes }, operands, from, valid) {
      const v = vectors[dtype];
      if (op === "cast")
        return from === dtype ? operands[0] : dtype === "f64" ? promoteLow(operands[0]) : demoteLow(operands[0]);
      const [a, b = a, c = a] = operands;
      const few = operations[op];
      if (few !== undefined) return few(v, a, b, c);
      if (isMath(op)) {
        maths[dtype] ??= vectorMath(f, v, arithmetic);
        return maths[dtype][op](a, b);
      }
      return laneByLane(v, imports[importName(op, attributes)], operands, valid);
    },
  };
}

function isMath(op: string): op is keyof VectorMath {
  return (names as readonly string[]).includes(op);
}

function laneByLane(v: VectorFloat, f: FunctionReference, operands: readonly Code[], valid: number): Code {
  const { type } = v.scalar;
  const result = (lane: number): Code => {
    const value = f.call(
      ...operands.map((x) => (type === "f32" ? promote(v.extractLane(lane, x)) : v.extractLane(lane, x))),
    );
    return type === "f32" ? demote(value) : value;
  };
  let code = v.splat(result(0));
  for (let lane = 1; lane < valid; lane++) code = v.replaceLane(lane, code, result(lane));
  return code;
}

// Functions of JavaScript ---------------------------------------------------------------------------------------------

type ImportedFunction = (...values: number[]) => number;

function importName(op: string, { order }: Attributes): string {
  return order === undefined ? op : `${op}${order}`;
}

/** Declares what these graphs call; `functions` are what to instantiate the module with. */
export function importFunctions(
  module: ModuleWriter,
  graphs: readonly Graph[],
): { readonly imports: Imports; readonly functions: Record<string, ImportedFunction> } {
  const functions: Record<string, ImportedFunction> = {};
  const imports: Record<string, FunctionReference> = {};
  const declare = (name: string, operands: number, f: ImportedFunction): void => {
    if (functions[name] !== undefined) return;
    functions[name] = f;
    const parameters = Array.from({ length: operands }, () => "f64" as const);
    imports[name] = module.imported(name, { parameters, results: ["f64"] });
  };
  const visit = ({ instructions }: Graph): void => {
    for (const { op, attributes } of instructions) {
      if (attributes.loop !== undefined) visit(attributes.loop.body);
      // Called where an index is out of range, to say so.
      if (op === "gather" || op === "scatterAdd") declare(op, 2, (index, length) => checkedIndex(op, index, length));
      const rule = elementwise[op];
      if (rule === undefined || operations[op] !== undefined || isMath(op) || op === "stopGradient") continue;
      declare(importName(op, attributes), rule.operands, (a, b, c) => rule.evaluate(attributes, a, b, c));
    }
  };
  for (const graph of graphs) visit(graph);
  return { imports, functions };
}
