// Optimisers: rules that turn a gradient into a step. A factory returns a recipe; `start` makes its state for one run.

import { knownOptions, nonNegativeNumber, positiveNumber, refuse } from "../arguments/index.js";

export interface Optimizer {
  readonly kind: string;
  /**
   * State for `dim` parameters; the function returned moves `w` by one step, the learning rate scaled by `factor`. Where an array of
   * `memorySize(dim)` zeros is given, all of the state lives in it, so that a run that is given a copy of it goes on exactly.
   */
  start(dim: number, memory?: Float64Array): (w: Float64Array, gradient: Float64Array, factor: number) => void;
  /** How many numbers the state of `dim` parameters takes; absent where `start` keeps it to itself. */
  memorySize?(dim: number): number;
}

export interface AdamOptions {
  readonly learningRate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Decoupled: each step takes `learningRate weightDecay w` off (AdamW; Loshchilov & Hutter 2017, arXiv:1711.05101). */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma & Ba 2014, arXiv:1412.6980, algorithm 1) with bias correction.
 * @example adam({ learningRate: 0.01 }) // its first step moves every parameter by 0.01 against the sign of its gradient
 */
export function adam(options: AdamOptions = {}): Optimizer {
  knownOptions("adam", options, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"]);
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  positiveNumber("adam", "learningRate", learningRate);
  fractionBelowOne("adam", "beta1", beta1);
  fractionBelowOne("adam", "beta2", beta2);
  positiveNumber("adam", "epsilon", epsilon);
  nonNegativeNumber("adam", "weightDecay", weightDecay);
  return {
    kind: "adam",
    memorySize: (dim) => 2 * dim + 1,
    start(dim, memory = new Float64Array(2 * dim + 1)) {
      const m = memory.subarray(0, dim);
      const v = memory.subarray(dim, 2 * dim);
      return (w, gradient, factor) => {
        const t = ++memory[2 * dim];
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
  /** Of the penalty `(weightDecay / 2) |w|^2`, whose gradient is added to g before the momentum. */
  readonly weightDecay?: number;
}

/**
 * Gradient descent with optional momentum (Polyak 1964; Nesterov's form after Sutskever et al. 2013).
 * @example sgd({ learningRate: 0.1 }) // w <- w - 0.1 g
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  knownOptions("sgd", options, ["learningRate", "momentum", "nesterov", "weightDecay"]);
  const { learningRate = 1e-2, momentum = 0, nesterov = false, weightDecay = 0 } = options;
  positiveNumber("sgd", "learningRate", learningRate);
  fractionBelowOne("sgd", "momentum", momentum);
  if (typeof nesterov !== "boolean") refuse("sgd", "nesterov", "true or false", nesterov);
  nonNegativeNumber("sgd", "weightDecay", weightDecay);
  return {
    kind: "sgd",
    memorySize: (dim) => dim,
    start(dim, velocity = new Float64Array(dim)) {
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

function fractionBelowOne(where: string, name: string, value: number): void {
  if (typeof value !== "number" || !(value >= 0 && value < 1)) refuse(where, name, "a number from 0 to below 1", value);
}
