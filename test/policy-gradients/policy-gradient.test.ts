// The losses: their gradient is that of the exact return of a small decision process, and PPO's surrogate is the one of its paper.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActorCritic, actorCritic } from "../../src/policy-gradients/actor-critic.js";
import { a2cLoss } from "../../src/policy-gradients/algorithms/a2c.js";
import {
  explainedVariance,
  type Minibatch,
  type MinibatchLoss,
  shorten,
  shuffled,
  standardize,
} from "../../src/policy-gradients/algorithms/minibatch.js";
import { ppoLoss } from "../../src/policy-gradients/algorithms/ppo.js";
import { stream } from "../../src/random/index.js";
import { evaluate, gradient, trace } from "../../src/tensor/index.js";
import { assertClose, differences } from "../energies/differences.js";

const linear = { hidden: [], outputGain: 1 };
const agent: ActorCritic = actorCritic(
  { kind: "box", shape: [3], low: 0, high: 1 },
  { kind: "discrete", count: 2 },
  { actor: linear, critic: linear },
);

/** The laws of the rollout are no part of these losses. */
type Columns = Omit<Minibatch<readonly number[]>, "laws">;

/** The scalars of a loss by name, and its gradient. */
function evaluated(loss: MinibatchLoss, w: Float64Array, batch: Columns) {
  const names = Object.keys(batch) as (keyof Columns)[];
  const rows = batch.weights.length;
  let found: string[] = [];
  const graph = trace(
    ([parameters, ...columns]) => {
      const scalars = loss(
        parameters,
        Object.fromEntries(names.map((name, i) => [name, columns[i]])) as never,
        parameters,
      );
      found = Object.keys(scalars);
      return [...Object.values(scalars), ...gradient(scalars.loss, [parameters])];
    },
    [
      [w.length],
      ...names.map((name) => (name === "observations" ? [rows, 3] : name === "outcomes" ? [rows, 1] : [rows])),
    ],
  );
  const outputs = evaluate(graph, [w, ...names.map((name) => Float64Array.from(batch[name]))]);
  return {
    ...(Object.fromEntries(found.map((name, i) => [name, outputs[i][0]])) as Record<string, number>),
    gradient: outputs[found.length] as Float64Array,
  } as { gradient: Float64Array; loss: number } & Record<string, number>;
}

// Three states and two actions: what each pays, and where it leads; with the rest of the probability the process ends.
const gamma = 0.9;
const begin = [0.5, 0.3, 0.2];
const pays = [
  [1, 0],
  [-0.5, 2],
  [0.3, 0.7],
];
const leads = [
  [
    [0.2, 0.6, 0.1],
    [0, 0.5, 0.5],
  ],
  [
    [0.9, 0, 0.1],
    [0.1, 0.1, 0.6],
  ],
  [
    [0.3, 0.3, 0.3],
    [0, 0, 0.4],
  ],
];
const oneHot = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

function probabilities(w: Float64Array): number[][] {
  const logits = (s: number) => [0, 1].map((a) => w[2 * s + a] + w[6 + a]);
  return oneHot.map((_, s) => {
    const [x, y] = logits(s).map(Math.exp);
    return [x / (x + y), y / (x + y)];
  });
}

/** Solved by iteration until nothing moves: the process contracts by 0.9 and more. */
function valuesOf(policy: number[][]): number[] {
  let values = [0, 0, 0];
  for (let sweep = 0; sweep < 500; sweep++) {
    values = policy.map((row, s) => row.reduce((sum, p, a) => sum + p * actionValue(values, s, a), 0));
  }
  return values;
}

function actionValue(values: readonly number[], s: number, a: number): number {
  return pays[s][a] + gamma * leads[s][a].reduce((sum, p, next) => sum + p * values[next], 0);
}

