// HalfCheetah-v5 and -v4: a flat cheetah with two legs of three joints each that cannot fall over the side and is never told to stop (Wawrzynski
// 2009), with Gymnasium's numbers.

import type { EnvironmentRecord } from "../environment.js";
import { locomotion } from "./locomotion.js";
import type { Body, Model } from "./mjcf.js";
import { type RobotKind, type RobotOptions, robotRecord } from "./robot.js";

/** All parts are as thick. */
const RADIUS = 0.046;

interface Segment {
  readonly name: string;
  /** Where it hangs, in the frame of the one above: x and z. */
  readonly at: readonly [number, number];
  readonly range: readonly [number, number];
  readonly stiffness: number;
  readonly damping: number;
  /** Its capsule: centre, turn about the y axis, half the length. */
  readonly centre: readonly [number, number];
  readonly turn: number;
  readonly halfLength: number;
}

const BACK: readonly Segment[] = [
  {
    name: "back thigh",
    at: [-0.5, 0],
    range: [-0.52, 1.05],
    stiffness: 240,
    damping: 6,
    centre: [0.1, -0.13],
    turn: -3.8,
    halfLength: 0.145,
  },
  {
    name: "back shin",
    at: [0.16, -0.25],
    range: [-0.785, 0.785],
    stiffness: 180,
    damping: 4.5,
    centre: [-0.14, -0.07],
    turn: -2.03,
    halfLength: 0.15,
  },
  {
    name: "back foot",
    at: [-0.28, -0.14],
    range: [-0.4, 0.785],
    stiffness: 120,
    damping: 3,
    centre: [0.03, -0.097],
    turn: -0.27,
    halfLength: 0.094,
  },
];

const FRONT: readonly Segment[] = [
  {
    name: "front thigh",
    at: [0.5, 0],
    range: [-1, 0.7],
    stiffness: 180,
    damping: 4.5,
    centre: [-0.07, -0.12],
    turn: 0.52,
    halfLength: 0.133,
  },
  {
    name: "front shin",
    at: [-0.14, -0.24],
    range: [-1.2, 0.87],
    stiffness: 120,
    damping: 3,
    centre: [0.065, -0.09],
    turn: -0.6,
    halfLength: 0.106,
  },
  {
    name: "front foot",
    at: [0.13, -0.18],
    range: [-0.5, 0.5],
    stiffness: 60,
    damping: 1.5,
    centre: [0.045, -0.07],
    turn: -0.6,
    halfLength: 0.07,
  },
];

/** The first segment, on which the others hang. */
function legOf([first, ...others]: readonly Segment[]): Body {
  const { name, at, range, stiffness, damping, centre, turn, halfLength } = first;
  return {
    name,
    pos: [at[0], 0, at[1]],
    joints: [{ type: "hinge", name, axis: [0, 1, 0], range, stiffness, damping }],
    geoms: [
      { type: "capsule", size: [RADIUS, halfLength], pos: [centre[0], 0, centre[1]], axisangle: [0, 1, 0, turn] },
    ],
    bodies: others.length > 0 ? [legOf(others)] : [],
  };
}

/** Nothing holds the trunk back in its plane. */
const free = { limited: false, armature: 0, damping: 0, stiffness: 0 };

const model: Model = {
  name: "half cheetah",
  angle: "radian",
  settotalmass: 14,
  option: { timestep: 0.01, gravity: [0, 0, -9.81] },
  joint: {
    limited: true,
    armature: 0.1,
    damping: 0.01,
    stiffness: 8,
    solimplimit: [0, 0.8, 0.03],
    solreflimit: [0.02, 1],
  },
  geom: {
    contype: 1,
    conaffinity: 0,
    condim: 3,
    friction: [0.4, 0.1, 0.1],
    solimp: [0, 0.8, 0.01],
    solref: [0.02, 1],
  },
  world: [{ type: "plane", size: [40, 40, 40], conaffinity: 1 }],
  bodies: [
    {
      name: "torso",
      pos: [0, 0, 0.7],
      joints: [
        { type: "slide", axis: [1, 0, 0], ...free },
        { type: "slide", axis: [0, 0, 1], ...free },
        { type: "hinge", axis: [0, 1, 0], ...free },
      ],
      geoms: [
        { type: "capsule", size: [RADIUS], fromto: [-0.5, 0, 0, 0.5, 0, 0] },
        { type: "capsule", size: [RADIUS, 0.15], pos: [0.6, 0, 0.1], axisangle: [0, 1, 0, 0.87] },
      ],
      bodies: [legOf(BACK), legOf(FRONT)],
    },
  ],
  motors: [
    { joint: "back thigh", gear: 120 },
    { joint: "back shin", gear: 90 },
    { joint: "back foot", gear: 60 },
    { joint: "front thigh", gear: 120 },
    { joint: "front shin", gear: 60 },
    { joint: "front foot", gear: 30 },
  ],
  strongest: 1,
};

export const halfCheetahRobot: RobotKind = {
  kind: "halfCheetah",
  name: "HalfCheetah",
  maxEpisodeSteps: 1000,
  robot: (version) =>
    locomotion({
      model,
      version,
      frameSkip: 5,
      ctrlCostWeight: 0.1,
      resetNoiseScale: 0.1,
      velocityNoise: "normal",
      hidden: 1,
      coordinates: [9, 9],
    }),
};

/**
 * HalfCheetah: observation 8 positions (height, pitch, six joints) and 9 velocities; action 6 controls from -1 to 1; reward velocity - 0.1
 * |action|^2 per step of 0.05 s; no end but the limit, 1000. Solved at a mean return of 4800. Needs MuJoCo: see `loadEnvironment`. Throws on a
 * wrong option.
 *
 * Example: `halfCheetah({ version: 4 })` is Gymnasium's HalfCheetah-v4.
 */
export function halfCheetah(options: RobotOptions = {}): EnvironmentRecord {
  return robotRecord(halfCheetahRobot, options);
}
