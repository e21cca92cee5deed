// What turns parameters into laws of actions, for the losses of policies: a network whose outputs are logits, or an actor and its critic.

import { finiteVector, refuse } from "../../arguments/index.js";
import type { Network } from "../../networks/index.js";
import { parameterNames } from "../../networks/network.js";
import type { Random } from "../../random/random.js";
import type { Tensor } from "../../tensor/index.js";
import type { ActorCritic } from "../actor-critic.js";
import { categorical, type Distribution } from "../distributions/index.js";
import { agentOf, type Policy } from "../policy.js";

/** A network with one logit per choice, or an actor with its critic. */
export type PolicyNetwork = Network | ActorCritic;

/** A policy of given parameters: what `trainPolicy` gives, or a network with its flat parameters. */
export type PolicyAt = Policy | { readonly network: PolicyNetwork; readonly parameters: ArrayLike<number> };

export interface PolicyLaw {
  readonly dim: number;
  /** One per parameter. */
  readonly names: readonly string[];
  /** Numbers per observation. */
  readonly observations: number;
  readonly distribution: Distribution;
  /** The parameters `[rows, distribution.parameters]` of the actions' law at observations `[rows, observations]`. */
  law(w: Tensor, observations: Tensor): Tensor;
  initialize(random: Random): Float64Array;
}

export function policyLaw(where: string, network: PolicyNetwork): PolicyLaw {
  if (isActorCritic(network)) {
    return {
      dim: network.dim,
      names: parameterNames(network.layout),
      observations: network.observations,
      distribution: network.distribution,
      law: (w, observations) => network.law(w, observations),
      initialize: (random) => network.initialize(random),
    };
  }
  if (typeof network?.apply !== "function") {
    refuse(where, "network", "a network such as mlp(...), or what actorCritic(...) gives", network);
  }
  return {
    dim: network.dim,
    names: parameterNames(network.layout),
    observations: network.inputs,
    distribution: categorical(network.outputs),
    law: (w, observations) => network.apply(w, observations),
    initialize: (random) => network.initialize(random),
  };
}

/** The networks of a policy and its parameters. */
export function partsOf(where: string, policy: PolicyAt): { network: PolicyNetwork; parameters: Float64Array } {
  if (typeof policy !== "object" || policy === null) refuse(where, "policy", "a policy", policy);
  const network = "network" in policy ? policy.network : agentOf(policy);
  return { network, parameters: finiteVector(where, "parameters", policy.parameters, network?.dim) };
}

export function isActorCritic(network: PolicyNetwork): network is ActorCritic {
  return typeof (network as ActorCritic)?.law === "function";
}
