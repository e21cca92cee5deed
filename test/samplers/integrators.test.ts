// Integrators are what their papers say: their stability, their error constants; and, along the sphere of directions, their order,
// reversibility, Jacobian and change of the kinetic energy.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { energy as tracedEnergy } from "../../src/energies/traced.js";
import { stream } from "../../src/random/index.js";
import { type Integrator, type IntegratorName, integrators } from "../../src/samplers/integrators.js";
import {
  drawDirection,
  type IsokineticTrajectory,
  kickDirection,
  plainIsokinetic,
  refreshDirection,
} from "../../src/samplers/isokinetic.js";
import { compiledIsokinetic } from "../../src/samplers/isokinetic-program.js";
import { plainTrajectory } from "../../src/samplers/trajectory.js";
import type { Graph } from "../../src/tensor/index.js";
import { energyOf } from "./laws.js";

const names = Object.keys(integrators) as IntegratorName[];
const stagesOfEach: Record<IntegratorName, number> = { velocityVerlet: 1, mcLachlan: 2, threeStage: 3, fourStage: 4 };

// On the harmonic oscillator ------------------------------------------------------------------------------------------

const oscillator = energyOf(1, (q, gradient) => {
  gradient[0] = q[0];
  return q[0] ** 2 / 2;
});

/** The matrix (A, B, C, D) of one step of size h: q <- A q + B p, p <- C q + D p. */
function oscillatorStep(integrator: Integrator, h: number): [number, number, number, number] {
  const path = plainTrajectory(oscillator, integrator);
  const [fromPosition, fromMomentum] = [
    [1, 0],
    [0, 1],
  ].map(([q0, p0]) => {
    const [q, p, g] = [Float64Array.of(q0), Float64Array.of(p0), Float64Array.of(q0)];
    path(q, p, g, h, Float64Array.of(1), 1);
    return [q[0], p[0]];
  });
  return [fromPosition[0], fromMomentum[0], fromPosition[1], fromMomentum[1]];
}

/** Blanes, Casas and Sanz-Serna 2014: the expected energy error is at most (B + C)^2 / (2 (1 - A^2)). */
function energyErrorBound(integrator: Integrator, h: number): number {
  const [A, B, C] = oscillatorStep(integrator, h);
  const distance = 1 - A * A;
  // Where A touches 1 or -1 both are 0 within the digits of the coefficients.
  if (Math.abs(distance) < 1e-9) return 0;
  return distance < 0 ? Number.POSITIVE_INFINITY : (B + C) ** 2 / (2 * distance);
}

/** Its largest value up to a step of one per stage. */
function worstBound(integrator: Integrator): number {
  const stages = (integrator.length - 1) / 2;
  let worst = 0;
  for (let k = 1; k <= 4000; k++) worst = Math.max(worst, energyErrorBound(integrator, (stages * k) / 4000));
  return worst;
}

function longestStableStep(integrator: Integrator): number {
  let h = 0.5;
  while (Math.abs(oscillatorStep(integrator, h)[0]) <= 1 + 1e-9) h += 1e-3;
  return h;
}

test("on the oscillator the energy errors and longest stable steps are those of the papers", () => {
  const known: Record<IntegratorName, [worst: number, stable: number]> = {
    velocityVerlet: [1 / 24, 2],
    mcLachlan: [0.0185, 2.553],
    threeStage: [7e-5, 4.662],
    fourStage: [7e-7, 5.353],
  };
  for (const name of names) {
    const [worst, stable] = known[name];
    const found = worstBound(integrators[name]);
    assert.ok(Math.abs(found / worst - 1) < 0.1, `${name}: ${found} for ${worst}`);
    const longest = longestStableStep(integrators[name]);
    assert.ok(Math.abs(longest - stable) < 2e-3, `${name} is stable up to ${longest}`);
  }
});

test("no neighbour of the three-stage or four-stage scheme has a smaller worst energy error", () => {
  const { threeStage, fourStage } = integrators;
  const three = (b: number, a: number): Integrator => [b, a, 1 / 2 - b, 1 - 2 * a, 1 / 2 - b, a, b];
  const four = (b: number, a: number, c: number): Integrator => {
    return [b, a, c, 1 / 2 - a, 1 - 2 * (b + c), 1 / 2 - a, c, a, b];
  };
  for (const by of [-1e-3, 1e-3]) {
    for (const i of [0, 1]) {
      const moved = [threeStage[0], threeStage[1]].map((value, k) => (k === i ? value + by : value));
      assert.ok(worstBound(three(moved[0], moved[1])) > worstBound(threeStage));
    }
    for (const i of [0, 1, 2]) {
      const moved = [fourStage[0], fourStage[1], fourStage[2]].map((value, k) => (k === i ? value + by : value));
      assert.ok(worstBound(four(moved[0], moved[1], moved[2])) > worstBound(fourStage));
    }
  }
});

