// Running covariance matrices of columns: Welford's update for pairs of coordinates.

import type { Memory } from "./kernel.js";

export interface CoMoments {
  /** Positions taken so far, per column. */
  readonly count: Float64Array;
  /** `[dim, width]` */
  readonly mean: Float64Array;
  /** Takes column `column` of a position `[dim, width]`. */
  add(position: Float64Array, column: number): void;
  /** The covariance (denominator count - 1) of two coordinates; NaN before the second position. */
  covariance(i: number, j: number, column: number): number;
  reset(column: number): void;
  /** All that it knows: live arrays `[rows, width]`. */
  readonly memory: Memory;
}

/**
 * Running covariances of `width` columns of `dim` coordinates.
 * @example
 * const moments = adaptation.coMoments(2, 1);
 * for (const [x, y] of [[1, 0], [3, 4]]) moments.add(Float64Array.of(x, y), 0);
 * moments.covariance(0, 1, 0) // 4
 */
export function coMoments(dim: number, width: number): CoMoments {
  const count = new Float64Array(width);
  const mean = new Float64Array(dim * width);
  const products = new Float64Array(dim * dim * width);
  const before = new Float64Array(dim);
  return {
    count,
    mean,
    memory: { count, mean, products },
    // Hot while a dense mass is learnt: as many products as a gradient of a dense Gaussian.
    add(position, column) {
      const n = ++count[column];
      for (let i = 0, k = column; i < dim; i++, k += width) {
        before[i] = position[k] - mean[k];
        mean[k] += before[i] / n;
      }
      const weight = (n - 1) / n;
      for (let i = 0; i < dim; i++) {
        const by = weight * before[i];
        for (let j = 0, k = i * dim * width + column; j <= i; j++, k += width) products[k] += by * before[j];
      }
    },
    covariance(i, j, column) {
      const [row, other] = i >= j ? [i, j] : [j, i];
      return count[column] > 1 ? products[(row * dim + other) * width + column] / (count[column] - 1) : Number.NaN;
    },
    reset(column) {
      count[column] = 0;
      for (let k = column; k < mean.length; k += width) mean[k] = 0;
      for (let k = column; k < products.length; k += width) products[k] = 0;
    },
  };
}
