// PPO on choices written with @tensorflow/tfjs on its CPU back end: the networks, their gradient and Adam are tfjs's, the rest is plain
// JavaScript on typed arrays, as one would write it. Parameters come from the library's agent, which it is held to.

import type { Tensor1D, Tensor2D, Variable } from "@tensorflow/tfjs";
import type { ActorCritic } from "../src/policy-gradients/actor-critic.js";
import { type Advantages, advantagesOf, type Experience } from "../src/policy-gradients/advantages.js";
import type { VectorEnvironment } from "../src/policy-gradients/environments/index.js";
import type { Random } from "../src/random/random.js";

export interface PpoTfjsOptions {
  readonly environments: number;
  readonly steps: number;
  readonly minibatches: number;
  readonly epochs: number;
  readonly gamma: number;
  readonly lambda: number;
  readonly clip: number;
  readonly entropyCoefficient: number;
  readonly valueCoefficient: number;
  readonly maxGradientNorm: number;
  readonly learningRate: number;
  readonly epsilon: number;
}

/** What it learns from: `[rows, ...]`. */
export interface TfjsRollout extends Experience {
  readonly observations: Float64Array;
  readonly outcomes: Float64Array;
  readonly logProbabilities: Float64Array;
}

export interface PpoTfjs {
  collect(environment: VectorEnvironment, random: Random): TfjsRollout;
  update(rollout: TfjsRollout, estimates: Advantages, random: Random): void;
  estimate(rollout: TfjsRollout): Advantages;
  /** As the agent's. */
  parameters(): Float64Array;
}

