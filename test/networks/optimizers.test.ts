// Optimisers: their first steps against the formulae of the papers, written out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adam, type Optimizer, sgd } from "../../src/networks/index.js";
import { assertClose } from "../energies/differences.js";

const gradients = [
  [1, -2],
  [0.5, 3],
  [-4, 1e-3],
  [2, 0],
];
const start = [1, -1];

/** Parameters after each step. */
function pathOf(optimizer: Optimizer, factors = [1, 1, 1, 1]): Float64Array[] {
  const w = Float64Array.from(start);
  const move = optimizer.start(2);
  return gradients.map((gradient, t) => {
    move(w, Float64Array.from(gradient), factors[t]);
    return w.slice();
  });
}

function assertPath(actual: Float64Array[], expected: readonly (readonly number[])[]): void {
  expected.forEach((w, t) => {
    assertClose(actual[t], w, 1e-15, `w after step ${t + 1}`);
  });
}

test("gradient descent steps against the gradient", () => {
  assertPath(pathOf(sgd({ learningRate: 0.1 })), [
    [0.9, -0.8],
    [0.85, -1.1],
    [1.25, -1.1001],
    [1.05, -1.1001],
  ]);
});

test("momentum sums past gradients with falling weight", () => {
  const [rate, mu] = [0.1, 0.9];
  const expected = gradients.map((_, t) =>
    start.map((w0, i) => {
      let w = w0;
      for (let s = 0; s <= t; s++) for (let r = 0; r <= s; r++) w -= rate * mu ** (s - r) * gradients[r][i];
      return w;
    }),
  );
  assertPath(pathOf(sgd({ learningRate: rate, momentum: mu })), expected);
});

test("Nesterov's momentum steps along g + momentum v", () => {
  const [rate, mu] = [0.1, 0.9];
  const expected = gradients.map((_, t) =>
    start.map((w0, i) => {
      let w = w0;
      for (let s = 0; s <= t; s++) {
        let velocity = 0;
        for (let r = 0; r <= s; r++) velocity += mu ** (s - r) * gradients[r][i];
        w -= rate * (gradients[s][i] + mu * velocity);
      }
      return w;
    }),
  );
  assertPath(pathOf(sgd({ learningRate: rate, momentum: mu, nesterov: true })), expected);
});

test("weight decay of gradient descent is the gradient of a quadratic penalty", () => {
  const [w] = pathOf(sgd({ learningRate: 0.1, weightDecay: 0.5 }));
  assertClose(w, [1 - 0.1 * (1 + 0.5), -1 - 0.1 * (-2 - 0.5)], 1e-15);
});

/** Algorithm 1 of Kingma & Ba, with its averages written as the weighted sums that they are. */
function adamByHand(rate: number, beta1: number, beta2: number, epsilon: number, decay: number): number[][] {
  return start
    .map((w0, i) => {
      let w = w0;
      return gradients.map((_, k) => {
        const t = k + 1;
        let [m, v] = [0, 0];
        for (let s = 1; s <= t; s++) {
          const g = gradients[s - 1][i];
          m += (1 - beta1) * beta1 ** (t - s) * g;
          v += (1 - beta2) * beta2 ** (t - s) * g * g;
        }
        const [mHat, vHat] = [m / (1 - beta1 ** t), v / (1 - beta2 ** t)];
        w = w - (rate * mHat) / (Math.sqrt(vHat) + epsilon) - rate * decay * w;
        return w;
      });
    })
    .reduce<number[][]>((steps, column) => column.map((w, t) => [...(steps[t] ?? []), w]), []);
}

test("Adam's steps are those of its paper, with its constants", () => {
  assertPath(pathOf(adam()), adamByHand(1e-3, 0.9, 0.999, 1e-8, 0));
});

test("Adam's steps are those of its paper, with others, and AdamW's decay", () => {
  const options = { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-4, weightDecay: 0.3 };
  assertPath(pathOf(adam(options)), adamByHand(0.05, 0.8, 0.95, 1e-4, 0.3));
});

test("Adam's first step has the length of the learning rate, whatever the gradient", () => {
  for (const gradient of [1e-3, -7, 1e9]) {
    const w = Float64Array.of(0);
    adam({ learningRate: 0.01 }).start(1)(w, Float64Array.of(gradient), 1);
    assertClose([w[0] / -Math.sign(gradient)], [0.01], 1e-7);
  }
});

test("the factor of a schedule scales the learning rate of its step", () => {
  for (const optimizer of [sgd({ learningRate: 0.1, momentum: 0.9 }), adam({ weightDecay: 0.1 })]) {
    const [full, halved] = [pathOf(optimizer), pathOf(optimizer, [0.5, 1, 1, 1])];
    full[0].forEach((w, i) => {
      assertClose([halved[0][i] - start[i]], [0.5 * (w - start[i])], 1e-16);
    });
    assert.deepEqual(pathOf(optimizer, [0, 0, 0, 0])[3], Float64Array.from(start));
  }
});

test("a recipe keeps nothing from one run to the next", () => {
  const optimizer = adam();
  assert.deepEqual(pathOf(optimizer), pathOf(optimizer));
});

test("an optimiser that is given a copy of another's memory goes on with its very steps", () => {
  for (const optimizer of [sgd({ momentum: 0.9 }), adam()]) {
    const whole = pathOf(optimizer)[3];
    const memory = new Float64Array(optimizer.memorySize?.(2) ?? 0);
    const w = Float64Array.from(start);
    const move = optimizer.start(2, memory);
    for (const gradient of gradients.slice(0, 2)) move(w, Float64Array.from(gradient), 1);
    const goOn = optimizer.start(2, memory.slice());
    for (const gradient of gradients.slice(2)) goOn(w, Float64Array.from(gradient), 1);
    assert.deepEqual(w, whole, optimizer.kind);
  }
});

test("wrong options are refused by name", () => {
  const [anyAdam, anySgd] = [adam as (options: unknown) => Optimizer, sgd as (options: unknown) => Optimizer];
  assert.throws(() => anyAdam(null), /adam: options must be an object, got null/);
  assert.throws(() => anyAdam({ lr: 1 }), /adam: there is no option "lr"; the options are learningRate, beta1/);
  assert.throws(() => anyAdam({ learningRate: 0 }), /adam: learningRate must be a positive number, got 0/);
  assert.throws(() => anyAdam({ beta1: 1 }), /adam: beta1 must be a number from 0 to below 1, got 1/);
  assert.throws(() => anyAdam({ beta2: "0.9" }), /adam: beta2 must be a number from 0 to below 1, got "0.9"/);
  assert.throws(() => anyAdam({ epsilon: -1 }), /adam: epsilon must be a positive number, got -1/);
  assert.throws(() => anyAdam({ weightDecay: -1 }), /adam: weightDecay must be a non-negative number, got -1/);
  assert.throws(() => anySgd(null), /sgd: options must be an object, got null/);
  assert.throws(() => anySgd({ learningRate: Number.NaN }), /sgd: learningRate must be a positive number, got NaN/);
  assert.throws(() => anySgd({ momentum: 1 }), /sgd: momentum must be a number from 0 to below 1, got 1/);
  assert.throws(() => anySgd({ nesterov: 1 }), /sgd: nesterov must be true or false, got 1/);
});
