import assert from "node:assert/strict";
import { test } from "node:test";
import { loss, tempered } from "../../src/index.js";
import { descentBelow } from "../../src/llc/descent.js";
import { energyOf } from "../samplers/laws.js";

const n = 1000;
const t = n / Math.log(n);

test("below a point of a quadratic the depth is that of the localised minimum, whatever the curvatures", () => {
  const curvatures = Array.from({ length: 30 }, (_, i) => 10 ** (-i / 6));
  const bowl = loss(30, n, (w) =>
    w
      .unstack()
      .map((x, i) => x.square().mul(curvatures[i] / 2))
      .reduce((sum, term) => sum.add(term)),
  );
  const gamma = 2;
  const center = Float64Array.from({ length: 30 }, (_, i) => 0.1 * Math.cos(i));
  // Coordinate by coordinate the minimum of t h w^2 / 2 + gamma (w - c)^2 / 2 lies at gamma c / (t h + gamma).
  const exact = curvatures.reduce((sum, h, i) => {
    const lowest = (gamma * center[i]) / (t * h + gamma);
    return sum + (t * h * (center[i] ** 2 - lowest ** 2)) / 2;
  }, 0);
  const depth = descentBelow(tempered(bowl, { center, gamma }), center, gamma).depth;
  assert.ok(Math.abs(depth / exact - 1) < 0.02, `${depth} for ${exact}`);
});

test("a minimum has no depth, regular or not, and neither has a plateau", () => {
  const wells = loss(2, n, (w) =>
    w
      .at(0)
      .square()
      .square()
      .add(w.at(0).mul(w.at(1)).square()),
  );
  assert.equal(descentBelow(tempered(wells, { center: [0, 0] }), Float64Array.of(0, 0), 1).depth, 0);
  const flat = loss(2, n, (w) => w.mul(0).sum());
  assert.equal(descentBelow(tempered(flat, { center: [3, 1] }), Float64Array.of(3, 1), 1).depth, 0);
});

test("walls of infinity and gradients that are not numbers end a step, not the descent", () => {
  const walled = energyOf(1, (q, gradient) => {
    gradient[0] = q[0] < 0 ? Number.NaN : 1;
    return q[0] < 0 ? Number.POSITIVE_INFINITY : q[0];
  });
  const depth = descentBelow(walled, Float64Array.of(5), 0).depth;
  assert.ok(depth > 4.5 && depth <= 5, `${depth}`);
});

test("the Rosenbrock valley is followed to its end", () => {
  const valley = energyOf(2, (q, gradient) => {
    const off = q[1] - q[0] * q[0];
    gradient[0] = -2 * (1 - q[0]) - 400 * q[0] * off;
    gradient[1] = 200 * off;
    return (1 - q[0]) ** 2 + 100 * off * off;
  });
  assert.ok(descentBelow(valley, Float64Array.of(-1.2, 1), 0).depth > 24.19); // of 24.2
});
