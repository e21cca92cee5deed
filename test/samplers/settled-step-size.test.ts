// The step size that warmup ends with: the curve of acceptance that explains what was tried, where it meets the target.

import assert from "node:assert/strict";
import { test } from "node:test";
import { stream } from "../../src/random/index.js";
import { settledStepSize } from "../../src/samplers/settled-step-size.js";
import { erfc } from "../../src/tensor/special/index.js";

/** erfc(z) = 0.8 */
const AT_TARGET = 0.17914345462129166;

test("acceptances that are erfc(c eps^2) give the step size of the target, however the tried ones swing", () => {
  const settled = settledStepSize(2, 0.8);
  const random = stream(1, "swing");
  for (let t = 0; t < 50; t++) {
    for (const [column, c] of [3, 0.02].entries()) {
      const eps = Math.sqrt(AT_TARGET / c) * Math.exp(0.5 * random.normal());
      settled.add(column, eps, erfc(c * eps * eps));
    }
  }
  for (const [column, c] of [3, 0.02].entries()) {
    const ratio = (settled.stepSize(column) as number) / Math.sqrt(AT_TARGET / c);
    assert.ok(Math.abs(ratio - 1) < 1e-8, `column ${column}: ${ratio}`);
  }
});

test("Metropolis's noise moves it by what the noise of the acceptances allows, with no bias", () => {
  const runs = 200;
  let [sum, squares] = [0, 0];
  const random = stream(2, "noise");
  for (let run = 0; run < runs; run++) {
    const settled = settledStepSize(1, 0.8);
    for (let t = 0; t < 100; t++) {
      const eps = Math.sqrt(AT_TARGET) * Math.exp(0.3 * random.normal());
      settled.add(0, eps, random.uniform() < erfc(eps * eps) ? 1 : 0);
    }
    const reached = erfc((settled.stepSize(0) as number) ** 2);
    sum += reached / runs;
    squares += (reached - 0.8) ** 2 / runs;
  }
  // 100 coins of 0.8 are known to 0.04.
  assert.ok(Math.sqrt(squares) < 0.06, `deviation ${Math.sqrt(squares)}`);
  assert.ok(Math.abs(sum - 0.8) < 4.5 * Math.sqrt(squares / runs) + 0.005, `mean ${sum}`);
});

test("it stays within what was tried where everything, or nothing, was accepted", () => {
  for (const [acceptance, expected] of [
    [1, 2],
    [0, 0.5],
  ]) {
    const settled = settledStepSize(1, 0.8);
    for (let t = 0; t < 20; t++) settled.add(0, 0.5 + (1.5 * t) / 19, acceptance);
    assert.ok(Math.abs((settled.stepSize(0) as number) - expected) < 1e-12);
  }
});

test("it forgets at a restart, says nothing of less than ten transitions, and looks at the latest 128", () => {
  const settled = settledStepSize(1, 0.8);
  for (let t = 0; t < 1000; t++) settled.add(0, 1, 0.8);
  for (let t = 0; t < 128; t++) settled.add(0, 5, 0.8);
  assert.ok(Math.abs((settled.stepSize(0) as number) - 5) < 1e-12);
  settled.restart(0);
  for (let t = 0; t < 9; t++) settled.add(0, 1, 0.8);
  assert.equal(settled.stepSize(0), undefined);
  settled.add(0, 1, 0.8);
  assert.ok(Math.abs((settled.stepSize(0) as number) - 1) < 1e-12);
});
