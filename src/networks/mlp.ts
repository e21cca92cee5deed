// Multilayer perceptrons of any depth, with layer normalisation (Ba, Kiros & Hinton 2016, arXiv:1607.06450) and skip connections where
// asked for.

import { integerAtLeast, knownOptions, oneOf, refuse } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import { concat, constant, sizeOf, type Tensor } from "../tensor/index.js";
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
  /**
   * Whether every hidden layer is normalised before its activation: to mean 0 and variance 1 over its units, row by row (1e-5 is added to the
   * variance), then scaled and shifted, each unit by parameters of its own. False where left out.
   */
  readonly layerNorm?: boolean;
  /**
   * Every so many hidden layers, one adds what enters it to what its activation gives, without its last numbers where it is wider, with zeros
   * behind where it is narrower: 2 adds around the second, the fourth ... None does where left out.
   */
  readonly skip?: number;
}

/**
 * A fully connected network. Its flat parameters are, layer by layer, the weights `[in, out]` row-major, the biases `[out]`, and, of a
 * normalised layer, scales `[out]` and shifts `[out]`: PyTorch's order. Throws where a width is not a positive integer or a name is unknown.
 * @example mlp({ inputs: 4, hidden: [8], outputs: 3, activation: "tanh" }).dim // 4 * 8 + 8 + 8 * 3 + 3 = 67
 */
export function mlp(options: MlpOptions): Network {
  knownOptions("mlp", options, known);
  const { inputs, hidden, outputs, bias = true, layerNorm = false, skip } = options;
  integerAtLeast("mlp", "inputs", inputs, 1);
  integerAtLeast("mlp", "outputs", outputs, 1);
  if (!Array.isArray(hidden)) refuse("mlp", "hidden", "a list of widths", hidden);
  hidden.forEach((width, i) => integerAtLeast("mlp", `hidden[${i}]`, width, 1));
  if (typeof bias !== "boolean") refuse("mlp", "bias", "true or false", bias);
  if (typeof layerNorm !== "boolean") refuse("mlp", "layerNorm", "true or false", layerNorm);
  if (skip !== undefined) integerAtLeast("mlp", "skip", skip, 1);
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

  const layers = planned([inputs, ...hidden, outputs], bias, layerNorm);
  const layout = layers.flatMap(({ weight, bias, scale, shift }) => [weight, bias, scale, shift].filter(isBlock));
  const last = layout[layout.length - 1];
  const dim = last.start + sizeOf(last.shape);
  const nonlinearity = activations[activation];

  return {
    inputs,
    outputs,
    dim,
    layout,
    apply(parameters, rows) {
      const at = ({ start, shape }: ParameterBlock): Tensor =>
        parameters.slice(start, start + sizeOf(shape)).reshape(shape);
      return layers.reduce((values, { weight, bias, scale, shift }, layer) => {
        const products = values.matmul(at(weight));
        const sums = bias === undefined ? products : products.add(at(bias));
        if (layer === hidden.length) return sums;
        const fed = scale === undefined || shift === undefined ? sums : normalised(sums).mul(at(scale)).add(at(shift));
        const made = nonlinearity(fed);
        return skip !== undefined && (layer + 1) % skip === 0 ? made.add(fitted(values, hidden[layer])) : made;
      }, rows);
    },
    initialize(random: Random) {
      const parameters = new Float64Array(dim);
      layers.forEach(({ weight: { start, shape }, scale }, layer) => {
        const law = layer === hidden.length ? outputInitializer : initializer;
        parameters.set(initializers[law](random, shape[0], shape[1]), start);
        if (scale !== undefined) parameters.fill(1, scale.start, scale.start + scale.shape[0]);
      });
      return parameters;
    },
  };
}

const known: readonly (keyof MlpOptions)[] = [
  "inputs",
  "hidden",
  "outputs",
  "activation",
  "initializer",
  "outputInitializer",
  "bias",
  "layerNorm",
  "skip",
];

/** Added to variances, as PyTorch and Haiku add it. */
const EPSILON = 1e-5;

/** Where the parameters of a layer lie. */
interface Layer {
  readonly weight: ParameterBlock;
  readonly bias?: ParameterBlock;
  readonly scale?: ParameterBlock;
  readonly shift?: ParameterBlock;
}

function planned(widths: readonly number[], bias: boolean, layerNorm: boolean): Layer[] {
  let start = 0;
  const block = (name: string, shape: readonly number[]): ParameterBlock => {
    const placed = { name, shape, start };
    start += sizeOf(shape);
    return placed;
  };
  return widths.slice(1).map((width, i) => {
    const name = `layer ${i + 1}`;
    return {
      weight: block(`${name} weight`, [widths[i], width]),
      ...(bias && { bias: block(`${name} bias`, [width]) }),
      ...(layerNorm &&
        i + 2 < widths.length && {
          scale: block(`${name} norm scale`, [width]),
          shift: block(`${name} norm shift`, [width]),
        }),
    };
  });
}

function isBlock(block: ParameterBlock | undefined): block is ParameterBlock {
  return block !== undefined;
}

/** `[rows, width]`, every row to mean 0 and variance 1. */
function normalised(rows: Tensor): Tensor {
  const [count] = rows.shape;
  const centred = rows.sub(rows.mean(1).reshape([count, 1]));
  const variance = centred.square().mean(1).reshape([count, 1]);
  return centred.div(variance.add(EPSILON).sqrt());
}

/** Rows of another width: their first numbers, or they with zeros behind. */
function fitted(rows: Tensor, width: number): Tensor {
  const [count, given] = rows.shape;
  if (given >= width) return given === width ? rows : rows.slice(0, width, 1);
  return concat([rows, constant(0, { shape: [count, width - given], dtype: rows.dtype })], 1);
}
