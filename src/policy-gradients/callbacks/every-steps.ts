// Does something every so often.

import { integerAtLeast, refuse } from "../../arguments/index.js";
import type { LogRecord, TrainingCallback, TrainingProgress } from "../training-callback.js";

/**
 * Calls `action` after the first update beyond each multiple of `steps` steps, and waits for it; where it gives false, training ends. Throws where an
 * argument is wrong.
 * @example callbacks.everySteps(100_000, ({ steps, policy }) => savePolicy(policy(), `${steps}.policy`))
 */
export function everySteps(
  steps: number,
  action: (progress: TrainingProgress, record: LogRecord) => unknown,
): TrainingCallback {
  integerAtLeast("everySteps", "steps", steps, 1);
  if (typeof action !== "function") refuse("everySteps", "action", "a function", action);
  let done = 0;
  return {
    onTrainingStart(progress) {
      done = Math.floor(progress.steps / steps);
    },
    onRolloutEnd(progress, record) {
      const multiple = Math.floor(progress.steps / steps);
      if (multiple === done) return true;
      done = multiple;
      return action(progress, record);
    },
  };
}
