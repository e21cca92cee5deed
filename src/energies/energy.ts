// What a sampler samples: an energy U(q), minus the log density up to a constant, with its gradient.

import type { Random } from "../random/random.js";
import type { Graph } from "../tensor/graph.js";

/** An energy: `U(q) = -log density(q) + constant`, `q` a position of `dim` numbers. */
export interface Energy {
  readonly dim: number;
  /** One name per coordinate, as tables and figures show them. */
  readonly names: readonly string[];
  value(q: Float64Array): number;
  /** Returns U(q) and writes its gradient into `gradient`; both have length `dim`. Not finite where U is not. */
  valueAndGradient(q: Float64Array, gradient: Float64Array): number;
  /** What is known of the law exactly. */
  readonly exact?: ExactFacts;
  /** Present where the gradient can be estimated from a few rows of a data set. */
  readonly stochastic?: StochasticEnergy;
  /** Further numbers kept with every draw, such as a tempered energy's loss. */
  readonly observables?: Observables;
  /** The graph of U, `[dim] -> []`, where the energy was traced: lets a whole trajectory be compiled into one program. */
  readonly graph?: Graph;
  /** Present where the user's coordinates are constrained: samplers see free coordinates `z`, draws and starts are the user's `q(z)`. */
  readonly transform?: Transform;
  /** Plain data from which a worker rebuilds this energy; absent where the energy is a closure. */
  readonly source?: EnergySource;
}

/** A smooth bijection from free coordinates to constrained ones; the energy holds its log Jacobian already. */
export interface Transform {
  /** Writes q(z). */
  constrain(z: Float64Array, q: Float64Array): void;
  /** Writes z(q). Throws a RangeError that names the coordinate where q is not strictly inside. */
  unconstrain(q: Float64Array, z: Float64Array): void;
}

/** What is known of the law exactly, in the user's coordinates. */
export interface ExactFacts {
  readonly mean?: readonly number[];
  /** Rows of the covariance matrix. */
  readonly covariance?: readonly (readonly number[])[];
  /** log of the integral of exp(-U). */
  readonly logNormalizer?: number;
  /** Writes an independent draw. A closure: it stays where it was made. */
  draw?(random: Random, q: Float64Array): void;
}

export interface StochasticEnergy {
  readonly dataSize: number;
  /**
   * Writes an unbiased estimate of the gradient of U at `q` from the given rows (indices into the data) into `out`,
   * and returns the same estimate of U(q).
   */
  gradient(q: Float64Array, rows: Uint32Array, out: Float64Array): number;
  /** Where the energy is localised: the centre and precision of its Gaussian factor. */
  readonly center?: Float64Array;
}

export interface Observables {
  readonly names: readonly string[];
  /** Writes one number per name into `out`; `energy` is U(q). */
  observe(q: Float64Array, energy: number, out: Float64Array): void;
}

/** Data that decides an energy: its kind names the function that rebuilds it. Survives `structuredClone`. */
export interface EnergySource {
  readonly kind: string;
}
