// A policy that was learnt, as plain data, and what it does: one action at a time, or whole episodes to measure it by.

import { finiteNumber, integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { type Random, stream } from "../random/index.js";
import { actorOf } from "./actor.js";
import { type ActorCritic, type ActorCriticOptions, actorCritic } from "./actor-critic.js";
import { breathing } from "./breathing.js";
import type { EnvironmentSource, Space } from "./environments/environment.js";
import { loadEnvironment, withTaskRewards } from "./environments/make.js";
import { environmentStatistics, type StatisticsState } from "./environments/statistics.js";
import { MOST_COPIES, type VectorEnvironment, vectorEnvironment } from "./environments/vector.js";

/** Plain data. */
export interface Policy {
  /** The actor's and the critic's. */
  readonly parameters: Float64Array;
  readonly networks: ActorCriticOptions;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** What normalisers around the environment had learnt; its inputs mean nothing without. */
  readonly statistics: StatisticsState;
}

/** The networks of a policy, for `parameters`. */
export function agentOf(policy: Policy): ActorCritic {
  const agent = actorCritic(policy.observationSpace, policy.actionSpace, policy.networks);
  if (policy.parameters?.length !== agent.dim) {
    refuse("policy", "parameters", `${agent.dim} numbers, as its networks have`, policy.parameters);
  }
  const wrong = policy.parameters.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) refuse("policy", `parameters[${wrong}]`, "a finite number", policy.parameters[wrong]);
  return agent;
}

/** Throws where an environment, or copies of one, do not have the spaces of the policy. */
export function checkSpaces(
  where: string,
  policy: Policy,
  place: { readonly observationSpace: Space; readonly actionSpace: Space },
): void {
  for (const space of ["observationSpace", "actionSpace"] as const) {
    const [found, expected] = [place[space], policy[space]];
    // As JSON, for a policy may have been through it, where infinite bounds become null.
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      const spaces = `${inWords(expected)}, got ${inWords(found)}`;
      throw new RangeError(`${where}: the environment's ${space} must be that of the policy, ${spaces}`);
    }
  }
}

function inWords(space: Space): string {
  return JSON.stringify(space, (_, value) => (Math.abs(value) === Infinity ? String(value) : value));
}

/**
 * A function from an observation, as the environment with its wrappers gives it, to an action: the likeliest, or drawn where there is a `random`.
 * The action is reused. Throws where the observation is of another size, or not finite.
 * @example const act = acting(trained.policy); act(Float64Array.of(0, 0, 0.1, 0)) // [1]: pushes to where the pole falls
 */
export function acting(policy: Policy): (observation: Float64Array, random?: Random) => Float64Array {
  const agent = agentOf(policy);
  const actor = actorOf(agent, policy.actionSpace, 1);
  const outcome = new Float64Array(agent.distribution.size);
  return (observation, random) => {
    if (observation.length !== agent.observations) {
      refuse("acting", "observation", `${agent.observations} numbers`, observation);
    }
    for (let i = 0; i < observation.length; i++) finiteNumber("acting", `observation[${i}]`, observation[i]);
    return actor.act(policy.parameters, observation, outcome, random);
  };
}

export interface EvaluationOptions {
  /** 10 where left out. */
  readonly episodes?: number;
  /** The likeliest action always, where left out or true; drawn ones where false. */
  readonly deterministic?: boolean;
  /** 0 where left out. */
  readonly seed?: number;
  /** An episode that neither task nor limit has ended counts as it is after so many steps; 100,000 where left out. */
  readonly maxEpisodeSteps?: number;
}

/** Plain data. */
export interface Evaluation {
  readonly episodes: number;
  readonly meanReturn: number;
  /** Between episodes, of the population. */
  readonly sdReturn: number;
  readonly meanLength: number;
  /** One per episode; not discounted. */
  readonly returns: readonly number[];
  readonly lengths: readonly number[];
}

/**
 * Whole episodes of a policy in fresh copies of an environment, with the policy's statistics held still. Returns are sums of the task's own rewards:
 * wrappers that only change rewards, such as `normalizeReward`, are left out, and where a function of the caller's says of an episode that ended what
 * its return was, that counts. Rejects where the environment's spaces are not those of the policy.
 * @example (await evaluatePolicy(trained.policy, environments.cartPole(), { episodes: 100 })).meanReturn // at most 500
 */
