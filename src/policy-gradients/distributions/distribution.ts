// The law of an action given a row of numbers that a network computes. Densities are traced, so that they have derivatives; draws and
// modes work on plain arrays.

import type { Random } from "../../random/random.js";
import type { Tensor } from "../../tensor/index.js";

/** The law of an action, given a row of parameters. */
export interface Distribution {
  readonly kind: string;
  /** Numbers per outcome. */
  readonly size: number;
  /** Numbers per row of parameters. */
  readonly parameters: number;
  /** log-probability, or log-density, `[rows]` of outcomes `[rows, size]` given parameters `[rows, parameters]`. */
  logProbability(parameters: Tensor, outcomes: Tensor): Tensor;
  /** In nats, `[rows]`. */
  entropy(parameters: Tensor): Tensor;
  /** `KL(p || q)` in nats, `[rows]`: how much worse q's parameters tell outcomes of p's. */
  kl(p: Tensor, q: Tensor): Tensor;
  /** Writes the outcome that a deterministic agent takes, row by row. */
  mode(parameters: Float64Array, outcomes: Float64Array): void;
  /** Draws an outcome for every row. */
  sample(parameters: Float64Array, outcomes: Float64Array, random: Random): void;
  /** The mean standard deviation over rows and numbers, where outcomes are normal. */
  meanDeviation?(parameters: Float64Array): number;
  /** What an environment is given for the outcomes, where that is not the outcomes themselves. */
  actions?(outcomes: Float64Array, actions: Float64Array): void;
}

/** How many rows there are; throws where the arrays do not fit the distribution or each other. */
export function rowCount(
  { kind, size, parameters: width }: Pick<Distribution, "kind" | "size" | "parameters">,
  parameters: Float64Array,
  outcomes: Float64Array,
): number {
  const rows = outcomes.length / size;
  if (!Number.isInteger(rows) || parameters.length !== rows * width) {
    throw new RangeError(
      `${kind}: each outcome of ${size} needs ${width} parameters, got arrays of ${outcomes.length} and ${parameters.length} numbers`,
    );
  }
  return rows;
}
