// Training: what it learns, that seeds decide it, and what happens on the way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { actorCritic } from "../../src/policy-gradients/actor-critic.js";
import { environments, vectorEnvironment } from "../../src/policy-gradients/environments/index.js";
import {
  type Algorithm,
  a2c,
  acting,
  evaluatePolicy,
  type LogRecord,
  ppo,
  reinforce,
  type TrainPolicyOptions,
  trainPolicy,
  trpo,
  vmpo,
} from "../../src/policy-gradients/index.js";
import { collector } from "../../src/policy-gradients/rollout.js";
import { stream } from "../../src/random/index.js";
import { evaluate, trace } from "../../src/tensor/index.js";
import { assertClose } from "../energies/differences.js";
import { echo } from "./echo.js";
import "../../src/index.js";

const small = { environments: 2, steps: 6, actor: { hidden: [8] }, critic: { hidden: [8] } };
const all: readonly [string, Algorithm][] = [
  ["PPO", ppo({ ...small, minibatches: 3, epochs: 2 })],
  ["PPO as CleanRL's", ppo({ ...small, preset: "cleanrl", minibatches: 3, epochs: 2 })],
  ["PPO, squashed", ppo({ ...small, minibatches: 3, law: "tanhNormal", scale: "state", entropyCoefficient: 0.01 })],
  ["PPO, masked", ppo({ ...small, minibatches: 2, truncation: "mask" })],
  ["A2C", a2c(small)],
  ["REINFORCE", reinforce(small)],
  ["REINFORCE without a baseline", reinforce({ ...small, baseline: "none" })],
];

for (const [name, algorithm] of all) {
  test(`${name}: equal seeds give identical parameters, others give others`, async () => {
    const run = (seed: number) => trainPolicy(algorithm, echo, { totalSteps: 48, seed });
    const [first, second, other] = [await run(3), await run(3), await run(4)];
    assert.deepEqual(first.policy, second.policy);
    assert.deepEqual(first.evaluation, second.evaluation);
    assert.notDeepEqual(first.policy.parameters, other.policy.parameters);
    assert.equal(first.steps, 48);
    assert.equal(first.log.length, 4);
    assert.ok(first.policy.parameters.every(Number.isFinite));
  });
}

test("the critic's weights stay as they began where its coefficient is 0", async () => {
  const algorithm = a2c({ ...small, valueCoefficient: 0 });
  const { policy } = await trainPolicy(algorithm, echo, { totalSteps: 48, seed: 3 });
  const agent = actorCritic(policy.observationSpace, policy.actionSpace, policy.networks);
  const start = agent.initialize(stream(3, "initialize"));
  assert.deepEqual(policy.parameters.slice(agent.actorDim), start.slice(agent.actorDim));
  assert.notDeepEqual(policy.parameters.slice(0, agent.actorDim), start.slice(0, agent.actorDim));
});

test("a rollout's next values are the critic's of the next rows, and at a cut those of the final observation", () => {
  const vector = vectorEnvironment(echo, 2, { seed: 1 });
  const agent = actorCritic(vector.observationSpace, vector.actionSpace, { critic: { hidden: [4] } });
  const w = agent.initialize(stream(1));
  const graph = trace(([parameters, x]) => [agent.value(parameters, x)], [[agent.dim], [1, 1]]);
  const worth = (x: number): number => evaluate(graph, [w, Float64Array.of(x)])[0][0];
  const steps = 8;
  const made = collector(agent, vector, steps);
  vector.reset();
  const expected: number[] = [];
  for (let t = 0; t < steps; t++) {
    made.step(w, t, stream(2, t));
    for (const copy of [0, 1]) {
      const ended = vector.truncated[copy] === 1;
      assert.equal(ended, t % 3 === 2);
      expected.push(worth((ended ? vector.finalObservations : vector.observations)[copy]));
    }
  }
  const rollout = made.finish(w);
  assertClose(rollout.nextValues, expected, 1e-14);
  assertClose(rollout.values, Array.from(rollout.observations, worth), 1e-14);
  assert.deepEqual(Array.from(rollout.truncated).slice(0, 8), [0, 0, 0, 0, 1, 1, 0, 0]);
});

