// Multilayer perceptrons of any depth.

import { integerAtLeast, knownOptions, oneOf, refuse } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import type { Tensor } from "../tensor/index.js";
import { type Activation, activationNames, activations } from "./activations.js";
import { fittingInitializer, type Initializer, initializerNames, initializers } from "./initializers.js";
import type { Network, ParameterBlock } from "./network.js";

export interface MlpOptions {
  /** Numbers per input row. */
  readonly inputs: number;
  /** Widths of the hidden layers, from the input on; `[]` makes a linear model. */
  readonly hidden: readonly number[];
  /** Numbers per output row. */
  readonly outputs: number;
  /** Between the layers, tanh where left out; the output has none. */
  readonly activation?: Activation;
  /** Of the hidden layers. Where left out, what fits the activation: He for relu, gelu, swish and softplus, LeCun for selu, else Glorot. */
  readonly initializer?: Initializer;
  /** Of the output layer; LeCun's normal where left out. */
  readonly outputInitializer?: Initializer;
  /** Whether each layer adds one; true where left out. */
  readonly bias?: boolean;
}

/**
 * A fully connected network. Its flat parameters are, layer by layer, the weights `[in, out]` row-major, then the biases `[out]`.
 * Throws where a width is not a positive integer or a name is unknown.
 * @example mlp({ inputs: 4, hidden: [8], outputs: 3, activation: "tanh" }).dim // 4 * 8 + 8 + 8 * 3 + 3 = 67
 */
export function mlp(options: MlpOptions): Network {
  knownOptions("mlp", options, [
    "inputs",
    "hidden",
    "outputs",
    "activation",
    "initializer",
    "outputInitializer",
    "bias",
  ]);
  const { inputs, hidden, outputs, bias = true } = options;
  integerAtLeast("mlp", "inputs", inputs, 1);
  integerAtLeast("mlp", "outputs", outputs, 1);
  if (!Array.isArray(hidden)) refuse("mlp", "hidden", "a list of widths", hidden);
  hidden.forEach((width, i) => integerAtLeast("mlp", `hidden[${i}]`, width, 1));
  if (typeof bias !== "boolean") refuse("mlp", "bias", "true or false", bias);
  const activation = oneOf("mlp", "activation", options.activation ?? "tanh", activationNames);
  const initializer = oneOf(
    "mlp",
    "initializer",
    options.initializer ?? fittingInitializer(activation),
    initializerNames,
  );
  const outputInitializer = oneOf(
    "mlp",
    "outputInitializer",
    options.outputInitializer ?? "lecunNormal",
    initializerNames,
  );

  const widths = [inputs, ...hidden, outputs];
  const layout = layoutOf(widths, bias);
  const last = layout[layout.length - 1];
  const dim = last.start + last.shape.reduce((size, length) => size * length, 1);
  const nonlinearity = activations[activation];

  return {
    inputs,
    outputs,
    dim,
    layout,
    apply(parameters, rows) {
      const block = ({ start, shape }: ParameterBlock): Tensor =>
        parameters.slice(start, start + shape.reduce((size, length) => size * length, 1)).reshape(shape);
      let values = rows;
      for (let layer = 0; layer + 1 < widths.length; layer++) {
        const first = bias ? 2 * layer : layer;
        values = values.matmul(block(layout[first]));
        if (bias) values = values.add(block(layout[first + 1]));
        if (layer + 2 < widths.length) values = nonlinearity(values);
      }
      return values;
    },
    initialize(random: Random) {
      const parameters = new Float64Array(dim);
      layout.forEach(({ shape, start }, i) => {
        if (shape.length < 2) return;
        const isOutput = i >= layout.length - (bias ? 2 : 1);
        parameters.set(initializers[isOutput ? outputInitializer : initializer](random, shape[0], shape[1]), start);
      });
      return parameters;
    },
  };
}

function layoutOf(widths: readonly number[], bias: boolean): ParameterBlock[] {
  const layout: ParameterBlock[] = [];
  let start = 0;
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const [fanIn, fanOut] = [widths[layer], widths[layer + 1]];
    layout.push({ name: `layer ${layer + 1} weight`, shape: [fanIn, fanOut], start });
    start += fanIn * fanOut;
    if (bias) {
      layout.push({ name: `layer ${layer + 1} bias`, shape: [fanOut], start });
      start += fanOut;
    }
  }
  return layout;
}
