// One loop nest for many elementwise instructions of a shape, with the sums and maxima over what they compute, by vectors. Every
// element is read once, kept in locals, and written only where something outside the nest needs it.
//
// The order of sums is fixed by the shape alone: each lane of each vector in flight adds up its own terms; then the vectors of a block are
// added from the first to the last, and their lanes likewise.

import { type DType, type Instruction, type Shape, sizeOf } from "../../../graph.js";
import { mergeAxes } from "../../loops/axes.js";
import type { Plan } from "../../loops/plan.js";
import { isFusedReduction, type Step } from "../../loops/schedule.js";
import { type Buffer, rowMajor, type View } from "../../loops/views.js";
import { type Code, type FunctionWriter, type Local, type VectorFloat, v128 } from "../assembler.js";
import { fill } from "./copies.js";
import { elementsIn, vectors, weightOf } from "./elements.js";
import { type Block, loadVector, storeVector, type VectorNest, vectorAxis, type Walk, writeNest } from "./nest.js";
import { bytesPer, type Writer } from "./writer.js";

/** A walk with what is read or written there. */
interface Access extends Walk {
  readonly dtype: DType;
  readonly view: View;
}

interface Accumulator {
  readonly member: number;
  /** The walk that finds its cell. */
  readonly walk: number;
  readonly op: "sum" | "maxOver";
  readonly operand: number;
}

export function writeGroup(w: Writer, plan: Plan, { shape, members }: Step): void {
  const { instructions, values, stored } = plan;
  const inside = new Set(members.filter((k) => !isFusedReduction(instructions[k].op)));
  const accesses: Access[] = [];
  const addAccess = (dtype: DType, view: View): number =>
    accesses.push({ address: w.address(view), bytes: bytesPer[dtype], strides: view.strides, dtype, view }) - 1;
  w.step((f) => {
    const loads = new Map<string, number>();
    const loadedBy = new Map<number, number>();
    const stores = new Map<number, number>();
    const accumulators: Accumulator[] = [];
    for (const k of members) {
      for (const operand of instructions[k].inputs) {
        const { view, constant, dtype } = values[operand];
        if (inside.has(operand) || constant !== undefined) continue;
        const key = keyOf(view!);
        if (!loads.has(key)) loads.set(key, addAccess(dtype, view!));
        loadedBy.set(operand, loads.get(key)!);
      }
    }
    for (const k of members) {
      const { op, inputs, dtype } = instructions[k];
      if (isFusedReduction(op)) {
        const walk = addAccess(dtype, cellsOf(instructions[k], values[k].view!, shape));
        accumulators.push({ member: k, walk, op: op as Accumulator["op"], operand: inputs[0] });
      } else if (stored[k]) stores.set(k, addAccess(dtype, values[k].view!));
    }
    if (sizeOf(shape) === 0) {
      for (const { member, op } of accumulators)
        fill(f, w, values[member].view!, instructions[member].shape, startOf(op));
      return;
    }
    passPlaces(w, accesses, new Set(loads.values()), stores, shape);
    const group: Group = {
      plan,
      members,
      inside,
      accesses,
      loads: new Set(loads.values()),
      loadedBy,
      stores,
      accumulators,
    };
    writeLoops(f, w, group, shape);
  });
}

interface Group {
  readonly plan: Plan;
  readonly members: readonly number[];
  readonly inside: ReadonlySet<number>;
  readonly accesses: readonly Access[];
  readonly loads: ReadonlySet<number>;
  /** By operand. */
  readonly loadedBy: ReadonlyMap<number, number>;
  /** By member. */
  readonly stores: ReadonlyMap<number, number>;
  readonly accumulators: readonly Accumulator[];
}

