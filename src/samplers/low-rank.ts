// The low-rank inverse mass of a window of draws and gradients: a diagonal by nutpie's rule, and the few directions along which what is left
// is far from 1 (Seyboldt, Carlson, Carpenter 2024, "Preconditioning Hamiltonian Monte Carlo by minimizing Fisher divergence").

import { dot, norm } from "../tensor/vectors.js";
import { geometricMean } from "./geometric-mean.js";
import { symmetricEigen } from "./symmetric-eigen.js";

/** Rows of positions and of the gradients there, `[count, dim]` each. */
export interface DrawsWithGradients {
  readonly count: number;
  readonly dim: number;
  readonly positions: Float64Array;
  readonly gradients: Float64Array;
}

/** Directions whose variance is within this factor of 1 are left to the diagonal. */
const CUTOFF = 2;
/** Weight of the identity in both covariances, which have diagonals near 1: it bounds an eigenvalue by 1 / REGULARIZATION or so. */
export const REGULARIZATION = 1e-3;

/**
 * Writes a low-rank metric's array (see `lowRankMetric`) of `most` directions into `inverseMass`. Coordinates that have not moved keep the
 * diagonal that is there.
 */
export function writeLowRank(window: DrawsWithGradients, most: number, inverseMass: Float64Array): void {
  const { count, dim } = window;
  const diagonal = inverseMass.subarray(0, dim);
  const positions = centred(window.positions, count, dim);
  const gradients = centred(window.gradients, count, dim);
  for (let i = 0; i < dim; i++) {
    let [squares, slopes] = [0, 0];
    for (let k = i; k < count * dim; k += dim) {
      squares += positions[k] ** 2;
      slopes += gradients[k] ** 2;
    }
    diagonal[i] = fisherScale(squares, slopes, diagonal[i]);
    const root = Math.sqrt(diagonal[i]);
    for (let k = i; k < count * dim; k += dim) {
      positions[k] /= root;
      gradients[k] *= root;
    }
  }
  const { values, vectors } = stretches(positions, gradients, count, dim);
  writeDirections(values, vectors, most, dim, inverseMass);
}

/** sqrt(variance of positions / variance of gradients), or `otherwise` where that is no positive number. */
export function fisherScale(variance: number, gradientVariance: number, otherwise: number): number {
  const scale = Math.sqrt(variance / gradientVariance);
  return scale > 0 && scale < Number.POSITIVE_INFINITY ? scale : otherwise;
}

/** Keeps the `most` eigenvalues furthest from 1 of those beyond the cutoff; the rest of the directions becomes 0. */
export function writeDirections(
  values: Float64Array,
  vectors: Float64Array,
  most: number,
  dim: number,
  inverseMass: Float64Array,
): void {
  const eigenvalues = inverseMass.subarray(dim, dim + most).fill(1);
  const directions = inverseMass.subarray(dim + most).fill(0);
  const far = (k: number): number => Math.abs(Math.log(values[k]));
  Array.from(values.keys())
    .filter((k) => far(k) > Math.log(CUTOFF))
    .sort((a, b) => far(b) - far(a))
    .slice(0, most)
    .forEach((k, j) => {
      eigenvalues[j] = values[k];
      directions.set(vectors.subarray(k * dim, (k + 1) * dim), j * dim);
    });
}

/** Eigenvalues of the geometric mean within the space that the rows span, and their unit vectors in whole coordinates. */
function stretches(
  positions: Float64Array,
  gradients: Float64Array,
  count: number,
  dim: number,
): { values: Float64Array; vectors: Float64Array } {
  const basis = 2 * count < dim ? orthonormalRows([positions, gradients], dim) : undefined;
  const k = basis === undefined ? dim : basis.length / dim;
  const [a, b] = [positions, gradients].map((rows) =>
    regularized(basis === undefined ? rows : projected(rows, basis, dim), count, k),
  );
  const mean = geometricMean(a, b, k);
  if (mean === undefined) return { values: new Float64Array(0), vectors: new Float64Array(0) };
  const { values, vectors } = symmetricEigen(mean, k);
  return { values, vectors: basis === undefined ? vectors : lifted(vectors, basis, k, dim) };
}

/** `rows' rows / (count - 1)` plus a little of the identity. */
function regularized(rows: Float64Array, count: number, n: number): Float64Array {
  const sum = new Float64Array(n * n);
  for (let t = 0; t < count; t++) {
    const row = rows.subarray(t * n, (t + 1) * n);
    for (let i = 0; i < n; i++) {
      const by = row[i] / (count - 1);
      for (let j = 0, at = i * n; j <= i; j++, at++) sum[at] += by * row[j];
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) sum[j * n + i] = sum[i * n + j];
    sum[i * (n + 1)] += REGULARIZATION;
  }
  return sum;
}

/** An orthonormal basis, as rows, of what the rows of several arrays span: Gram-Schmidt, each row twice. */
export function orthonormalRows(arrays: readonly Float64Array[], dim: number): Float64Array {
  const total = arrays.reduce((sum, rows) => sum + rows.length / dim, 0);
  const basis = new Float64Array(Math.min(total, dim) * dim);
  let found = 0;
  for (const rows of arrays) {
    for (let from = 0; from < rows.length && found < dim; from += dim) {
      const row = basis.subarray(found * dim, (found + 1) * dim);
      row.set(rows.subarray(from, from + dim));
      const before = norm(row);
      for (let pass = 0; pass < 2; pass++) {
        for (let k = 0; k < found; k++) {
          const known = basis.subarray(k * dim, (k + 1) * dim);
          const by = dot(known, row);
          for (let i = 0; i < dim; i++) row[i] -= by * known[i];
        }
      }
      const rest = norm(row);
      if (!(rest > 1e-8 * before)) continue;
      for (let i = 0; i < dim; i++) row[i] /= rest;
      found++;
    }
  }
  return basis.slice(0, found * dim);
}

/** Rows times the basis's transpose: `[count, k]`. */
export function projected(rows: Float64Array, basis: Float64Array, dim: number): Float64Array {
  const k = basis.length / dim;
  return Float64Array.from({ length: (rows.length / dim) * k }, (_, at) => {
    const [t, j] = [Math.floor(at / k), at % k];
    return dot(rows.subarray(t * dim, (t + 1) * dim), basis.subarray(j * dim, (j + 1) * dim));
  });
}

/** Coordinates in the basis back to whole ones: `[count, dim]`. */
export function lifted(rows: Float64Array, basis: Float64Array, k: number, dim: number): Float64Array {
  const count = rows.length / k;
  const whole = new Float64Array(count * dim);
  for (let t = 0; t < count; t++) {
    for (let j = 0; j < k; j++) {
      const by = rows[t * k + j];
      for (let i = 0; i < dim; i++) whole[t * dim + i] += by * basis[j * dim + i];
    }
  }
  return whole;
}

/** A copy of rows less their mean. */
function centred(rows: Float64Array, count: number, dim: number): Float64Array {
  const result = rows.slice(0, count * dim);
  for (let i = 0; i < dim; i++) {
    let mean = 0;
    for (let k = i; k < result.length; k += dim) mean += result[k] / count;
    for (let k = i; k < result.length; k += dim) result[k] -= mean;
  }
  return result;
}
