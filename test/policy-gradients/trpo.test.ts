// TRPO's parts against what they stand for: a Fisher matrix written out, a solved system, a bound that holds, a rejected step.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActorCritic, actorCritic } from "../../src/policy-gradients/actor-critic.js";
import { lineSearch, trpo } from "../../src/policy-gradients/algorithms/trpo.js";
import { conjugateGradients, trustRegion } from "../../src/policy-gradients/algorithms/trust-region.js";
import { environments, type Space } from "../../src/policy-gradients/environments/index.js";
import { trainPolicy } from "../../src/policy-gradients/index.js";
import { stream } from "../../src/random/index.js";
import { evaluate, gradient, trace } from "../../src/tensor/index.js";
import { assertClose } from "../energies/differences.js";
import { divergence, situationOf } from "./situation.js";
import "../../src/index.js";

const seenSpace: Space = { kind: "box", shape: [2], low: -1, high: 1 };
const network = { actor: { hidden: [3], outputGain: 1 }, critic: { hidden: [2] } };
const rows = 4;

/** A trust region on some made-up rollout, and what it was made of. */
function regionOf(agent: ActorCritic) {
  const random = stream(4);
  const w = agent.initialize(random);
  const observations = new Float64Array(2 * rows);
  random.fillNormal(observations);
  const graph = trace(([v, x]) => [agent.law(v, x)], [[agent.dim], [rows, 2]]);
  const [laws] = evaluate(graph, [w, observations]) as Float64Array[];
  const outcomes = new Float64Array(rows * agent.distribution.size);
  agent.distribution.sample(laws, outcomes, random);
  const scores = trace(
    ([v, x, y]) => [agent.distribution.logProbability(agent.law(v, x), y)],
    [[agent.dim], [rows, 2], [rows, agent.distribution.size]],
  );
  const [logProbabilities] = evaluate(scores, [w, observations, outcomes]) as Float64Array[];
  const weights = Float64Array.of(1, 1, 0, 1);
  const region = trustRegion(agent, rows);
  region.take({ observations, outcomes, logProbabilities, laws } as never, Float64Array.of(1, -2, 0, 0.5), weights);
  return { w, region, observations, weights };
}

test("choices: the product is that of the dense Fisher matrix, sum of p times the outer square of the score", () => {
  const agent = actorCritic(seenSpace, { kind: "discrete", count: 3 }, network);
  const { w, region, observations, weights } = regionOf(agent);
  const n = agent.actorDim;
  const dense = new Float64Array(n * n);
  const score = trace(
    ([v, x, y]) => {
      const log = agent.distribution.logProbability(agent.law(v, x), y).sum();
      return [log, ...gradient(log, [v])];
    },
    [[agent.dim], [1, 2], [1, 1]],
  );
  for (let row = 0; row < rows; row++) {
    for (const action of [0, 1, 2]) {
      const [log, slope] = evaluate(score, [w, observations.slice(2 * row, 2 * row + 2), Float64Array.of(action)]);
      const share = (weights[row] * Math.exp(log[0])) / 3;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) dense[i * n + j] += share * slope[i] * slope[j];
    }
  }
  const v = new Float64Array(n);
  stream(9).fillNormal(v);
  const expected = Array.from(v, (_, i) => v.reduce((sum, x, j) => sum + dense[i * n + j] * x, 0));
  assertClose(region.fisherProduct(w, v), expected, 1e-12);
});

for (const options of [{}, { scale: "state" }, { law: "tanhNormal", scale: "state" }] as const) {
  test(`boxes ${JSON.stringify(options)}: the product is the slope of the divergence's gradient`, () => {
    const space: Space = { kind: "box", shape: [2], low: -1, high: 1 };
    const agent = actorCritic(seenSpace, space, { ...network, ...options });
    const { w, region } = regionOf(agent);
    const v = new Float64Array(agent.actorDim);
    stream(9).fillNormal(v);
    // KL(w0 || w0 + h v) = h^2 v F v / 2 + O(h^3), the odd term of which the two sides cancel.
    const h = 1e-3;
    const at = (t: number) => region.measure(w.map((x, i) => x + (i < v.length ? t * v[i] : 0))).kl;
    const measured = (at(h) + at(-h)) / (h * h);
    const product = region.fisherProduct(w, v);
    const quadratic = v.reduce((sum, x, i) => sum + x * product[i], 0);
    assert.ok(quadratic > 0.1);
    assertClose([measured / quadratic], [1], 1e-4);
  });
}

