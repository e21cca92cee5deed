// Masses as a user gives them: one number, a diagonal, a matrix, or the kind that warmup is to learn. The best inverse mass is the
// target's covariance, which makes every direction swing with period 2 pi.

import { finiteVector, oneOf, positiveNumber, refuse } from "../arguments/index.js";
import { choleskyOf, solveLower, solveTransposed } from "./cholesky.js";
import type { Welford } from "./welford.js";

/** What warmup can learn: a diagonal, a whole matrix, or a diagonal plus a few directions. */
export type MassKind = "diagonal" | "dense" | "lowRank";

/** `M^-1 = D^(1/2) (I + V (Lambda - I) V') D^(1/2)`: what a low-rank mass has become, so that it can be given. */
export interface LowRankMass {
  /** Of D. */
  readonly diagonal: readonly number[];
  /** Of Lambda, none of them 1. */
  readonly eigenvalues: readonly number[];
  /** The orthonormal columns of V, one per eigenvalue. */
  readonly directions: readonly (readonly number[])[];
}

/** The mass of a sampler, checked: given (one number, the diagonal, the rows of the matrix, low-rank) or to be adapted. */
export type Mass = number | readonly number[] | readonly (readonly number[])[] | LowRankMass | MassKind;

/** A mass as an option: as `Mass`, lists of any sort. */
export type MassOption = number | ArrayLike<number> | ArrayLike<ArrayLike<number>> | LowRankMass | MassKind;

const KINDS: readonly MassKind[] = ["diagonal", "dense", "lowRank"];

/** Checks a mass, of `dim` coordinates or of any number of them where `dim` is left out. Plain data comes back. */
export function massOption(where: string, mass: unknown, dim?: number): Mass {
  if (typeof mass === "string") return oneOf(where, "mass", mass, KINDS);
  if (typeof mass === "number") return positiveNumber(where, "mass", mass);
  if (isListOfLists(mass)) return matrixOption(where, mass, dim);
  if (isLowRank(mass)) return lowRankOption(where, mass, dim);
  return positiveNumbers(where, "mass", mass, dim);
}

function positiveNumbers(where: string, name: string, value: unknown, length?: number): number[] {
  const numbers = finiteVector(where, name, value, length);
  for (let i = 0; i < numbers.length; i++) {
    if (numbers[i] <= 0) refuse(where, `${name}[${i}]`, "a positive number", numbers[i]);
  }
  return Array.from(numbers);
}

function lowRankOption(where: string, mass: LowRankMass, size?: number): LowRankMass {
  const diagonal = positiveNumbers(where, "mass.diagonal", mass.diagonal, size);
  const eigenvalues = positiveNumbers(where, "mass.eigenvalues", mass.eigenvalues);
  const count = eigenvalues.length;
  if (!Array.isArray(mass.directions) || mass.directions.length !== count) {
    refuse(where, "mass.directions", `${count} directions, one per eigenvalue`, mass.directions);
  }
  const dim = diagonal.length;
  const directions = mass.directions.map((v, j) => Array.from(finiteVector(where, `mass.directions[${j}]`, v, dim)));
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const overlap = directions[i].reduce((sum, x, k) => sum + x * directions[j][k], 0);
      if (Math.abs(overlap - (i === j ? 1 : 0)) > 1e-6) {
        refuse(
          where,
          `mass.directions[${i}]`,
          `orthonormal to the others, and its product with the one of index ${j} ${i === j ? 1 : 0}`,
          overlap,
        );
      }
    }
  }
  return { diagonal, eigenvalues, directions };
}

function matrixOption(where: string, mass: ArrayLike<ArrayLike<number>>, dim = mass.length): number[][] {
  if (mass.length !== dim) refuse(where, "mass", `${dim} rows of ${dim} numbers`, mass);
  const rows = Array.from(mass, (row, i) => Array.from(finiteVector(where, `mass[${i}]`, row, dim)));
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs(rows[i][j] - rows[j][i]) > 1e-10 * Math.sqrt(Math.abs(rows[i][i] * rows[j][j]))) {
        refuse(where, `mass[${i}][${j}]`, `mass[${j}][${i}], as in a symmetric matrix`, rows[i][j]);
      }
    }
  }
  inverseOfMatrix(where, rows);
  return rows;
}

function isListOfLists(mass: unknown): mass is ArrayLike<ArrayLike<number>> {
  return Array.isArray(mass) && mass.length > 0 && typeof mass[0] === "object" && mass[0] !== null;
}

/** The same where columns have a diagonal each: undefined where it is left out or "diagonal", and so to be learnt. */
export function diagonalMassOption(where: string, mass: unknown, dim?: number): number | readonly number[] | undefined {
  if (mass === undefined || mass === "diagonal") return undefined;
  const checked = massOption(where, mass, dim);
  if (!isDiagonal(checked)) refuse(where, "mass", 'one number, a list of numbers or "diagonal"', mass);
  return checked;
}

export function isMatrix(mass: Mass): mass is readonly (readonly number[])[] {
  return Array.isArray(mass) && typeof mass[0] === "object";
}

/** Whether a mass is given as one number or a diagonal. */
export function isDiagonal(mass: Mass): mass is number | readonly number[] {
  return typeof mass === "number" || (Array.isArray(mass) && typeof mass[0] === "number");
}

export function isLowRank(mass: unknown): mass is LowRankMass {
  return typeof mass === "object" && mass !== null && "directions" in mass;
}

/** What of a mass warmup adapts; undefined where it is given. */
export function adaptedKind(mass: Mass): MassKind | undefined {
  return typeof mass === "string" ? mass : undefined;
}

/** The rows of the inverse of a positive definite matrix, one after the other. Throws where it is none. */
export function inverseOfMatrix(where: string, mass: readonly (readonly number[])[]): Float64Array {
  const dim = mass.length;
  const lower = new Float64Array(dim * dim);
  if (!choleskyOf(Float64Array.from(mass.flat()), dim, lower)) {
    throw new RangeError(`${where}: mass must be a positive definite matrix`);
  }
  const inverse = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    const row = inverse.subarray(i * dim, (i + 1) * dim);
    row[i] = 1;
    solveLower(lower, dim, row, row);
    solveTransposed(lower, dim, row, row);
  }
  // Equal on both sides of the diagonal, to the last bit.
  for (let i = 0; i < dim; i++) for (let j = 0; j < i; j++) inverse[i * dim + j] = inverse[j * dim + i];
  return inverse;
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
