// Walker2d-v5 and -v4: the hopper's body on two legs (Erez, Tassa and Todorov 2011), with Gymnasium's numbers. In version 4 the feet are not
// alike: the left one grips twice as well.

import type { EnvironmentRecord } from "../environment.js";
import type { Simulation } from "./engine.js";
import { type Foot, legWith, trunkOn, uprightTask } from "./hopper.js";
import { locomotion } from "./locomotion.js";
import type { Model } from "./mjcf.js";
import { type RobotKind, type RobotOptions, robotRecord, type Version } from "./robot.js";

function modelOf(version: Version): Model {
  const foot = (friction: number): Foot => ({ reach: 0.2, halfLength: 0.1, centre: -0.1, friction });
  const motors = ["", "left "].flatMap((side) => ["thigh", "leg", "foot"].map((name) => side + name));
  return {
    name: "walker2d",
    angle: "degree",
    option: { timestep: 0.002, integrator: "RK4" },
    joint: { limited: true, armature: 0.01, damping: 0.1 },
    geom: { contype: 1, conaffinity: 0, condim: 3, density: 1000, friction: [0.7, 0.1, 0.1] },
    world: [{ type: "plane", size: [40, 40, 40], conaffinity: 1 }],
    bodies: [trunkOn([legWith(foot(version === 4 ? 0.9 : 1.9), ""), legWith(foot(1.9), "left ")])],
    motors: motors.map((joint) => ({ joint, gear: 100 })),
    strongest: 1,
  };
}

function isHealthy({ qpos }: Simulation): boolean {
  return qpos[1] > 0.8 && qpos[1] < 2 && Math.abs(qpos[2]) < 1;
}

export const walker2dRobot: RobotKind = {
  kind: "walker2d",
  name: "Walker2d",
  maxEpisodeSteps: 1000,
  robot: (version) =>
    locomotion({
      model: modelOf(version),
      version,
      ...uprightTask,
      healthy: isHealthy,
      coordinates: [9, 9],
    }),
};

/**
 * Walker2d: observation 8 positions (height, pitch, six joints) and 9 velocities, clipped to [-10, 10]; action 6 controls from -1 to 1; reward
 * 1 + velocity - 0.001 |action|^2 per step of 0.008 s, until its height is not between 0.8 and 2 or it leans by 1. Needs MuJoCo: see
 * `loadEnvironment`. Throws on a wrong option.
 *
 * Example: `walker2d({ version: 4 })` is Gymnasium's Walker2d-v4.
 */
export function walker2d(options: RobotOptions = {}): EnvironmentRecord {
  return robotRecord(walker2dRobot, options);
}
