// Several independent choices at once, each among a number of its own.

import { integerAtLeast, refuse } from "../../arguments/index.js";
import type { Tensor } from "../../tensor/index.js";
import { exp } from "../../tensor/special/index.js";
import { type Distribution, rowCount } from "./distribution.js";

/**
 * Independent choices, the i-th among 0 ... counts[i] - 1. A row of parameters holds the logits of the first choice, then those of the second, and so on.
 * Throws where a count is not a positive integer.
 * @example multiCategorical([2, 3]) // equal logits: every outcome has log-probability -log 6
 */
export function multiCategorical(counts: readonly number[]): Distribution {
  if (!Array.isArray(counts) || counts.length === 0) refuse("multiCategorical", "counts", "a list of counts", counts);
  counts.forEach((count, i) => integerAtLeast("multiCategorical", `counts[${i}]`, count, 1));
  return choices("multiCategorical", counts);
}

/** Under the name that errors and records call it by. */
export function choices(kind: string, counts: readonly number[]): Distribution {
  const size = counts.length;
  const starts = counts.map((_, i) => counts.slice(0, i).reduce((sum, count) => sum + count, 0));
  const width = starts[size - 1] + counts[size - 1];
  const shape = { kind, size, parameters: width };
  /** The sum over the choices of a function of their log-probabilities, `[rows, count]`. */
  const total = (f: (logits: (parameters: Tensor) => Tensor, choice: number) => Tensor): Tensor =>
    counts
      .map((count, i) => f((parameters) => parameters.slice(starts[i], starts[i] + count, 1).logSoftmax(1), i))
      .reduce((sum, term) => sum.add(term));
  return {
    ...shape,
    logProbability: (parameters, outcomes) =>
      total((logs, i) => logs(parameters).pick(outcomes.slice(i, i + 1, 1).reshape([outcomes.shape[0]]))),
    entropy: (parameters) =>
      total((logs) => {
        const log = logs(parameters);
        return log.exp().mul(log).sum(1).neg();
      }),
    kl: (p, q) =>
      total((logs) => {
        const log = logs(p);
        return log
          .exp()
          .mul(log.sub(logs(q)))
          .sum(1);
      }),
    mode(parameters, outcomes) {
      const rows = rowCount(shape, parameters, outcomes);
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < size; i++) {
          const first = row * width + starts[i];
          outcomes[row * size + i] = largest(parameters, first, first + counts[i]) - first;
        }
      }
    },
    sample(parameters, outcomes, random) {
      const rows = rowCount(shape, parameters, outcomes);
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < size; i++) {
          const first = row * width + starts[i];
          outcomes[row * size + i] = choose(parameters, first, first + counts[i], random.uniform()) - first;
        }
      }
    },
  };
}

/** Where the largest number from `first` to before `end` is; the first of equals. */
function largest(numbers: Float64Array, first: number, end: number): number {
  let best = first;
  for (let k = first + 1; k < end; k++) if (numbers[k] > numbers[best]) best = k;
  return best;
}

/** The index at which the softmax of the logits, added up, passes `u`. */
function choose(logits: Float64Array, first: number, end: number, u: number): number {
  const top = logits[largest(logits, first, end)];
  let sum = 0;
  for (let k = first; k < end; k++) sum += exp(logits[k] - top);
  let left = u * sum;
  for (let k = first; k < end - 1; k++) {
    left -= exp(logits[k] - top);
    if (left < 0) return k;
  }
  return end - 1;
}
