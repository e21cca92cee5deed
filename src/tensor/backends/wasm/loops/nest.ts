// Loop nests over a shape in which one loop goes by vectors. Every view has a pointer per loop that moves it; what is left over
// after whole blocks of vectors is written out as one more, shorter block whose last vector may be partial.

import type { Nest } from "../../loops/axes.js";
import { brIf, type Code, type FunctionWriter, i32, type Local, loop, type VectorFloat, v128 } from "../assembler.js";

/** A view that a nest walks. */
export interface Walk {
  /** Address of its first element. */
  readonly address: Code;
  readonly bytes: 4 | 8;
  /** Per axis of the shape, in elements. */
  readonly strides: readonly number[];
}

/** So many vectors are computed together; only the first lanes of the last one count. */
export interface Block {
  readonly vectors: number;
  readonly last: number;
}

/** The loops of a nest in the order in which they run, and which of them goes by vectors. */
export interface VectorNest extends Nest {
  readonly vector: number;
  readonly lanes: 2 | 4;
  /** Vectors per block. */
  readonly unroll: number;
}

/** What stands at each level: level 0 before all loops, level d inside d of them. `pointers` are those of the walks there. */
export interface NestBody {
  enter(f: FunctionWriter, level: number, pointers: readonly Local[], block: Block | undefined): void;
  leave(f: FunctionWriter, level: number, pointers: readonly Local[], block: Block | undefined): void;
}

export function writeNest(f: FunctionWriter, nest: VectorNest, walks: readonly Walk[], body: NestBody): void {
  const { lengths, strides, vector, lanes, unroll } = nest;
  const open = (into: FunctionWriter, level: number, pointers: readonly Local[], block: Block | undefined): void => {
    body.enter(into, level, pointers, block);
    if (level < lengths.length) {
      const inner = pointers.map((pointer, k) => (strides[k][level] === 0 ? pointer : f.local("i32")));
      inner.forEach((pointer, k) => {
        if (pointer !== pointers[k]) into.add(pointer.set(pointers[k].get));
      });
      const turns = (count: number, step: number, next: Block | undefined, isLast: boolean): void => {
        const code = nested(into, (inside) => {
          open(inside, level + 1, inner, next);
          if (isLast && count === 1) return;
          inner.forEach((pointer, k) => {
            const move = strides[k][level] * step * walks[k].bytes;
            if (move !== 0) inside.add(pointer.set(i32.add(pointer.get, i32.constant(move))));
          });
        });
        into.add(count === 1 ? code : repeated(f, count, code));
      };
      const length = lengths[level];
      if (level !== vector) turns(length, 1, block, true);
      else {
        const each = lanes * unroll;
        const whole = Math.floor(length / each);
        const rest = length - whole * each;
        if (whole > 0) turns(whole, each, { vectors: unroll, last: lanes }, rest === 0);
        if (rest > 0) {
          const vectors = Math.ceil(rest / lanes);
          turns(1, rest, { vectors, last: rest - (vectors - 1) * lanes }, true);
        }
      }
    }
    body.leave(into, level, pointers, block);
  };
  const starts = walks.map(({ address }) => {
    const pointer = f.local("i32");
    f.add(pointer.set(address));
    return pointer;
  });
  open(f, 0, starts, undefined);
}

/** The axis along which most views are contiguous or constant; the last of those equal. */
export function vectorAxis(lengths: readonly number[], strides: readonly (readonly number[])[]): number {
  const cost = (d: number): number => strides.filter((each) => each[d] !== 0 && each[d] !== 1).length;
  let best = lengths.length - 1;
  for (let d = lengths.length - 2; d >= 0; d--) if (cost(d) < cost(best)) best = d;
  return best;
}

/** What `write` writes, apart from the function's own statements. */
export function nested(f: FunctionWriter, write: (inside: FunctionWriter) => void): Code {
  const statements: Code[] = [];
  write({
    parameter: f.parameter,
    local: f.local,
    add: (...more) => {
      statements.push(...more);
    },
  });
  return statements;
}

/** The code `count` times, at least once. */
export function repeated(f: FunctionWriter, count: Code | number, code: Code): Code {
  const left = f.local("i32");
  return [
    left.set(typeof count === "number" ? i32.constant(count) : count),
    loop(code, brIf(0, left.tee(i32.sub(left.get, i32.constant(1))))),
  ];
}

// Vectors in memory ----------------------------------------------------------------------------------------------------

/** The vector of a walk at its pointer, `index` vectors further along the vector loop; lanes beyond its `valid` ones are arbitrary. */
export function loadVector(
  v: VectorFloat,
  lanes: 2 | 4,
  stride: number,
  pointer: Local,
  index: number,
  valid: number,
): Code {
  const { bytes } = v.scalar;
  if (stride === 0) return v.loadSplat(pointer.get);
  const offset = index * lanes * stride * bytes;
  // May read beyond the last element; memory is never that short.
  if (stride === 1) return bytes * lanes === 16 ? v128.load(pointer.get, offset) : v128.load64Zero(pointer.get, offset);
  let code = v.loadSplat(...apart(pointer, offset));
  for (let lane = 1; lane < valid; lane++) {
    code = v128.loadLane(bytes, lane, ...loadAt(pointer, offset + lane * stride * bytes, code));
  }
  return code;
}

/** Stores the valid lanes only. */
export function storeVector(
  v: VectorFloat,
  lanes: 2 | 4,
  stride: number,
  pointer: Local,
  index: number,
  valid: number,
  value: Code,
): Code {
  const { bytes } = v.scalar;
  const offset = index * lanes * stride * bytes;
  if (stride !== 1) {
    return Array.from({ length: valid }, (_, lane) =>
      v128.storeLane(bytes, lane, ...loadAt(pointer, offset + lane * stride * bytes, value)),
    );
  }
  const length = valid * bytes;
  if (length === 16) return v128.store(pointer.get, value, offset);
  if (length === 4) return v128.storeLane(4, 0, pointer.get, value, offset);
  const half = v128.storeLane(8, 0, pointer.get, value, offset);
  return length === 8 ? half : [half, v128.storeLane(4, 2, pointer.get, value, offset + 8)];
}

/** Distances that do not fit an instruction's own offset go into the address. */
function apart(pointer: Local, offset: number): [Code, number] {
  return offset >= 0 && offset < 2 ** 20 ? [pointer.get, offset] : [i32.add(pointer.get, i32.constant(offset)), 0];
}

function loadAt(pointer: Local, offset: number, vector: Code): [Code, Code, number] {
  const [address, rest] = apart(pointer, offset);
  return [address, vector, rest];
}
