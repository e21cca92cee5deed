// Descent on minibatches of a rollout: a traced loss, compiled once per size, its gradient shortened to a norm, and Adam.

import { adam } from "../../networks/index.js";
import { compile, gradient, type Tensor, trace } from "../../tensor/index.js";
import { norm } from "../../tensor/vectors.js";
import type { ActorCritic } from "../actor-critic.js";
import type { Advantages } from "../advantages.js";
import type { Rollout } from "../rollout.js";
import type { LearningSettings } from "./algorithm.js";

/** Rows of a rollout as a loss sees them: `[rows, ...]`. */
export interface Minibatch<T> {
  readonly observations: T;
  readonly outcomes: T;
  /** Of the outcomes, under the actor that chose them. */
  readonly logProbabilities: T;
  /** The parameters of that actor's laws. */
  readonly laws: T;
  readonly advantages: T;
  /** What the critic learns. */
  readonly returns: T;
  /** The critic's at the time of the rollout. */
  readonly values: T;
  /** 0 for rows that count in no mean, else 1. */
  readonly weights: T;
}

/** A scalar to descend on, and what else is to be known of the minibatch, all scalars. `given` are numbers that change from step to step. */
export type MinibatchLoss = (
  w: Tensor,
  batch: Minibatch<Tensor>,
  given: Tensor,
) => { readonly loss: Tensor } & Record<string, Tensor>;

export interface MinibatchDescent {
  /** The loss and the other scalars, by name, at the given rows; their gradient is kept for `move`. The record is reused. */
  evaluate(
    w: Float64Array,
    rollout: Rollout,
    estimates: Advantages,
    rows: ArrayLike<number>,
    given?: Float64Array,
  ): Record<string, number>;
  /** One step of Adam along the gradient last evaluated, at the learning rate times `factor`. */
  move(w: Float64Array, factor: number): void;
  readonly memory: Float64Array;
}

/** What descends on a loss of minibatches of `size` rows, with so many numbers `given` at each step. */
export function minibatchDescent(
  agent: ActorCritic,
  size: number,
  loss: MinibatchLoss,
  settings: Pick<LearningSettings, "learningRate" | "epsilon" | "maxGradientNorm" | "normalizeAdvantages">,
  numbersGiven = 0,
): MinibatchDescent {
  const { learningRate, epsilon, maxGradientNorm, normalizeAdvantages } = settings;
  const widths = widthsOf(agent);
  let names: string[] = [];
  const program = compile(
    trace(
      ([w, given, ...inputs]) => {
        const found = loss(w, Object.fromEntries(columns.map((name, i) => [name, inputs[i]])) as never, given);
        names = Object.keys(found);
        return [...Object.values(found), ...gradient(found.loss, [w])];
      },
      [[agent.dim], [numbersGiven], ...columns.map((name) => (widths[name] === 0 ? [size] : [size, widths[name]]))],
    ),
  );
  const batch = minibatchArrays(agent, size);
  const slope = new Float64Array(agent.dim);
  const nothing = new Float64Array(numbersGiven);
  const scalars = names.map(() => new Float64Array(1));
  const outputs = [...scalars, slope];
  const record: Record<string, number> = {};
  const optimizer = adam({ learningRate, epsilon });
  const memory = new Float64Array(optimizer.memorySize?.(agent.dim) ?? 0);
  const step = optimizer.start(agent.dim, memory);

  return {
    memory,

    evaluate(w, rollout, estimates, rows, given = nothing) {
      fillMinibatch(batch, rollout, estimates, rows, normalizeAdvantages);
      program.run([w, given, ...columns.map((name) => batch[name])], outputs);
      names.forEach((name, i) => {
        record[name] = scalars[i][0];
      });
      if (!Number.isFinite(record.loss)) {
        throw new RangeError(`trainPolicy: the loss is ${record.loss}; a smaller learning rate may help`);
      }
      return record;
    },

    move(w, factor) {
      const length = shorten(slope, maxGradientNorm);
      if (!Number.isFinite(length)) {
        throw new RangeError(`trainPolicy: the gradient's norm is ${length}; a smaller learning rate may help`);
      }
      step(w, slope, factor);
    },
  };
}

