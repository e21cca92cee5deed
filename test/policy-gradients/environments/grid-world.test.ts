// The grid world and finite decision processes: exact values against sums that can be done by hand, against each other, and against episodes played.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type DecisionProcess,
  decisionProcess,
  environments,
  makeEnvironment,
} from "../../../src/policy-gradients/environments/index.js";
import { type Random, stream } from "../../../src/random/index.js";
import { act, at } from "./playing.js";

const { gridWorld, gridWorldProcess } = environments;

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const scale = 1 + Math.abs(expected[i]);
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance * scale, `${i}: ${actual[i]} is not ${expected[i]}`);
  }
}

function uniformPolicy({ states, actions }: DecisionProcess): Float64Array {
  return new Float64Array(states * actions).fill(1 / actions);
}

/** A process with some ends, some zeros and every state reachable or not. */
function drawProcess(random: Random, discount: number): DecisionProcess {
  const [states, actions, outcomes] = [1 + random.integer(6), 1 + random.integer(3), 1 + random.integer(3)];
  const all = states * actions * outcomes;
  const probability = new Float64Array(all);
  for (let i = 0; i < all; i += outcomes) probability.set(drawLaw(outcomes, random), i);
  return decisionProcess(
    {
      states,
      actions,
      outcomes,
      next: Int32Array.from({ length: all }, () => random.integer(states + 1) - 1),
      probability,
      reward: Float64Array.from({ length: all }, () => random.normal()),
      start: drawLaw(states, random),
    },
    discount,
  );
}

