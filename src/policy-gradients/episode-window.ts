// Returns and lengths of the latest episodes in all copies of an environment, as training logs them.

import { refuse } from "../arguments/index.js";
import type { VectorEnvironment } from "./environments/vector.js";

export interface EpisodeWindow {
  /** Takes in the step that the environment has just made. */
  see(): void;
  /** NaN before the first episode has ended. */
  means(): { readonly reward: number; readonly length: number };
  /** A copy of all that decides what comes. */
  state(): EpisodeState;
  restore(state: EpisodeState): void;
}

/** Plain data. */
export interface EpisodeState {
  /** Of the episodes that go on, by copy. */
  readonly sums: Float64Array;
  readonly lengths: Float64Array;
  /** Return and length of each of the latest episodes, the oldest first. */
  readonly latest: Float64Array;
}

const EPISODES = 100;

/** The latest hundred episodes. Returns are sums of rewards, or what `recordEpisodeStatistics` around the task says. */
export function episodeWindow(copies: VectorEnvironment): EpisodeWindow {
  const { count } = copies;
  const sums = new Float64Array(count);
  const lengths = new Float64Array(count);
  /** Returns and lengths in turn, in a ring: episode `n` is at `n % EPISODES`. */
  const latest = new Float64Array(2 * EPISODES);
  let seen = 0;

  const take = (reward: number, length: number): void => {
    latest[2 * (seen % EPISODES)] = reward;
    latest[2 * (seen % EPISODES) + 1] = length;
    seen++;
  };
  /** From the oldest to the newest. */
  const each = (use: (at: number) => void): void => {
    for (let n = Math.max(0, seen - EPISODES); n < seen; n++) use(2 * (n % EPISODES));
  };

  return {
    // Hot: once per step.
    see() {
      for (let i = 0; i < count; i++) {
        sums[i] += copies.rewards[i];
        lengths[i]++;
        if (copies.terminated[i] === 0 && copies.truncated[i] === 0) continue;
        const said = copies.episodeReturns[i];
        take(Number.isNaN(said) ? sums[i] : said, lengths[i]);
        sums[i] = 0;
        lengths[i] = 0;
      }
    },

    means() {
      let [reward, length] = [0, 0];
      each((at) => {
        reward += latest[at];
        length += latest[at + 1];
      });
      const episodes = Math.min(seen, EPISODES);
      return { reward: reward / episodes, length: length / episodes };
    },

    state() {
      const ordered: number[] = [];
      each((at) => ordered.push(latest[at], latest[at + 1]));
      return { sums: sums.slice(), lengths: lengths.slice(), latest: Float64Array.from(ordered) };
    },

    restore(state) {
      if (
        state?.sums?.length !== count ||
        state.lengths?.length !== count ||
        !(state.latest?.length <= latest.length)
      ) {
        refuse("trainPolicy", "resume.episodes", `those of ${count} copies`, state);
      }
      sums.set(state.sums);
      lengths.set(state.lengths);
      latest.set(state.latest);
      seen = state.latest.length / 2;
    },
  };
}
