// Gives every buffer its place in one array per dtype, so that buffers whose times in use do not overlap share memory.

import type { DType } from "../../graph.js";
import type { Buffer } from "./views.js";

/** Small buffers are not worth the search for a gap; the others begin at multiples of this. */
const small = 16;

/** Sets the places of the arena's buffers of a dtype; returns how long the array must be. */
export function placeBuffers(buffers: readonly Buffer[], dtype: DType): number {
  const own = buffers.filter((buffer) => buffer.dtype === dtype).sort((a, b) => a.first - b.first);
  let end = 0;
  for (const buffer of own.filter(({ size }) => size <= small)) {
    buffer.place = end;
    end += buffer.size;
  }
  end = aligned(end);
  let busy: Buffer[] = [];
  let free: { start: number; length: number }[] = [];
  for (const buffer of own.filter(({ size }) => size > small)) {
    const ended = busy.filter(({ last }) => last < buffer.first);
    busy = busy.filter(({ last }) => last >= buffer.first);
    for (const { place, size } of ended) free = withGap(free, place, aligned(size));
    const { inherits } = buffer;
    if (inherits !== undefined && inherits.last === buffer.first && inherits.size === buffer.size) {
      const heirless = busy.indexOf(inherits);
      if (heirless >= 0) {
        buffer.place = inherits.place;
        busy[heirless] = buffer;
        continue;
      }
    }
    // The smallest gap that is large enough.
    let best = -1;
    free.forEach(({ length }, i) => {
      if (length >= buffer.size && (best < 0 || length < free[best].length)) best = i;
    });
    if (best >= 0) {
      const { start, length } = free[best];
      buffer.place = start;
      const taken = aligned(buffer.size);
      free.splice(best, 1, ...(length > taken ? [{ start: start + taken, length: length - taken }] : []));
    } else {
      buffer.place = end;
      end += aligned(buffer.size);
    }
    busy.push(buffer);
  }
  return end;
}

function aligned(size: number): number {
  return Math.ceil(size / small) * small;
}

/** The gaps, in order of place, with one more; neighbours join. */
function withGap(
  gaps: readonly { start: number; length: number }[],
  start: number,
  length: number,
): { start: number; length: number }[] {
  const all = [...gaps, { start, length }].sort((a, b) => a.start - b.start);
  const joined: { start: number; length: number }[] = [];
  for (const gap of all) {
    const before = joined[joined.length - 1];
    if (before !== undefined && before.start + before.length === gap.start) before.length += gap.length;
    else joined.push({ ...gap });
  }
  return joined;
}
