// The latest run, kept for when a notebook gives up the cell that waited for it.

import type { Draws } from "./draws.js";

/** What runs return. A folder above that has results of its own adds them here: `declare module` with one more entry. */
export interface RunResults {
  readonly draws: Draws;
}

export type RunResult = RunResults[keyof RunResults];

/** One run's place: what is put there is returned by `latestRun` until another run begins. */
export interface Remembered {
  /** Replaces what is remembered of this run. */
  settle(result: RunResult): void;
  /** Makes the run before the latest again, where there was nothing of this one. */
  forget(): void;
}

let latest: { result: () => RunResult } | undefined;

/** Makes a run the latest; `result` is asked for what there is of it whenever somebody wants to know. */
export function remember(result: () => RunResult): Remembered {
  const before = latest;
  const entry = { result };
  latest = entry;
  return {
    settle(final) {
      entry.result = () => final;
    },
    forget() {
      if (latest === entry) latest = before;
    },
  };
}

/**
 * What the latest run returned, or what there is of it so far: while `sample` runs, a copy of the draws kept until now (its
 * `aborted` is true). Undefined before the first run.
 *
 * @example
 * // after an interrupted cell:
 * latestRun()?.lengths // [412, 409, 415, 411]
 */
export function latestRun(): RunResult | undefined {
  return latest?.result();
}
