// An actor and a critic: what a row of observations says about the action to take, and what it is worth. Their parameters lie in one flat vector: the
// features that both look at, where they share any, the actor's, its free scales where it has any, the critic's.

import { finiteNumber, integerAtLeast, knownOptions, oneOf, refuse } from "../arguments/index.js";
import type { Network, ParameterBlock } from "../networks/index.js";
import type { Random } from "../random/random.js";
import type { Tensor } from "../tensor/index.js";
import {
  bernoulli,
  categorical,
  type Distribution,
  multiCategorical,
  normal,
  tanhNormal,
} from "./distributions/index.js";
import { withFreeScale } from "./distributions/normal.js";
import { type Space, sizeOfSpace } from "./environments/environment.js";
import { type FeatureOptions, featureNetwork, type LayerOptions, layers } from "./layers.js";

/** The law of vectors of numbers: of the normal's shape as it is, with what leaves the bounds cut off, or squashed into the bounds by tanh. */
export type ActionLaw = "normal" | "tanhNormal";

/** What the networks of an agent are made of, and the law of its actions. */
export interface ActorCriticOptions {
  /** What both look at in place of the observations themselves; nothing where left out. */
  readonly features?: FeatureOptions;
  readonly actor?: LayerOptions;
  readonly critic?: LayerOptions;
  /** Of box actions; "normal" where left out. Choices are categorical, yes and no Bernoulli's. */
  readonly law?: ActionLaw;
  /** Whether standard deviations depend on the observation ("state") or are parameters of their own ("free", where left out). */
  readonly scale?: "free" | "state";
  /** The logarithm free scales begin at; 0 where left out. */
  readonly initialLogScale?: number;
  /**
   * Whether box actions keep to the space's bounds: normal ones are cut off there, squashed ones span them ("space", where left out). "ignored": normal
   * ones go to the environment as they are drawn and squashed ones lie in [-1, 1], whatever it takes (Lehmann 2024).
   */
  readonly actionBounds?: "space" | "ignored";
  /**
   * Of the arithmetic within the networks; "f64" where left out. Parameters and what is made of the networks' outputs, laws, losses and their sums,
   * are f64 either way.
   */
  readonly precision?: "f32" | "f64";
}

/** Their names, by which settings of algorithms hold them. */
export const actorCriticOptionNames: readonly (keyof ActorCriticOptions)[] = [
  ...(["features", "actor", "critic", "law", "scale", "initialLogScale", "actionBounds", "precision"] as const),
];

/** The networks of an agent, traced, over one flat vector of parameters. */
export interface ActorCritic {
  /** Numbers per observation. */
  readonly observations: number;
  readonly distribution: Distribution;
  /** How many parameters there are, and how many of them, the first, are the actor's, shared features among them. */
  readonly dim: number;
  readonly actorDim: number;
  /** How many of those, the first, make features that the critic looks at too. */
  readonly sharedDim: number;
  /** Their blocks: `features ...`, `actor ...`, `actor log scale`, `critic ...`; features of their own are `actor features ...`. */
  readonly layout: readonly ParameterBlock[];
  /** Whether actions are cut off at the bounds of their space. */
  readonly keepsBounds: boolean;
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
  knownOptions("actorCritic", options, actorCriticOptionNames);
  if (observationSpace.kind !== "box") {
    refuse(
      "actorCritic",
      "the observation space",
      "a box; flattenObservation makes one of choices",
      observationSpace.kind,
    );
  }
  const observations = integerAtLeast("actorCritic", "the observation's size", sizeOfSpace(observationSpace), 1);
  const scale = oneOf("actorCritic", "scale", options.scale ?? "free", ["free", "state"]);
  const initialLogScale = finiteNumber("actorCritic", "initialLogScale", options.initialLogScale ?? 0);
  const precision = oneOf("actorCritic", "precision", options.precision ?? "f64", ["f32", "f64"]);
  const actionBounds = oneOf("actorCritic", "actionBounds", options.actionBounds ?? "space", ["space", "ignored"]);
  const distribution = lawOf(actionSpace, options, scale, actionBounds);
  const free = actionSpace.kind === "box" && scale === "free" ? distribution.size : 0;

