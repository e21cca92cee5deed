// CartPole-v1: a pole stands on a cart that is pushed left or right (Barto, Sutton and Anderson 1983), with Gymnasium's numbers, in
// double precision throughout; Gymnasium's observations are these, rounded to single.

import { knownOptions } from "../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord, limitOption } from "./definition.js";
import type { EnvironmentRecord } from "./environment.js";
import { environmentOf, type Task } from "./task.js";
import { limited } from "./wrappers/time-limit.js";

export interface CartPoleOptions {
  /** 500; null for no limit. */
  maxEpisodeSteps?: number | null;
}

const GRAVITY = 9.8;
const TOTAL_MASS = 1.1;
const POLE_MASS = 0.1;
const HALF_LENGTH = 0.5;
const FORCE = 10;
const TIME_STEP = 0.02;
const FARTHEST = 2.4;
const WIDEST = (12 * Math.PI) / 180;

const task: Task = {
  name: "CartPole-v1",
  observationSpace: {
    kind: "box",
    shape: [4],
    // Twice as far as an episode goes, for its last observation lies beyond its end.
    low: [-2 * FARTHEST, -Infinity, -2 * WIDEST, -Infinity],
    high: [2 * FARTHEST, Infinity, 2 * WIDEST, Infinity],
  },
  actionSpace: { kind: "discrete", count: 2 },
  variables: 4,

  begin(s, random) {
    for (let i = 0; i < 4; i++) s[i] = 0.1 * random.uniform() - 0.05;
  },

  // Hot. Explicit Euler: the positions move by the velocities before the push.
  advance(s, action, result) {
    const theta = s[2];
    const thetaDot = s[3];
    const sin = Math.sin(theta);
    const cos = Math.cos(theta);
    const poleMoment = POLE_MASS * HALF_LENGTH;
    const force = action[0] === 1 ? FORCE : -FORCE;
    const push = (force + poleMoment * thetaDot * thetaDot * sin) / TOTAL_MASS;
    const thetaAcceleration =
      (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * cos * cos) / TOTAL_MASS));
    const acceleration = push - (poleMoment * thetaAcceleration * cos) / TOTAL_MASS;
    s[0] += TIME_STEP * s[1];
    s[1] += TIME_STEP * acceleration;
    s[2] += TIME_STEP * thetaDot;
    s[3] += TIME_STEP * thetaAcceleration;
    result.reward = 1;
    result.terminated = Math.abs(s[0]) > FARTHEST || Math.abs(s[2]) > WIDEST;
  },

  observe(s, observation) {
    observation[0] = s[0];
    observation[1] = s[1];
    observation[2] = s[2];
    observation[3] = s[3];
  },

  drawing: {
    radii: [0.1, 0.03],
    scenery: [-FARTHEST, 0, FARTHEST, 0],
    floor: null,
    draw([x, , theta], segments) {
      segments.set([x - 0.2, 0, x + 0.2, 0], 0);
      segments.set([x, 0, x + 2 * HALF_LENGTH * Math.sin(theta), 2 * HALF_LENGTH * Math.cos(theta)], 4);
    },
  },
};

/**
 * CartPole-v1: observation x, its velocity, the pole's angle, its velocity; action 0 pushes left, 1 right; reward 1 per step until the cart is
 * more than 2.4 away or the pole leans by more than 12 degrees. Solved at a mean return of 475. Throws on a wrong option.
 *
 * Example: `makeEnvironment(cartPole()).actionSpace` is `{ kind: "discrete", count: 2 }`.
 */
export function cartPole(options: CartPoleOptions = {}): EnvironmentRecord {
  return environmentRecord("cartPole", settingsOf(options));
}

export const cartPoleDefinition: EnvironmentDefinition = {
  name: task.name,
  build: (options) => limited(environmentOf(task), settingsOf(options).maxEpisodeSteps),
};

function settingsOf(options: CartPoleOptions): { maxEpisodeSteps: number | null } {
  knownOptions("cartPole", options, ["maxEpisodeSteps"]);
  const { maxEpisodeSteps = 500 } = options;
  return { maxEpisodeSteps: limitOption("cartPole", maxEpisodeSteps) };
}
