// Gradient descent and Nesterov's accelerated gradient against their closed forms on a quadratic bowl.

import assert from "node:assert/strict";
import { test } from "node:test";
import { schedules } from "../../src/networks/index.js";
import { stream } from "../../src/random/index.js";
import { gradientDescent, gradientDescentDefinition, nesterov } from "../../src/samplers/descent.js";
import type { Sampler } from "../../src/samplers/kernel.js";
import { type Plan, visit } from "./expectations.js";
import { assertGoesOn } from "./going-on.js";
import { banana, energyOf, independentGaussian } from "./laws.js";

const plan: Plan = { chains: 2, width: 2, warmup: 0, draws: 40, seed: 90, start: [2, -1, 0.5] };
const curvatures = [4, 1, 0.3];
const bowl = independentGaussian(curvatures.map((lambda) => 1 / lambda)).energy;

function assertPath(sampler: Sampler, expected: (lambda: number, t: number) => number): void {
  visit(bowl, sampler, plan, (q, value, chain, draw, info) => {
    curvatures.forEach((lambda, i) => {
      const exact = plan.start[i] * expected(lambda, draw + 1);
      assert.ok(Math.abs(q[i] - exact) < 1e-12, `q${i} after ${draw + 1} steps: ${q[i]}, exact ${exact}`);
    });
    assert.ok(Math.abs(value - bowl.value(q)) < 1e-15);
    assert.equal(info.gradients[chain], 1);
  });
}

test("gradient descent shrinks a direction of curvature lambda by 1 - eta lambda per step", () => {
  assertPath(gradientDescent({ stepSize: 0.2 }), (lambda, t) => (1 - 0.2 * lambda) ** t);
});

test("Nesterov's q_t is the solution of q_(t+1) = (1 - eta lambda) ((1 + mu) q_t - mu q_(t-1))", () => {
  const [eta, mu] = [0.2, 0.9];
  assertPath(nesterov({ stepSize: eta, momentum: mu }), (lambda, t) => {
    // The characteristic roots r satisfy r^2 = c (1 + mu) r - c mu, c = 1 - eta lambda; they are complex here, of modulus sqrt(c mu).
    const c = 1 - eta * lambda;
    const modulus = Math.sqrt(c * mu);
    const angle = Math.acos((c * (1 + mu)) / (2 * modulus));
    // q_0 = 1 and q_1 = c, for there is no velocity at first.
    const sine = (c / modulus - Math.cos(angle)) / Math.sin(angle);
    return modulus ** t * (Math.cos(t * angle) + sine * Math.sin(t * angle));
  });
});

test("without momentum Nesterov's descent is the plain one", () => {
  assertPath(nesterov({ stepSize: 0.2, momentum: 0 }), (lambda, t) => (1 - 0.2 * lambda) ** t);
});

test("the automatic step size is one over the largest curvature: the stiffest direction is at its minimum after one step", () => {
  visit(bowl, gradientDescent(), { ...plan, draws: 1 }, (q, _u, chain, _d, info) => {
    assert.ok(Math.abs(info.stepSize[chain] - 1 / 4) < 0.003, `${info.stepSize[chain]}`);
    assert.ok(Math.abs(q[0]) < 0.02 && Math.abs(q[1] + 0.75) < 0.01);
  });
});

test("both arrive at the minimum of the banana, and Nesterov's sooner", () => {
  const steps = (sampler: Sampler): number => {
    let first = Number.POSITIVE_INFINITY;
    const long = { ...plan, chains: 1, width: 1, warmup: 100, draws: 4000, start: [-1, 1] };
    visit(banana.energy, sampler, long, (q, _u, _c, draw) => {
      if (Math.hypot(q[0] - 1, q[1] - 1) < 1e-3) first = Math.min(first, draw);
    });
    return first;
  };
  const [slow, fast] = [steps(gradientDescent({ stepSize: 0.01 })), steps(nesterov({ stepSize: 0.01 }))];
  assert.ok(fast < slow && slow < 4000, `${fast}, ${slow}`);
});

test("an automatic step that proves too long on the way is shortened, and the descent begun again where it was well", () => {
  const random = stream(91);
  for (let chain = 0; chain < 40; chain++) {
    const start = [random.normal(), random.normal()];
    // `visit` asserts that the chain does not stop.
    visit(
      banana.energy,
      nesterov(),
      { ...plan, chains: 1, width: 1, warmup: 500, draws: 2000, start },
      (q, _, __, draw) => assert.ok(draw < 1999 || Math.hypot(q[0] - 1, q[1] - 1) < 0.1, `from ${start} to ${q}`),
    );
    assertGoesOn(banana.energy, nesterov(), { warmup: 100, draws: 5, start, breaks: [5, 50] });
  }
});

test("a schedule of the step size is followed", () => {
  const table = Float64Array.from({ length: 3 }, (_, t) => schedules.linear({ start: 0.3, end: 0 })(t, 3));
  let exact = 2;
  visit(bowl, gradientDescent({ stepSize: table }), { ...plan, chains: 1, width: 1, draws: 5 }, (q, _u, _c, draw) => {
    exact *= 1 - 4 * table[Math.min(draw, 2)];
    assert.ok(Math.abs(q[0] - exact) < 1e-14);
  });
});

test("the length of the gradient is that of the gradient followed", () => {
  let before = plan.start;
  visit(bowl, gradientDescent({ stepSize: 0.1 }), { ...plan, chains: 1, width: 1 }, (q, _u, _c, _d, info) => {
    assert.ok(Math.abs(info.gradientNorm[0] - Math.hypot(...before.map((x, i) => curvatures[i] * x))) < 1e-14);
    before = [...q];
  });
});

test("options that do not fit are refused by name", () => {
  assert.throws(
    () => gradientDescent({ stepSize: 0 }),
    /^RangeError: gradientDescent: stepSize must be a positive number, got 0$/,
  );
  assert.throws(() => nesterov({ momentum: 1 }), /nesterov: momentum must be a number from 0 to below 1, got 1/);
  assert.throws(() => nesterov({ stepSize: Float64Array.of(1, -1) }), /nesterov: stepSize at transition 1 must be/);
  assert.throws(() => gradientDescent({ momentum: 0.5 } as object), /gradientDescent: there is no option "momentum"/);
  const flat = energyOf(1, (_, gradient) => {
    gradient[0] = 0;
    return 0;
  });
  assert.throws(
    () => visit(flat, gradientDescent(), { ...plan, chains: 1, width: 1, start: [0] }, () => {}),
    /gradientDescent: no step size found for column 0: the energy looks flat/,
  );
  assert.throws(
    () =>
      gradientDescentDefinition
        .build(bowl, {}, 1)
        .step(gradientDescentDefinition.build(bowl, {}, 1).init(new Float64Array(3), []), []),
    /gradientDescent: the step size is found by the adaptation, which was not started/,
  );
});
