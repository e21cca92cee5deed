// What the robots see and are paid, recomputed from positions and velocities.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Simulation } from "../../../src/policy-gradients/environments/mujoco/engine.js";
import { stream } from "../../../src/random/index.js";
import { act, drawAction } from "../environments/playing.js";
import { clipped, FACTS, free, near, PAY, robotOf, squares, VERSIONS, type Version } from "./robots.js";

/** One step from somewhere in an episode. */
interface Step {
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly action: readonly number[];
  readonly observation: readonly number[];
  readonly reward: number;
  readonly terminated: boolean;
}

function stepsOf(kind: string, version: Version, count: number): readonly Step[] {
  const environment = free(kind, version);
  const { strongest, observations } = FACTS[kind];
  const [random, actions] = [stream(5), stream(6)];
  const begin = (): void => environment.reset(random, new Float64Array(observations[version - 4]));
  begin();
  const steps = Array.from({ length: count }, () => {
    const action = drawAction(environment.actionSpace, actions).map((a) => strongest * a);
    const before = environment.state();
    const step = { ...act(environment, action, random), action, before, after: environment.state() };
    if (step.terminated) begin();
    return step;
  });
  environment.close?.();
  return steps;
}

for (const [kind, [dt, forward, control, healthy]] of Object.entries(PAY)) {
  for (const version of VERSIONS) {
    test(`${kind}, version ${version}: the reward is speed and health less controls and contacts`, () => {
      const { nq, nv } = FACTS[kind];
      const measure = nq + 2 * nv;
      const byCoordinate = kind !== "ant" && kind !== "humanoid";
      let falls = 0;
      for (const { before, after, action, observation, reward, terminated } of stepsOf(kind, version, 200)) {
        const [from, to] = byCoordinate ? [before[0], after[0]] : [before[measure], after[measure]];
        const contacts = observation.slice(-78);
        let cost = control * squares(action);
        if (kind === "ant" && version === 5) cost += 5e-4 * squares(contacts);
        if (kind === "humanoid" && version === 5) cost += Math.min(5e-7 * squares(contacts), 10);
        const stands = terminated && version === 5 ? 0 : healthy;
        near(reward, (forward * (to - from)) / dt + stands - cost, "reward", 1e-9);
        falls += Number(terminated);
        // The torso's place lags behind its coordinate by a part of a time step.
        if (kind === "ant") assert.ok(Math.abs(to - after[0]) <= 0.011 * (1 + Math.abs(after[nq])));
      }
      assert.equal(falls > 0, healthy > 0);
    });

    test(`${kind}, version ${version}: what is seen is the pose but for the way made, then velocities`, () => {
      const { nq, nv } = FACTS[kind];
      const hidden = kind === "ant" || kind === "humanoid" || kind === "swimmer" ? 2 : 1;
      const most = kind === "hopper" || kind === "walker2d" ? 10 : Infinity;
      for (const { after, observation } of stepsOf(kind, version, 20)) {
        const velocities = Array.from(after.slice(nq, nq + nv), clipped(most));
        assert.deepEqual(observation.slice(0, nq - hidden + nv), [...after.slice(hidden, nq), ...velocities]);
      }
    });
  }
}

test("Ant and Humanoid feel contacts when they stand, in version 5 clipped or weighed", () => {
  const felt = (kind: string, version: Version) =>
    stepsOf(kind, version, 60).map(({ observation }) => observation.slice(-78).map(Math.abs));
  const ant = felt("ant", 5).map((forces) => Math.max(...forces));
  assert.equal(Math.max(...ant), 1);
  assert.ok(felt("humanoid", 5).some((forces) => Math.max(...forces) > 10));
  assert.ok(felt("humanoid", 4).some((forces) => Math.max(...forces) > 10));
});

