// Losses on stored states and episodes: self-KL against divergences written out, importance-weighted returns against exact ones, the critic's
// loss against returns added up, and the parts of an agent.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  actorCritic,
  criticLoss,
  type EnvironmentRecord,
  environments,
  gridWorldProcess,
  importanceWeightedLoss,
  llc,
  makeEnvironment,
  mlp,
  type Policy,
  parameterGroups,
  recordEpisodes,
  regretLoss,
  selfKlLoss,
  stream,
} from "../../../src/index.js";
import { assertClose, differences } from "../../energies/differences.js";

const world = environments.gridWorld({ layout: ["G..", ".S.", "..."], observation: "oneHot", slip: 0.1 });
const process = gridWorldProcess(world, { discount: 0.7 });

/** An untrained policy for an environment, with noise of this size on its parameters. */
function policyFor(environment: EnvironmentRecord, scale: number, seed: number) {
  const { observationSpace, actionSpace } = makeEnvironment(environment);
  const networks = { actor: { hidden: [4] }, critic: { hidden: [3] } };
  const agent = actorCritic(observationSpace, actionSpace, networks);
  const random = stream(seed, "stored");
  const parameters = agent.initialize(random).map((x) => x + scale * random.normal());
  const policy: Policy = { parameters, networks, observationSpace, actionSpace, statistics: {} };
  return { agent, policy, random };
}

const { agent, policy, random } = policyFor(world, 0.3, 1);
const stored = await recordEpisodes(policy, world, { episodes: 1500, maxEpisodeSteps: 40, seed: 2 });
const moved = policy.parameters.map((x) => x + 0.1 * random.normal());

describe("stored episodes", () => {
  test("end where the environment ends them, and repeat with their seed", async () => {
    const { episodes, steps, lengths, rewards, observations } = stored;
    assert.equal(steps, Math.max(...lengths));
    for (let i = 0; i < episodes; i++) {
      const row = rewards.subarray(i * steps, (i + 1) * steps);
      // The one reward is the goal's, which ends the episode.
      row.forEach((reward, t) => assert.ok(reward === 0 || t === lengths[i] - 1));
      const first = observations.subarray(i * steps * 9, i * steps * 9 + 9);
      assert.deepEqual([...first], [0, 0, 0, 0, 1, 0, 0, 0, 0]);
    }
    const again = await recordEpisodes(policy, world, { episodes: 1500, maxEpisodeSteps: 40, seed: 2 });
    assert.deepEqual(again, stored);
    assert.deepEqual(structuredClone(stored), stored);
  });

  test("refuse another environment", async () => {
    await assert.rejects(recordEpisodes(policy, environments.cartPole()), /observationSpace/);
  });
});

describe("importance-weighted return", () => {
  const loss = importanceWeightedLoss(agent, stored, { discount: 0.7 });

  test("at the policy that was stored all weights are 1: the mean discounted return", () => {
    const { steps, rewards, episodes } = stored;
    const mean = rewards.reduce((sum, reward, k) => sum + reward * 0.7 ** (k % steps), 0) / episodes;
    assertClose([loss.value(policy.parameters)], [-mean], 1e-12);
    const { leastShare, running, effectiveSampleSize } = loss.weightsAt(policy.parameters);
    assertClose([leastShare], [1], 1e-12);
    assertClose(effectiveSampleSize, running, 1e-12);
    assert.equal(running[0], episodes);
  });

  test("at another it is that one's exact return, within its error", () => {
    // What 0.7 leaves after 40 steps is 6e-7.
    const regret = regretLoss(process, agent);
    for (const w of [policy.parameters, moved]) {
      const { return: estimate, standardError, leastShare } = loss.weightsAt(w);
      assertClose([estimate], [-loss.value(w)], 1e-12);
      const z = (estimate - (regret.optimalReturn - regret.value(w))) / standardError;
      assert.ok(Math.abs(z) < 4.5, `z = ${z}`);
      assert.ok(leastShare > 0 && leastShare <= 1 + 1e-12);
    }
  });

  test("few episodes decide everything far from the policy that was stored, and the weights say so", () => {
    const far = policy.parameters.map((x) => 4 * x);
    assert.ok(loss.weightsAt(far).leastShare < 0.5 * loss.weightsAt(moved).leastShare);
  });

  test("its gradient is that of its differences, and the critic has none of it", () => {
    const few = { ...stored, ...firstEpisodes(3) };
    const small = importanceWeightedLoss(agent, few);
    const gradient = new Float64Array(agent.dim);
    small.valueAndGradient(moved, gradient);
    assertClose(
      gradient,
      differences((w) => small.value(w), moved),
      1e-9,
    );
    assert.ok(gradient.subarray(agent.actorDim).every((slope) => slope === 0));
  });

  test("refuses episodes of another agent", () => {
    const other = policyFor(environments.cartPole(), 0, 1).agent;
    assert.throws(() => importanceWeightedLoss(other, stored), /stored must be episodes with observations of 4/);
    assert.throws(() => criticLoss(other, stored), /stored must be episodes with observations of 4/);
    const pole = policyFor(environments.cartPole(), 0, 1).policy;
    assert.throws(() => selfKlLoss(pole, stored), /states must be rows of 4/);
  });
});

function firstEpisodes(episodes: number) {
  const { steps, lengths, observations, outcomes, logProbabilities, rewards } = stored;
  const first = (x: Float64Array) => x.slice(0, (x.length / stored.episodes) * episodes);
  return {
    ...{ episodes, steps, lengths: lengths.slice(0, episodes) },
    ...{ observations: first(observations), outcomes: first(outcomes) },
    ...{ logProbabilities: first(logProbabilities), rewards: first(rewards) },
  };
}