test("the log has Stable-Baselines3's keys; callbacks and onLog are told as it goes on", async () => {
  const told: string[] = [];
  const records: LogRecord[] = [];
  const { log, steps } = await trainPolicy(ppo({ ...small, minibatches: 3 }), echo, {
    totalSteps: 24,
    seed: 1,
    evaluateEvery: 12,
    onLog: (record) => records.push(record),
    callbacks: [
      {
        onTrainingStart: () => told.push("start"),
        onRolloutStart: ({ steps: made }) => told.push(`rollout at ${made}`),
        onStep: () => told.push("step"),
        onRolloutEnd: (_, record) => told.push(`end at ${record["time/total_timesteps"]}`),
        onTrainingEnd: () => told.push("done"),
      },
    ],
  });
  const rollout = (at: number) => [`rollout at ${at}`, ...new Array(6).fill("step"), `end at ${at + 12}`];
  assert.deepEqual(told, ["start", ...rollout(0), ...rollout(12), "done"]);
  assert.equal(steps, 24);
  assert.equal(records.length, 2);
  const keys = ["rollout/ep_rew_mean", "rollout/ep_len_mean", "time/fps", "time/iterations", "time/time_elapsed"];
  keys.push(
    "time/rollout",
    "time/update",
    "train/std",
    "time/total_timesteps",
    "eval/mean_reward",
    "eval/mean_ep_length",
  );
  for (const name of ["approx_kl", "clip_fraction", "clip_range", "entropy_loss", "explained_variance"])
    keys.push(`train/${name}`);
  for (const name of ["learning_rate", "loss", "n_updates", "policy_gradient_loss", "value_loss"])
    keys.push(`train/${name}`);
  for (const record of log) assert.deepEqual(Object.keys(record).sort(), [...keys].sort());
  assert.equal(log[0]["rollout/ep_len_mean"], 3);
  // Along a line to 0 over the two updates.
  assertClose(
    log.map((record) => record["train/learning_rate"]),
    [3e-4, 1.5e-4],
    1e-15,
  );
});

test("a signal or a callback ends training with what was learnt until then", async () => {
  const controller = new AbortController();
  const aborted = await trainPolicy(a2c(small), echo, {
    totalSteps: 1200,
    signal: controller.signal,
    callbacks: [{ onStep: ({ steps }) => (steps === 30 ? controller.abort() : undefined) }],
  });
  assert.deepEqual([aborted.reason, aborted.steps, aborted.log.length], ["aborted", 30, 2]);
  const stopped = await trainPolicy(a2c(small), echo, {
    totalSteps: 1200,
    callbacks: [{ onRolloutEnd: ({ steps }) => steps < 36 }],
  });
  assert.deepEqual([stopped.reason, stopped.steps, stopped.log.length], ["callback", 36, 3]);
});

test("PPO takes no step from where the KL divergence is above its limit", async () => {
  const { log } = await trainPolicy(
    ppo({ ...small, minibatches: 3, epochs: 50, learningRate: 0.05, anneal: false, targetKl: 0.01 }),
    echo,
    { totalSteps: 120, seed: 1 },
  );
  const taken = log.map((record, i) => record["train/n_updates"] - (log[i - 1]?.["train/n_updates"] ?? 0));
  assert.ok(
    taken.every((steps) => steps >= 1 && steps < 150),
    `${taken}`,
  );
});

