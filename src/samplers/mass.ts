// Diagonal masses: what a user gives, and what warmup learns. The best inverse mass is the target's variance, which makes every
// coordinate swing with period 2 pi.

import { finiteVector, positiveNumber, refuse } from "../arguments/index.js";
import type { Welford } from "./welford.js";

/** Checks a mass given as one number for all coordinates or as `dim` numbers (any count where `dim` is left out). */
export function massOption(where: string, mass: unknown, dim?: number): number | number[] {
  if (typeof mass === "number") return positiveNumber(where, "mass", mass);
  const masses = finiteVector(where, "mass", mass, dim);
  for (let i = 0; i < masses.length; i++) {
    if (masses[i] <= 0) refuse(where, `mass[${i}]`, "a positive number", masses[i]);
  }
  return Array.from(masses);
}

/** 1 / mass for every coordinate of every column: `[dim, width]`. */
export function inverseOf(mass: number | readonly number[], dim: number, width: number): Float64Array {
  return Float64Array.from(
    { length: dim * width },
    (_, k) => 1 / (typeof mass === "number" ? mass : mass[Math.floor(k / width)]),
  );
}

/**
 * Writes the inverse mass of a column from its `n` positions: their variance shrunk towards 1e-3 with the weight of five
 * positions, `n/(n+5) variance + 1e-3 * 5/(n+5)`, as in Stan.
 */
export function writeInverseMass(moments: Welford, column: number, inverseMass: Float64Array): void {
  const width = moments.count.length;
  const n = moments.count[column];
  for (let i = 0, k = column; k < inverseMass.length; i++, k += width) {
    inverseMass[k] = (n / (n + 5)) * moments.variance(i, column) + 1e-3 * (5 / (n + 5));
  }
}
