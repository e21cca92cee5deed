// In which order, and in which loops, a graph is computed: elementwise instructions of one shape share a loop, sums of them join it,
// and each is computed as late as its first use allows, so that values live briefly and meet what uses them.

import type { Graph, Shape } from "../../graph.js";
import { elementwise } from "../../primitives.js";

/** One loop nest over `shape` that computes these elementwise instructions and reductions, or one other instruction. */
export interface Step {
  readonly kind: "group" | "single" | "padded";
  readonly shape: Shape;
  readonly members: readonly number[];
  /** Padded: the terms of a sum most of which are pads, in order. */
  readonly terms?: readonly number[];
}

export interface Schedule {
  readonly steps: readonly Step[];
  /** Of each instruction: the step that computes it; -1 where it is a view, or is never computed. */
  readonly stepOf: readonly number[];
}

/** Instructions that give another view of their operand, or no value at all. Some reshapes need a copy: see `views.ts`. */
const views = new Set("input constant reshape broadcast transpose slice windows stopGradient result".split(" "));

/** Is this an instruction whose entry i depends on the operands' entries i alone? */
export function isElementwise(op: string): boolean {
  return elementwise[op] !== undefined || op === "cast";
}

/** Reductions that can take their operand from the loop that computes it. */
export function isFusedReduction(op: string): boolean {
  return op === "sum" || op === "maxOver";
}

/** `copies`: reshapes that no view can express. */
export function scheduleOf(graph: Graph, copies: ReadonlySet<number>): Schedule {
  const { instructions } = graph;
  const users = usersOf(graph);
  const padded = paddedSums(graph, users);
  const isComputed = (k: number): boolean =>
    !padded.absorbed.has(k) && (!views.has(instructions[k].op) || copies.has(k) || instructions[k].op === "repeat");
  const operandsOf = (k: number): readonly number[] =>
    padded.terms.get(k)?.map((t) => padded.source(t)) ?? instructions[k].inputs;
  const isGrouped = (k: number): boolean =>
    !padded.terms.has(k) &&
    (isElementwise(instructions[k].op) || isFusedReduction(instructions[k].op)) &&
    isComputed(k);
  const shapeOf = (k: number): Shape =>
    isFusedReduction(instructions[k].op) ? instructions[instructions[k].inputs[0]].shape : instructions[k].shape;
  /** May `user` take `operand` from the same turn of the same loop? */
  const isDirect = (operand: number, user: number): boolean =>
    isGrouped(operand) &&
    isGrouped(user) &&
    !isFusedReduction(instructions[operand].op) &&
    keyOf(shapeOf(operand)) === keyOf(shapeOf(user));

  // As early as possible: one level further than whatever must be finished before.
  const level = instructions.map(() => -1);
  instructions.forEach((_, k) => {
    if (padded.absorbed.has(k)) return;
    let earliest = isComputed(k) ? 0 : -1;
    for (const operand of operandsOf(k)) {
      const after = !isComputed(k) || isDirect(operand, k) ? level[operand] : level[operand] + 1;
      if (after > earliest) earliest = after;
    }
    level[k] = earliest;
  });
  // Then elementwise instructions move towards their first use. A view's users are its operand's users.
  const latest = instructions.map(() => Number.POSITIVE_INFINITY);
  for (const output of graph.outputs) latest[output] = level[output];
  for (let k = instructions.length - 1; k >= 0; k--) {
    if (padded.absorbed.has(k)) continue;
    if (isGrouped(k) && !isFusedReduction(instructions[k].op) && latest[k] < Number.POSITIVE_INFINITY)
      level[k] = Math.max(level[k], latest[k]);
    for (const operand of operandsOf(k)) {
      const before = !isComputed(k) ? latest[k] : isDirect(operand, k) ? level[k] : level[k] - 1;
      if (before < latest[operand]) latest[operand] = before;
    }
  }

  const groups = new Map<string, { level: number; members: number[] }>();
  instructions.forEach((_, k) => {
    if (!isComputed(k)) return;
    const key = isGrouped(k) ? `${level[k]} ${keyOf(shapeOf(k))}` : `single ${k}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { level: level[k], members: [k] });
    else group.members.push(k);
  });
  const ordered = [...groups.values()].sort((a, b) => a.level - b.level || a.members[0] - b.members[0]);
  const steps = ordered.flatMap(({ members }) =>
    inParts(members).map((part): Step => {
      const [k] = part;
      const terms = padded.terms.get(k);
      if (terms !== undefined) return { kind: "padded", shape: instructions[k].shape, members: part, terms };
      return { kind: isGrouped(k) ? "group" : "single", shape: shapeOf(k), members: part };
    }),
  );
  const stepOf = instructions.map(() => -1);
  steps.forEach(({ members }, i) => {
    for (const k of members) stepOf[k] = i;
  });
  return { steps, stepOf };
}

/** How many operations one loop's body may hold. */
const heaviest = 200;

function inParts(members: readonly number[]): number[][] {
  const parts: number[][] = [];
  for (let i = 0; i < members.length; i += heaviest) parts.push(members.slice(i, i + heaviest));
  return parts;
}

/** How often each value is used; being an output counts. */
export function usersOf({ instructions, outputs }: Graph): number[] {
  const users = instructions.map(() => 0);
  for (const { inputs } of instructions) for (const input of inputs) users[input]++;
  for (const output of outputs) users[output]++;
  return users;
}

export interface PaddedSums {
  /** Of the last addition of such a sum: its terms in order. */
  readonly terms: ReadonlyMap<number, readonly number[]>;
  /** The pads and additions that are not computed on their own. */
  readonly absorbed: ReadonlySet<number>;
  /** What a term reads: a pad's operand, or itself. */
  source(term: number): number;
}

/**
 * Sums `((a + b) + c) + ...` with at least two pads that serve nothing else. The gradient of a function of slices is one: written out it
 * would add mostly zeros, as many as there are slices times coordinates.
 */
export function paddedSums({ instructions }: Graph, users: readonly number[]): PaddedSums {
  const terms = new Map<number, readonly number[]>();
  const absorbed = new Set<number>();
  const isOwnPad = (k: number): boolean => instructions[k].op === "pad" && users[k] === 1;
  for (let k = instructions.length - 1; k >= 0; k--) {
    if (instructions[k].op !== "add" || absorbed.has(k)) continue;
    const chain: number[] = [];
    const additions: number[] = [];
    let left = k;
    for (;;) {
      const [a, b] = instructions[left].inputs;
      chain.push(b);
      left = a;
      if (instructions[a].op !== "add" || users[a] !== 1) break;
      additions.push(a);
    }
    chain.push(left);
    chain.reverse();
    if (chain.filter(isOwnPad).length < 2) continue;
    terms.set(k, chain);
    for (const each of [...additions, ...chain.filter(isOwnPad)]) absorbed.add(each);
  }
  return { terms, absorbed, source: (term) => (absorbed.has(term) ? instructions[term].inputs[0] : term) };
}

function keyOf(shape: Shape): string {
  return shape.join(",");
}
