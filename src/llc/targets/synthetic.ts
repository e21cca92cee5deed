// Data that a random teacher network makes: outputs with noise where the loss is of numbers with errors, else draws from the law of which it
// says the logits or the logarithms of rates. The student can be right.

import { refuse } from "../../arguments/index.js";
import type { Network } from "../../networks/index.js";
import type { Random } from "../../random/index.js";
import { compile, trace } from "../../tensor/index.js";
import type { LossName, TargetConfiguration } from "./configuration.js";
import type { Dataset } from "./dataset.js";
import { hasErrors, lossNameOf } from "./likelihood.js";
import { hiddenWidths, perceptron } from "./perceptron.js";
import { inputsOf, noiseOf } from "./regression-data.js";
import { refuseHugeData } from "./sizes.js";

/** Inputs of `data.x_dist`; outputs from the teacher with noise of `data.noise_model`, or drawn. */
export function syntheticData(where: string, configuration: TargetConfiguration, random: Random): Dataset {
  const { model, data, teacher } = configuration;
  const { n_data: n } = data;
  if (n === null) refuse(where, "data.n_data", "a positive integer for data.source=synthetic", n);
  const loss = lossNameOf(configuration);
  if (loss === "categorical" && model.out_dim < 2) {
    refuse(where, "model.out_dim", "at least 2, a logit for each class, for target.loss=categorical", model.out_dim);
  }
  refuseHugeData(where, n, model.in_dim + model.out_dim);
  const inputs = inputsOf(data, n, model.in_dim, random.split("inputs"));
  const truth = teacherOf(configuration);
  const said = outputsOf(truth, truth.initialize(random.split("teacher")), inputs, n);
  const drop = random.split("dropout");
  const clean = teacher.dropout_rate > 0 ? said.map((y) => (drop.uniform() < teacher.dropout_rate ? 0 : y)) : said;
  const values = hasErrors(loss)
    ? withNoise(clean, noiseOf(data, n, model.out_dim, inputs, random.split("noise")))
    : drawn(where, loss, clean, model.out_dim, random.split("outcomes"));
  return {
    inputs: { values: inputs, shape: [n, model.in_dim] },
    outputs: { values, shape: [n, values.length / n] },
    width: model.out_dim,
  };
}

/** As Lambda-Hat's, it has neither normalised layers nor skip connections. */
function teacherOf({ model, teacher }: TargetConfiguration): Network {
  const { depth, activation } = teacher;
  const widths =
    teacher.widths ?? (depth === null ? hiddenWidths(model) : hiddenWidths({ ...model, widths: null, depth }));
  const plain = { ...model, activation: activation ?? model.activation, layernorm: false, skip_connections: false };
  return perceptron("the teacher", plain, widths);
}

function outputsOf(
  { apply, inputs: width, outputs }: Network,
  parameters: Float64Array,
  inputs: Float64Array,
  rows: number,
): Float64Array {
  const program = compile(trace(([w, x]) => [apply(w, x)], [[parameters.length], [rows, width]]));
  const out = new Float64Array(rows * outputs);
  program.run([parameters, inputs], [out]);
  return out;
}

function withNoise(clean: Float64Array, noise: Float64Array): Float64Array {
  return clean.map((value, k) => value + noise[k]);
}

/** An observation for each number that was said, or, of classes, one for each row. */
function drawn(where: string, loss: LossName, said: Float64Array, width: number, random: Random): Float64Array {
  if (loss === "bernoulli") return said.map((logit) => (random.uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0));
  if (loss === "poisson") return said.map((logRate) => count(where, Math.exp(logRate), random));
  return Float64Array.from({ length: said.length / width }, (_, row) =>
    label(said.subarray(row * width, (row + 1) * width), random),
  );
}

/** A class whose probability is the softmax of its logit. */
function label(logits: Float64Array, random: Random): number {
  const largest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - largest));
  let rest = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => {
    rest -= weight;
    return rest < 0;
  });
  return found < 0 ? weights.length - 1 : found;
}

const MOST = 1e5;

/** Poisson: as many arrivals as come within a unit of time. */
function count(where: string, rate: number, random: Random): number {
  if (rate > MOST) refuse(where, "the teacher's rate", `at most ${MOST} for target.loss=poisson`, rate);
  let arrivals = 0;
  for (let time = random.exponential(); time < rate; time += random.exponential()) arrivals++;
  return arrivals;
}
