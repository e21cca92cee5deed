// From the keys of a configuration to the records that training takes, and from the records of a recipe back to keys.

import { type EnvironmentRecord, environments } from "../../../policy-gradients/environments/index.js";
import { type Algorithm, a2c, ppo, reinforce, trpo, vmpo } from "../../../policy-gradients/index.js";
import { ConfigurationError } from "../errors.js";
import { trainingKeys } from "./keys.js";
import type { AlgorithmSection, EnvironmentSection } from "./schema.js";

type Options = Record<string, unknown>;

const algorithms: { readonly [Name in AlgorithmSection["kind"]]: (options: Options) => Algorithm } = {
  reinforce,
  a2c,
  trpo,
  ppo,
  vmpo,
};

/** Throws a ConfigurationError where a key is said that the algorithm has not. */
export function algorithmFrom({ kind, ...section }: AlgorithmSection): Algorithm {
  return factory("algorithm", algorithms[kind], section, Number.POSITIVE_INFINITY);
}

/** Throws a ConfigurationError where a key is said that the task has not, or a value is not one for it. `gamma` is the algorithm's discount. */
export function environmentFrom(section: EnvironmentSection, gamma: number | null): EnvironmentRecord {
  const { kind, version, max_episode_steps, ...others } = section;
  const {
    rescale_action,
    clip_action,
    frame_stack,
    flatten_observation,
    normalize_observation,
    clip_observation,
    normalize_reward,
    reward_gamma,
    reset_at_truncation,
    clip_reward,
    ...own
  } = others;
  const make = (environments as unknown as Record<string, (options: Options) => EnvironmentRecord>)[kind];
  // Networks take no choices.
  const seen = kind === "gridWorld" && own.observation === null ? { observation: "oneHot" } : {};
  const task = factory("environment", make, { version, max_episode_steps, ...own, ...seen }, null);
  const normalizer = {
    gamma: reward_gamma ?? gamma ?? undefined,
    ...(reset_at_truncation !== null && { resetAtTruncation: reset_at_truncation }),
  };
  const wrappers: ((environment: EnvironmentRecord) => EnvironmentRecord)[] = [];
  const wrap = (isWanted: unknown, wrapper: (environment: EnvironmentRecord) => EnvironmentRecord): void => {
    if (isWanted) wrappers.push(wrapper);
  };
  wrap(rescale_action, environments.rescaleAction);
  wrap(clip_action, environments.clipAction);
  wrap(frame_stack, (inner) => environments.frameStackObservation(inner, { stackSize: frame_stack ?? 1 }));
  wrap(flatten_observation, environments.flattenObservation);
  wrap(normalize_observation, environments.normalizeObservation);
  wrap(clip_observation, (inner) => environments.clipObservation(inner, aroundZero(clip_observation)));
  wrap(normalize_reward, (inner) => environments.normalizeReward(inner, normalizer));
  wrap(clip_reward, (inner) => environments.clipReward(inner, aroundZero(clip_reward)));
  if (wrappers.length === 0) return task;
  // Within all others, so that returns are the task's.
  return wrappers.reduce((inner, wrapper) => wrapper(inner), environments.recordEpisodeStatistics(task));
}

/** What of a record's options keys say; those that it does not have are not there. */
export function algorithmKeys({ options }: Algorithm): Options {
  return keysOf(options, Number.POSITIVE_INFINITY);
}

/** The keys that make this record. Throws where none do. `gamma` is the discount of the algorithm that it is for. */
export function environmentKeys(record: EnvironmentRecord, gamma: unknown): Options {
  const { environment: inner, ...options } = record.options;
  if (inner === undefined) return keysOf(options, null);
  const keys = environmentKeys(inner as EnvironmentRecord, gamma);
  switch (record.kind) {
    case "recordEpisodeStatistics":
      return keys;
    case "rescaleAction":
      return { ...keys, rescale_action: true };
    case "clipAction":
      return { ...keys, clip_action: true };
    case "frameStackObservation":
      return { ...keys, frame_stack: options.stackSize };
    case "flattenObservation":
      return { ...keys, flatten_observation: true };
    case "normalizeObservation":
      return { ...keys, normalize_observation: true };
    case "clipObservation":
      return { ...keys, clip_observation: options.high };
    case "normalizeReward": {
      const { gamma: own, resetAtTruncation } = options;
      const discount = own === gamma ? {} : { reward_gamma: own };
      return { ...keys, normalize_reward: true, ...discount, reset_at_truncation: resetAtTruncation };
    }
    case "clipReward":
      return { ...keys, clip_reward: options.high };
    default:
      throw new Error(`there is no key for the wrapper ${record.kind}`);
  }
}

function aroundZero(bound: number | null): { low: number; high: number } {
  return { low: -(bound ?? 0), high: bound ?? 0 };
}

/** The record that `make` makes of what is said; `never` is what stands for that among its options. */
function factory<Made>(group: string, make: (options: Options) => Made, section: object, never: unknown): Made {
  const options = optionsOf(section, never);
  try {
    return make(options);
  } catch (error) {
    throw new ConfigurationError(`${group}: ${inKeys((error as Error).message)}`, { cause: error });
  }
}

function optionsOf(section: object, never: unknown): Options {
  return Object.fromEntries(
    Object.entries(section).flatMap(([key, value]): [string, unknown][] => {
      const name = inCamelCase(key);
      if (value === null) return [];
      if (typeof value !== "object" || Array.isArray(value)) return [[name, value === "never" ? never : value]];
      const below = optionsOf(value, never);
      return Object.keys(below).length === 0 ? [] : [[name, below]];
    }),
  );
}

function keysOf(options: object, never: unknown): Options {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      const key = inSnakeCase(name);
      if (value === never) return [key, "never"];
      return [key, typeof value === "object" && value !== null && !Array.isArray(value) ? keysOf(value, never) : value];
    }),
  );
}

/** A message of the library, which knows options by their own names, with those of the keys. */
export function inKeys(message: string): string {
  const names = new Set(trainingKeys().map(({ path }) => path.slice(path.lastIndexOf(".") + 1)));
  return message.replaceAll(/\b[a-z]+(?:[A-Z][a-z]*)+\b/g, (word) =>
    names.has(inSnakeCase(word)) ? inSnakeCase(word) : word,
  );
}

function inCamelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function inSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
