// A data set as a loss holds it: named columns of equally many rows, in memory that worker threads can share.

import { refuse } from "../arguments/index.js";

/** Numbers given row by row: one number per row, one list per row, or a flat typed array with its shape `[rows, ...]`. */
export type Column =
  | ArrayLike<number>
  | readonly ArrayLike<number>[]
  | { readonly values: ArrayLike<number>; readonly shape: readonly number[] };

export interface StoredColumn {
  /** Row-major. */
  readonly values: Float64Array;
  /** `[rows, ...]` */
  readonly shape: readonly number[];
}

export type StoredData = Readonly<Record<string, StoredColumn>>;

/**
 * Copies the columns after checking that they are finite and equally long, `rows` long where that is given. `where` names the
 * caller in errors.
 */
export function storeData(where: string, data: Readonly<Record<string, Column>>, rows?: number): StoredData {
  if (typeof data !== "object" || data === null) refuse(where, "data", "a record of columns", data);
  const stored: Record<string, StoredColumn> = {};
  let first: string | undefined;
  for (const [name, column] of Object.entries(data)) {
    const result = storeColumn(where, name, column);
    const expected = rows ?? (first === undefined ? undefined : stored[first].shape[0]);
    if (expected !== undefined && result.shape[0] !== expected) {
      const like = rows === undefined ? `as many rows as ${first}, ${expected}` : `${expected} rows`;
      throw new RangeError(`${where}: ${name} must have ${like}, got ${result.shape[0]}`);
    }
    first ??= name;
    stored[name] = result;
  }
  return stored;
}

/** Where number `k` of row `row` stands in a column of this shape: `[row]`, `[row][k]`, ... */
export function placeOf(shape: readonly number[], row: number, k: number): string {
  let rest = k;
  let place = "";
  for (let axis = shape.length - 1; axis >= 1; axis--) {
    place = `[${rest % shape[axis]}]${place}`;
    rest = Math.floor(rest / shape[axis]);
  }
  return `[${row}]${place}`;
}

function storeColumn(where: string, name: string, column: Column): StoredColumn {
  if (typeof column !== "object" || column === null) refuse(where, name, "a list of rows", column);
  if ("shape" in column) {
    const { values, shape } = column;
    checkShape(where, name, shape);
    const perRow = sizeOfRow(shape);
    if (!isList(values) || values.length !== shape[0] * perRow) {
      const got = isList(values) ? values.length : String(values);
      throw new RangeError(
        `${where}: ${name}.values must hold ${shape[0] * perRow} numbers for shape [${shape.join(", ")}], got ${got}`,
      );
    }
    return { values: share(where, name, shape, (row, k) => values[row * perRow + k]), shape: [...shape] };
  }
  if (!isList(column)) refuse(where, name, "a list of rows", column);
  if (column.length === 0) throw new RangeError(`${where}: ${name} must have at least one row, got none`);
  if (typeof column[0] === "number") {
    const numbers = column as ArrayLike<number>;
    const shape = [numbers.length];
    return { values: share(where, name, shape, (row) => numbers[row]), shape };
  }
  const rows = column as readonly ArrayLike<number>[];
  if (!isList(rows[0])) refuse(where, `${name}[0]`, "a number or a list of numbers", rows[0]);
  const shape = [rows.length, rows[0].length];
  checkShape(where, name, shape);
  for (let i = 0; i < rows.length; i++) {
    if (isList(rows[i]) && rows[i].length === shape[1]) continue;
    const got = isList(rows[i]) ? rows[i].length : String(rows[i]);
    throw new RangeError(`${where}: ${name}[${i}] must have ${shape[1]} numbers like the first row, got ${got}`);
  }
  return { values: share(where, name, shape, (row, k) => rows[row][k]), shape };
}

/** Fills a fresh array with number `k` of every row. */
function share(
  where: string,
  name: string,
  shape: readonly number[],
  at: (row: number, k: number) => number,
): Float64Array {
  const perRow = sizeOfRow(shape);
  const size = shape[0] * perRow;
  // A browser page that is not cross-origin isolated has no shared memory; there each worker gets a copy.
  const values =
    typeof SharedArrayBuffer === "undefined"
      ? new Float64Array(size)
      : new Float64Array(new SharedArrayBuffer(8 * size));
  for (let row = 0; row < shape[0]; row++) {
    for (let k = 0; k < perRow; k++) {
      const value = at(row, k);
      if (typeof value !== "number" || !Number.isFinite(value)) {
        refuse(where, `${name}${placeOf(shape, row, k)}`, "a finite number", value);
      }
      values[row * perRow + k] = value;
    }
  }
  return values;
}

function checkShape(where: string, name: string, shape: readonly number[]): void {
  const valid = Array.isArray(shape) && shape.length >= 1 && shape.every((n) => Number.isSafeInteger(n) && n >= 1);
  if (!valid) {
    const got = Array.isArray(shape) ? `[${shape.join(", ")}]` : String(shape);
    throw new RangeError(`${where}: ${name} must have a shape [rows, ...] of positive integers, got ${got}`);
  }
}

function sizeOfRow(shape: readonly number[]): number {
  let size = 1;
  for (let axis = 1; axis < shape.length; axis++) size *= shape[axis];
  return size;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === "object" && value !== null && Number.isSafeInteger((value as ArrayLike<unknown>).length);
}
