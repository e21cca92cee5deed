// PPO's update of a Gaussian policy in plain JavaScript on typed arrays, with the gradient written out by hand: what the library's own is
// measured against. Networks are perceptrons of tanh layers; the parameters lie as in the library's agent, which it is held to.

import type { Advantages } from "../src/policy-gradients/advantages.js";
import type { Rollout } from "../src/policy-gradients/rollout.js";
import type { Random } from "../src/random/random.js";
import { product } from "./product.js";

export interface PpoByHandOptions {
  readonly observations: number;
  readonly hidden: readonly number[];
  readonly actions: number;
  readonly rows: number;
  readonly minibatches: number;
  readonly epochs: number;
  readonly clip: number;
  readonly clipValue: boolean;
  readonly valueCoefficient: number;
  readonly maxGradientNorm: number;
  readonly learningRate: number;
  readonly epsilon: number;
}

/** What improves `w` in place by one rollout, without an entropy's part in the loss. */
export function ppoByHand(
  options: PpoByHandOptions,
): (w: Float64Array, rollout: Rollout, estimates: Advantages, random: Random) => void {
  const { observations, hidden, actions, clip, clipValue, valueCoefficient } = options;
  const size = options.rows / options.minibatches;
  const actor = perceptron([observations, ...hidden, actions], 0, size);
  const scales = actor.end;
  const critic = perceptron([observations, ...hidden, 1], scales + actions, size);
  const dim = critic.end;
  const gradient = new Float64Array(dim);
  const step = adam(dim, options);
  const seen = new Float64Array(size * observations);
  const advantages = new Float64Array(size);
  const actorSlopes = new Float64Array(size * actions);
  const criticSlopes = new Float64Array(size);

  return (w, rollout, estimates, random) => {
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      const order = random.permutation(options.rows);
      for (let end = size; end <= order.length; end += size) {
        minibatch(w, rollout, estimates, order.subarray(end - size, end));
        step(w, gradient);
      }
    }
  };

  function minibatch(w: Float64Array, rollout: Rollout, estimates: Advantages, rows: Uint32Array): void {
    for (let r = 0; r < size; r++) {
      const from = rows[r] * observations;
      for (let i = 0; i < observations; i++) seen[r * observations + i] = rollout.observations[from + i];
      advantages[r] = estimates.advantages[rows[r]];
    }
    standardize(advantages);
    const means = actor.forward(w, seen);
    const values = critic.forward(w, seen);
    gradient.fill(0);
    for (let r = 0; r < size; r++) {
      const row = rows[r];
      let logProbability = -0.5 * actions * Math.log(2 * Math.PI);
      for (let j = 0; j < actions; j++) {
        const z = (rollout.outcomes[row * actions + j] - means[r * actions + j]) * Math.exp(-w[scales + j]);
        logProbability -= 0.5 * z * z + w[scales + j];
      }
      const ratio = Math.exp(logProbability - rollout.logProbabilities[row]);
      const clipped = Math.min(Math.max(ratio, 1 - clip), 1 + clip);
      const gains = ratio * advantages[r] <= clipped * advantages[r];
      // Of minus the surrogate's mean, by the log-probability.
      const slope = gains ? (-ratio * advantages[r]) / size : 0;
      for (let j = 0; j < actions; j++) {
        const inverse = Math.exp(-w[scales + j]);
        const z = (rollout.outcomes[row * actions + j] - means[r * actions + j]) * inverse;
        actorSlopes[r * actions + j] = slope * z * inverse;
        gradient[scales + j] += slope * (z * z - 1);
      }
      const error = values[r] - estimates.returns[row];
      const moved = values[r] - rollout.values[row];
      const held = rollout.values[row] + Math.min(Math.max(moved, -clip), clip) - estimates.returns[row];
      // Within the clip both are the same but for rounding, which may make either the larger.
      const isHeld = clipValue && Math.abs(moved) > clip && held * held > error * error;
      criticSlopes[r] = isHeld ? 0 : (valueCoefficient * error) / size;
    }
    actor.backward(w, seen, actorSlopes, gradient);
    critic.backward(w, seen, criticSlopes, gradient);
    shorten(gradient, options.maxGradientNorm);
  }
}