describe("self-KL", () => {
  test("is the mean divergence of the choices, written out", () => {
    const network = mlp({ inputs: 2, hidden: [], outputs: 3, bias: false });
    const parameters = Float64Array.from({ length: 6 }, () => random.normal());
    const w = Float64Array.from({ length: 6 }, () => random.normal());
    const states = [
      [1, 0.5],
      [-0.3, 2],
      [0, 1],
    ];
    const laws = (p: Float64Array): number[][] =>
      states.map(([x, y]) => {
        const powers = [0, 1, 2].map((a) => Math.exp(x * p[a] + y * p[3 + a]));
        return powers.map((q) => q / powers.reduce((sum, r) => sum + r, 0));
      });
    const [from, to] = [laws(parameters), laws(w)];
    const expected = from.flatMap((row, s) => row.map((p, a) => (p * Math.log(p / to[s][a])) / 3));
    const loss = selfKlLoss({ network, parameters }, states);
    assertClose([loss.value(w)], [expected.reduce((sum, x) => sum + x, 0)], 1e-13);
    assert.equal(loss.dataSize, 3);
    assert.equal(selfKlLoss({ network, parameters }, states.flat()).value(w), loss.value(w));
    assert.throws(() => selfKlLoss({ network, parameters }, [1, 2, 3]), /rows of 2/);
    assert.throws(
      () =>
        selfKlLoss({ network, parameters }, [
          [1, 2],
          [Number.NaN, 1],
        ]),
      /finite/,
    );
  });

  for (const [name, environment] of [
    ["choices", world],
    ["normal actions", environments.pendulum()],
  ] as const) {
    test(`${name}: 0 without slope at the policy itself, and more elsewhere`, async () => {
      const { agent, policy, random } = policyFor(environment, 0.3, 4);
      const states = await recordEpisodes(policy, environment, { episodes: 4, maxEpisodeSteps: 20 });
      const loss = selfKlLoss(policy, states);
      assert.equal(
        loss.dataSize,
        states.lengths.reduce((sum, length) => sum + length, 0),
      );
      const gradient = new Float64Array(agent.dim);
      assertClose([loss.valueAndGradient(policy.parameters, gradient)], [0], 1e-15);
      assertClose(gradient, new Float64Array(agent.dim), 1e-15);
      for (let k = 0; k < 5; k++) {
        const w = policy.parameters.map((x, i) => x + (i < agent.actorDim ? 0.1 * random.normal() : 0));
        assert.ok(loss.valueAndGradient(w, gradient) > 0);
        assertClose(
          gradient,
          differences((x) => loss.value(x), w),
          1e-8,
        );
        assert.ok(gradient.subarray(agent.actorDim).every((slope) => slope === 0));
      }
    });
  }

  test("its LLC is half of the actor's last layer, where that alone moves and the states span it", async () => {
    const { agent, policy } = policyFor(environments.pendulum(), 0.3, 4);
    const states = await recordEpisodes(policy, environments.pendulum(), { episodes: 5, maxEpisodeSteps: 60 });
    const { head, scales } = parameterGroups(agent);
    const loss = selfKlLoss(policy, states);
    // Four weights, a bias and a scale, of a regular model: the prior is weak beside n beta = 1e6.
    const estimate = await llc(loss, {
      center: policy.parameters,
      mask: [...head, ...scales],
      beta: 1e6 / loss.dataSize,
      gamma: 1e-3,
      chains: 2,
      warmup: 400,
      draws: 1000,
      seed: 1,
      workers: 0,
    });
    assert.equal(estimate.dim, 6);
    const z = (estimate.mean - 3) / estimate.standardError;
    assert.ok(Math.abs(z) < 4.5, `${estimate.mean} +- ${estimate.standardError}`);
  });
});

describe("the critic's loss", () => {
  test("is that of normal errors of the discounted returns", () => {
    const few = firstEpisodes(5);
    const loss = criticLoss(agent, few, { discount: 0.7, sigma: 0.5 });
    const w = policy.parameters.slice();
    // A critic whose last layer is its bias alone says one number everywhere.
    w.fill(0, agent.actorDim);
    w[agent.dim - 1] = 0.2;
    const returns = [...few.lengths].flatMap((length, i) => {
      const last = few.rewards[i * few.steps + length - 1];
      return Array.from({ length }, (_, t) => last * 0.7 ** (length - 1 - t));
    });
    const constant = Math.log(0.5) + 0.5 * Math.log(2 * Math.PI);
    const terms = returns.map((g) => (g - 0.2) ** 2 / (2 * 0.25) + constant);
    assertClose([loss.value(w)], [terms.reduce((sum, x) => sum + x, 0) / terms.length], 1e-12);
    const gradient = new Float64Array(agent.dim);
    loss.valueAndGradient(moved, gradient);
    assert.ok(gradient.subarray(0, agent.actorDim).every((slope) => slope === 0));
    assertClose(
      gradient,
      differences((x) => loss.value(x), moved),
      1e-8,
    );
  });
});

describe("the parts of an agent", () => {
  test("are its trunk, head, scales and critic, and all of it together", () => {
    const { agent } = policyFor(environments.pendulum(), 0, 1);
    const groups = parameterGroups(agent);
    assert.deepEqual(groups.head, ["actor layer 2 weight", "actor layer 2 bias"]);
    assert.deepEqual(groups.trunk, ["actor layer 1 weight", "actor layer 1 bias"]);
    assert.deepEqual(groups.scales, ["actor log scale"]);
    const all = [...groups.trunk, ...groups.head, ...groups.scales, ...groups.critic];
    assert.deepEqual(new Set(all), new Set(agent.layout.map(({ name }) => name)));
    assert.deepEqual(new Set(groups.policy), new Set(all.filter((name) => !groups.critic.includes(name))));
  });
});