test("McLachlan's scheme has the least error constants of all two-stage schemes", () => {
  // The step is the exact flow of H + h^2 (k1 p^2 + k2 q^2) + ..., with B / h = 1 + (2 k1 - 1/6) h^2 and -C / h = 1 + (2 k2 - 1/6) h^2.
  const errorNorm = (b: number): number => {
    const h = 0.01;
    const [, B, C] = oscillatorStep([b, 1 / 2, 1 - 2 * b, 1 / 2, b], h);
    const constant = (slope: number) => ((slope / h - 1) / h ** 2 + 1 / 6) / 2;
    return Math.hypot(constant(B), constant(-C));
  };
  const [b] = integrators.mcLachlan;
  for (const by of [-0.1, -0.01, -0.003, 0.003, 0.01, 0.1]) assert.ok(errorNorm(b + by) > errorNorm(b));
  assert.ok(errorNorm(b) < errorNorm(1 / 4) / 2);
});

test("every scheme is reversible to 1e-12 under Hamiltonian dynamics", () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.integer({ min: 0, max: 1e6 }), (name, seed) => {
      const random = stream(seed);
      const [q, p, g] = Array.from({ length: 3 }, () => new Float64Array(dim));
      random.fillNormal(q);
      random.fillNormal(p);
      const start = [...q, ...p];
      valley.valueAndGradient(q, g);
      const path = plainTrajectory(valley, integrators[name]);
      const ones = new Float64Array(dim).fill(1);
      path(q, p, g, 0.1, ones, 10);
      for (let i = 0; i < dim; i++) p[i] = -p[i];
      path(q, p, g, 0.1, ones, 10);
      [...q, ...p].forEach((value, k) => {
        const sign = k < dim ? 1 : -1;
        assert.ok(Math.abs(sign * value - start[k]) < 1e-12, `${value}, ${start[k]}`);
      });
    }),
    { seed: 3, numRuns: 60 },
  );
});

// On the sphere of directions -----------------------------------------------------------------------------------------

const dim = 3;
/** Neither harmonic nor separable. */
const valley = energyOf(dim, (q, gradient) => {
  const [x, y, z] = q;
  gradient[0] = x + 0.2 * x ** 3 + 0.3 * y * z;
  gradient[1] = 2 * y + 0.3 * x * z;
  gradient[2] = z / 2 + 0.3 * x * y + Math.sin(z) / 4;
  return x ** 2 / 2 + 0.05 * x ** 4 + y ** 2 + z ** 2 / 4 - Math.cos(z) / 4 + 0.3 * x * y * z;
});
const tracedValley = tracedEnergy(dim, (q) => {
  const [x, y, z] = q.unstack();
  const harmonic = x.square().div(2).add(y.square()).add(z.square().div(4));
  return harmonic.add(x.pow(4).mul(0.05)).sub(z.cos().div(4)).add(x.mul(y).mul(z).mul(0.3));
});
const scale = Float64Array.of(1, 0.7, 1.6);

interface Point {
  readonly q: Float64Array;
  readonly u: Float64Array;
}

function pointOf(seed: number): Point {
  const random = stream(seed, "point");
  const [q, u] = [new Float64Array(dim), new Float64Array(dim)];
  random.fillNormal(q);
  drawDirection(u, random);
  return { q, u };
}

function travel(path: IsokineticTrajectory, from: Point, stepSize: number, steps: number) {
  const [q, u, g] = [from.q.slice(), from.u.slice(), new Float64Array(dim)];
  const before = valley.valueAndGradient(q, g);
  const end = new Float64Array(2);
  path(q, u, g, stepSize, scale, steps, end);
  return { q, u, g, value: end[0], kineticChange: end[1], energyError: end[0] - before + end[1] };
}

