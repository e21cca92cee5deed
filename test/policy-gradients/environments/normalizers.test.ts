// Normalisers: running moments equal those of two passes, observations and rewards are what they say, and what was learnt is saved, shared and frozen.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Environment,
  environmentStatistics,
  environments,
  makeEnvironment,
  vectorEnvironment,
} from "../../../src/policy-gradients/environments/index.js";
import { runningMoments } from "../../../src/policy-gradients/environments/running-moments.js";
import { stream } from "../../../src/random/index.js";
import { continuousRecipe, goOn, play } from "./playing.js";

/** Count, mean and population variance in two passes; `prior` vectors of mean 0 and variance 1 count too. */
function twoPasses(values: readonly number[], prior = 0): [number, number, number] {
  const count = values.length + prior;
  const mean = values.reduce((sum, x) => sum + x, 0) / count;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) + prior * (1 + mean * mean);
  return [count, mean, squares / count];
}

function near(actual: number, expected: number, scale: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-12 * scale, `${actual} is not ${expected}`);
}

const numbers = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 60 });

test("running moments are those of two passes, far from zero too, with and without a prior", () => {
  fc.assert(
    fc.property(numbers, fc.constantFrom(0, 1e-4, 3), fc.constantFrom(0, 1e6), (values, prior, far) => {
      const moments = runningMoments(2, prior);
      for (const x of values) moments.update(Float64Array.of(x, x + far));
      [0, far].forEach((shift, i) => {
        const [count, mean, variance] = twoPasses(
          values.map((x) => x + shift),
          prior,
        );
        near(moments.count(), count, count);
        near(moments.mean(i), mean, 1e3 + shift);
        // A prior far from the values makes the variance as large as the square of the distance.
        near(moments.variance(i), variance, 1e6 + variance + 1e3 * shift);
      });
    }),
  );
});

test("moments of parts merge to those of the whole", () => {
  fc.assert(
    fc.property(numbers, numbers, numbers, (...parts) => {
      const merged = runningMoments(1);
      const empty = runningMoments(1);
      merged.merge(empty);
      for (const part of parts) {
        const moments = runningMoments(1);
        for (const x of part) moments.update(Float64Array.of(x));
        merged.merge(moments);
      }
      const [count, mean, variance] = twoPasses(parts.flat());
      assert.equal(merged.count(), count);
      near(merged.mean(0), mean, 1e3);
      near(merged.variance(0), variance, 1e6);
    }),
  );
});

test("a number that is not finite is refused and changes nothing", () => {
  const moments = runningMoments(2, 1);
  moments.update(Float64Array.of(1, 2));
  const before = moments.memory.slice();
  assert.throws(() => moments.update(Float64Array.of(5, Infinity)), /x\[1\] must be a finite number, got Infinity/);
  assert.deepEqual(moments.memory, before);
  assert.throws(() => moments.merge(runningMoments(3)), /moments of 2 numbers/);
});

test("observations are normalised by all that was seen, resets and last observations included", () => {
  const task = environments.pendulum({ maxEpisodeSteps: 10 });
  const raw = play(makeEnvironment(task), 35, stream(1), stream(2));
  const normalized = play(makeEnvironment(environments.normalizeObservation(task)), 35, stream(1), stream(2));
  // Observation at the reset, then observation, reward and two ends per step, and an observation more after each tenth.
  const seen: number[][] = [[], [], []];
  for (let k = 0, t = 0; k < raw.length; t++) {
    for (let i = 0; i < 3; i++, k++) {
      seen[i].push(raw[k]);
      const [, mean, variance] = twoPasses(seen[i], 1e-4);
      near(normalized[k], (raw[k] - mean) / Math.sqrt(variance + 1e-8), 1e3);
    }
    if (t % 11 === 0) continue;
    for (let i = 0; i < 3; i++, k++) assert.equal(normalized[k], raw[k]);
  }
});

test("rewards are divided by the deviation of the discounted return, which begins anew at ends or, as in Gymnasium, at terminations", () => {
  const tasks = { pendulum: environments.pendulum({ maxEpisodeSteps: 5 }), cartPole: environments.cartPole() };
  for (const task of Object.values(tasks)) {
    for (const resetAtTruncation of [true, false]) {
      const wrapped = environments.normalizeReward(task, { gamma: 0.9, resetAtTruncation });
      const raw = play(makeEnvironment(task), 90, stream(4), stream(5));
      const normalized = play(makeEnvironment(wrapped), 90, stream(4), stream(5));
      const size = task === tasks.pendulum ? 3 : 4;
      const returns: number[] = [];
      let discounted = 0;
      // After the first observation: observation, reward and two ends of each step, and after an end one observation more.
      for (let k = size; k < raw.length; k += size + 3) {
        const [reward, terminated, truncated] = raw.slice(k + size, k + size + 3);
        discounted = 0.9 * discounted + reward;
        returns.push(discounted);
        const [, , variance] = twoPasses(returns, 1e-4);
        near(normalized[k + size], reward / Math.sqrt(variance + 1e-8), 1e2);
        if (terminated === 0 && truncated === 0) continue;
        if (terminated === 1 || resetAtTruncation) discounted = 0;
        k += size;
      }
      assert.equal(returns.length, 90);
    }
  }
});

