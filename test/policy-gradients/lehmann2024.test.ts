// The preset lehmann2024 against the reference's own rules, and where it differs from the corrected ones: one update each (D1 to D8 of
// src/policy-gradients/algorithms/lehmann.ts).

import assert from "node:assert/strict";
import { test } from "node:test";
import { actorCritic } from "../../src/policy-gradients/actor-critic.js";
import { type Advantages, advantagesOf } from "../../src/policy-gradients/advantages.js";
import { algorithmOf, type Learner } from "../../src/policy-gradients/algorithms/index.js";
import { minibatchesOf } from "../../src/policy-gradients/algorithms/minibatches.js";
import type { Environment, Space } from "../../src/policy-gradients/environments/index.js";
import { type Algorithm, a2c, ppo, reinforce, trainPolicy, trpo, vmpo } from "../../src/policy-gradients/index.js";
import { stream } from "../../src/random/index.js";
import { evaluate, trace } from "../../src/tensor/index.js";
import { assertClose } from "../energies/differences.js";
import { divergence, situationOf } from "./situation.js";
import "../../src/index.js";

/** Says two numbers; the actions near to them pay most. Ends by itself after 5 steps, or is cut after 3, as the first number has it. */
function echo(given: Float64Array[] = []): () => Environment {
  return () => {
    const state = new Float64Array(3);
    const say = (random: { uniform(): number }) => [2 * random.uniform() - 1, 2 * random.uniform() - 1];
    return {
      name: "Echo",
      observationSpace: { kind: "box", shape: [2], low: -1, high: 1 },
      actionSpace: { kind: "box", shape: [2], low: -0.4, high: 0.4 },
      reset(random, observation) {
        state.set([...say(random), 0]);
        observation.set(state.subarray(0, 2));
      },
      step(action, random, observation) {
        given.push(action.slice());
        const reward = -((action[0] - state[0]) ** 2) - (action[1] - state[1]) ** 2;
        const steps = state[2] + 1;
        const cut = steps >= 3 && state[0] > 0;
        state.set([...say(random), steps]);
        observation.set(state.subarray(0, 2));
        return { reward, terminated: !cut && steps >= 5, truncated: cut };
      },
      state: () => state.slice(),
      restore: (saved) => state.set(saved),
    };
  };
}

const small = { actor: { hidden: [8] }, critic: { hidden: [8] }, precision: "f64" } as const;

function echoing(algorithm: Algorithm, given?: Float64Array[]) {
  const situation = situationOf(algorithm, echo(given));
  return { ...situation, rollout: situation.roll() };
}

const algorithms: readonly [string, Algorithm][] = [
  ["REINFORCE", reinforce({ ...small, preset: "lehmann2024", steps: 24 })],
  ["A2C", a2c({ ...small, preset: "lehmann2024", environments: 4, steps: 12, minibatches: 2 })],
  ["TRPO", trpo({ ...small, preset: "lehmann2024", environments: 4, steps: 12, minibatches: 2, actorMinibatches: 4 })],
  ["PPO", ppo({ ...small, preset: "lehmann2024", environments: 4, steps: 12, minibatches: 4 })],
  ["V-MPO", vmpo({ ...small, preset: "lehmann2024", environments: 4, steps: 12, minibatches: 4 })],
];

for (const [name, algorithm] of algorithms) {
  test(`${name} with the preset: equal seeds give identical parameters; its rate hardly falls (D3)`, async () => {
    const run = () => trainPolicy(algorithm, echo(), { totalSteps: 192, seed: 3 });
    const [first, second] = [await run(), await run()];
    assert.deepEqual(first.policy.parameters, second.policy.parameters);
    assert.ok(first.policy.parameters.every(Number.isFinite));
    // To a hundredth after as many steps of the optimiser as there are of the environment.
    first.log.forEach((record, i) => {
      const before = i === 0 ? 0 : first.log[i - 1]["train/n_updates"];
      assertClose([record["train/learning_rate"]], [3e-4 * (1 - (0.99 * before) / 192)], 1e-15);
    });
  });
}