/** The discounted number of visits of each state. */
function visits(policy: number[][]): number[] {
  let [now, sum] = [begin, [0, 0, 0]];
  for (let t = 0; t < 500; t++) {
    sum = sum.map((visited, s) => visited + now[s]);
    now = [0, 1, 2].map((next) =>
      now.reduce(
        (total, p, s) => total + gamma * p * (policy[s][0] * leads[s][0][next] + policy[s][1] * leads[s][1][next]),
        0,
      ),
    );
  }
  return sum;
}

const exactReturn = (w: Float64Array): number => {
  const values = valuesOf(probabilities(w));
  return begin.reduce((sum, p, s) => sum + p * values[s], 0);
};

/** Every state and action once, weighted by how often it is met. */
function wholeProcess(w: Float64Array, baseline: number): Columns {
  const policy = probabilities(w);
  const values = valuesOf(policy);
  const often = visits(policy);
  const pairs = [0, 1, 2].flatMap((s) => [0, 1].map((a) => [s, a]));
  return {
    observations: pairs.flatMap(([s]) => oneHot[s]),
    outcomes: pairs.map(([, a]) => a),
    logProbabilities: pairs.map(([s, a]) => Math.log(policy[s][a])),
    advantages: pairs.map(([s, a]) => actionValue(values, s, a) - baseline * values[s]),
    returns: pairs.map(([s]) => values[s]),
    values: pairs.map(([s]) => values[s]),
    weights: pairs.map(([s, a]) => often[s] * policy[s][a]),
  };
}

const nothingElse = { entropyCoefficient: 0, valueCoefficient: 0 };
const losses: readonly [string, MinibatchLoss][] = [
  ["REINFORCE and A2C", a2cLoss(agent, nothingElse)],
  ["PPO where the ratio is 1", ppoLoss(agent, { ...nothingElse, clip: 0.2, clipValue: false })],
];

for (const [name, loss] of losses) {
  test(`${name}: the loss descends along the gradient of the exact return, with and without a baseline`, () => {
    const w = agent.initialize(stream(5));
    for (let i = 0; i < agent.actorDim; i++) w[i] += [0.3, -0.2, 0.8, 0.1, -0.6, 0.4, 0.05, -0.1][i];
    const expected = differences(exactReturn, w);
    assert.ok(Math.hypot(...expected) > 0.1);
    for (const baseline of [0, 1]) {
      const batch = wholeProcess(w, baseline);
      const total = batch.weights.reduce((sum, weight) => sum + weight, 0);
      const slope = evaluated(loss, w, batch).gradient.map((g) => -g * total);
      assertClose(slope, expected, 1e-9, `baseline ${baseline}`);
    }
  });
}

