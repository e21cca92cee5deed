// Convolutional networks of any depth: convolutions, each with an activation and possibly pooling, then the layers of a perceptron.

import { integerAtLeast, knownOptions, oneOf, refuse } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import {
  averagePool2d,
  constant,
  conv2d,
  maxPool2d,
  type Padding,
  type PoolingOptions,
  type RowsAndColumns,
  sizeOf,
  type Tensor,
} from "../tensor/index.js";
import { type Activation, activationNames, activations } from "./activations.js";
import { fittingInitializer, type Initializer, initializerNames, initializers } from "./initializers.js";
import { mlp } from "./mlp.js";
import type { Network, ParameterBlock } from "./network.js";

export interface ConvolutionLayer {
  /** Channels of the result. */
  readonly filters: number;
  /** Rows and columns of the kernel. */
  readonly size: RowsAndColumns;
  /** 1 where left out. */
  readonly stride?: RowsAndColumns;
  /** With zeros; "valid", which is none, where left out. */
  readonly padding?: Padding;
  /** Behind the activation; none where left out. */
  readonly pool?: PoolingLayer;
}

export interface PoolingLayer extends PoolingOptions {
  /** The largest number of each window, where left out, or their mean. */
  readonly kind?: "max" | "average";
}

export interface CnnOptions {
  /** Height, width and channels of an image. */
  readonly inputs: readonly [height: number, width: number, channels: number];
  /** From the image on; `[]` makes a perceptron on its numbers. */
  readonly convolutions: readonly ConvolutionLayer[];
  /** Widths of the fully connected layers between the last convolution and the output; `[]` where left out. */
  readonly hidden?: readonly number[];
  /** Numbers per output row. */
  readonly outputs: number;
  /** Behind every convolution and hidden layer, relu where left out; the output has none. */
  readonly activation?: Activation;
  /** Of kernels and hidden layers. Where left out, what fits the activation: He for relu, gelu, swish and softplus, LeCun for selu, else Glorot. */
  readonly initializer?: Initializer;
  /** Of the output layer; LeCun's normal where left out. */
  readonly outputInitializer?: Initializer;
  /** Whether each layer adds one, a convolution one per filter; true where left out. */
  readonly bias?: boolean;
}

/**
 * A convolutional network. A row of inputs is an image `[height, width, channels]` row-major. The flat parameters are, convolution by
 * convolution, the kernel `[rows, columns, channels, filters]` row-major, then the biases `[filters]`; then those of `mlp` on the last image.
 * Throws where a number is not a positive integer, a name is unknown, or a window does not fit the image before it.
 * @example
 * const digits = cnn({
 *   inputs: [28, 28, 1],
 *   convolutions: [{ filters: 8, size: 5, stride: 2 }, { filters: 16, size: 3, stride: 2 }],
 *   outputs: 10,
 * });
 * digits.dim // (5 * 5 * 1 * 8 + 8) + (3 * 3 * 8 * 16 + 16) + (5 * 5 * 16 * 10 + 10) = 5386
 */
