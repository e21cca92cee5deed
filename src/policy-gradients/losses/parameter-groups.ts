// The parts of an actor and a critic by the names of their parameters' blocks, so that an LLC can be that of one part: the `mask` of `llc` takes
// such names.

import type { ActorCritic } from "../actor-critic.js";

/** Names of blocks of parameters, by what they do. */
export interface ParameterGroups {
  /** All that decides actions: trunk, head and free scales. */
  readonly policy: readonly string[];
  /** What the actor's last layer is given, shared features among it; empty where there is that layer alone. */
  readonly trunk: readonly string[];
  /** The actor's last layer. */
  readonly head: readonly string[];
  /** Free scales of normal actions; empty where there are none. */
  readonly scales: readonly string[];
  /** The critic's own. */
  readonly critic: readonly string[];
}

/**
 * The blocks of an agent's parameters, `agent.layout`, by what they do.
 * @example
 * const { trunk, head } = parameterGroups(agent);
 * await llc(selfKlLoss(policy, observations), { center: policy.parameters, mask: trunk });
 */
export function parameterGroups(agent: Pick<ActorCritic, "layout">): ParameterGroups {
  const names = agent.layout.map(({ name }) => name);
  const critic = names.filter((name) => name.startsWith("critic "));
  const policy = names.filter((name) => !critic.includes(name));
  const scales: readonly string[] = policy.filter((name) => name === "actor log scale");
  const layers = policy.filter((name) => !scales.includes(name));
  // `actor layer 3 weight` and `actor layer 3 bias` are one layer.
  const layerOf = (name: string): string => name.slice(0, name.lastIndexOf(" "));
  const last = layerOf(layers[layers.length - 1]);
  return {
    policy,
    trunk: layers.filter((name) => layerOf(name) !== last),
    head: layers.filter((name) => layerOf(name) === last),
    scales,
    critic,
  };
}