/** The PPO whose critic's values are held within the clip, from the parameters `w` of an agent. */
export async function ppoTfjs(agent: ActorCritic, w: Float64Array, options: PpoTfjsOptions): Promise<PpoTfjs> {
  const tf = await import("@tensorflow/tfjs");
  await tf.setBackend("cpu");
  tf.enableProdMode();
  const { environments, steps, minibatches, epochs, clip, entropyCoefficient, valueCoefficient } = options;
  const rows = environments * steps;
  const size = rows / minibatches;
  const width = agent.observations;
  const choices = agent.distribution.parameters;
  const variables: Variable[] = agent.layout.map(({ start, shape }) => {
    const length = shape.reduce((product, extent) => product * extent, 1);
    return tf.variable(tf.tensor(Float32Array.from(w.subarray(start, start + length)), [...shape]));
  });
  const half = variables.length / 2;
  const optimizer = tf.train.adam(options.learningRate, 0.9, 0.999, options.epsilon);

  const perceptron = (x: Tensor2D, [w1, b1, w2, b2, w3, b3]: Variable[]): Tensor2D => {
    const first = tf.tanh(tf.add(tf.matMul(x, w1 as Tensor2D), b1)) as Tensor2D;
    const second = tf.tanh(tf.add(tf.matMul(first, w2 as Tensor2D), b2)) as Tensor2D;
    return tf.add(tf.matMul(second, w3 as Tensor2D), b3);
  };
  const logitsOf = (x: Tensor2D): Tensor2D => perceptron(x, variables.slice(0, half));
  const valuesOf = (x: Tensor2D): Tensor1D => tf.squeeze(perceptron(x, variables.slice(half)), [1]);
  const matrix = (numbers: Float64Array): Tensor2D =>
    tf.tensor2d(Float32Array.from(numbers), [numbers.length / width, width]);

  /** Log-probabilities of all choices and values for some observations. */
  const look = (numbers: Float64Array): readonly [Float32Array, Float32Array] => {
    const [logs, values] = tf.tidy(() => {
      const x = matrix(numbers);
      return [tf.logSoftmax(logitsOf(x)), valuesOf(x)];
    });
    const found = [logs.dataSync() as Float32Array, values.dataSync() as Float32Array] as const;
    tf.dispose([logs, values]);
    return found;
  };

  return {
    collect(environment, random) {
      const [observations, outcomes] = [new Float64Array(rows * width), new Float64Array(rows)];
      const [logProbabilities, rewards] = [new Float64Array(rows), new Float64Array(rows)];
      const [values, nextValues] = [new Float64Array(rows), new Float64Array(rows)];
      const [terminated, truncated] = [new Uint8Array(rows), new Uint8Array(rows)];
      for (let t = 0; t < steps; t++) {
        const row = t * environments;
        observations.set(environment.observations, row * width);
        const [logs, found] = look(environment.observations);
        values.set(found, row);
        for (let i = 0; i < environments; i++) {
          let left = random.uniform();
          let choice = 0;
          while (choice < choices - 1 && (left -= Math.exp(logs[i * choices + choice])) >= 0) choice++;
          outcomes[row + i] = choice;
          logProbabilities[row + i] = logs[i * choices + choice];
        }
        environment.step(outcomes.subarray(row, row + environments));
        rewards.set(environment.rewards, row);
        terminated.set(environment.terminated, row);
        truncated.set(environment.truncated, row);
      }
      nextValues.set(values.subarray(environments));
      nextValues.set(look(environment.observations)[1], rows - environments);
      const seen = { environments, observations, outcomes, logProbabilities };
      return { ...seen, rewards, values, nextValues, terminated, truncated };
    },

    estimate: (rollout) => {
      return advantagesOf(rollout, { gamma: options.gamma, lambda: options.lambda, truncation: "terminal" });
    },

    update(rollout, estimates, random) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = random.permutation(rows);
        for (let end = size; end <= rows; end += size) {
          const chosen = order.subarray(end - size, end);
          const pick = (from: Float64Array): Float32Array => Float32Array.from(chosen, (row) => from[row]);
          const seen = new Float64Array(size * width);
          chosen.forEach((row, r) => {
            seen.set(rollout.observations.subarray(row * width, (row + 1) * width), r * width);
          });
          tf.tidy(() => {
            const [x, outcomes] = [matrix(seen), tf.tensor1d(Int32Array.from(pick(rollout.outcomes)), "int32")];
            const [before, returns, values] = [rollout.logProbabilities, estimates.returns, rollout.values].map(
              (from) => tf.tensor1d(pick(from)),
            );
            const advantages = tf.tensor1d(standardized(pick(estimates.advantages)));
            const hot = tf.oneHot(outcomes, choices);
            const { grads } = tf.variableGrads(() => {
              const logs = tf.logSoftmax(logitsOf(x));
              const ratio = tf.exp(tf.sub(tf.sum(tf.mul(logs, hot), 1), before));
              const clipped = tf.clipByValue(ratio, 1 - clip, 1 + clip);
              const surrogate = tf.mean(tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages)));
              const entropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.exp(logs), logs), 1)));
              const value = valuesOf(x);
              const held = tf.add(tf.clipByValue(tf.sub(value, values), -clip, clip), values);
              const error = tf.maximum(tf.square(tf.sub(value, returns)), tf.square(tf.sub(held, returns)));
              const loss = tf.add(tf.neg(surrogate), tf.mul(tf.mean(error), 0.5 * valueCoefficient));
              return tf.sub(loss, tf.mul(entropy, entropyCoefficient)).asScalar();
            }, variables);
            const norm = Math.sqrt(
              Object.values(grads).reduce((sum, grad) => sum + tf.sum(tf.square(grad)).dataSync()[0], 0),
            );
            const factor = Math.min(1, options.maxGradientNorm / norm);
            const shortened = Object.entries(grads).map(([name, grad]) => ({ name, tensor: tf.mul(grad, factor) }));
            optimizer.applyGradients(shortened);
          });
        }
      }
    },

    parameters: () => Float64Array.from(variables.flatMap((variable) => [...variable.dataSync()])),
  };
}

function standardized(x: Float32Array): Float32Array {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const squares = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (x.length - 1)) + 1e-8;
  return x.map((value) => (value - mean) / deviation);
}
