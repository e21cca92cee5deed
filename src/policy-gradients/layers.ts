// The networks that actors and critics are made of: perceptrons whose starting weights are scaled by gains, and before them features, such as
// those that convolutions find in pixels (Mnih et al. 2015, "Human-level control through deep reinforcement learning").

import { integerAtLeast, knownOptions, oneOf, positiveNumber, refuse } from "../arguments/index.js";
import { type Activation, activationNames, activations } from "../networks/activations.js";
import { type ConvolutionLayer, cnn, mlp, type Network } from "../networks/index.js";
import type { Initializer } from "../networks/initializers.js";
import { constant, type Tensor } from "../tensor/index.js";
import type { BoxSpace } from "./environments/environment.js";
import { boundsOf } from "./environments/spaces.js";

/** A perceptron behind the features, or on the observations themselves. */
export interface LayerOptions {
  /** Widths; `[64, 64]` where left out, or none where features come before. */
  readonly hidden?: readonly number[];
  /** tanh where left out. */
  readonly activation?: Activation;
  /** Of the weights of all layers, "orthogonal" where left out; biases begin at 0. */
  readonly initializer?: Initializer;
  /** What the hidden layers' starting weights are multiplied by; the root of 2 where left out. */
  readonly gain?: number;
  /** That of the last layer; 0.01 for the actor, so that all actions begin about equally likely, and 1 for the critic. */
  readonly outputGain?: number;
}

/** What is made of observations before actor and critic look at them. */
export interface FeatureOptions {
  /**
   * Layers on observations of the shape `[height, width, channels]`, "atari" for those of Mnih et al. 2015: 32 filters of 8 x 8 with stride 4, 64
   * of 4 x 4 with stride 2, 64 of 3 x 3. A perceptron where left out.
   */
  readonly convolutions?: "atari" | readonly ConvolutionLayer[];
  /** Widths of the layers behind them, the last of which are the features; `[512]` behind "atari", else `[64]`, where left out. */
  readonly hidden?: readonly number[];
  /** relu where left out. */
  readonly activation?: Activation;
  /** "orthogonal" where left out. */
  readonly initializer?: Initializer;
  /** What the starting weights are multiplied by; the root of 2 where left out. */
  readonly gain?: number;
  /** Whether actor and critic look at the same features, where left out or true, or each at its own. */
  readonly shared?: boolean;
  /** Whether observations are first brought from the space's bounds to [0, 1]; where left out they are if there are convolutions and bounds. */
  readonly scaleInputs?: boolean;
}

export const atariConvolutions: readonly ConvolutionLayer[] = [
  { filters: 32, size: 8, stride: 4 },
  { filters: 64, size: 4, stride: 2 },
  { filters: 64, size: 3 },
];

/** A perceptron whose starting weights are scaled by the gains. */
export function layers(
  name: string,
  inputs: number,
  outputs: number,
  options: LayerOptions = {},
  defaults: Required<Pick<LayerOptions, "hidden" | "outputGain">>,
): Network {
  const where = `actorCritic: ${name}`;
  knownOptions(where, options, ["hidden", "activation", "initializer", "gain", "outputGain"]);
  const { hidden = defaults.hidden, activation = "tanh", initializer = "orthogonal" } = options;
  const gain = positiveNumber(where, "gain", options.gain ?? Math.SQRT2);
  const outputGain = positiveNumber(where, "outputGain", options.outputGain ?? defaults.outputGain);
  return scaled(
    mlp({ inputs, hidden, outputs, activation, initializer, outputInitializer: initializer }),
    gain,
    outputGain,
  );
}

/** What makes features `[rows, outputs]` of observations of a space. Throws where the options do not fit it. */
export function featureNetwork(space: BoxSpace, options: FeatureOptions): Network {
  const where = "actorCritic: features";
  knownOptions(where, options, featureOptionNames);
  const { convolutions, initializer = "orthogonal" } = options;
  const activation = oneOf(where, "activation", options.activation ?? "relu", activationNames);
  const gain = positiveNumber(where, "gain", options.gain ?? Math.SQRT2);
  const hidden = options.hidden ?? [convolutions === "atari" ? 512 : 64];
  if (!Array.isArray(hidden) || hidden.length === 0) refuse(where, "hidden", "a list of one width or more", hidden);
  const outputs = integerAtLeast(where, "the last of hidden", hidden[hidden.length - 1], 1);
  const behind = { hidden: hidden.slice(0, -1), outputs, activation, initializer, outputInitializer: initializer };
  const inputs = space.shape.reduce((size, extent) => size * extent, 1);
  const network =
    convolutions === undefined
      ? mlp({ inputs, ...behind })
      : cnn({
          inputs: imageShape(where, space),
          convolutions: convolutions === "atari" ? atariConvolutions : convolutions,
          ...behind,
        });
  const { apply, ...rest } = scaled(network, gain, gain);
  const toUnit = inputScaling(where, space, options);
  return { ...rest, apply: (w, rows) => activations[activation](apply(w, toUnit(rows))) };
}

const featureOptionNames = [
  ...["convolutions", "hidden", "activation", "initializer", "gain"],
  ...["shared", "scaleInputs"],
] as const;

function imageShape(where: string, { shape }: BoxSpace): readonly [number, number, number] {
  if (shape.length !== 3) {
    refuse(where, "the observation's shape", "[height, width, channels] for convolutions", `[${shape.join(", ")}]`);
  }
  return [shape[0], shape[1], shape[2]];
}

/** `(x - low) / (high - low)`, or x itself. */
function inputScaling(
  where: string,
  space: BoxSpace,
  { convolutions, scaleInputs }: FeatureOptions,
): (rows: Tensor) => Tensor {
  if (scaleInputs !== undefined && typeof scaleInputs !== "boolean") {
    refuse(where, "scaleInputs", "true or false", scaleInputs);
  }
  const { low, high } = boundsOf("actorCritic", space);
  const bounded = low.every((bound, i) => Number.isFinite(high[i] - bound) && high[i] > bound);
  if (scaleInputs === true && !bounded) {
    throw new RangeError(`${where}: scaleInputs needs finite bounds of the observations, low below high`);
  }
  if (!(scaleInputs ?? convolutions !== undefined) || !bounded) return (rows) => rows;
  const uniform = low.every((bound, i) => bound === low[0] && high[i] === high[0]);
  if (uniform && low[0] === 0 && high[0] === 1) return (rows) => rows;
  if (uniform) return (rows) => rows.sub(low[0]).mul(1 / (high[0] - low[0]));
  const factors = low.map((bound, i) => 1 / (high[i] - bound));
  return (rows) => rows.sub(constant(low, { dtype: rows.dtype })).mul(constant(factors, { dtype: rows.dtype }));
}

/** The network with its starting weights multiplied: those of the last layer by `outputGain`, all others by `gain`. Biases are 0 and stay so. */
function scaled(network: Network, gain: number, outputGain: number): Network {
  const lastWeights = network.layout.length - 2;
  return {
    ...network,
    initialize(random) {
      const w = network.initialize(random);
      network.layout.forEach(({ start }, block) => {
        const end = network.layout[block + 1]?.start ?? network.dim;
        const factor = block >= lastWeights ? outputGain : gain;
        for (let i = start; i < end; i++) w[i] *= factor;
      });
      return w;
    },
  };
}
