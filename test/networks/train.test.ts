// Training: where it ends, what it visits, when it stops, and that nothing but the seed decides.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adam, type Loss, loss, schedules, sgd, type TrainOptions, train } from "../../src/networks/index.js";
import { assertClose } from "../energies/differences.js";
import { installClock } from "./clock.js";
import { leastSquares, line, parabola } from "./known-minima.js";

installClock(0);

for (const [name, options] of [
  ["gradient descent with momentum", { optimizer: sgd({ learningRate: 0.2, momentum: 0.8 }), steps: 400 }],
  ["Nesterov's", { optimizer: sgd({ learningRate: 0.2, momentum: 0.8, nesterov: true }), steps: 400 }],
  ["Adam with falling steps", { optimizer: adam({ learningRate: 0.1 }), steps: 1500, schedule: schedules.cosine() }],
] as const) {
  test(`linear regression by ${name} ends at the least-squares solution`, async () => {
    const { parameters, gradientNorm, loss: final, reason } = await train(line, { ...options, seed: 1 });
    assertClose(parameters, leastSquares(), 1e-9);
    assert.ok(gradientNorm < 1e-9, `the gradient has length ${gradientNorm}`);
    assertClose([final], [line.value(parameters)], 1e-14);
    assert.equal(reason, "steps done");
  });
}

test("gradient descent on a parabola follows its closed form", async () => {
  const { trace, parameters } = await train(parabola(3), {
    optimizer: sgd({ learningRate: 0.1 }),
    steps: 20,
    evaluateEvery: 1,
  });
  assert.deepEqual(
    trace.step,
    Float64Array.from({ length: 21 }, (_, t) => t),
  );
  assertClose(
    trace.loss,
    Float64Array.from({ length: 21 }, (_, t) => 4.5 * 0.9 ** (2 * t)),
    1e-14,
  );
  assertClose(parameters, [3 * (1 - 0.9 ** 20)], 1e-14);
});

test("the trace starts at 0 and ends with the last step", async () => {
  for (const [steps, evaluateEvery, expected] of [
    [10, 4, [0, 4, 8, 10]],
    [8, 4, [0, 4, 8]],
    [3, 100, [0, 3]],
    [1, undefined, [0, 1]],
    [5, undefined, [0, 1, 2, 3, 4, 5]],
  ] as const) {
    const seen: number[] = [];
    const { trace, loss: final } = await train(parabola(1), {
      steps,
      evaluateEvery,
      onEvaluate: ({ step }) => seen.push(step),
    });
    assert.deepEqual(Array.from(trace.step), expected);
    assert.deepEqual(seen, expected);
    assertClose([final], [trace.loss.at(-1)!], 1e-14);
  }
});

test("the trace is about 200 long, and shorter where rounds are fewer", async () => {
  const long = await train(parabola(1), { steps: 2000 });
  assert.equal(long.trace.step.length, 201);
  // 40 rows in batches of 4: a round is 10 steps.
  const short = await train(line, { steps: 100, batchSize: 4 });
  assert.deepEqual(short.trace.step, Float64Array.of(0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100));
});

/** A loss that stands still and keeps a record of the rows it was asked for. */
function recorder(dataSize: number): { readonly loss: Loss; readonly batches: number[][] } {
  const batches: number[][] = [];
  const still = loss(1, dataSize, (w) => w.sum());
  return {
    batches,
    loss: {
      ...still,
      onRows(_, rows, gradient) {
        batches.push(Array.from(rows));
        gradient.fill(0);
        return 0;
      },
    },
  };
}

test("mini-batches visit each row once a round, each round in another order", async () => {
  const { loss: recorded, batches } = recorder(12);
  await train(recorded, { steps: 9, batchSize: 4, init: [0], seed: 3 });
  assert.equal(batches.length, 9);
  const rounds = [0, 3, 6].map((first) => batches.slice(first, first + 3).flat());
  for (const round of rounds) {
    assert.deepEqual(
      [...round].sort((a, b) => a - b),
      Array.from({ length: 12 }, (_, i) => i),
    );
  }
  assert.notDeepEqual(rounds[0], rounds[1]);
  assert.notDeepEqual(rounds[1], rounds[2]);
});

test("where batches do not divide the rows, no row comes twice in a round", async () => {
  const { loss: recorded, batches } = recorder(10);
  await train(recorded, { steps: 30, batchSize: 3, init: [0] });
  for (let first = 0; first < 30; first += 3) {
    assert.equal(new Set(batches.slice(first, first + 3).flat()).size, 9);
  }
  // Over ten rounds the row left out changes, so that all are seen.
  assert.equal(new Set(batches.flat()).size, 10);
});

test("a batch of all rows is the whole loss in its own order", async () => {
  const { loss: recorded, batches } = recorder(10);
  await train(recorded, { steps: 3, batchSize: 10, init: [0] });
  assert.deepEqual(batches, []);
});

test("mini-batches find the minimum as well", async () => {
  const { parameters } = await train(line, {
    optimizer: sgd({ learningRate: 0.1 }),
    steps: 2000,
    batchSize: 8,
    schedule: schedules.warmup({ steps: 50, after: schedules.linear() }),
  });
  // The noise of the last steps, whose rate goes to 0, is all that is left.
  assertClose(parameters, leastSquares(), 0.01);
});

test("the schedule scales every step", async () => {
  const half = { optimizer: sgd({ learningRate: 0.1 }), steps: 30, init: [0] };
  const scaled = await train(parabola(2), { ...half, schedule: () => 0.5 });
  const smaller = await train(parabola(2), { ...half, optimizer: sgd({ learningRate: 0.05 }) });
  assert.deepEqual(scaled.parameters, smaller.parameters);
});

