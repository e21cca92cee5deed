// The little dense linear algebra that exact facts of laws need: rows of numbers in, rows of numbers out.

import { finiteVector, positiveNumber, refuse } from "../arguments/index.js";

/** Rows of a matrix. */
export type Rows = readonly (readonly number[])[];

/** One variance for all, `dim` variances, or the rows of a symmetric positive definite matrix. */
export type Covariance = number | ArrayLike<number> | readonly ArrayLike<number>[];

/** Beyond this dimension a matrix of facts is not written out: ten thousand dimensions would fill 800 MB with zeros. */
const LARGEST = 1000;

/** A covariance as its Cholesky factor L. */
export interface Factor {
  /** The diagonal of L. */
  readonly deviations: readonly number[];
  /** The rows of L; undefined where the covariance is diagonal. */
  readonly lower?: Rows;
  /** The rows of the covariance; undefined where it is diagonal and too large to be written out. */
  readonly rows?: Rows;
}

/** The factor of a covariance; throws where it has another shape or is not symmetric and positive definite. */
export function factorOf(where: string, name: string, dim: number, covariance: Covariance): Factor {
  if (typeof covariance === "number" || typeof covariance?.[0] === "number") {
    const variances =
      typeof covariance === "number"
        ? new Array<number>(dim).fill(positiveNumber(where, name, covariance))
        : Array.from(finiteVector(where, name, covariance, dim), (variance, i) =>
            positiveNumber(where, `${name}[${i}]`, variance),
          );
    return { deviations: variances.map(Math.sqrt), rows: diagonalRows(variances) };
  }
  const rows = symmetricRows(where, name, dim, covariance as readonly ArrayLike<number>[]);
  const lower = cholesky(where, name, rows);
  const deviations = lower.map((row, i) => row[i]);
  const diagonal = rows.every((row, i) => row.every((entry, j) => i === j || entry === 0));
  return diagonal ? { deviations, rows } : { deviations, lower, rows };
}

function symmetricRows(where: string, name: string, dim: number, matrix: readonly ArrayLike<number>[]): number[][] {
  if (!Array.isArray(matrix) || matrix.length !== dim) {
    refuse(where, name, `a number, ${dim} variances or ${dim} rows of ${dim} numbers`, matrix);
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

/** The matrix with these entries on its diagonal; undefined where it would be too large to be worth writing out. */
export function diagonalRows(entries: readonly number[]): number[][] | undefined {
  if (entries.length > LARGEST) return undefined;
  return entries.map((entry, i) => entries.map((_, j) => (i === j ? entry : 0)));
}

/** The lower triangular L with L L' equal to the matrix; throws where that is not positive definite. */
function cholesky(where: string, name: string, rows: Rows): number[][] {
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

/** Half the log determinant of the covariance. */
export function halfLogDeterminant({ deviations }: Factor): number {
  return deviations.reduce((sum, deviation) => sum + Math.log(deviation), 0);
}

/** `out += L z` */
export function addFactorTimes({ deviations, lower }: Factor, z: Float64Array, out: Float64Array): void {
  for (let i = 0; i < deviations.length; i++) {
    if (lower === undefined) {
      out[i] += deviations[i] * z[i];
      continue;
    }
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += lower[i][j] * z[j];
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
  const v = rows.map((_, i) => rows.map((__, j) => (i === j ? 1 : 0)));
  const size = Math.hypot(...rows.map((row) => Math.hypot(...row)));
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
