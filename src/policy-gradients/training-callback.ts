// What is told of a training while it goes on, and to whom.

import type { Algorithm } from "./algorithms/index.js";
import type { VectorEnvironment } from "./environments/vector.js";
import type { Policy } from "./policy.js";

/**
 * What is called on the way. All hooks but `onStep` may be asynchronous and are waited for. A hook that gives false ends the training; one
 * that throws ends it with its error.
 */
export interface TrainingCallback {
  /** `progress.steps` is not 0, and `progress.log` not empty, where an earlier training is gone on with. */
  onTrainingStart?(progress: TrainingProgress): unknown;
  onRolloutStart?(progress: TrainingProgress): unknown;
  /** After each step of all copies. */
  onStep?(progress: TrainingProgress): unknown;
  /** After the update that follows a rollout, and its record. */
  onRolloutEnd?(progress: TrainingProgress, record: LogRecord): unknown;
  /** However it ended; where an error ended it, errors of this hook are not told. */
  onTrainingEnd?(progress: TrainingProgress, end: TrainingEnd): unknown;
}

/** How a training came to its end. */
export type TrainingEnd = "steps done" | "aborted" | "callback" | "failed";

/** Live: what it holds is the training's own. */
export interface TrainingProgress {
  readonly algorithm: Algorithm;
  /** Made so far, in all copies, by all parts of a training that was gone on with. */
  readonly steps: number;
  readonly totalSteps: number;
  /** Infinity where nothing is evaluated on the way. */
  readonly evaluateEvery: number;
  /** That training took so far. */
  readonly seconds: number;
  readonly parameters: Float64Array;
  readonly environment: VectorEnvironment;
  /** One record per update, the latest last. */
  readonly log: readonly LogRecord[];
  /** A copy of what was learnt up to the latest update. */
  policy(): Policy;
}

/**
 * Numbers by Stable-Baselines3's keys, for all there is of one update:
 * `rollout/ep_rew_mean`, `rollout/ep_len_mean` (of the latest hundred episodes, once one has ended);
 * `time/iterations`, `time/total_timesteps`, `time/time_elapsed`, `time/fps`, and the seconds spent in `time/rollout` and in `time/update`, all since
 * the training's beginning;
 * `train/...`, what the algorithm tells (`approx_kl`, `entropy_loss`, `explained_variance`, `learning_rate`, `n_updates` ...), and for normal actions
 * `train/std`, the mean standard deviation in this rollout;
 * `eval/mean_reward`, `eval/mean_ep_length` where the policy was evaluated after this update.
 */
export type LogRecord = Readonly<Record<string, number>>;

/** The keys of a record that time decides; everything else is equal for equal seeds. */
export function isTimeKey(key: string): boolean {
  return key === "time/fps" || key === "time/time_elapsed" || key === "time/rollout" || key === "time/update";
}

type Hook = "onTrainingStart" | "onRolloutStart" | "onRolloutEnd";

/** Calls one hook of all, in their order; whether one of them ends the training. */
export async function tell<H extends Hook>(
  callbacks: readonly TrainingCallback[],
  hook: H,
  ...told: Parameters<NonNullable<TrainingCallback[H]>>
): Promise<boolean> {
  let over = false;
  for (const callback of callbacks) {
    const call = callback[hook] as ((...told: unknown[]) => unknown) | undefined;
    if ((await call?.apply(callback, told)) === false) over = true;
  }
  return over;
}

/** Tells all of the end, whatever one of them throws, and then throws that. */
export async function tellEnd(
  callbacks: readonly TrainingCallback[],
  progress: TrainingProgress,
  end: TrainingEnd,
): Promise<void> {
  const errors: unknown[] = [];
  for (const callback of callbacks) {
    try {
      await callback.onTrainingEnd?.(progress, end);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
