// The classic tasks: single steps against the equations of motion in another form, what the motion conserves, where episodes begin and how they end.
// The numbers of single steps were computed in 40 digits from the Lagrange equations, as a linear system for the accelerations.

import assert from "node:assert/strict";
import { test } from "node:test";
import { environments, makeEnvironment } from "../../../src/policy-gradients/environments/index.js";
import { stream } from "../../../src/random/index.js";
import { act, at } from "./playing.js";

/** Without their limits, so that the state begins with the task's variables. */
const free = { maxEpisodeSteps: null };

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-14): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) <= tolerance, `${i}: ${value} is not ${expected[i]}`);
  });
}

function observed(observation: readonly number[]): readonly number[] {
  const [cos1, sin1, cos2, sin2, rate1, rate2] = observation;
  return [Math.atan2(sin1, cos1), Math.atan2(sin2, cos2), rate1, rate2];
}

test("CartPole: two steps as computed", () => {
  const environment = makeEnvironment(environments.cartPole(free));
  at(environment, [0.01, -0.02, 0.03, 0.04]);
  const right = act(environment, 1);
  near(right.observation, [0.0096, 0.17467919574755525, 0.0308, -0.24306871796000815]);
  assert.deepEqual([right.reward, right.terminated], [1, false]);
  at(environment, [-1, 0.5, -0.1, 1.5]);
  near(act(environment, 0).observation, [-0.99, 0.30622482144908414, -0.07, 1.7598596401843143]);
});

test("CartPole ends beyond 2.4 or 12 degrees, with a reward for the last step too", () => {
  const environment = makeEnvironment(environments.cartPole(free));
  const degrees = Math.PI / 180;
  const ends: [readonly number[], boolean][] = [
    [[2.39, 0.49, 0, 0], false],
    [[2.39, 0.51, 0, 0], true],
    [[-2.39, -0.51, 0, 0], true],
    [[0, 0, 11.9 * degrees, 4.9 * degrees], false],
    [[0, 0, 11.9 * degrees, 5.1 * degrees], true],
    [[0, 0, -11.9 * degrees, -5.1 * degrees], true],
  ];
  for (const [state, terminated] of ends) {
    at(environment, state);
    const step = act(environment, 1);
    assert.deepEqual([step.terminated, step.truncated, step.reward], [terminated, false, 1]);
  }
});

test("Pendulum: two steps as computed, the second beyond half a turn and with the torque clipped", () => {
  const environment = makeEnvironment(environments.pendulum(free));
  at(environment, [2, -1]);
  const first = act(environment, 0.5);
  const [theta, rate, reward] = [1.987848653505963, -0.24302692988073873, -4.10025];
  near(first.observation, [Math.cos(theta), Math.sin(theta), rate]);
  near([first.reward], [reward]);
  at(environment, [4, 7.9]);
  const second = act(environment, 17);
  near(second.observation, [Math.cos(4.381619906425953), Math.sin(4.381619906425953), 7.632398128519053]);
  near([second.reward], [-11.457935146920743]);
  at(environment, [1.5, 7.9]);
  assert.equal(act(environment, 2).observation[2], 8);
});

test("Pendulum: the worst reward is -(pi^2 + 0.1 8^2 + 0.001 2^2), the best 0", () => {
  const environment = makeEnvironment(environments.pendulum(free));
  at(environment, [-Math.PI, 8]);
  near([act(environment, -2).reward], [-(Math.PI ** 2 + 6.4 + 0.004)]);
  at(environment, [0, 0]);
  assert.equal(act(environment, 0).reward + 0, 0);
});