test("normalisers learn in training and stand still in evaluation, which repeats itself", async () => {
  const { normalizeObservation, pendulum, recordEpisodeStatistics } = environments;
  const environment = normalizeObservation(recordEpisodeStatistics(pendulum()));
  const { policy, evaluation } = await trainPolicy(ppo({ ...small, minibatches: 3 }), environment, { totalSteps: 48 });
  const before = JSON.stringify(policy.statistics);
  const again = await evaluatePolicy(JSON.parse(JSON.stringify(policy), reviveParameters), environment);
  assert.deepEqual(again, evaluation);
  assert.equal(JSON.stringify(policy.statistics), before);
  assert.equal(evaluation.episodes, 10);
  assert.deepEqual(evaluation.lengths, new Array(10).fill(200));
  assert.notDeepEqual(await evaluatePolicy(policy, environment, { deterministic: false }), evaluation);
});

test("evaluation counts the task's own rewards, of whole episodes and of cut ones", async () => {
  const { clipReward, normalizeReward, pendulum, recordEpisodeStatistics, timeLimit } = environments;
  const task = pendulum({ maxEpisodeSteps: 20 });
  const environment = normalizeReward(clipReward(recordEpisodeStatistics(task), { low: -1, high: 1 }));
  const { policy, evaluation } = await trainPolicy(ppo({ ...small, minibatches: 3 }), environment, { totalSteps: 48 });
  assert.deepEqual(evaluation, await evaluatePolicy(policy, task));
  for (const wrapped of [
    environment,
    normalizeReward(task),
    timeLimit(normalizeReward(task), { maxEpisodeSteps: 50 }),
  ]) {
    for (const maxEpisodeSteps of [7, 20, 30]) {
      const options = { episodes: 4, seed: 3, maxEpisodeSteps };
      const own = await evaluatePolicy(policy, task, options);
      assert.deepEqual(await evaluatePolicy(policy, wrapped, options), own);
      assert.deepEqual(own.lengths, new Array(4).fill(Math.min(20, maxEpisodeSteps)));
    }
  }
});

test("without what a reward's normaliser had learnt, a policy can be evaluated all the same", async () => {
  const { cartPole, normalizeReward } = environments;
  const { policy } = await trainPolicy(a2c(small), cartPole(), { totalSteps: 12 });
  assert.deepEqual(await evaluatePolicy(policy, normalizeReward(cartPole())), await evaluatePolicy(policy, cartPole()));
});

/** JSON writes a typed array as an object by index. */
function reviveParameters(name: string, value: unknown): unknown {
  return name === "parameters" ? Float64Array.from(Object.values(value as object)) : value;
}

test("what is wrong is refused in words", async () => {
  const cartPole = environments.cartPole();
  await assert.rejects(trainPolicy({ kind: "dqn", options: {} }, cartPole, { totalSteps: 1 }), {
    message: /trainPolicy: the algorithm's kind must be one of a2c, ppo, reinforce, trpo, vmpo, got "dqn"/,
  });
  await assert.rejects(trainPolicy(ppo(), cartPole, {} as never), /trainPolicy: totalSteps must be a positive integer/);
  assert.throws(() => ppo({ clipRange: 0.1 } as never), /ppo: there is no option "clipRange"/);
  await assert.rejects(trainPolicy(ppo({ minibatches: 7 }), cartPole, { totalSteps: 1 }), {
    message: /ppo: minibatches must be a divisor of environments \* steps, 1024, got 7/,
  });
  await assert.rejects(trainPolicy(ppo({ preset: "best" as never }), cartPole, { totalSteps: 1 }), {
    message: /ppo: preset must be one of "cleanrl", "corrected", "lehmann2024", got "best"/,
  });
  const { policy } = await trainPolicy(a2c(small), echo, { totalSteps: 12 });
  await assert.rejects(
    evaluatePolicy(policy, cartPole),
    /the environment's observationSpace must be that of the policy/,
  );
  const spoiled = { ...policy, parameters: new Float64Array(3) };
  await assert.rejects(evaluatePolicy(spoiled, echo), /policy: parameters must be \d+ numbers, as its networks have/);
  const sick = { ...policy, parameters: policy.parameters.slice().fill(NaN, 3) };
  await assert.rejects(evaluatePolicy(sick, echo), /policy: parameters\[3\] must be a finite number, got NaN/);
  await assert.rejects(
    evaluatePolicy({ ...policy, observationSpace: { kind: "box", shape: [1], low: -Infinity, high: Infinity } }, echo),
    /that of the policy, .*"low":"-Infinity".* got \{"kind":"box","shape":\[1\],"low":-1,"high":1\}/,
  );
  const unpaid = () => ({ ...echo(), step: () => ({ reward: Number.NaN, terminated: false, truncated: false }) });
  await assert.rejects(trainPolicy(a2c(small), unpaid, { totalSteps: 12 }), /reward of Echo, copy 0, must be a finite/);
});

