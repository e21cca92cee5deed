// Robots that are to get ahead: paid for distance over time, for staying on their legs where they can fall, and less for strong controls; they see
// their pose, but not how far they came, and their velocities.

import type { Simulation } from "./engine.js";
import type { Model } from "./mjcf.js";
import type { Robot, Version } from "./robot.js";

/** What one robot has of its own; names and values are Gymnasium's. */
export interface Locomotion {
  readonly model: Model;
  readonly version: Version;
  readonly frameSkip: number;
  readonly forwardRewardWeight?: number;
  readonly ctrlCostWeight: number;
  /** 0 where the robot cannot fall. */
  readonly healthyReward?: number;
  /** Positions: uniform within it. Velocities: the same, or normal with this standard deviation. */
  readonly resetNoiseScale: number;
  readonly velocityNoise: "uniform" | "normal";
  /** The first positions, which are not seen: how far it came. */
  readonly hidden: 1 | 2;
  /** Velocities are seen as at most this. */
  readonly fastest?: number;
  /** Where it is along the way, if not where its first coordinate says. */
  readonly position?: (simulation: Simulation) => number;
  readonly healthy?: (simulation: Simulation) => boolean;
  readonly contactCost?: (simulation: Simulation) => number;
  /** What is seen besides. */
  readonly further?: {
    readonly size: number;
    write(simulation: Simulation, observation: Float64Array, at: number): void;
  };
  readonly feelsContacts?: boolean;
  readonly plane?: "xz" | "xy";
  /** Numbers of positions and of velocities. */
  readonly coordinates: readonly [nq: number, nv: number];
}

/** The robot of such a description. */
export function locomotion(description: Locomotion): Robot {
  const { model, version, frameSkip, ctrlCostWeight, resetNoiseScale, velocityNoise, hidden, coordinates } =
    description;
  const { forwardRewardWeight = 1, healthyReward = 0, fastest = Infinity, further, contactCost } = description;
  const { position = (simulation) => simulation.qpos[0], healthy = () => true } = description;
  const { feelsContacts = false, plane = "xz" } = description;
  const [nq, nv] = coordinates;
  const seen = nq - hidden + nv;

  return {
    model,
    frameSkip,
    observationSize: seen + (further?.size ?? 0),
    feelsContacts,
    plane,
    place: (simulation, random) => disturb(simulation, random, resetNoiseScale, velocityNoise),
    measure: position,

    // Version 4 pays for standing in the step of the fall too.
    judge(simulation, before, after, action, result) {
      let squares = 0;
      for (let i = 0; i < action.length; i++) squares += action[i] * action[i];
      const stands = healthy(simulation);
      const velocity = (after - before) / (frameSkip * simulation.timestep);
      let reward = forwardRewardWeight * velocity - ctrlCostWeight * squares;
      if (stands || version === 4) reward += healthyReward;
      if (contactCost !== undefined) reward -= contactCost(simulation);
      result.reward = reward;
      result.terminated = !stands;
    },

    observe(simulation, observation) {
      const { qpos, qvel } = simulation;
      for (let i = hidden; i < nq; i++) observation[i - hidden] = qpos[i];
      for (let i = 0; i < nv; i++) observation[nq - hidden + i] = Math.min(Math.max(qvel[i], -fastest), fastest);
      further?.write(simulation, observation, seen);
    },
  };
}

/** Adds noise to where a model begins. */
export function disturb(
  simulation: Simulation,
  random: { uniform(): number; normal(): number },
  scale: number,
  velocityNoise: "uniform" | "normal",
): void {
  const { qpos, qvel } = simulation;
  for (let i = 0; i < qpos.length; i++) qpos[i] += scale * (2 * random.uniform() - 1);
  for (let i = 0; i < qvel.length; i++) {
    qvel[i] += scale * (velocityNoise === "normal" ? random.normal() : 2 * random.uniform() - 1);
  }
}