function drawLaw(size: number, random: Random): Float64Array {
  const weights = Float64Array.from({ length: size }, () => random.exponential());
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function drawPolicy({ states, actions }: DecisionProcess, random: Random): Float64Array {
  const policy = new Float64Array(states * actions);
  for (let s = 0; s < states; s++) policy.set(drawLaw(actions, random), s * actions);
  return policy;
}

const processes = fc.record({ seed: fc.nat(), discount: fc.double({ min: 0.05, max: 0.98, noNaN: true }) });

test("in an open room the best value is the discount to the power of the distance", () => {
  const process = gridWorldProcess(gridWorld(), { discount: 0.9 });
  assert.equal(process.states, 24);
  const { values } = process.optimalValues();
  near(
    values,
    Array.from(process.agentOf, (place) => 0.9 ** (Math.floor(place / 5) + (place % 5) - 1)),
  );
});

test("in a corridor the values of wandering are those of a random walk", () => {
  // V1 = c (V1 + V1 + V1 + V2), V2 = c (V1 + V2 + V2 + 1) with c = 0.9 / 4 for the moves and 1/4 for the reward.
  const process = gridWorldProcess(gridWorld({ layout: ["..G"] }), { discount: 0.9 });
  const c = 0.9 / 4;
  const determinant = (1 - 3 * c) * (1 - 2 * c) - c * c;
  near(process.exactValues(uniformPolicy(process)), [(c * 0.25) / determinant, ((1 - 3 * c) * 0.25) / determinant]);
});

test("walls are not entered, holes end the episode, and slipping goes to the sides", () => {
  const layout = ["S#G", "..H"];
  const steady = gridWorldProcess(gridWorld({ layout, stepReward: -0.1 }), { discount: 0.5 });
  const [S, left, middle] = [0, 1, 2];
  assert.deepEqual(Array.from(steady.agentOf), [0, 3, 4]);
  const worth = steady.actionValues([10, 20, 30]);
  const [right, up, leftwards, down] = [0, 1, 2, 3];
  near([worth[4 * S + right], worth[4 * S + up], worth[4 * S + down]], [4.9, 4.9, 9.9]);
  near([worth[4 * middle + right], worth[4 * middle + up], worth[4 * middle + leftwards]], [-1, 14.9, 9.9]);
  near([worth[4 * left + up]], [4.9]);
  const slippery = gridWorldProcess(gridWorld({ layout, slip: 0.5 }), { discount: 0.5 });
  near([slippery.actionValues([10, 20, 30])[4 * middle + down]], [0.5 * 15 + 0.25 * -1 + 0.25 * 10]);
  assert.deepEqual(Array.from(steady.start), [1, 0, 0]);
});

test("values satisfy Bellman's equation, and the optimum is the fixed point of its maximum", () => {
  fc.assert(
    fc.property(processes, ({ seed, discount }) => {
      const random = stream(seed);
      const process = drawProcess(random, discount);
      const { states, actions } = process;
      const policy = drawPolicy(process, random);
      const values = process.exactValues(policy);
      const worth = process.actionValues(values);
      const best = process.optimalValues();
      const bestWorth = process.actionValues(best.values);
      for (let s = 0; s < states; s++) {
        let mean = 0;
        let most = -Infinity;
        for (let a = 0; a < actions; a++) {
          mean += policy[s * actions + a] * worth[s * actions + a];
          most = Math.max(most, bestWorth[s * actions + a]);
        }
        near([values[s], best.values[s]], [mean, most], 1e-9);
        assert.ok(best.values[s] >= values[s] - 1e-9);
      }
      near(process.exactValues(best.policy), best.values);
    }),
    { numRuns: 60 },
  );
});

test("the return's derivative by the policy is visits times action values", () => {
  fc.assert(
    fc.property(processes, ({ seed, discount }) => {
      const random = stream(seed);
      const process = drawProcess(random, discount);
      const { states, actions } = process;
      const policy = drawPolicy(process, random);
      const other = drawPolicy(process, random);
      const along = (t: number): number => process.exactReturn(policy.map((p, i) => p + t * (other[i] - p)));
      const visits = process.exactVisits(policy);
      const worth = process.actionValues(process.exactValues(policy));
      let derivative = 0;
      for (let i = 0; i < states * actions; i++) {
        derivative += visits[Math.floor(i / actions)] * worth[i] * (other[i] - policy[i]);
      }
      // Between two policies all is a policy; a one-sided second-order difference.
      const h = 1e-5;
      const difference = (-3 * along(0) + 4 * along(h) - along(2 * h)) / (2 * h);
      near([difference], [derivative], 1e-5);
    }),
    { numRuns: 60 },
  );
});

test("episodes played have the exact return", () => {
  const discount = 0.9;
  const record = gridWorld({
    layout: ["G..", ".#H", "..."],
    slip: 0.2,
    goalElsewhere: 0.4,
    stepReward: -0.05,
    maxEpisodeSteps: null,
  });
  const process = gridWorldProcess(record, { discount });
  const policy = drawPolicy(process, stream(3));
  const exact = process.exactReturn(policy);

  const z = (episodes: number): number => {
    const environment = makeEnvironment(record);
    const [random, actions] = [stream(11, "environment"), stream(11, "actions")];
    let [sum, squares] = [0, 0];
    const observation = new Float64Array(1);
    const action = new Float64Array(1);
    for (let k = 0; k < episodes; k++) {
      environment.reset(random, observation);
      let discounted = 0;
      for (let factor = 1, over = false; !over; factor *= discount) {
        let rest = actions.uniform();
        action[0] = 0;
        while (action[0] < 3 && (rest -= policy[4 * observation[0] + action[0]]) >= 0) action[0]++;
        const { reward, terminated } = environment.step(action, random, observation);
        discounted += factor * reward;
        over = terminated;
      }
      sum += discounted;
      squares += discounted * discounted;
    }
    const mean = sum / episodes;
    return (mean - exact) / Math.sqrt((squares / episodes - mean * mean) / episodes);
  };
  const first = z(20_000);
  // As declared for statistical tests: one that fails is done once more with four times the draws.
  if (Math.abs(first) > 4.5) assert.ok(Math.abs(z(80_000)) < 4.5, `z ${first}`);
});

test("the goal is elsewhere as often as it should be, all places alike but those of starts", () => {
  const process = gridWorldProcess(gridWorld({ layout: ["G.", "S."], goalElsewhere: 0.3 }));
  const byGoal = new Map<number, number>();
  process.start.forEach((p, s) => {
    byGoal.set(process.goalOf[s], (byGoal.get(process.goalOf[s]) ?? 0) + p);
    if (p > 0) assert.equal(process.agentOf[s], 2);
  });
  assert.deepEqual([...byGoal.keys()], [0, 1, 3]);
  near([...byGoal.values()], [0.7, 0.15, 0.15]);
});

test("numbers, ones among zeros and pictures show the same state", () => {
  const layout = ["G.#", "..H"];
  const seen = (observation: "number" | "oneHot" | "picture"): { shown: number[][]; known: Float64Array } => {
    const record = gridWorld({ layout, goalElsewhere: 0.5, observation, maxEpisodeSteps: null });
    const environment = makeEnvironment(record);
    const shown: number[][] = [];
    at(environment, [1]);
    for (const action of [0, 2, 0]) shown.push(act(environment, action).observation);
    return { shown, known: gridWorldProcess(record).observations };
  };
  // The goal is the top left, the agent left of the hole, then the lower left, then again left of the hole.
  assert.deepEqual(seen("number").shown, [[2], [1], [2]]);
  const places = (agent: number): number[] => Array.from({ length: 12 }, (_, i) => Number(i === agent || i === 6));
  assert.deepEqual(seen("oneHot").shown, [places(4), places(3), places(4)]);
  const picture = (agent: number): number[] =>
    [0, 1, 2, 3, 4, 5].flatMap((place) => [
      Number(place === 2),
      Number(place === agent),
      Number(place === 0),
      Number(place === 5),
    ]);
  assert.deepEqual(seen("picture").shown, [picture(4), picture(3), picture(4)]);
  assert.deepEqual(Array.from(seen("picture").known.subarray(2 * 24, 3 * 24)), picture(4));
});

test("what is no grid world, no policy or no discount is refused", () => {
  assert.throws(() => gridWorld({ layout: ["..", "."] }), /gridWorld: layout must be rows of equal length/);
  assert.throws(() => gridWorld({ layout: [".."] }), /one with one G/);
  assert.throws(() => gridWorld({ layout: ["G#"] }), /floor besides the goal/);
  assert.throws(() => gridWorld({ slip: 1.5 }), /slip must be a number from 0 to 1, got 1.5/);
  assert.throws(() => gridWorld({ layout: ["GS"], goalElsewhere: 0.1 }), /floor where the goal may be elsewhere/);
  assert.throws(() => gridWorldProcess(environments.cartPole()), /what gridWorld\(\) gave, got "cartPole"/);
  assert.throws(() => gridWorldProcess(gridWorld(), { discount: 1 }), /discount must be a number between 0 and 1/);
  const process = gridWorldProcess(gridWorld({ layout: [".G"] }));
  assert.throws(() => process.exactValues([1, 0, 0]), /policy must be 1 x 4 probabilities/);
  assert.throws(() => process.exactValues([1, 1, 0, 0]), /the sum of policy\[0\] must be 1, got 2/);
  assert.throws(() => process.exactValues([2, -1, 0, 0]), /policy\[0, 1\] must be a probability, got -1/);
  assert.throws(() => process.exactValues([NaN, 0, 0, 0]), /must be a probability, got NaN/);
});