export function cnn(options: CnnOptions): Network {
  knownOptions("cnn", options, known);
  const { inputs, convolutions, hidden = [], outputs, bias = true } = options;
  if (!Array.isArray(inputs) || inputs.length !== 3) refuse("cnn", "inputs", "[height, width, channels]", inputs);
  inputs.forEach((length, i) => integerAtLeast("cnn", `inputs[${i}]`, length, 1));
  integerAtLeast("cnn", "outputs", outputs, 1);
  if (!Array.isArray(convolutions)) refuse("cnn", "convolutions", "a list of layers", convolutions);
  if (!Array.isArray(hidden)) refuse("cnn", "hidden", "a list of widths", hidden);
  hidden.forEach((width, i) => integerAtLeast("cnn", `hidden[${i}]`, width, 1));
  if (typeof bias !== "boolean") refuse("cnn", "bias", "true or false", bias);
  const activation = oneOf("cnn", "activation", options.activation ?? "relu", activationNames);
  const initializer = oneOf(
    "cnn",
    "initializer",
    options.initializer ?? fittingInitializer(activation),
    initializerNames,
  );
  const outputInitializer = oneOf(
    "cnn",
    "outputInitializer",
    options.outputInitializer ?? "lecunNormal",
    initializerNames,
  );

  const layers = planned(inputs, convolutions, activation, bias);
  const last = layers[layers.length - 1];
  const image = last?.image ?? inputs;
  const features = sizeOf(image);
  const head = mlp({ inputs: features, hidden, outputs, activation, initializer, outputInitializer, bias });
  const ahead = last?.end ?? 0;
  const dim = ahead + head.dim;

  return {
    inputs: sizeOf(inputs),
    outputs,
    dim,
    layout: [
      ...layers.flatMap(({ blocks }) => blocks),
      ...head.layout.map((block, i) => ({ ...block, start: ahead + block.start, ...(i === 0 && last && { image }) })),
    ],
    apply(parameters, rows) {
      const count = rows.shape[0];
      let images = rows.reshape([count, ...inputs]);
      for (const { blocks, forward } of layers) {
        const [kernel, biases] = blocks.map(({ start, shape }) =>
          parameters.slice(start, start + sizeOf(shape)).reshape(shape),
        );
        images = forward(images, kernel, biases);
      }
      return head.apply(parameters.slice(ahead, dim), images.reshape([count, features]));
    },
    initialize(random: Random) {
      const parameters = new Float64Array(dim);
      for (const { blocks } of layers) {
        const [{ start, shape }] = blocks;
        const [height, width, channels, filters] = shape;
        const places = height * width;
        parameters.set(initializers[initializer](random, places * channels, places * filters, filters), start);
      }
      parameters.set(head.initialize(random), ahead);
      return parameters;
    },
  };
}

const known = [
  "inputs",
  "convolutions",
  "hidden",
  "outputs",
  "activation",
  "initializer",
  "outputInitializer",
  "bias",
] as const;

interface PlannedLayer {
  /** The kernel's, then the biases'. */
  readonly blocks: readonly ParameterBlock[];
  /** Height, width and channels behind it. */
  readonly image: readonly number[];
  /** Where the parameters behind it begin. */
  readonly end: number;
  forward(images: Tensor, kernel: Tensor, biases: Tensor | undefined): Tensor;
}

/** Every convolution with its place among the parameters and the image it makes, found by tracing it on one. */
function planned(
  inputs: readonly number[],
  convolutions: readonly ConvolutionLayer[],
  activation: Activation,
  bias: boolean,
): PlannedLayer[] {
  const layers: PlannedLayer[] = [];
  let image = inputs;
  let end = 0;
  convolutions.forEach((layer, i) => {
    const where = `cnn: convolutions[${i}]`;
    knownOptions(where, layer, ["filters", "size", "stride", "padding", "pool"]);
    const { filters, size, stride, padding, pool } = layer;
    integerAtLeast(where, "filters", filters, 1);
    const [rows, columns] = Array.isArray(size) && size.length === 2 ? size : [size, size];
    integerAtLeast(where, "size", rows, 1);
    integerAtLeast(where, "size", columns, 1);
    if (pool !== undefined) knownOptions(`${where}.pool`, pool, ["kind", "window", "stride", "padding"]);
    const { kind = "max", ...window } = pool ?? { window: 1 };
    const reduce = { max: maxPool2d, average: averagePool2d }[oneOf(where, "pool.kind", kind, ["max", "average"])];

    const shape = [rows, columns, image[2], filters];
    const blocks: ParameterBlock[] = [{ name: `convolution ${i + 1} kernel`, shape, start: end }];
    end += sizeOf(shape);
    if (bias) {
      blocks.push({ name: `convolution ${i + 1} bias`, shape: [filters], start: end });
      end += filters;
    }
    const forward: PlannedLayer["forward"] = (images, kernel, biases) => {
      const sums = conv2d(images, kernel, { stride, padding });
      const values = activations[activation](biases === undefined ? sums : sums.add(biases));
      return pool === undefined ? values : reduce(values, window);
    };
    image = shapeBehind(where, image, shape, forward);
    layers.push({ blocks, image, end, forward });
  });
  return layers;
}

function shapeBehind(
  where: string,
  image: readonly number[],
  kernel: readonly number[],
  forward: PlannedLayer["forward"],
): readonly number[] {
  try {
    const traced = forward(constant(0, { shape: [1, ...image] }), constant(0, { shape: kernel }), undefined);
    return traced.shape.slice(1);
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${where}: ${error.message}`, { cause: error });
    throw error;
  }
}