test("the networks are the reference's: 4 layers of 32 and 5 of 256, LeCun's uniform weights, a scale from the state", () => {
  const observationSpace: Space = { kind: "box", shape: [17], low: -1, high: 1 };
  const actionSpace: Space = { kind: "box", shape: [6], low: -1, high: 1 };
  const options = algorithmOf("test", ppo()).settings({ preset: "lehmann2024" }, actionSpace);
  assert.deepEqual([options.environments, options.steps, options.learningRate], [8, 2048, 3e-4]);
  const { actor, critic, law, scale } = options;
  const agent = actorCritic(observationSpace, actionSpace, { actor, critic, law, scale });
  assert.equal(agent.actorDim, 17 * 32 + 32 + 3 * (32 * 32 + 32) + 32 * 12 + 12);
  assert.equal(agent.dim - agent.actorDim, 17 * 256 + 256 + 4 * (256 * 256 + 256) + 256 + 1);
  const w = agent.initialize(stream(1));
  for (const { name, start, shape } of agent.layout.filter(({ shape }) => shape.length === 2)) {
    const weights = w.subarray(start, start + shape[0] * shape[1]);
    const bound = Math.sqrt(3 / shape[0]);
    assert.ok(
      weights.every((x) => Math.abs(x) <= bound),
      name,
    );
    const share = weights.reduce((sum, x) => sum + Math.abs(x), 0) / weights.length / bound;
    // Of a uniform law the mean modulus is a half of the bound, with variance 1 / 12.
    assert.ok(Math.abs(share - 0.5) * Math.sqrt(12 * weights.length) < 4.5, name);
  }
  // A change of one option leaves the others as the preset has them.
  const wider = algorithmOf("test", ppo()).settings({ preset: "lehmann2024", actor: { hidden: [64] } }, actionSpace);
  assert.deepEqual(wider.actor, { ...actor, hidden: [64] });
});

const vmpoSmall = { ...small, environments: 4, steps: 64, minibatches: 4, law: "tanhNormal", scale: "state" } as const;

test("D1: V-MPO's bounds are inert: parameters do not depend on them, and the divergence passes them; corrected it stays", () => {
  const after = (options: object): { kl: number; w: Float64Array; learner: Learner } => {
    const { agent, learner, rollout, w } = echoing(vmpo({ ...vmpoSmall, ...options }));
    for (let update = 0; update < 5; update++) learner.update(w, rollout, 1, stream(4, update));
    return { kl: divergence(agent, rollout, w), w, learner };
  };
  const inert = { preset: "lehmann2024", maxGradientNorm: Number.POSITIVE_INFINITY, learningRate: 1e-2 } as const;
  const [tight, loose] = [after({ ...inert, targetKl: 1e-4 }), after({ ...inert, targetKl: 10 })];
  assert.deepEqual(tight.w, loose.w);
  assert.ok(tight.kl > 0.1, `${tight.kl}`);
  const corrected = { targetKl: 1e-4, targetScaleKl: 1e-4, learningRate: 1e-2, epochs: 10, maxGradientNorm: 10 };
  const held = after(corrected);
  assert.ok(held.kl < tight.kl / 20, `${held.kl} and ${tight.kl}`);
});

test("D1, D8: V-MPO's multiplier of means falls and that of scales grows at the networks' own rate", () => {
  const { learner, rollout, w } = echoing(vmpo({ ...vmpoSmall, preset: "lehmann2024" }));
  const found = learner.update(w, rollout, 1, stream(4));
  const steps = 10 * 4;
  assert.equal(found.updates, steps);
  // Adam's steps along a slope that keeps its sign are about the rate each; the gradient's changing length is what is left.
  assert.ok(found.multiplier < 1 && found.multiplier > 1 - 1.1 * steps * 3e-4);
  assert.ok(found.scale_multiplier > 1 + 0.9 * steps * 3e-4 && found.scale_multiplier < 1 + 1.1 * steps * 3e-4);
  assert.ok(Math.abs(found.temperature - 1) < 1.1 * steps * 3e-4);
});