for (const name of names) {
  const path = plainIsokinetic(valley, integrators[name]);

  test(`${name} along directions: halving the step divides the errors of energy and position by 4`, () => {
    const from = pointOf(5);
    const exact = travel(plainIsokinetic(valley, integrators.fourStage), from, 1 / 4096, 4096);
    const [coarse, fine] = [32, 64].map((steps) => {
      const { q, energyError } = travel(path, from, 1 / steps, steps);
      return { energyError, distance: Math.hypot(...q.map((x, i) => x - exact.q[i])) };
    });
    for (const ratio of [coarse.energyError / fine.energyError, coarse.distance / fine.distance]) {
      assert.ok(Math.abs(ratio - 4) < 0.15, `${ratio}`);
    }
  });

  test(`${name} along directions is reversible to 1e-12`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const from = pointOf(seed);
        const there = travel(path, from, 0.1, 10);
        const back = travel(path, { q: there.q, u: there.u.map((x) => -x) }, 0.1, 10);
        for (let i = 0; i < dim; i++) {
          assert.ok(Math.abs(back.q[i] - from.q[i]) < 1e-12);
          assert.ok(Math.abs(back.u[i] + from.u[i]) < 1e-12);
        }
        assert.ok(Math.abs(there.kineticChange + back.kineticChange) < 1e-12);
      }),
      { seed: 4, numRuns: 50 },
    );
  });

  test(`${name} along directions: the Jacobian on positions and the sphere is exp(-kineticChange)`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const from = pointOf(seed);
        const end = travel(path, from, 0.3, 3);
        const [before, after] = [tangents(from.u), tangents(end.u)];
        const h = 1e-6;
        // Rows: how the end moves where the start moves along each position's axis and each tangent of the sphere.
        const moved = Array.from({ length: 2 * dim - 1 }, (_, k) => {
          const ends = [h, -h].map((by) => {
            const q = from.q.map((x, i) => (i === k ? x + by : x));
            const tangent = before[k - dim];
            const u =
              tangent === undefined ? from.u : from.u.map((x, i) => Math.cos(by) * x + Math.sin(by) * tangent[i]);
            return travel(path, { q, u }, 0.3, 3);
          });
          const slope = (a: Float64Array, b: Float64Array) => Array.from(a, (x, i) => (x - b[i]) / (2 * h));
          const ofPosition = slope(ends[0].q, ends[1].q);
          const ofDirection = slope(ends[0].u, ends[1].u);
          return [...ofPosition, ...after.map((tangent) => tangent.reduce((sum, x, i) => sum + x * ofDirection[i], 0))];
        });
        const jacobian = Math.abs(determinant(moved));
        // In the coordinates q / scale: the scales cancel between start and end.
        assert.ok(Math.abs(Math.log(jacobian) + end.kineticChange) < 1e-6, `${jacobian}, ${end.kineticChange}`);
      }),
      { seed: 5, numRuns: 20 },
    );
  });

  test(`${name} along directions evaluates the gradient once per stage, and never where it starts`, () => {
    let calls = 0;
    const counted = energyOf(dim, (q, gradient) => {
      calls++;
      return valley.valueAndGradient(q, gradient);
    });
    travel(plainIsokinetic(counted, integrators[name]), pointOf(1), 0.1, 7);
    assert.equal(calls, 7 * stagesOfEach[name]);
  });

  test(`${name} along directions, compiled, is the plain one for any number of steps`, () => {
    const compiled = compiledIsokinetic(tracedValley.graph as Graph, integrators[name]);
    for (const steps of [1, 2, 3, 5, 12, 21]) {
      const [a, b] = [path, compiled].map((one) => travel(one, pointOf(steps), 0.2, steps));
      const numbers = (end: typeof a) => [...end.q, ...end.u, ...end.g, end.value, end.kineticChange];
      numbers(a).forEach((value, k) => {
        assert.ok(Math.abs(value - numbers(b)[k]) < 1e-11 * Math.max(1, Math.abs(value)), `${steps} steps, ${k}`);
      });
    }
  });
}

// The kick ------------------------------------------------------------------------------------------------------------

const ones = new Float64Array(dim).fill(1);

test("a kick solves u' = (I - u u') force / (d - 1), and the kinetic energy grows by the power u . force", () => {
  const gradient = Float64Array.of(0.4, -1.1, 0.3);
  const time = 1.7;
  const u = pointOf(8).u;
  const expected = [...u, 0];
  // Runge-Kutta steps fine enough to be exact to 1e-10.
  const slope = (at: readonly number[]): number[] => {
    const power = -at.slice(0, dim).reduce((sum, x, i) => sum + x * gradient[i], 0);
    return [...at.slice(0, dim).map((x, i) => (-gradient[i] - x * power) / (dim - 1)), power];
  };
  const steps = 1000;
  const h = time / steps;
  const shifted = (by: readonly number[], share: number) => expected.map((x, i) => x + share * by[i]);
  for (let step = 0; step < steps; step++) {
    const k1 = slope(expected);
    const k2 = slope(shifted(k1, h / 2));
    const k3 = slope(shifted(k2, h / 2));
    const k4 = slope(shifted(k3, h));
    expected.forEach((_, i) => {
      expected[i] += (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
    });
  }
  const change = kickDirection(u, gradient, ones, time);
  [...u, change].forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) < 1e-10, `${value}, ${expected[i]}`);
  });
});

