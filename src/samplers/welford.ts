// Running means and variances of each coordinate of each column: Welford 1962, which does not lose digits to cancellation.

import type { Memory } from "./kernel.js";

export interface Welford {
  /** Positions taken so far, per column. */
  readonly count: Float64Array;
  /** `[dim, width]` */
  readonly mean: Float64Array;
  /** Takes column `column` of a position `[dim, width]`. */
  add(position: Float64Array, column: number): void;
  /** The variance (denominator count - 1) of one coordinate; NaN before the second position. */
  variance(coordinate: number, column: number): number;
  reset(column: number): void;
  /** All that it knows: live arrays `[rows, width]`. */
  readonly memory: Memory;
}

/**
 * Running moments of `width` columns of `dim` coordinates.
 * @example
 * const moments = adaptation.welford(1, 1);
 * for (const x of [1, 2, 6]) moments.add(Float64Array.of(x), 0);
 * moments.variance(0, 0) // 7
 */
export function welford(dim: number, width: number): Welford {
  const count = new Float64Array(width);
  const mean = new Float64Array(dim * width);
  const squares = new Float64Array(dim * width);
  return {
    count,
    mean,
    memory: { count, mean, squares },
    add(position, column) {
      const n = ++count[column];
      for (let k = column; k < mean.length; k += width) {
        const before = position[k] - mean[k];
        mean[k] += before / n;
        squares[k] += before * (position[k] - mean[k]);
      }
    },
    variance: (coordinate, column) =>
      count[column] > 1 ? squares[coordinate * width + column] / (count[column] - 1) : Number.NaN,
    reset(column) {
      count[column] = 0;
      for (let k = column; k < mean.length; k += width) {
        mean[k] = 0;
        squares[k] = 0;
      }
    },
  };
}
