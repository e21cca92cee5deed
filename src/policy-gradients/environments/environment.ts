// What an agent acts in, with Gymnasium's interface: spaces, reset, step, and an end that is either the task's own (terminated) or
// a limit's (truncated), which learning must not confuse.

import type { Random } from "../../random/random.js";

/** All vectors of numbers between bounds, one choice of several, several choices at once, or yes and no several times. Plain data. */
export type Space = BoxSpace | DiscreteSpace | MultiDiscreteSpace | MultiBinarySpace;

/** All arrays of numbers of a shape between bounds. */
export interface BoxSpace {
  readonly kind: "box";
  /** Of the array, for pixels `[height, width, channels]`; its product is the length of the vector. */
  readonly shape: readonly number[];
  /** One bound for all, or one each; infinite where there is none. */
  readonly low: number | readonly number[];
  readonly high: number | readonly number[];
}

/** One choice of several. */
export interface DiscreteSpace {
  readonly kind: "discrete";
  /** Choices 0 ... count - 1. */
  readonly count: number;
}

/** Several choices at once. */
export interface MultiDiscreteSpace {
  readonly kind: "multiDiscrete";
  /** The i-th number is one of 0 ... counts[i] - 1. */
  readonly counts: readonly number[];
}

/** Yes or no, several times. */
export interface MultiBinarySpace {
  readonly kind: "multiBinary";
  /** So many numbers, each 0 or 1. */
  readonly size: number;
}

/**
 * The numbers of an action or observation: those of a box, or one for each choice.
 *
 * Example: 28224 for a box of the shape `[84, 84, 4]`, 1 for `{ kind: "discrete", count: 4 }`.
 */
export function sizeOfSpace(space: Space): number {
  if (space.kind === "box") return space.shape.reduce((size, extent) => size * extent, 1);
  if (space.kind === "multiBinary") return space.size;
  return space.kind === "discrete" ? 1 : space.counts.length;
}

/** How many choices there are for each number; undefined for boxes. */
export function choicesOf(space: Space): readonly number[] | undefined {
  if (space.kind === "box") return undefined;
  if (space.kind === "multiBinary") return new Array<number>(space.size).fill(2);
  return space.kind === "discrete" ? [space.count] : space.counts;
}

/** One episode after another. A closure with its own state; not plain data. */
export interface Environment {
  /** As users name it, `CartPole-v1`. */
  readonly name: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** Begins an episode with randomness from `random` and writes the first observation. */
  reset(random: Random, observation: Float64Array): void;
  /**
   * Acts, and writes the observation that follows. The result is reused by the next step. Throws a RangeError where the action is not one of the
   * space (its shape, or not a number; what is done with one beyond the bounds is the task's own rule).
   */
  step(action: Float64Array, random: Random, observation: Float64Array): StepResult;
  /** All that decides what comes, besides randomness: copied out and written back it goes on exactly. */
  state(): Float64Array;
  restore(state: Float64Array): void;
  /** What a drawing shows of the present state; absent where there is nothing to be drawn with rods. */
  outline?(): Outline;
  /** Ends what is held outside of JavaScript's memory; nothing may be called after it. */
  close?(): void;
}

/** Rods in a plane, in the task's own units. The arrays of what moves are rewritten by the next call. */
export interface Outline {
  /** `[k, 4]`: both ends of each moving part, x and y of one, then of the other; the same twice for a ball. */
  readonly segments: Float64Array;
  /** `[k]`: half the thickness of each. */
  readonly radii: Float64Array;
  /** `[j, 4]`: what does not move. */
  readonly scenery: Float64Array;
  /** The height of a floor without end, or null for none. */
  readonly floor: number | null;
}

/** What a step has brought. */
export interface StepResult {
  reward: number;
  /** The task is over: nothing follows this state. */
  terminated: boolean;
  /** The episode is cut short: something would have followed. Never together with `terminated`. */
  truncated: boolean;
  /** Of the episode that this step ended; there only where `recordEpisodeStatistics` is around the task. */
  episode?: EpisodeStatistics;
}

/** An episode that is over. */
export interface EpisodeStatistics {
  /** The sum of the rewards, not discounted. */
  return: number;
  /** Steps. */
  length: number;
}

/** A record, or a function that makes one's own environment anew: such a one cannot travel to a worker. */
export type EnvironmentSource = EnvironmentRecord | (() => Environment);

/** How an environment is made: a record that workers look up, such as `environments.cartPole()` returns. */
export interface EnvironmentRecord {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}
