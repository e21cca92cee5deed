// Divides rewards by the standard deviation of the discounted return so far (Engstrom et al. 2020, "Implementation matters"); their mean stays.

import { closedUnit, knownOptions, nonNegativeNumber, refuse } from "../../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord, type Parts } from "../definition.js";
import type { EnvironmentRecord, EnvironmentSource, StepResult } from "../environment.js";
import { wrapped } from "./wrapped.js";

export interface NormalizeRewardOptions {
  /** The discount of the return whose deviation counts; 0.99. */
  gamma?: number;
  /** Added to the variance under the root; 1e-8. */
  epsilon?: number;
  /** The return begins anew after a truncation too, as in Stable-Baselines3; Gymnasium lets it go on. True. */
  resetAtTruncation?: boolean;
}

/**
 * NormalizeReward: reward / sqrt(variance + epsilon), with the variance of the returns `R = gamma R + reward` up to and with this one. What is
 * learnt can be shared, saved and frozen: `EnvironmentStatistics`. Throws on a wrong option; a step throws where a reward is not finite.
 *
 * Example: `normalizeReward(recordEpisodeStatistics(pendulum()), { gamma: 0.9 })`.
 */
export function normalizeReward(
  environment: EnvironmentSource,
  options: NormalizeRewardOptions = {},
): EnvironmentRecord {
  return environmentRecord("normalizeReward", { environment, ...settingsOf(options) });
}

export const normalizeRewardDefinition: EnvironmentDefinition = {
  learns: true,
  changesRewardsOnly: true,

  build({ environment, ...options }, parts: Parts) {
    const { gamma, epsilon, resetAtTruncation } = settingsOf(options);
    const inner = parts.make(environment as EnvironmentSource);
    const { moments, frozen, own } = parts.moments("normalizeReward", 1);
    const { memory } = moments;
    /** The discounted return so far. */
    const discounted = new Float64Array(1);

    const scale = (result: StepResult): void => {
      const { reward } = result;
      if (reward - reward !== 0) refuse("normalizeReward", `the reward of ${inner.name}`, "a finite number", reward);
      discounted[0] = gamma * discounted[0] + reward;
      if (!frozen) moments.update(discounted);
      result.reward = reward / Math.sqrt(memory[2] / memory[0] + epsilon);
      if (result.terminated) discounted[0] = 0;
    };

    const environmentWithout = wrapped(inner, discounted, {
      reset(random, observation) {
        inner.reset(random, observation);
        // After a truncation, or before any end.
        if (resetAtTruncation) discounted[0] = 0;
      },
      step(action, random, observation) {
        const result = inner.step(action, random, observation);
        scale(result);
        return result;
      },
    });
    return own ? wrapped(environmentWithout, memory, {}) : environmentWithout;
  },
};

function settingsOf(options: NormalizeRewardOptions): Required<NormalizeRewardOptions> {
  knownOptions("normalizeReward", options, ["gamma", "epsilon", "resetAtTruncation"]);
  const { gamma = 0.99, epsilon = 1e-8, resetAtTruncation = true } = options;
  if (typeof resetAtTruncation !== "boolean") {
    refuse("normalizeReward", "resetAtTruncation", "true or false", resetAtTruncation);
  }
  return {
    gamma: closedUnit("normalizeReward", "gamma", gamma),
    epsilon: nonNegativeNumber("normalizeReward", "epsilon", epsilon),
    resetAtTruncation,
  };
}
