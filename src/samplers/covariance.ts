// Covariances as a user gives them (one variance, a list of variances, a matrix) and their square roots: what a random walk's steps and an
// elliptical slice's Gaussian are made with.

import { finiteVector, positiveNumber, refuse } from "../arguments/index.js";
import { choleskyOf } from "./cholesky.js";

/** One variance for all coordinates, one for each, or the rows of a symmetric positive definite matrix. */
export type CovarianceOption = number | ArrayLike<number> | readonly ArrayLike<number>[];

/** A checked covariance, as plain data. */
export type Covariance = number | readonly number[] | readonly (readonly number[])[];

/** Checks a covariance, of `dim` coordinates or of any number of them where `dim` is left out. */
export function covarianceOption(where: string, covariance: unknown, dim?: number): Covariance {
  if (typeof covariance === "number") return positiveNumber(where, "covariance", covariance);
  if (Array.isArray(covariance) && typeof covariance[0] === "object") return rowsOf(where, covariance, dim);
  const variances = Array.from(finiteVector(where, "covariance", covariance, dim));
  return variances.map((variance, i) => positiveNumber(where, `covariance[${i}]`, variance));
}

function rowsOf(where: string, covariance: readonly ArrayLike<number>[], dim = covariance.length): number[][] {
  if (covariance.length !== dim) refuse(where, "covariance", `${dim} rows of ${dim} numbers`, covariance);
  const rows = covariance.map((row, i) => Array.from(finiteVector(where, `covariance[${i}]`, row, dim)));
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++) {
      // A product such as R D R' is symmetric up to rounding only.
      if (Math.abs(rows[i][j] - rows[j][i]) > 1e-12 * Math.sqrt(Math.abs(rows[i][i] * rows[j][j]))) {
        refuse(where, `covariance[${i}][${j}]`, `equal to covariance[${j}][${i}] = ${rows[j][i]}`, rows[i][j]);
      }
    }
  }
  if (!choleskyOf(Float64Array.from(rows.flat()), dim, new Float64Array(dim * dim))) {
    throw new RangeError(`${where}: covariance must be positive definite, which it is not`);
  }
  return rows;
}

export function isMatrix(covariance: Covariance): covariance is readonly (readonly number[])[] {
  return typeof covariance === "object" && typeof covariance[0] === "object";
}

/** The diagonal (`dim` numbers) or, of a matrix, its rows one after the other. */
export function numbersOf(covariance: Covariance, dim: number): Float64Array {
  if (typeof covariance === "number") return new Float64Array(dim).fill(covariance);
  return Float64Array.from(isMatrix(covariance) ? covariance.flat() : covariance);
}

/** Writes the square root of what `numbersOf` gives: of a diagonal the roots, of a matrix the Cholesky factor. False where there is none. */
export function rootOf(covariance: Float64Array, dim: number, root: Float64Array): boolean {
  // One coordinate is a matrix as much as a diagonal, with the same root.
  if (covariance.length !== dim) return choleskyOf(covariance, dim, root);
  for (let i = 0; i < dim; i++) root[i] = Math.sqrt(covariance[i]);
  return covariance.every((variance) => variance > 0 && variance < Number.POSITIVE_INFINITY);
}