test("early stopping returns the best parameters met, after its patience is at an end", async () => {
  // On its way from 0 to 3 the run passes 1, where the watched loss is least.
  const { parameters, reason, steps, trace } = await train(parabola(3), {
    optimizer: sgd({ learningRate: 0.1 }),
    steps: 100,
    evaluateEvery: 1,
    earlyStopping: { patience: 5, validation: parabola(1) },
  });
  const path = Array.from({ length: 101 }, (_, t) => 3 * (1 - 0.9 ** t));
  const distance = path.map((w) => Math.abs(w - 1));
  const best = distance.indexOf(Math.min(...distance));
  assert.equal(reason, "early stopping");
  assert.equal(steps, best + 5);
  assert.equal(trace.step.at(-1), steps);
  assertClose(parameters, [path[best]], 1e-14);
});

test("improvements below the tolerance use up the patience, but the best is still kept", async () => {
  const { parameters, reason, steps } = await train(parabola(1), {
    optimizer: sgd({ learningRate: 0.5 }),
    steps: 100,
    evaluateEvery: 1,
    earlyStopping: { patience: 3, tolerance: 0.01 },
  });
  // The loss is 4^-t / 2: 1/128 at t = 3 is within 0.01 of all that follows.
  assert.equal(reason, "early stopping");
  assert.equal(steps, 6);
  assertClose(parameters, [1 - 0.5 ** 6], 1e-15);
});

test("without an end to the improvement early stopping does not stop", async () => {
  const { reason, steps } = await train(parabola(1), {
    optimizer: sgd({ learningRate: 0.1 }),
    steps: 50,
    earlyStopping: { patience: 1 },
  });
  assert.deepEqual([reason, steps], ["steps done", 50]);
});

test("an aborted run returns what there is", async () => {
  const abort = new AbortController();
  let breaths = 0;
  // A millisecond per reading: a slice of 20 ms ends every twenty-odd steps.
  installClock(1, () => ++breaths === 3 && abort.abort());
  const { steps, reason, parameters, trace } = await train(parabola(3), {
    optimizer: sgd({ learningRate: 0.01 }),
    steps: 1e6,
    signal: abort.signal,
  });
  installClock(0);
  assert.equal(reason, "aborted");
  assert.equal(breaths, 3);
  assert.ok(steps >= 60 && steps <= 66, `${steps} steps`);
  assert.equal(trace.step.at(-1), steps);
  assertClose(parameters, [3 * (1 - 0.99 ** steps)], 1e-13);
});

test("a run aborted before it starts stays where it is", async () => {
  const { steps, reason, parameters, trace } = await train(line, {
    steps: 10,
    init: [1, 2, 3],
    signal: AbortSignal.abort(),
  });
  assert.deepEqual([steps, reason, Array.from(parameters)], [0, "aborted", [1, 2, 3]]);
  assert.deepEqual(trace, { step: Float64Array.of(0), loss: Float64Array.of(line.value(parameters)) });
});

test("a run that diverges ends with the step and what may help", async () => {
  const quartic = loss(1, 1, (w) => w.square().square().sum());
  await assert.rejects(train(quartic, { optimizer: sgd({ learningRate: 1 }), steps: 100, init: [2] }), {
    name: "RangeError",
    message: /^train: the loss is (NaN|Infinity) at step [1-9]; a smaller learning rate may help$/,
  });
});

test("a start where the loss is not finite is refused as such", async () => {
  const log = loss(1, 1, (w) => w.log().sum());
  await assert.rejects(train(log, { steps: 1, init: [-1] }), /^RangeError: train: the loss is NaN at the start$/);
  const stopping = { earlyStopping: { patience: 1, validation: log } };
  await assert.rejects(
    train(parabola(1), { steps: 1, init: [-1], ...stopping }),
    /train: the validation loss is NaN at the start/,
  );
});

const shaky: TrainOptions = { optimizer: adam({ learningRate: 0.05 }), steps: 60, batchSize: 7, seed: 5 };

test("equal seeds give equal bytes, others do not", async () => {
  const [first, again, other] = await Promise.all([
    train(line, shaky),
    train(line, shaky),
    train(line, { ...shaky, seed: 6 }),
  ]);
  assert.deepEqual(first, again);
  assert.notDeepEqual(first.parameters, other.parameters);
});

test("how time is cut into slices changes nothing", async () => {
  const whole = await train(line, shaky);
  let breaths = 0;
  installClock(100, () => breaths++);
  const sliced = await train(line, shaky);
  installClock(0);
  assert.ok(breaths >= 50);
  assert.deepEqual(sliced, whole);
});

test("the start is the loss's own, drawn with the seed, unless it is given", async () => {
  const still = { optimizer: sgd(), steps: 1, schedule: () => 0 };
  const [own, same, other] = await Promise.all([
    train(line, { ...still, seed: 1 }),
    train(line, { ...still, seed: 1 }),
    train(line, { ...still, seed: 2 }),
  ]);
  assert.deepEqual(own.parameters, same.parameters);
  assert.notDeepEqual(own.parameters, other.parameters);
  const init = Float64Array.of(4, 5, 6);
  const given = await train(line, { optimizer: sgd(), steps: 5, init });
  assert.deepEqual(init, Float64Array.of(4, 5, 6));
  assert.notDeepEqual(given.parameters, init);
});

test("what is returned survives structuredClone", async () => {
  const trained = await train(line, shaky);
  assert.deepEqual(structuredClone(trained), trained);
});
