// One number of the log, watched from update to update, those before an interruption included.

import { refuse } from "../../arguments/index.js";
import type { LogRecord, TrainingProgress } from "../training-callback.js";

export interface WatchOptions {
  /** Which number of the log is watched: "eval/mean_reward" where left out, "rollout/ep_rew_mean" without evaluations. More is better. */
  readonly key?: string;
}

export const EVALUATION = "eval/mean_reward";

export function watchedKey(where: string, { key = EVALUATION }: WatchOptions): string {
  if (typeof key !== "string" || key === "") refuse(where, "key", "a key of the log", key);
  return key;
}

/** Throws where a number of evaluations is watched, and there are none until the end. */
export function requireEvaluations(where: string, key: string, { evaluateEvery }: TrainingProgress): void {
  if (!key.startsWith("eval/") || Number.isFinite(evaluateEvery)) return;
  throw new RangeError(
    `${where}: trainPolicy needs its option evaluateEvery for ${key}; { key: "rollout/ep_rew_mean" } needs none`,
  );
}

/** The numbers of this key, of the records that have it. */
export function* numbersOf(log: readonly LogRecord[], key: string): Generator<number> {
  for (const record of log) if (record[key] !== undefined) yield record[key];
}
