// The Gaussian energy, U = (q - mean)' C^-1 (q - mean) / 2, through the Cholesky factor of C.

import { finiteVector, knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { constant } from "../tensor/index.js";
import type { Energy } from "./energy.js";
import { energy } from "./traced.js";

const where = "energies.gaussian";

export interface GaussianOptions {
  /** `dim` numbers. */
  readonly mean: ArrayLike<number>;
  /** One variance for all, `dim` variances, or the rows of a symmetric positive definite matrix. 1 where left out. */
  readonly covariance?: number | ArrayLike<number> | readonly ArrayLike<number>[];
  readonly names?: readonly string[];
}

/**
 * The energy of a normal law, 0 at its mean; `exact` carries its mean, covariance and normaliser. Throws where the covariance is not
 * symmetric and positive definite.
 * @example energies.gaussian({ mean: [1, -1], covariance: [[1, 0.5], [0.5, 2]] }).value(Float64Array.of(2, -1)) // 4 / 7
 */
export function gaussian(options: GaussianOptions): Energy {
  knownOptions(where, options, ["mean", "covariance", "names"]);
  const mean = finiteVector(where, "mean", options.mean);
  const dim = mean.length;
  if (dim === 0) refuse(where, "mean", "at least one number", options.mean);
  const rows = covarianceRows(dim, options.covariance ?? 1);
  const diagonal = rows.every((row, i) => row.every((entry, j) => i === j || entry === 0));
  const factor = diagonal ? rows.map((row) => row.map(Math.sqrt)) : cholesky(rows);
  const center = constant(mean);
  // z = L^-1 (q - mean) is standard normal, so U = |z|^2 / 2.
  const inverseFactor = diagonal ? undefined : constant(invertLower(factor));
  const inverseScale = constant(factor.map((row, i) => 1 / row[i]));
  const logNormalizer = 0.5 * dim * Math.log(2 * Math.PI) + factor.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
  return energy(
    dim,
    (q) => {
      const shifted = q.sub(center);
      const z = inverseFactor === undefined ? shifted.mul(inverseScale) : inverseFactor.matmul(shifted);
      return z.square().sum().mul(0.5);
    },
    { names: options.names, exact: { mean: Array.from(mean), covariance: rows, logNormalizer } },
  );
}

function covarianceRows(dim: number, covariance: NonNullable<GaussianOptions["covariance"]>): number[][] {
  if (typeof covariance === "number") {
    return diagonalRows(new Array<number>(dim).fill(positiveNumber(where, "covariance", covariance)));
  }
  if (typeof covariance[0] === "number") {
    const variances = Array.from(finiteVector(where, "covariance", covariance, dim));
    return diagonalRows(variances.map((variance, i) => positiveNumber(where, `covariance[${i}]`, variance)));
  }
  const matrix = covariance as readonly ArrayLike<number>[];
  if (!Array.isArray(matrix) || matrix.length !== dim) {
    refuse(where, "covariance", `a number, ${dim} variances or ${dim} rows of ${dim} numbers`, covariance);
  }
  const rows = matrix.map((row, i) => Array.from(finiteVector(where, `covariance[${i}]`, row, dim)));
  rows.forEach((row, i) => positiveNumber(where, `covariance[${i}][${i}]`, row[i]));
  return rows.map((row, i) =>
    row.map((entry, j) => {
      const mirrored = rows[j][i];
      // A product such as R D R' is symmetric up to rounding only; the mean of both is symmetric.
      const rounding = 1e-12 * Math.sqrt(rows[i][i] * rows[j][j]);
      if (!(Math.abs(entry - mirrored) <= rounding)) {
        refuse(where, `covariance[${i}][${j}]`, `equal to covariance[${j}][${i}] = ${mirrored}`, entry);
      }
      return 0.5 * (entry + mirrored);
    }),
  );
}

function diagonalRows(variances: readonly number[]): number[][] {
  return variances.map((variance, i) => variances.map((_, j) => (i === j ? variance : 0)));
}

function cholesky(rows: readonly (readonly number[])[]): number[][] {
  const l = rows.map((row) => row.map(() => 0));
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = rows[i][j];
      for (let k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
      if (i === j && !(sum > 0))
        throw new RangeError(`${where}: covariance must be positive definite, which it is not`);
      l[i][j] = i === j ? Math.sqrt(sum) : sum / l[j][j];
    }
  }
  return l;
}

function invertLower(l: readonly (readonly number[])[]): number[][] {
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
