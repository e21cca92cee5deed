// Mean and sample variance where an empty or too short sample has the value NaN, as R has NA.

import { mean as meanOf, sampleVariance } from "simple-statistics";

export function mean(x: Float64Array): number {
  return x.length === 0 ? Number.NaN : meanOf(asArray(x));
}

/** With divisor `n - 1`; NaN below two values. */
export function variance(x: Float64Array): number {
  return x.length < 2 ? Number.NaN : sampleVariance(asArray(x));
}

// simple-statistics asks for an array by type, and reads nothing but its length and its indices.
function asArray(x: Float64Array): readonly number[] {
  return x as ArrayLike<number> as readonly number[];
}
