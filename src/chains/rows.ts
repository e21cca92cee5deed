// Kept draws on their way from a kernel's columns into the run's tables. A table holds a chain's draws next to each other, so that
// a draw of a thousand chains would touch a thousand places far apart; gathered by the dozen, it touches them a dozen times less.

import type { Transform } from "../energies/energy.js";
import type { Table } from "./storage.js";

export interface Rows {
  /** Takes row `row` of a table with `rows` rows per chain, `sources[s]` for its statistic `s`. Rows follow each other. */
  keep(table: Table, row: number, rows: number, position: Float64Array, sources: readonly Float64Array[]): void;
  /** Writes what is gathered for the running columns. To be called before one stops running, and before anybody reads. */
  flush(): void;
}

export interface RowsOptions {
  readonly dim: number;
  readonly width: number;
  /** The chain of column 0. */
  readonly first: number;
  /** `[width]`: 1 where the column's draws are kept. */
  readonly running: Uint8Array;
  /** Statistics per draw. */
  readonly statistics: number;
  /** Draws per chain that there will be at most. */
  readonly draws: number;
  /** From the kernel's coordinates to the table's. */
  readonly transform?: Transform;
}

/** Enough rows for whole cache lines of each chain, in a tenth of what the tables take and no more than the cache holds. */
const MOST_ROWS = 16;
const MOST_NUMBERS = 1 << 17;
const LARGEST_SHARE = 0.1;

export function rowsOf(options: RowsOptions): Rows {
  const { dim, width, first, running, statistics, draws, transform } = options;
  if (width === 1) return rowsOfOne(options);
  const numbers = width * (dim + statistics);
  const room = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_NUMBERS / numbers), Math.floor(LARGEST_SHARE * draws)));
  /** `[room, dim, width]` and, one per statistic, `[room, width]`. */
  const positions = new Float64Array(room * dim * width);
  const stats = Array.from({ length: statistics }, () => new Float64Array(room * width));
  const write = transform && writer(dim, transform);
  let into: Table | undefined;
  let firstRow = 0;
  let rowsOfTable = 0;
  let gathered = 0;

  function flush(): void {
    if (into === undefined || gathered === 0) return;
    if (write === undefined) flushNumbers(positions, into.position, dim);
    else flushConstrained(into.position, write);
    for (let s = 0; s < statistics; s++) flushNumbers(stats[s], into.stats[s], 1);
    gathered = 0;
  }

  /** Hot: a nanosecond or two per number. */
  function flushNumbers(from: Float64Array, to: Float64Array, each: number): void {
    const count = gathered * each;
    for (let c = 0; c < width; c++) {
      if (running[c] === 0) continue;
      const at = ((first + c) * rowsOfTable + firstRow) * each;
      for (let k = 0; k < count; k++) to[at + k] = from[k * width + c];
    }
  }

  function flushConstrained(to: Float64Array, write: Writer): void {
    for (let c = 0; c < width; c++) {
      if (running[c] === 0) continue;
      const at = (first + c) * rowsOfTable + firstRow;
      for (let k = 0; k < gathered; k++) write(positions, k * dim * width + c, width, to, (at + k) * dim);
    }
  }

  return {
    keep(table, row, rows, position, sources) {
      if (table !== into) flush();
      if (gathered === 0) {
        into = table;
        firstRow = row;
        rowsOfTable = rows;
      }
      positions.set(position, gathered * dim * width);
      for (let s = 0; s < statistics; s++) stats[s].set(sources[s], gathered * width);
      gathered++;
      if (gathered === room) flush();
    },
    flush,
  };
}

/** One chain's draws lie next to each other already. */
function rowsOfOne({ dim, first, running, statistics, transform }: RowsOptions): Rows {
  const write = writer(dim, transform);
  return {
    keep(table, row, rows, position, sources) {
      if (running[0] === 0) return;
      const at = first * rows + row;
      write(position, 0, 1, table.position, at * dim);
      for (let s = 0; s < statistics; s++) table.stats[s][at] = sources[s][0];
    },
    flush() {},
  };
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
