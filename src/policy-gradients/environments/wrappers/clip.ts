// Observations and rewards brought within bounds, as PPO's recipe for continuous tasks does after normalising them.

import { knownOptions, refuse } from "../../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord } from "../definition.js";
import type { EnvironmentRecord, EnvironmentSource } from "../environment.js";
import { boundsOf, boxOf } from "../spaces.js";
import { NOTHING, wrapped } from "./wrapped.js";

export interface ClipOptions {
  /** -10. */
  low?: number;
  /** 10. */
  high?: number;
}

/**
 * Each number of the observation, at least `low` and at most `high`. Throws on wrong bounds.
 *
 * Example: `clipObservation(normalizeObservation(pendulum()))` observes numbers in [-10, 10].
 */
export function clipObservation(environment: EnvironmentSource, options: ClipOptions = {}): EnvironmentRecord {
  return environmentRecord("clipObservation", { environment, ...rangeOf("clipObservation", options) });
}

export const clipObservationDefinition: EnvironmentDefinition = {
  build({ environment, ...options }, { make }) {
    const { low, high } = rangeOf("clipObservation", options);
    const inner = make(environment as EnvironmentSource);
    const space = boxOf("clipObservation", "observation", inner.observationSpace);
    const bounds = boundsOf("clipObservation", space);
    const within = (bound: number): number => Math.min(Math.max(bound, low), high);
    const clip = (observation: Float64Array): void => {
      for (let i = 0; i < observation.length; i++) observation[i] = Math.min(Math.max(observation[i], low), high);
    };
    return wrapped(inner, NOTHING, {
      observationSpace: {
        kind: "box",
        shape: space.shape,
        low: Array.from(bounds.low, within),
        high: Array.from(bounds.high, within),
      },
      reset(random, observation) {
        inner.reset(random, observation);
        clip(observation);
      },
      step(action, random, observation) {
        const result = inner.step(action, random, observation);
        clip(observation);
        return result;
      },
    });
  },
};

/**
 * ClipReward: each reward, at least `low` and at most `high`. Throws on wrong bounds.
 *
 * Example: with `clipReward(pendulum(), { low: -1, high: 0 })` no step costs more than 1.
 */
export function clipReward(environment: EnvironmentSource, options: ClipOptions = {}): EnvironmentRecord {
  return environmentRecord("clipReward", { environment, ...rangeOf("clipReward", options) });
}

export const clipRewardDefinition: EnvironmentDefinition = {
  changesRewardsOnly: true,

  build({ environment, ...options }, { make }) {
    const { low, high } = rangeOf("clipReward", options);
    const inner = make(environment as EnvironmentSource);
    return wrapped(inner, NOTHING, {
      step(action, random, observation) {
        const result = inner.step(action, random, observation);
        result.reward = Math.min(Math.max(result.reward, low), high);
        return result;
      },
    });
  },
};

function rangeOf(where: string, options: ClipOptions): Required<ClipOptions> {
  knownOptions(where, options, ["low", "high"]);
  const { low = -10, high = 10 } = options;
  if (typeof low !== "number" || Number.isNaN(low)) refuse(where, "low", "a number", low);
  if (typeof high !== "number" || !(high >= low)) refuse(where, "high", `a number of at least low, ${low}`, high);
  return { low, high };
}
