// The table of environments and wrappers by kind, and the one place where records become environments.

import { knownOptions, refuse } from "../../arguments/index.js";
import { acrobotDefinition } from "./acrobot.js";
import { cartPoleDefinition } from "./cart-pole.js";
import { catchBallDefinition } from "./catch-ball.js";
import type { EnvironmentDefinition, Parts } from "./definition.js";
import type { Environment, EnvironmentRecord, EnvironmentSource } from "./environment.js";
import { gridWorldDefinition } from "./grid-world.js";
import { mountainCarContinuousDefinition, mountainCarDefinition } from "./mountain-car.js";
import { robotDefinitions } from "./mujoco/index.js";
import { pendulumDefinition } from "./pendulum.js";
import { type EnvironmentStatistics, environmentStatistics } from "./statistics.js";
import { clipActionDefinition, rescaleActionDefinition } from "./wrappers/actions.js";
import { clipObservationDefinition, clipRewardDefinition } from "./wrappers/clip.js";
import { flattenObservationDefinition } from "./wrappers/flatten-observation.js";
import { frameStackObservationDefinition } from "./wrappers/frame-stack-observation.js";
import { normalizeObservationDefinition } from "./wrappers/normalize-observation.js";
import { normalizeRewardDefinition } from "./wrappers/normalize-reward.js";
import { recordEpisodeStatisticsDefinition } from "./wrappers/record-episode-statistics.js";
import { timeLimitDefinition } from "./wrappers/time-limit.js";

/** The definition of each kind of environment. */
export const environmentKinds: Readonly<Record<string, EnvironmentDefinition>> = {
  acrobot: acrobotDefinition,
  cartPole: cartPoleDefinition,
  catchBall: catchBallDefinition,
  gridWorld: gridWorldDefinition,
  mountainCar: mountainCarDefinition,
  mountainCarContinuous: mountainCarContinuousDefinition,
  pendulum: pendulumDefinition,

  ...robotDefinitions,

  clipAction: clipActionDefinition,
  clipObservation: clipObservationDefinition,
  clipReward: clipRewardDefinition,
  flattenObservation: flattenObservationDefinition,
  frameStackObservation: frameStackObservationDefinition,
  normalizeObservation: normalizeObservationDefinition,
  normalizeReward: normalizeRewardDefinition,
  recordEpisodeStatistics: recordEpisodeStatisticsDefinition,
  rescaleAction: rescaleActionDefinition,
  timeLimit: timeLimitDefinition,
};

export interface MakeOptions {
  /** What normalisers learn into, and whoever gives it keeps. Left out, it is the environment's own and part of its state. */
  statistics?: EnvironmentStatistics;
  /** Normalisers use what `statistics` has, and learn nothing: for evaluation. False. */
  frozen?: boolean;
}

/** Gymnasium's: normalisers begin as if they had seen this many vectors of mean 0 and variance 1. */
const PRIOR_COUNT = 1e-4;

/**
 * The environment of a record, or a new one from a function. Throws on an unknown kind, on options that do not fit, and where `frozen`
 * normalisers have nothing to go by.
 *
 * Example: `makeEnvironment(clipAction(pendulum())).name` is `Pendulum-v1`.
 */
export function makeEnvironment(source: EnvironmentSource, options: MakeOptions = {}): Environment {
  knownOptions("makeEnvironment", options, ["statistics", "frozen"]);
  const { statistics = environmentStatistics(), frozen = false } = options;
  if (typeof frozen !== "boolean") refuse("makeEnvironment", "frozen", "true or false", frozen);
  const own = options.statistics === undefined;
  /** How often each normaliser was met. Wrappers make what they hold first, so they are counted from the inside. */
  const met = new Map<string, number>();

  const parts: Parts = {
    make,
    moments(kind, size) {
      const times = (met.get(kind) ?? 0) + 1;
      met.set(kind, times);
      const name = times === 1 ? kind : `${kind} ${times}`;
      if (frozen && !statistics.has(name)) {
        throw new RangeError(`makeEnvironment: there is no ${name} in the statistics that are to be frozen`);
      }
      return { moments: statistics.moments(name, size, PRIOR_COUNT), frozen, own };
    },
  };

  function make(inner: EnvironmentSource): Environment {
    if (typeof inner === "function") return ownEnvironment(inner());
    return definitionOf(inner).build(inner.options, parts);
  }

  return make(source);
}

/**
 * Loads what the environments of a record need, the one within wrappers included; at once where they need nothing. Rejects with what to install where it
 * is not there.
 *
 * Example: `await loadEnvironment(hopper())` before `makeEnvironment(hopper())`; `trainPolicy` does it by itself.
 */
export async function loadEnvironment(source: EnvironmentSource): Promise<void> {
  if (typeof source === "function") return;
  await definitionOf(source).load?.();
  const within = source.options.environment as EnvironmentSource | undefined;
  if (within !== undefined) await loadEnvironment(within);
}

/** The same without wrappers that only change rewards, whose rewards are the task's own; a function stays as it is. */
export function withTaskRewards(source: EnvironmentSource): EnvironmentSource {
  if (typeof source === "function") return source;
  const { changesRewardsOnly } = definitionOf(source);
  const within = source.options.environment as EnvironmentSource | undefined;
  if (within === undefined) return source;
  const inner = withTaskRewards(within);
  return changesRewardsOnly === true ? inner : { ...source, options: { ...source.options, environment: inner } };
}

/**
 * The record of a task by its kind or by Gymnasium's name, whatever the case: `cartPole`, `cartpole`, `CartPole-v1`. Throws with the
 * names there are.
 *
 * Example: `environmentNamed("Pendulum-v1")` is `{ kind: "pendulum", options: {} }`; `environmentNamed("Hopper-v4")` is
 * `{ kind: "hopper", options: { version: 4 } }`.
 */
export function environmentNamed(name: string, options: Readonly<Record<string, unknown>> = {}): EnvironmentRecord {
  const tasks = Object.entries(environmentKinds).filter(([, definition]) => definition.name !== undefined);
  const asked = String(name).toLowerCase();
  for (const [kind, task] of tasks) {
    const names = { [kind]: {}, [String(task.name)]: {}, ...task.otherNames };
    const found = Object.entries(names).find(([known]) => known.toLowerCase() === asked);
    if (found !== undefined) return { kind, options: { ...found[1], ...options } };
  }
  refuse("environmentNamed", "name", `one of ${tasks.map(([kind]) => JSON.stringify(kind)).join(", ")}`, name);
}

/** What a user's function has made; throws where that is no environment. */
function ownEnvironment(made: Environment & { readonly kind?: unknown }): Environment {
  if (typeof made?.kind === "string") {
    throw new RangeError(`makeEnvironment: the function returns a record, ${made.kind}: call it, as in cartPole()`);
  }
  if (typeof made?.reset !== "function" || typeof made.step !== "function") {
    refuse("makeEnvironment", "what the function returns", "an environment, with reset and step", made);
  }
  return made;
}

function definitionOf(record: EnvironmentRecord): EnvironmentDefinition {
  if (typeof record === "string") {
    refuse("makeEnvironment", "the environment", `a record, such as environments.named("CartPole-v1") returns`, record);
  }
  const kind = record?.kind;
  if (typeof kind !== "string" || !Object.hasOwn(environmentKinds, kind)) {
    refuse("makeEnvironment", "the environment's kind", `one of ${Object.keys(environmentKinds).join(", ")}`, kind);
  }
  if (typeof record.options !== "object" || record.options === null) {
    refuse("makeEnvironment", `options of ${kind}`, "an object", record.options);
  }
  return environmentKinds[kind];
}
