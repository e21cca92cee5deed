// Writes a small graph out into scalars: one node per number that it computes. Loops stay loops, whose carries are variables; what
// they read or collect turn by turn stays in arrays.

import { type Graph, type Loop, type Shape, sizeOf } from "../../graph.js";
import { elementwise } from "../../primitives.js";
import { isElementwise } from "../loops/schedule.js";
import { expandInstruction } from "./rules.js";
import {
  type Block,
  type Entry,
  type Memory,
  type ScalarLoop,
  type Scalars,
  type Store,
  scalars,
  TooManyScalars,
} from "./scalars.js";

export interface ScalarProgram {
  readonly scalars: Scalars;
  /** Arrays to allocate: what loops collect. */
  readonly memories: readonly Memory[];
  /** What the program does last. Outputs that a loop writes itself are not among them. */
  readonly outputs: readonly Output[];
}

/** Output `index` is these scalars, or a copy of this stretch of memory. */
export interface Output {
  readonly index: number;
  readonly ids?: readonly number[];
  readonly memory?: Memory;
  readonly length: number;
}

/** The numbers of a tensor: one node each, or a stretch of memory from which they are loaded when asked for. */
interface Value {
  readonly shape: Shape;
  readonly ids?: readonly number[];
  readonly stretch?: {
    readonly memory: Memory;
    readonly start: number;
    readonly stride: number;
    readonly turn?: number;
  };
}

/** The graph as scalars; undefined where it needs more than `limit` nodes, or indices that are known only when it runs. */
export function expand(graph: Graph, limit: number): ScalarProgram | undefined {
  if (elementsOfAll(graph) > limit) return undefined;
  try {
    return expandGraph(graph, limit);
  } catch (error) {
    if (error instanceof TooManyScalars) return undefined;
    throw error;
  }
}

/** How many numbers the elementwise instructions compute outside loops: without looking closer, a measure of what there is to write out. */
function elementsOfAll({ instructions }: Graph): number {
  return instructions.reduce((sum, { op, shape }) => (isElementwise(op) ? sum + sizeOf(shape) : sum), 0);
}

function expandGraph(graph: Graph, limit: number): ScalarProgram {
  const expansion: Expansion = { scalars: scalars(limit), limit, memories: [] };
  const { top } = expansion.scalars;
  const inputs = graph.inputs.map(({ shape }, i): Value => {
    return { shape, stretch: { memory: { name: `i${i}`, length: 0, block: top }, start: 0, stride: 0 } };
  });
  // A loop may collect straight into an output.
  const destinations = new Map<number, number>();
  graph.outputs.forEach((k, i) => {
    if (graph.instructions[k].op === "result" && !destinations.has(k)) destinations.set(k, i);
  });
  const values = expandInstructions(expansion, graph, inputs, top, destinations);
  const outputs: Output[] = [];
  graph.outputs.forEach((k, index) => {
    const { ids, stretch } = values[k];
    const length = sizeOf(values[k].shape);
    if (ids !== undefined) outputs.push({ index, ids, length });
    else if (stretch!.memory.name !== `o${index}`) outputs.push({ index, memory: stretch!.memory, length });
  });
  return { scalars: expansion.scalars, memories: expansion.memories, outputs };
}

interface Expansion {
  readonly scalars: Scalars;
  readonly limit: number;
  readonly memories: Memory[];
}

