// Advantages against sums written out step by step, for episodes that end in every way.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type AdvantageOptions,
  advantagesOf,
  type Experience,
  truncationPolicies,
} from "../../src/policy-gradients/advantages.js";
import { assertClose } from "../energies/differences.js";

interface Step {
  reward: number;
  value: number;
  next: number;
  end: "none" | "terminated" | "truncated" | "both";
}

const number = fc.double({ min: -2, max: 2, noNaN: true });
const step: fc.Arbitrary<Step> = fc.record({
  reward: number,
  value: number,
  next: number,
  end: fc.oneof(
    { weight: 4, arbitrary: fc.constant("none" as const) },
    { weight: 1, arbitrary: fc.constantFrom("terminated" as const, "truncated" as const, "both" as const) },
  ),
});
const rollouts = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3 }))
  .chain(([steps, environments]) =>
    fc.array(fc.array(step, { minLength: steps, maxLength: steps }), {
      minLength: environments,
      maxLength: environments,
    }),
  );

/** `[steps, environments]` of a list of steps per environment; what follows a step that ends nothing is the next state. */
function transitionsOf(columns: Step[][]): Experience {
  const environments = columns.length;
  const size = environments * columns[0].length;
  const at = (i: number) => columns[i % environments][Math.floor(i / environments)];
  const after = (i: number) => columns[i % environments][Math.floor(i / environments) + 1];
  const table = (f: (i: number) => number) => Float64Array.from({ length: size }, (_, i) => f(i));
  return {
    environments,
    rewards: table((i) => at(i).reward),
    terminated: table((i) => (at(i).end === "terminated" || at(i).end === "both" ? 1 : 0)),
    truncated: table((i) => (at(i).end === "truncated" || at(i).end === "both" ? 1 : 0)),
    values: table((i) => at(i).value),
    nextValues: table((i) => (at(i).end === "none" && after(i) !== undefined ? after(i).value : at(i).next)),
  };
}

/** The n-step returns of one environment from step t, `n = 1, 2, ...` up to the end of the episode or of the rollout. */
function stepReturns(all: Experience, t: number, { gamma, truncation }: Required<Settings>): number[] {
  const list: number[] = [];
  let sum = 0;
  for (let [i, discount] = [t, 1]; i < all.rewards.length; i += all.environments, discount *= gamma) {
    const cut = all.truncated[i] !== 0 && all.terminated[i] === 0;
    // A masked step is none: the sum ends before it, with the value of its state, which the step before has counted.
    if (cut && truncation === "mask") break;
    sum += discount * all.rewards[i];
    const over = all.terminated[i] !== 0 || (cut && truncation === "terminal");
    list.push(over ? sum : sum + discount * gamma * all.nextValues[i]);
    if (over || cut) break;
  }
  return list;
}

type Settings = Pick<AdvantageOptions, "gamma" | "lambda" | "truncation">;

/** The mean of n-step returns with weights `(1 - lambda) lambda^(n - 1)`, the last one taking what is left. */
function lambdaReturn(returns: number[], lambda: number): number {
  const last = returns.length - 1;
  return returns.reduce((sum, g, n) => sum + (n === last ? lambda ** n : (1 - lambda) * lambda ** n) * g, 0);
}

for (const truncation of truncationPolicies) {
  test(`${truncation}: lambda-returns are the weighted means of all n-step returns, advantages what they exceed the value by`, () => {
    fc.assert(
      fc.property(rollouts, fc.double({ min: 0, max: 1, noNaN: true }), (columns, lambda) => {
        const all = transitionsOf(columns);
        const settings = { gamma: 0.9, lambda, truncation };
        const { advantages, returns, weights } = advantagesOf(all, settings);
        all.rewards.forEach((_, i) => {
          const steps = stepReturns(all, i, settings);
          const masked = steps.length === 0;
          assert.equal(weights[i], masked ? 0 : 1);
          const expected = masked ? all.values[i] : lambdaReturn(steps, lambda);
          assertClose([returns[i]], [expected], 1e-12);
          assertClose([advantages[i]], [expected - all.values[i]], 1e-12);
        });
      }),
      { seed: 7, numRuns: 200 },
    );
  });
}

test("the advantage is the sum of discounted residuals", () => {
  const values = Float64Array.of(0.5, -1, 2);
  const all = {
    environments: 1,
    rewards: Float64Array.of(1, 2, 3),
    terminated: [0, 0, 0],
    truncated: [0, 0, 0],
    values,
    nextValues: Float64Array.of(-1, 2, 4),
  };
  const residuals = [1 - 0.9 - 0.5, 2 + 1.8 + 1, 3 + 3.6 - 2];
  const decay = 0.9 * 0.8;
  const expected = [residuals[0] + decay * (residuals[1] + decay * residuals[2]), residuals[1] + decay * residuals[2]];
  const { advantages } = advantagesOf(all, { gamma: 0.9, lambda: 0.8 });
  assertClose(advantages, [...expected, residuals[2]], 1e-15);
  // Brax's form discounts the later residuals by lambda once less.
  const brax = advantagesOf(all, { gamma: 0.9, lambda: 0.8, estimator: "lambdaReturn" });
  assertClose(
    brax.advantages,
    [
      residuals[0] + (expected[0] - residuals[0]) / 0.8,
      residuals[1] + (expected[1] - residuals[1]) / 0.8,
      residuals[2],
    ],
    1e-14,
  );
});

test("what is wrong is refused", () => {
  const all = transitionsOf([[{ reward: 1, value: 0, next: 0, end: "none" }]]);
  assert.throws(() => advantagesOf(all, { gamma: 1.1 }), /advantagesOf: gamma must be a number from 0 to 1, got 1.1/);
  assert.throws(
    () => advantagesOf(all, { truncation: "drop" as never }),
    /advantagesOf: truncation must be one of "bootstrap", "mask", "terminal", got "drop"/,
  );
  assert.throws(
    () => advantagesOf({ ...all, values: new Float64Array(2) }),
    /advantagesOf: values must be \[steps, 1\] as rewards of 1 numbers are, got 2 numbers/,
  );
});
