// A training between two updates, as plain data: all that decides what comes, so that going on from it is as if it had never been left.

import { refuse } from "../arguments/index.js";
import { fingerprintOf } from "../platform/fingerprint.js";
import type { RandomState } from "../random/index.js";
import type { EnvironmentSource } from "./environments/environment.js";
import type { VectorEnvironment, VectorState } from "./environments/vector.js";
import type { EpisodeState } from "./episode-window.js";
import type { LogRecord } from "./training-callback.js";

/** Survives `structuredClone`. */
export interface TrainingState {
  readonly run: TrainingPrint;
  /** Environment steps, iterations of rollout and update, and steps of the optimiser. */
  readonly steps: number;
  readonly iterations: number;
  readonly updates: number;
  readonly seconds: TrainingSeconds;
  readonly parameters: Float64Array;
  /** The learner's. */
  readonly memory: readonly Float64Array[];
  readonly environment: VectorState;
  readonly random: { readonly actions: RandomState; readonly updates: RandomState };
  readonly episodes: EpisodeState;
  readonly log: readonly LogRecord[];
}

/** Since the training's beginning: all together, and those of rollouts and updates. */
export interface TrainingSeconds {
  readonly elapsed: number;
  readonly rollout: number;
  readonly update: number;
}

/** What decides a training besides how long it is: two trainings either share it or not. What is long is there by its fingerprint. */
export interface TrainingPrint {
  readonly algorithm: string;
  readonly environment: string;
  readonly options: string;
  readonly task: string;
  readonly seed: number;
  readonly copies: number;
  readonly dim: number;
}

/** `settings` are the algorithm's, those of its preset included. */
export function printOf(
  algorithm: string,
  settings: object,
  source: EnvironmentSource,
  copies: VectorEnvironment,
  { dim, seed }: { readonly dim: number; readonly seed: number },
): TrainingPrint {
  const { name, count, observationSpace, actionSpace } = copies;
  return {
    algorithm,
    environment: name,
    options: fingerprintOf(settings),
    // A function is not asked what it says, for another build says it in other words.
    task: fingerprintOf([typeof source === "function" ? "function" : source, observationSpace, actionSpace]),
    seed,
    copies: count,
    dim,
  };
}

/** How differences read in words, of what is there by its fingerprint. */
const IN_WORDS: Readonly<Record<string, string>> = {
  options: "its algorithm had other options",
  task: "its environment had other options",
};

/** In which way the training that somebody has was another than this one, in words; undefined where it was not. */
export function differenceOf<T extends object>(
  then: T,
  now: T,
  inWords: Readonly<Record<string, string>> = {},
): string | undefined {
  const other = (Object.keys(now) as (keyof T & string)[]).find((name) => then?.[name] !== now[name]);
  return other && (IN_WORDS[other] ?? inWords[other] ?? `its ${other} was ${then?.[other]} and not ${now[other]}`);
}

/** Throws where a state that a user hands over is none, is damaged, or is of another training. */
export function checkState(state: TrainingState, run: TrainingPrint, totalSteps: number): void {
  if (typeof state !== "object" || state === null || typeof state.run !== "object" || state.run === null) {
    refuse("trainPolicy", "resume", "the `final` of a training", state);
  }
  const difference = differenceOf(state.run, run);
  if (difference !== undefined) throw new RangeError(`trainPolicy: resume is of another training: ${difference}`);
  const { parameters, log, steps, seconds } = state;
  if (!(parameters instanceof Float64Array) || parameters.length !== run.dim) {
    refuse("trainPolicy", "resume.parameters", `${run.dim} numbers`, parameters);
  }
  const wrong = parameters.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) refuse("trainPolicy", `resume.parameters[${wrong}]`, "a finite number", parameters[wrong]);
  const whole = Number.isSafeInteger(steps) && Array.isArray(log) && Number.isFinite(seconds?.elapsed);
  if (!whole) refuse("trainPolicy", "resume", "the `final` of a training, whole", state);
  if (totalSteps < steps) {
    refuse("trainPolicy", "totalSteps", `at least ${steps}, which the training to resume has made`, totalSteps);
  }
}

/** Writes a learner's memory back. Throws where it is not of such a learner. */
export function restoreMemory(live: readonly Float64Array[], memory: readonly Float64Array[]): void {
  const fits = memory?.length === live.length && live.every((array, i) => memory[i]?.length === array.length);
  if (!fits) refuse("trainPolicy", "resume.memory", `${live.map(({ length }) => length).join(" + ")} numbers`, memory);
  live.forEach((array, i) => {
    array.set(memory[i]);
  });
}