function expandInstructions(
  expansion: Expansion,
  graph: Graph,
  inputs: readonly Value[],
  block: Block,
  destinations: ReadonlyMap<number, number>,
): Value[] {
  const values: Value[] = [];
  const loops = new Map<number, Value[]>();
  const nothing: Value = { shape: [], ids: [] };
  graph.instructions.forEach((instruction, k) => {
    const { op, shape, attributes } = instruction;
    if (op === "input") values.push(inputs[attributes.index!]);
    else if (op === "repeat") {
      const into: (number | undefined)[] = [];
      for (const [result, output] of destinations) {
        const { inputs: from, attributes: which } = graph.instructions[result];
        if (from[0] === k) into[which.index!] = output;
      }
      loops.set(
        k,
        expandLoop(
          expansion,
          attributes.loop!,
          instruction.inputs.map((i) => values[i]),
          block,
          into,
        ),
      );
      values.push(nothing);
    } else if (op === "result") values.push(loops.get(instruction.inputs[0])![attributes.index!]);
    else if (op === "reshape" && values[instruction.inputs[0]].stretch !== undefined) {
      values.push({ ...values[instruction.inputs[0]], shape });
    } else {
      if (sizeOf(shape) > expansion.limit) throw new TooManyScalars();
      const operands = instruction.inputs.map((i) => elementsOf(expansion, values[i]));
      const shapes = instruction.inputs.map((i) => graph.instructions[i].shape);
      values.push({ shape, ids: expandInstruction(expansion.scalars, instruction, operands, shapes) });
    }
  });
  return values;
}

function elementsOf({ scalars: s, limit }: Expansion, { shape, ids, stretch }: Value): readonly number[] {
  if (ids !== undefined) return ids;
  const length = sizeOf(shape);
  if (length > limit) throw new TooManyScalars();
  const { memory, start, stride, turn } = stretch!;
  return Array.from({ length }, (_, i) => s.load(memory, start + i, stride, turn));
}

// Loops ------------------------------------------------------------------------------------------------------------

function expandLoop(
  expansion: Expansion,
  loop: Loop,
  operands: readonly Value[],
  parent: Block,
  into: readonly (number | undefined)[],
): Value[] {
  const { scalars: s } = expansion;
  const { count, carries, sequences, reversed, body, results } = loop;
  if (count === 0) return results.map(({ shape }, c) => (c < carries ? operands[c] : { shape, ids: [] }));

  const initial = operands.slice(0, carries).map((operand) => elementsOf(expansion, operand));
  const stretches = operands.slice(carries, carries + sequences).map((operand) => inMemory(expansion, operand, parent));
  const block: Block = { depth: parent.depth + 1, entries: [] };
  const turn = s.variable("turn", block);
  const carried = initial.map((ids) => ids.map(() => s.variable("carry", block)));
  const entries = stretches.map(({ memory, start }, e): Value => {
    const { shape } = body.inputs[carries + e];
    return { shape, stretch: { memory, start, stride: sizeOf(shape), turn } };
  });
  const inputs: Value[] = [
    ...carried.map((ids, c) => ({ shape: body.inputs[c].shape, ids })),
    ...entries,
    ...operands.slice(carries + sequences),
    { shape: [], ids: [turn] },
  ];
  const values = expandInstructions(expansion, body, inputs, block, new Map());
  const outputs = body.outputs.map((k) => elementsOf(expansion, values[k]));

  const collected = outputs.slice(carries).map((ids, c): Value => {
    const { shape } = results[carries + c];
    const memory = allocate(expansion, parent, sizeOf(shape), into[carries + c]);
    ids.forEach((value, i) => {
      block.entries.push({ store: { memory, start: i, stride: ids.length, turn, value } });
    });
    return { shape, stretch: { memory, start: 0, stride: 0 } };
  });
  const all = carried.flatMap((ids, c) =>
    ids.map((node, i) => ({ node, initial: initial[c][i], next: outputs[c][i] })),
  );
  const { kept, after } = afterLast(s, all, block, parent, stores(block));
  const scalarLoop: ScalarLoop = { count, reversed, turn, block, carries: kept, lasts: after.lasts };
  after.finish(() => parent.entries.push({ loop: scalarLoop }));
  let next = 0;
  const last = carried.map((ids, c): Value => ({ shape: results[c].shape, ids: ids.map(() => after.finals[next++]) }));
  return [...last, ...collected];
}

