// Humanoid-v5 and -v4: a body of 13 parts that is to walk (Tassa, Erez and Todorov 2012), with Gymnasium's rules and numbers.

import type { EnvironmentRecord } from "../environment.js";
import type { Simulation } from "./engine.js";
import { humanoidModel } from "./humanoid-body.js";
import { locomotion } from "./locomotion.js";
import { type RobotKind, type RobotOptions, robotRecord, type Version } from "./robot.js";

/** The world included. */
const BODIES = 14;
const VELOCITIES = 23;
/** Velocities of the free joint, which no motor drives. */
const UNDRIVEN = 6;

function centreOfMass({ mass, xipos }: Simulation): number {
  let moment = 0;
  let total = 0;
  for (let b = 0; b < mass.length; b++) {
    moment += mass[b] * xipos[3 * b];
    total += mass[b];
  }
  return moment / total;
}

function isHealthy({ qpos }: Simulation): boolean {
  return qpos[2] > 1 && qpos[2] < 2;
}

function contactCost({ cfrc_ext: force }: Simulation): number {
  let squares = 0;
  for (let i = 0; i < force.length; i++) squares += force[i] * force[i];
  return Math.min(5e-7 * squares, 10);
}

/** Inertias and velocities of the bodies about the centre of mass, forces of motors, and of contacts; version 5 leaves out what is always 0. */
function further(version: Version): {
  size: number;
  write(simulation: Simulation, observation: Float64Array, at: number): void;
} {
  const bodies = version === 5 ? 1 : 0;
  const driven = version === 5 ? UNDRIVEN : 0;
  return {
    size: (BODIES - bodies) * (10 + 6 + 6) + VELOCITIES - driven,
    write({ cinert, cvel, qfrc_actuator, cfrc_ext }, observation, at) {
      let next = at;
      for (let i = 10 * bodies; i < cinert.length; i++) observation[next++] = cinert[i];
      for (let i = 6 * bodies; i < cvel.length; i++) observation[next++] = cvel[i];
      for (let i = driven; i < qfrc_actuator.length; i++) observation[next++] = qfrc_actuator[i];
      for (let i = 6 * bodies; i < cfrc_ext.length; i++) observation[next++] = cfrc_ext[i];
    },
  };
}

export const humanoidRobot: RobotKind = {
  kind: "humanoid",
  name: "Humanoid",
  maxEpisodeSteps: 1000,
  robot: (version) =>
    locomotion({
      model: humanoidModel,
      version,
      frameSkip: 5,
      forwardRewardWeight: 1.25,
      ctrlCostWeight: 0.1,
      healthyReward: 5,
      healthy: isHealthy,
      position: centreOfMass,
      resetNoiseScale: 0.01,
      velocityNoise: "uniform",
      hidden: 2,
      coordinates: [24, VELOCITIES],
      feelsContacts: true,
      further: further(version),
      ...(version === 5 ? { contactCost } : {}),
    }),
};

/**
 * Humanoid: observation 22 positions, 23 velocities, and inertias, velocities and forces of the bodies, 348 numbers in all (376 in version 4);
 * action 17 controls from -0.4 to 0.4; reward 5 + 1.25 velocity of the centre of mass - 0.1 |action|^2 (in version 5 also -5e-7 |contacts|^2, at
 * most 10) per step of 0.015 s, until its height is not between 1 and 2. Needs MuJoCo: see `loadEnvironment`. Throws on a wrong option.
 *
 * Example: `humanoid({ version: 4 })` is Gymnasium's Humanoid-v4.
 */
export function humanoid(options: RobotOptions = {}): EnvironmentRecord {
  return robotRecord(humanoidRobot, options);
}
