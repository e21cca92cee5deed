// Training: rollouts and updates in turn until the steps are done, with what happens on the way told to callbacks and the log.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { platform } from "../platform/platform.js";
import { stream } from "../random/index.js";
import { type ActorCritic, type ActorCriticOptions, actorCritic, actorCriticOptionNames } from "./actor-critic.js";
import { type Algorithm, algorithmOf, type TrainingStatistics } from "./algorithms/index.js";
import type { EnvironmentSource } from "./environments/environment.js";
import { loadEnvironment, makeEnvironment } from "./environments/make.js";
import { type VectorEnvironment, vectorEnvironment } from "./environments/vector.js";
import { type Evaluation, type EvaluationOptions, evaluatePolicy, type Policy } from "./policy.js";
import { collector } from "./rollout.js";

export interface TrainPolicyOptions {
  /** Steps of the environment in all; training ends with the rollout that reaches them. */
  readonly totalSteps: number;
  /** 0 where left out. Equal seeds give equal parameters. */
  readonly seed?: number;
  /** An evaluation after the first rollout beyond each multiple of so many steps; only at the end where left out. */
  readonly evaluateEvery?: number;
  readonly evaluation?: EvaluationOptions;
  /** What the policy is evaluated in, such as the task without the reward's normaliser; the training's where left out. */
  readonly evaluationEnvironment?: EnvironmentSource;
  /** Ends training after the step that is being made; what was learnt until then is returned. */
  readonly signal?: AbortSignal;
  readonly callbacks?: readonly TrainingCallback[];
  /** Called with each record as it is made. */
  readonly onLog?: (record: LogRecord) => void;
}

/** What is called on the way; a hook that returns false ends the training, as an abort does. */
export interface TrainingCallback {
  onTrainingStart?(progress: TrainingProgress): void;
  onRolloutStart?(progress: TrainingProgress): void;
  /** After each step of all copies. */
  onStep?(progress: TrainingProgress): unknown;
  /** After the update that follows a rollout, and its record. */
  onRolloutEnd?(progress: TrainingProgress, record: LogRecord): unknown;
  onTrainingEnd?(progress: TrainingProgress): void;
}

/** Live: what it holds is the training's own. */
export interface TrainingProgress {
  /** Made so far, in all copies. */
  readonly steps: number;
  readonly totalSteps: number;
  readonly parameters: Float64Array;
  readonly environment: VectorEnvironment;
}

/** Numbers by Stable-Baselines3's keys: `rollout/ep_rew_mean`, `train/approx_kl`, `time/fps`, `eval/mean_reward` ... */
export type LogRecord = Readonly<Record<string, number>>;

export interface TrainedPolicy {
  readonly policy: Policy;
  readonly evaluation: Evaluation;
  /** One record per update. */
  readonly log: readonly LogRecord[];
  /** Steps that were made. */
  readonly steps: number;
  readonly reason: "steps done" | "aborted" | "callback";
}

/**
 * Learns a policy by a policy-gradient algorithm. Normalisers around the environment learn with it and are held still in evaluations. Rejects where
 * an option is wrong, the environment's spaces do not fit, a reward is not finite, or learning diverges.
 * @example
 * const { policy, evaluation } = await trainPolicy(ppo(), environments.cartPole(), { totalSteps: 100_000, seed: 1 });
 * evaluation.meanReturn // near 500, the most there is
 */
