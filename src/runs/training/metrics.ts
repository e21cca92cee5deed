// What a training comes to in numbers: one row of a table.

import type { TrainedPolicy } from "../../policy-gradients/index.js";
import type { TrainingConfiguration } from "../configuration/training/index.js";

export interface PolicyMetrics {
  readonly policy_id: string;
  readonly algorithm: string;
  readonly preset: string;
  /** As Gymnasium calls it. */
  readonly environment: string;
  readonly seed: number;
  /** Of the environment, in all its copies. */
  readonly steps: number;
  readonly updates: number;
  readonly parameters: number;
  readonly episodes: number;
  /** Of evaluations with the likeliest actions: mean and deviation of the returns, mean length. */
  readonly return_mean: number;
  readonly return_sd: number;
  readonly length_mean: number;
  /** The same with drawn actions. */
  readonly stochastic_return_mean: number;
  readonly stochastic_return_sd: number;
  readonly stochastic_length_mean: number;
  /** Of the latest hundred episodes of the training itself. */
  readonly training_return: number;
  /** Wall clock; with what is derived from it the only numbers that differ from one machine to the next. */
  readonly seconds: number;
  readonly steps_per_second: number;
}

export function policyMetrics(
  trained: TrainedPolicy,
  { algorithm, seed }: TrainingConfiguration,
  { id, environment }: { readonly id: string; readonly environment: string },
): PolicyMetrics {
  const { policy, evaluation, stochasticEvaluation, steps, log } = trained;
  const last = log[log.length - 1];
  const seconds = last?.["time/time_elapsed"] ?? Number.NaN;
  return {
    policy_id: id,
    algorithm: algorithm.kind,
    preset: algorithm.preset ?? "corrected",
    environment,
    seed,
    steps,
    updates: last?.["train/n_updates"] ?? 0,
    parameters: policy.parameters.length,
    episodes: evaluation.episodes,
    return_mean: evaluation.meanReturn,
    return_sd: evaluation.sdReturn,
    length_mean: evaluation.meanLength,
    stochastic_return_mean: stochasticEvaluation.meanReturn,
    stochastic_return_sd: stochasticEvaluation.sdReturn,
    stochastic_length_mean: stochasticEvaluation.meanLength,
    training_return: last?.["rollout/ep_rew_mean"] ?? Number.NaN,
    seconds,
    steps_per_second: steps / seconds,
  };
}