function writeLoops(f: FunctionWriter, w: Writer, group: Group, shape: Shape): void {
  const { plan, members, inside, accesses, loads, loadedBy, stores, accumulators } = group;
  const { instructions, values } = plan;
  const nest = nestOf(group, shape);
  const { lanes, vector, strides } = nest;
  const depth = nest.lengths.length;
  const levelOf = (walk: number): number =>
    strides[walk].reduce((level, stride, d) => (stride !== 0 ? d + 1 : level), 0);
  const isSpread = (walk: number): boolean => strides[walk][vector] !== 0;
  const plans = accumulators.map((accumulator) => {
    const level = levelOf(accumulator.walk);
    const prefilled = strides[accumulator.walk].slice(0, level).some((stride) => stride === 0);
    const { view } = values[accumulator.member];
    if (prefilled) fill(f, w, view!, instructions[accumulator.member].shape, startOf(accumulator.op));
    return { ...accumulator, level, prefilled, dtype: instructions[accumulator.member].dtype, locals: [] as Local[] };
  });
  // Numbers that stand in all lanes are loaded once, before all loops.
  const numbers = new Map<string, Local>();
  const numberOf = (v: VectorFloat, value: number): Code => {
    const key = `${v.lanes} ${Object.is(value, -0) ? "-0" : value}`;
    let local = numbers.get(key);
    if (local === undefined) {
      local = f.local("v128");
      f.add(local.set(v.constant(value)));
      numbers.set(key, local);
    }
    return local.get;
  };
  for (const k of members) {
    for (const operand of instructions[k].inputs) {
      const { constant, dtype } = values[operand];
      if (constant !== undefined) numberOf(vectors[dtype], constant);
    }
  }

  const most = Math.min(nest.unroll, Math.ceil(nest.lengths[vector] / lanes));
  // Per load the vectors of the block, or one for all of them.
  const loaded = new Map<number, Local[]>();
  const load = (into: FunctionWriter, walk: number, pointers: readonly Local[], block: Block | undefined): void => {
    const v = vectors[accesses[walk].dtype];
    const locals = Array.from({ length: isSpread(walk) ? block!.vectors : 1 }, () => f.local("v128"));
    locals.forEach((local, u) => {
      const stride = strides[walk][vector];
      into.add(local.set(loadVector(v, lanes, stride, pointers[walk], u, validIn(block, u, lanes))));
    });
    loaded.set(walk, locals);
  };
  const begin = (
    into: FunctionWriter,
    each: (typeof plans)[number],
    pointers: readonly Local[],
    block?: Block,
  ): void => {
    const v = vectors[each.dtype];
    const spread = isSpread(each.walk);
    each.locals = Array.from({ length: spread ? block!.vectors : most }, () => f.local("v128"));
    each.locals.forEach((local, u) => {
      const stride = strides[each.walk][vector];
      const fromMemory = each.prefilled && spread;
      into.add(
        local.set(
          fromMemory
            ? loadVector(v, lanes, stride, pointers[each.walk], u, validIn(block, u, lanes))
            : v.constant(startOf(each.op)),
        ),
      );
    });
  };
  const end = (into: FunctionWriter, each: (typeof plans)[number], pointers: readonly Local[], block?: Block): void => {
    const v = vectors[each.dtype];
    if (isSpread(each.walk)) {
      each.locals.forEach((local, u) => {
        const stride = strides[each.walk][vector];
        into.add(storeVector(v, lanes, stride, pointers[each.walk], u, validIn(block, u, lanes), local.get));
      });
      return;
    }
    const [first, ...others] = each.locals;
    for (const other of others) into.add(first.set(combined(v, each.op, first.get, other.get)));
    const { scalar } = v;
    const combine = each.op === "sum" ? scalar.add : scalar.max;
    let total = v.extractLane(0, first.get);
    for (let lane = 1; lane < lanes; lane++) total = combine(total, v.extractLane(lane, first.get));
    const at = pointers[each.walk].get;
    into.add(scalar.store(at, each.prefilled ? combine(scalar.load(at), total) : total));
  };

  writeNest(f, nest, accesses, {
    enter(into, level, pointers, block) {
      for (const each of plans) if (each.level === level) begin(into, each, pointers, block);
      for (const walk of loads) if (levelOf(walk) === level && level < depth) load(into, walk, pointers, block);
      if (level < depth) return;
      const elements = elementsIn(into, w.imports);
      for (const walk of loads) if (levelOf(walk) === depth && !isSpread(walk)) load(into, walk, pointers, block);
      for (let u = 0; u < block!.vectors; u++) {
        const valid = validIn(block, u, lanes);
        const own = new Map<number, Local>();
        const fresh = new Map<number, Local>();
        const codeOf = (k: number): Code => {
          const { constant, dtype } = values[k];
          if (inside.has(k)) return own.get(k)!.get;
          if (constant !== undefined) return numberOf(vectors[dtype], constant);
          const walk = loadedBy.get(k)!;
          const early = levelOf(walk) < depth || !isSpread(walk);
          if (early) return loaded.get(walk)![isSpread(walk) ? u : 0].get;
          let local = fresh.get(walk);
          if (local === undefined) {
            local = f.local("v128");
            const stride = strides[walk][vector];
            into.add(local.set(loadVector(vectors[dtype], lanes, stride, pointers[walk], u, valid)));
            fresh.set(walk, local);
          }
          return local.get;
        };
        for (const k of members) {
          const { op, inputs, dtype } = instructions[k];
          if (isFusedReduction(op)) continue;
          const value = f.local("v128");
          into.add(
            value.set(elements.compute(instructions[k], inputs.map(codeOf), instructions[inputs[0]].dtype, valid)),
          );
          own.set(k, value);
          const store = stores.get(k);
          if (store === undefined) continue;
          const stride = strides[store][vector];
          into.add(storeVector(vectors[dtype], lanes, stride, pointers[store], u, valid, value.get));
        }
        for (const each of plans) {
          const v = vectors[each.dtype];
          const spread = isSpread(each.walk);
          // Lanes that do not count must not reach a sum over lanes.
          const term =
            spread || valid === lanes ? codeOf(each.operand) : masked(v, codeOf(each.operand), valid, startOf(each.op));
          into.add(each.locals[u].set(combined(v, each.op, each.locals[u].get, term)));
        }
      }
    },
    leave(into, level, pointers, block) {
      for (const each of plans) if (each.level === level) end(into, each, pointers, block);
    },
  });
}

