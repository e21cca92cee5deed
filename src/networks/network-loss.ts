// The loss of a network on a data set under a likelihood.

import { refuse } from "../arguments/index.js";
import { type Column, storeData } from "./data.js";
import type { Likelihood } from "./likelihoods.js";
import { type Loss, loss } from "./loss.js";
import { type Network, parameterNames } from "./network.js";

/**
 * Mean negative log-likelihood, in nats, of `outputs` given `inputs` as a function of the network's flat parameters.
 *
 * `inputs` is `[rows, network.inputs]` (or `[rows]` for one input); `outputs` is what the likelihood expects. Throws where they do not
 * fit the network or each other, are empty or not finite, or a label is out of range.
 */
export function networkLoss(
  network: Network,
  data: { readonly inputs: Column; readonly outputs: Column },
  likelihood: Likelihood,
): Loss {
  if (typeof network?.apply !== "function") refuse("networkLoss", "network", "a network such as mlp(...)", network);
  if (typeof likelihood?.negativeLogLikelihood !== "function") {
    refuse("networkLoss", "likelihood", "one of likelihoods, such as likelihoods.categorical()", likelihood);
  }
  const { inputs, outputs } = storeData("networkLoss", { inputs: data.inputs, outputs: data.outputs });
  const width = inputs.shape.length === 1 ? 1 : inputs.shape[1];
  if (inputs.shape.length > 2 || width !== network.inputs) {
    throw new RangeError(
      `networkLoss: inputs must have ${network.inputs} number${network.inputs === 1 ? "" : "s"} per row, as the network has, got shape [${inputs.shape.join(", ")}]`,
    );
  }
  likelihood.check(outputs, network.outputs);
  return loss(
    network.dim,
    inputs.shape[0],
    (w, rows) => {
      const predictions = network.apply(w, rows.inputs.reshape([rows.inputs.shape[0], network.inputs]));
      return likelihood.negativeLogLikelihood(predictions, rows.outputs).mean();
    },
    { inputs, outputs },
    { names: parameterNames(network.layout), initialize: (random) => network.initialize(random) },
  );
}
