// The critic's loss on stored episodes, for its own LLC.

import { closedUnit, knownOptions, refuse } from "../../arguments/index.js";
import { type Loss, likelihoods, loss } from "../../networks/index.js";
import type { ActorCritic } from "../actor-critic.js";
import { isActorCritic, policyLaw } from "./policy-law.js";
import { type StoredEpisodes, stepsOf } from "./record-episodes.js";

export interface CriticLossOptions {
  /** In [0, 1]; 0.99 where left out. */
  readonly discount?: number;
  /** The standard deviation of a return about its state's value; 1 where left out. */
  readonly sigma?: number;
}

/**
 * Mean negative log-likelihood, in nats, of the discounted returns to the end of stored episodes given the critic's values of their states,
 * with normal errors. Its data are the steps. An episode that was cut off counts as if nothing followed. The actor's parameters decide
 * nothing but through shared features: use `mask: parameterGroups(agent).critic`. Throws where the episodes do not fit the agent.
 * @example await llc(criticLoss(agent, stored), { center: policy.parameters, mask: parameterGroups(agent).critic })
 */
export function criticLoss(agent: ActorCritic, stored: StoredEpisodes, options: CriticLossOptions = {}): Loss {
  const where = "criticLoss";
  knownOptions(where, options, ["discount", "sigma"]);
  const discount = closedUnit(where, "discount", options.discount ?? 0.99);
  const gaussian = likelihoods.gaussian({ sigma: options.sigma ?? 1 });
  if (!isActorCritic(agent)) refuse(where, "agent", "what actorCritic(...) gives", agent);
  const { dim, names, observations: width, initialize } = policyLaw(where, agent);
  if (stored?.observations?.length !== stored?.episodes * stored?.steps * width) {
    refuse(where, "stored", `episodes with observations of ${width} numbers, as recordEpisodes gives`, stored);
  }
  const observations = stepsOf(stored, stored.observations);
  const rows = observations.length / width;
  return loss(
    dim,
    rows,
    (w, columns) => {
      const values = agent.value(w, columns.observations);
      return gaussian.negativeLogLikelihood(values.reshape([values.shape[0], 1]), columns.returns).mean();
    },
    {
      observations: { values: observations, shape: [rows, width] },
      returns: { values: stepsOf(stored, returnsToGo(stored, discount)), shape: [rows] },
    },
    { names, initialize },
  );
}

/** `[episodes, steps]`: what each step and those after it paid, discounted from it on. */
function returnsToGo({ steps, lengths, rewards }: StoredEpisodes, discount: number): Float64Array {
  const returns = new Float64Array(rewards.length);
  lengths.forEach((length, i) => {
    let after = 0;
    for (let k = i * steps + length - 1; k >= i * steps; k--) {
      after = rewards[k] + discount * after;
      returns[k] = after;
    }
  });
  return returns;
}
