// Cholesky factors of small dense matrices, rows one after the other in a Float64Array: what a dense mass needs.

/** Writes the lower factor L with `L L' = a`; false where `a`, of which the lower half is read, is not positive definite. */
export function choleskyOf(a: Float64Array, dim: number, lower: Float64Array): boolean {
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * dim + j];
      for (let k = 0; k < j; k++) sum -= lower[i * dim + k] * lower[j * dim + k];
      if (i !== j) lower[i * dim + j] = sum / lower[j * dim + j];
      else if (sum > 0 && sum < Number.POSITIVE_INFINITY) lower[i * dim + i] = Math.sqrt(sum);
      else return false;
    }
    lower.fill(0, i * dim + i + 1, (i + 1) * dim);
  }
  return true;
}

/** out = L z; `out` may be `z`. */
export function timesLower(lower: Float64Array, dim: number, z: Float64Array, out: Float64Array): void {
  for (let i = dim - 1; i >= 0; i--) {
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += lower[i * dim + j] * z[j];
    out[i] = sum;
  }
}

/** out = L' z; `out` may be `z`. */
export function timesTransposed(lower: Float64Array, dim: number, z: Float64Array, out: Float64Array): void {
  for (let i = 0; i < dim; i++) {
    let sum = 0;
    for (let j = i; j < dim; j++) sum += lower[j * dim + i] * z[j];
    out[i] = sum;
  }
}

/** out = L^-1 z; `out` may be `z`. */
export function solveLower(lower: Float64Array, dim: number, z: Float64Array, out: Float64Array): void {
  for (let i = 0; i < dim; i++) {
    let sum = z[i];
    for (let j = 0; j < i; j++) sum -= lower[i * dim + j] * out[j];
    out[i] = sum / lower[i * dim + i];
  }
}

/** out = L^-T z; `out` may be `z`. */
export function solveTransposed(lower: Float64Array, dim: number, z: Float64Array, out: Float64Array): void {
  for (let i = dim - 1; i >= 0; i--) {
    let sum = z[i];
    for (let j = i + 1; j < dim; j++) sum -= lower[j * dim + i] * out[j];
    out[i] = sum / lower[i * dim + i];
  }
}
