// InvertedDoublePendulum-v5 and -v4: two poles, one on the other, are to be kept upright on a cart, with Gymnasium's numbers.

import type { EnvironmentRecord } from "../environment.js";
import { CART, RAIL, WITHOUT_CONTACTS } from "./inverted-pendulum.js";
import { disturb } from "./locomotion.js";
import type { Geom, Model } from "./mjcf.js";
import { type RobotKind, type RobotOptions, robotRecord } from "./robot.js";

const POLE: Geom = { type: "capsule", size: [0.045], fromto: [0, 0, 0, 0, 0, 0.6] };

const model: Model = {
  name: "inverted double pendulum",
  angle: "degree",
  // The hair's breadth of sideways gravity is Gymnasium's.
  option: { timestep: 0.01, integrator: "RK4", gravity: [1e-5, 0, -9.81] },
  joint: { damping: 0.05 },
  geom: WITHOUT_CONTACTS,
  world: [RAIL],
  bodies: [
    {
      name: "cart",
      pos: [0, 0, 0],
      joints: [{ type: "slide", name: "slider", axis: [1, 0, 0], limited: true, range: [-1, 1], margin: 0.01 }],
      geoms: [CART],
      bodies: [
        {
          name: "lower pole",
          pos: [0, 0, 0],
          joints: [{ type: "hinge", axis: [0, 1, 0] }],
          geoms: [POLE],
          bodies: [
            {
              name: "upper pole",
              pos: [0, 0, 0.6],
              joints: [{ type: "hinge", axis: [0, 1, 0] }],
              geoms: [POLE],
              site: [0, 0, 0.6],
            },
          ],
        },
      ],
    },
  ],
  motors: [{ joint: "slider", gear: 500 }],
  strongest: 1,
};

const within = (value: number): number => Math.min(Math.max(value, -10), 10);

export const invertedDoublePendulumRobot: RobotKind = {
  kind: "invertedDoublePendulum",
  name: "InvertedDoublePendulum",
  maxEpisodeSteps: 1000,
  robot: (version) => ({
    model,
    frameSkip: 5,
    // Version 4 has the rail's force on each joint; the hinges feel none.
    observationSize: version === 5 ? 9 : 11,
    feelsContacts: false,
    plane: "xz",
    place: (simulation, random) => disturb(simulation, random, 0.1, "normal"),
    measure: () => 0,

    // Version 4 pays for standing in the step of the fall too.
    judge({ site_xpos: tip, qvel }, _before, _after, _action, result) {
      const fromUpright = 0.01 * tip[0] * tip[0] + (tip[2] - 2) * (tip[2] - 2);
      const restlessness = 1e-3 * qvel[1] * qvel[1] + 5e-3 * qvel[2] * qvel[2];
      result.terminated = tip[2] <= 1;
      result.reward = (result.terminated && version === 5 ? 0 : 10) - fromUpright - restlessness;
    },

    observe({ qpos, qvel, qfrc_constraint }, observation) {
      observation[0] = qpos[0];
      observation[1] = Math.sin(qpos[1]);
      observation[2] = Math.sin(qpos[2]);
      observation[3] = Math.cos(qpos[1]);
      observation[4] = Math.cos(qpos[2]);
      for (let i = 0; i < 3; i++) observation[5 + i] = within(qvel[i]);
      for (let i = 8; i < observation.length; i++) observation[i] = within(qfrc_constraint[i - 8]);
    },
  }),
};

/**
 * InvertedDoublePendulum: observation the cart's position, sines and cosines of both angles, three velocities and the force of the rail's end on
 * the cart (clipped to [-10, 10]); action a control from -1 to 1, of 500 N; reward 10 - 0.01 x^2 - (y - 2)^2 of the tip at (x, y) - 0.001 w1^2 -
 * 0.005 w2^2 per step of 0.05 s, until the tip is no higher than 1. Solved at a mean return of 9100. Needs MuJoCo: see `loadEnvironment`.
 * Throws on a wrong option.
 *
 * Example: `invertedDoublePendulum({ version: 4 })` is Gymnasium's InvertedDoublePendulum-v4, with 11 numbers observed.
 */
export function invertedDoublePendulum(options: RobotOptions = {}): EnvironmentRecord {
  return robotRecord(invertedDoublePendulumRobot, options);
}