test("how it is evaluated is checked before anything is learnt", async () => {
  let steps = 0;
  const callbacks = [{ onStep: () => void steps++ }];
  const { cartPole, normalizeObservation, pendulum } = environments;
  const run = (options: object) =>
    trainPolicy(ppo(), cartPole(), { totalSteps: 10_000, callbacks, ...options } as TrainPolicyOptions);
  await assert.rejects(run({ evaluation: { episodes: 0 } }), /evaluatePolicy: episodes must be a positive integer/);
  await assert.rejects(run({ evaluation: { seed: 0.5 } }), /evaluatePolicy: seed must be a non-negative integer/);
  await assert.rejects(run({ evaluationEnvironment: pendulum() }), /observationSpace must be that of the policy/);
  await assert.rejects(
    run({ evaluationEnvironment: normalizeObservation(cartPole()) }),
    /there is no normalizeObservation in the statistics/,
  );
  assert.equal(steps, 0);
});

test("minibatches of one row are refused where advantages are normalised, and learnt from elsewhere", async () => {
  const one = { ...small, environments: 1, steps: 1 };
  const refused: readonly Algorithm[] = [
    ppo({ ...small, minibatches: 12 }),
    ppo({ ...one, minibatches: 1 }),
    a2c(one),
    reinforce(one),
    trpo({ ...one, minibatches: 1 }),
  ];
  for (const algorithm of refused) {
    await assert.rejects(trainPolicy(algorithm, echo, { totalSteps: 12 }), {
      message: /: rows of a minibatch must be 2 or more to be normalised, got 1/,
    });
  }
  const taught: readonly Algorithm[] = [
    a2c({ ...one, normalizeAdvantages: false }),
    ppo({ ...one, minibatches: 1, normalizeAdvantages: false }),
    trpo({ ...one, minibatches: 1, normalizeAdvantages: false }),
    vmpo({ ...one, minibatches: 1 }),
  ];
  for (const algorithm of taught) {
    const { policy } = await trainPolicy(algorithm, echo, { totalSteps: 3, seed: 2 });
    assert.ok(policy.parameters.every(Number.isFinite));
  }
});

test("environments that are none are refused with what was meant", async () => {
  const { cartPole } = environments;
  const run = (environment: unknown) => trainPolicy(ppo(), environment as typeof echo, { totalSteps: 1 });
  await assert.rejects(run("CartPole-v1"), /must be a record, such as environments.named\("CartPole-v1"\) returns/);
  await assert.rejects(run(cartPole), /makeEnvironment: the function returns a record, cartPole: call it/);
  await assert.rejects(
    run(() => undefined),
    /what the function returns must be an environment, .* got undefined/,
  );
});

test("no action is made of an observation that is none", async () => {
  const { policy } = await trainPolicy(a2c(small), echo, { totalSteps: 12 });
  const act = acting(policy);
  assert.equal(act(Float64Array.of(0.5)).length, 1);
  assert.throws(() => act(Float64Array.of(Number.NaN)), /acting: observation\[0\] must be a finite number, got NaN/);
  assert.throws(() => act(new Float64Array(2)), /acting: observation must be 1 numbers/);
});