test("Pendulum without torque: the energy's error over a second falls with the step", () => {
  const error = (timeStep: number): number => {
    const environment = makeEnvironment(environments.pendulum({ ...free, timeStep }));
    const energy = ([cos, , rate]: readonly number[]): number => (rate * rate) / 2 + 15 * cos;
    at(environment, [2, 0.5]);
    let worst = 0;
    for (let t = 0; t < 1 / timeStep; t++) {
      const now = energy(act(environment, 0).observation);
      worst = Math.max(worst, Math.abs(now - (0.125 + 15 * Math.cos(2))));
    }
    return worst;
  };
  const [coarse, fine] = [error(1 / 1024), error(1 / 4096)];
  assert.ok(fine < 0.02 && Math.abs(coarse / fine - 4) < 0.1, `${coarse} and ${fine}`);
});

test("Acrobot: a step as computed", () => {
  const environment = makeEnvironment(environments.acrobot(free));
  at(environment, [0.3, -0.5, 0.7, -1.1]);
  const step = act(environment, 2);
  near(observed(step.observation), [0.3773742981957287, -0.6021333921975305, 0.05967816110689824, 0.09525118034906781]);
  assert.deepEqual([step.reward, step.terminated], [-1, false]);
});

test("Acrobot: Runge-Kutta's error falls with the fourth power of the step", () => {
  const after = (steps: number): readonly number[] => {
    const environment = makeEnvironment(environments.acrobot({ ...free, timeStep: 0.8 / steps }));
    at(environment, [0.3, -0.5, 0.7, -1.1]);
    let last: readonly number[] = [];
    for (let t = 0; t < steps; t++) last = observed(act(environment, 0).observation);
    return last;
  };
  const exact = after(1024);
  const error = (steps: number): number => Math.hypot(...after(steps).map((value, i) => value - exact[i]));
  const order = Math.log2(error(16) / error(32));
  assert.ok(Math.abs(order - 4) < 0.2, `order ${order}`);
});

test("Acrobot without torque conserves its energy", () => {
  const environment = makeEnvironment(environments.acrobot({ ...free, timeStep: 1e-3 }));
  const energy = ([theta1, theta2, rate1, rate2]: readonly number[]): number => {
    // Kinetic from the centres' velocities and the links' turning, potential from the centres' heights.
    const both = rate1 + rate2;
    const second = rate1 * rate1 + 0.25 * both * both + rate1 * both * Math.cos(theta2);
    const kinetic = 0.5 * (0.25 * rate1 * rate1 + second + rate1 * rate1 + both * both);
    return kinetic - 9.8 * (1.5 * Math.cos(theta1) + 0.5 * Math.cos(theta1 + theta2));
  };
  const start = [1, -0.4, 0.3, 0.9];
  at(environment, start);
  let last: readonly number[] = [];
  for (let t = 0; t < 2000; t++) last = observed(act(environment, 1).observation);
  near([energy(last)], [energy(start)], 1e-9);
  assert.ok(Math.hypot(...last.map((value, i) => value - start[i])) > 0.5, "it has moved");
});

test("Acrobot ends one length above the hinge, and its velocities are bounded", () => {
  const environment = makeEnvironment(environments.acrobot({ ...free, timeStep: 1e-6 }));
  const height = (theta1: number, theta2: number): number => -Math.cos(theta1) - Math.cos(theta1 + theta2);
  for (const [theta1, theta2] of [
    [Math.PI / 2, Math.PI / 2 - 0.001],
    [2.2, 0.1],
    [2.0, 0.4],
    [Math.PI, Math.PI],
  ]) {
    at(environment, [theta1, theta2, 0, 0]);
    const { terminated, reward } = act(environment, 1);
    assert.equal(terminated, height(theta1, theta2) > 1);
    assert.equal(reward, terminated ? 0 : -1);
  }
  at(environment, [0, 0, 100, -100]);
  near(act(environment, 1).observation.slice(4), [4 * Math.PI, -9 * Math.PI]);
});