export async function trainPolicy(
  algorithm: Algorithm,
  environment: EnvironmentSource,
  options: TrainPolicyOptions,
): Promise<TrainedPolicy> {
  const { totalSteps, seed, evaluateEvery, evaluation, evaluationEnvironment, signal, callbacks, onLog } =
    checked(options);
  const definition = algorithmOf("trainPolicy", algorithm);
  await loadEnvironment(environment);
  const sample = makeEnvironment(environment);
  const settings = definition.settings(algorithm.options, sample.actionSpace);
  const networks = networksOf(settings);
  const agent: ActorCritic = actorCritic(sample.observationSpace, sample.actionSpace, {
    ...networks,
    precision: settings.precision,
  });
  sample.close?.();

  const copies = vectorEnvironment(environment, settings.environments, { seed });
  const learner = definition.learner(agent, settings);
  const rollouts = collector(agent, copies, settings.steps);
  const parameters = agent.initialize(stream(seed, "initialize"));
  const random = { actions: stream(seed, "actions"), updates: stream(seed, "updates") };
  const episodes = episodeWindow(copies);
  const log: LogRecord[] = [];
  const began = platform().now();
  let [steps, iterations, updates] = [0, 0, 0];
  let nextEvaluation = evaluateEvery;
  let reason: TrainedPolicy["reason"] | undefined;
  const progress = (): TrainingProgress => ({ steps, totalSteps, parameters, environment: copies });
  const policyNow = (): Policy => ({
    parameters: parameters.slice(),
    networks,
    observationSpace: copies.observationSpace,
    actionSpace: copies.actionSpace,
    statistics: copies.statistics.state(),
  });
  const evaluateNow = () => evaluatePolicy(policyNow(), evaluationEnvironment ?? environment, evaluation);

  try {
    copies.reset();
    for (const callback of callbacks) callback.onTrainingStart?.(progress());
    let sliceEnd = platform().now() + sliceMilliseconds;
    while (reason === undefined && steps < totalSteps) {
      const remaining = 1 - steps / totalSteps;
      for (const callback of callbacks) callback.onRolloutStart?.(progress());
      for (let t = 0; t < settings.steps && reason === undefined; t++) {
        rollouts.step(parameters, t, random.actions);
        steps += copies.count;
        episodes.see();
        for (const callback of callbacks) if (callback.onStep?.(progress()) === false) reason = "callback";
        if (platform().now() > sliceEnd) {
          await platform().breathe();
          sliceEnd = platform().now() + sliceMilliseconds;
        }
        if (signal?.aborted) reason = "aborted";
      }
      // A rollout that was broken off teaches nothing.
      if (reason !== undefined) break;

      const found: TrainingStatistics = learner.update(
        parameters,
        rollouts.finish(parameters),
        remaining,
        random.updates,
      );
      iterations++;
      updates += found.updates;
      const seconds = (platform().now() - began) / 1000;
      const record: Record<string, number> = {
        ...episodes.means(),
        "time/iterations": iterations,
        "time/total_timesteps": steps,
        "time/time_elapsed": seconds,
        "time/fps": steps / seconds,
        ...trainingKeys(found),
        "train/n_updates": updates,
      };
      if (steps >= nextEvaluation && steps < totalSteps) {
        nextEvaluation = (Math.floor(steps / evaluateEvery) + 1) * evaluateEvery;
        Object.assign(record, evaluationKeys(await evaluateNow()));
      }
      log.push(record);
      onLog?.(record);
      for (const callback of callbacks) if (callback.onRolloutEnd?.(progress(), record) === false) reason = "callback";
    }
    const final = await evaluateNow();
    if (log.length > 0) log[log.length - 1] = { ...log[log.length - 1], ...evaluationKeys(final) };
    for (const callback of callbacks) callback.onTrainingEnd?.(progress());
    return { policy: policyNow(), evaluation: final, log, steps, reason: reason ?? "steps done" };
  } finally {
    copies.close();
  }
}

const sliceMilliseconds = 20;

/** Means over the latest hundred episodes, by SB3's keys; none before the first has ended. */
function episodeWindow(copies: VectorEnvironment): { see(): void; means(): LogRecord } {
  const { count } = copies;
  const sums = new Float64Array(count);
  const lengths = new Float64Array(count);
  const latest: { readonly reward: number; readonly length: number }[] = [];
  return {
    see() {
      for (let i = 0; i < count; i++) {
        sums[i] += copies.rewards[i];
        lengths[i]++;
        if (copies.terminated[i] === 0 && copies.truncated[i] === 0) continue;
        const said = copies.episodeReturns[i];
        latest.push({ reward: Number.isNaN(said) ? sums[i] : said, length: lengths[i] });
        if (latest.length > 100) latest.shift();
        sums[i] = 0;
        lengths[i] = 0;
      }
    },
    means(): LogRecord {
      if (latest.length === 0) return {};
      const mean = (f: (episode: (typeof latest)[number]) => number): number =>
        latest.reduce((sum, episode) => sum + f(episode), 0) / latest.length;
      return {
        "rollout/ep_rew_mean": mean(({ reward }) => reward),
        "rollout/ep_len_mean": mean(({ length }) => length),
      };
    },
  };
}

function trainingKeys({ updates, ...statistics }: TrainingStatistics): Record<string, number> {
  return Object.fromEntries(Object.entries(statistics).map(([name, value]) => [`train/${name}`, value]));
}

function evaluationKeys({ meanReturn, meanLength }: Evaluation): LogRecord {
  return { "eval/mean_reward": meanReturn, "eval/mean_ep_length": meanLength };
}

/** Of an algorithm's settings those of its networks; what was learnt is used in f64, in whatever it was learnt. */
function networksOf(settings: ActorCriticOptions): ActorCriticOptions {
  const names = actorCriticOptionNames.filter((name) => name !== "precision" && settings[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, settings[name]]));
}

function checked(options: TrainPolicyOptions) {
  knownOptions("trainPolicy", options, [
    ...["totalSteps", "seed", "evaluateEvery", "evaluation", "evaluationEnvironment"],
    ...["signal", "callbacks", "onLog"],
  ]);
  const { evaluation, evaluationEnvironment, signal, callbacks = [], onLog } = options;
  if (signal !== undefined && typeof signal?.aborted !== "boolean") {
    refuse("trainPolicy", "signal", "an AbortSignal", signal);
  }
  if (!Array.isArray(callbacks)) refuse("trainPolicy", "callbacks", "a list", callbacks);
  if (onLog !== undefined && typeof onLog !== "function") refuse("trainPolicy", "onLog", "a function", onLog);
  const every = options.evaluateEvery;
  return {
    totalSteps: integerAtLeast("trainPolicy", "totalSteps", options.totalSteps, 1),
    seed: integerAtLeast("trainPolicy", "seed", options.seed ?? 0, 0),
    evaluateEvery:
      every === undefined ? Number.POSITIVE_INFINITY : integerAtLeast("trainPolicy", "evaluateEvery", every, 1),
    ...{ evaluation, evaluationEnvironment, signal, callbacks, onLog },
  };
}
