// A convolutional network, trained to tell images: the digits, or those of a table's column.

import { refuse } from "../../arguments/index.js";
import { type Activation, cnn as network } from "../../networks/index.js";
import { stream } from "../../random/index.js";
import type { TargetConfiguration } from "./configuration.js";
import { datasetOf } from "./dataset.js";
import type { Materials } from "./materials.js";
import { initializers } from "./perceptron.js";
import type { Recipe } from "./recipe.js";
import { refuseHugeModel } from "./sizes.js";
import { trained } from "./trained.js";

/** Convolutions of `model.filters`, all with the same kernel, stride and pooling, then layers of `model.widths`. */
export function cnn(configuration: TargetConfiguration, materials: Materials): Recipe {
  const { model, data } = configuration;
  if (data.source === "synthetic") refuse("cnn", "data.source", "digits or table, for it needs images", data.source);
  if (model.layernorm) refuse("cnn", "model.layernorm", "false, for mlp alone has it", model.layernorm);
  if (model.skip_connections) {
    refuse("cnn", "model.skip_connections", "false, for mlp alone has them", model.skip_connections);
  }
  const random = stream(configuration.target.seed, "target");
  const dataset = datasetOf("cnn", configuration, materials, random);
  const student = network({
    inputs: imageOf(dataset.inputs.shape),
    convolutions: model.filters.map((filters) => ({
      filters,
      size: model.kernel,
      stride: model.stride,
      ...(model.pool !== null && { pool: { window: model.pool } }),
    })),
    hidden: model.widths ?? [],
    outputs: dataset.width,
    activation: model.activation as Activation,
    initializer: initializers[model.init],
    bias: model.bias,
  });
  refuseHugeModel("cnn", "model.filters and model.widths", student.dim);
  return trained("cnn", configuration, student, dataset, materials, random);
}

/** Height, width and channels of the images, of which there is one where it is not said. */
function imageOf([, height, width, channels = 1, ...more]: readonly number[]): [number, number, number] {
  if (height === undefined || width === undefined || more.length > 0) {
    throw new RangeError(
      "cnn: data.inputs must name one column of images, [rows, height, width] or [rows, height, width, channels]",
    );
  }
  return [height, width, channels];
}
