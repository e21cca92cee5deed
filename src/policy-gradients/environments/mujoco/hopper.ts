// Hopper-v5 and -v4: a flat creature of one leg that is to hop ahead (Erez, Tassa and Todorov 2011), with Gymnasium's numbers.

import type { EnvironmentRecord } from "../environment.js";
import type { Simulation } from "./engine.js";
import { locomotion } from "./locomotion.js";
import type { Body, Joint, Model } from "./mjcf.js";
import { type RobotKind, type RobotOptions, robotRecord } from "./robot.js";

/** Of all parts but feet. */
const FRICTION = [0.9];

export interface Foot {
  /** From ankle to the tip of the capsule's axis, to which the body's frame is fixed. */
  readonly reach: number;
  readonly halfLength: number;
  readonly centre: number;
  readonly friction: number;
}

/** Thigh, leg and foot, hanging straight down from the middle of the body; joints bear these names with `side` in front. */
export function legWith(foot: Foot, side: string): Body {
  const hinge = (name: string, pos: readonly [number, number, number], range: readonly [number, number]): Joint => ({
    type: "hinge",
    name: side + name,
    axis: [0, -1, 0],
    pos,
    range,
  });
  return {
    name: `${side}thigh`,
    pos: [0, 0, -0.2],
    joints: [hinge("thigh", [0, 0, 0], [-150, 0])],
    geoms: [{ type: "capsule", size: [0.05, 0.225], pos: [0, 0, -0.225], friction: FRICTION }],
    bodies: [
      {
        name: `${side}leg`,
        pos: [0, 0, -0.7],
        joints: [hinge("leg", [0, 0, 0.25], [-150, 0])],
        geoms: [{ type: "capsule", size: [0.04, 0.25], friction: FRICTION }],
        bodies: [
          {
            name: `${side}foot`,
            pos: [foot.reach, 0, -0.35],
            joints: [hinge("foot", [-foot.reach, 0, 0.1], [-45, 45])],
            geoms: [
              {
                type: "capsule",
                size: [0.06, foot.halfLength],
                pos: [foot.centre, 0, 0.1],
                axisangle: [0, 1, 0, -90],
                friction: [foot.friction],
              },
            ],
          },
        ],
      },
    ],
  };
}

/** The upright body of hopper and walker, free in its plane, its height counted from the floor. */
export function trunkOn(legs: readonly Body[]): Body {
  const free = { limited: false, armature: 0, damping: 0, stiffness: 0 };
  return {
    name: "torso",
    pos: [0, 0, 1.25],
    joints: [
      { type: "slide", axis: [1, 0, 0], pos: [0, 0, -1.25], ...free },
      { type: "slide", axis: [0, 0, 1], pos: [0, 0, -1.25], ref: 1.25, ...free },
      { type: "hinge", axis: [0, 1, 0], ...free },
    ],
    geoms: [{ type: "capsule", size: [0.05, 0.2], friction: FRICTION }],
    bodies: legs,
  };
}

/** What hopper and walker are paid, how they begin, and what is seen of them. */
export const uprightTask = {
  frameSkip: 4,
  ctrlCostWeight: 1e-3,
  healthyReward: 1,
  resetNoiseScale: 5e-3,
  velocityNoise: "uniform",
  hidden: 1,
  fastest: 10,
} as const;

const model: Model = {
  name: "hopper",
  angle: "degree",
  option: { timestep: 0.002, integrator: "RK4" },
  joint: { limited: true, armature: 1, damping: 1 },
  geom: { contype: 1, conaffinity: 1, condim: 1, margin: 0.001, solref: [0.02, 1], solimp: [0.8, 0.8, 0.01] },
  world: [{ type: "plane", size: [20, 20, 0.125], condim: 3 }],
  bodies: [trunkOn([legWith({ reach: 0.13, halfLength: 0.195, centre: -0.065, friction: 2 }, "")])],
  motors: [
    { joint: "thigh", gear: 200 },
    { joint: "leg", gear: 200 },
    { joint: "foot", gear: 200 },
  ],
  strongest: 1,
};

/** High enough, upright, and no other number beyond 100 in size. */
function isHealthy({ qpos, qvel }: Simulation): boolean {
  if (!(qpos[1] > 0.7 && Math.abs(qpos[2]) < 0.2)) return false;
  for (let i = 2; i < qpos.length; i++) if (!(Math.abs(qpos[i]) < 100)) return false;
  for (let i = 0; i < qvel.length; i++) if (!(Math.abs(qvel[i]) < 100)) return false;
  return true;
}

export const hopperRobot: RobotKind = {
  kind: "hopper",
  name: "Hopper",
  maxEpisodeSteps: 1000,
  robot: (version) =>
    locomotion({
      model,
      version,
      ...uprightTask,
      healthy: isHealthy,
      coordinates: [6, 6],
    }),
};

/**
 * Hopper: observation 5 positions (height, pitch, three joints) and 6 velocities, clipped to [-10, 10]; action 3 controls from -1 to 1; reward
 * 1 + velocity - 0.001 |action|^2 per step of 0.008 s, until it stoops to 0.7 or leans by 0.2. Solved at a mean return of 3800. Needs MuJoCo:
 * see `loadEnvironment`. Throws on a wrong option.
 *
 * Example: `hopper({ version: 4 })` is Gymnasium's Hopper-v4, which pays 1 for the step of the fall too.
 */
export function hopper(options: RobotOptions = {}): EnvironmentRecord {
  return robotRecord(hopperRobot, options);
}
