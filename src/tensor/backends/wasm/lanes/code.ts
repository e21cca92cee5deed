// The function that runs a scalar program on all columns: groups of columns, several vectors each, with the program's own loops
// inside. Vectors of one group do not wait for each other, which hides the time that each operation takes to finish.

import type { Arithmetic, Attributes } from "../../../graph.js";
import type { Output } from "../../scalars/expand.js";
import type { Block, ScalarLoop, ScalarNode } from "../../scalars/scalars.js";
import {
  block,
  brIf,
  type Code,
  countedLoop,
  demote,
  type FunctionReference,
  type FunctionWriter,
  f32x4,
  f64,
  f64x2,
  i32,
  type Local,
  loop,
  type ModuleWriter,
  promote,
  v128,
} from "../assembler.js";
import { type VectorMath, vectorMath } from "../math.js";
import type { Imported } from "./imported.js";
import type { Layout } from "./layout.js";
import { masks, operations, vectorOf } from "./operations.js";
import { fusedCondition, fusedRounding, isVariable, type LanePlan } from "./plan.js";
import { laneValues, type Values } from "./values.js";

export interface RunOptions {
  readonly width: number;
  readonly columns: number;
  readonly arithmetic: Arithmetic | undefined;
}

/** Writes `run` for `width` columns, in groups of at most `columns`. */
export function writeRun(
  module: ModuleWriter,
  plan: LanePlan,
  layout: Layout,
  imported: Imported,
  { width, columns, arithmetic }: RunOptions,
): void {
  module.function({ name: "run" }, (f) => {
    const groups = Math.floor(width / columns);
    const rest = width - groups * columns;
    const byteOffset = f.local("i32");
    const halfOffset = f.local("i32");
    const offset = { 4: halfOffset.get, 8: byteOffset.get };
    const scribe = scribeOf(f, arithmetic);
    const shared = laneValues(f, plan, layout, { count: columns, existing: columns, offset });
    const writing: Writing = { f: scribe, plan, values: shared, imported };
    writeShared(writing);

    const group = (count: number, existing: number): Code[] =>
      scribe.apart(() => {
        scribe.add(halfOffset.set(i32.shiftRightUnsigned(byteOffset.get, i32.constant(1))));
        const values = laneValues(f, plan, layout, { count, existing, offset }, shared.held);
        writeGroup({ ...writing, values });
      });
    if (groups > 0) {
      const end = i32.constant(groups * columns * 8);
      f.add(countedLoop(byteOffset, i32.constant(0), end, columns * 8, group(columns, columns)));
    }
    if (rest > 0) {
      f.add(byteOffset.set(i32.constant(groups * columns * 8)));
      f.add(...group(Math.ceil(rest / plan.unit) * plan.unit, rest));
    }
  });
}

/** What is written, and for which columns. */
interface Writing {
  readonly f: Scribe;
  readonly plan: LanePlan;
  readonly values: Values;
  readonly imported: Imported;
}

/** Writes one function, parts of it apart, such as the body of a loop. */
interface Scribe extends FunctionWriter {
  /** The statements that `write` adds. */
  apart(write: () => void): Code[];
  math(single: boolean): VectorMath;
}

function scribeOf(f: FunctionWriter, arithmetic: Arithmetic | undefined): Scribe {
  let statements: Code[] | undefined;
  const writer: FunctionWriter = {
    ...f,
    add(...more) {
      if (statements === undefined) f.add(...more);
      else statements.push(...more);
    },
  };
  const [double, single] = [f64x2, f32x4].map((v) => vectorMath(writer, v, arithmetic));
  return {
    ...writer,
    apart(write) {
      const outside = statements;
      const own: Code[] = [];
      statements = own;
      write();
      statements = outside;
      return own;
    },
    math: (asSingle) => (asSingle ? single : double),
  };
}

