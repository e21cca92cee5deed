// The inverse mass that draws and gradients ask for together. Of a Gaussian the positions have the covariance S and the gradients S^-1, and
// the mass of least Fisher divergence is their geometric mean: M^-1 with M^-1 cov(gradients) M^-1 = cov(positions), which is S
// whatever the draws, as soon as they span the space (Seyboldt, Carlson, Carpenter 2024).

import { choleskyOf } from "./cholesky.js";
import { symmetricEigen } from "./symmetric-eigen.js";

/**
 * Returns the positive definite X with `X b X = a` for positive definite `[n, n]` matrices: the geometric mean of `a` and `b^-1`.
 * Undefined where `b` is not positive definite.
 * @example adaptation.geometricMean(Float64Array.of(4, 0, 0, 9), Float64Array.of(1, 0, 0, 0.25), 2) // [2, 0, 0, 6], but for rounding
 */
export function geometricMean(a: Float64Array, b: Float64Array, n: number): Float64Array | undefined {
  const lower = new Float64Array(n * n);
  if (!choleskyOf(b, n, lower)) return undefined;
  // With b = L L': X = L^-T (L' a L)^1/2 L^-1.
  const { values, vectors } = symmetricEigen(congruent(a, lower, n), n);
  // Each eigenvector v becomes lambda^1/4 L^-T v; X is the sum of their outer products.
  for (let k = 0; k < n; k++) {
    const v = vectors.subarray(k * n, (k + 1) * n);
    const by = Math.max(values[k], 0) ** 0.25;
    for (let i = n - 1; i >= 0; i--) {
      const x = v[i] / lower[i * n + i];
      for (let j = 0; j < i; j++) v[j] -= lower[i * n + j] * x;
      v[i] = x;
    }
    for (let i = 0; i < n; i++) v[i] *= by;
  }
  return outerSum(vectors, n, n);
}

/** The sum of the outer products of `count` rows of length `n`: `rows' rows`. */
function outerSum(rows: Float64Array, count: number, n: number): Float64Array {
  const sum = new Float64Array(n * n);
  for (let k = 0; k < count; k++) {
    const row = rows.subarray(k * n, (k + 1) * n);
    for (let i = 0; i < n; i++) {
      const by = row[i];
      for (let j = 0, at = i * n; j <= i; j++, at++) sum[at] += by * row[j];
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum[j * n + i] = sum[i * n + j];
  return sum;
}

/** L' a L. */
function congruent(a: Float64Array, lower: Float64Array, n: number): Float64Array {
  const right = new Float64Array(n * n);
  const both = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const by = a[i * n + k];
      for (let j = 0; j <= k; j++) right[i * n + j] += by * lower[k * n + j];
    }
  }
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) {
      const by = lower[k * n + i];
      for (let j = 0; j < n; j++) both[i * n + j] += by * right[k * n + j];
    }
  }
  return both;
}
