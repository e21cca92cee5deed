// What drawings show: where the rods of each task are.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type EnvironmentSource,
  environments,
  loadEnvironment,
  makeEnvironment,
  type Outline,
} from "../../../src/policy-gradients/environments/index.js";
import { at } from "./playing.js";

/** Of a task without limit in the state that begins with these numbers. */
async function outlineAt(source: EnvironmentSource, variables: readonly number[]): Promise<Outline> {
  await loadEnvironment(source);
  const environment = makeEnvironment(source);
  at(environment, variables);
  const outline = environment.outline!();
  environment.close?.();
  return outline;
}

function near(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-12): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) <= tolerance, `${i}: ${actual[i]} is not ${value}`);
  });
}

/** Rods with their ends in order, for a rod has no direction. */
function ordered(segments: ArrayLike<number>): readonly number[] {
  return Array.from({ length: segments.length / 4 }, (_, i) => Array.from(segments).slice(4 * i, 4 * i + 4)).flatMap(
    ([x1, y1, x2, y2]) => ((Math.abs(x1 - x2) > 1e-9 ? x1 < x2 : y1 < y2) ? [x1, y1, x2, y2] : [x2, y2, x1, y1]),
  );
}

const free = { maxEpisodeSteps: null };

test("CartPole: the pole of length 1 stands on the cart and leans by its angle", async () => {
  const { segments, radii, scenery } = await outlineAt(environments.cartPole(free), [0.5, 0, Math.PI / 6, 0]);
  near(segments, [0.3, 0, 0.7, 0, 0.5, 0, 1, Math.sqrt(3) / 2]);
  assert.equal(radii.length, 2);
  near(scenery, [-2.4, 0, 2.4, 0]);
});

test("Pendulum: 0 is up, and angles go against the clock", async () => {
  near((await outlineAt(environments.pendulum(free), [0, 0])).segments, [0, 0, 0, 1]);
  near((await outlineAt(environments.pendulum(free), [Math.PI / 2, 0])).segments, [0, 0, -1, 0]);
});

test("Acrobot: 0 hangs down, the second angle counts from the first link", async () => {
  const { segments } = await outlineAt(environments.acrobot(free), [Math.PI / 2, Math.PI / 2, 0, 0]);
  near(segments, [0, 0, 1, 0, 1, 0, 1, 1]);
});

test("MountainCar: the car is on the hill, whose parts hang together", async () => {
  for (const source of [environments.mountainCar(free), environments.mountainCarContinuous(free)]) {
    const { segments, scenery } = await outlineAt(source, [-0.5, 0]);
    near(segments.slice(0, 2), [-0.5, Math.sin(-1.5) / 3]);
    near(segments.slice(2), Array.from(segments.slice(0, 2)));
    near(scenery.slice(0, 2), [-1.2, Math.sin(-3.6) / 3]);
    near(scenery.slice(-2), [0.6, Math.sin(1.8) / 3]);
    for (let i = 4; i < scenery.length; i += 4) near(scenery.slice(i, i + 2), Array.from(scenery.slice(i - 2, i)));
  }
});

test("HalfCheetah: trunk, head and six parts, moved and turned as a whole by its first three positions", async () => {
  const upright = await outlineAt(environments.halfCheetah(free), [2, 0.3, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(upright.floor, 0);
  assert.equal(upright.segments.length, 4 * 8);
  assert.ok(upright.radii.every((radius) => radius === 0.046));
  near(ordered(upright.segments).slice(0, 4), [1.5, 1, 2.5, 1]);
  const head = [0.15 * Math.sin(0.87), 0.15 * Math.cos(0.87)];
  near(upright.segments.slice(4, 8), [2.6 - head[0], 1.1 - head[1], 2.6 + head[0], 1.1 + head[1]]);
  const lengths = [1, 0.3, 0.29, 0.3, 0.188, 0.266, 0.212, 0.14];
  const long = (segments: Float64Array): readonly number[] =>
    lengths.map((_, i) => Math.hypot(segments[4 * i + 2] - segments[4 * i], segments[4 * i + 3] - segments[4 * i + 1]));
  near(long(upright.segments), lengths);

  // A positive turn about y, which points away from the onlooker, brings the front down: the head is the lowest.
  const turned = await outlineAt(environments.halfCheetah(free), [2, 0.3, Math.PI / 2, 0.5, -0.2, 0.1, 0.3, 0.2, 0.1]);
  near(ordered(turned.segments).slice(0, 4), [2, 0.5, 2, 1.5]);
  assert.ok(Math.min(turned.segments[5], turned.segments[7]) < 0.4);
  near(long(turned.segments), lengths);
});

test("Swimmer and Reacher are seen from above, the pendulums with their rail", async () => {
  const swimmer = await outlineAt(environments.swimmer(free), [0, 0, Math.PI / 2, 0, 0]);
  near(ordered(swimmer.segments), [0, 0.5, 0, 1.5, 0, -0.5, 0, 0.5, 0, -1.5, 0, -0.5]);
  assert.equal(swimmer.floor, null);

  const reacher = await outlineAt(environments.reacher(free), [0, Math.PI / 2, 0.05, -0.15]);
  near(ordered(reacher.segments), [0, 0, 0.1, 0, 0.1, 0, 0.1, 0.1, 0.1, 0.11, 0.1, 0.11, 0.05, -0.15, 0.05, -0.15]);
  assert.equal(reacher.scenery.length, 4 * 4);

  const pendulum = await outlineAt(environments.invertedDoublePendulum(free), [0.5, 0, Math.PI / 2]);
  near(ordered(pendulum.segments), [0.4, 0, 0.6, 0, 0.5, 0, 0.5, 0.6, 0.5, 0.6, 1.1, 0.6]);
  near(ordered(pendulum.scenery), [-1, 0, 1, 0]);
});

test("Ant and Humanoid: a rod or ball for each part, and the last step's state is drawn, not the last one looked at", async () => {
  for (const [source, parts] of [
    [environments.ant(free), 13],
    [environments.humanoid(free), 17],
  ] as const) {
    await loadEnvironment(source);
    const [one, other] = [makeEnvironment(source), makeEnvironment(source)];
    at(one, [7, 0]);
    at(other, [-7, 0]);
    const [here, there] = [one.outline!(), other.outline!()];
    assert.equal(here.segments.length, 4 * parts);
    for (let i = 0; i < parts; i++) {
      assert.ok(Math.abs(here.segments[4 * i] - 7) < 1.5 && Math.abs(there.segments[4 * i] + 7) < 1.5);
    }
    for (const each of [one, other]) each.close?.();
  }
});

test("wrappers hand the outline on, and pictures have none", () => {
  const { clipAction, normalizeObservation, pendulum } = environments;
  const wrapped = makeEnvironment(normalizeObservation(clipAction(pendulum(free))));
  assert.equal(wrapped.outline!().segments.length, 4);
  for (const source of [environments.gridWorld(), environments.catchBall()]) {
    assert.equal(makeEnvironment(environments.recordEpisodeStatistics(source)).outline, undefined);
  }
});