/** The value as a stretch of memory, stored there if need be, so that a turn's number can choose among its entries. */
function inMemory(expansion: Expansion, value: Value, block: Block): { memory: Memory; start: number } {
  const { stretch } = value;
  if (stretch !== undefined && stretch.turn === undefined) return stretch;
  const ids = elementsOf(expansion, value);
  const memory = allocate(expansion, block, ids.length, undefined);
  ids.forEach((id, i) => {
    block.entries.push({ store: { memory, start: i, stride: 0, value: id } });
  });
  return { memory, start: 0 };
}

function allocate({ memories }: Expansion, block: Block, length: number, output: number | undefined): Memory {
  if (output !== undefined) return { name: `o${output}`, length: 0, block };
  const memory: Memory = { name: `m${memories.length}`, length, block };
  memories.push(memory);
  return memory;
}

type Carry = ScalarLoop["carries"][number];

/**
 * Parts the carries into those that a turn reads and those that matter only after the last turn. The latter (such as the energy
 * after a trajectory) are computed once, behind the loop, from what the last turn leaves behind.
 */
function afterLast(
  s: Scalars,
  carries: readonly Carry[],
  block: Block,
  parent: Block,
  stored: readonly number[],
): {
  kept: Carry[];
  after: { finals: number[]; lasts: { node: number; inside: number }[]; finish(pushLoop: () => void): void };
} {
  const everything = reached(s, [...stored, ...carries.map(({ next }) => next)], block);
  const kept = carries.filter(({ node }) => everything.has(node));
  const inside = reached(s, [...stored, ...kept.map(({ next }) => next)], block);

  const lasts: { node: number; inside: number }[] = [];
  const byInside = new Map<number, number>();
  const finals: number[] = [];
  const lastOf = (id: number): number => {
    let node = byInside.get(id);
    if (node === undefined) {
      node = s.variable("last", parent);
      byInside.set(id, node);
      lasts.push({ node, inside: id });
    }
    return node;
  };
  // Entries behind the loop must not come before it: they are taken off and put back once the loop is there.
  const before = parent.entries.length;
  const behind = (id: number): number => {
    const node = s.nodes[id];
    if (node.block !== block) return id;
    const computable = node.op === "round" || node.op === "finiteOrZero" || elementwise[node.op] !== undefined;
    if (inside.has(id) || !computable) return lastOf(id);
    return s.apply(node.op, node.operands.map(behind), node.attributes);
  };
  for (const { node, next } of carries) {
    finals.push(everything.has(node) ? lastOf(next) : behind(next));
  }
  const finish = (pushLoop: () => void): void => {
    const tail = parent.entries.splice(before);
    pushLoop();
    parent.entries.push(...tail);
  };
  return { kept, after: { finals, lasts, finish } };
}

function stores(block: Block): number[] {
  const values: number[] = [];
  for (const entry of block.entries) {
    if ("store" in entry) values.push(entry.store.value);
    // An inner loop is computed whole, whatever becomes of its results.
    if ("loop" in entry) values.push(...needs(entry));
  }
  return values;
}

/** What an entry needs computed before it. */
export function needs(entry: Entry): readonly number[] {
  if ("node" in entry) return [];
  if ("store" in entry) return storeNeeds(entry.store);
  const { carries, lasts, block } = entry.loop;
  return [
    ...carries.flatMap(({ initial, next }) => [initial, next]),
    ...lasts.map(({ inside }) => inside),
    ...block.entries.flatMap(needs),
  ];
}

function storeNeeds({ value, turn }: Store): number[] {
  return turn === undefined ? [value] : [value, turn];
}

/** The nodes of this block, or deeper ones, that the given ones are computed from, themselves included. */
function reached({ nodes }: Scalars, from: readonly number[], block: Block): Set<number> {
  const found = new Set<number>();
  const stack = [...from];
  while (stack.length > 0) {
    const id = stack.pop()!;
    if (found.has(id) || nodes[id].block.depth < block.depth) continue;
    found.add(id);
    stack.push(...nodes[id].operands);
  }
  return found;
}
