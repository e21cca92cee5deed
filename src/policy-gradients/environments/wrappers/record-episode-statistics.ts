// Counts return and length of each episode as they are at this place: inside of what changes rewards, they are the task's own.

import { knownOptions } from "../../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord } from "../definition.js";
import type { EnvironmentRecord, EnvironmentSource, EpisodeStatistics } from "../environment.js";
import { wrapped } from "./wrapped.js";

/**
 * RecordEpisodeStatistics: the step that ends an episode has `episode: { return, length }`.
 *
 * Example: around `pendulum()`, the 200th step has `episode.length` 200.
 */
export function recordEpisodeStatistics(environment: EnvironmentSource): EnvironmentRecord {
  return environmentRecord("recordEpisodeStatistics", { environment });
}

export const recordEpisodeStatisticsDefinition: EnvironmentDefinition = {
  build({ environment, ...options }, { make }) {
    knownOptions("recordEpisodeStatistics", options, []);
    const inner = make(environment as EnvironmentSource);
    /** Return and length so far. */
    const own = new Float64Array(2);
    const episode: EpisodeStatistics = { return: 0, length: 0 };
    return wrapped(inner, own, {
      reset(random, observation) {
        inner.reset(random, observation);
        own.fill(0);
      },
      step(action, random, observation) {
        const result = inner.step(action, random, observation);
        own[0] += result.reward;
        own[1] += 1;
        if (result.terminated || result.truncated) {
          episode.return = own[0];
          episode.length = own[1];
          result.episode = episode;
        } else {
          result.episode = undefined;
        }
        return result;
      },
    });
  },
};
