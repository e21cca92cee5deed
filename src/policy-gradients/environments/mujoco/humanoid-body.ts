// The body of the humanoid (Tassa, Erez and Todorov 2012) with Gymnasium's numbers. Its sides are mirror images but for two numbers, an armature
// of a hip and a stiffness of a knee, which scores depend on.

import type { Body, Joint, Model } from "./mjcf.js";

interface Side {
  readonly name: "left" | "right";
  /** Where it lies along y. */
  readonly y: 1 | -1;
  readonly hipArmature: number;
  readonly kneeStiffness: number;
  readonly shoulder: readonly [number, number];
}

const RIGHT: Side = { name: "right", y: -1, hipArmature: 0.008, kneeStiffness: 0, shoulder: [-85, 60] };
const LEFT: Side = { name: "left", y: 1, hipArmature: 0.01, kneeStiffness: 1, shoulder: [-60, 85] };

function leg({ name, y, hipArmature, kneeStiffness }: Side): Body {
  const hip: Pick<Joint, "type" | "damping"> = { type: "hinge", damping: 5 };
  return {
    name: `${name} thigh`,
    pos: [0, 0.1 * y, -0.04],
    joints: [
      { ...hip, name: `${name} hip x`, axis: [-y, 0, 0], range: [-25, 5], stiffness: 10, armature: 0.01 },
      { ...hip, name: `${name} hip z`, axis: [0, 0, -y], range: [-60, 35], stiffness: 10, armature: 0.01 },
      { ...hip, name: `${name} hip y`, axis: [0, 1, 0], range: [-110, 20], stiffness: 20, armature: hipArmature },
    ],
    geoms: [{ type: "capsule", size: [0.06], fromto: [0, 0, 0, 0, -0.01 * y, -0.34] }],
    bodies: [
      {
        name: `${name} shin`,
        pos: [0, -0.01 * y, -0.403],
        joints: [
          {
            type: "hinge",
            name: `${name} knee`,
            axis: [0, -1, 0],
            pos: [0, 0, 0.02],
            range: [-160, -2],
            stiffness: kneeStiffness,
            armature: 0.006,
          },
        ],
        geoms: [{ type: "capsule", size: [0.049], fromto: [0, 0, 0, 0, 0, -0.3] }],
        bodies: [
          {
            name: `${name} foot`,
            pos: [0, 0, -0.45],
            joints: [],
            geoms: [{ type: "sphere", size: [0.075], pos: [0, 0, 0.1] }],
          },
        ],
      },
    ],
  };
}

function arm({ name, y, shoulder }: Side): Body {
  return {
    name: `${name} upper arm`,
    pos: [0, 0.17 * y, 0.06],
    joints: [
      {
        type: "hinge",
        name: `${name} shoulder 1`,
        axis: [2, -y, 1],
        range: shoulder,
        stiffness: 1,
        armature: 0.0068,
      },
      { type: "hinge", name: `${name} shoulder 2`, axis: [0, y, 1], range: shoulder, stiffness: 1, armature: 0.0051 },
    ],
    geoms: [{ type: "capsule", size: [0.04], fromto: [0, 0, 0, 0.16, 0.16 * y, -0.16] }],
    bodies: [
      {
        name: `${name} lower arm`,
        pos: [0.18, 0.18 * y, -0.18],
        joints: [{ type: "hinge", name: `${name} elbow`, axis: [0, -1, -y], range: [-90, 50], armature: 0.0028 }],
        geoms: [
          { type: "capsule", size: [0.031], fromto: [0.01, -0.01 * y, 0.01, 0.17, -0.17 * y, 0.17] },
          { type: "sphere", size: [0.04], pos: [0.18, -0.18 * y, 0.18] },
        ],
      },
    ],
  };
}

const pelvis: Body = {
  name: "pelvis",
  pos: [0, 0, -0.165],
  quat: [1, 0, -0.002, 0],
  joints: [
    {
      type: "hinge",
      name: "abdomen x",
      axis: [1, 0, 0],
      pos: [0, 0, 0.1],
      range: [-35, 35],
      stiffness: 10,
      damping: 5,
      armature: 0.02,
    },
  ],
  geoms: [{ type: "capsule", size: [0.09], fromto: [-0.02, -0.07, 0, -0.02, 0.07, 0] }],
  bodies: [leg(RIGHT), leg(LEFT)],
};

const waist: Body = {
  name: "lower waist",
  pos: [-0.01, 0, -0.26],
  quat: [1, 0, -0.002, 0],
  joints: [
    {
      type: "hinge",
      name: "abdomen z",
      axis: [0, 0, 1],
      pos: [0, 0, 0.065],
      range: [-45, 45],
      stiffness: 20,
      damping: 5,
      armature: 0.02,
    },
    {
      type: "hinge",
      name: "abdomen y",
      axis: [0, 1, 0],
      pos: [0, 0, 0.065],
      range: [-75, 30],
      stiffness: 10,
      damping: 5,
      armature: 0.02,
    },
  ],
  geoms: [{ type: "capsule", size: [0.06], fromto: [0, -0.06, 0, 0, 0.06, 0] }],
  bodies: [pelvis],
};

export const humanoidModel: Model = {
  name: "humanoid",
  angle: "degree",
  option: { timestep: 0.003, integrator: "RK4", solver: "PGS", iterations: 50 },
  joint: { limited: true, armature: 1, damping: 1 },
  geom: { contype: 1, conaffinity: 1, condim: 1, margin: 0.001 },
  world: [{ type: "plane", size: [20, 20, 0.125], condim: 3, friction: [1, 0.1, 0.1] }],
  bodies: [
    {
      name: "torso",
      pos: [0, 0, 1.4],
      joints: [{ type: "free", limited: false, armature: 0, damping: 0, stiffness: 0 }],
      geoms: [
        { type: "capsule", size: [0.07], fromto: [0, -0.07, 0, 0, 0.07, 0] },
        { type: "sphere", size: [0.09], pos: [0, 0, 0.19] },
        { type: "capsule", size: [0.06], fromto: [-0.01, -0.06, -0.12, -0.01, 0.06, -0.12] },
      ],
      bodies: [waist, arm(RIGHT), arm(LEFT)],
    },
  ],
  motors: [
    { joint: "abdomen y", gear: 100 },
    { joint: "abdomen z", gear: 100 },
    { joint: "abdomen x", gear: 100 },
    ...[RIGHT, LEFT].flatMap(({ name }) => [
      { joint: `${name} hip x`, gear: 100 },
      { joint: `${name} hip z`, gear: 100 },
      { joint: `${name} hip y`, gear: 300 },
      { joint: `${name} knee`, gear: 200 },
    ]),
    ...[RIGHT, LEFT].flatMap(({ name }) =>
      ["shoulder 1", "shoulder 2", "elbow"].map((joint) => ({ joint: `${name} ${joint}`, gear: 25 })),
    ),
  ],
  strongest: 0.4,
};
