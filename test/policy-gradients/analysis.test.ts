// Episodes as they were played, and what a policy says of any observation.

import assert from "node:assert/strict";
import { test } from "node:test";
import { environments, loadEnvironment, makeEnvironment } from "../../src/policy-gradients/environments/index.js";
import {
  acting,
  type EpisodeRollout,
  evaluatePolicy,
  type Policy,
  policyOutputs,
  ppo,
  rollout,
  trainPolicy,
} from "../../src/policy-gradients/index.js";
import { stream } from "../../src/random/index.js";
import { newPolicy } from "../plots/learnt.js";
import { at } from "./environments/playing.js";
import "../../src/index.js";

const cartPole = newPolicy(environments.cartPole());

/** Row `t` of `[rows, size]`. */
const row = (values: Float64Array, t: number, size: number): Float64Array => values.subarray(t * size, (t + 1) * size);

/** Where the pole's foot and tip are, by the observation. */
function poleOf(observation: Float64Array): number[] {
  const [x, , angle] = observation;
  return [x, 0, x + Math.sin(angle), Math.cos(angle)];
}

test("an episode is told whole: each action is the policy's at what was seen, and what follows is the task's own", async () => {
  const episode = await rollout(cartPole, environments.cartPole(), { seed: 3 });
  const { steps, observations, actions, rewards, drawing } = episode;
  assert.equal(observations.length, 4 * (steps + 1));
  assert.deepEqual([actions.length, rewards.length, drawing!.segments.length], [steps, steps, 8 * (steps + 1)]);
  assert.equal(episode.end, "terminated");
  assert.equal(episode.return, steps);

  const act = acting(cartPole);
  const task = makeEnvironment(environments.cartPole({ maxEpisodeSteps: null }));
  const seen = new Float64Array(4);
  at(task, Array.from(row(observations, 0, 4)));
  for (let t = 0; t < steps; t++) {
    const before = row(observations, t, 4);
    assert.equal(actions[t], act(before)[0]);
    const { terminated } = task.step(Float64Array.of(actions[t]), stream(0), seen);
    assert.deepEqual(seen, row(observations, t + 1, 4));
    assert.equal(terminated, t === steps - 1);
    assert.deepEqual(Array.from(row(drawing!.segments, t, 8).slice(4)), poleOf(before));
  }
});

test("equal seeds play equal episodes, others begin and choose otherwise", async () => {
  const play = (seed: number, deterministic?: boolean): Promise<EpisodeRollout> =>
    rollout(cartPole, environments.cartPole(), { seed, deterministic });
  assert.deepEqual(await play(1), await play(1));
  assert.deepEqual(await play(1, false), await play(1, false));
  assert.notDeepEqual((await play(1)).observations.slice(0, 4), (await play(2)).observations.slice(0, 4));
  const [likeliest, drawn] = [await play(1), await play(1, false)];
  assert.deepEqual(likeliest.observations.slice(0, 4), drawn.observations.slice(0, 4));
  assert.notDeepEqual(likeliest.actions, drawn.actions);
});

test("it is plain data", async () => {
  const episode = await rollout(cartPole, environments.cartPole());
  assert.deepEqual(structuredClone(episode), episode);
});

test("an episode ends with the steps that were asked for, or with the environment's limit", async () => {
  const still = (): number[] => [0];
  const asked = await rollout(still, environments.pendulum(), { steps: 30 });
  assert.deepEqual([asked.steps, asked.end], [30, "steps made"]);
  const limited = await rollout(still, environments.pendulum());
  assert.deepEqual([limited.steps, limited.end], [200, "truncated"]);
});

test("a rule of one's own plays too, and a wrong action of it is refused", async () => {
  const { end, steps } = await rollout(([, v]) => [v < 0 ? 0 : 2], environments.mountainCar());
  assert.equal(end, "terminated", "pushing along with the motion reaches the top");
  assert.ok(steps < 200);
  await assert.rejects(
    rollout(() => [1, 2], environments.cartPole()),
    /rollout: an action must be 1 numbers/,
  );
  await assert.rejects(
    rollout(() => [7], environments.cartPole()),
    /action must be an integer from 0 to 1, got 7/,
  );
});