test("PPO's loss by hand: clipped where clipping gains, and only there", () => {
  const w = new Float64Array(agent.dim);
  // All logits 0: every action has probability 1/2. The critic says 0.25 everywhere.
  w[agent.dim - 1] = 0.25;
  const ratios = [1.5, 1.5, 0.5, 0.5, 1.1];
  const advantages = [2, -2, 2, -2, 1];
  const returns = [1, 0, -1, 2, 0.25];
  const old = [0, 0.2, 0.25, 0.6, -0.5];
  const batch: Columns = {
    observations: [0, 1, 2, 0, 1].flatMap((s) => oneHot[s]),
    outcomes: [0, 1, 0, 1, 0],
    logProbabilities: ratios.map((ratio) => Math.log(0.5 / ratio)),
    advantages,
    returns,
    values: old,
    weights: [1, 1, 1, 1, 1],
  };
  const settings = { clip: 0.2, clipValue: true, entropyCoefficient: 0.01, valueCoefficient: 0.5 };
  const found = evaluated(ppoLoss(agent, settings), w, batch);
  // 1.5 * 2 is cut to 1.2 * 2; -1.5 * 2 is worse than cut, and stays; 0.5 * 2 stays; -0.5 * 2 is cut to -0.8 * 2.
  const surrogate = (1.2 * 2 - 1.5 * 2 + 0.5 * 2 - 0.8 * 2 + 1.1) / 5;
  // Held values: 0.2, 0.25, 0.25, 0.4, -0.3; the larger of the two errors counts.
  const errors = [0.8 ** 2, 0.25 ** 2, 1.25 ** 2, 1.75 ** 2, 0.55 ** 2];
  const value = (0.5 * errors.reduce((sum, error) => sum + error, 0)) / 5;
  assertClose([found.policy_gradient_loss], [-surrogate], 1e-14);
  assertClose([found.value_loss], [value], 1e-14);
  assertClose([found.entropy_loss], [-Math.LN2], 1e-14);
  assertClose([found.loss], [-surrogate - 0.01 * Math.LN2 + 0.5 * value], 1e-14);
  assertClose([found.clip_fraction], [0.8], 1e-14);
  const kl = ratios.reduce((sum, ratio) => sum + ratio - 1 - Math.log(ratio), 0) / 5;
  assertClose([found.approx_kl], [kl], 1e-14);

  const free = evaluated(ppoLoss(agent, { ...settings, clipValue: false }), w, batch);
  const all = returns.reduce((sum, g) => sum + (0.25 - g) ** 2, 0);
  assertClose([free.value_loss], [(0.5 * all) / 5], 1e-14);

  // Rows 0 and 3 gain nothing from moving on: their weights have no part in the gradient of the actor.
  const zeroed = evaluated(ppoLoss(agent, settings), w, { ...batch, advantages: [0, -2, 2, 0, 1] });
  assertClose(found.gradient.slice(0, agent.actorDim), zeroed.gradient.slice(0, agent.actorDim), 1e-14);
});

test("rows of weight 0 have no part in a loss", () => {
  const w = agent.initialize(stream(6));
  const whole = wholeProcess(w, 1);
  const weights = [1, 1, 0, 1, 0, 1];
  const changed = { ...whole, weights, advantages: whole.advantages.map((a, i) => (weights[i] === 0 ? 1e3 : a)) };
  for (const [, loss] of losses) {
    const [first, second] = [{ ...whole, weights }, changed].map((batch) => evaluated(loss, w, batch));
    assert.deepEqual(first, second);
  }
});

test("advantages are brought to mean 0 and variance 1 over the rows that count; gradients are shortened, not turned", () => {
  const x = Float64Array.of(1, 2, 1000, 3);
  standardize(x, Float64Array.of(1, 1, 0, 1));
  assertClose([x[0], x[1], x[3]], [-1, 0, 1], 1e-7);
  const long = Float64Array.of(3, -4);
  assert.equal(shorten(long, 0.5), 5);
  assertClose(long, [0.3, -0.4], 1e-15);
  const short = Float64Array.of(0.1, 0);
  shorten(short, 0.5);
  assert.deepEqual(short, Float64Array.of(0.1, 0));
});

test("minibatches take every row once, and values explain what they predict", () => {
  const parts = [...shuffled(stream(8).permutation(12), 4)].map((part) => [...part]);
  assert.deepEqual(
    parts.map((part) => part.length),
    [4, 4, 4],
  );
  assert.deepEqual(
    parts.flat().sort((a, b) => a - b),
    Array.from({ length: 12 }, (_, i) => i),
  );
  const returns = Float64Array.of(1, 2, 3, 4);
  const weights = new Float64Array(4).fill(1);
  assert.equal(explainedVariance(returns, { returns, weights }), 1);
  assert.equal(explainedVariance(new Float64Array(4), { returns, weights }), 0);
  // The last row counts in nothing.
  weights[3] = 0;
  assert.equal(explainedVariance(Float64Array.of(1, 2, 3, 99), { returns, weights }), 1);
  assertClose([explainedVariance(Float64Array.of(1, 2, 2, 99), { returns, weights })], [1 - 2 / 9 / (2 / 3)], 1e-14);
  assert.ok(Number.isNaN(explainedVariance(returns, { returns: weights.slice().fill(5), weights })));
});
