// A network on its data: the loss, and where its training ends, from a random start or from weights that the user has.

import { refuse } from "../../arguments/index.js";
import { adam, type Loss, type Network, networkLoss, parametersFrom, sgd, train } from "../../networks/index.js";
import type { Random } from "../../random/index.js";
import { polished } from "../preflight.js";
import { resolveTemperature } from "../tempered.js";
import type { TargetConfiguration } from "./configuration.js";
import type { Dataset } from "./dataset.js";
import { likelihoodOf } from "./likelihood.js";
import type { Materials } from "./materials.js";
import type { Recipe } from "./recipe.js";

/** `where` names the target in errors. */
export function trained(
  where: string,
  configuration: TargetConfiguration,
  network: Network,
  { inputs, outputs }: Dataset,
  { weights }: Materials,
  random: Random,
): Recipe {
  const { model, training } = configuration;
  const [rows] = inputs.shape;
  const columns = { inputs: { values: inputs.values, shape: [rows, network.inputs] }, outputs };
  const loss = networkLoss(network, columns, likelihoodOf(configuration));
  return {
    loss,
    async center(signal) {
      if (model.weights !== null && weights === undefined) {
        refuse(where, "materials.weights", "the arrays of the file model.weights", weights);
      }
      const start =
        weights === undefined
          ? network.initialize(random.split("start"))
          : parametersFrom(network, weights, {
              names: model.weight_names ?? undefined,
              transposed: model.weights_transposed,
            });
      const end = training.steps === 0 ? start : await trainedFrom(where, configuration, loss, start, signal);
      if (training.polish === 0) return end;
      return polished(loss, resolveTemperature(where, loss, { center: end }), training.polish).center;
    },
  };
}

async function trainedFrom(
  where: string,
  { target, training }: TargetConfiguration,
  loss: Loss,
  start: Float64Array,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const { optimizer, learning_rate: learningRate, steps, batch_size, early_stop_tol } = training;
  const { parameters, reason } = await train(loss, {
    optimizer: optimizer === "adam" ? adam({ learningRate }) : sgd({ learningRate }),
    steps,
    batchSize: batch_size ?? undefined,
    seed: target.seed,
    init: start,
    earlyStopping: early_stop_tol > 0 ? { patience: 20, tolerance: early_stop_tol } : undefined,
    signal,
  });
  if (reason === "aborted") throw signal?.reason ?? new Error(`${where}: the training was aborted`);
  return parameters;
}
