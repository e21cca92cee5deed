// Four numbers of single precision as two vectors of two in double precision, and back.

import { type Code, demoteLow, promoteLow, v128 } from "../assembler.js";
import type { Pen } from "./pen.js";

const upper = [8, 9, 10, 11, 12, 13, 14, 15];
const lowerOfBoth = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** Both halves of an f32x4, each promoted. */
export function promoted({ keep }: Pen, x: Code): readonly [Code, Code] {
  return [keep(promoteLow(x)), keep(promoteLow(v128.shuffle(x, x, [...upper, ...upper])))];
}

/** The f32x4 of which these are the halves, rounded. */
export function demoted(low: Code, high: Code): Code {
  return v128.shuffle(demoteLow(low), demoteLow(high), lowerOfBoth);
}
