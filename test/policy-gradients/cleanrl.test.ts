// The preset cleanrl against its details written out once more: two updates step by step, and the loop around them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { actorCritic } from "../../src/policy-gradients/actor-critic.js";
import { environments } from "../../src/policy-gradients/environments/index.js";
import { ppo, trainPolicy } from "../../src/policy-gradients/index.js";
import type { Rollout } from "../../src/policy-gradients/rollout.js";
import { stream } from "../../src/random/index.js";
import { evaluate, gradient, type Tensor, trace } from "../../src/tensor/index.js";
import { assertClose } from "../energies/differences.js";
import { situationOf } from "./situation.js";
import "../../src/index.js";

for (const [name, environment, options] of [
  ["choices", environments.cartPole({ maxEpisodeSteps: 12 }), { environments: 2, steps: 32 }],
  [
    "boxes",
    environments.timeLimit(environments.pendulum(), { maxEpisodeSteps: 9 }),
    { steps: 64, minibatches: 4, entropyCoefficient: 0.01 },
  ],
] as const) {
  test(`${name}: two updates are what details 3 to 11 written out step by step make of the rollouts`, () => {
    const algorithm = ppo({ preset: "cleanrl", precision: "f64", ...options });
    const { agent, settings, learner, w, roll } = situationOf(algorithm, environment);
    const expected = w.slice();
    const update = updating(agent, settings as never as Settings);
    for (const remaining of [1, 0.5]) {
      const rollout = roll();
      assert.ok(Array.from(rollout.truncated).includes(1));
      update(expected, rollout, remaining);
      learner.update(w, rollout, remaining, stream(4));
      assertClose(w, expected, 1e-9);
    }
  });
}

interface Settings {
  readonly environments: number;
  readonly steps: number;
  readonly epochs: number;
  readonly minibatches: number;
  readonly learningRate: number;
  readonly entropyCoefficient: number;
}

/** The details in plain code; the gradient alone is the engine's. */
function updating(agent: ReturnType<typeof actorCritic>, settings: Settings) {
  const { environments: copies, steps, epochs, minibatches, learningRate, entropyCoefficient } = settings;
  const rows = copies * steps;
  const size = rows / minibatches;
  const { distribution, observations: width, dim } = agent;
  const graph = trace(
    ([w, x, outcomes, old, advantages, returns, values]) => {
      const law = agent.law(w, x);
      const ratio = distribution.logProbability(law, outcomes).sub(old).exp();
      const negative = (r: Tensor) => r.mul(advantages).neg();
      const surrogate = negative(ratio)
        .maximum(negative(ratio.maximum(0.8).minimum(1.2)))
        .mean();
      const value = agent.value(w, x);
      const near = values.add(value.sub(values).maximum(-0.2).minimum(0.2));
      const error = value.sub(returns).square().maximum(near.sub(returns).square()).mean().mul(0.5);
      const loss = surrogate.sub(distribution.entropy(law).mean().mul(entropyCoefficient)).add(error.mul(0.5));
      return gradient(loss, [w]);
    },
    [[dim], [size, width], [size, distribution.size], [size], [size], [size], [size]],
  );
  const m = new Float64Array(dim);
  const v = new Float64Array(dim);
  let taken = 0;

  return (w: Float64Array, rollout: Rollout, remaining: number) => {
    const { rewards, values, nextValues, terminated, truncated } = rollout;
    const advantages = new Float64Array(rows);
    for (let copy = 0; copy < copies; copy++) {
      let later = 0;
      for (let t = steps - 1; t >= 0; t--) {
        const i = t * copies + copy;
        const goesOn = terminated[i] === 1 || truncated[i] === 1 ? 0 : 1;
        const delta = rewards[i] + 0.99 * goesOn * nextValues[i] - values[i];
        later = delta + 0.99 * 0.95 * goesOn * later;
        advantages[i] = later;
      }
    }
    const random = stream(4);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = random.permutation(rows);
      for (let part = 0; part < minibatches; part++) {
        const chosen = order.subarray(part * size, (part + 1) * size);
        const of = (table: ArrayLike<number>, columns = 1) =>
          Float64Array.from(
            { length: size * columns },
            (_, k) => table[chosen[Math.floor(k / columns)] * columns + (k % columns)],
          );
        const a = of(advantages);
        const mean = a.reduce((sum, x) => sum + x, 0) / size;
        const deviation = Math.sqrt(a.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (size - 1));
        const [slope] = evaluate(graph, [
          w,
          of(rollout.observations, width),
          of(rollout.outcomes, distribution.size),
          of(rollout.logProbabilities),
          a.map((x) => (x - mean) / (deviation + 1e-8)),
          Float64Array.from(chosen, (i) => advantages[i] + values[i]),
          of(values),
        ]);
        const norm = Math.hypot(...slope);
        taken++;
        for (let i = 0; i < dim; i++) {
          const g = slope[i] * Math.min(1, 0.5 / norm);
          m[i] = 0.9 * m[i] + 0.1 * g;
          v[i] = 0.999 * v[i] + 0.001 * g * g;
          const step = m[i] / (1 - 0.9 ** taken) / (Math.sqrt(v[i] / (1 - 0.999 ** taken)) + 1e-5);
          w[i] -= learningRate * remaining * step;
        }
      }
    }
  };
}

test("details 1, 4, 12: rollouts go on where the last one ended, the rate falls to 0, the log tells all", async () => {
  const { log } = await trainPolicy(ppo({ preset: "cleanrl" }), environments.cartPole(), { totalSteps: 2048, seed: 1 });
  assertClose(
    log.map((record) => record["train/learning_rate"]),
    [1, 0.75, 0.5, 0.25].map((share) => share * 2.5e-4),
    1e-15,
  );
  for (const record of log) {
    for (const name of ["policy_gradient_loss", "value_loss", "entropy_loss", "approx_kl", "clip_fraction"]) {
      assert.ok(Number.isFinite(record[`train/${name}`]), name);
    }
    assert.ok(record["train/explained_variance"] <= 1);
  }
});

test("details 2 and 13, and of boxes 2 and 4: the networks that come unasked for are CleanRL's", () => {
  const space = { kind: "box", shape: [17], low: -1, high: 1 } as const;
  const agent = actorCritic(space, { kind: "box", shape: [6], low: -1, high: 1 });
  assert.deepEqual(
    agent.layout.map(({ shape }) => shape),
    [[17, 64], [64], [64, 64], [64], [64, 6], [6], [6], [17, 64], [64], [64, 64], [64], [64, 1], [1]],
  );
  const w = agent.initialize(stream(1));
  for (const { shape, start } of agent.layout) {
    const block = w.subarray(start, start + shape.reduce((size, n) => size * n, 1));
    if (shape.length === 1) {
      assert.ok(block.every((x) => x === 0));
      continue;
    }
    // The squared entries of an orthogonal matrix add up to the smaller of its sides.
    const gain = shape[1] === 6 ? 0.01 : shape[1] === 1 ? 1 : Math.SQRT2;
    const squares = block.reduce((sum, x) => sum + x * x, 0);
    assertClose([squares / gain ** 2], [Math.min(...shape)], 1e-12);
  }
});
