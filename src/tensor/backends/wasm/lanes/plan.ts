// What must be known of every scalar before vectors are written: its precision, whether columns differ in it, who reads it, and how
// many vectors may be on their way at once.

import { elementwise } from "../../../primitives.js";
import { needs, type ScalarProgram } from "../../scalars/expand.js";
import { liveNodes } from "../../scalars/live.js";
import type { Block, Memory, ScalarLoop, ScalarNode } from "../../scalars/scalars.js";
import { operations } from "./operations.js";

export interface LanePlan {
  readonly program: ScalarProgram;
  /** Held in vectors of f32, which hold it exactly. False for all where nothing is of that precision. */
  readonly single: readonly boolean[];
  /** Equal in all columns. */
  readonly uniform: readonly boolean[];
  /** How often the code reads it; 0 for what nobody needs. */
  readonly uses: readonly number[];
  /** Columns come in these numbers: as many as the narrowest numbers in use fill a vector with. */
  readonly unit: 2 | 4;
  /** What the code of a node reads: see `fusedRounding` and `fusedCondition`. */
  operandsOf(id: number): readonly number[];
}

/** What a memory holds: `single` its precision, `shared` that it has no columns. Everything that loops collect in is `f64`. */
export interface Held {
  readonly single: boolean;
  readonly shared: boolean;
}

export function lanePlan(program: ScalarProgram, held: (memory: Memory) => Held, hasSingle: boolean): LanePlan {
  const { nodes, top } = program.scalars;
  const single: boolean[] = nodes.map(() => hasSingle);
  const uniform: boolean[] = nodes.map(() => true);
  const loops = allLoops(top);
  const sources = new Map<number, readonly number[]>();
  for (const { carries, lasts } of loops) {
    for (const { node, initial, next } of carries) sources.set(node, [initial, next]);
    for (const { node, inside } of lasts) sources.set(node, [inside]);
  }
  // A carry is what its first and its next value are, and these may depend on it: start from the best and take back.
  for (let changed = true; changed; ) {
    changed = false;
    nodes.forEach((node, id) => {
      const from = sources.get(id) ?? node.operands;
      const isUniform = from.every((i) => uniform[i]) && (node.memory === undefined || held(node.memory).shared);
      const isSingle = hasSingle && holdsSingle(node, from, single, held);
      if (isUniform === uniform[id] && isSingle === single[id]) return;
      uniform[id] = isUniform;
      single[id] = isSingle;
      changed = true;
    });
  }
  const operandsOf = (id: number): readonly number[] => {
    const { op, operands } = nodes[id];
    if (op === "round" && fusedRounding(nodes, single, id)) return nodes[operands[0]].operands;
    if (op === "where" && fusedCondition(nodes, id)) return [...nodes[operands[0]].operands, operands[1], operands[2]];
    return operands;
  };
  const roots = program.outputs.flatMap(({ ids }) => ids ?? []);
  const uses = liveNodes(nodes, top, roots, operandsOf);
  return { program, single, uniform, uses, unit: hasSingle ? 4 : 2, operandsOf };
}

/**
 * Is `round(op(...))` computed as the operation in f32? Sums, products, quotients and roots of f32 numbers may be: 53 bits are more than
 * 2 * 24 + 1, so rounding twice is rounding once (Figueroa 1995).
 */
export function fusedRounding(nodes: readonly ScalarNode[], single: readonly boolean[], id: number): boolean {
  const { op, operands } = nodes[nodes[id].operands[0]];
  return elementwise[op] !== undefined && operands.every((operand) => single[operand]);
}

export const comparisons: ReadonlySet<string> = new Set(["less", "lessEqual", "equal"]);

/** Does `where` take the bits of its comparison as they are, without a detour by 1 and 0? */
export function fusedCondition(nodes: readonly ScalarNode[], id: number): boolean {
  return comparisons.has(nodes[nodes[id].operands[0]].op);
}

const keepsSingle = new Set([
  "neg",
  "abs",
  "sign",
  "floor",
  "relu",
  "min",
  "max",
  "where",
  "finiteOrZero",
  ...comparisons,
]);

function holdsSingle(
  { op, value, memory }: ScalarNode,
  from: readonly number[],
  single: readonly boolean[],
  held: (memory: Memory) => Held,
): boolean {
  if (op === "constant") return Number.isNaN(value) || Math.fround(value!) === value;
  if (op === "load") return held(memory!).single;
  if (op === "round") return true;
  return op !== "turn" && (keepsSingle.has(op) || op === "carry" || op === "last") && from.every((i) => single[i]);
}

export function allLoops(block: Block): ScalarLoop[] {
  return block.entries.flatMap((entry) => ("loop" in entry ? [entry.loop, ...allLoops(entry.loop.block)] : []));
}

/** How much code there is, in operations, each turn of a loop counted once. */
export function operationsOf({ program, uses }: LanePlan): number {
  const { nodes } = program.scalars;
  return nodes.reduce((sum, { op }, id) => {
    if (uses[id] === 0 || isFree(op)) return sum;
    return sum + (operations[op] === undefined && op !== "round" ? functionOperations : 1);
  }, 0);
}

/** A function such as exp is worth about so many operations. */
const functionOperations = 10;

function isFree(op: string): boolean {
  return op === "constant" || op === "load" || isVariable(op);
}

export function isVariable(op: string): boolean {
  return op === "turn" || op === "carry" || op === "last";
}

/** The largest number of vectors, one per column group, that are alive at one place of the program. */
export function pressureOf(plan: LanePlan): number {
  const { program, uses, uniform } = plan;
  const { nodes, top } = program.scalars;
  // Places in the order of the code: where each node comes to life and where it is read last.
  const born = new Map<number, number>();
  const dies = new Map<number, number>();
  let place = 0;
  const read = (id: number): void => {
    if (nodes[id].op !== "constant" && !uniform[id]) dies.set(id, place);
  };
  const make = (id: number): void => {
    if (!uniform[id]) born.set(id, place);
  };
  const visit = (block: Block): void => {
    for (const entry of block.entries) {
      place++;
      if ("node" in entry) {
        if (uses[entry.node] === 0 || born.has(entry.node)) continue;
        for (const id of plan.operandsOf(entry.node)) read(id);
        make(entry.node);
      } else if ("store" in entry) read(entry.store.value);
      else {
        const { carries, lasts, block: body } = entry.loop;
        const start = place;
        for (const { node, initial } of carries) {
          read(initial);
          make(node);
        }
        visit(body);
        place++;
        for (const id of needs(entry)) read(id);
        // What a turn reads from outside must last for the next turn, and carries are never dead.
        for (const [id, at] of dies) if (at >= start && (born.get(id) ?? place) < start) dies.set(id, place);
        for (const { node } of carries) dies.set(node, place);
        for (const { node } of lasts) make(node);
      }
    }
  };
  visit(top);
  place++;
  for (const { ids } of program.outputs) for (const id of ids ?? []) read(id);

  const change = new Int32Array(place + 2);
  for (const [id, at] of born) {
    change[at]++;
    change[Math.max(at, dies.get(id) ?? at) + 1]--;
  }
  let alive = 0;
  let most = 0;
  for (const step of change) {
    alive += step;
    most = Math.max(most, alive);
  }
  return most;
}
