// Which scalars a program needs, and how often each is read.

import { needs } from "./expand.js";
import type { Block, Entry, ScalarNode } from "./scalars.js";

/**
 * How often each node is used by what has an effect; 0 for what nobody needs. `operandsOf` says what a node's code reads where that is
 * not simply its operands.
 */
export function liveNodes(
  nodes: readonly ScalarNode[],
  top: Block,
  roots: readonly number[],
  operandsOf: (id: number) => readonly number[] = (id) => nodes[id].operands,
): number[] {
  const uses = nodes.map(() => 0);
  const stack: number[] = [];
  const use = (id: number): void => {
    uses[id]++;
    if (uses[id] === 1) stack.push(id);
  };
  const insideOf = new Map<number, number>();
  const visit = (entry: Entry): void => {
    if ("node" in entry) return;
    if ("store" in entry) {
      for (const id of needs(entry)) use(id);
      return;
    }
    // What the last turn leaves behind counts only where it is used.
    for (const { node, inside } of entry.loop.lasts) insideOf.set(node, inside);
    for (const { initial, next } of entry.loop.carries) {
      use(initial);
      use(next);
    }
    entry.loop.block.entries.forEach(visit);
  };
  top.entries.forEach(visit);
  for (const id of roots) use(id);
  while (stack.length > 0) {
    const id = stack.pop()!;
    const inside = insideOf.get(id);
    if (inside !== undefined) use(inside);
    for (const operand of operandsOf(id)) use(operand);
  }
  return uses;
}