interface Perceptron {
  /** Where its parameters end. */
  readonly end: number;
  /** Outputs `[rows, outputs]` of inputs `[rows, inputs]`; reused. */
  forward(w: Float64Array, inputs: Float64Array): Float64Array;
  /** Writes its part of the gradient, by the loss's slopes at the outputs of the last `forward`. */
  backward(w: Float64Array, inputs: Float64Array, slopes: Float64Array, gradient: Float64Array): void;
}

function perceptron(widths: readonly number[], start: number, rows: number): Perceptron {
  let end = start;
  const layers = widths.slice(1).map((outputs, k): Layer => {
    const inputs = widths[k];
    const weights = end;
    const biases = weights + inputs * outputs;
    end = biases + outputs;
    const values = new Float64Array(rows * outputs);
    return { inputs, outputs, weights, biases, end, values, slopes: new Float64Array(rows * outputs) };
  });
  return {
    end,
    forward(w, inputs) {
      let x = inputs;
      layers.forEach((layer, k) => {
        const { weights, biases, end, values } = layer;
        product(
          values,
          x,
          layer.inputs,
          1,
          w.subarray(weights, biases),
          layer.outputs,
          1,
          rows,
          layer.inputs,
          layer.outputs,
        );
        finish(values, w.subarray(biases, end), k < layers.length - 1);
        x = values;
      });
      return x;
    },
    backward(w, inputs, slopes, gradient) {
      let later = slopes;
      for (let k = layers.length - 1; k >= 0; k--) {
        const { weights, biases, end, ...layer } = layers[k];
        const x = k === 0 ? inputs : layers[k - 1].values;
        const into = gradient.subarray(weights, biases);
        product(into, x, 1, layer.inputs, later, layer.outputs, 1, layer.inputs, rows, layer.outputs);
        addRows(gradient.subarray(biases, end), later);
        if (k === 0) return;
        const below = layers[k - 1].slopes;
        product(
          below,
          later,
          layer.outputs,
          1,
          w.subarray(weights, biases),
          1,
          layer.outputs,
          rows,
          layer.outputs,
          layer.inputs,
        );
        // Back through the tanh that made x.
        for (let i = 0; i < below.length; i++) below[i] *= 1 - x[i] * x[i];
        later = below;
      }
    },
  };
}

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** Where its weights and biases begin among the parameters, and where they end. */
  readonly weights: number;
  readonly biases: number;
  readonly end: number;
  readonly values: Float64Array;
  readonly slopes: Float64Array;
}

/** Adds the biases to every row, and puts the sums through tanh where the layer is a hidden one. */
function finish(values: Float64Array, biases: Float64Array, isHidden: boolean): void {
  for (let i = 0; i < values.length; i += biases.length) {
    for (let j = 0; j < biases.length; j++) {
      const sum = values[i + j] + biases[j];
      values[i + j] = isHidden ? Math.tanh(sum) : sum;
    }
  }
}

function addRows(to: Float64Array, rows: Float64Array): void {
  for (let i = 0; i < rows.length; i += to.length) for (let j = 0; j < to.length; j++) to[j] += rows[i + j];
}

function standardize(x: Float64Array): void {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < x.length; i++) sum += x[i];
  const mean = sum / x.length;
  for (let i = 0; i < x.length; i++) squares += (x[i] - mean) ** 2;
  const deviation = Math.sqrt(squares / (x.length - 1)) + 1e-8;
  for (let i = 0; i < x.length; i++) x[i] = (x[i] - mean) / deviation;
}

function shorten(gradient: Float64Array, most: number): void {
  let squares = 0;
  for (let i = 0; i < gradient.length; i++) squares += gradient[i] * gradient[i];
  const factor = most / Math.sqrt(squares);
  if (factor < 1) for (let i = 0; i < gradient.length; i++) gradient[i] *= factor;
}

function adam(
  dim: number,
  { learningRate, epsilon }: PpoByHandOptions,
): (w: Float64Array, gradient: Float64Array) => void {
  const [m, v] = [new Float64Array(dim), new Float64Array(dim)];
  let t = 0;
  return (w, gradient) => {
    t++;
    const rate = learningRate / (1 - 0.9 ** t);
    const correction = 1 / (1 - 0.999 ** t);
    for (let i = 0; i < dim; i++) {
      m[i] = 0.9 * m[i] + 0.1 * gradient[i];
      v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
      w[i] -= (rate * m[i]) / (Math.sqrt(v[i] * correction) + epsilon);
    }
  };
}
