// What warmup learns the inverse mass from: positions, shrunk as in Stan, or positions with the gradients there, by nutpie's rule
// (Seyboldt, Carlson, Carpenter 2024). One estimator for each kind of mass and each of the two.

import { coMoments } from "./co-moments.js";
import { geometricMean } from "./geometric-mean.js";
import type { Memory } from "./kernel.js";
import { fisherScale, REGULARIZATION, writeLowRank } from "./low-rank.js";
import { type MassKind, writeInverseMass } from "./mass.js";
import { named } from "./memory.js";
import { directionsOf, lowRankSize } from "./metric.js";
import { welford } from "./welford.js";

/** Learns the inverse mass of each column from where it was. Everything it knows is in its memory. */
export interface MassEstimator {
  readonly memory: Memory;
  /** Takes column `column` of a position and of the gradient there, `[dim, width]` each. */
  add(position: Float64Array, gradient: Float64Array, column: number): void;
  /** Positions taken since the last reset. */
  count(column: number): number;
  /** Writes what is known by now into column `column` of a metric's array, `[rows, width]`. What is not known stays as it is. */
  write(column: number, inverseMass: Float64Array): void;
  reset(column: number): void;
}

/**
 * The estimator of a kind of mass for `width` columns of `dim` coordinates, from positions alone or with gradients. A low-rank mass is always
 * learnt from both.
 * @example
 * const estimator = adaptation.massEstimator("diagonal", "gradients", 1, 1);
 * // Draws of a Gaussian of variance 4 with the gradients q / 4 there.
 * for (const q of [-1, 0.5, 3]) estimator.add(Float64Array.of(q), Float64Array.of(q / 4), 0);
 * const inverseMass = Float64Array.of(1);
 * estimator.write(0, inverseMass);
 * inverseMass[0] // 4
 */
export function massEstimator(kind: MassKind, from: "draws" | "gradients", dim: number, width: number): MassEstimator {
  if (kind === "lowRank") return lowRankEstimator(dim, width);
  if (kind === "dense") return from === "draws" ? covarianceEstimator(dim, width) : fisherMatrix(dim, width);
  return from === "draws" ? varianceEstimator(dim, width) : fisherDiagonal(dim, width);
}