test("V-MPO's inert temperature descends on the dual of the better half", () => {
  const { learner, rollout, w, settings, agent } = echoing(
    vmpo({ ...vmpoSmall, preset: "lehmann2024", epochs: 1, minibatches: 1, environments: 1, steps: 40 }),
  );
  const worth = minibatchesOf(agent, settings, 1);
  worth.take(rollout);
  const [{ estimates }] = [...worth.pass(w, stream(5))];
  const sorted = Array.from(estimates.advantages).sort((a, b) => b - a);
  const half = sorted.filter((a) => a >= (sorted[19] + sorted[20]) / 2);
  const dual = (eta: number) =>
    eta * 0.01 + eta * Math.log(half.reduce((sum, a) => sum + Math.exp(a / eta), 0) / half.length);
  const slope = (dual(1 + 1e-5) - dual(1 - 1e-5)) / 2e-5;
  const { temperature } = learner.update(w, rollout, 1, stream(4));
  // Adam's first step is the rate, against the sign of the slope.
  assertClose([temperature], [1 - 3e-4 * Math.sign(slope)], 1e-8);
});

const trpoSmall = { ...small, environments: 4, steps: 64, law: "tanhNormal", scale: "state" } as const;

test("D2: a rejected step of TRPO is taken all the same; corrected, every bit of the actor is as it was", () => {
  // So long a step is not what its quadratic bound says, and nothing shorter is tried.
  const far = { targetKl: 20, backtracks: 1, damping: 1e-3 };
  const after = (options: object) => {
    const { agent, learner, rollout, w } = echoing(trpo({ ...trpoSmall, ...far, ...options }));
    const before = w.slice(0, agent.actorDim);
    const found = learner.update(w, rollout, 1, stream(4));
    assert.equal(found.is_line_search_success, 0);
    return { before, actor: w.slice(0, agent.actorDim) };
  };
  const obeyed = after({});
  assert.deepEqual(obeyed.actor, obeyed.before);
  const ignored = after({
    preset: "lehmann2024",
    minibatches: 4,
    actorMinibatches: 1,
    unrolls: false,
    truncation: "mask",
  });
  assert.notDeepEqual(ignored.actor, ignored.before);
  assert.ok(ignored.actor.every(Number.isFinite));
});

test("D2: TRPO's bound is on the mean over an action's numbers, and there is a step for each unroll", () => {
  const measured = (options: object) => {
    const { agent, learner, rollout, w } = echoing(trpo({ ...trpoSmall, targetKl: 1e-3, ...options }));
    const found = learner.update(w, rollout, 1, stream(4));
    assert.ok(found.is_line_search_success > 0);
    return divergence(agent, rollout, w);
  };
  const corrected = measured({});
  assert.ok(corrected <= 1e-3 * (1 + 1e-9) && corrected > 2e-4, `${corrected}`);
  const mean = measured({ averageKl: true });
  assert.ok(mean > 1e-3 && mean <= 2e-3 * (1 + 1e-9), `${mean}`);
  const steps = measured({ preset: "lehmann2024", minibatches: 4, actorMinibatches: 4 });
  assert.ok(steps > mean, `${steps}`);
});

