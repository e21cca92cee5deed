// Stops once a policy is good enough.

import { finiteNumber, knownOptions } from "../../arguments/index.js";
import type { TrainingCallback } from "../training-callback.js";
import { requireEvaluations, type WatchOptions, watchedKey } from "./watched.js";

/**
 * Ends training after the first update whose mean reward is at least `threshold`. Throws where an option is wrong, or nothing is evaluated on the way
 * and that is watched.
 * @example await trainPolicy(ppo(), cartPole, { totalSteps: 500_000, evaluateEvery: 10_000, callbacks: [callbacks.stopAtReward(475)] })
 */
export function stopAtReward(threshold: number, options: WatchOptions = {}): TrainingCallback {
  finiteNumber("stopAtReward", "threshold", threshold);
  knownOptions("stopAtReward", options, ["key"]);
  const key = watchedKey("stopAtReward", options);
  return {
    onTrainingStart: (progress) => requireEvaluations("stopAtReward", key, progress),
    onRolloutEnd: (_, record) => !(record[key] >= threshold),
  };
}