test("MountainCar: a step as computed, the wall, the top", () => {
  const environment = makeEnvironment(environments.mountainCar(free));
  at(environment, [-0.5, 0.01]);
  const step = act(environment, 2);
  near(step.observation, [-0.48917684300416925, 0.010823156995830743]);
  assert.deepEqual([step.reward, step.terminated], [-1, false]);
  at(environment, [-1.19, -0.07]);
  assert.deepEqual(act(environment, 0).observation, [-1.2, 0]);
  at(environment, [0.45, 0.07]);
  const top = act(environment, 2);
  assert.deepEqual([top.observation[1], top.reward, top.terminated], [0.07, -1, true]);
});

test("MountainCarContinuous: the push is clipped, its price is not, and the top gives 100", () => {
  const environment = makeEnvironment(environments.mountainCarContinuous(free));
  at(environment, [-0.5, 0.01]);
  const step = act(environment, 0.4);
  near(step.observation, [-0.48957684300416926, 0.010423156995830742]);
  near([step.reward], [-0.016]);
  at(environment, [-0.5, 0.01]);
  const strong = act(environment, 3);
  at(environment, [-0.5, 0.01]);
  const strongest = act(environment, 1);
  assert.deepEqual(strong.observation, strongest.observation);
  near([strong.reward, strongest.reward], [-0.9, -0.1]);
  at(environment, [0.44, 0.05]);
  const top = act(environment, 1);
  near([top.reward], [99.9]);
  assert.equal(top.terminated, true);
});

test("episodes begin uniformly in the ranges of each task", () => {
  const ranges: [Parameters<typeof makeEnvironment>[0], readonly [number, number][]][] = [
    [environments.cartPole(free), Array.from({ length: 4 }, () => [-0.05, 0.05])],
    [
      environments.pendulum(free),
      [
        [-Math.PI, Math.PI],
        [-1, 1],
      ],
    ],
    [environments.acrobot(free), Array.from({ length: 4 }, () => [-0.1, 0.1])],
    [
      environments.mountainCar(free),
      [
        [-0.6, -0.4],
        [0, 0],
      ],
    ],
    [
      environments.mountainCarContinuous(free),
      [
        [-0.6, -0.4],
        [0, 0],
      ],
    ],
  ];
  const times = 2000;
  for (const [source, bounds] of ranges) {
    const environment = makeEnvironment(source);
    const random = stream(5, environment.name);
    const sums = bounds.map(() => 0);
    for (let k = 0; k < times; k++) {
      at(environment, [], random);
      const state = environment.state();
      bounds.forEach(([low, high], i) => {
        assert.ok(state[i] >= low && state[i] <= high, `${environment.name}: ${state[i]}`);
        sums[i] += state[i];
      });
    }
    bounds.forEach(([low, high], i) => {
      if (high === low) return;
      const deviation = (high - low) / Math.sqrt(12 * times);
      const z = (sums[i] / times - (low + high) / 2) / deviation;
      assert.ok(Math.abs(z) < 4.5, `${environment.name}: variable ${i} has z ${z}`);
    });
  }
});

test("a limit truncates after its number of steps and does not terminate", () => {
  const limits: [Parameters<typeof makeEnvironment>[0], number, number][] = [
    [environments.pendulum(), 0, 200],
    [environments.mountainCar(), 1, 200],
    [environments.mountainCarContinuous(), 0, 999],
    [environments.acrobot(), 1, 500],
  ];
  for (const [source, action, limit] of limits) {
    const environment = makeEnvironment(source);
    at(environment, []);
    for (let t = 1; t <= limit; t++) {
      const { terminated, truncated } = act(environment, action);
      assert.deepEqual([terminated, truncated], [false, t === limit], `${environment.name}, step ${t}`);
    }
    assert.throws(() => act(environment, action), /there is no episode going on/);
  }
});

test("where task and limit end in the same step, the task has ended", () => {
  const environment = makeEnvironment(environments.cartPole({ maxEpisodeSteps: 1 }));
  at(environment, [0, 2.39, 1, 0, 0]);
  const { terminated, truncated } = act(environment, 1);
  assert.deepEqual([terminated, truncated], [true, false]);
});
