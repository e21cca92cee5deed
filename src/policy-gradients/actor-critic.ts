// An actor and a critic: what a row of observations says about the action to take, and what it is worth. Two networks without shared
// weights, whose parameters lie in one flat vector: the actor's, its free scales where it has any, the critic's.

import { finiteNumber, integerAtLeast, knownOptions, oneOf, positiveNumber, refuse } from "../arguments/index.js";
import type { Activation } from "../networks/activations.js";
import { mlp, type Network } from "../networks/index.js";
import type { Initializer } from "../networks/initializers.js";
import type { Random } from "../random/random.js";
import type { Tensor } from "../tensor/index.js";
import { categorical, type Distribution, normal, tanhNormal } from "./distributions/index.js";
import { withFreeScale } from "./distributions/normal.js";
import { type Space, sizeOfSpace } from "./environments/environment.js";

export interface LayerOptions {
  /** Widths; `[64, 64]` where left out. */
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

/** The law of vectors of numbers: of the normal's shape as it is, with what leaves the bounds cut off, or squashed into the bounds by tanh. */
export type ActionLaw = "normal" | "tanhNormal";

export interface ActorCriticOptions {
  readonly actor?: LayerOptions;
  readonly critic?: LayerOptions;
  /** Of box actions; "normal" where left out. Choices are categorical. */
  readonly law?: ActionLaw;
  /** Whether standard deviations depend on the observation ("state") or are parameters of their own ("free", where left out). */
  readonly scale?: "free" | "state";
  /** The logarithm free scales begin at; 0 where left out. */
  readonly initialLogScale?: number;
}

export interface ActorCritic {
  /** Numbers per observation. */
  readonly observations: number;
  readonly distribution: Distribution;
  /** How many parameters there are, and how many of them, the first, are the actor's. */
  readonly dim: number;
  readonly actorDim: number;
  /** The parameters `[rows, distribution.parameters]` of the actions' law at observations `[rows, observations]`. */
  law(w: Tensor, observations: Tensor): Tensor;
  /** The critic's values `[rows]`. */
  value(w: Tensor, observations: Tensor): Tensor;
  /** Random starting parameters, `[dim]`. */
  initialize(random: Random): Float64Array;
}

/**
 * The networks for an environment's spaces. Throws where observations are not a box, actions are a box without bounds that the law needs, or an option is not one.
 * @example actorCritic(cartPole.observationSpace, cartPole.actionSpace, { actor: { hidden: [32] } }).actorDim // 4 * 32 + 32 + 32 * 2 + 2 = 226
 */
export function actorCritic(
  observationSpace: Space,
  actionSpace: Space,
  options: ActorCriticOptions = {},
): ActorCritic {
  knownOptions("actorCritic", options, ["actor", "critic", "law", "scale", "initialLogScale"]);
  if (observationSpace.kind !== "box") {
    refuse("actorCritic", "the observation space", "a box; flattenObservation makes one of choices", "discrete");
  }
  const observations = integerAtLeast("actorCritic", "the observation's size", sizeOfSpace(observationSpace), 1);
  const scale = oneOf("actorCritic", "scale", options.scale ?? "free", ["free", "state"]);
  const initialLogScale = finiteNumber("actorCritic", "initialLogScale", options.initialLogScale ?? 0);
  const distribution = lawOf(actionSpace, options, scale);
  const free = distribution.kind !== "categorical" && scale === "free" ? distribution.size : 0;

  const actor = layers("actor", observations, distribution.parameters - free, options.actor, 0.01);
  const critic = layers("critic", observations, 1, options.critic, 1);
  const actorDim = actor.dim + free;
  const dim = actorDim + critic.dim;
  return {
    observations,
    distribution,
    dim,
    actorDim,
    law(w, rows) {
      const outputs = actor.apply(w.slice(0, actor.dim), rows);
      return free === 0 ? outputs : withFreeScale(outputs, w.slice(actor.dim, actorDim));
    },
    value: (w, rows) => critic.apply(w.slice(actorDim, dim), rows).reshape([rows.shape[0]]),
    initialize(random) {
      const w = new Float64Array(dim).fill(initialLogScale, actor.dim, actorDim);
      w.set(actor.initialize(random.split("actor")));
      w.set(critic.initialize(random.split("critic")), actorDim);
      return w;
    },
  };
}

function lawOf(space: Space, options: ActorCriticOptions, scale: "free" | "state"): Distribution {
  const kind = oneOf("actorCritic", "law", options.law ?? "normal", ["normal", "tanhNormal"]);
  if (space.kind === "discrete") return categorical(space.count);
  const size = sizeOfSpace(space);
  // A free scale is exp of its parameter; one that a network gives must not vanish (Lehmann 2024).
  const scaled = { scale: scale === "free" ? "exponential" : "softplus" } as const;
  return kind === "normal" ? normal(size, scaled) : tanhNormal(size, { ...scaled, low: space.low, high: space.high });
}

/** A perceptron whose starting weights are scaled by the gains. */
function layers(
  name: string,
  inputs: number,
  outputs: number,
  options: LayerOptions = {},
  defaultOutputGain: number,
): Network {
  const where = `actorCritic: ${name}`;
  knownOptions(where, options, ["hidden", "activation", "initializer", "gain", "outputGain"]);
  const { hidden = [64, 64], activation = "tanh", initializer = "orthogonal" } = options;
  const gain = positiveNumber(where, "gain", options.gain ?? Math.SQRT2);
  const outputGain = positiveNumber(where, "outputGain", options.outputGain ?? defaultOutputGain);
  const network = mlp({ inputs, hidden, outputs, activation, initializer, outputInitializer: initializer });
  const lastWeights = network.layout.length - 2;
  return {
    ...network,
    initialize(random) {
      const w = network.initialize(random);
      network.layout.forEach(({ start }, block) => {
        // Biases are 0 and stay so.
        const end = network.layout[block + 1]?.start ?? network.dim;
        const factor = block >= lastWeights ? outputGain : gain;
        for (let i = start; i < end; i++) w[i] *= factor;
      });
      return w;
    },
  };
}
