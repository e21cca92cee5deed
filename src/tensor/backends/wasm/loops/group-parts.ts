// What a fused loop nest reads, writes and adds up.

import { type DType, type Instruction, type Shape, sizeOf } from "../../../graph.js";
import type { Plan } from "../../loops/plan.js";
import { isFusedReduction } from "../../loops/schedule.js";
import { type Buffer, rowMajor, type View } from "../../loops/views.js";
import type { Walk } from "./nest.js";
import { bytesPer, type Writer } from "./writer.js";

/** A walk with what is read or written there. */
export interface Access extends Walk {
  readonly dtype: DType;
  readonly view: View;
}

export interface Accumulator {
  readonly member: number;
  /** The walk that finds its cell. */
  readonly walk: number;
  readonly op: "sum" | "maxOver";
  readonly operand: number;
}

export interface Group {
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

/** Everything that these members of a step over `shape` touch. */
export function groupOf(w: Writer, plan: Plan, members: readonly number[], shape: Shape): Group {
  const { instructions, values, stored } = plan;
  const inside = new Set(members.filter((k) => !isFusedReduction(instructions[k].op)));
  const accesses: Access[] = [];
  const addAccess = (dtype: DType, view: View): number =>
    accesses.push({ address: w.address(view), bytes: bytesPer[dtype], strides: view.strides, dtype, view }) - 1;
  // Views that several operands share are walked once.
  const walks = new Map<string, number>();
  const loadedBy = new Map<number, number>();
  for (const operand of members.flatMap((k) => instructions[k].inputs)) {
    const { view, constant, dtype } = values[operand];
    if (inside.has(operand) || constant !== undefined) continue;
    const key = keyOf(view!);
    if (!walks.has(key)) walks.set(key, addAccess(dtype, view!));
    loadedBy.set(operand, walks.get(key)!);
  }
  const stores = new Map<number, number>();
  const accumulators: Accumulator[] = [];
  for (const k of members) {
    const { op, inputs, dtype } = instructions[k];
    if (isFusedReduction(op)) {
      const walk = addAccess(dtype, cellsOf(instructions[k], values[k].view!, shape));
      accumulators.push({ member: k, walk, op: op as Accumulator["op"], operand: inputs[0] });
    } else if (stored[k]) stores.set(k, addAccess(dtype, values[k].view!));
  }
  const loads = new Set(walks.values());
  const group: Group = { plan, members, inside, accesses, loads, loadedBy, stores, accumulators };
  if (sizeOf(shape) > 0) passPlaces(w, group, shape);
  return group;
}

/** A stored value may take the place of one that is read along with it, entry by entry. */
function passPlaces(w: Writer, { plan, members, accesses, loads, loadedBy, stores }: Group, shape: Shape): void {
  const readers = new Map<Buffer, number[]>();
  for (const walk of loads) {
    const { buffer } = accesses[walk].view;
    readers.set(buffer, [...(readers.get(buffer) ?? []), walk]);
  }
  const own = rowMajor(shape).join();
  const isWhole = ({ view }: Access): boolean =>
    view.buffer.kind === "arena" &&
    view.buffer.size === sizeOf(shape) &&
    view.strides.join() === own &&
    view.turns.length === 0;
  // An entry is read when the first member needs it, which must not be after its place is written.
  const readAt = (walk: number): number =>
    members.findIndex((k) => {
      const { op, inputs } = plan.instructions[k];
      return !isFusedReduction(op) && inputs.some((operand) => loadedBy.get(operand) === walk);
    });
  for (const [member, walk] of stores) {
    const heir = accesses[walk];
    for (const [buffer, walks] of readers) {
      const [from] = walks;
      if (walks.length > 1 || !isWhole(heir) || !isWhole(accesses[from]) || buffer.dtype !== heir.dtype) continue;
      const position = readAt(from);
      if (position < 0 || position > members.indexOf(member)) continue;
      w.inherit(heir.view.buffer, buffer);
      readers.delete(buffer);
      break;
    }
  }
}

/** A reduction's cells as a view along the axes of its operand. */
function cellsOf({ shape, attributes }: Instruction, out: View, from: Shape): View {
  const own = rowMajor(shape);
  let next = 0;
  return { ...out, strides: from.map((_, axis) => (attributes.axes!.includes(axis) ? 0 : own[next++])) };
}

function keyOf({ buffer, offset, strides, turns }: View): string {
  const moves = turns.map(({ name, stride }) => `${name}:${stride}`);
  return [buffer.kind, buffer.dtype, buffer.index, offset, ...strides, ...moves].join(" ");
}