test("two kicks are one of their summed length, from the faintest force to one whose exponential overflows", () => {
  const strength = fc.double({ min: -6, max: 3, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      strength,
      fc.double({ min: 0.1, max: 0.9, noNaN: true }),
      (seed, log, share) => {
        const random = stream(seed, "kick");
        const gradient = new Float64Array(dim);
        random.fillNormal(gradient);
        const [once, twice] = [pointOf(seed).u, pointOf(seed).u];
        const time = 10 ** log;
        const change = kickDirection(once, gradient, scale, time);
        const parts =
          kickDirection(twice, gradient, scale, share * time) +
          kickDirection(twice, gradient, scale, (1 - share) * time);
        assert.ok(Math.abs(Math.hypot(...once) - 1) < 1e-14);
        assert.ok(Math.abs(change - parts) < 1e-12 * Math.max(1, Math.abs(change)), `${change}, ${parts}`);
        for (let i = 0; i < dim; i++) assert.ok(Math.abs(once[i] - twice[i]) < 1e-12);
      },
    ),
    { seed: 6, numRuns: 300 },
  );
});

test("a kick straight against the direction, along it, and without force", () => {
  const gradient = Float64Array.of(0, 0, 5);
  const kicked = (u: Float64Array, time: number, g = gradient) => ({ change: kickDirection(u, g, ones, time), u });
  for (const time of [1e-3, 1, 10, 1e3, 1e9]) {
    // With the force: faster by the work done.
    assert.deepEqual([...kicked(Float64Array.of(0, 0, -1), time).u], [0, 0, -1]);
    assert.ok(Math.abs(kicked(Float64Array.of(0, 0, -1), time).change / (5 * time) - 1) < 1e-13);
    // Straight against it nothing turns, and it is slower by as much; but for so long that a direction of 16 digits cannot say so.
    const against = kicked(Float64Array.of(0, 0, 1), time);
    if (time > 10) assert.ok(Number.isNaN(against.change));
    else {
      assert.deepEqual([...against.u], [0, 0, 1]);
      assert.ok(Math.abs(against.change / (5 * time) + 1) < 1e-13);
    }
  }
  // A hair off: turned around in the end, after losing what it gains later. At the turn the change is 2 log(tiny / 2).
  const tiny = 1e-12;
  const { change, u } = kicked(Float64Array.of(tiny, 0, 1), 100);
  assert.ok(Math.abs(u[2] + 1) < 1e-15);
  assert.ok(Math.abs(change - (500 + 2 * Math.log(tiny ** 2 / 4))) < 1e-9, `${change}`);
  const still = Float64Array.of(0.6, 0, 0.8);
  assert.equal(kicked(still, 3, new Float64Array(dim)).change, 0);
  assert.deepEqual([...still], [0.6, 0, 0.8]);
});

test("refreshing leaves directions uniform and forgets them at the rate 1 / L, however far apart step and L are", () => {
  const random = stream(9);
  const d = 50;
  const [u, z, before] = [new Float64Array(d), new Float64Array(d), new Float64Array(d)];
  drawDirection(u, random);
  for (const ratio of [0.01, 0.5, 2]) {
    const draws = 4000;
    let [kept, keptSquares, first] = [0, 0, 0];
    for (let k = 0; k < draws; k++) {
      before.set(u);
      refreshDirection(u, z, ratio * 3, 3, random);
      const cosine = u.reduce((sum, x, i) => sum + x * before[i], 0);
      kept += cosine / draws;
      keptSquares += cosine ** 2 / draws;
      first += (d * u[0] ** 2) / draws;
    }
    const error = Math.sqrt((keptSquares - kept ** 2) / draws);
    // Of order 1 / d off, because the length of the noise varies.
    assert.ok(Math.abs(kept - Math.exp(-ratio)) < 4.5 * error + 1 / d, `${kept} after ${ratio} L`);
    if (ratio === 2) assert.ok(Math.abs(first - 1) < 0.2, `${first}`);
  }
  refreshDirection(u, z, 1e9, 1e-9, random);
  assert.ok(Math.abs(Math.hypot(...u) - 1) < 1e-14);
});

/** An orthonormal basis of the plane across a unit vector of three coordinates. */
function tangents(u: Float64Array): [number[], number[]] {
  const axis = Math.abs(u[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0];
  const first = cross([...u], axis);
  const length = Math.hypot(...first);
  const unit = first.map((x) => x / length);
  return [unit, cross([...u], unit)];
}

function cross([a, b, c]: readonly number[], [x, y, z]: readonly number[]): number[] {
  return [b * z - c * y, c * x - a * z, a * y - b * x];
}

function determinant(matrix: readonly (readonly number[])[]): number {
  if (matrix.length === 1) return matrix[0][0];
  return matrix[0].reduce((sum, value, k) => {
    const minor = matrix.slice(1).map((row) => row.filter((_, j) => j !== k));
    return sum + (k % 2 === 0 ? value : -value) * determinant(minor);
  }, 0);
}
