// Lambda-Hat's perceptron: how wide its layers are, and the network.

import { type Activation, type Initializer, mlp, type Network } from "../../networks/index.js";
import type { ModelConfiguration } from "./configuration.js";
import { refuseHugeModel } from "./sizes.js";

export const initializers: Readonly<Record<ModelConfiguration["init"], Initializer>> = {
  he: "heNormal",
  xavier: "glorotNormal",
  lecun: "lecunNormal",
  orthogonal: "orthogonal",
};

/** From `in_dim` to `out_dim` by way of these widths; `where` names it in errors. */
export function perceptron(where: string, model: ModelConfiguration, hidden: readonly number[]): Network {
  const network = mlp({
    inputs: model.in_dim,
    outputs: model.out_dim,
    hidden,
    activation: model.activation as Activation,
    initializer: initializers[model.init],
    bias: model.bias,
    layerNorm: model.layernorm,
    skip: model.skip_connections ? model.residual_period : undefined,
  });
  refuseHugeModel(where, "its widths", network.dim);
  return network;
}

/**
 * Widths of the hidden layers: those given, else a constant one, the largest with at most `target_params` parameters, biases among them and
 * those of normalised layers not, as Lambda-Hat counts.
 * @example hiddenWidths({ ...base, in_dim: 32, out_dim: 1, depth: 3, target_params: 10000 }) // [62, 62, 62]
 */
export function hiddenWidths(model: ModelConfiguration): readonly number[] {
  const { widths, depth, target_params: parameters, in_dim, out_dim, hidden } = model;
  if (widths !== null) return widths;
  if (parameters === null) return Array<number>(depth).fill(hidden);
  // (depth - 1) h^2 + b h = parameters less the biases of the output.
  const b = in_dim + 1 + (depth - 1) + out_dim;
  const free = Math.max(0, parameters - out_dim);
  const h = depth === 1 ? free / b : (-b + Math.sqrt(b * b + 4 * (depth - 1) * free)) / (2 * (depth - 1));
  return Array<number>(depth).fill(Math.max(1, Math.floor(h)));
}
