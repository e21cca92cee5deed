// What warmup learns the inverse mass from: the moments of a window's positions, shrunk as in Stan, for each kind of mass.

import type { Memory } from "./kernel.js";
import { writeInverseMass } from "./mass.js";
import { welford } from "./welford.js";

/** Learns the inverse mass of each column from where it was. Everything it knows is in its memory. */
export interface MassEstimator {
  /** Numbers of an inverse mass: rows of the `[rows, width]` array that it writes. */
  readonly rows: number;
  readonly memory: Memory;
  /** Takes column `column` of a position and of the gradient there, `[dim, width]` each. */
  add(position: Float64Array, gradient: Float64Array, column: number): void;
  /** Positions taken since the last reset. */
  count(column: number): number;
  /** Writes what is known by now, into column `column` of an array `[rows, width]`. */
  write(column: number, inverseMass: Float64Array): void;
  reset(column: number): void;
}

/** The variance of each coordinate, shrunk: see `writeInverseMass`. Gradients are not read. */
export function varianceEstimator(dim: number, width: number): MassEstimator {
  const moments = welford(dim, width);
  return {
    rows: dim,
    memory: moments.memory,
    add: (position, _gradient, column) => moments.add(position, column),
    count: (column) => moments.count[column],
    write: (column, inverseMass) => writeInverseMass(moments, column, inverseMass),
    reset: (column) => moments.reset(column),
  };
}

/**
 * The covariance of the positions, shrunk towards 1e-3 times the identity with the weight of five positions, as in Stan:
 * `n/(n+5) covariance + 1e-3 * 5/(n+5) I`. Gradients are not read.
 */
export function covarianceEstimator(dim: number, width: number): MassEstimator {
  const count = new Float64Array(width);
  const mean = new Float64Array(dim * width);
  const products = new Float64Array(dim * dim * width);
  const before = new Float64Array(dim);
  return {
    rows: dim * dim,
    memory: { count, mean, products },
    // Hot in a window of a dense mass: as many products as a gradient of a dense Gaussian.
    add(position, _gradient, column) {
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
    count: (column) => count[column],
    write(column, inverseMass) {
      const n = count[column];
      const share = n / ((n + 5) * (n - 1));
      for (let i = 0; i < dim; i++) {
        for (let j = 0; j <= i; j++) {
          const covariance = share * products[(i * dim + j) * width + column];
          inverseMass[(i * dim + j) * width + column] = covariance;
          inverseMass[(j * dim + i) * width + column] = covariance;
        }
        inverseMass[i * (dim + 1) * width + column] += 1e-3 * (5 / (n + 5));
      }
    },
    reset(column) {
      count[column] = 0;
      for (let k = column; k < mean.length; k += width) mean[k] = 0;
      for (let k = column; k < products.length; k += width) products[k] = 0;
    },
  };
}
