// One loop nest for many elementwise instructions of a shape, with the sums and maxima over what they compute. Every element
// is read once, kept in local variables, and written only where something outside the nest needs it.

import type { Instruction, Shape } from "../../graph.js";
import { sizeOf } from "../../graph.js";
import { mergeAxes } from "../loops/axes.js";
import type { Plan } from "../loops/plan.js";
import { isFusedReduction, type Step } from "../loops/schedule.js";
import { rowMajor, type View, wholeOf } from "../loops/views.js";
import { type Walk, walk, writeCopy, writeNest } from "./nest.js";
import { elementExpression } from "./source.js";
import { constantText, type Writer } from "./writer.js";

interface Accumulator {
  readonly member: number;
  /** Which walk finds its cell. */
  readonly walk: number;
  readonly op: "sum" | "maxOver";
}

export function writeGroup(w: Writer, { instructions, values, stored }: Plan, { shape, members }: Step): void {
  const inside = new Set(members.filter((k) => !isFusedReduction(instructions[k].op)));
  const walks: Walk[] = [];
  const loads = new Map<string, number>();
  const addWalk = (view: View): number => walks.push(walk(w, view)) - 1;
  const loadOf = (view: View): number => {
    const { array, base, strides } = walk(w, view);
    const key = `${array}[${base}] ${strides.join()}`;
    let found = loads.get(key);
    if (found === undefined) {
      found = addWalk(view);
      loads.set(key, found);
    }
    return found;
  };
  const isLoaded = (k: number): boolean => !inside.has(k) && values[k].constant === undefined;
  const loadedBy = new Map<number, number>();
  const stores = new Map<number, number>();
  const accumulators: Accumulator[] = [];
  const rounded: { member: number; sums: View }[] = [];
  for (const k of members) {
    const { op, inputs, dtype } = instructions[k];
    for (const operand of inputs) if (isLoaded(operand)) loadedBy.set(operand, loadOf(values[operand].view!));
    if (isFusedReduction(op)) {
      const { cells, sums } = cellsOf(w, instructions[k], values[k].view!, shape, dtype === "f32" && op === "sum");
      if (sums !== undefined) rounded.push({ member: k, sums });
      accumulators.push({ member: k, walk: addWalk(cells), op: op as "sum" | "maxOver" });
    } else if (stored[k]) stores.set(k, addWalk(values[k].view!));
  }

  const nest = mergeAxes(shape, walks);
  const depth = nest.lengths.length;
  const levelOf = (k: number): number =>
    nest.strides[k].reduce((level, stride, d) => (stride !== 0 ? d + 1 : level), 0);
  const plans = accumulators.map((accumulator) =>
    planOf(accumulator, nest.strides[accumulator.walk], depth, w.fresh("s")),
  );
  plans.forEach(({ prefilled, start }, i) => {
    if (!prefilled) return;
    const { member, walk: cell } = accumulators[i];
    const size = sizeOf(instructions[member].shape);
    writeCopy(w, [size], { array: walks[cell].array, base: walks[cell].base, strides: [1] }, start);
  });

  const loadNames = new Map<number, string>();
  const names = new Map<number, string>();
  const textOf = (k: number): string => names.get(k) ?? constantText(values[k]) ?? loadNames.get(loadedBy.get(k)!)!;
  writeNest(w, nest, walks, {
    enter(level, at) {
      for (const k of loads.values()) {
        if (levelOf(k) !== level) continue;
        const name = w.fresh("x");
        w.line(`const ${name} = ${walks[k].array}[${at(k)}];`, 0);
        loadNames.set(k, name);
      }
      plans.forEach(({ level: own, prefilled, start, name }, i) => {
        const { walk: cell } = accumulators[i];
        if (own === level && level < depth)
          w.line(`let ${name} = ${prefilled ? `${walks[cell].array}[${at(cell)}]` : start};`);
      });
      if (level < depth) return;
      for (const k of members) {
        const { op, inputs } = instructions[k];
        if (isFusedReduction(op)) continue;
        const name = w.fresh("v");
        w.line(`const ${name} = ${elementExpression(instructions[k], inputs.map(textOf))};`);
        names.set(k, name);
        const store = stores.get(k);
        if (store !== undefined) w.line(`${walks[store].array}[${at(store)}] = ${name};`, 0);
      }
      plans.forEach(({ level: own, prefilled, start, name }, i) => {
        const { member, walk: cell, op } = accumulators[i];
        const term = textOf(instructions[member].inputs[0]);
        const place = `${walks[cell].array}[${at(cell)}]`;
        if (own < depth) w.line(`${name} = ${combined(op, name, term)};`);
        else w.line(`${place} = ${combined(op, prefilled ? place : start, term)};`);
      });
    },
    leave(level, at) {
      plans.forEach(({ level: own, name }, i) => {
        const { walk: cell } = accumulators[i];
        if (own === level) w.line(`${walks[cell].array}[${at(cell)}] = ${name};`);
      });
    },
  });
  for (const { member, sums } of rounded) {
    const size = sizeOf(instructions[member].shape);
    const to = walk(w, values[member].view!);
    writeCopy(w, [size], { ...to, strides: [1] }, { ...walk(w, sums), strides: [1] });
  }
}

/** A reduction's cells as a view along the axes of its operand; f32 sums are added up in doubles elsewhere and rounded once. */
function cellsOf(
  w: Writer,
  { shape, attributes }: Instruction,
  out: View,
  from: Shape,
  inDoubles: boolean,
): { cells: View; sums?: View } {
  const sums = inDoubles ? wholeOf(w.scratch("f64", sizeOf(shape)), shape) : undefined;
  const own = rowMajor(shape);
  let next = 0;
  const strides = from.map((_, axis) => (attributes.axes!.includes(axis) ? 0 : own[next++]));
  return { cells: { ...(sums ?? out), strides }, sums };
}

interface AccumulatorPlan {
  /** Inside how many loops its variable lives; at the innermost level it has none and adds to memory. */
  readonly level: number;
  /** Is a cell met again after others, so that it must be filled before and read back? */
  readonly prefilled: boolean;
  readonly start: string;
  readonly name: string;
}

function planOf({ op }: Accumulator, strides: readonly number[], depth: number, name: string): AccumulatorPlan {
  let level = depth;
  while (level > 0 && strides[level - 1] === 0) level--;
  const prefilled = strides.slice(0, level).some((stride) => stride === 0);
  return { level, prefilled, start: op === "sum" ? "0" : "-Infinity", name };
}

function combined(op: "sum" | "maxOver", sofar: string, term: string): string {
  return op === "sum" ? `${sofar} + ${term}` : `Math.max(${sofar}, ${term})`;
}
