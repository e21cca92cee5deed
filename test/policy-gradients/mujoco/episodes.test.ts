// The robots by name and version: their spaces, where episodes begin and end, and in what the versions differ.

import assert from "node:assert/strict";
import { test } from "node:test";
import { environments, makeEnvironment } from "../../../src/policy-gradients/environments/index.js";
import type { Simulation } from "../../../src/policy-gradients/environments/mujoco/engine.js";
import { robots } from "../../../src/policy-gradients/environments/mujoco/index.js";
import { stream } from "../../../src/random/index.js";
import { FACTS, free, near, PAY, robotOf, squares, VERSIONS, type Version } from "./robots.js";

for (const { kind, name } of robots) {
  test(`${name}: names, spaces and limit of both versions`, () => {
    const facts = FACTS[kind];
    for (const version of VERSIONS) {
      const record = environments.named(`${name}-v${version}`);
      assert.deepEqual(record, { kind, options: version === 5 ? {} : { version } });
      const environment = makeEnvironment(record);
      assert.equal(environment.name, `${name}-v${version}`);
      const { strongest, actions, observations, limit } = facts;
      assert.deepEqual(environment.actionSpace, { kind: "box", shape: [actions], low: -strongest, high: strongest });
      assert.deepEqual(environment.observationSpace, {
        kind: "box",
        shape: [observations[version - 4]],
        low: -Infinity,
        high: Infinity,
      });
      const made = { ...environments } as unknown as Record<string, (options: object) => unknown>;
      assert.deepEqual(made[kind]({ version }), { kind, options: { version, maxEpisodeSteps: limit } });
      assert.throws(() => made[kind]({ version: 3 }), /version must be 4 or 5, got 3/);
      assert.throws(() => made[kind]({ frameSkip: 1 }), /there is no option "frameSkip"/);
      environment.close?.();
    }
  });
}

test("Reacher: targets fill a disc of radius 0.2 evenly, and rest", () => {
  const environment = free("reacher");
  const random = stream(8);
  const count = 2000;
  let within = 0;
  for (let i = 0; i < count; i++) {
    environment.reset(random, new Float64Array(10));
    const [a, b, x, y, w1, w2, v1, v2] = environment.state();
    assert.ok(Math.hypot(x, y) < 0.2 && Math.max(Math.abs(a), Math.abs(b)) <= 0.1);
    assert.ok(Math.max(Math.abs(w1), Math.abs(w2)) <= 0.005 && v1 === 0 && v2 === 0);
    within += Number(Math.hypot(x, y) < 0.1);
  }
  const z = (within - count / 4) / Math.sqrt((count * 3) / 16);
  assert.ok(Math.abs(z) < 4.5, `z = ${z}`);
  environment.close?.();
});

/** Scale of the noise at the beginning, whether velocities are normal, and the pose around which it is. */
const BEGINNINGS: Readonly<
  Record<string, readonly [scale: number, normal: boolean, pose: Readonly<Record<number, number>>]>
> = {
  halfCheetah: [0.1, true, {}],
  hopper: [0.005, false, { 1: 1.25 }],
  walker2d: [0.005, false, { 1: 1.25 }],
  ant: [0.1, true, { 2: 0.75, 3: 1 }],
  humanoid: [0.01, false, { 2: 1.4, 3: 1 }],
  swimmer: [0.1, false, {}],
  invertedPendulum: [0.01, false, {}],
  invertedDoublePendulum: [0.1, true, {}],
};

for (const [kind, [scale, normal, pose]] of Object.entries(BEGINNINGS)) {
  test(`${kind} begins around its pose with noise of the right size`, () => {
    const environment = free(kind);
    const { nq, nv, observations } = FACTS[kind];
    const random = stream(9);
    const [positions, velocities]: number[][] = [[], []];
    for (let i = 0; i < 200; i++) {
      environment.reset(random, new Float64Array(observations[1]));
      const state = environment.state();
      for (let j = 0; j < nq; j++) positions.push((state[j] - (pose[j] ?? 0)) / scale);
      for (let j = 0; j < nv; j++) velocities.push(state[nq + j] / scale);
    }
    const most = 1 + 1e-9;
    assert.ok(positions.every((x) => Math.abs(x) <= most));
    assert.equal(
      velocities.every((x) => Math.abs(x) <= most),
      !normal,
    );
    // Mean square and its standard error: 1/3 and sqrt(4/45) of a uniform number, 1 and sqrt(2) of a normal one.
    const spread = (values: readonly number[], square: number, error: number): number =>
      (squares(values) / values.length - square) / (error / Math.sqrt(values.length));
    const z = [
      spread(positions, 1 / 3, Math.sqrt(4 / 45)),
      normal ? spread(velocities, 1, Math.SQRT2) : spread(velocities, 1 / 3, Math.sqrt(4 / 45)),
    ];
    for (const value of z) assert.ok(Math.abs(value) < 4.5, `z = ${z}`);
    environment.close?.();
  });
}

