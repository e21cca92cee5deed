// Swimmer-v5 and -v4: three rods in a viscous fluid that get ahead by winding (Coulom 2002), with Gymnasium's numbers.

import type { EnvironmentRecord } from "../environment.js";
import { locomotion } from "./locomotion.js";
import type { Geom, Joint, Model } from "./mjcf.js";
import { type RobotKind, type RobotOptions, robotRecord } from "./robot.js";

const rod = (from: number, to: number): Geom => ({ type: "capsule", size: [0.1], fromto: [from, 0, 0, to, 0, 0] });

const rotor = (name: string): Joint => ({
  type: "hinge",
  name,
  axis: [0, 0, 1],
  limited: true,
  range: [-100, 100],
});

const model: Model = {
  name: "swimmer",
  angle: "degree",
  // The fluid is four times as heavy as water; nothing collides.
  option: { timestep: 0.01, integrator: "RK4", density: 4000, viscosity: 0.1 },
  joint: { armature: 0.1 },
  geom: { contype: 0, conaffinity: 0, condim: 1, density: 1000 },
  world: [{ type: "plane", size: [40, 40, 0.1], pos: [0, 0, -0.1] }],
  bodies: [
    {
      name: "front",
      pos: [0, 0, 0],
      joints: [
        { type: "slide", axis: [1, 0, 0] },
        { type: "slide", axis: [0, 1, 0] },
        { type: "hinge", axis: [0, 0, 1] },
      ],
      geoms: [rod(1.5, 0.5)],
      bodies: [
        {
          name: "middle",
          pos: [0.5, 0, 0],
          joints: [rotor("first")],
          geoms: [rod(0, -1)],
          bodies: [{ name: "back", pos: [-1, 0, 0], joints: [rotor("second")], geoms: [rod(0, -1)] }],
        },
      ],
    },
  ],
  motors: [
    { joint: "first", gear: 150 },
    { joint: "second", gear: 150 },
  ],
  strongest: 1,
};

export const swimmerRobot: RobotKind = {
  kind: "swimmer",
  name: "Swimmer",
  maxEpisodeSteps: 1000,
  robot: (version) =>
    locomotion({
      model,
      version,
      frameSkip: 4,
      ctrlCostWeight: 1e-4,
      resetNoiseScale: 0.1,
      velocityNoise: "uniform",
      hidden: 2,
      coordinates: [5, 5],
      plane: "xy",
    }),
};

/**
 * Swimmer: observation 3 angles and 5 velocities; action 2 controls from -1 to 1; reward velocity - 0.0001 |action|^2 per step of 0.04 s; no
 * end but the limit, 1000. Solved at a mean return of 360. Needs MuJoCo: see `loadEnvironment`. Throws on a wrong option.
 *
 * Example: `swimmer({ version: 4 })` is Gymnasium's Swimmer-v4, the same task.
 */
export function swimmer(options: RobotOptions = {}): EnvironmentRecord {
  return robotRecord(swimmerRobot, options);
}
