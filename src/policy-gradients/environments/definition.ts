// How a record becomes an environment: what the table of environments holds under each kind, and what a definition is handed to build with.

import { integerAtLeast } from "../../arguments/index.js";
import type { Environment, EnvironmentRecord, EnvironmentSource } from "./environment.js";
import type { RunningMoments } from "./running-moments.js";

/** What stands in the table under a kind. */
export interface EnvironmentDefinition {
  /** The task as Gymnasium calls it, `CartPole-v1`; absent for wrappers. */
  readonly name?: string;
  /** Other names of the task, with the options that each stands for. */
  readonly otherNames?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Loads what `build` needs, where it needs something that is not here. Awaited before `build`. */
  load?(): Promise<void>;
  /** There where a wrapper learns from what it sees: copies in threads stay around one such wrapper on the caller's. */
  readonly learns?: true;
  /** There where a wrapper changes actions and nothing else: it may as well be within a wrapper that learns. */
  readonly changesActionsOnly?: true;
  /** There where a wrapper changes rewards and nothing else: it may as well be left out where nothing is learnt from them. */
  readonly changesRewardsOnly?: true;
  /** Throws a RangeError where the options are not those of the kind. */
  build(options: Readonly<Record<string, unknown>>, parts: Parts): Environment;
}

export interface Parts {
  /** Makes the environment that a wrapper holds. */
  make(source: EnvironmentSource): Environment;
  /** What a normaliser of this kind knows of `size` numbers so far. */
  moments(kind: string, size: number): SharedMoments;
}

export interface SharedMoments {
  readonly moments: RunningMoments;
  /** Nothing more is learnt. */
  readonly frozen: boolean;
  /** They belong to this environment alone, whose state therefore holds them; otherwise whoever gave them keeps them. */
  readonly own: boolean;
}

/** A record of this kind with the settings that are there: plain data. */
export function environmentRecord(kind: string, settings: object): EnvironmentRecord {
  return { kind, options: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) };
}

/** Steps after which an episode is cut short, or null for never. */
export function limitOption(where: string, value: unknown): number | null {
  return value === null ? null : integerAtLeast(where, "maxEpisodeSteps", value, 1);
}
