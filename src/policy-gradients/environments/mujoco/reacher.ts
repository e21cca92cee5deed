// Reacher-v5 and -v4: an arm of two joints is to touch a point of the table it lies on, with Gymnasium's numbers.

import type { EnvironmentRecord } from "../environment.js";
import type { Simulation } from "./engine.js";
import type { Geom, Model } from "./mjcf.js";
import { type RobotKind, type RobotOptions, robotRecord } from "./robot.js";

const LINK: Geom = { type: "capsule", size: [0.01], fromto: [0, 0, 0, 0.1, 0, 0] };

/** Half a side of the table. */
const EDGE = 0.3;
const CORNERS = [
  [-EDGE, -EDGE],
  [EDGE, -EDGE],
  [EDGE, EDGE],
  [-EDGE, EDGE],
] as const;

/** Targets are no farther from the arm's root. */
const FARTHEST = 0.2;

const model: Model = {
  name: "reacher",
  angle: "radian",
  option: { timestep: 0.01, integrator: "RK4", gravity: [0, 0, -9.81] },
  joint: { limited: true, armature: 1, damping: 1 },
  geom: { contype: 0, friction: [1, 0.1, 0.1] },
  world: CORNERS.map((from, i) => ({
    type: "capsule",
    size: [0.02],
    fromto: [...from, 0.01, ...CORNERS[(i + 1) % 4], 0.01],
  })),
  bodies: [
    {
      name: "upper arm",
      pos: [0, 0, 0.01],
      joints: [{ type: "hinge", name: "shoulder", axis: [0, 0, 1], limited: false }],
      geoms: [LINK],
      bodies: [
        {
          name: "lower arm",
          pos: [0.1, 0, 0],
          joints: [{ type: "hinge", name: "elbow", axis: [0, 0, 1], range: [-3, 3] }],
          geoms: [LINK],
          bodies: [{ name: "fingertip", pos: [0.11, 0, 0], joints: [], geoms: [{ type: "sphere", size: [0.01] }] }],
        },
      ],
    },
    {
      name: "target",
      pos: [0.1, -0.1, 0.01],
      joints: [
        { type: "slide", axis: [1, 0, 0], range: [-0.27, 0.27], ref: 0.1, armature: 0, damping: 0 },
        { type: "slide", axis: [0, 1, 0], range: [-0.27, 0.27], ref: -0.1, armature: 0, damping: 0 },
      ],
      geoms: [{ type: "sphere", size: [0.009] }],
    },
  ],
  motors: [
    { joint: "shoulder", gear: 200 },
    { joint: "elbow", gear: 200 },
  ],
  strongest: 1,
};

/** Numbers of the bodies, the world being 0. */
const FINGERTIP = 3;
const TARGET = 4;

/** From target to fingertip along one axis. */
function offset({ xpos }: Simulation, axis: 0 | 1 | 2): number {
  return xpos[3 * FINGERTIP + axis] - xpos[3 * TARGET + axis];
}

function distance(simulation: Simulation): number {
  return Math.hypot(offset(simulation, 0), offset(simulation, 1), offset(simulation, 2));
}

export const reacherRobot: RobotKind = {
  kind: "reacher",
  name: "Reacher",
  maxEpisodeSteps: 50,
  robot: (version) => ({
    model,
    frameSkip: 2,
    observationSize: version === 5 ? 10 : 11,
    feelsContacts: false,
    plane: "xy",

    // The target is uniform on a disc, and at rest.
    place({ qpos, qvel }, random) {
      for (let i = 0; i < 2; i++) {
        qpos[i] += 0.1 * (2 * random.uniform() - 1);
        qvel[i] += 0.005 * (2 * random.uniform() - 1);
      }
      do {
        for (let i = 2; i < 4; i++) qpos[i] = FARTHEST * (2 * random.uniform() - 1);
      } while (Math.hypot(qpos[2], qpos[3]) >= FARTHEST);
    },

    measure: distance,

    // Version 4 charges for the distance from before the move.
    judge(_simulation, before, after, action, result) {
      result.reward = -(version === 4 ? before : after) - action[0] * action[0] - action[1] * action[1];
      result.terminated = false;
    },

    observe(simulation, observation) {
      const { qpos, qvel } = simulation;
      observation[0] = Math.cos(qpos[0]);
      observation[1] = Math.cos(qpos[1]);
      observation[2] = Math.sin(qpos[0]);
      observation[3] = Math.sin(qpos[1]);
      observation[4] = qpos[2];
      observation[5] = qpos[3];
      observation[6] = qvel[0];
      observation[7] = qvel[1];
      observation[8] = offset(simulation, 0);
      observation[9] = offset(simulation, 1);
      if (version === 4) observation[10] = offset(simulation, 2);
    },
  }),
};

/**
 * Reacher: observation cosines and sines of both angles, the target, two velocities, and the way from target to fingertip; action 2 controls from
 * -1 to 1; reward -distance - |action|^2 per step of 0.02 s; no end but the limit, 50. Solved at a mean return of -3.75. Needs MuJoCo: see
 * `loadEnvironment`. Throws on a wrong option.
 *
 * Example: `reacher({ version: 4 })` is Gymnasium's Reacher-v4, which charges for the distance before the move.
 */
export function reacher(options: RobotOptions = {}): EnvironmentRecord {
  return robotRecord(reacherRobot, options);
}
