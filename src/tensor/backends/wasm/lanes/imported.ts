// Which primitives are functions of JavaScript, called lane by lane: those that vectors have no code for, and all of them in
// programs that must agree with the interpreter to the last bit.

import type { Attributes } from "../../../graph.js";
import { elementwise } from "../../../primitives.js";
import type { FunctionReference, ModuleWriter } from "../assembler.js";
import { names } from "../math.js";
import { operations } from "./operations.js";
import { fusedRounding, type LanePlan } from "./plan.js";

/** The primitives that are computed by functions of JavaScript, lane by lane. */
export interface Imported {
  readonly functions: Record<string, (...values: number[]) => number>;
  reference(op: string, attributes: Attributes): FunctionReference | undefined;
}

/** Declares what the program needs of JavaScript, which is all that vectors have no code for; in `exact` programs all functions. */
export function importFunctions(module: ModuleWriter, plan: LanePlan, exact: boolean): Imported {
  const { program, uses } = plan;
  const functions: Imported["functions"] = {};
  const references = new Map<string, FunctionReference>();
  const nameOf = (op: string, { order }: Attributes): string => (order === undefined ? op : `${op}${order}`);
  const { nodes } = program.scalars;
  nodes.forEach((node, id) => {
    const fused = node.op === "round" && fusedRounding(nodes, plan.single, id);
    const { op, attributes } = fused ? nodes[node.operands[0]] : node;
    const name = nameOf(op, attributes);
    const isWritten = operations[op] !== undefined || (!exact && isVectorFunction(op));
    if (uses[id] === 0 || elementwise[op] === undefined || isWritten || references.has(name)) return;
    const { evaluate, operands } = elementwise[op];
    functions[name] = (a, b, c) => evaluate(attributes, a, b, c);
    const parameters = Array.from({ length: operands }, () => "f64" as const);
    references.set(name, module.imported(name, { parameters, results: ["f64"] }));
  });
  return { functions, reference: (op, attributes) => references.get(nameOf(op, attributes)) };
}

const isVectorFunction = (op: string): boolean => op === "pow" || (names as readonly string[]).includes(op);
