// Catch: what the picture shows, and returns that can be reckoned.

import assert from "node:assert/strict";
import { test } from "node:test";
import { environments, makeEnvironment } from "../../../src/policy-gradients/environments/index.js";
import { stream } from "../../../src/random/index.js";
import { act, at } from "./playing.js";

test("the picture has the ball and the paddle, in squares of the scale", () => {
  const environment = makeEnvironment(environments.catchBall({ rows: 3, columns: 3, scale: 2 }));
  at(environment, [0, 2, 1]);
  const { observation, reward, terminated } = act(environment, 0);
  const rows = Array.from({ length: 6 }, (_, y) => observation.slice(6 * y, 6 * y + 6).join(""));
  assert.deepEqual(rows, ["000000", "000000", "000011", "000011", "110000", "110000"]);
  assert.deepEqual([reward, terminated], [0, false]);
  assert.deepEqual(environment.observationSpace, { kind: "box", shape: [6, 6, 1], low: 0, high: 1 });
});

test("following the ball always catches it, and standing still catches one in as many as there are columns", () => {
  const environment = makeEnvironment(environments.catchBall());
  const random = stream(2);
  const episodes = 4000;
  let caught = 0;
  for (const follows of [true, false]) {
    for (let k = 0; k < episodes; k++) {
      at(environment, [], random);
      let steps = 0;
      for (let over = false; !over; steps++) {
        const [, ball, paddle] = environment.state();
        const { reward, terminated } = act(environment, follows ? 1 + Math.sign(ball - paddle) : 1, random);
        over = terminated;
        if (follows) assert.equal(reward, over ? 1 : 0);
        else if (reward === 1) caught++;
      }
      assert.equal(steps, 9);
    }
  }
  const z = (caught / episodes - 0.2) / Math.sqrt(0.16 / episodes);
  assert.ok(Math.abs(z) < 4.5, `z ${z}`);
});

test("the paddle stays on the board", () => {
  const environment = makeEnvironment(environments.catchBall());
  for (const [action, column] of [
    [0, 0],
    [2, 4],
  ]) {
    at(environment, [0, 0, 2]);
    for (let t = 0; t < 5; t++) act(environment, action);
    assert.equal(environment.state()[2], column);
  }
});