/** What all columns share and no loop changes, computed once. */
function writeShared(writing: Writing): void {
  const { plan, values } = writing;
  const { nodes, top } = plan.program.scalars;
  const known = (id: number): boolean => {
    const { op } = nodes[id];
    return (
      op === "constant" || values.has(id) || (op === "load" && plan.uniform[id] && nodes[id].operands.length === 0)
    );
  };
  for (const entry of top.entries) {
    if (!("node" in entry) || plan.uses[entry.node] === 0) continue;
    const { op } = nodes[entry.node];
    if (op === "load" || isVariable(op) || !plan.operandsOf(entry.node).every(known)) continue;
    writeNode(writing, entry.node);
  }
}

function writeGroup(writing: Writing): void {
  const { scalars, outputs } = writing.plan.program;
  writeBlock(writing, scalars.top);
  for (const output of outputs) writeOutput(writing, output);
}

function writeBlock(writing: Writing, { entries }: Block): void {
  const { f, plan, values } = writing;
  for (const entry of entries) {
    if ("node" in entry) {
      if (plan.uses[entry.node] > 0 && !values.has(entry.node)) writeNode(writing, entry.node);
    } else if ("store" in entry) {
      const { memory, start, stride, turn, value } = entry.store;
      const row = { start, stride, counter: values.counterOf(turn) };
      f.add(...values.store(memory.name, row, (single, w) => values.get(value, single, w)));
    } else writeLoop(writing, entry.loop);
  }
}

// Nodes ------------------------------------------------------------------------------------------------------------

function writeNode({ f, plan, values, imported }: Writing, id: number): void {
  const { program, single, uniform } = plan;
  const { nodes } = program.scalars;
  const { op, operands, attributes, memory, start, stride } = nodes[id];
  if (isVariable(op) || (op === "load" && uniform[id])) return;
  const v = vectorOf(single[id]);
  const read = (k: number, w: number): Code => values.get(k, single[id], w);

  const compute = (w: number): Code => {
    if (op === "load") {
      const row = { start: start!, stride: stride!, counter: values.counterOf(operands[0]) };
      return values.load(memory!.name, row, single[id], w);
    }
    if (op === "round") {
      const from = nodes[operands[0]];
      if (!fusedRounding(nodes, single, id)) return read(operands[0], w);
      return apply(
        from.op,
        from.attributes,
        from.operands.map((k) => read(k, w)),
      );
    }
    if (op === "where" && fusedCondition(nodes, id)) {
      const { op: comparison, operands: sides } = nodes[operands[0]];
      const mask = masks[comparison](v, read(sides[0], w), read(sides[1], w));
      return v128.bitSelect(mask, read(operands[1], w), read(operands[2], w));
    }
    return apply(
      op,
      attributes,
      operands.map((k) => read(k, w)),
    );
  };
  const apply = (name: string, given: Attributes, codes: readonly Code[]): Code => {
    if (operations[name] !== undefined) return operations[name](v, codes[0], codes[1], codes[2]);
    const call = imported.reference(name, given);
    return call === undefined
      ? (f.math(single[id])[name as keyof VectorMath] as (...operands: readonly Code[]) => Code)(...codes)
      : laneByLane(f, call, single[id], codes);
  };
  const computed = Array.from({ length: values.vectorsOf(id) }, (_, w) => compute(w));
  values.declare(id).forEach((local, w) => f.add(local.set(computed[w])));
}

/** A function of doubles applied to each lane. */
function laneByLane(f: FunctionWriter, call: FunctionReference, single: boolean, operands: readonly Code[]): Code {
  const v = vectorOf(single);
  const result = f.local("v128");
  for (let lane = 0; lane < v.lanes; lane++) {
    const given = operands.map((code) => v.extractLane(lane, code));
    const value = single ? demote(call.call(...given.map(promote))) : call.call(...given);
    f.add(result.set(lane === 0 ? v.splat(value) : v.replaceLane(lane, result.get, value)));
  }
  return result.get;
}

// Loops ------------------------------------------------------------------------------------------------------------

