// Optimisers: rules that turn a gradient into a step. A factory returns a recipe; `start` makes its state for one run.

import { knownOptions, nonNegativeNumber, positiveNumber, refuse } from "../arguments/index.js";

export interface Optimizer {
  readonly kind: string;
  /** State for `dim` parameters; the function returned moves `w` by one step, the learning rate scaled by `factor`. */
  start(dim: number): (w: Float64Array, gradient: Float64Array, factor: number) => void;
}

export interface AdamOptions {
  readonly learningRate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Decoupled weight decay (AdamW; Loshchilov & Hutter 2017, arXiv:1711.05101). */
  readonly weightDecay?: number;
}

/** Adam (Kingma & Ba 2014, arXiv:1412.6980, algorithm 1) with bias correction. */
export function adam(options: AdamOptions = {}): Optimizer {
  knownOptions("adam", options, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"]);
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  positiveNumber("adam", "learningRate", learningRate);
  if (!(beta1 >= 0 && beta1 < 1)) refuse("adam", "beta1", "a number from 0 to below 1", beta1);
  if (!(beta2 >= 0 && beta2 < 1)) refuse("adam", "beta2", "a number from 0 to below 1", beta2);
  positiveNumber("adam", "epsilon", epsilon);
  nonNegativeNumber("adam", "weightDecay", weightDecay);
  return {
    kind: "adam",
    start(dim) {
      const m = new Float64Array(dim);
      const v = new Float64Array(dim);
      let t = 0;
      return (w, gradient, factor) => {
        t++;
        const rate = learningRate * factor;
        const correction1 = 1 - beta1 ** t;
        const correction2 = 1 - beta2 ** t;
        for (let i = 0; i < dim; i++) {
          const g = gradient[i];
          m[i] = beta1 * m[i] + (1 - beta1) * g;
          v[i] = beta2 * v[i] + (1 - beta2) * g * g;
          w[i] -= rate * (m[i] / correction1 / (Math.sqrt(v[i] / correction2) + epsilon) + weightDecay * w[i]);
        }
      };
    },
  };
}

export interface SgdOptions {
  readonly learningRate?: number;
  /** Of the velocity `v <- momentum v + g`; the step is `-learningRate v`. */
  readonly momentum?: number;
  /** Looks ahead along the velocity: the step is `-learningRate (g + momentum v)`. */
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
}

/** Gradient descent with optional momentum (Polyak 1964; Nesterov's form after Sutskever et al. 2013). */
export function sgd(options: SgdOptions = {}): Optimizer {
  knownOptions("sgd", options, ["learningRate", "momentum", "nesterov", "weightDecay"]);
  const { learningRate = 1e-2, momentum = 0, nesterov = false, weightDecay = 0 } = options;
  positiveNumber("sgd", "learningRate", learningRate);
  if (!(momentum >= 0 && momentum < 1)) refuse("sgd", "momentum", "a number from 0 to below 1", momentum);
  nonNegativeNumber("sgd", "weightDecay", weightDecay);
  return {
    kind: "sgd",
    start(dim) {
      const velocity = new Float64Array(dim);
      return (w, gradient, factor) => {
        const rate = learningRate * factor;
        for (let i = 0; i < dim; i++) {
          const g = gradient[i] + weightDecay * w[i];
          velocity[i] = momentum * velocity[i] + g;
          w[i] -= rate * (nesterov ? g + momentum * velocity[i] : velocity[i]);
        }
      };
    },
  };
}
