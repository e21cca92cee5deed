// Loop nests over a shape that walk several views at once: axes that all views walk alike are merged into one loop, and
// index arithmetic stays outside the innermost loop.

import { type Shape, sizeOf } from "../../graph.js";
import { mergeAxes, type Nest } from "../loops/axes.js";
import type { View } from "../loops/views.js";
import type { Writer } from "./writer.js";

/** A view that a nest walks: its array, where it begins, and how it moves along each axis of the nest. */
export interface Walk {
  readonly array: string;
  readonly base: string;
  readonly strides: readonly number[];
}

export function walk(w: Writer, view: View): Walk {
  return { array: w.array(view.buffer), base: w.base(view), strides: view.strides };
}

/** What stands at each level of a nest: level 0 before all loops, level d inside d of them. */
export interface NestBody {
  /** Called before loop `level` opens and, at the innermost level, in place of one; `at(k)` is the index of walk k there. */
  enter(level: number, at: (walk: number) => string): void;
  /** Called after loop `level` has closed. */
  leave?(level: number, at: (walk: number) => string): void;
}

/** Writes the loops of a nest, in row-major order. */
export function writeNest(w: Writer, { lengths, strides }: Nest, walks: readonly Walk[], body: NestBody): void {
  const depth = lengths.length;
  const variables = lengths.map(() => w.fresh("j"));
  // Index text of a walk at a level, from the loops around it; the part that an inner loop does not change gets a name.
  const starts = new Map<string, string>();
  const indexAt = (level: number, k: number): string => {
    const terms = [walks[k].base];
    for (let d = 0; d < Math.min(level, depth - 1); d++) terms.push(term(variables[d], strides[k][d]));
    let start = sum(terms);
    if (level > 0 && level === depth && isCompound(start)) start = starts.get(start) ?? start;
    return level === depth && depth > 0 ? sum([start, term(variables[depth - 1], strides[k][depth - 1])]) : start;
  };
  const open = (level: number): void => {
    const at = (k: number): string => indexAt(level, k);
    body.enter(level, at);
    if (level === depth) return;
    if (level === depth - 1) nameStarts(level);
    w.line(`for (let ${variables[level]} = 0; ${variables[level]} < ${lengths[level]}; ${variables[level]}++) {`);
    open(level + 1);
    w.line("}", 0);
    body.leave?.(level, at);
  };
  const nameStarts = (level: number): void => {
    walks.forEach((_, k) => {
      const start = indexAt(level, k);
      if (!isCompound(start) || starts.has(start)) return;
      const name = w.fresh("r");
      w.line(`const ${name} = ${start};`);
      starts.set(start, name);
    });
  };
  open(0);
}

/** `to[...] = from[...]` over a shape; a number may stand for `from`. */
export function writeCopy(w: Writer, shape: Shape, to: Walk, from: Walk | string): void {
  const size = sizeOf(shape);
  if (size === 0) return;
  const walks = typeof from === "string" ? [to] : [to, from];
  const nest = mergeAxes(shape, walks);
  const isFlat =
    nest.lengths.length === 0 || (nest.lengths.length === 1 && nest.strides.every(([stride]) => stride === 1));
  if (isFlat && size >= 32 && typeof from === "string") {
    w.line(`${to.array}.fill(${from}, ${to.base}, ${sum([to.base, String(size)])});`);
  } else if (isFlat && size >= 32 && typeof from !== "string" && from.array === to.array) {
    w.line(`${to.array}.copyWithin(${to.base}, ${from.base}, ${sum([from.base, String(size)])});`);
  } else {
    writeNest(w, nest, walks, {
      enter(level, at) {
        if (level !== nest.lengths.length) return;
        w.line(`${to.array}[${at(0)}] = ${typeof from === "string" ? from : `${from.array}[${at(1)}]`};`);
      },
    });
  }
}

export function term(variable: string, stride: number): string {
  return stride === 0 ? "0" : stride === 1 ? variable : `${variable} * ${stride}`;
}

/** The terms added up, without zeros, numbers folded into one. */
export function sum(terms: readonly string[]): string {
  let constant = 0;
  const rest: string[] = [];
  for (const each of terms.flatMap((text) => text.split(" + "))) {
    if (/^\d+$/.test(each)) constant += Number(each);
    else rest.push(each);
  }
  if (constant !== 0 || rest.length === 0) rest.unshift(String(constant));
  return rest.join(" + ");
}

function isCompound(text: string): boolean {
  return text.includes(" ");
}
