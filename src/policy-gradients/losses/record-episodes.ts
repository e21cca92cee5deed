// Episodes of a policy as they are stored: what losses on stored states and importance weights are made of.

import { integerAtLeast, knownOptions } from "../../arguments/index.js";
import { stream } from "../../random/index.js";
import { compile, trace } from "../../tensor/index.js";
import { actorOf } from "../actor.js";
import { breathing } from "../breathing.js";
import type { EnvironmentSource } from "../environments/environment.js";
import { loadEnvironment } from "../environments/make.js";
import { environmentStatistics } from "../environments/statistics.js";
import { vectorEnvironment } from "../environments/vector.js";
import { agentOf, checkSpaces, type Policy } from "../policy.js";

/** Plain data; arrays are row-major, with zeros beyond the end of an episode. */
export interface StoredEpisodes {
  readonly episodes: number;
  /** Of the longest. */
  readonly steps: number;
  /** `[episodes]` */
  readonly lengths: Int32Array;
  /** `[episodes, steps, observations]` */
  readonly observations: Float64Array;
  /** `[episodes, steps, size]`: what the law of actions gave, before it was cut off or squashed. */
  readonly outcomes: Float64Array;
  /** `[episodes, steps]`: of the outcomes, under the policy that chose them. */
  readonly logProbabilities: Float64Array;
  /** `[episodes, steps]` */
  readonly rewards: Float64Array;
}

export interface RecordEpisodesOptions {
  /** 100 where left out. */
  readonly episodes?: number;
  /** Longer episodes are cut off there; 1000 where left out. */
  readonly maxEpisodeSteps?: number;
  readonly seed?: number;
}

/**
 * Whole episodes of a policy that draws its actions, one from each of as many copies of an environment, with the policy's normalisers held
 * still. Rejects where the environment's spaces are not the policy's.
 * @example const stored = await recordEpisodes(trained.policy, environments.cartPole(), { episodes: 200, maxEpisodeSteps: 50 });
 */
export async function recordEpisodes(
  policy: Policy,
  environment: EnvironmentSource,
  options: RecordEpisodesOptions = {},
): Promise<StoredEpisodes> {
  const where = "recordEpisodes";
  knownOptions(where, options, ["episodes", "maxEpisodeSteps", "seed"]);
  const episodes = integerAtLeast(where, "episodes", options.episodes ?? 100, 1);
  const most = integerAtLeast(where, "maxEpisodeSteps", options.maxEpisodeSteps ?? 1000, 1);
  const seed = integerAtLeast(where, "seed", options.seed ?? 0, 0);
  const agent = agentOf(policy);
  const { observations: width, distribution } = agent;
  const { size } = distribution;
  await loadEnvironment(environment);
  const copies = vectorEnvironment(environment, episodes, {
    seed,
    statistics: environmentStatistics(policy.statistics),
    frozen: true,
  });
  const seen: Float64Array[] = [];
  const chosen: Float64Array[] = [];
  const paid: Float64Array[] = [];
  const lengths = new Int32Array(episodes);
  try {
    checkSpaces(where, policy, copies);
    const actor = actorOf(agent, policy.actionSpace, episodes);
    const random = stream(seed, where);
    const outcomes = new Float64Array(episodes * size);
    const over = new Uint8Array(episodes);
    const breathe = breathing();
    copies.reset();
    // A copy whose episode is over plays on, unrecorded, until the longest is.
    for (let [left, step] = [episodes, 0]; left > 0 && step < most; step++) {
      const pause = breathe();
      if (pause !== undefined) await pause;
      seen.push(copies.observations.slice());
      copies.step(actor.act(policy.parameters, copies.observations, outcomes, random));
      chosen.push(outcomes.slice());
      paid.push(copies.rewards.slice());
      for (let i = 0; i < episodes; i++) {
        if (over[i] === 1) continue;
        lengths[i]++;
        if (copies.terminated[i] === 0 && copies.truncated[i] === 0) continue;
        over[i] = 1;
        left--;
      }
    }
  } finally {
    await copies.close();
  }

  const steps = seen.length;
  const byEpisode = (rows: readonly Float64Array[], numbers: number): Float64Array => {
    const out = new Float64Array(episodes * steps * numbers);
    for (let i = 0; i < episodes; i++) {
      for (let t = 0; t < lengths[i]; t++) {
        out.set(rows[t].subarray(i * numbers, (i + 1) * numbers), (i * steps + t) * numbers);
      }
    }
    return out;
  };
  const log = compile(
    trace(
      ([w, rows, outcomes]) => [distribution.logProbability(agent.law(w, rows), outcomes)],
      [[agent.dim], [episodes, width], [episodes, size]],
    ),
  );
  const logs = seen.map((rows, t) => {
    const out = new Float64Array(episodes);
    log.run([policy.parameters, rows, chosen[t]], [out]);
    return out;
  });
  return {
    episodes,
    steps,
    lengths,
    observations: byEpisode(seen, width),
    outcomes: byEpisode(chosen, size),
    logProbabilities: byEpisode(logs, 1),
    rewards: byEpisode(paid, 1),
  };
}

/** The rows of all steps that were made, one after another: `[rows, numbers]` of `[episodes, steps, numbers]`. */
export function stepsOf({ episodes, steps, lengths }: StoredEpisodes, values: Float64Array): Float64Array {
  const numbers = values.length / (episodes * steps);
  const rows = lengths.reduce((total, length) => total + length, 0);
  const out = new Float64Array(rows * numbers);
  let at = 0;
  lengths.forEach((length, i) => {
    const first = i * steps * numbers;
    out.set(values.subarray(first, first + length * numbers), at);
    at += length * numbers;
  });
  return out;
}