test("D4, D5, D8: unrolls are worth Brax's advantages by the critic as it is, steps cut short count with 0", () => {
  const { agent, settings, rollout, w } = echoing(
    ppo({ ...small, preset: "lehmann2024", environments: 4, steps: 12, minibatches: 2 }),
  );
  const parts = minibatchesOf(agent, settings, 2);
  const once = parts.take(rollout);
  const options = { gamma: 0.99, lambda: 0.95, truncation: "mask", estimator: "lambdaReturn" } as const;
  assert.deepEqual(once, advantagesOf(rollout, options));
  assert.notDeepEqual(once.advantages, advantagesOf(rollout, { ...options, estimator: "gae" }).advantages);
  assert.ok(Array.from(rollout.truncated).includes(1) && Array.from(rollout.terminated).includes(1));

  const met: number[] = [];
  for (const { rows, estimates } of parts.pass(w, stream(5))) {
    met.push(...rows);
    assert.deepEqual(new Set(Array.from(rows, (row) => row % 4)).size, 2);
    assertClose(at(estimates, rows), at(once, rows), 1e-12);
    for (const row of rows) {
      assert.equal(estimates.weights[row], 1);
      if (rollout.truncated[row] === 1) assert.equal(estimates.advantages[row], 0);
    }
  }
  assert.deepEqual(
    met.sort((a, b) => a - b),
    Array.from({ length: 48 }, (_, row) => row),
  );
  // Another critic, other targets: those of the rollout with that critic's values.
  w[agent.dim - 1] += 0.5;
  const graph = trace(([v, x]) => [agent.value(v, x)], [[agent.dim], [48, 2]]);
  const values = evaluate(graph, [w, rollout.observations])[0] as Float64Array;
  const nextValues = rollout.nextValues.map((value) => value + 0.5);
  const anew = advantagesOf({ ...rollout, values, nextValues }, options);
  for (const { rows, estimates } of parts.pass(w, stream(6))) {
    assertClose(at(estimates, rows), at(anew, rows), 1e-12);
    assert.notDeepEqual(at(estimates, rows), at(once, rows));
  }
});

/** Advantages and returns at rows. */
function at({ advantages, returns }: Advantages, rows: Uint32Array): number[] {
  return [...Array.from(rows, (row) => advantages[row]), ...Array.from(rows, (row) => returns[row])];
}

test("D6: actions lie in [-1, 1] whatever the task takes; corrected they span its bounds", () => {
  const largest = (options: object) => {
    const given: Float64Array[] = [];
    echoing(ppo({ ...small, environments: 2, steps: 50, minibatches: 2, ...options }), given);
    return Math.max(...given.flatMap((action) => Array.from(action, Math.abs)));
  };
  assert.ok(largest({ preset: "lehmann2024" }) > 0.9);
  const spanned = largest({ law: "tanhNormal", scale: "state" });
  assert.ok(spanned > 0.35 && spanned <= 0.4, `${spanned}`);
  assert.equal(largest({}), 0.4);
});

test("REINFORCE sums the rewards up to an end of whatever kind, without a baseline", () => {
  const { learner, rollout, w } = echoing(reinforce({ ...small, preset: "lehmann2024", steps: 40 }));
  const found = learner.update(w, rollout, 1, stream(4));
  let [sum, total] = [0, 0];
  for (let t = 39; t >= 0; t--) {
    if (rollout.terminated[t] === 1 || rollout.truncated[t] === 1) sum = 0;
    sum = rollout.rewards[t] + 0.99 * sum;
    total -= (rollout.logProbabilities[t] * sum) / 40;
  }
  assertClose([found.policy_gradient_loss], [total], 1e-12);
});

test("unrolls need a truncation they can do, and as many copies as they are dealt among", () => {
  const { actionSpace } = echo()();
  const settings = (algorithm: Algorithm) => () =>
    algorithmOf("test", algorithm).settings(algorithm.options, actionSpace);
  assert.throws(
    settings(ppo({ unrolls: true })),
    /ppo: truncation must be "mask" or "terminal" where minibatches are whole unrolls, got "bootstrap"/,
  );
  assert.throws(
    settings(ppo({ preset: "lehmann2024", minibatches: 3 })),
    /ppo: minibatches must be a divisor of environments, 8, got 3/,
  );
  assert.throws(settings(vmpo({ bounds: "inert" })), /vmpo: unrolls must be true with inert bounds, got false/);
  assert.throws(
    settings(ppo({ anneal: "slowly" as never })),
    /ppo: anneal must be true, false or "inert", got "slowly"/,
  );
});