/** The variance of each coordinate, shrunk: see `writeInverseMass`. Gradients are not read. */
export function varianceEstimator(dim: number, width: number): MassEstimator {
  const moments = welford(dim, width);
  return {
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
  const moments = coMoments(dim, width);
  return {
    memory: moments.memory,
    add: (position, _gradient, column) => moments.add(position, column),
    count: (column) => moments.count[column],
    write(column, inverseMass) {
      const n = moments.count[column];
      for (let i = 0, k = column; i < dim; i++) {
        for (let j = 0; j < dim; j++, k += width) {
          inverseMass[k] = (n / (n + 5)) * moments.covariance(i, j, column) + (i === j ? 1e-3 * (5 / (n + 5)) : 0);
        }
      }
    },
    reset: (column) => moments.reset(column),
  };
}

/** sqrt(variance of the position / variance of the gradient) of each coordinate: its variance, where the law is an independent Gaussian. */
export function fisherDiagonal(dim: number, width: number): MassEstimator {
  const positions = welford(dim, width);
  const gradients = welford(dim, width);
  return {
    memory: { ...named("positions", positions.memory), ...named("gradients", gradients.memory) },
    add(position, gradient, column) {
      positions.add(position, column);
      gradients.add(gradient, column);
    },
    count: (column) => positions.count[column],
    write(column, inverseMass) {
      for (let i = 0, k = column; i < dim; i++, k += width) {
        inverseMass[k] = fisherScale(positions.variance(i, column), gradients.variance(i, column), inverseMass[k]);
      }
    },
    reset(column) {
      positions.reset(column);
      gradients.reset(column);
    },
  };
}

/**
 * The geometric mean of the positions' covariance and the inverse of the gradients': the covariance, where the law is Gaussian and there are
 * more positions than coordinates. A thousandth of the identity, in coordinates scaled by `fisherDiagonal`, is added to both.
 */
export function fisherMatrix(dim: number, width: number): MassEstimator {
  const positions = coMoments(dim, width);
  const gradients = coMoments(dim, width);
  return {
    memory: { ...named("positions", positions.memory), ...named("gradients", gradients.memory) },
    add(position, gradient, column) {
      positions.add(position, column);
      gradients.add(gradient, column);
    },
    count: (column) => positions.count[column],
    write(column, inverseMass) {
      const at = (i: number, j: number): number => (i * dim + j) * width + column;
      const roots = Float64Array.from({ length: dim }, (_, i) => {
        const [squares, slopes] = [positions.covariance(i, i, column), gradients.covariance(i, i, column)];
        return Math.sqrt(fisherScale(squares, slopes, inverseMass[at(i, i)]));
      });
      const [a, b] = [new Float64Array(dim * dim), new Float64Array(dim * dim)];
      for (let i = 0, k = 0; i < dim; i++) {
        for (let j = 0; j < dim; j++, k++) {
          const scale = roots[i] * roots[j];
          a[k] = positions.covariance(i, j, column) / scale + (i === j ? REGULARIZATION : 0);
          b[k] = gradients.covariance(i, j, column) * scale + (i === j ? REGULARIZATION : 0);
        }
      }
      const mean = geometricMean(a, b, dim);
      if (mean === undefined) return;
      for (let i = 0, k = 0; i < dim; i++) {
        for (let j = 0; j < dim; j++, k++) inverseMass[at(i, j)] = mean[k] * roots[i] * roots[j];
      }
    },
    reset(column) {
      positions.reset(column);
      gradients.reset(column);
    },
  };
}

/** A window's positions and gradients are kept whole for so many; of a longer window every second, fourth, ... is kept. */
const MOST_KEPT = 128;

/** A diagonal and a few directions, from positions and gradients spread over the window: see `writeLowRank`. */
export function lowRankEstimator(dim: number, width: number): MassEstimator {
  const rows = lowRankSize(dim);
  const positions = new Float64Array(MOST_KEPT * dim * width);
  const gradients = new Float64Array(MOST_KEPT * dim * width);
  const seen = new Float64Array(width);
  const kept = new Float64Array(width);
  /** Of so many positions one is kept. */
  const stride = new Float64Array(width).fill(1);
  const own = new Float64Array(rows);

  function thinOut(column: number): void {
    kept[column] = MOST_KEPT / 2;
    stride[column] *= 2;
    for (const values of [positions, gradients]) {
      for (let t = 1; t < MOST_KEPT / 2; t++) {
        for (let i = 0; i < dim; i++)
          values[(t * dim + i) * width + column] = values[(2 * t * dim + i) * width + column];
      }
    }
  }

  function columnOf(values: Float64Array, count: number, column: number): Float64Array {
    return Float64Array.from({ length: count * dim }, (_, k) => values[k * width + column]);
  }

  return {
    memory: { positions, gradients, seen, kept, stride },
    add(position, gradient, column) {
      if (seen[column]++ % stride[column] !== 0) return;
      if (kept[column] === MOST_KEPT) {
        thinOut(column);
        if ((seen[column] - 1) % stride[column] !== 0) return;
      }
      const from = kept[column]++ * dim * width;
      for (let k = column; k < dim * width; k += width) {
        positions[from + k] = position[k];
        gradients[from + k] = gradient[k];
      }
    },
    count: (column) => seen[column],
    write(column, inverseMass) {
      const count = kept[column];
      if (count < 3) return;
      for (let k = 0; k < rows; k++) own[k] = inverseMass[k * width + column];
      const window = {
        count,
        dim,
        positions: columnOf(positions, count, column),
        gradients: columnOf(gradients, count, column),
      };
      writeLowRank(window, directionsOf(dim), own);
      for (let k = 0; k < rows; k++) inverseMass[k * width + column] = own[k];
    },
    reset(column) {
      seen[column] = 0;
      kept[column] = 0;
      stride[column] = 1;
    },
  };
}
