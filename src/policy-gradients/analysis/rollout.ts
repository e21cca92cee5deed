// An episode as it was played, with all that is needed to look at it: what was seen, done and paid, and where everything was.

import { integerAtLeast, knownOptions, refuse } from "../../arguments/index.js";
import { type Random, stream } from "../../random/index.js";
import { breathing } from "../breathing.js";
import { type Environment, type EnvironmentSource, sizeOfSpace } from "../environments/environment.js";
import { loadEnvironment, makeEnvironment, withTaskRewards } from "../environments/make.js";
import { environmentStatistics } from "../environments/statistics.js";
import { acting, checkSpaces, type Policy } from "../policy.js";

/** A function from an observation to an action: what is no learnt policy but plays, such as chance or a rule of one's own. */
export type Player = (observation: Float64Array, random: Random) => ArrayLike<number>;

export interface RolloutOptions {
  /** At most so many steps; 1000 where left out. */
  readonly steps?: number;
  /** 0 where left out. */
  readonly seed?: number;
  /** Of a policy: the likeliest action always, where left out or true; drawn ones where false. */
  readonly deterministic?: boolean;
}

/** Plain data. */
export interface EpisodeRollout {
  /** Its name, such as `CartPole-v1`. */
  readonly environment: string;
  /** Steps that were made. */
  readonly steps: number;
  /** What ended it: the task, a limit of the environment's, or that no more steps were asked for. */
  readonly end: "terminated" | "truncated" | "steps made";
  /** The sum of the rewards, not discounted. */
  readonly return: number;
  /** `[steps + 1, size]`, the one after the last step included. */
  readonly observations: Float64Array;
  /** `[steps, size]` */
  readonly actions: Float64Array;
  /** `[steps]` */
  readonly rewards: Float64Array;
  /** Null where the environment has no outline. */
  readonly drawing: RolloutDrawing | null;
}

/** Where the rods of an environment's outline were. Plain data. */
export interface RolloutDrawing {
  /** `[steps + 1, parts, 4]`: both ends of each moving part, x and y of one, then of the other. */
  readonly segments: Float64Array;
  /** `[parts]`: half the thickness of each. */
  readonly radii: Float64Array;
  /** `[rods, 4]`: what does not move. */
  readonly scenery: Float64Array;
  /** The height of a floor without end, or null for none. */
  readonly floor: number | null;
}

/**
 * Plays one episode in a fresh copy of an environment and keeps all of it. A policy's normalisers are held still; what
 * only changes rewards, for learning, is left out. Rejects where the environment's
 * spaces are not those of the policy, or an option is wrong.
 * @example plots.rollout(await rollout(trained.policy, environments.cartPole(), { seed: 1 })) // an animated figure
 */
export async function rollout(
  policy: Policy | Player,
  environment: EnvironmentSource,
  options: RolloutOptions = {},
): Promise<EpisodeRollout> {
  const where = "rollout";
  knownOptions(where, options, ["steps", "seed", "deterministic"]);
  const most = integerAtLeast(where, "steps", options.steps ?? 1000, 1);
  const seed = integerAtLeast(where, "seed", options.seed ?? 0, 0);
  const { deterministic = true } = options;
  if (typeof deterministic !== "boolean") refuse(where, "deterministic", "true or false", deterministic);
  const isPlayer = typeof policy === "function";
  if (!isPlayer && (typeof policy !== "object" || policy === null)) refuse(where, "policy", "a policy", policy);
  await loadEnvironment(environment);
  const task = withTaskRewards(environment);
  const place = isPlayer
    ? makeEnvironment(task)
    : makeEnvironment(task, { statistics: environmentStatistics(policy.statistics), frozen: true });
  try {
    if (isPlayer) return await played(place, policy, most, seed);
    checkSpaces(where, policy, place);
    const act = acting(policy);
    return await played(place, (seen, random) => act(seen, deterministic ? undefined : random), most, seed);
  } finally {
    place.close?.();
  }
}

async function played(place: Environment, act: Player, most: number, seed: number): Promise<EpisodeRollout> {
  const [chance, choice] = [stream(seed, "rollout", "environment"), stream(seed, "rollout", "actions")];
  const action = new Float64Array(sizeOfSpace(place.actionSpace));
  const observation = new Float64Array(sizeOfSpace(place.observationSpace));
  const [seen, done, paid, drawn]: [Float64Array[], Float64Array[], number[], Float64Array[]] = [[], [], [], []];
  const look = (): void => {
    seen.push(observation.slice());
    if (place.outline !== undefined) drawn.push(place.outline().segments.slice());
  };
  const breathe = breathing();
  place.reset(chance, observation);
  look();
  let end: EpisodeRollout["end"] = "steps made";
  while (paid.length < most && end === "steps made") {
    const chosen = act(observation, choice);
    if (chosen?.length !== action.length) refuse("rollout", "an action", `${action.length} numbers`, chosen);
    action.set(chosen);
    const { reward, terminated, truncated } = place.step(action, chance, observation);
    done.push(action.slice());
    paid.push(reward);
    look();
    if (terminated || truncated) end = terminated ? "terminated" : "truncated";
    const pause = breathe();
    if (pause !== undefined) await pause;
  }
  const outline = place.outline?.();
  return {
    environment: place.name,
    steps: paid.length,
    end,
    return: paid.reduce((sum, reward) => sum + reward, 0),
    observations: joined(seen),
    actions: joined(done),
    rewards: Float64Array.from(paid),
    drawing:
      outline === undefined
        ? null
        : {
            segments: joined(drawn),
            radii: outline.radii.slice(),
            scenery: outline.scenery.slice(),
            floor: outline.floor,
          },
  };
}

/** One after another. */
function joined(rows: readonly Float64Array[]): Float64Array {
  const width = rows[0].length;
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(row, i * width);
  });
  return out;
}