const columns = [
  ...(["observations", "outcomes", "laws", "logProbabilities", "advantages", "returns", "values", "weights"] as const),
] as const;

/** Numbers per row of each column, 0 for plain numbers. */
function widthsOf({
  observations,
  distribution,
}: Pick<ActorCritic, "observations" | "distribution">): Minibatch<number> {
  return {
    observations,
    outcomes: distribution.size,
    laws: distribution.parameters,
    ...{ logProbabilities: 0, advantages: 0, returns: 0, values: 0, weights: 0 },
  };
}

/** Room for so many rows. */
export function minibatchArrays(agent: ActorCritic, size: number): Minibatch<Float64Array> {
  const widths = widthsOf(agent);
  const arrays = columns.map((name) => [name, new Float64Array(size * Math.max(1, widths[name]))]);
  return Object.fromEntries(arrays) as unknown as Minibatch<Float64Array>;
}

/** Copies rows of a rollout; its advantages are brought to mean 0 and variance 1 where that is asked for. */
export function fillMinibatch(
  batch: Minibatch<Float64Array>,
  rollout: Rollout,
  estimates: Advantages,
  rows: ArrayLike<number>,
  normalizeAdvantages: boolean,
): void {
  const sources = { ...rollout, ...estimates };
  for (const name of columns) gather(sources[name], rows, batch[name]);
  if (normalizeAdvantages) standardize(batch.advantages, batch.weights);
}

/** The mean of `[rows]` numbers over the rows that count. */
export function meanOver(weights: Tensor): (x: Tensor) => Tensor {
  const total = weights.sum().maximum(1);
  return (x) => x.mul(weights).sum().div(total);
}

/** `size` rows at a time of all rows in random order, each once; the last ones, where they are fewer, sit this round out. */
export function* shuffled(permutation: Uint32Array, size: number): Generator<Uint32Array> {
  for (let end = size; end <= permutation.length; end += size) yield permutation.subarray(end - size, end);
}

/** Shortens a gradient to at most this Euclidean norm, and returns the one it had. */
export function shorten(vector: Float64Array, most: number): number {
  const length = norm(vector);
  const factor = most / length;
  if (factor < 1) for (let i = 0; i < vector.length; i++) vector[i] *= factor;
  return length;
}

/** Brings the numbers that count to mean 0 and variance 1. */
export function standardize(x: Float64Array, weights: Float64Array): void {
  let [count, sum, squares] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    count += weights[i];
    sum += weights[i] * x[i];
  }
  const mean = sum / Math.max(1, count);
  for (let i = 0; i < x.length; i++) squares += weights[i] * (x[i] - mean) ** 2;
  // The unbiased variance and the 1e-8 are those of CleanRL and SB3.
  const deviation = Math.sqrt(squares / Math.max(1, count - 1)) + 1e-8;
  for (let i = 0; i < x.length; i++) x[i] = (x[i] - mean) / deviation;
}

/** Copies the chosen rows of a table. Hot: once per column of every minibatch. */
export function gather(from: ArrayLike<number>, rows: ArrayLike<number>, to: Float64Array): void {
  const width = to.length / rows.length;
  for (let i = 0, k = 0; i < rows.length; i++) {
    const first = rows[i] * width;
    for (let j = 0; j < width; j++, k++) to[k] = from[first + j];
  }
}

/**
 * How much of the returns' variance the critic's values explain, over the rows that count: 1 for all, 0 for none, below where they mislead; NaN where returns
 * do not vary.
 */
export function explainedVariance(
  values: Float64Array,
  { returns, weights }: Pick<Advantages, "returns" | "weights">,
): number {
  const counted = weights.reduce((sum, weight) => sum + weight, 0);
  const variance = (x: (i: number) => number): number => {
    const mean = weights.reduce((sum, weight, i) => sum + weight * x(i), 0) / counted;
    return weights.reduce((sum, weight, i) => sum + weight * (x(i) - mean) ** 2, 0) / counted;
  };
  const total = variance((i) => returns[i]);
  return total > 0 ? 1 - variance((i) => returns[i] - values[i]) / total : Number.NaN;
}
