// One loop nest for many elementwise instructions of a shape, with the sums and maxima over what they compute, by vectors. Every
// element is read once, kept in locals, and written only where something outside the nest needs it.
//
// The order of sums is fixed by the shape alone: each lane of each vector in flight adds up its own terms; then the vectors of a block are
// added from the first to the last, and their lanes likewise.

import { type Shape, sizeOf } from "../../../graph.js";
import type { Plan } from "../../loops/plan.js";
import { isFusedReduction, type Step } from "../../loops/schedule.js";
import { type Code, type FunctionWriter, type Local, type VectorFloat, v128 } from "../assembler.js";
import { fill } from "./copies.js";
import { elementsIn, vectors } from "./elements.js";
import { type Accumulator, type Group, groupOf } from "./group-parts.js";
import { type Block, loadVector, storeVector, writeNest } from "./nest.js";
import { nestOf } from "./order.js";
import type { Writer } from "./writer.js";

export function writeGroup(w: Writer, plan: Plan, { shape, members }: Step): void {
  w.step((f) => {
    const group = groupOf(w, plan, members, shape);
    if (sizeOf(shape) > 0) writeLoops(f, w, group, shape);
    else for (const accumulator of group.accumulators) start(f, w, plan, accumulator);
  });
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
    if (prefilled) start(f, w, plan, accumulator);
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
      const elements = elementsIn(into, w);
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

// Reductions -----------------------------------------------------------------------------------------------------------

function start(f: FunctionWriter, w: Writer, { instructions, values }: Plan, { member, op }: Accumulator): void {
  fill(f, w, values[member].view!, instructions[member].shape, startOf(op));
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
