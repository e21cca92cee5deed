// What a stream of random numbers offers. `stream.ts` makes one; everything that draws takes one as an argument.

/** A seeded, independent stream of random numbers. Equal seeds and paths give equal numbers on every machine. */
export interface Random {
  /** Uniform on [0, 1), 53 random bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential of rate 1. */
  exponential(): number;
  /** Gamma of the given shape (positive) and scale 1. */
  gamma(shape: number): number;
  /** Uniform on 0 ... n - 1, without modulo bias; n from 1 to 2^32. */
  integer(n: number): number;
  /** Fills `out` with what as many calls of `uniform` would return. */
  fillUniform(out: Float64Array): void;
  /** Fills `out` with what as many calls of `normal` would return, faster. */
  fillNormal(out: Float64Array): void;
  /** A uniformly random order of 0 ... n - 1. */
  permutation(n: number): Uint32Array;
  /** Fills `out` with distinct indices from 0 ... n - 1, every subset equally likely, in random order. */
  subset(n: number, out: Uint32Array): void;
  /** A stream of its own for a part of the work; does not advance this one. */
  split(...path: readonly (number | string)[]): Random;
  /** All that is needed to go on from here: `restore(random.state())` repeats what follows. */
  state(): RandomState;
}

/** A stream's state as plain data. */
export interface RandomState {
  readonly seed: number;
  readonly path: readonly (number | string)[];
  readonly words: readonly number[];
}
