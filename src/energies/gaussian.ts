// The Gaussian energy, U = (q - mean)' C^-1 (q - mean) / 2, through the Cholesky factor of C.

import { finiteVector, knownOptions, refuse } from "../arguments/index.js";
import { constant } from "../tensor/index.js";
import type { Energy } from "./energy.js";
import { energy } from "./traced.js";

export interface GaussianOptions {
  /** `dim` numbers. */
  readonly mean: ArrayLike<number>;
  /** One variance for all, `dim` variances, or the rows of a symmetric positive definite matrix. 1 where left out. */
  readonly covariance?: number | ArrayLike<number> | readonly ArrayLike<number>[];
  readonly names?: readonly string[];
}

/**
 * The energy of a normal law; `exact` carries its mean, covariance and normaliser.
 * @example energies.gaussian({ mean: [1, -1], covariance: [[1, 0.5], [0.5, 2]] })
 */
export function gaussian(options: GaussianOptions): Energy {
  knownOptions("gaussian", options, ["mean", "covariance", "names"]);
  const mean = finiteVector("gaussian", "mean", options.mean);
  const dim = mean.length;
  if (dim === 0) refuse("gaussian", "mean", "at least one number", options.mean);
  const rows = covarianceRows(dim, options.covariance ?? 1);
  const factor = cholesky(rows);
  const diagonal = rows.every((row, i) => row.every((entry, j) => i === j || entry === 0));
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
  const variances =
    typeof covariance === "number"
      ? new Array<number>(dim).fill(covariance)
      : typeof covariance[0] === "number"
        ? Array.from(finiteVector("gaussian", "covariance", covariance, dim))
        : undefined;
  if (variances !== undefined) return variances.map((variance, i) => variances.map((_, j) => (i === j ? variance : 0)));
  const matrix = covariance as readonly ArrayLike<number>[];
  if (matrix.length !== dim) refuse("gaussian", "covariance", `${dim} rows of ${dim} numbers`, covariance);
  const rows = Array.from(matrix, (row, i) => Array.from(finiteVector("gaussian", `covariance[${i}]`, row, dim)));
  rows.forEach((row, i) => {
    row.forEach((entry, j) => {
      if (entry !== rows[j][i])
        refuse("gaussian", `covariance[${i}][${j}]`, `equal to covariance[${j}][${i}] = ${rows[j][i]}`, entry);
    });
  });
  return rows;
}

function cholesky(rows: readonly (readonly number[])[]): number[][] {
  const l = rows.map((row) => row.map(() => 0));
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = rows[i][j];
      for (let k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
      if (i === j && !(sum > 0)) refuse("gaussian", "covariance", "positive definite", rows);
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
