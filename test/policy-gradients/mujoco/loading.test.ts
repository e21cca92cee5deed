// MuJoCo's package: what is said where it is absent or not loaded yet, and that nothing is held when all environments are closed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { environments, loadEnvironment, makeEnvironment } from "../../../src/policy-gradients/environments/index.js";
import {
  importMujoco,
  simulationOf,
  simulationsHeld,
} from "../../../src/policy-gradients/environments/mujoco/engine.js";
import { robots } from "../../../src/policy-gradients/environments/mujoco/index.js";
import { mjcf } from "../../../src/policy-gradients/environments/mujoco/mjcf.js";
import { stream } from "../../../src/random/index.js";
import { goOn } from "../environments/playing.js";

// `playing.ts` loads the package for this process: the first test is of one that stands elsewhere.
test("where the package is absent, what is to be installed is said", async () => {
  const absent = new Error("Cannot find package '@mujoco/mujoco'");
  await assert.rejects(
    importMujoco(() => Promise.reject(absent)),
    (error: Error) => {
      assert.match(error.message, /robots need MuJoCo, which is not installed here: npm install @mujoco\/mujoco/);
      assert.equal(error.cause, absent);
      return true;
    },
  );
});

test("a model that MuJoCo cannot read is refused with its words", () => {
  assert.throws(() => simulationOf("<mujoco><leg/></mujoco>"), /unrecognized element/);
});

test("environments of one model share one simulation, which goes with the last of them", async () => {
  await loadEnvironment(environments.hopper());
  assert.equal(simulationsHeld(), 0);
  const copies = Array.from({ length: 200 }, () => makeEnvironment(environments.hopper()));
  const walkers = [4, 5].map((version) => makeEnvironment(environments.walker2d({ version: version as 4 | 5 })));
  assert.equal(simulationsHeld(), 3);
  for (const copy of [...copies.slice(1), ...walkers]) copy.close?.();
  assert.equal(simulationsHeld(), 1);
  copies[0].reset(stream(1), new Float64Array(11));
  copies[0].close?.();
  copies[0].close?.();
  assert.equal(simulationsHeld(), 0);
  assert.throws(() => copies[0].reset(stream(1), new Float64Array(11)), /Hopper-v5: the environment is closed/);
});

test("what is closed is given back: a model made and closed 200 times takes no more memory than 20 times", () => {
  const { model } = robots.find(({ kind }) => kind === "reacher")!.robot(5);
  const heap = (times: number): number => {
    let bytes = 0;
    for (let i = 0; i < times; i++) {
      const simulation = simulationOf(mjcf(model));
      bytes = simulation.qpos.buffer.byteLength;
      simulation.close();
    }
    return bytes;
  };
  const bytes = heap(20);
  assert.equal(heap(200), bytes);
});

test("an environment goes on when the package's memory has grown under it", () => {
  const played = (between: () => void): number[] => {
    const environment = makeEnvironment(environments.hopper());
    const [random, actions] = [stream(1), stream(2)];
    environment.reset(random, new Float64Array(11));
    const seen = goOn(environment, 30, random, actions);
    between();
    goOn(environment, 30, random, actions, seen);
    environment.close?.();
    return seen;
  };
  const expected = played(() => {});
  const seen = played(() => {
    const old = simulationOf(mjcf(robots.find(({ kind }) => kind === "hopper")!.robot(5).model));
    const { buffer } = old.qpos;
    const large = simulationOf('<mujoco><size memory="100M"/><worldbody/></mujoco>');
    assert.equal(buffer.byteLength, 0, "the memory has not grown: this test shows nothing");
    large.close();
    old.close();
  });
  assert.deepEqual(seen, expected);
});
