// What the normalisers around an environment have learnt, outside of it: shared by the copies of a vector, saved with the agent, and held
// still while it is evaluated. An evaluation that begins with fresh statistics shows the policy inputs it has never seen.

import { refuse } from "../../arguments/index.js";
import { type RunningMoments, runningMoments } from "./running-moments.js";

/** Running moments by name: the normaliser's kind and, where it is there more than once, its number from the inside. */
export interface EnvironmentStatistics {
  /** The moments of this name, begun with `priorCount` where there are none. Throws where those there are of another size. */
  moments(name: string, size: number, priorCount: number): RunningMoments;
  has(name: string): boolean;
  /** A copy of everything: plain data. */
  state(): StatisticsState;
  /** Writes a copy back into the moments that are in use. Throws where it is not of these names and sizes. */
  restore(state: StatisticsState): void;
}

/** By name `[count, means ..., sums of squared deviations ...]`. */
export type StatisticsState = Readonly<Record<string, readonly number[]>>;

/**
 * Statistics to hand to `makeEnvironment` or `vectorEnvironment`, empty or as saved. Throws where what was saved is not such a record.
 *
 * Example: `environmentStatistics(JSON.parse(JSON.stringify(trained.state())))` knows what `trained` knows.
 */
export function environmentStatistics(saved: StatisticsState = {}): EnvironmentStatistics {
  const all = new Map<string, RunningMoments>();
  checkSaved(saved);
  for (const [name, memory] of Object.entries(saved)) {
    const moments = runningMoments((memory.length - 1) / 2);
    moments.memory.set(memory);
    all.set(name, moments);
  }

  return {
    moments(name, size, priorCount) {
      const known = all.get(name) ?? runningMoments(size, priorCount);
      if (known.size !== size)
        refuse("environmentStatistics", name, `of ${size} numbers for this environment`, known.size);
      all.set(name, known);
      return known;
    },
    has: (name) => all.has(name),
    restore(state) {
      checkSaved(state);
      for (const [name, { memory }] of all) {
        if (state[name]?.length !== memory.length) {
          refuse("environmentStatistics", `state.${name}`, `${memory.length} numbers`, state[name]);
        }
      }
      for (const [name, { memory }] of all) memory.set(state[name]);
    },
    state: () => Object.fromEntries([...all].map(([name, { memory }]) => [name, Array.from(memory)])),
  };
}

function checkSaved(saved: unknown): asserts saved is StatisticsState {
  if (typeof saved !== "object" || saved === null) refuse("environmentStatistics", "saved", "what state() gave", saved);
  for (const [name, memory] of Object.entries(saved)) {
    if (!isMemory(memory)) {
      refuse("environmentStatistics", `saved.${name}`, "a count, means and as many sums of squares, finite", memory);
    }
  }
}

function isMemory(memory: unknown): memory is readonly number[] {
  if (!Array.isArray(memory) || memory.length % 2 !== 1 || !memory.every(Number.isFinite)) return false;
  const size = (memory.length - 1) / 2;
  return memory[0] >= 0 && memory.slice(1 + size).every((square) => square >= 0);
}
