// Scalars as vectors over the columns in hand: where each is kept, and how its code reads in the precision that a reader wants.

import { type Code, demoteLow, type FunctionWriter, f64x2, i32, type Local, promoteLow, v128 } from "../assembler.js";
import type { Layout, Place } from "./layout.js";
import { vectorOf } from "./operations.js";
import type { LanePlan } from "./plan.js";

/** The columns that one stretch of code works on. */
export interface Columns {
  /** How many; a multiple of the plan's unit. */
  readonly count: number;
  /** How many of them exist: the rest are computed with whatever lies in memory, and never stored. */
  readonly existing: number;
  /** Bytes from a row's begin to the first column's number, by the numbers' size. */
  readonly offset: Readonly<Record<4 | 8, Code>>;
}

export interface Values {
  /** Vectors that hold a number of this precision for all columns in hand; 1 where it is equal in all. */
  vectorsOf(id: number, single?: boolean): number;
  /** New variables for a scalar, in its own precision. */
  declare(id: number): readonly Local[];
  has(id: number): boolean;
  /** Vector `w` of the scalar. */
  get(id: number, single: boolean, w: number): Code;
  /** Vector `w` of row `start + turn * stride` of a memory, in the given precision. */
  load(memory: string, row: Row, single: boolean, w: number): Code;
  /** Stores the columns that exist; `value` gives vector `w` in a precision. */
  store(memory: string, row: Row, value: (single: boolean, w: number) => Code): Code[];
  /** All bits set in the columns that exist and where `turn` is below `bound`, over all vectors together. */
  goingOn(turn: number, bound: number): Code;
  /** Says in which i32 variable a loop counts its turn, and tells it. */
  countTurn(turn: number, counter: Local): void;
  counterOf(turn: number | undefined): Local | undefined;
}

/** Row `start + counter * stride`; without a counter row `start`. */
export interface Row {
  readonly start: number;
  readonly stride: number;
  readonly counter?: Local;
}

/** Adds code for `columns`; what the `outer` values hold already is used as it is. */
export function laneValues(
  f: FunctionWriter,
  plan: LanePlan,
  layout: Layout,
  columns: Columns,
  outer?: ReadonlyMap<number, readonly Local[]>,
): Values & { readonly held: ReadonlyMap<number, readonly Local[]> } {
  const { single, uniform, program } = plan;
  const { nodes } = program.scalars;
  const held = new Map<number, readonly Local[]>(outer);
  const counters = new Map<number, Local>();

  const lanes = (asSingle: boolean): number => vectorOf(asSingle).lanes;
  const vectorsOf = (id: number, asSingle = single[id]): number => (uniform[id] ? 1 : columns.count / lanes(asSingle));

  const own = (id: number, w: number): Code => {
    const { op, memory, start, stride, operands } = nodes[id];
    const locals = held.get(id);
    if (locals !== undefined) return locals[uniform[id] ? 0 : w].get;
    // What all columns share is read where it is wanted: one instruction, and no register held.
    if (op === "load") {
      return load(memory!.name, { start: start!, stride: stride!, counter: counters.get(operands[0]) }, single[id], w);
    }
    throw new Error(`lanes: ${op} is read before it is computed`);
  };
  const get = (id: number, asSingle: boolean, w: number): Code => {
    const { op, value } = nodes[id];
    if (op === "constant") return vectorOf(asSingle).constant(value!);
    return converted((k) => own(id, k), single[id], asSingle, uniform[id], w);
  };

  const addressOf = ({ address, row, columns: kind, dtype }: Place, { start, stride, counter }: Row) => {
    const dynamic: Code[] = kind === "all" ? [columns.offset[dtype === "f64" ? 8 : 4]] : [];
    if (counter !== undefined && stride > 0) dynamic.push(i32.mul(counter.get, i32.constant(stride * row)));
    const base = dynamic.length === 0 ? i32.constant(0) : dynamic.reduce((sum, each) => i32.add(sum, each));
    return { base, offset: address + start * row };
  };
  const load: Values["load"] = (memory, row, asSingle, w) => {
    const place = layout.of(memory);
    const { base, offset } = addressOf(place, row);
    const shared = place.columns === "shared";
    const kept = place.dtype === "f32";
    const read = (k: number): Code =>
      shared ? vectorOf(kept).loadSplat(base, offset) : v128.load(base, offset + 16 * k);
    return converted(read, kept, asSingle, shared, w);
  };
  const store: Values["store"] = (memory, row, value) => {
    const place = layout.of(memory);
    const { base, offset } = addressOf(place, row);
    const kept = place.dtype === "f32";
    const v = vectorOf(kept);
    const existing = place.columns === "group" ? columns.count : columns.existing;
    return Array.from({ length: columns.count / v.lanes }, (_, w): Code => {
      const number = value(kept, w);
      const at = offset + 16 * w;
      const left = existing - w * v.lanes;
      if (left >= v.lanes) return v128.store(base, number, at);
      return Array.from({ length: Math.max(0, left) }, (_, lane) =>
        v.scalar.store(base, v.extractLane(lane, number), at + lane * v.scalar.bytes),
      );
    });
  };
  return {
    held,
    vectorsOf,
    declare(id) {
      const locals = Array.from({ length: vectorsOf(id) }, () => f.local("v128"));
      held.set(id, locals);
      return locals;
    },
    has: (id) => held.has(id),
    get,
    load,
    store,
    goingOn: (turn, bound) =>
      Array.from({ length: vectorsOf(bound, false) }, (_, w): Code => {
        const below = f64x2.less(get(turn, false, 0), get(bound, false, w));
        const left = uniform[bound] ? 2 : columns.existing - 2 * w;
        // Columns that do not exist have any bound.
        const exists = bytes(0, 16).map((byte) => (byte < 8 * left ? 0xff : 0));
        return left >= 2 ? below : v128.and(below, v128.constant(exists));
      }).reduce((any, each) => v128.or(any, each)),
    countTurn: (turn, counter) => void counters.set(turn, counter),
    counterOf: (turn) => (turn === undefined ? undefined : counters.get(turn)),
  };
}

/** Vector `w` in one precision of what `read` gives in another. */
function converted(
  read: (w: number) => Code,
  fromSingle: boolean,
  toSingle: boolean,
  uniform: boolean,
  w: number,
): Code {
  if (fromSingle === toSingle) return read(w);
  if (toSingle) {
    const [a, b] = uniform ? [read(0), read(0)] : [read(2 * w), read(2 * w + 1)];
    return joinLow(demoteLow(a), demoteLow(b));
  }
  if (uniform) return promoteLow(read(0));
  return promoteLow(w % 2 === 0 ? read(w >> 1) : upper(read(w >> 1)));
}

const bytes = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** The lower halves of two vectors. */
const joinLow = (a: Code, b: Code): Code => v128.shuffle(a, b, [...bytes(0, 8), ...bytes(16, 8)]);

/** The upper half of a vector, in both halves. */
const upper = (a: Code): Code => v128.shuffle(a, a, [...bytes(8, 8), ...bytes(8, 8)]);
