// A learner before its first update, with a rollout for it: what tests of single updates begin with.

import { type ActorCritic, actorCritic, actorCriticOptionNames } from "../../src/policy-gradients/actor-critic.js";
import { algorithmOf, type Learner, type LearningSettings } from "../../src/policy-gradients/algorithms/index.js";
import { type EnvironmentSource, vectorEnvironment } from "../../src/policy-gradients/environments/index.js";
import type { Algorithm } from "../../src/policy-gradients/index.js";
import { collector, type Rollout } from "../../src/policy-gradients/rollout.js";
import { stream } from "../../src/random/index.js";
import { evaluate, trace } from "../../src/tensor/index.js";
import "../../src/index.js";

export interface Situation {
  readonly agent: ActorCritic;
  readonly settings: LearningSettings;
  readonly learner: Learner;
  readonly w: Float64Array;
  /** Another rollout, of the actor as it is. */
  roll(): Rollout;
}

export function situationOf(algorithm: Algorithm, source: EnvironmentSource): Situation {
  const definition = algorithmOf("test", algorithm);
  const { actionSpace, observationSpace } = vectorEnvironment(source, 1);
  const settings = definition.settings(algorithm.options, actionSpace);
  const networks = actorCriticOptionNames.filter((name) => settings[name] !== undefined);
  const agent = actorCritic(
    observationSpace,
    actionSpace,
    Object.fromEntries(networks.map((name) => [name, settings[name]])),
  );
  const vector = vectorEnvironment(source, settings.environments, { seed: 1 });
  const collected = collector(agent, vector, settings.steps);
  const w = agent.initialize(stream(2));
  const random = stream(3);
  vector.reset();
  return {
    agent,
    settings,
    learner: definition.learner(agent, settings),
    w,
    roll() {
      for (let t = 0; t < settings.steps; t++) collected.step(w, t, random);
      return collected.finish(w);
    },
  };
}

/** KL(rollout's actor || the actor now), a mean over the rollout. */
export function divergence(agent: ActorCritic, { observations, laws, rows }: Rollout, w: Float64Array): number {
  const graph = trace(
    ([v, x, old]) => [agent.distribution.kl(old, agent.law(v, x)).mean()],
    [[agent.dim], [rows, agent.observations], [rows, agent.distribution.parameters]],
  );
  return evaluate(graph, [w, observations, laws])[0][0];
}
