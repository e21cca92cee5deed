// InvertedPendulum-v5 and -v4: a pole is to be kept upright on a cart on a rail (Barto, Sutton and Anderson 1983), with Gymnasium's numbers.

import type { EnvironmentRecord } from "../environment.js";
import { disturb } from "./locomotion.js";
import type { Geom, Model } from "./mjcf.js";
import { type RobotKind, type RobotOptions, robotRecord } from "./robot.js";

/** Nothing here collides: rail, cart and pole are there for their weight and their looks. */
export const WITHOUT_CONTACTS = { contype: 0, friction: [1, 0.1, 0.1] };

/** Lying along x. */
const LYING = [0, 1, 0, 90] as const;

export const RAIL: Geom = { type: "capsule", size: [0.02, 1], axisangle: LYING };
export const CART: Geom = { type: "capsule", size: [0.1, 0.1], axisangle: LYING };

const model: Model = {
  name: "inverted pendulum",
  angle: "degree",
  option: { timestep: 0.02, integrator: "RK4", gravity: [0, 0, -9.81] },
  joint: { limited: true, armature: 0, damping: 1 },
  geom: WITHOUT_CONTACTS,
  world: [RAIL],
  bodies: [
    {
      name: "cart",
      pos: [0, 0, 0],
      joints: [{ type: "slide", name: "slider", axis: [1, 0, 0], range: [-1, 1] }],
      geoms: [CART],
      bodies: [
        {
          name: "pole",
          pos: [0, 0, 0],
          joints: [{ type: "hinge", axis: [0, 1, 0], range: [-90, 90] }],
          // The millimetre is Gymnasium's.
          geoms: [{ type: "capsule", size: [0.049], fromto: [0, 0, 0, 0.001, 0, 0.6] }],
        },
      ],
    },
  ],
  motors: [{ joint: "slider", gear: 100 }],
  strongest: 3,
};

export const invertedPendulumRobot: RobotKind = {
  kind: "invertedPendulum",
  name: "InvertedPendulum",
  maxEpisodeSteps: 1000,
  robot: (version) => ({
    model,
    frameSkip: 2,
    observationSize: 4,
    feelsContacts: false,
    plane: "xz",
    place: (simulation, random) => disturb(simulation, random, 0.01, "uniform"),
    measure: () => 0,

    // Version 4 pays for the step of the fall too.
    judge({ qpos }, _before, _after, _action, result) {
      result.terminated = Math.abs(qpos[1]) > 0.2;
      result.reward = result.terminated && version === 5 ? 0 : 1;
    },

    observe({ qpos, qvel }, observation) {
      observation[0] = qpos[0];
      observation[1] = qpos[1];
      observation[2] = qvel[0];
      observation[3] = qvel[1];
    },
  }),
};

/**
 * InvertedPendulum: observation the cart's position, the pole's angle and their velocities; action a control from -3 to 3, of 100 N each; reward
 * 1 per step of 0.04 s until the pole leans by more than 0.2. Solved at a mean return of 950. Needs MuJoCo: see `loadEnvironment`. Throws on a
 * wrong option.
 *
 * Example: `invertedPendulum({ version: 4 })` is Gymnasium's InvertedPendulum-v4, which pays 1 for the step of the fall too.
 */
export function invertedPendulum(options: RobotOptions = {}): EnvironmentRecord {
  return robotRecord(invertedPendulumRobot, options);
}
