// Policies, logs and episodes made up for figures of training: nothing is trained.

import {
  type EnvironmentRecord,
  environments,
  makeEnvironment,
} from "../../src/policy-gradients/environments/index.js";
import {
  type ActorCriticOptions,
  actorCritic,
  type EpisodeRollout,
  type LogRecord,
  type Policy,
} from "../../src/policy-gradients/index.js";
import { stream } from "../../src/random/index.js";

/** A policy that has learnt nothing yet. */
export function newPolicy(
  environment: EnvironmentRecord,
  networks: ActorCriticOptions = { actor: { hidden: [8] } },
): Policy {
  const { observationSpace, actionSpace } = makeEnvironment(environment);
  const agent = actorCritic(observationSpace, actionSpace, networks);
  return { parameters: agent.initialize(stream(1)), networks, observationSpace, actionSpace, statistics: {} };
}

/** Logs of seeds that learn alike, with a record every so many steps; the first has no episode yet. */
export function logs(seeds: number, every = 128, records = 30): LogRecord[][] {
  const random = stream(5, "logs", every);
  return Array.from({ length: seeds }, () => {
    const speed = 1 + 0.4 * random.normal();
    return Array.from({ length: records }, (_, k) => ({
      "time/total_timesteps": every * (k + 1),
      ...(k > 0 && { "rollout/ep_rew_mean": 500 * (1 - Math.exp((-speed * k) / 12)) }),
    }));
  });
}

export const scores: Readonly<Record<string, readonly number[]>> = {
  PPO: [500, 480, 497, 320],
  A2C: [410, 500, 233, 390],
};

export const maze: EnvironmentRecord = environments.gridWorld({
  layout: ["G..#", "..H.", "...S"],
  slip: 0.1,
  observation: "oneHot",
});

/** An episode of a pendulum that turns evenly, without its outline. */
export const turning: EpisodeRollout = {
  ...{ environment: "Pendulum-v1", steps: 20, end: "steps made", return: 0, drawing: null },
  observations: Float64Array.from(Array.from({ length: 21 }, (_, t) => [Math.cos(t / 9), Math.sin(t / 9), 1]).flat()),
  actions: new Float64Array(20),
  rewards: new Float64Array(20),
};
