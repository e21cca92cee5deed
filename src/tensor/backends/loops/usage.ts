// Notes which buffers of the arena are in use when, while the steps of a program are written in the order in which they will run.

import type { DType } from "../../graph.js";
import { type Buffer, newBuffer } from "./views.js";

export interface Usage {
  /** What is written from now on runs later than what was written before. */
  cut(): void;
  /** The code written now reads or writes this buffer. */
  touch(buffer: Buffer): void;
  /** An arena buffer of the code written now. */
  scratch(dtype: DType, size: number): Buffer;
  /** What `body` writes runs many times over. */
  repeated(body: () => void): void;
  /** How many loops surround the code written now. */
  readonly depth: number;
  /** The arena's buffers that something touches. */
  buffers(): readonly Buffer[];
}

/** `places`: of the arena's buffers in the order in which they are asked for, once they are known. */
export function usage(places: readonly number[]): Usage {
  const buffers = new Set<Buffer>();
  // One set per loop that surrounds what is written now.
  const touched: Set<Buffer>[] = [new Set()];
  let clock = 0;
  let scratches = 0;
  const touchAt = (buffer: Buffer, time: number): void => {
    if (buffer.kind !== "arena") return;
    buffers.add(buffer);
    buffer.first = Math.min(buffer.first, time);
    buffer.last = Math.max(buffer.last, time);
    touched[touched.length - 1].add(buffer);
  };
  return {
    get depth() {
      return touched.length - 1;
    },
    cut() {
      clock++;
    },
    touch: (buffer) => touchAt(buffer, clock),
    scratch(dtype, size) {
      const index = scratches++;
      const buffer = newBuffer("arena", dtype, size, touched.length - 1, index);
      buffer.place = places[index] ?? 0;
      return buffer;
    },
    repeated(body) {
      const start = ++clock;
      touched.push(new Set());
      body();
      const inside = touched.pop()!;
      const end = ++clock;
      // What belongs to the code outside must keep its numbers from turn to turn.
      for (const buffer of inside) {
        if (buffer.depth >= touched.length) continue;
        touchAt(buffer, start);
        touchAt(buffer, end);
      }
    },
    buffers: () => [...buffers],
  };
}