/** Positions and velocities that differ from 0, and whether the episode ends there. */
const ENDS: readonly (readonly [
  kind: string,
  qpos: Readonly<Record<number, number>>,
  qvel: Readonly<Record<number, number>>,
  over: boolean,
])[] = [
  ["hopper", { 1: 0.7 }, {}, true],
  ["hopper", { 1: 0.7001 }, {}, false],
  ["hopper", { 1: 50 }, {}, false],
  ["hopper", { 1: 1, 2: 0.2 }, {}, true],
  ["hopper", { 1: 1, 2: -0.1999 }, {}, false],
  ["hopper", { 1: 1, 4: -100 }, {}, true],
  ["hopper", { 1: 1 }, { 3: 100 }, true],
  ["hopper", { 0: 1000, 1: 1, 4: -99 }, { 3: 99 }, false],
  ["walker2d", { 1: 0.8 }, {}, true],
  ["walker2d", { 1: 0.81 }, {}, false],
  ["walker2d", { 1: 2 }, {}, true],
  ["walker2d", { 1: 1.99, 2: -0.99 }, { 3: 1000 }, false],
  ["walker2d", { 1: 1.5, 2: -1 }, {}, true],
  ["ant", { 2: 0.2 }, {}, false],
  ["ant", { 2: 0.199 }, {}, true],
  ["ant", { 2: 1 }, {}, false],
  ["ant", { 2: 1.001 }, {}, true],
  ["humanoid", { 2: 1 }, {}, true],
  ["humanoid", { 2: 1.001 }, {}, false],
  ["humanoid", { 2: 1.999 }, {}, false],
  ["humanoid", { 2: 2 }, {}, true],
  ["halfCheetah", { 1: -10, 2: 7 }, { 0: 1e5 }, false],
  ["swimmer", { 0: 1e5 }, {}, false],
  ["invertedPendulum", { 1: 0.2 }, {}, false],
  ["invertedPendulum", { 1: -0.2001 }, {}, true],
];

test("episodes end by height, lean and size, at the bounds of Gymnasium", () => {
  for (const [kind, qpos, qvel, over] of ENDS) {
    const { nq, nv, actions } = FACTS[kind];
    const simulation = {
      qpos: Float64Array.from({ length: nq }, (_, i) => qpos[i] ?? 0),
      qvel: Float64Array.from({ length: nv }, (_, i) => qvel[i] ?? 0),
      cfrc_ext: new Float64Array(0),
      timestep: 1,
    } as unknown as Simulation;
    const healthy = PAY[kind]?.[3] ?? 1;
    for (const version of VERSIONS) {
      const result = { reward: Number.NaN, terminated: !over, truncated: false };
      const { judge } = robotOf(kind, version);
      judge(simulation, 0, 0, new Float64Array(actions), result);
      assert.deepEqual(
        result,
        { reward: over && version === 5 ? 0 : healthy, terminated: over, truncated: false },
        `${kind} ${JSON.stringify([qpos, qvel])}`,
      );
    }
  }
});

test("InvertedDoublePendulum ends where its tip is no higher than 1", () => {
  for (const [height, over] of [
    [1, true],
    [1.001, false],
  ] as const) {
    const simulation = { qvel: new Float64Array(3), site_xpos: Float64Array.of(0, 0, height) } as unknown as Simulation;
    const result = { reward: 0, terminated: !over, truncated: false };
    robotOf("invertedDoublePendulum").judge(simulation, 0, 0, new Float64Array(1), result);
    assert.equal(result.terminated, over);
    near(result.reward, (over ? 0 : 10) - (height - 2) ** 2, "reward");
  }
});

test("only Walker2d's version 4 has feet that grip unequally; other bodies are the same in both versions", () => {
  for (const { kind, robot } of robots) {
    const [four, five] = VERSIONS.map((version) => JSON.stringify(robot(version).model));
    assert.equal(four === five, kind !== "walker2d", kind);
  }
  const grip = (version: Version): readonly string[] =>
    [...JSON.stringify(robotOf("walker2d", version).model).matchAll(/"friction":\[(1\.9|0\.9)\]/g)].map(
      (match) => match[1],
    );
  assert.deepEqual(grip(4), ["0.9", "0.9", "0.9", "0.9", "0.9", "0.9", "1.9"]);
  assert.deepEqual(grip(5), ["0.9", "0.9", "0.9", "1.9", "0.9", "0.9", "1.9"]);
});