function writeLoop(writing: Writing, turns: ScalarLoop): void {
  const { f, plan, values } = writing;
  const { single, uses, program } = plan;
  const { count, reversed, turn, block: body, carries, lasts } = turns;
  const counter = f.local("i32");
  const vectors = (of: number, as: number): Code[] =>
    Array.from({ length: values.vectorsOf(as) }, (_, w) => values.get(of, single[as], w));
  const begin = (node: number, initial: number): readonly Local[] => {
    // Read before it is declared: an inner loop's carry may start as an outer one's.
    const first = vectors(initial, node);
    const locals = values.declare(node);
    locals.forEach((local, w) => f.add(local.set(first[w])));
    return locals;
  };
  const carried = carries.map((carry) => ({ ...carry, locals: begin(carry.node, carry.initial) }));
  const kept = lasts
    .filter(({ node }) => uses[node] > 0)
    .map((last) => {
      // After no turn at all, where `bound` ends the loop at once, it is what the carry started with.
      const source = carries.find(({ next }) => next === last.inside);
      return { ...last, locals: source ? begin(last.node, source.initial) : values.declare(last.node) };
    });
  values.countTurn(turn, counter);
  const turnNumber = values.declare(turn)[0];

  const statements = f.apart(() => {
    f.add(turnNumber.set(f64x2.splat(f64.fromI32(counter.get))));
    const bound = boundOf(program.scalars.nodes, turns);
    if (bound !== undefined) f.add(brIf(1, i32.isZero(v128.anyTrue(values.goingOn(turn, bound)))));
    writeBlock(writing, body);
    for (const { node, inside, locals } of kept) {
      vectors(inside, node).forEach((code, w) => f.add(locals[w].set(code)));
    }
    // All next values are on the stack before the first carry changes.
    const changing = carried.filter(({ node, next }) => next !== node);
    for (const { node, next } of changing) f.add(...vectors(next, node));
    for (const local of changing.flatMap(({ locals }) => locals).reverse()) f.add(local.set([]));
  });

  const step = i32.constant(reversed ? -1 : 1);
  const beyond = i32.constant(reversed ? -1 : count);
  f.add(
    counter.set(i32.constant(reversed ? count - 1 : 0)),
    block(loop(...statements, brIf(0, i32.notEqual(counter.tee(i32.add(counter.get, step)), beyond)))),
  );
}

/**
 * The scalar from which on turns change nothing: every carry becomes `where(turn < bound, next, carry)`. The loop ends once no
 * column is below it; trajectories of different lengths are written like this.
 */
function boundOf(nodes: readonly ScalarNode[], { turn, reversed, block: body, carries, lasts }: ScalarLoop) {
  const conditions = new Set(
    carries.map(({ node, next }) => {
      const { op, operands } = nodes[next];
      return op === "where" && operands[2] === node ? operands[0] : -1;
    }),
  );
  const [condition] = conditions;
  if (reversed || conditions.size !== 1 || condition === -1) return undefined;
  const { op, operands } = nodes[condition];
  const isBelow = op === "less" && operands[0] === turn && nodes[operands[1]].block.depth < body.depth;
  const onlyCarries = lasts.every(({ inside }) => carries.some(({ next }) => next === inside));
  const onlyComputes = body.entries.every((entry) => "node" in entry);
  return isBelow && onlyCarries && onlyComputes ? operands[1] : undefined;
}

// Outputs ----------------------------------------------------------------------------------------------------------

function writeOutput({ f, values }: Writing, { index, ids, memory, length }: Output): void {
  const to = `o${index}`;
  if (ids !== undefined) {
    ids.forEach((id, start) => {
      f.add(...values.store(to, { start, stride: 0 }, (single, w) => values.get(id, single, w)));
    });
  } else if (length > 0) {
    const counter = f.local("i32");
    const row = { start: 0, stride: 1, counter };
    const copied = values.store(to, row, (single, w) => values.load(memory!.name, row, single, w));
    f.add(countedLoop(counter, i32.constant(0), i32.constant(length), 1, copied));
  }
}
