// Gymnasium's own robots, from their own files, in the same release of MuJoCo: ours begin where they began, act as they did, and must see and earn
// what they did (see fixtures/make-gymnasium.py). What differs is the compiler, and with it the last bits.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { environments } from "../../../src/policy-gradients/environments/index.js";
import { simulationOf } from "../../../src/policy-gradients/environments/mujoco/engine.js";
import { mjcf } from "../../../src/policy-gradients/environments/mujoco/mjcf.js";
import { act } from "../environments/playing.js";
import { FACTS, free, near, robotOf, type Version } from "./robots.js";

interface Played {
  readonly begin: readonly (readonly number[])[];
  readonly masses: readonly number[];
  readonly rewards: readonly number[];
  readonly terminated: boolean;
  readonly observation: readonly number[];
}

const { tasks } = JSON.parse(readFileSync(new URL("fixtures/gymnasium.json", import.meta.url), "utf8")) as {
  readonly tasks: Readonly<Record<string, Played>>;
};

for (const [name, expected] of Object.entries(tasks)) {
  test(`${name} does as Gymnasium's`, () => {
    const { kind, options } = environments.named(name);
    const version = (options.version ?? 5) as Version;
    const { actions, strongest } = FACTS[kind];
    const begin = Float64Array.from(expected.begin.flat());

    const robot = robotOf(kind, version);
    const simulation = simulationOf(mjcf(robot.model));
    simulation.recall(begin);
    simulation.forward();
    const measure = robot.measure(simulation);
    assert.equal(simulation.mass.length, expected.masses.length);
    expected.masses.forEach((mass, body) => {
      near(simulation.mass[body], mass, `mass of body ${body}`, 1e-12);
    });
    simulation.close();

    const environment = free(kind, version);
    environment.restore(Float64Array.of(...begin, measure, 1));
    let observation: readonly number[] = [];
    let ended = false;
    expected.rewards.forEach((reward, t) => {
      assert.equal(ended, false);
      const action = Array.from({ length: actions }, (_, i) => strongest * Math.sin(0.3 * t + i));
      const step = act(environment, action);
      near(step.reward, reward, `reward ${t}`, 1e-8);
      observation = step.observation;
      ended = step.terminated;
    });
    assert.equal(ended, expected.terminated);
    assert.equal(observation.length, expected.observation.length);
    expected.observation.forEach((value, i) => {
      near(observation[i], value, `observation ${i}`, 1e-8);
    });
    environment.close?.();
  });
}
