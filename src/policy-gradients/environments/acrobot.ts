// Acrobot-v1: a double pendulum driven at its elbow is to swing its end up (Sutton 1996; the equations of Sutton and Barto's book), with
// Gymnasium's numbers, in double precision.

import { knownOptions, positiveNumber } from "../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord, limitOption } from "./definition.js";
import type { EnvironmentRecord } from "./environment.js";
import { environmentOf, type Task } from "./task.js";
import { limited } from "./wrappers/time-limit.js";

export interface AcrobotOptions {
  /** Seconds of the one Runge-Kutta step; 0.2. */
  timeStep?: number;
  /** 500; null for no limit. */
  maxEpisodeSteps?: number | null;
}

const GRAVITY = 9.8;
/** Of both links: mass, length and moment of inertia are 1, the centre of mass is half way. */
const CENTRE = 0.5;
const FASTEST_FIRST = 4 * Math.PI;
const FASTEST_SECOND = 9 * Math.PI;

/** Writes the time derivative of `[theta1, theta2, theta1', theta2']`; theta1 = 0 hangs down, theta2 is relative to the first link. */
function flow(q: Float64Array, torque: number, out: Float64Array): void {
  const theta1 = q[0];
  const theta2 = q[1];
  const rate1 = q[2];
  const rate2 = q[3];
  const sin2 = Math.sin(theta2);
  const cos2 = Math.cos(theta2);
  const d1 = CENTRE * CENTRE + (1 + CENTRE * CENTRE + 2 * CENTRE * cos2) + 2;
  const d2 = CENTRE * CENTRE + CENTRE * cos2 + 1;
  // cos(x - pi/2) of the book is the sine.
  const phi2 = CENTRE * GRAVITY * Math.sin(theta1 + theta2);
  const phi1 =
    -CENTRE * rate2 * rate2 * sin2 -
    2 * CENTRE * rate2 * rate1 * sin2 +
    (CENTRE + 1) * GRAVITY * Math.sin(theta1) +
    phi2;
  const acceleration2 =
    (torque + (d2 / d1) * phi1 - CENTRE * rate1 * rate1 * sin2 - phi2) / (CENTRE * CENTRE + 1 - (d2 * d2) / d1);
  out[0] = rate1;
  out[1] = rate2;
  out[2] = -(d2 * acceleration2 + phi1) / d1;
  out[3] = acceleration2;
}

function acrobotTask(timeStep: number): Task {
  const k1 = new Float64Array(4);
  const k2 = new Float64Array(4);
  const k3 = new Float64Array(4);
  const k4 = new Float64Array(4);
  const at = new Float64Array(4);

  return {
    name: "Acrobot-v1",
    observationSpace: {
      kind: "box",
      shape: [6],
      low: [-1, -1, -1, -1, -FASTEST_FIRST, -FASTEST_SECOND],
      high: [1, 1, 1, 1, FASTEST_FIRST, FASTEST_SECOND],
    },
    actionSpace: { kind: "discrete", count: 3 },
    variables: 4,

    begin(s, random) {
      for (let i = 0; i < 4; i++) s[i] = 0.2 * random.uniform() - 0.1;
    },

    // Hot: four evaluations of the equations, the classical Runge-Kutta step.
    advance(s, action, result) {
      const torque = action[0] - 1;
      flow(s, torque, k1);
      for (let i = 0; i < 4; i++) at[i] = s[i] + (timeStep / 2) * k1[i];
      flow(at, torque, k2);
      for (let i = 0; i < 4; i++) at[i] = s[i] + (timeStep / 2) * k2[i];
      flow(at, torque, k3);
      for (let i = 0; i < 4; i++) at[i] = s[i] + timeStep * k3[i];
      flow(at, torque, k4);
      for (let i = 0; i < 4; i++) s[i] += (timeStep / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
      s[0] = wrapped(s[0]);
      s[1] = wrapped(s[1]);
      s[2] = Math.min(Math.max(s[2], -FASTEST_FIRST), FASTEST_FIRST);
      s[3] = Math.min(Math.max(s[3], -FASTEST_SECOND), FASTEST_SECOND);
      result.terminated = -Math.cos(s[0]) - Math.cos(s[1] + s[0]) > 1;
      result.reward = result.terminated ? 0 : -1;
    },

    observe(s, observation) {
      observation[0] = Math.cos(s[0]);
      observation[1] = Math.sin(s[0]);
      observation[2] = Math.cos(s[1]);
      observation[3] = Math.sin(s[1]);
      observation[4] = s[2];
      observation[5] = s[3];
    },

    // The line is the height to be reached.
    drawing: {
      radii: [0.05, 0.05],
      scenery: [-2, 1, 2, 1],
      floor: null,
      draw([theta1, theta2], segments) {
        const elbow = [Math.sin(theta1), -Math.cos(theta1)];
        const tip = [elbow[0] + Math.sin(theta1 + theta2), elbow[1] - Math.cos(theta1 + theta2)];
        segments.set([0, 0, ...elbow, ...elbow, ...tip]);
      },
    },
  };
}

/** The same angle from -pi to pi. One within stays as it is, bit for bit. */
function wrapped(angle: number): number {
  let within = angle;
  while (within > Math.PI) within -= 2 * Math.PI;
  while (within < -Math.PI) within += 2 * Math.PI;
  return within;
}

/**
 * Acrobot-v1: observation cosine and sine of both angles, and their velocities; actions 0, 1, 2 are torques -1, 0, 1 at the elbow; reward -1 per
 * step, 0 for the one that brings the end more than one length above the hinge. Solved at a mean return of -100. Throws on a wrong option.
 *
 * Example: `sizeOfSpace(makeEnvironment(acrobot()).observationSpace)` is 6.
 */
export function acrobot(options: AcrobotOptions = {}): EnvironmentRecord {
  return environmentRecord("acrobot", settingsOf(options));
}

export const acrobotDefinition: EnvironmentDefinition = {
  name: "Acrobot-v1",
  build(options) {
    const { timeStep, maxEpisodeSteps } = settingsOf(options);
    return limited(environmentOf(acrobotTask(timeStep)), maxEpisodeSteps);
  },
};

function settingsOf(options: AcrobotOptions): { timeStep: number; maxEpisodeSteps: number | null } {
  knownOptions("acrobot", options, ["timeStep", "maxEpisodeSteps"]);
  const { timeStep = 0.2, maxEpisodeSteps = 500 } = options;
  return {
    timeStep: positiveNumber("acrobot", "timeStep", timeStep),
    maxEpisodeSteps: limitOption("acrobot", maxEpisodeSteps),
  };
}
