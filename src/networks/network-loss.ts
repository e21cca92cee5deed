// The loss of a network on a data set under a likelihood.

import { knownOptions, refuse } from "../arguments/index.js";
import { type Column, storeData } from "./data.js";
import type { Likelihood } from "./likelihoods.js";
import { type Loss, type LossOptions, loss } from "./loss.js";
import { type Network, parameterNames } from "./network.js";

/**
 * Mean negative log-likelihood, in nats, of `outputs` given `inputs` as a function of the network's flat parameters.
 *
 * `inputs` is `[rows, network.inputs]` (or `[rows]` for one input); `outputs` is what the likelihood expects. Throws where they do not
 * fit the network or each other, are empty or not finite, or a label is out of range.
 * @example
 * const line = mlp({ inputs: 1, hidden: [], outputs: 1 }); // w[0] x + w[1]
 * const fit = networkLoss(line, { inputs: [0, 1, 2], outputs: [1, 3, 5] }, likelihoods.gaussian());
 * fit.value(Float64Array.of(2, 1)) // log(2 pi) / 2 = 0.919: the line goes through all points
 */
export function networkLoss(
  network: Network,
  data: { readonly inputs: Column; readonly outputs: Column },
  likelihood: Likelihood,
  options: Pick<LossOptions, "precision" | "fma" | "wideVectors"> = {},
): Loss {
  knownOptions("networkLoss", options, ["precision", "fma", "wideVectors"]);
  if (typeof network?.apply !== "function") refuse("networkLoss", "network", "a network such as mlp(...)", network);
  if (typeof likelihood?.negativeLogLikelihood !== "function") {
    refuse("networkLoss", "likelihood", "one of likelihoods, such as likelihoods.categorical()", likelihood);
  }
  if (typeof data !== "object" || data === null) refuse("networkLoss", "data", "{ inputs, outputs }", data);
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
      const count = rows.inputs.shape[0];
      const predictions = network.apply(w, rows.inputs.reshape([count, network.inputs]));
      const { shape } = predictions;
      if (shape.length !== 2 || shape[0] !== count || shape[1] !== network.outputs) {
        const expected = `[${count}, ${network.outputs}]`;
        throw new RangeError(`networkLoss: network.apply must return shape ${expected}, got [${shape.join(", ")}]`);
      }
      // The rows' losses are added up in double precision whatever they were computed in.
      return likelihood.negativeLogLikelihood(predictions, rows.outputs).cast("f64").mean();
    },
    { inputs, outputs },
    { names: parameterNames(network.layout), initialize: (random) => network.initialize(random), ...options },
  );
}
