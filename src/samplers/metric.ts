// The metric of a Euclidean Hamiltonian, H = U(q) + p' M^-1 p / 2 with p ~ N(0, M), for one chain: diagonal, dense, or a diagonal
// plus a few directions. Kernels of width 1 move by it and need not know which of them it is.

import { refuse } from "../arguments/index.js";
import { choleskyOf, solveTransposed, timesLower, timesTransposed } from "./cholesky.js";
import { inverseOfMatrix, isLowRank, isMatrix, type LowRankMass, type Mass, type MassKind } from "./mass.js";

export interface Metric {
  readonly kind: MassKind;
  readonly dim: number;
  /**
   * What decides the metric, as one array; kernels put it into their memory under the name `inverseMass`: the diagonal of M^-1
   * (`dim`), the rows of M^-1 (`dim * dim`), or as documented at the low-rank metric.
   */
  readonly inverseMass: Float64Array;
  /** To be called after `inverseMass` was rewritten: derives the factors anew. Throws where M^-1 is not positive definite. */
  changed(): void;
  /** Writes the velocity M^-1 p. */
  velocity(p: Float64Array, out: Float64Array): void;
  /** Writes the momentum M^(1/2) z (any factor L with L L' = M) for standard normal z; `out` may be `z`. */
  momentum(z: Float64Array, out: Float64Array): void;
  /** Writes the standard normal that `momentum` makes p of; half its square is the kinetic energy. `out` may be `p`. */
  whiten(p: Float64Array, out: Float64Array): void;
  /** Writes M^(-1/2) z, so that the covariance of the result is M^-1: the scale of a proposal; `out` may be `z`. */
  displacement(z: Float64Array, out: Float64Array): void;
}

/** The metric of a mass as a sampler's option has it, checked by `massOption`: the given one, or 1 where it is to be adapted. */
export function metricFor(where: string, mass: Mass, dim: number): Metric {
  const metric =
    mass === "dense" || isMatrix(mass)
      ? denseMetric(dim, where)
      : mass === "lowRank" || isLowRank(mass)
        ? lowRankMetric(dim, where)
        : diagonalMetric(dim, where);
  const { inverseMass } = metric;
  if (typeof mass === "number") inverseMass.fill(1 / mass);
  else if (isMatrix(mass)) inverseMass.set(inverseOfMatrix(where, mass));
  else if (isLowRank(mass)) setLowRank(where, mass, metric);
  else if (typeof mass !== "string") for (let i = 0; i < dim; i++) inverseMass[i] = 1 / mass[i];
  metric.changed();
  return metric;
}

/**
 * `inverseMass`, `[dim]`, is the diagonal of M^-1; 1 at first.
 * @example
 * const metric = adaptation.diagonalMetric(2);
 * metric.inverseMass.set([4, 1]);
 * metric.changed();
 * const velocity = new Float64Array(2);
 * metric.velocity(Float64Array.of(1, 1), velocity); // [4, 1]
 */
export function diagonalMetric(dim: number, where = "diagonalMetric"): Metric {
  const inverseMass = new Float64Array(dim).fill(1);
  const root = new Float64Array(dim).fill(1);
  return {
    kind: "diagonal",
    dim,
    inverseMass,
    changed() {
      for (let i = 0; i < dim; i++) root[i] = Math.sqrt(positive(where, inverseMass[i]));
    },
    // Hot, as all of each metric: they allocate nothing.
    velocity(p, out) {
      for (let i = 0; i < dim; i++) out[i] = inverseMass[i] * p[i];
    },
    momentum(z, out) {
      for (let i = 0; i < dim; i++) out[i] = z[i] / root[i];
    },
    whiten(p, out) {
      for (let i = 0; i < dim; i++) out[i] = p[i] * root[i];
    },
    displacement(z, out) {
      for (let i = 0; i < dim; i++) out[i] = z[i] * root[i];
    },
  };
}

/**
 * `inverseMass`, `[dim, dim]`, is M^-1; the identity at first.
 * @example
 * const metric = adaptation.denseMetric(2);
 * metric.inverseMass.set([2, 1, 1, 2]);
 * metric.changed();
 * const velocity = new Float64Array(2);
 * metric.velocity(Float64Array.of(1, 0), velocity); // [2, 1]
 */
export function denseMetric(dim: number, where = "denseMetric"): Metric {
  const inverseMass = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) inverseMass[i * dim + i] = 1;
  // M^-1 = L L', so that L^-T z has the covariance M and L z the covariance M^-1.
  const lower = inverseMass.slice();
  return {
    kind: "dense",
    dim,
    inverseMass,
    changed() {
      if (!choleskyOf(inverseMass, dim, lower)) indefinite(where);
    },
    velocity(p, out) {
      for (let i = 0, row = 0; i < dim; i++, row += dim) {
        let sum = 0;
        for (let j = 0; j < dim; j++) sum += inverseMass[row + j] * p[j];
        out[i] = sum;
      }
    },
    momentum(z, out) {
      solveTransposed(lower, dim, z, out);
    },
    whiten(p, out) {
      timesTransposed(lower, dim, p, out);
    },
    displacement(z, out) {
      timesLower(lower, dim, z, out);
    },
  };
}

