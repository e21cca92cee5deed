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

/** Copies the columns after checking that they are finite and equally long. `where` names the caller in errors. */
export function storeData(where: string, data: Readonly<Record<string, Column>>, rows?: number): StoredData {
  const stored: Record<string, StoredColumn> = {};
  let first: string | undefined;
  for (const [name, column] of Object.entries(data)) {
    const result = storeColumn(where, name, column);
    const expected = rows ?? (first === undefined ? undefined : stored[first].shape[0]);
    if (expected !== undefined && result.shape[0] !== expected) {
      const like = rows === undefined ? `as many rows as ${first}, ${expected}` : `${expected} rows`;
      throw new RangeError(`${where}: ${name} must have ${like}, got ${result.shape[0]}`);
    }
    if (result.shape[0] === 0) throw new RangeError(`${where}: ${name} must have at least one row, got none`);
    first ??= name;
    stored[name] = result;
  }
  return stored;
}

function storeColumn(where: string, name: string, column: Column): StoredColumn {
  if (column === null || typeof column !== "object") refuse(where, name, "a list of rows", column);
  if ("shape" in column) {
    const size = column.shape.reduce((product, length) => product * length, 1);
    if (column.values.length !== size) {
      throw new RangeError(
        `${where}: ${name} must hold ${size} numbers for shape [${column.shape.join(", ")}], got ${column.values.length}`,
      );
    }
    return { values: share(where, name, column.values, column.shape), shape: [...column.shape] };
  }
  if (column.length === 0 || typeof column[0] === "number") {
    const shape = [column.length];
    return { values: share(where, name, column as ArrayLike<number>, shape), shape };
  }
  const rows = column as readonly ArrayLike<number>[];
  const width = rows[0]?.length;
  const flat: number[] = [];
  Array.from(rows).forEach((row, i) => {
    if (row?.length !== width) {
      throw new RangeError(`${where}: ${name}[${i}] must have ${width} numbers like the first row, got ${row?.length}`);
    }
    for (let j = 0; j < width; j++) flat.push(row[j]);
  });
  const shape = [rows.length, width];
  return { values: share(where, name, flat, shape), shape };
}

function share(where: string, name: string, numbers: ArrayLike<number>, shape: readonly number[]): Float64Array {
  // A browser page that is not cross-origin isolated has no shared memory; there each worker gets a copy.
  const values =
    typeof SharedArrayBuffer === "undefined"
      ? new Float64Array(numbers.length)
      : new Float64Array(new SharedArrayBuffer(8 * numbers.length));
  const perRow = numbers.length / Math.max(1, shape[0]);
  for (let i = 0; i < numbers.length; i++) {
    if (typeof numbers[i] !== "number" || !Number.isFinite(numbers[i])) {
      const place = shape.length === 1 ? `[${i}]` : `[${Math.floor(i / perRow)}][${i % perRow}]`;
      refuse(where, `${name}${place}`, "a finite number", numbers[i]);
    }
    values[i] = numbers[i];
  }
  return values;
}
