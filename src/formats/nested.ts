// Lists within lists, as JSON and callers have them, and the flat arrays that stand behind them.

import { sizeOf } from "./variables.js";

/** Numbers in lists within lists, as deep as there are axes: `[chain][draw][observation]`, for example. */
export type Nested = number | ArrayLike<number> | readonly Nested[];

/** A dense array, row-major. */
export interface Dense {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Reads one entry; undefined where it is no number. */
type ReadNumber = (entry: unknown) => number | undefined;

const plainNumber: ReadNumber = (entry) => (typeof entry === "number" ? entry : undefined);

/** Throws an Error that says where a list is longer or shorter than its neighbours or holds something else: `y[1][2] ...`. */
export function denseOf(where: string, name: string, nested: unknown, readNumber: ReadNumber = plainNumber): Dense {
  const shape: number[] = [];
  for (let inner = nested; isList(inner); inner = inner[0]) {
    shape.push(inner.length);
    if (inner.length === 0) break;
  }
  const data = new Float64Array(sizeOf(shape));
  // Where the walk is: told only where something is wrong.
  const at: number[] = [];
  const place = (axis: number) =>
    `${where}: ${name}${at
      .slice(0, axis)
      .map((index) => `[${index}]`)
      .join("")}`;
  let filled = 0;
  const walk = (entry: unknown, axis: number): void => {
    if (axis === shape.length) {
      const number = readNumber(entry);
      if (number === undefined) throw new Error(`${place(axis)} must be a number, got ${spoken(entry)}`);
      data[filled++] = number;
      return;
    }
    if (!isList(entry)) throw new Error(`${place(axis)} must be a list of ${shape[axis]}, got ${spoken(entry)}`);
    if (entry.length !== shape[axis]) {
      throw new Error(`${place(axis)} has ${entry.length} entries, and those before it ${shape[axis]}`);
    }
    for (let i = 0; i < entry.length; i++) {
      at[axis] = i;
      walk(entry[i], axis + 1);
    }
  };
  walk(nested, 0);
  return { shape, data };
}

/** Lists within lists of what `read` makes of the numbers at 0, 1, ..., row-major. */
export function nestedOf<T>(shape: readonly number[], read: (k: number) => T): unknown {
  let k = 0;
  const build = (axis: number): unknown =>
    axis === shape.length ? read(k++) : Array.from({ length: shape[axis] }, () => build(axis + 1));
  return build(0);
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function spoken(value: unknown): string {
  if (isList(value)) return `a list of length ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return JSON.stringify(value) ?? String(value);
}