test("normalisers are held as the policy has them, and rewards are the task's own", async () => {
  const { cartPole: task, clipReward, normalizeObservation, normalizeReward, recordEpisodeStatistics } = environments;
  const place = clipReward(normalizeReward(normalizeObservation(recordEpisodeStatistics(task()))));
  const { policy } = await trainPolicy(ppo({ environments: 2, steps: 64 }), place, { totalSteps: 256, seed: 1 });
  const [first, again] = [await rollout(policy, place), await rollout(policy, place)];
  assert.deepEqual(first, again);
  assert.deepEqual([first.return, first.rewards[0]], [first.steps, 1]);
  const [count, ...moments] = policy.statistics.normalizeObservation;
  // The state is drawn as it is; what the policy saw is (state - mean) / sd.
  const [foot] = row(first.drawing!.segments, 5, 8).slice(4);
  const expected = (foot - moments[0]) / Math.sqrt(moments[4] / count + 1e-8);
  assert.ok(Math.abs(row(first.observations, 5, 4)[0] - expected) < 1e-6);
});

test("a robot leaves its outline, and what has none leaves none", async () => {
  const robot = environments.halfCheetah();
  await loadEnvironment(robot);
  const { drawing, steps } = await rollout(() => [0, 0, 0, 0, 0, 0], robot, { steps: 5 });
  assert.equal(steps, 5);
  assert.deepEqual([drawing!.radii.length, drawing!.segments.length, drawing!.floor], [8, 6 * 8 * 4, 0]);
  assert.equal((await rollout(() => [0], environments.catchBall(), { steps: 2 })).drawing, null);
});

test("a policy that is not of this environment is refused, and a wrong option", async () => {
  await assert.rejects(
    rollout(cartPole, environments.pendulum()),
    /^RangeError: rollout: the environment's observationSpace must be that of the policy/,
  );
  await assert.rejects(evaluatePolicy(cartPole, environments.pendulum()), /that of the policy/);
  await assert.rejects(rollout(cartPole, environments.cartPole(), { steps: 0 }), /steps must be a positive integer/);
  await assert.rejects(rollout(cartPole, environments.cartPole(), { epochs: 1 } as never), /no option "epochs"/);
  await assert.rejects(rollout(undefined as never, environments.cartPole()), /policy must be a policy, got undefined/);
});

test("outputs: likeliest actions are those that it acts by, probabilities sum to one and agree with its draws", () => {
  const random = stream(9);
  const asked = Float64Array.from({ length: 4 * 20 }, () => random.normal());
  const { rows, actions, values, probabilities } = policyOutputs(cartPole, asked);
  assert.deepEqual([rows, values.length, probabilities!.length], [20, 20, 40]);
  const act = acting(cartPole);
  for (let i = 0; i < rows; i++) {
    const [left, right] = row(probabilities!, i, 2);
    assert.ok(Math.abs(left + right - 1) < 1e-12);
    assert.equal(actions[i], act(row(asked, i, 4))[0]);
    assert.equal(actions[i], right > left ? 1 : 0);
  }
  // Of 4000 draws, within 4.5 standard errors.
  const [draws, place] = [4000, row(asked, 0, 4)];
  let ones = 0;
  for (let i = 0; i < draws; i++) ones += act(place, random)[0];
  const [, p] = probabilities!;
  assert.ok(Math.abs(ones / draws - p) < 4.5 * Math.sqrt((p * (1 - p)) / draws));
});

test("outputs: actions that are numbers have no probabilities, and wrong observations are refused", () => {
  const pendulum: Policy = newPolicy(environments.pendulum());
  const outputs = policyOutputs(pendulum, [1, 0, 0, 0, 1, 8]);
  assert.deepEqual([outputs.rows, outputs.actions.length, "probabilities" in outputs], [2, 2, false]);
  assert.throws(() => policyOutputs(pendulum, [1, 0]), /policyOutputs: observations must be rows of 3 finite numbers/);
  assert.throws(() => policyOutputs(pendulum, []), /rows of 3 finite numbers/);
  assert.throws(() => policyOutputs(pendulum, [1, 0, Number.NaN]), /rows of 3 finite numbers/);
});
