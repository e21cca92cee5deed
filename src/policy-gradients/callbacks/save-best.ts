// Keeps the best policy of a training in a file.

import { knownOptions, refuse } from "../../arguments/index.js";
import { savePolicy } from "../policy-file.js";
import type { TrainingCallback } from "../training-callback.js";
import { numbersOf, requireEvaluations, type WatchOptions, watchedKey } from "./watched.js";

/**
 * Writes the policy to `path`, where `loadPolicy` reads it, whenever its evaluation is the best so far: of equal ones the first. Throws where an
 * option is wrong, or nothing is evaluated on the way and that is watched.
 * @example callbacks.saveBest("best.policy")
 */
export function saveBest(path: string, options: WatchOptions = {}): TrainingCallback {
  if (typeof path !== "string" || path === "") refuse("saveBest", "path", "the path of a file", path);
  knownOptions("saveBest", options, ["key"]);
  const key = watchedKey("saveBest", options);
  let best = Number.NEGATIVE_INFINITY;
  return {
    onTrainingStart(progress) {
      requireEvaluations("saveBest", key, progress);
      best = Number.NEGATIVE_INFINITY;
      for (const value of numbersOf(progress.log, key)) if (value > best) best = value;
    },
    async onRolloutEnd(progress, record) {
      if (!(record[key] > best)) return;
      best = record[key];
      await savePolicy(progress.policy(), path);
    },
  };
}
