// How draws come from a thread: in blocks of shared memory, which the run's own thread copies into its tables and gives back. So the
// tables are there once, in memory that is nobody else's, and a thread never waits: where no block is free it takes another.

import type { Plan } from "./plan.js";
import type { Destination, TableName } from "./rows.js";
import { mostRowsOf, type Storage, type Table } from "./storage.js";

/** Rows `row ... row + count - 1` of chains `first ... first + width - 1`. */
export interface Block {
  readonly of: TableName;
  readonly first: number;
  readonly width: number;
  readonly row: number;
  readonly count: number;
  /** `[width]`: 1 where the chain's rows are there. */
  readonly running: Uint8Array;
  /** A flag in its first 8 bytes, 1 until the block is given back; then `[width, count, dim]` and, per statistic, `[width, count]`. */
  readonly memory: SharedArrayBuffer;
}

const FLAG_BYTES = 8;

/** A thread's blocks, which all of its groups share. */
export interface Blocks {
  destination(first: number, width: number): Destination;
}

export function openBlocks(plan: Plan, statistics: number, post: (block: Block) => void): Blocks {
  const pool: SharedArrayBuffer[] = [];

  function free(bytes: number): SharedArrayBuffer {
    let memory = pool.find((one) => one.byteLength >= bytes && Atomics.load(flagOf(one), 0) === 0);
    if (memory === undefined) {
      memory = new SharedArrayBuffer(bytes);
      pool.push(memory);
    }
    return memory;
  }

  return {
    destination(first, width) {
      const mostRows = mostRowsOf(plan, width, statistics, Number.POSITIVE_INFINITY);
      // Of the largest block that the group can have, so that every block serves again.
      const bytes = FLAG_BYTES + 8 * mostRows * width * (plan.dim + statistics);
      let next: Omit<Block, "running"> | undefined;
      return {
        mostRows,
        place(of, row, count) {
          next = { of, first, width, row, count, memory: free(bytes) };
          return { table: tableIn(next.memory, width * count, plan.dim, statistics), start: 0, stride: count };
        },
        delivered(running) {
          if (next === undefined) return;
          Atomics.store(flagOf(next.memory), 0, 1);
          post({ ...next, running: running.slice() });
          next = undefined;
        },
      };
    },
  };
}

/** Copies a block into the run's tables, counts its rows, and gives it back. */
export function takeBlock(
  plan: Plan,
  storage: Storage,
  { of, first, width, row, count, running, memory }: Block,
): void {
  const { dim } = plan;
  const to = of === "draws" ? storage.draws : storage.warmup;
  const rows = plan[of];
  const from = tableIn(memory, width * count, dim, storage.names.length);
  if (to === undefined) throw new Error("ergodic: a thread kept a warmup that nobody wanted");
  for (let c = 0; c < width; c++) {
    if (running[c] === 0) continue;
    const chain = first + c;
    const at = chain * rows + row;
    to.position.set(from.position.subarray(c * count * dim, (c + 1) * count * dim), at * dim);
    for (let s = 0; s < to.stats.length; s++) to.stats[s].set(from.stats[s].subarray(c * count, (c + 1) * count), at);
    (of === "draws" ? storage.kept : storage.warmed)[chain] = row + count;
  }
  Atomics.store(flagOf(memory), 0, 0);
}

function tableIn(memory: SharedArrayBuffer, rows: number, dim: number, statistics: number): Table {
  const floats = (from: number, length: number) => new Float64Array(memory, FLAG_BYTES + 8 * from, length);
  return {
    position: floats(0, rows * dim),
    stats: Array.from({ length: statistics }, (_, s) => floats(rows * (dim + s), rows)),
  };
}

function flagOf(memory: SharedArrayBuffer): Int32Array {
  return new Int32Array(memory, 0, 1);
}
