// Playing environments in tests: one at a time from a given state, or for many steps with actions of a random stream.

import type { Environment, EnvironmentSource, Space } from "../../../src/policy-gradients/environments/index.js";
import {
  environments,
  loadEnvironment,
  makeEnvironment,
  sizeOfSpace,
} from "../../../src/policy-gradients/environments/index.js";
import { robots } from "../../../src/policy-gradients/environments/mujoco/index.js";
import { type Random, stream } from "../../../src/random/index.js";

export interface Seen {
  readonly observation: number[];
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/** Every task and every wrapper at least once, robots in both versions. */
export const SOURCES: Readonly<Record<string, EnvironmentSource>> = {
  cartPole: environments.cartPole(),
  pendulum: environments.pendulum(),
  acrobot: environments.acrobot(),
  mountainCar: environments.mountainCar(),
  mountainCarContinuous: environments.mountainCarContinuous(),
  catchBall: environments.catchBall({ scale: 2 }),
  slipperyGrid: environments.gridWorld({ layout: ["G..#", "..H.", "...."], slip: 0.3, goalElsewhere: 0.5 }),
  picturedGrid: environments.gridWorld({ observation: "picture", maxEpisodeSteps: 7 }),
  timeLimit: environments.timeLimit(environments.pendulum({ maxEpisodeSteps: null }), { maxEpisodeSteps: 9 }),
  recordEpisodeStatistics: environments.recordEpisodeStatistics(environments.cartPole()),
  normalizeObservation: environments.normalizeObservation(environments.cartPole()),
  normalizeReward: environments.normalizeReward(environments.pendulum({ maxEpisodeSteps: 20 })),
  clipAction: environments.clipAction(environments.mountainCarContinuous()),
  rescaleAction: environments.rescaleAction(environments.pendulum()),
  clipObservation: environments.clipObservation(environments.pendulum(), { low: -0.5, high: 0.5 }),
  clipReward: environments.clipReward(environments.pendulum()),
  frameStackObservation: environments.frameStackObservation(environments.catchBall(), { stackSize: 3 }),
  flattenObservation: environments.flattenObservation(environments.gridWorld()),
  continuousRecipe: continuousRecipe(environments.pendulum({ maxEpisodeSteps: 30 })),
  ...Object.fromEntries(
    robots.flatMap(({ kind, name }) =>
      [4, 5].map((version) => [`${name}-v${version}`, { kind, options: { version, maxEpisodeSteps: 90 } }]),
    ),
  ),
};

for (const source of Object.values(SOURCES)) await loadEnvironment(source);

/** What PPO's recipe puts around a continuous task, in its order. */
export function continuousRecipe(task: EnvironmentSource): EnvironmentSource {
  const { flattenObservation, recordEpisodeStatistics, clipAction } = environments;
  const { normalizeObservation, clipObservation, normalizeReward, clipReward } = environments;
  const raw = clipAction(recordEpisodeStatistics(flattenObservation(task)));
  return clipReward(normalizeReward(clipObservation(normalizeObservation(raw))));
}

/** Overwrites the first numbers of the state: those of a task that has no wrapper, or only those that keep theirs behind. */
export function at(environment: Environment, variables: readonly number[], random: Random = stream(0)): void {
  environment.reset(random, new Float64Array(sizeOfSpace(environment.observationSpace)));
  const state = environment.state();
  state.set(variables);
  environment.restore(state);
}

export function act(environment: Environment, action: number | readonly number[], random: Random = stream(0)): Seen {
  const observation = new Float64Array(sizeOfSpace(environment.observationSpace));
  const given = Float64Array.from(typeof action === "number" ? [action] : action);
  const { reward, terminated, truncated } = environment.step(given, random, observation);
  return { observation: Array.from(observation), reward, terminated, truncated };
}

/** An action of the space, within -1.5 and 1.5 of its middle where it is a box. */
export function drawAction(space: Space, random: Random): number[] {
  if (space.kind === "discrete") return [random.integer(space.count)];
  return Array.from({ length: sizeOfSpace(space) }, () => 3 * random.uniform() - 1.5);
}

/** All that `steps` steps show, a reset's observation included, with episodes begun anew where they end. */
export function play(environment: Environment, steps: number, random: Random, actions: Random): number[] {
  const observation = new Float64Array(sizeOfSpace(environment.observationSpace));
  const seen: number[] = [];
  environment.reset(random, observation);
  seen.push(...observation);
  goOn(environment, steps, random, actions, seen);
  return seen;
}

/** As `play`, in an episode that has begun. */
export function goOn(
  environment: Environment,
  steps: number,
  random: Random,
  actions: Random,
  seen: number[] = [],
): number[] {
  const observation = new Float64Array(sizeOfSpace(environment.observationSpace));
  for (let t = 0; t < steps; t++) {
    const action = Float64Array.from(drawAction(environment.actionSpace, actions));
    const { reward, terminated, truncated } = environment.step(action, random, observation);
    seen.push(...observation, reward, Number(terminated), Number(truncated));
    if (!terminated && !truncated) continue;
    environment.reset(random, observation);
    seen.push(...observation);
  }
  return seen;
}

export function make(source: EnvironmentSource): Environment {
  return makeEnvironment(source);
}
