// The metric of a Euclidean Hamiltonian, H = U(q) + p' M^-1 p / 2 with p ~ N(0, M), for one chain: diagonal, dense, or a diagonal
// plus a few directions. Kernels of width 1 move by it and need not know which of them it is.

export interface Metric {
  readonly kind: "diagonal" | "dense" | "lowRank";
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
  /** Writes M^(-1/2) z, so that the covariance of the result is M^-1: the scale of a proposal; `out` may be `z`. */
  displacement(z: Float64Array, out: Float64Array): void;
}
