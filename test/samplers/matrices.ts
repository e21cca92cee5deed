// Small matrices for the tests of masses: rows one after the other in a Float64Array.

import type { Random } from "../../src/random/index.js";

export function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
    return sum;
  });
}

export function transposed(a: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => a[(at % n) * n + Math.floor(at / n)]);
}

export function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
}

/** The matrix of a linear map: column j is what it makes of the unit vector j. */
export function matrixOf(map: (x: Float64Array, out: Float64Array) => void, n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const [x, out] = [new Float64Array(n), new Float64Array(n)];
    x[j] = 1;
    map(x, out);
    for (let i = 0; i < n; i++) matrix[i * n + j] = out[i];
  }
  return matrix;
}

/** A positive definite matrix with eigenvalues of at least `least`. */
export function positiveDefinite(random: Random, n: number, least: number): Float64Array {
  const a = Float64Array.from({ length: n * n }, () => random.normal());
  const square = product(a, transposed(a, n), n);
  for (let i = 0; i < n; i++) square[i * (n + 1)] += least;
  return square;
}

/** The largest difference of two entries, relative to the largest entry. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [most, size] = [0, 0];
  for (let k = 0; k < b.length; k++) {
    most = Math.max(most, Math.abs(a[k] - b[k]));
    size = Math.max(size, Math.abs(b[k]));
  }
  return a.length === b.length ? most / size : Number.POSITIVE_INFINITY;
}
