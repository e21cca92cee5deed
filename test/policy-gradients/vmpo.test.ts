// V-MPO's two steps: weights at the dual's optimum, and bounds that hold.

import assert from "node:assert/strict";
import { test } from "node:test";
import { advantagesOf } from "../../src/policy-gradients/advantages.js";
import { imitationWeights } from "../../src/policy-gradients/algorithms/vmpo.js";
import { environments } from "../../src/policy-gradients/environments/index.js";
import { trainPolicy, vmpo } from "../../src/policy-gradients/index.js";
import { stream } from "../../src/random/index.js";
import { assertClose } from "../energies/differences.js";
import { echo } from "./echo.js";
import { situationOf } from "./situation.js";
import "../../src/index.js";

test("the better half of what counts is weighted, the weights add up to 1, the temperature minimises its dual", () => {
  const advantages = new Float64Array(41);
  stream(3).fillNormal(advantages);
  const counts = new Float64Array(41).fill(1);
  counts[7] = 0;
  advantages[7] = 100;
  const epsilon = 0.1;
  const { temperature, weights } = imitationWeights(advantages, counts, epsilon);
  const counted = [...advantages].filter((_, i) => i !== 7).sort((a, b) => b - a);
  const best = counted.slice(0, 20);
  assert.equal(weights[7], 0);
  assert.equal(weights.filter((weight) => weight > 0).length, 20);
  assertClose([weights.reduce((sum, weight) => sum + weight, 0)], [1], 1e-14);
  assert.ok(advantages.every((a, i) => weights[i] === 0 || a >= best[19]));

  const dual = (eta: number): number =>
    eta * epsilon + eta * Math.log(best.reduce((sum, a) => sum + Math.exp(a / eta), 0) / best.length);
  const h = 1e-5 * temperature;
  assertClose([(dual(temperature + h) - dual(temperature - h)) / (2 * h)], [0], 1e-8);
  for (const factor of [0.5, 0.9, 1.1, 2]) assert.ok(dual(factor * temperature) > dual(temperature));
});

test("equal advantages give equal weights", () => {
  const { weights } = imitationWeights(new Float64Array(4), new Float64Array(4).fill(1), 0.1);
  assertClose(weights, [0.5, 0.5, 0, 0], 1e-14);
});

test("equation 2 is a sum over the rows that count, whatever else is in the rollout", () => {
  const algorithm = vmpo({
    epochs: 1,
    minibatches: 1,
    truncation: "mask",
    environments: 4,
    steps: 9,
    precision: "f64",
  });
  const { learner, w, roll } = situationOf(algorithm, echo);
  const rollout = roll();
  const { advantages, weights: counts } = advantagesOf(rollout, { truncation: "mask" });
  assert.equal(counts.filter((count) => count === 0).length, 12);

  const { weights } = imitationWeights(advantages, counts, 0.1);
  const sum = weights.reduce((total, weight, i) => total - weight * rollout.logProbabilities[i], 0);
  const found = learner.update(w, rollout, 1, stream(4));
  assertClose([found.policy_gradient_loss], [sum], 1e-12);
});

test("the divergence of updates is at its bound, whatever the step size would like", async () => {
  /** In bounds, the mean over updates once the multiplier has found its size; it swings around that, for every update begins at no divergence. */
  const divergence = async (targetKl: number): Promise<number> => {
    const { log } = await trainPolicy(
      vmpo({ targetKl, environments: 4, steps: 64, learningRate: 3e-3, weightKl: 1 }),
      environments.cartPole(),
      { totalSteps: 30 * 256, seed: 1 },
    );
    const late = log.slice(10).map((record) => record["train/kl"] / targetKl);
    return late.reduce((sum, kl) => sum + kl, 0) / late.length;
  };
  for (const bound of [2e-3, 8e-3]) {
    const found = await divergence(bound);
    assert.ok(found > 0.5 && found < 2, `with the bound ${bound} it is ${found} of that`);
  }
  assert.ok(10 * (await divergence(10)) > 2 * 8e-3, "without one it is larger");
});

test("on boxes means and scales have bounds of their own, and equal seeds give identical parameters", async () => {
  const algorithm = vmpo({ environments: 2, steps: 64, minibatches: 4, law: "tanhNormal", scale: "state" });
  const run = () => trainPolicy(algorithm, environments.pendulum(), { totalSteps: 384, seed: 2 });
  const [first, second] = [await run(), await run()];
  assert.deepEqual(first.policy, second.policy);
  for (const record of first.log) {
    assert.ok(record["train/kl"] > 0 && record["train/scale_kl"] > 0);
    assert.ok(record["train/temperature"] > 0);
  }
});
