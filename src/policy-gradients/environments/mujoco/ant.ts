// Ant-v5 and -v4: a ball on four legs of two joints each (Schulman, Moritz, Levine, Jordan and Abbeel 2016), with Gymnasium's numbers.

import type { EnvironmentRecord } from "../environment.js";
import type { Simulation } from "./engine.js";
import { type Locomotion, locomotion } from "./locomotion.js";
import type { Body, Geom, Model, Vector3 } from "./mjcf.js";
import { type RobotKind, type RobotOptions, robotRecord } from "./robot.js";

/** Which way each leg points, and how far its ankle may bend, in degrees; the first in the list is number 1. */
const LEGS: readonly { readonly to: readonly [1 | -1, 1 | -1]; readonly ankle: readonly [number, number] }[] = [
  { to: [1, 1], ankle: [30, 70] },
  { to: [-1, 1], ankle: [-70, -30] },
  { to: [-1, -1], ankle: [-70, -30] },
  { to: [1, -1], ankle: [30, 70] },
];

function leg({ to: [x, y], ankle }: (typeof LEGS)[number], index: number): Body {
  const number = index + 1;
  const out = (length: number): Vector3 => [length * x, length * y, 0];
  const rod = (length: number): Geom => ({ type: "capsule", size: [0.08], fromto: [0, 0, 0, ...out(length)] });
  return {
    name: `leg ${number}`,
    pos: [0, 0, 0],
    joints: [],
    geoms: [rod(0.2)],
    bodies: [
      {
        name: `hip ${number}`,
        pos: out(0.2),
        joints: [{ type: "hinge", name: `hip ${number}`, axis: [0, 0, 1], range: [-30, 30] }],
        geoms: [rod(0.2)],
        bodies: [
          {
            name: `ankle ${number}`,
            pos: out(0.2),
            // Legs across from each other bend about the same axis.
            joints: [{ type: "hinge", name: `ankle ${number}`, axis: [-x * y, 1, 0], range: ankle }],
            geoms: [rod(0.4)],
          },
        ],
      },
    ],
  };
}

const model: Model = {
  name: "ant",
  angle: "degree",
  option: { timestep: 0.01, integrator: "RK4" },
  joint: { limited: true, armature: 1, damping: 1 },
  geom: { contype: 1, conaffinity: 0, condim: 3, density: 5, friction: [1, 0.5, 0.5], margin: 0.01 },
  world: [{ type: "plane", size: [40, 40, 40], conaffinity: 1 }],
  bodies: [
    {
      name: "torso",
      pos: [0, 0, 0.75],
      joints: [{ type: "free", limited: false, armature: 0, damping: 0, margin: 0.01 }],
      geoms: [{ type: "sphere", size: [0.25] }],
      bodies: LEGS.map(leg),
    },
  ],
  motors: [4, 1, 2, 3].flatMap((number) => [
    { joint: `hip ${number}`, gear: 150 },
    { joint: `ankle ${number}`, gear: 150 },
  ]),
  strongest: 1,
};

/** The torso is body 1, after the world, which feels nothing. */
const TORSO = 1;
const BODIES = 14;

function isHealthy({ qpos }: Simulation): boolean {
  return qpos[2] >= 0.2 && qpos[2] <= 1;
}

/** Forces and torques of contacts, within [-1, 1]; the world's are left out. */
const contacts: Pick<Locomotion, "contactCost" | "further" | "feelsContacts"> = {
  feelsContacts: true,
  contactCost({ cfrc_ext: force }) {
    let squares = 0;
    for (let i = 6; i < force.length; i++) {
      const clipped = Math.min(Math.max(force[i], -1), 1);
      squares += clipped * clipped;
    }
    return 5e-4 * squares;
  },
  further: {
    size: 6 * (BODIES - 1),
    write({ cfrc_ext: force }, observation, at) {
      for (let i = 6; i < force.length; i++) observation[at + i - 6] = Math.min(Math.max(force[i], -1), 1);
    },
  },
};

export const antRobot: RobotKind = {
  kind: "ant",
  name: "Ant",
  maxEpisodeSteps: 1000,
  robot: (version) =>
    locomotion({
      model,
      version,
      frameSkip: 5,
      ctrlCostWeight: 0.5,
      healthyReward: 1,
      healthy: isHealthy,
      // Where the torso was when forces were last computed, a little behind its coordinates.
      position: ({ xpos }) => xpos[3 * TORSO],
      resetNoiseScale: 0.1,
      velocityNoise: "normal",
      hidden: 2,
      coordinates: [15, 14],
      ...(version === 5 ? contacts : {}),
    }),
};

/**
 * Ant: observation 13 positions (height, orientation, eight joints), 14 velocities and, in version 5, 78 forces and torques of contacts, clipped
 * to [-1, 1]; action 8 controls from -1 to 1; reward 1 + velocity - 0.5 |action|^2 (in version 5 also -0.0005 |contacts|^2) per step of 0.05 s,
 * until its height is not from 0.2 to 1. Solved at a mean return of 6000. Needs MuJoCo: see `loadEnvironment`. Throws on a wrong option.
 *
 * Example: `ant({ version: 4 })` is Gymnasium's Ant-v4, with 27 numbers observed.
 */
export function ant(options: RobotOptions = {}): EnvironmentRecord {
  return robotRecord(antRobot, options);
}
