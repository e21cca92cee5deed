// A multilayer perceptron, trained on what a random teacher of the same or another shape says about random inputs: Lambda-Hat's target.

import { refuse } from "../../arguments/index.js";
import {
  type Activation,
  adam,
  type Initializer,
  type Likelihood,
  likelihoods,
  mlp as network,
  networkLoss,
  sgd,
  train,
} from "../../networks/index.js";
import { stream } from "../../random/index.js";
import { compile, trace } from "../../tensor/index.js";
import type { ModelConfiguration, TargetConfiguration } from "./configuration.js";
import type { Recipe } from "./recipe.js";
import { inputsOf, noiseOf } from "./regression-data.js";

const initializers: Readonly<Record<ModelConfiguration["init"], Initializer>> = {
  he: "heNormal",
  xavier: "glorotNormal",
  lecun: "lecunNormal",
  orthogonal: "orthogonal",
};

/** Inputs of `data.x_dist`, outputs from the teacher with noise of `data.noise_model`, the student trained on all of it. */
export function mlp(configuration: TargetConfiguration): Recipe {
  const { target, model, data, teacher, training } = configuration;
  if (model.layernorm) refuse("mlp", "model.layernorm", "false", model.layernorm);
  if (model.skip_connections) refuse("mlp", "model.skip_connections", "false", model.skip_connections);
  if (teacher.dropout_rate > 0) refuse("mlp", "teacher.dropout_rate", "0", teacher.dropout_rate);
  const of = (hidden: readonly number[], activation: string): ReturnType<typeof network> =>
    network({
      inputs: model.in_dim,
      outputs: model.out_dim,
      hidden,
      activation: activation as Activation,
      initializer: initializers[model.init],
      bias: model.bias,
    });
  const student = of(hiddenWidths(model), model.activation);
  const depth = teacher.depth ?? model.depth;
  const teacherWidths =
    teacher.widths ?? (teacher.depth === null ? hiddenWidths(model) : hiddenWidths({ ...model, widths: null, depth }));
  const truth = of(teacherWidths, teacher.activation ?? model.activation);

  const random = stream(target.seed, "target");
  const inputs = inputsOf(data, model.in_dim, random.split("inputs"));
  const noise = noiseOf(data, model.out_dim, inputs, random.split("noise"));
  const clean = outputsOf(truth, truth.initialize(random.split("teacher")), inputs, data.n_data);
  const outputs = clean.map((value, k) => value + noise[k]);

  const columns = {
    inputs: { values: inputs, shape: [data.n_data, model.in_dim] },
    outputs: { values: outputs, shape: [data.n_data, model.out_dim] },
  };
  const loss = networkLoss(student, columns, likelihoodOf(configuration));
  return {
    loss,
    async center(signal) {
      const { optimizer, learning_rate: learningRate, steps, batch_size, early_stop_tol } = training;
      const { parameters, reason } = await train(loss, {
        optimizer: optimizer === "adam" ? adam({ learningRate }) : sgd({ learningRate }),
        steps,
        batchSize: batch_size ?? undefined,
        seed: target.seed,
        init: student.initialize(random.split("start")),
        earlyStopping: early_stop_tol > 0 ? { patience: 20, tolerance: early_stop_tol } : undefined,
        signal,
      });
      if (reason === "aborted") throw signal?.reason ?? new Error("mlp: the training was aborted");
      return parameters;
    },
  };
}

/**
 * Widths of the hidden layers: those given, else a constant one, the largest with at most `target_params` parameters.
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

function likelihoodOf({ target, data }: TargetConfiguration): Likelihood {
  const { noise_scale: sigma, student_df: degreesOfFreedom } = data;
  switch (target.loss) {
    case "gaussian":
      return likelihoods.gaussian({ sigma });
    case "student_t":
      return likelihoods.studentT({ degreesOfFreedom, sigma });
    case "mse":
      return likelihoods.meanSquaredError();
  }
}

function outputsOf(
  { apply, inputs: width, outputs }: ReturnType<typeof network>,
  parameters: Float64Array,
  inputs: Float64Array,
  rows: number,
): Float64Array {
  const program = compile(trace(([w, x]) => [apply(w, x)], [[parameters.length], [rows, width]]));
  const out = new Float64Array(rows * outputs);
  program.run([parameters, inputs], [out]);
  return out;
}
