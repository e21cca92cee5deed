// MountainCar-v0 and MountainCarContinuous-v0: a car too weak for the slope must swing to and fro to reach the top (Moore 1990), with
// Gymnasium's numbers, in double precision.

import { knownOptions } from "../../arguments/index.js";
import type { Random } from "../../random/random.js";
import { type EnvironmentDefinition, environmentRecord, limitOption } from "./definition.js";
import type { EnvironmentRecord, Space } from "./environment.js";
import { type Drawing, environmentOf, type Task } from "./task.js";
import { limited } from "./wrappers/time-limit.js";

export interface MountainCarOptions {
  /** 200; null for no limit. */
  maxEpisodeSteps?: number | null;
}

export interface MountainCarContinuousOptions {
  /** 999; null for no limit. */
  maxEpisodeSteps?: number | null;
}

const LEFTMOST = -1.2;
const RIGHTMOST = 0.6;
const FASTEST = 0.07;
const STEEPNESS = 0.0025;

const observationSpace: Space = {
  kind: "box",
  shape: [2],
  low: [LEFTMOST, -FASTEST],
  high: [RIGHTMOST, FASTEST],
};

const height = (x: number): number => Math.sin(3 * x) / 3;

/** The car is a ball on the hill. */
const drawing: Drawing = {
  radii: [0.04],
  scenery: Array.from({ length: 60 }, (_, i) => [i, i + 1])
    .flat()
    .map((i) => LEFTMOST + (i / 60) * (RIGHTMOST - LEFTMOST))
    .flatMap((x) => [x, height(x)]),
  floor: null,
  draw: ([x], segments) => segments.set([x, height(x), x, height(x)]),
};

const byChoice: Task = {
  name: "MountainCar-v0",
  observationSpace,
  actionSpace: { kind: "discrete", count: 3 },
  variables: 2,
  begin,
  advance(s, action, result) {
    drive(s, 0.001 * (action[0] - 1));
    result.reward = -1;
    result.terminated = s[0] >= 0.5 && s[1] >= 0;
  },
  observe,
  drawing,
};

const byForce: Task = {
  name: "MountainCarContinuous-v0",
  observationSpace,
  actionSpace: { kind: "box", shape: [1], low: -1, high: 1 },
  variables: 2,
  begin,
  // The engine gives no more than 1, but all that was asked for is paid for.
  advance(s, action, result) {
    drive(s, 0.0015 * Math.min(Math.max(action[0], -1), 1));
    result.terminated = s[0] >= 0.45 && s[1] >= 0;
    result.reward = (result.terminated ? 100 : 0) - 0.1 * action[0] * action[0];
  },
  observe,
  drawing,
};

function begin(s: Float64Array, random: Random): void {
  s[0] = 0.2 * random.uniform() - 0.6;
  s[1] = 0;
}

/** Hot. The hill is sin(3 x) / 3; its left wall stops the car. */
function drive(s: Float64Array, push: number): void {
  const faster = s[1] + push - STEEPNESS * Math.cos(3 * s[0]);
  s[1] = Math.min(Math.max(faster, -FASTEST), FASTEST);
  s[0] = Math.min(Math.max(s[0] + s[1], LEFTMOST), RIGHTMOST);
  if (s[0] === LEFTMOST && s[1] < 0) s[1] = 0;
}

function observe(s: Float64Array, observation: Float64Array): void {
  observation[0] = s[0];
  observation[1] = s[1];
}

/**
 * MountainCar-v0: observation position and velocity; actions 0, 1, 2 push left, not, right; reward -1 per step until position 0.5. Solved at
 * a mean return of -110. Throws on a wrong option.
 *
 * Example: `makeEnvironment(mountainCar()).actionSpace` is `{ kind: "discrete", count: 3 }`.
 */
export function mountainCar(options: MountainCarOptions = {}): EnvironmentRecord {
  return environmentRecord("mountainCar", settingsOf("mountainCar", options, 200));
}

/**
 * MountainCarContinuous-v0: observation position and velocity; action a push, clipped to [-1, 1]; reward -0.1 action^2 (unclipped) per step,
 * and 100 at position 0.45. Solved at a mean return of 90. Throws on a wrong option.
 *
 * Example: `makeEnvironment(mountainCarContinuous()).actionSpace` is `{ kind: "box", shape: [1], low: -1, high: 1 }`.
 */
export function mountainCarContinuous(options: MountainCarContinuousOptions = {}): EnvironmentRecord {
  return environmentRecord("mountainCarContinuous", settingsOf("mountainCarContinuous", options, 999));
}

export const mountainCarDefinition: EnvironmentDefinition = {
  name: byChoice.name,
  build: (options) => limited(environmentOf(byChoice), settingsOf("mountainCar", options, 200).maxEpisodeSteps),
};

export const mountainCarContinuousDefinition: EnvironmentDefinition = {
  name: byForce.name,
  build: (options) =>
    limited(environmentOf(byForce), settingsOf("mountainCarContinuous", options, 999).maxEpisodeSteps),
};

function settingsOf(where: string, options: MountainCarOptions, limit: number): { maxEpisodeSteps: number | null } {
  knownOptions(where, options, ["maxEpisodeSteps"]);
  const { maxEpisodeSteps = limit } = options;
  return { maxEpisodeSteps: limitOption(where, maxEpisodeSteps) };
}