test("in single precision the product is that of double to single's rounding, and no less symmetric and positive", () => {
  const space: Space = { kind: "box", shape: [2], low: -1, high: 1 };
  const [double, single] = (["f64", "f32"] as const).map((precision) => {
    const agent = actorCritic(seenSpace, space, { ...network, precision });
    const { w, region } = regionOf(agent);
    const vectors = [9, 10].map((seed) => {
      const v = new Float64Array(agent.actorDim);
      stream(seed).fillNormal(v);
      return v;
    });
    return { vectors, products: vectors.map((v) => region.fisherProduct(w, v).slice()) };
  });
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
  double.products.forEach((product, k) => {
    const error = Math.hypot(...product.map((x, i) => x - single.products[k][i]));
    assert.ok(error > 0 && error < 2e-6 * Math.hypot(...product), `${error}`);
    assert.ok(dot(single.vectors[k], single.products[k]) > 0);
  });
  const [[u, v], [forU, forV]] = [single.vectors, single.products];
  assertClose([dot(u, forV) / dot(v, forU)], [1], 1e-5);
});

test("conjugate gradients solve a system of n unknowns in n steps", () => {
  const matrix = [
    [4, 1, 0],
    [1, 3, -1],
    [0, -1, 2],
  ];
  const product = (v: Float64Array) => Float64Array.from(matrix, (row) => row.reduce((sum, x, j) => sum + x * v[j], 0));
  const solution = Float64Array.of(1, -2, 0.5);
  assertClose(conjugateGradients(product, product(solution), 3), solution, 1e-12);
});

test("a line search that accepts nothing leaves every bit of the parameters as it was", () => {
  const start = Float64Array.of(0.1, 1 / 3, -7e-300, 5);
  const w = start.slice();
  let tries = 0;
  const search = (lineSearchRule: "obeyed" | "ignored") =>
    lineSearch(
      w,
      3,
      Float64Array.of(1, 2, 3),
      0.7,
      { backtracks: 5, backtrackFactor: 0.8, lineSearch: lineSearchRule },
      () => {
        tries++;
        return { accepted: false };
      },
    );
  assert.equal(search("obeyed").accepted, false);
  assert.equal(tries, 5);
  assert.deepEqual(w, start);
  // What is not obeyed leaves the last, shortest step.
  assert.equal(search("ignored").accepted, false);
  const last = 0.7 * 0.8 ** 4;
  assertClose(w, [start[0] + last, start[1] + 2 * last, start[2] + 3 * last, 5], 1e-15);
});

test("no update leaves the trust region, and each that is made gains", async () => {
  const { log } = await trainPolicy(trpo({ environments: 4, steps: 64 }), environments.cartPole(), {
    totalSteps: 2560,
    seed: 1,
  });
  assert.ok(log.some((record) => record["train/is_line_search_success"] === 1));
  for (const record of log) {
    const kl = record["train/kl_divergence_loss"];
    assert.ok(kl <= 0.01);
    if (record["train/is_line_search_success"] === 0) assert.equal(kl, 0);
    // Advantages have mean 0, so that the surrogate begins at 0.
    else assert.ok(kl > 0 && record["train/policy_objective"] > 0);
  }
});

test("features that actor and critic share are the actor's to move: where its step is rejected, they stay while the critic learns", () => {
  const features = { convolutions: [{ filters: 2, size: 3, stride: 2 }], hidden: [6] };
  const after = (options: object) => {
    const algorithm = trpo({ environments: 4, steps: 32, features, precision: "f64", ...options });
    const { agent, learner, w, roll } = situationOf(algorithm, environments.catchBall({ rows: 5 }));
    const rollout = roll();
    const before = w.slice();
    const { is_line_search_success: success } = learner.update(w, rollout, 1, stream(4));
    assert.ok(agent.sharedDim > 0);
    assert.notDeepEqual(w.slice(agent.actorDim), before.slice(agent.actorDim));
    return {
      success,
      kl: divergence(agent, rollout, w),
      same: before.every((x, i) => i >= agent.actorDim || x === w[i]),
    };
  };
  const rejected = after({ targetKl: 1000, backtracks: 1, damping: 1e-6 });
  assert.deepEqual(rejected, { success: 0, kl: rejected.kl, same: true });
  const accepted = after({});
  assert.equal(accepted.success, 1);
  assert.ok(!accepted.same && accepted.kl > 0 && accepted.kl <= 0.01 * (1 + 1e-9), `${accepted.kl}`);
});
