// A Bayesian neural network: a normal prior on all parameters, a likelihood of given data, through any traced function of both.

import { finiteVector, integerAtLeast, knownOptions, oneOf, positiveNumber, refuse } from "../arguments/index.js";
import { constant, Tensor } from "../tensor/index.js";
import type { Energy } from "./energy.js";
import { energy } from "./traced.js";

const where = "energies.neuralNetwork";

/** What is needed of a network; `mlp(...)` makes one, and so does any record with these two. */
export interface NetworkFunction {
  /** How many parameters there are. */
  readonly dim: number;
  /** Outputs `[rows, outputs]` of inputs `[rows, inputs]` at parameters `[dim]`. */
  apply(parameters: Tensor, inputs: Tensor): Tensor;
}

export interface NeuralNetworkOptions {
  readonly network: NetworkFunction;
  /** One row of inputs per datum; a list of numbers is rows of one. */
  readonly inputs: readonly ArrayLike<number>[] | ArrayLike<number>;
  /** One row of outputs per datum, a list of numbers being rows of one; class labels 0, 1, ... for the categorical likelihood. */
  readonly outputs: readonly ArrayLike<number>[] | ArrayLike<number>;
  /** Normal errors, yes or no by logits, or classes by logits; gaussian where left out. */
  readonly likelihood?: "gaussian" | "bernoulli" | "categorical";
  /** Standard deviation of the gaussian errors; 1 where left out. */
  readonly sigma?: number;
  /** Standard deviation of every parameter's normal prior; 1 where left out. */
  readonly priorScale?: number;
}

/**
 * `U(w) = |w|^2 / (2 priorScale^2) - sum_i log p(outputs_i | network(w, inputs_i))`, without constants. The data are part of the
 * expression, which suits hundreds of rows; for thousands, and for mini-batches, `tempered(networkLoss(...))` is made. Throws where data do not
 * fit each other, the network or the likelihood.
 *
 * Nothing of this law is known in closed form, unless the network is linear.
 * @example energies.neuralNetwork({ network: mlp({ inputs: 1, hidden: [8], outputs: 1 }), inputs: [0, 1], outputs: [1, 0], sigma: 0.1 })
 */
export function neuralNetwork(options: NeuralNetworkOptions): Energy {
  knownOptions(where, options, ["network", "inputs", "outputs", "likelihood", "sigma", "priorScale"]);
  const { network, likelihood = "gaussian" } = options;
  if (typeof network?.apply !== "function") {
    refuse(where, "network", "a network such as mlp(...) makes, with dim and apply", network);
  }
  integerAtLeast(where, "network.dim", network.dim, 1);
  oneOf(where, "likelihood", likelihood, ["gaussian", "bernoulli", "categorical"]);
  if (options.sigma !== undefined && likelihood !== "gaussian") {
    throw new RangeError(`${where}: sigma belongs to the gaussian likelihood, not to ${likelihood}`);
  }
  const sigma = positiveNumber(where, "sigma", options.sigma ?? 1);
  const priorScale = positiveNumber(where, "priorScale", options.priorScale ?? 1);
  const inputs = readRows("inputs", options.inputs);
  const observed = readRows("outputs", options.outputs, inputs.length);
  const x = constant(inputs);
  const names = Array.from({ length: network.dim }, (_, i) => `w[${i}]`);
  const negativeLogPosterior = (w: Tensor): Tensor => {
    const predicted = network.apply(w, x);
    checkPrediction(predicted, inputs.length, likelihood === "categorical" ? undefined : observed[0].length);
    const prior = w
      .square()
      .sum()
      .mul(0.5 / priorScale ** 2);
    return misfit(predicted, observed, likelihood, sigma).add(prior);
  };
  return energy(network.dim, negativeLogPosterior, { names });
}

function misfit(
  predicted: Tensor,
  observed: readonly Float64Array[],
  likelihood: "gaussian" | "bernoulli" | "categorical",
  sigma: number,
): Tensor {
  if (likelihood === "gaussian") {
    return predicted
      .sub(constant(observed))
      .square()
      .sum()
      .mul(0.5 / sigma ** 2);
  }
  const classes = likelihood === "categorical" ? predicted.shape[1] : 2;
  observed.forEach((row, i) => {
    if (likelihood === "categorical" && row.length !== 1) refuse(where, `outputs[${i}]`, "one class label", row);
    row.forEach((label) => {
      if (!Number.isInteger(label) || label < 0 || label >= classes) {
        refuse(where, `outputs[${i}]`, classes === 2 ? "0 or 1" : `a class label from 0 to ${classes - 1}`, label);
      }
    });
  });
  if (likelihood === "categorical") {
    return predicted
      .logSoftmax(1)
      .pick(constant(observed.map((row) => row[0])))
      .sum()
      .neg();
  }
  // -log of a Bernoulli's probability is softplus of the logit with the outcome's sign turned.
  return predicted
    .mul(constant(observed.map((row) => row.map((y) => 1 - 2 * y))))
    .softplus()
    .sum();
}

function checkPrediction(predicted: unknown, rows: number, outputs: number | undefined): void {
  const expected = `a tensor of shape [${rows}, ${outputs ?? "classes"}]`;
  if (!(predicted instanceof Tensor)) refuse(where, "what network.apply returns", expected, predicted);
  const { shape } = predicted;
  if (shape.length !== 2 || shape[0] !== rows || (outputs !== undefined && shape[1] !== outputs)) {
    throw new RangeError(`${where}: what network.apply returns must be ${expected}, got shape [${shape.join(", ")}]`);
  }
}

function readRows(name: string, value: unknown, count?: number): Float64Array[] {
  const expected =
    count === undefined ? "at least one row of numbers" : `${count} rows of numbers, one per row of inputs`;
  const list = value as ArrayLike<unknown> | null;
  if (
    typeof list !== "object" ||
    list === null ||
    !(list.length > 0) ||
    (count !== undefined && list.length !== count)
  ) {
    refuse(where, name, expected, value);
  }
  if (typeof list[0] === "number")
    return Array.from(finiteVector(where, name, list), (entry) => Float64Array.of(entry));
  const first = finiteVector(where, `${name}[0]`, list[0]);
  if (first.length === 0) refuse(where, `${name}[0]`, "at least one number", list[0]);
  return Array.from({ length: list.length }, (_, i) => finiteVector(where, `${name}[${i}]`, list[i], first.length));
}