/** The array of a low-rank metric as a mass that can be given. */
export function lowRankMassOf(inverseMass: ArrayLike<number>, dim: number): LowRankMass {
  const k = directionsOf(dim);
  const numbers = Array.from(inverseMass);
  const eigenvalues = numbers.slice(dim, dim + k).filter((eigenvalue) => eigenvalue !== 1);
  return {
    diagonal: numbers.slice(0, dim),
    eigenvalues,
    directions: eigenvalues.map((_, j) => numbers.slice(dim + k + j * dim, dim + k + (j + 1) * dim)),
  };
}

/** The most directions that a low-rank metric has beside its diagonal. */
const MOST_DIRECTIONS = 32;

export function directionsOf(dim: number): number {
  return Math.min(dim, MOST_DIRECTIONS);
}

/** Numbers that decide a low-rank metric: `dim + k + k * dim` with `k = min(dim, 32)` directions. */
export function lowRankSize(dim: number): number {
  const k = directionsOf(dim);
  return dim + k + k * dim;
}

/**
 * M^-1 = D^(1/2) (I + V (Lambda - I) V') D^(1/2) with a positive diagonal D and `k = min(dim, 32)` orthonormal directions, the columns
 * of V (Seyboldt, Carlson, Carpenter 2024). `inverseMass`, `[dim + k + k * dim]`, is the diagonal of D, then the k positive eigenvalues of
 * Lambda, then the k directions, one after the other. A direction that is not used is 0 and has the eigenvalue 1; all are so at first.
 * @example
 * const metric = adaptation.lowRankMetric(2);
 * metric.inverseMass.set([1, 4, 9, 1, 0.6, 0.8, 0, 0]); // D = (1, 4), eigenvalue 9 along (0.6, 0.8)
 * metric.changed();
 * const velocity = new Float64Array(2);
 * metric.velocity(Float64Array.of(1, 0), velocity); // [3.88, 7.68]
 */
export function lowRankMetric(dim: number, where = "lowRankMetric"): Metric {
  const k = directionsOf(dim);
  const inverseMass = new Float64Array(lowRankSize(dim)).fill(1, 0, dim + k);
  const diagonal = inverseMass.subarray(0, dim);
  const eigenvalues = inverseMass.subarray(dim, dim + k);
  const directions = inverseMass.subarray(dim + k);
  const root = new Float64Array(dim).fill(1);
  const inverseRoot = new Float64Array(dim).fill(1);
  // What is added along each direction: lambda - 1, its root - 1, and that of 1 / lambda.
  const [along, rootAlong, inverseRootAlong] = [new Float64Array(k), new Float64Array(k), new Float64Array(k)];
  let used = 0;

  /** out = left (I + V diag(by) V') right z, for diagonal left and right. */
  function stretch(
    z: Float64Array,
    right: Float64Array | undefined,
    by: Float64Array,
    left: Float64Array | undefined,
    out: Float64Array,
  ) {
    for (let i = 0; i < dim; i++) scaled[i] = right === undefined ? z[i] : right[i] * z[i];
    for (let i = 0; i < dim; i++) out[i] = scaled[i];
    for (let j = 0, row = 0; j < used; j++, row += dim) {
      let projection = 0;
      for (let i = 0; i < dim; i++) projection += directions[row + i] * scaled[i];
      projection *= by[j];
      for (let i = 0; i < dim; i++) out[i] += projection * directions[row + i];
    }
    if (left !== undefined) for (let i = 0; i < dim; i++) out[i] *= left[i];
  }
  const scaled = new Float64Array(dim);

  return {
    kind: "lowRank",
    dim,
    inverseMass,
    changed() {
      for (let i = 0; i < dim; i++) {
        root[i] = Math.sqrt(positive(where, diagonal[i]));
        inverseRoot[i] = 1 / root[i];
      }
      used = 0;
      for (let j = 0; j < k; j++) {
        const eigenvalue = positive(where, eigenvalues[j]);
        along[j] = eigenvalue - 1;
        rootAlong[j] = Math.sqrt(eigenvalue) - 1;
        inverseRootAlong[j] = 1 / Math.sqrt(eigenvalue) - 1;
        if (eigenvalue !== 1) used = j + 1;
      }
    },
    velocity(p, out) {
      stretch(p, root, along, root, out);
    },
    momentum(z, out) {
      stretch(z, undefined, inverseRootAlong, inverseRoot, out);
    },
    whiten(p, out) {
      stretch(p, root, rootAlong, undefined, out);
    },
    displacement(z, out) {
      stretch(z, undefined, rootAlong, root, out);
    },
  };
}

function setLowRank(
  where: string,
  { diagonal, eigenvalues, directions }: LowRankMass,
  { dim, inverseMass }: Metric,
): void {
  const k = directionsOf(dim);
  if (eigenvalues.length > k) refuse(where, "mass.eigenvalues", `at most ${k} numbers`, eigenvalues);
  inverseMass.set(diagonal);
  inverseMass.set(eigenvalues, dim);
  directions.forEach((direction, j) => {
    inverseMass.set(direction, dim + k + j * dim);
  });
}

function positive(where: string, inverse: number): number {
  return inverse > 0 && inverse < Number.POSITIVE_INFINITY ? inverse : indefinite(where);
}

function indefinite(where: string): never {
  throw new RangeError(`${where}: the inverse mass is not positive definite`);
}
