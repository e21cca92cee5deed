// A multilayer perceptron, trained on what a random teacher says about random inputs, which is Lambda-Hat's target, or on real data.

import { stream } from "../../random/index.js";
import type { TargetConfiguration } from "./configuration.js";
import { datasetOf } from "./dataset.js";
import type { Materials } from "./materials.js";
import { hiddenWidths, perceptron } from "./perceptron.js";
import type { Recipe } from "./recipe.js";
import { trained } from "./trained.js";

/** As wide as the data are, with hidden layers of `hiddenWidths`. */
export function mlp(configuration: TargetConfiguration, materials: Materials): Recipe {
  const random = stream(configuration.target.seed, "target");
  const data = datasetOf("mlp", configuration, materials, random);
  const [rows] = data.inputs.shape;
  const model = { ...configuration.model, in_dim: data.inputs.values.length / rows, out_dim: data.width };
  return trained("mlp", configuration, perceptron("mlp", model, hiddenWidths(model)), data, materials, random);
}
