// Features before actor and critic: who looks at which parameters, what pixels are brought to, and a task that is learnt from pixels.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActorCritic, actorCritic } from "../../src/policy-gradients/actor-critic.js";
import { type BoxSpace, environments } from "../../src/policy-gradients/environments/index.js";
import { a2c, ppo, trainPolicy } from "../../src/policy-gradients/index.js";
import { stream } from "../../src/random/index.js";
import { evaluate, gradient, trace } from "../../src/tensor/index.js";
import { assertClose, differences } from "../energies/differences.js";
import "../../src/index.js";

const pixels: BoxSpace = { kind: "box", shape: [6, 5, 1], low: 0, high: 255 };
const choice = { kind: "discrete", count: 3 } as const;
const small = { convolutions: [{ filters: 2, size: 3, stride: 2 }], hidden: [4] } as const;
const rows = 2;

/** Laws and values of rows of pixels, and which parameters each of them depends on. */
function seenBy(agent: ActorCritic, w: Float64Array, observations: Float64Array) {
  const graph = trace(
    ([parameters, x]) => {
      const [law, value] = [agent.law(parameters, x), agent.value(parameters, x)];
      return [
        law,
        value,
        ...gradient(law.square().sum(), [parameters]),
        ...gradient(value.square().sum(), [parameters]),
      ];
    },
    [[agent.dim], [rows, agent.observations]],
  );
  const [law, value, lawSlope, valueSlope] = evaluate(graph, [w, observations]) as Float64Array[];
  const blocks = (slope: Float64Array) =>
    agent.layout
      .filter(({ start, shape }) =>
        slope.subarray(start, start + shape.reduce((size, n) => size * n, 1)).some((x) => x !== 0),
      )
      .map(({ name }) => name.replace(/ (layer|convolution) .*/, ""));
  return {
    law,
    value,
    lawSlope,
    valueSlope,
    actorReads: new Set(blocks(lawSlope)),
    criticReads: new Set(blocks(valueSlope)),
  };
}

const image = Float64Array.from({ length: rows * 30 }, (_, i) => (37 * i) % 256);

test("shared features are read by both, features of their own by one; the layout names every parameter once", () => {
  const shared = actorCritic(pixels, choice, { features: small });
  const both = seenBy(shared, shared.initialize(stream(1)), image);
  assert.deepEqual(both.actorReads, new Set(["features", "actor"]));
  assert.deepEqual(both.criticReads, new Set(["features", "critic"]));
  // 3 x 3 x 1 kernels of 2 filters, 2 x 2 places of 2, linear heads on 4 features.
  assert.equal(shared.actorDim, 9 * 2 + 2 + (8 * 4 + 4) + (4 * 3 + 3));
  assert.equal(shared.dim, shared.actorDim + 4 + 1);

  const apart = actorCritic(pixels, choice, { features: { ...small, shared: false } });
  const each = seenBy(apart, apart.initialize(stream(1)), image);
  assert.deepEqual(each.actorReads, new Set(["actor features", "actor"]));
  assert.deepEqual(each.criticReads, new Set(["critic features", "critic"]));

  for (const agent of [shared, apart, actorCritic(pixels, { kind: "box", shape: [2], low: -1, high: 1 })]) {
    let next = 0;
    for (const { start, shape } of agent.layout) {
      assert.equal(start, next);
      next += shape.reduce((size, n) => size * n, 1);
    }
    assert.equal(next, agent.dim);
  }
});

test("the gradient through convolutions, features and head is that of differences", () => {
  const agent = actorCritic(pixels, choice, { features: { ...small, activation: "tanh" }, actor: { outputGain: 1 } });
  const w = agent.initialize(stream(2));
  const { lawSlope, valueSlope } = seenBy(agent, w, image);
  const squares = (x: Float64Array) => x.reduce((sum, y) => sum + y * y, 0);
  const graph = trace(
    ([parameters, x]) => [agent.law(parameters, x), agent.value(parameters, x)],
    [[agent.dim], [rows, agent.observations]],
  );
  for (const [output, slope] of [lawSlope, valueSlope].entries()) {
    const at = (v: Float64Array) => squares(evaluate(graph, [v, image])[output] as Float64Array);
    assertClose(slope, differences(at, w), 1e-7);
  }
});

