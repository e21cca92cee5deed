// Pendulum-v1: a rod is to be swung up and held by a torque too weak to lift it at once, with Gymnasium's numbers, in double precision.

import { knownOptions, positiveNumber } from "../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord, limitOption } from "./definition.js";
import type { EnvironmentRecord } from "./environment.js";
import { environmentOf, type Task } from "./task.js";
import { limited } from "./wrappers/time-limit.js";

export interface PendulumOptions {
  /** Metres per second squared; 10. */
  gravity?: number;
  /** Seconds; 0.05. */
  timeStep?: number;
  /** 200; null for no limit. */
  maxEpisodeSteps?: number | null;
}

const STRONGEST = 2;
const FASTEST = 8;

/** A rod of 1 m and 1 kg, theta = 0 upright: theta'' = 3 g sin(theta) / 2 + 3 u. */
function pendulumTask(gravity: number, timeStep: number): Task {
  return {
    name: "Pendulum-v1",
    observationSpace: { kind: "box", shape: [3], low: [-1, -1, -FASTEST], high: [1, 1, FASTEST] },
    actionSpace: { kind: "box", shape: [1], low: -STRONGEST, high: STRONGEST },
    variables: 2,

    begin(s, random) {
      s[0] = Math.PI * (2 * random.uniform() - 1);
      s[1] = 2 * random.uniform() - 1;
    },

    // Hot. The reward is of where it was, not of where it comes to; the angle moves by the new velocity.
    advance(s, action, result) {
      const theta = s[0];
      const thetaDot = s[1];
      const u = Math.min(Math.max(action[0], -STRONGEST), STRONGEST);
      const fromUpright = wrapped(theta);
      result.reward = -(fromUpright * fromUpright + 0.1 * thetaDot * thetaDot + 0.001 * u * u);
      result.terminated = false;
      const faster = thetaDot + (1.5 * gravity * Math.sin(theta) + 3 * u) * timeStep;
      s[1] = Math.min(Math.max(faster, -FASTEST), FASTEST);
      s[0] = theta + s[1] * timeStep;
    },

    observe(s, observation) {
      observation[0] = Math.cos(s[0]);
      observation[1] = Math.sin(s[0]);
      observation[2] = s[1];
    },

    // As Gymnasium draws it: the angle goes against the clock.
    drawing: {
      radii: [0.1],
      scenery: [],
      floor: null,
      draw: ([theta], segments) => segments.set([0, 0, -Math.sin(theta), Math.cos(theta)]),
    },
  };
}

/** The same angle from -pi up to pi. */
function wrapped(angle: number): number {
  const turns = (angle + Math.PI) / (2 * Math.PI);
  return (turns - Math.floor(turns)) * 2 * Math.PI - Math.PI;
}

/**
 * Pendulum-v1: observation cosine and sine of the angle from upright, and its velocity; action a torque, clipped to [-2, 2]; reward
 * -(angle^2 + 0.1 velocity^2 + 0.001 torque^2) before the move; no end but the limit. Throws on a wrong option.
 *
 * Example: `makeEnvironment(pendulum()).actionSpace` is `{ kind: "box", shape: [1], low: -2, high: 2 }`.
 */
export function pendulum(options: PendulumOptions = {}): EnvironmentRecord {
  return environmentRecord("pendulum", settingsOf(options));
}

export const pendulumDefinition: EnvironmentDefinition = {
  name: "Pendulum-v1",
  build(options) {
    const { gravity, timeStep, maxEpisodeSteps } = settingsOf(options);
    return limited(environmentOf(pendulumTask(gravity, timeStep)), maxEpisodeSteps);
  },
};

function settingsOf(options: PendulumOptions): {
  gravity: number;
  timeStep: number;
  maxEpisodeSteps: number | null;
} {
  knownOptions("pendulum", options, ["gravity", "timeStep", "maxEpisodeSteps"]);
  const { gravity = 10, timeStep = 0.05, maxEpisodeSteps = 200 } = options;
  return {
    gravity: positiveNumber("pendulum", "gravity", gravity),
    timeStep: positiveNumber("pendulum", "timeStep", timeStep),
    maxEpisodeSteps: limitOption("pendulum", maxEpisodeSteps),
  };
}
