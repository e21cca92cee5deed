// When the result of a primitive, computed in double precision, must be rounded to be a number of its dtype.

import type { DType } from "../../graph.js";

/** Primitives whose result in double precision, from operands that are f32 numbers, is an f32 number already. */
const exactInF32 = new Set([
  "neg",
  "abs",
  "sign",
  "floor",
  "relu",
  "min",
  "max",
  "less",
  "lessEqual",
  "equal",
  "where",
  "stopGradient",
]);

/** Must the result of this primitive be rounded to be a number of `dtype`? */
export function needsRounding(op: string, dtype: DType): boolean {
  return dtype === "f32" && !exactInF32.has(op);
}