test("before convolutions pixels are brought from their bounds to [0, 1]; a perceptron takes observations as they are", () => {
  const w = actorCritic(pixels, choice, { features: small }).initialize(stream(3));
  const lawOf = (high: number | number[], x: Float64Array, scaleInputs?: boolean) =>
    seenBy(actorCritic({ ...pixels, high }, choice, { features: { ...small, scaleInputs } }), w, x).law;
  const unit = image.map((x) => x / 255);
  const expected = lawOf(1, unit);
  assertClose(lawOf(255, image), expected, 1e-13);
  assertClose(lawOf(new Array<number>(30).fill(255), image), expected, 1e-13);
  const half = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 255 : 510));
  assertClose(
    lawOf(
      half,
      image.map((x, i) => (i % 2 === 0 ? x : 2 * x)),
    ),
    expected,
    1e-13,
  );
  assertClose(lawOf(255, unit, false), expected, 1e-13);
  assertClose(lawOf(Number.POSITIVE_INFINITY, unit), expected, 1e-13);

  const plain = { features: { hidden: [4] } };
  const perceptron = actorCritic(pixels, choice, plain);
  const v = perceptron.initialize(stream(3));
  assert.deepEqual(
    seenBy(perceptron, v, unit).law,
    seenBy(actorCritic({ ...pixels, high: 1 }, choice, plain), v, unit).law,
  );
});

test("Atari's features have the sizes of Mnih et al. 2015", () => {
  const frames: BoxSpace = { kind: "box", shape: [84, 84, 4], low: 0, high: 255 };
  const { layout, dim } = actorCritic(frames, { kind: "discrete", count: 6 }, { features: { convolutions: "atari" } });
  assert.deepEqual(
    layout.filter((_, i) => i % 2 === 0).map(({ shape }) => shape),
    [
      [8, 8, 4, 32],
      [4, 4, 32, 64],
      [3, 3, 64, 64],
      [7 * 7 * 64, 512],
      [512, 6],
      [512, 1],
    ],
  );
  assert.equal(dim, 8224 + 32832 + 36928 + 1606144 + 3078 + 513);
});

for (const [name, totalSteps, algorithm] of [
  [
    "PPO with shared convolutions",
    80_000,
    ppo({ features: { convolutions: [{ filters: 8, size: 3, stride: 2 }], hidden: [32] } }),
  ],
  [
    "A2C with convolutions apart",
    200_000,
    a2c({ features: { convolutions: [{ filters: 8, size: 3, stride: 2 }], hidden: [32], shared: false } }),
  ],
] as const) {
  test(`${name} learns to catch the ball it sees as pixels`, async () => {
    const { evaluation } = await trainPolicy(algorithm, environments.catchBall(), {
      totalSteps,
      seed: 1,
      evaluation: { episodes: 100 },
    });
    // Standing still catches one in five: -0.6.
    assert.ok(evaluation.meanReturn >= 0.8, `${evaluation.meanReturn}`);
  });
}

test("features that do not fit the observations are refused", () => {
  const vector: BoxSpace = { kind: "box", shape: [4], low: -1, high: 1 };
  const features =
    (options: object, space = pixels) =>
    () =>
      actorCritic(space, choice, { features: options });
  assert.throws(
    features({ convolutions: "atari" }, vector),
    /actorCritic: features: the observation's shape must be \[height, width, channels\] for convolutions, got "\[4\]"/,
  );
  assert.throws(features({ convolutions: "atari" }), /cnn: convolutions\[0\]/);
  assert.throws(
    features({ hidden: [] }),
    /features: hidden must be a list of one width or more, got a list of length 0/,
  );
  assert.throws(features({ shared: 1 }), /features: shared must be true or false, got 1/);
  assert.throws(
    features({ scaleInputs: true }, { ...pixels, high: Number.POSITIVE_INFINITY }),
    /scaleInputs needs finite bounds/,
  );
  assert.throws(features({ filters: 3 }), /there is no option "filters"/);
});