export async function evaluatePolicy(
  policy: Policy,
  environment: EnvironmentSource,
  options: EvaluationOptions = {},
): Promise<Evaluation> {
  const { episodes, deterministic, seed, maxEpisodeSteps } = evaluationSettings(options);
  const agent = agentOf(policy);
  const copies = await evaluationCopies(policy, environment, episodes, seed);
  try {
    const random = deterministic ? undefined : stream(seed, "evaluation");
    return await playEach(agent, policy, copies, maxEpisodeSteps, random);
  } finally {
    await copies.close();
  }
}

/** Rejects with what `evaluatePolicy` would reject with before it plays. */
export async function checkEvaluation(
  policy: Policy,
  environment: EnvironmentSource,
  options: EvaluationOptions = {},
): Promise<void> {
  const { seed } = evaluationSettings(options);
  await (await evaluationCopies(policy, environment, 1, seed)).close();
}

function evaluationSettings(options: EvaluationOptions): Required<EvaluationOptions> {
  const where = "evaluatePolicy";
  knownOptions(where, options, ["episodes", "deterministic", "seed", "maxEpisodeSteps"]);
  const { deterministic = true } = options;
  if (typeof deterministic !== "boolean") refuse(where, "deterministic", "true or false", deterministic);
  const episodes = integerAtLeast(where, "episodes", options.episodes ?? 10, 1);
  if (episodes > MOST_COPIES) refuse(where, "episodes", `at most ${MOST_COPIES}`, episodes);
  return {
    episodes,
    deterministic,
    seed: integerAtLeast(where, "seed", options.seed ?? 0, 0),
    maxEpisodeSteps: integerAtLeast(where, "maxEpisodeSteps", options.maxEpisodeSteps ?? 100_000, 1),
  };
}

/** Copies that learn nothing and know what the policy's normalisers knew. Rejects where their spaces are others. */
async function evaluationCopies(
  policy: Policy,
  environment: EnvironmentSource,
  count: number,
  seed: number,
): Promise<VectorEnvironment> {
  const task = withTaskRewards(environment);
  await loadEnvironment(task);
  const statistics = environmentStatistics(policy.statistics);
  const copies = vectorEnvironment(task, count, { seed, statistics, frozen: true });
  try {
    checkSpaces("evaluatePolicy", policy, copies);
    return copies;
  } catch (error) {
    await copies.close();
    throw error;
  }
}

/** The first episode of every copy. */
async function playEach(
  agent: ActorCritic,
  { parameters, actionSpace }: Policy,
  copies: VectorEnvironment,
  most: number,
  random: Random | undefined,
): Promise<Evaluation> {
  const { count } = copies;
  const actor = actorOf(agent, actionSpace, count);
  const outcomes = new Float64Array(count * agent.distribution.size);
  const returns = new Array<number>(count).fill(0);
  const lengths = new Array<number>(count).fill(0);
  const over = new Uint8Array(count);
  const breathe = breathing();
  copies.reset();
  // A copy whose episode is over plays on, unseen, until the longest is.
  for (let [left, step] = [count, 0]; left > 0 && step < most; step++) {
    const pause = breathe();
    if (pause !== undefined) await pause;
    copies.step(actor.act(parameters, copies.observations, outcomes, random));
    for (let i = 0; i < count; i++) {
      if (over[i] === 1) continue;
      returns[i] += copies.rewards[i];
      lengths[i]++;
      if (copies.terminated[i] === 0 && copies.truncated[i] === 0) continue;
      over[i] = 1;
      left--;
      if (!Number.isNaN(copies.episodeReturns[i])) returns[i] = copies.episodeReturns[i];
    }
  }
  const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / count;
  const meanReturn = mean(returns);
  return {
    episodes: count,
    meanReturn,
    sdReturn: Math.sqrt(mean(returns.map((value) => (value - meanReturn) ** 2))),
    meanLength: mean(lengths),
    returns,
    lengths,
  };
}
