// Mean and variance of a stream of vectors, kept up to date one vector at a time (Welford 1962) and merged from parts (Chan, Golub and
// LeVeque 1983): equal to what two passes over all vectors give, up to rounding, however far the mean is from zero.

import { nonNegativeNumber, refuse } from "../../arguments/index.js";

export interface RunningMoments {
  readonly size: number;
  /** The live state: the count, then `size` means, then `size` sums of squared deviations. */
  readonly memory: Float64Array;
  /** Takes in one vector. Throws where a number is not finite, and then nothing has changed. */
  update(x: Float64Array): void;
  /** Takes in all that other moments have seen, their prior included. Throws where the sizes differ. */
  merge(other: RunningMoments): void;
  count(): number;
  mean(i: number): number;
  /** Of the population: the mean squared deviation. NaN before anything was seen without a prior. */
  variance(i: number): number;
}

/**
 * Moments of vectors of `size` numbers. `priorCount` vectors of mean 0 and variance 1 count as seen, so that the variance is never 0 at the
 * start; 0 for none. Throws where an argument is not of its kind.
 *
 * Example: after `update([1])` and `update([3])` without a prior the mean is 2, the variance 1.
 */
export function runningMoments(size: number, priorCount = 0): RunningMoments {
  nonNegativeNumber("runningMoments", "priorCount", priorCount);
  const memory = new Float64Array(1 + 2 * size);
  memory[0] = priorCount;
  memory.fill(priorCount, 1 + size);

  return {
    size,
    memory,

    // Hot: once per step of an environment; nothing is allocated.
    update(x) {
      for (let i = 0; i < size; i++)
        if (x[i] - x[i] !== 0) refuse("runningMoments", `x[${i}]`, "a finite number", x[i]);
      const count = memory[0] + 1;
      memory[0] = count;
      for (let i = 0, mean = 1, square = 1 + size; i < size; i++, mean++, square++) {
        const before = x[i] - memory[mean];
        memory[mean] += before / count;
        memory[square] += before * (x[i] - memory[mean]);
      }
    },

    merge(other) {
      if (other.size !== size) refuse("runningMoments", "other", `moments of ${size} numbers`, other.size);
      const theirs = other.memory;
      const count = memory[0] + theirs[0];
      if (count === 0) return;
      const share = theirs[0] / count;
      for (let i = 0, mean = 1, square = 1 + size; i < size; i++, mean++, square++) {
        const difference = theirs[mean] - memory[mean];
        memory[square] += theirs[square] + difference * difference * memory[0] * share;
        memory[mean] += difference * share;
      }
      memory[0] = count;
    },

    count: () => memory[0],
    mean: (i) => memory[1 + i],
    variance: (i) => memory[1 + size + i] / memory[0],
  };
}
