// What a stream of random numbers offers. `stream.ts` makes one; everything that draws takes one as an argument.

/**
 * A seeded, independent stream of random numbers. Equal seeds and paths give equal numbers on every machine: only
 * integers and the correctly rounded operations (+, -, *, /, square root) decide what is drawn.
 */
export interface Random {
  /** Uniform on [0, 1), 53 random bits: a multiple of 2^-53. */
  uniform(): number;
  /** Standard normal. Exact up to rounding, tails included; symmetric about 0, never 0. */
  normal(): number;
  /** Exponential of rate 1, positive. */
  exponential(): number;
  /**
   * Gamma of the given shape (positive) and scale 1. A draw below the smallest positive number is 0, which shapes
   * under 0.01 or so do meet: its probability is about `exp(-745 shape)`. Throws where the shape is not positive.
   */
  gamma(shape: number): number;
  /** Uniform on 0 ... n - 1, without modulo bias; n from 1 to 2^32, anything else throws. */
  integer(n: number): number;
  /** Fills `out` with what as many calls of `uniform` would return, bit for bit. */
  fillUniform(out: Float64Array): void;
  /** Fills `out` with what as many calls of `normal` would return, bit for bit, but faster. */
  fillNormal(out: Float64Array): void;
  /** A uniformly random order of 0 ... n - 1; n from 0 to 2^32. */
  permutation(n: number): Uint32Array;
  /**
   * Fills `out` with distinct indices from 0 ... n - 1, every subset equally likely, in random order: the beginning of
   * what `permutation(n)` would return, in time and memory proportional to `out.length`. Throws where `out` is longer than n.
   */
  subset(n: number, out: Uint32Array): void;
  /**
   * A stream of its own for a part of the work: `stream(seed, ...pathOfThisOne, ...path)`. Neither advances this stream nor
   * depends on how far it has advanced. Throws where the path is empty, for that would be this stream again.
   */
  split(...path: readonly (number | string)[]): Random;
  /**
   * From now on the generator's four words are kept in `words`, an array of length 4, where code beside JavaScript can read them and
   * move them on. What the stream draws does not change.
   */
  keepIn(words: Int32Array): void;
  /** All that is needed to go on from here: `restore(random.state())` repeats what follows. */
  state(): RandomState;
}

/** A stream's state as plain data; survives `JSON` and `structuredClone`. */
export interface RandomState {
  readonly seed: number;
  readonly path: readonly (number | string)[];
  /** The generator's four 32-bit words, each from 0 to 2^32 - 1. Nothing is buffered outside of them. */
  readonly words: readonly number[];
}