  const { features } = options;
  const trunk = features === undefined ? undefined : featureNetwork(observationSpace, features);
  const isShared = trunk !== undefined && sharedOf(features?.shared);
  const inputs = trunk?.outputs ?? observations;
  const hidden = trunk === undefined ? [64, 64] : [];

  const parts: Part[] = [];
  const layout: ParameterBlock[] = [];
  let dim = 0;
  /** The network in its place among the parameters. */
  const place = (name: string, network: Network): Part["apply"] => {
    const start = dim;
    dim += network.dim;
    layout.push(
      ...network.layout.map((block) => ({ ...block, name: `${name} ${block.name}`, start: start + block.start })),
    );
    const apply: Part["apply"] = (w, rows) => network.apply(w.slice(start, start + network.dim).cast(precision), rows);
    parts.push({ name, network, start, apply });
    return apply;
  };
  const featuresFor = (name: string): Part["apply"] => (trunk === undefined ? (_, rows) => rows : place(name, trunk));

  const actorFeatures = featuresFor(isShared ? "features" : "actor features");
  const laws = distribution.parameters - free;
  const actor = place("actor", layers("actor", inputs, laws, options.actor, { hidden, outputGain: 0.01 }));
  const scales = dim;
  if (free > 0) layout.push({ name: "actor log scale", shape: [free], start: scales });
  dim += free;
  const actorDim = dim;
  const criticFeatures = isShared ? actorFeatures : featuresFor("critic features");
  const critic = place("critic", layers("critic", inputs, 1, options.critic, { hidden, outputGain: 1 }));

  return {
    observations,
    distribution,
    dim,
    actorDim,
    sharedDim: isShared ? trunk.dim : 0,
    layout,
    keepsBounds: actionBounds === "space",
    law(w, rows) {
      const outputs = actor(w, actorFeatures(w, rows.cast(precision))).cast("f64");
      return free === 0 ? outputs : withFreeScale(outputs, w.slice(scales, actorDim));
    },
    value: (w, rows) =>
      critic(w, criticFeatures(w, rows.cast(precision)))
        .cast("f64")
        .reshape([rows.shape[0]]),
    initialize(random) {
      const w = new Float64Array(dim).fill(initialLogScale, scales, actorDim);
      for (const { name, network, start } of parts) w.set(network.initialize(random.split(name)), start);
      return w;
    },
  };
}

interface Part {
  readonly name: string;
  readonly network: Network;
  readonly start: number;
  /** Outputs at all parameters. */
  apply(w: Tensor, rows: Tensor): Tensor;
}

function sharedOf(shared: unknown = true): boolean {
  if (typeof shared !== "boolean") refuse("actorCritic: features", "shared", "true or false", shared);
  return shared;
}

function lawOf(
  space: Space,
  options: ActorCriticOptions,
  scale: "free" | "state",
  actionBounds: "space" | "ignored",
): Distribution {
  const kind = oneOf("actorCritic", "law", options.law ?? "normal", ["normal", "tanhNormal"]);
  if (space.kind === "discrete") return categorical(space.count);
  if (space.kind === "multiDiscrete") return multiCategorical(space.counts);
  if (space.kind === "multiBinary") return bernoulli(space.size);
  const size = sizeOfSpace(space);
  // A free scale is exp of its parameter; one that a network gives must not vanish (Lehmann 2024).
  const scaled = { scale: scale === "free" ? "exponential" : "softplus" } as const;
  if (kind === "normal") return normal(size, scaled);
  return tanhNormal(size, actionBounds === "ignored" ? scaled : { ...scaled, low: space.low, high: space.high });
}
