// The little dense linear algebra that exact facts of laws need: rows of numbers in, rows of numbers out.

import { finiteVector, positiveNumber, refuse } from "../arguments/index.js";

/** Rows of a matrix. */
export type Rows = readonly (readonly number[])[];

/** One variance for all, `dim` variances, or the rows of a symmetric positive definite matrix. */
export type Covariance = number | ArrayLike<number> | readonly ArrayLike<number>[];

/** The rows of a covariance; throws where it has another shape, is not symmetric, or a variance is not positive. */
export function covarianceRows(where: string, name: string, dim: number, covariance: Covariance): number[][] {
  if (typeof covariance === "number") {
    return diagonalRows(new Array<number>(dim).fill(positiveNumber(where, name, covariance)));
  }
  if (typeof covariance?.[0] === "number") {
    const variances = Array.from(finiteVector(where, name, covariance, dim));
    return diagonalRows(variances.map((variance, i) => positiveNumber(where, `${name}[${i}]`, variance)));
  }
  const matrix = covariance as readonly ArrayLike<number>[];
  if (!Array.isArray(matrix) || matrix.length !== dim) {
    refuse(where, name, `a number, ${dim} variances or ${dim} rows of ${dim} numbers`, covariance);
  }
  const rows = matrix.map((row, i) => Array.from(finiteVector(where, `${name}[${i}]`, row, dim)));
  rows.forEach((row, i) => positiveNumber(where, `${name}[${i}][${i}]`, row[i]));
  return rows.map((row, i) =>
    row.map((entry, j) => {
      const mirrored = rows[j][i];
      // A product such as R D R' is symmetric up to rounding only; the mean of both is symmetric.
      const rounding = 1e-12 * Math.sqrt(rows[i][i] * rows[j][j]);
      if (!(Math.abs(entry - mirrored) <= rounding)) {
        refuse(where, `${name}[${i}][${j}]`, `equal to ${name}[${j}][${i}] = ${mirrored}`, entry);
      }
      return 0.5 * (entry + mirrored);
    }),
  );
}

export function diagonalRows(entries: readonly number[]): number[][] {
  return entries.map((entry, i) => entries.map((_, j) => (i === j ? entry : 0)));
}

export function isDiagonal(rows: Rows): boolean {
  return rows.every((row, i) => row.every((entry, j) => i === j || entry === 0));
}

/** The lower triangular L with L L' equal to the matrix; throws where that is not positive definite. */
export function cholesky(where: string, name: string, rows: Rows): number[][] {
  const l = rows.map((row) => row.map(() => 0));
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = rows[i][j];
      for (let k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
      if (i === j && !(sum > 0)) {
        throw new RangeError(`${where}: ${name} must be positive definite, which it is not`);
      }
      l[i][j] = i === j ? Math.sqrt(sum) : sum / l[j][j];
    }
  }
  return l;
}

/** The inverse of a lower triangular matrix. */
export function invertLower(l: Rows): number[][] {
  const inverse = l.map((row) => row.map(() => 0));
  for (let column = 0; column < l.length; column++) {
    for (let i = column; i < l.length; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= l[i][k] * inverse[k][column];
      inverse[i][column] = sum / l[i][i];
    }
  }
  return inverse;
}

/** The inverse of L L'. */
export function invertFactored(l: Rows): number[][] {
  const inverse = invertLower(l);
  return l.map((_, i) => l.map((_, j) => inverse.reduce((sum, row) => sum + row[i] * row[j], 0)));
}

/** The sum of the logarithms of a triangular matrix's diagonal: half the log determinant of L L'. */
export function logDiagonal(l: Rows): number {
  return l.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
}

/** `out += L z`, L lower triangular. */
export function addLowerTimes(l: Rows, z: Float64Array, out: Float64Array): void {
  for (let i = 0; i < l.length; i++) {
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += l[i][j] * z[j];
    out[i] += sum;
  }
}

/**
 * Eigenvalues and eigenvectors (the columns of `vectors`) of a symmetric matrix, by cyclic Jacobi rotations
 * (Golub & Van Loan, Matrix Computations, 8.5): slow for large matrices, and accurate for all.
 */
export function symmetricEigen(rows: Rows): { values: number[]; vectors: number[][] } {
  const n = rows.length;
  const a = rows.map((row) => [...row]);
  const v = diagonalRows(new Array<number>(n).fill(1));
  const size = Math.hypot(...rows.flat());
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off = Math.max(off, Math.abs(a[p][q]));
    if (off <= 1e-17 * size) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  return { values: a.map((row, i) => row[i]), vectors: v };
}

/** Makes a[p][q] zero by a rotation in the plane of p and q. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  if (a[p][q] === 0) return;
  const tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (const row of a) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
  for (let k = 0; k < a.length; k++) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
  for (const row of v) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
}
