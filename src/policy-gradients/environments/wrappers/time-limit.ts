// Cuts episodes short after a number of steps: truncated, never terminated, unless the task ended by itself in that very step.

import { integerAtLeast, knownOptions } from "../../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord } from "../definition.js";
import type { Environment, EnvironmentRecord, EnvironmentSource } from "../environment.js";
import { notPlaying } from "../task.js";
import { wrapped } from "./wrapped.js";

export interface TimeLimitOptions {
  maxEpisodeSteps: number;
}

/**
 * TimeLimit: an episode of `environment` is truncated after `maxEpisodeSteps` steps. The tasks of this library that have a limit already bear
 * their own. Throws where the limit is no positive integer.
 *
 * Example: `timeLimit(pendulum({ maxEpisodeSteps: null }), { maxEpisodeSteps: 200 })` acts as `pendulum()`.
 */
export function timeLimit(environment: EnvironmentSource, options: TimeLimitOptions): EnvironmentRecord {
  knownOptions("timeLimit", options, ["maxEpisodeSteps"]);
  const maxEpisodeSteps = integerAtLeast("timeLimit", "maxEpisodeSteps", options.maxEpisodeSteps, 1);
  return environmentRecord("timeLimit", { environment, maxEpisodeSteps });
}

export const timeLimitDefinition: EnvironmentDefinition = {
  build({ environment, ...options }, { make }) {
    knownOptions("timeLimit", options, ["maxEpisodeSteps"]);
    const most = integerAtLeast("timeLimit", "maxEpisodeSteps", options.maxEpisodeSteps, 1);
    return limited(make(environment as EnvironmentSource), most);
  },
};

/** `inner` with at most so many steps per episode; itself for null. */
export function limited(inner: Environment, maxEpisodeSteps: number | null): Environment {
  if (maxEpisodeSteps === null) return inner;
  const { name } = inner;
  /** Steps of the running episode. */
  const elapsed = new Float64Array(1);
  return wrapped(inner, elapsed, {
    reset(random, observation) {
      inner.reset(random, observation);
      elapsed[0] = 0;
    },
    step(action, random, observation) {
      if (elapsed[0] >= maxEpisodeSteps) notPlaying(name);
      const result = inner.step(action, random, observation);
      elapsed[0] += 1;
      if (elapsed[0] >= maxEpisodeSteps && !result.terminated) result.truncated = true;
      return result;
    },
  });
}