test("frozen statistics are used and not changed, and survive JSON", () => {
  const source = continuousRecipe(environments.pendulum({ maxEpisodeSteps: 20 }));
  const trained = environmentStatistics();
  play(makeEnvironment(source, { statistics: trained }), 200, stream(1), stream(2));
  const saved = JSON.parse(JSON.stringify(trained.state()));
  assert.deepEqual(Object.keys(saved), ["normalizeObservation", "normalizeReward"]);

  const evaluated = (): number[] =>
    play(makeEnvironment(source, { statistics: environmentStatistics(saved), frozen: true }), 50, stream(3), stream(4));
  const statistics = environmentStatistics(saved);
  const once = play(makeEnvironment(source, { statistics, frozen: true }), 50, stream(3), stream(4));
  assert.deepEqual(once, evaluated());
  assert.deepEqual(statistics.state(), saved);

  const raw = play(makeEnvironment(environments.pendulum({ maxEpisodeSteps: 20 })), 0, stream(3), stream(4));
  const [count, ...rest] = saved.normalizeObservation;
  for (let i = 0; i < 3; i++) {
    assert.equal(once[i], (raw[i] - rest[i]) / Math.sqrt(rest[3 + i] / count + 1e-8));
  }
});

test("statistics belong to the environment's state where they are its own, and otherwise to who gave them", () => {
  const source = environments.normalizeObservation(environments.cartPole());
  const own = makeEnvironment(source).state().length;
  const given = makeEnvironment(source, { statistics: environmentStatistics() }).state().length;
  assert.equal(own - given, 1 + 2 * 4);
});

test("copies that share statistics learn as one environment after the other does", () => {
  const source = environments.normalizeObservation(environments.pendulum());
  const vector = vectorEnvironment(source, 3, { seed: 8 });
  vector.reset();
  const statistics = environmentStatistics();
  const singles = [0, 1, 2].map(() => makeEnvironment(source, { statistics }));
  const observation = new Float64Array(3);
  const streams = singles.map((_, i) => stream(8, "environment", i));
  const each = (visit: (environment: Environment, i: number) => void): number[] => {
    const seen: number[] = [];
    singles.forEach((single, i) => {
      visit(single, i);
      seen.push(...observation);
    });
    return seen;
  };
  assert.deepEqual(
    Array.from(vector.observations),
    each((single, i) => single.reset(streams[i], observation)),
  );
  for (let t = 0; t < 50; t++) {
    const actions = [Math.sin(t), Math.cos(t), 2];
    vector.step(actions);
    const seen = each((single, i) => single.step(Float64Array.of(actions[i]), streams[i], observation));
    assert.deepEqual(Array.from(vector.observations), seen);
  }
  assert.deepEqual(vector.statistics.state(), statistics.state());
  assert.equal(vector.statistics.state().normalizeObservation[0], 3 * 51 + 1e-4);
});

test("one normaliser within another learns of its own", () => {
  const { normalizeObservation, pendulum } = environments;
  const statistics = environmentStatistics();
  const environment = makeEnvironment(normalizeObservation(normalizeObservation(pendulum())), { statistics });
  play(environment, 5, stream(0), stream(1));
  goOn(environment, 5, stream(0), stream(1));
  assert.deepEqual(Object.keys(statistics.state()), ["normalizeObservation", "normalizeObservation 2"]);
});

test("statistics that do not fit are refused", () => {
  const source = environments.normalizeObservation(environments.cartPole());
  const frozen = { statistics: environmentStatistics(), frozen: true };
  assert.throws(() => makeEnvironment(source, frozen), /there is no normalizeObservation in the statistics/);
  const ofThree = { statistics: environmentStatistics({ normalizeObservation: [1, 0, 0, 0, 1, 1, 1] }) };
  assert.throws(() => makeEnvironment(source, ofThree), /normalizeObservation must be of 4 numbers/);
  for (const broken of [[], [1, 2], [1, NaN, 1], [-1, 0, 1], [1, 0, -1], "none"]) {
    assert.throws(
      () => environmentStatistics({ normalizeReward: broken as number[] }),
      /saved.normalizeReward must be/,
    );
  }
});
