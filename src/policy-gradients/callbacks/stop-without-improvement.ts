// Stops once nothing gets better any more.

import { integerAtLeast, knownOptions, nonNegativeNumber } from "../../arguments/index.js";
import type { TrainingCallback } from "../training-callback.js";
import { numbersOf, requireEvaluations, type WatchOptions, watchedKey } from "./watched.js";

export interface StopWithoutImprovementOptions extends WatchOptions {
  /** How many numbers may follow the best one, none of them better; the next ends training. */
  readonly patience: number;
  /** Numbers that have no say, from the beginning; 0 where left out. */
  readonly grace?: number;
  /** By how much a number must be above the best to be better; 0 where left out. */
  readonly least?: number;
}

/**
 * Ends training once more than `patience` evaluations in a row have not been better than the best. Going on with a training goes on with the count.
 * Throws where an option is wrong, or nothing is evaluated on the way and that is watched.
 * @example callbacks.stopWithoutImprovement({ patience: 5 })
 */
export function stopWithoutImprovement(options: StopWithoutImprovementOptions): TrainingCallback {
  const where = "stopWithoutImprovement";
  knownOptions(where, options, ["key", "patience", "grace", "least"]);
  const patience = integerAtLeast(where, "patience", options.patience, 0);
  const grace = integerAtLeast(where, "grace", options.grace ?? 0, 0);
  const least = nonNegativeNumber(where, "least", options.least ?? 0);
  const key = watchedKey(where, options);
  let [best, seen, worse] = [Number.NEGATIVE_INFINITY, 0, 0];

  const take = (value: number): void => {
    seen++;
    const isBetter = value > best + least;
    if (isBetter) best = value;
    worse = isBetter || seen <= grace ? 0 : worse + 1;
  };
  return {
    onTrainingStart(progress) {
      requireEvaluations(where, key, progress);
      [best, seen, worse] = [Number.NEGATIVE_INFINITY, 0, 0];
      for (const value of numbersOf(progress.log, key)) take(value);
    },
    onRolloutEnd(_, record) {
      if (record[key] === undefined) return true;
      take(record[key]);
      return worse <= patience;
    },
  };
}