// The order of loops ---------------------------------------------------------------------------------------------------

function nestOf({ plan, members, accesses, accumulators }: Group, shape: Shape): VectorNest {
  const { instructions, values } = plan;
  const merged = mergeAxes(shape, accesses);
  // A scalar is a vector of one lane.
  const lengths = merged.lengths.length === 0 ? [1] : merged.lengths;
  const strides = accesses.map((_, k) => (merged.lengths.length === 0 ? [1] : merged.strides[k]));
  const dtypes = new Set<DType>();
  let weight = 0;
  for (const k of members) {
    dtypes.add(instructions[k].dtype);
    for (const operand of instructions[k].inputs) dtypes.add(values[operand].dtype);
    weight += weightOf(instructions[k].op);
  }
  const axis = vectorAxis(lengths, strides);
  const others = lengths.map((_, d) => d).filter((d) => d !== axis);
  const isReducedBy = (d: number): boolean => accumulators.every(({ walk }) => strides[walk][d] === 0);
  // Sums over rows stay in registers while the rows go by, unless sums along the vectors want every row at a time.
  const alongVectors = accumulators.some(
    ({ walk }) => strides[walk][axis] === 0 && others.some((d) => strides[walk][d] !== 0),
  );
  const acrossRows = accumulators.some(({ walk }) => strides[walk][axis] !== 0);
  const inner = acrossRows && !alongVectors ? others.filter(isReducedBy) : [];
  const order = [...others.filter((d) => !inner.includes(d)), axis, ...inner];
  return {
    lengths: order.map((d) => lengths[d]),
    strides: strides.map((each) => order.map((d) => each[d])),
    vector: order.indexOf(axis),
    lanes: dtypes.has("f64") ? 2 : 4,
    unroll: weight > 60 ? 1 : weight > 12 || inner.length > 0 ? 2 : 4,
  };
}

/** A stored value may take the place of one that is read along with it, entry by entry. */
function passPlaces(
  w: Writer,
  accesses: readonly Access[],
  loads: ReadonlySet<number>,
  stores: ReadonlyMap<number, number>,
  shape: Shape,
): void {
  const readers = new Map<Buffer, Access[]>();
  for (const walk of loads) {
    const { buffer } = accesses[walk].view;
    readers.set(buffer, [...(readers.get(buffer) ?? []), accesses[walk]]);
  }
  const own = rowMajor(shape).join();
  const isWhole = ({ view }: Access): boolean =>
    view.buffer.kind === "arena" &&
    view.buffer.size === sizeOf(shape) &&
    view.strides.join() === own &&
    view.turns.length === 0;
  for (const walk of stores.values()) {
    const heir = accesses[walk];
    for (const [buffer, all] of readers) {
      if (all.length > 1 || !isWhole(heir) || !isWhole(all[0]) || buffer.dtype !== heir.dtype) continue;
      w.inherit(heir.view.buffer, buffer);
      readers.delete(buffer);
      break;
    }
  }
}

// Reductions -----------------------------------------------------------------------------------------------------------

/** A reduction's cells as a view along the axes of its operand. */
function cellsOf({ shape, attributes }: Instruction, out: View, from: Shape): View {
  const own = rowMajor(shape);
  let next = 0;
  return { ...out, strides: from.map((_, axis) => (attributes.axes!.includes(axis) ? 0 : own[next++])) };
}

function startOf(op: Accumulator["op"]): number {
  return op === "sum" ? 0 : Number.NEGATIVE_INFINITY;
}

function combined(v: VectorFloat, op: Accumulator["op"], sofar: Code, term: Code): Code {
  return op === "sum" ? v.add(sofar, term) : v.max(sofar, term);
}

function masked(v: VectorFloat, value: Code, valid: number, otherwise: number): Code {
  const lane = 16 / v.lanes;
  const mask = v128.constant(Array.from({ length: 16 }, (_, byte) => (byte < valid * lane ? 0xff : 0)));
  return v128.bitSelect(mask, value, v.constant(otherwise));
}

function validIn(block: Block | undefined, u: number, lanes: number): number {
  return block === undefined || u < block.vectors - 1 ? lanes : block.last;
}

function keyOf({ buffer, offset, strides, turns }: View): string {
  const moves = turns.map(({ name, stride }) => `${name}:${stride}`);
  return [buffer.kind, buffer.dtype, buffer.index, offset, ...strides, ...moves].join(" ");
}