test("Humanoid: version 5 leaves out of version 4's observation what is always 0", () => {
  const [four, five] = [4, 5].map((version) => stepsOf("humanoid", version as Version, 5));
  four.forEach(({ observation }, t) => {
    const at = (from: number, count: number): readonly number[] => observation.slice(from, from + count);
    const [inertia, velocity, force, contact] = [at(45, 140), at(185, 84), at(269, 23), at(292, 84)];
    assert.ok(
      [inertia.slice(0, 10), velocity.slice(0, 6), force.slice(0, 6), contact.slice(0, 6)].flat().every((x) => x === 0),
    );
    const kept = [...at(0, 45), ...inertia.slice(10), ...velocity.slice(6), ...force.slice(6), ...contact.slice(6)];
    assert.deepEqual(five[t].observation, kept);
  });
});

test("InvertedDoublePendulum: rewards and observations from the angles", () => {
  for (const version of VERSIONS) {
    for (const { after, observation, reward, terminated } of stepsOf("invertedDoublePendulum", version, 100)) {
      const [x, a, b, v, w1, w2] = after;
      assert.deepEqual(observation.slice(0, 8), [
        x,
        ...[Math.sin(a), Math.sin(b), Math.cos(a), Math.cos(b)],
        ...[v, w1, w2].map(clipped(10)),
      ]);
      // The tip is where the last stage of the integrator saw it: within a hundredth of a second.
      const tip = [x + 0.6 * (Math.sin(a) + Math.sin(a + b)), 0.6 * (Math.cos(a) + Math.cos(a + b))];
      const speed = Math.abs(v) + 1.2 * Math.abs(w1) + 0.6 * Math.abs(w2);
      const expected =
        (terminated && version === 5 ? 0 : 10) -
        0.01 * tip[0] ** 2 -
        (tip[1] - 2) ** 2 -
        1e-3 * w1 ** 2 -
        5e-3 * w2 ** 2;
      assert.ok(Math.abs(reward - expected) <= 0.01 * speed + 1e-9, `${reward} is not ${expected}`);
    }
  }
});

test("InvertedPendulum: 1 per step, for the fall only in version 4", () => {
  for (const version of VERSIONS) {
    const steps = stepsOf("invertedPendulum", version, 200);
    for (const { after, observation, reward, terminated } of steps) {
      assert.deepEqual(observation, [...after.slice(0, 4)]);
      assert.equal(terminated, Math.abs(after[1]) > 0.2);
      assert.equal(reward, terminated && version === 5 ? 0 : 1);
    }
    assert.ok(steps.some(({ terminated }) => terminated));
  }
});

test("Reacher: distance and controls are paid for, in version 4 the distance before the move", () => {
  for (const version of VERSIONS) {
    let last: readonly number[] | undefined;
    for (const { after, action, observation, reward, terminated } of stepsOf("reacher", version, 40)) {
      const [a, b, x, y, w1, w2] = after;
      assert.deepEqual(observation.slice(0, 8), [Math.cos(a), Math.cos(b), Math.sin(a), Math.sin(b), x, y, w1, w2]);
      const offset = [0.1 * Math.cos(a) + 0.11 * Math.cos(a + b) - x, 0.1 * Math.sin(a) + 0.11 * Math.sin(a + b) - y];
      const speed = 0.21 * Math.abs(w1) + 0.11 * Math.abs(w2);
      for (const i of [0, 1]) near(observation[8 + i], offset[i], "offset", 1e-9 + 0.01 * speed);
      const seen: readonly number[] | undefined = version === 5 ? observation.slice(8) : last;
      if (seen !== undefined) near(reward, -Math.hypot(...seen) - squares(action), "reward");
      assert.equal(terminated, false);
      last = observation.slice(8);
    }
  }
});

test("Humanoid is where its centre of mass is", () => {
  const simulation = { mass: Float64Array.of(0, 3, 1), xipos: Float64Array.of(9, 9, 9, 2, 9, 9, -2, 9, 9) };
  assert.equal(robotOf("humanoid").measure(simulation as unknown as Simulation), 1);
});
