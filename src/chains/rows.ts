// Kept draws on their way out of a kernel's columns. Tables hold a chain's draws next to each other, so that a draw of a thousand chains
// would touch a thousand places far apart; gathered by the dozen, it touches them a dozen times less.

import type { Transform } from "../energies/energy.js";
import type { Table } from "./storage.js";

export interface Rows {
  /** Takes a row, `sources[s]` for its statistic `s`. Rows of one table follow each other. */
  keep(of: TableName, row: number, position: Float64Array, sources: readonly Float64Array[]): void;
  /** Delivers what is gathered for the running columns. To be called before one stops running, and before anybody reads. */
  flush(): void;
}

export type TableName = "draws" | "warmup";

/** Where a group's rows are delivered. */
export interface Destination {
  /** Rows that are delivered at once at most; 1 or more. */
  readonly mostRows: number;
  /** A place for rows `row ... row + count - 1`. */
  place(of: TableName, row: number, count: number): Place;
  /** Called when the place is filled. */
  delivered(running: Uint8Array): void;
}

/** The draws of column `c` go to rows `start + c * stride ...` of the table. */
export interface Place {
  readonly table: Table;
  readonly start: number;
  readonly stride: number;
}

export interface RowsOptions {
  readonly dim: number;
  readonly width: number;
  /** `[width]`: 1 where the column's draws are kept. */
  readonly running: Uint8Array;
  /** Statistics per draw. */
  readonly statistics: number;
  readonly destination: Destination;
  /** From the kernel's coordinates to the table's. */
  readonly transform?: Transform;
}

export function rowsOf({ dim, width, running, statistics, destination, transform }: RowsOptions): Rows {
  const room = destination.mostRows;
  /** `[room, dim, width]` and, one per statistic, `[room, width]`. */
  const positions = new Float64Array(room * dim * width);
  const stats = Array.from({ length: statistics }, () => new Float64Array(room * width));
  const write = transform && writer(dim, transform);
  let table: TableName = "draws";
  let firstRow = 0;
  let gathered = 0;

  function flush(): void {
    if (gathered === 0) return;
    const place = destination.place(table, firstRow, gathered);
    if (write === undefined) flushNumbers(positions, place.table.position, place, dim);
    else flushConstrained(place, write);
    for (let s = 0; s < statistics; s++) flushNumbers(stats[s], place.table.stats[s], place, 1);
    destination.delivered(running);
    gathered = 0;
  }

  /** Hot: a nanosecond or two per number. */
  function flushNumbers(from: Float64Array, to: Float64Array, { start, stride }: Place, each: number): void {
    const count = gathered * each;
    // One chain's rows lie as they are wanted.
    if (width === 1) {
      if (running[0] !== 0) to.set(from.subarray(0, count), start * each);
      return;
    }
    for (let c = 0; c < width; c++) {
      if (running[c] === 0) continue;
      const at = (start + c * stride) * each;
      for (let k = 0; k < count; k++) to[at + k] = from[k * width + c];
    }
  }

  function flushConstrained({ table, start, stride }: Place, write: Writer): void {
    for (let c = 0; c < width; c++) {
      if (running[c] === 0) continue;
      const at = start + c * stride;
      for (let k = 0; k < gathered; k++) write(positions, k * dim * width + c, width, table.position, (at + k) * dim);
    }
  }

  return {
    keep(of, row, position, sources) {
      if (of !== table) flush();
      if (gathered === 0) {
        table = of;
        firstRow = row;
      }
      copy(position, positions, gathered * dim * width);
      if (width === 1) for (let s = 0; s < statistics; s++) stats[s][gathered] = sources[s][0];
      else for (let s = 0; s < statistics; s++) copy(sources[s], stats[s], gathered * width);
      gathered++;
      if (gathered === room) flush();
    },
    flush,
  };
}

/** Few numbers are copied faster one by one than by `set`, which takes some thirty nanoseconds to begin. */
const FEW = 16;

function copy(from: Float64Array, to: Float64Array, at: number): void {
  const count = from.length;
  if (count > FEW) to.set(from, at);
  else for (let i = 0; i < count; i++) to[at + i] = from[i];
}

/** Writes every `step`-th number from `start` on to `dim` places from `at` on, in the table's coordinates. */
export type Writer = (from: Float64Array, start: number, step: number, to: Float64Array, at: number) => void;

export function writer(dim: number, transform: Transform | undefined): Writer {
  if (transform === undefined) {
    return (from, start, step, to, at) => {
      for (let i = 0, k = start; i < dim; i++, k += step) to[at + i] = from[k];
    };
  }
  const z = new Float64Array(dim);
  const q = new Float64Array(dim);
  return (from, start, step, to, at) => {
    for (let i = 0, k = start; i < dim; i++, k += step) z[i] = from[k];
    transform.constrain(z, q);
    to.set(q, at);
  };
}
