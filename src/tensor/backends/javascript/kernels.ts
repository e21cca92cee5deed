// The kernels that are called instead of generated: factorisations of contiguous matrices, whose cost lies in their own
// loops. They add and subtract in the interpreter's order.

import type { NumberArray } from "../../program.js";

/** Lower triangular `L` with `L L^T = A` for `batch` matrices `[n, n]`; `work` holds n n doubles, since f32 is rounded at the end. */
export function choleskyInto(
  out: NumberArray,
  to: number,
  a: NumberArray,
  from: number,
  work: NumberArray,
  at: number,
  batch: number,
  n: number,
): void {
  for (let s = 0; s < batch; s++) {
    const base = from + s * n * n;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = a[base + i * n + j];
        for (let k = 0; k < j; k++) sum -= work[at + i * n + k] * work[at + j * n + k];
        work[at + i * n + j] = i === j ? Math.sqrt(sum) : sum / work[at + j * n + j];
      }
      for (let j = i + 1; j < n; j++) work[at + i * n + j] = 0;
    }
    for (let i = 0; i < n * n; i++) out[to + s * n * n + i] = work[at + i];
  }
}

/** Solves `L X = B`, or `L^T X = B` where `transposed`, for `batch` matrices `[n, n]` and `[n, m]`; `work` holds n doubles. */
export function triangularSolveInto(
  out: NumberArray,
  to: number,
  l: NumberArray,
  fromL: number,
  right: NumberArray,
  fromRight: number,
  work: NumberArray,
  at: number,
  batch: number,
  n: number,
  m: number,
  transposed: boolean,
): void {
  for (let s = 0; s < batch; s++) {
    const matrix = fromL + s * n * n;
    for (let c = 0; c < m; c++) {
      for (let step = 0; step < n; step++) {
        const i = transposed ? n - 1 - step : step;
        let sum = right[fromRight + (s * n + i) * m + c];
        for (let k = 0; k < step; k++) {
          const j = transposed ? n - 1 - k : k;
          sum -= l[matrix + (transposed ? j * n + i : i * n + j)] * work[at + j];
        }
        work[at + i] = sum / l[matrix + i * n + i];
      }
      for (let i = 0; i < n; i++) out[to + (s * n + i) * m + c] = work[at + i];
    }
  }
}
