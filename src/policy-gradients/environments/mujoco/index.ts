// Gymnasium's robots: the factories of their records, and their lines of the table of environments.

import type { EnvironmentDefinition } from "../definition.js";
import { antRobot } from "./ant.js";
import { halfCheetahRobot } from "./half-cheetah.js";
import { hopperRobot } from "./hopper.js";
import { humanoidRobot } from "./humanoid.js";
import { invertedDoublePendulumRobot } from "./inverted-double-pendulum.js";
import { invertedPendulumRobot } from "./inverted-pendulum.js";
import { reacherRobot } from "./reacher.js";
import { type RobotKind, robotDefinition } from "./robot.js";
import { swimmerRobot } from "./swimmer.js";
import { walker2dRobot } from "./walker2d.js";

export { ant } from "./ant.js";
export { halfCheetah } from "./half-cheetah.js";
export { hopper } from "./hopper.js";
export { humanoid } from "./humanoid.js";
export { invertedDoublePendulum } from "./inverted-double-pendulum.js";
export { invertedPendulum } from "./inverted-pendulum.js";
export { reacher } from "./reacher.js";
export type { RobotOptions } from "./robot.js";
export { swimmer } from "./swimmer.js";
export { walker2d } from "./walker2d.js";

export const robots: readonly RobotKind[] = [
  antRobot,
  halfCheetahRobot,
  hopperRobot,
  humanoidRobot,
  invertedDoublePendulumRobot,
  invertedPendulumRobot,
  reacherRobot,
  swimmerRobot,
  walker2dRobot,
];

/** By kind. */
export const robotDefinitions: Readonly<Record<string, EnvironmentDefinition>> = Object.fromEntries(
  robots.map((robot) => [robot.kind, robotDefinition(robot)]),
);
