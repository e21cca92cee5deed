import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stream } from "../../src/random/index.js";
import { type Integrator, type IntegratorName, integrators } from "../../src/samplers/integrators.js";
import { overColumns, plainTrajectory } from "../../src/samplers/trajectory.js";
import { columnTrajectory, compiledTrajectory } from "../../src/samplers/trajectory-program.js";
import { trace } from "../../src/tensor/index.js";
import { banana, bimodal, energyOf } from "./laws.js";

const inverseMass = Float64Array.of(0.7, 1.3);
const names = Object.keys(integrators) as IntegratorName[];
const { energy } = banana;
const point = fc.double({ min: -1.5, max: 1.5, noNaN: true });
const start = fc.tuple(point, point, point, point);

/** (q, p) after some steps on the banana. */
function flow(z: readonly number[], integrator: Integrator, stepSize: number, steps: number): number[] {
  const q = Float64Array.from(z.slice(0, 2));
  const p = Float64Array.from(z.slice(2));
  const g = new Float64Array(2);
  energy.valueAndGradient(q, g);
  plainTrajectory(energy, integrator)(q, p, g, stepSize, inverseMass, steps);
  return [...q, ...p];
}

function hamiltonian([x, y, px, py]: readonly number[]): number {
  return energy.value(Float64Array.of(x, y)) + (px * px * inverseMass[0] + py * py * inverseMass[1]) / 2;
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const scale = Math.max(1, Math.abs(expected[i]));
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance * scale, `${i}: ${actual[i]} is not ${expected[i]}`);
  }
}

test("integrators read the same backwards, and their kicks and drifts each sum to 1", () => {
  for (const name of names) {
    const list = integrators[name];
    assert.deepEqual([...list].reverse(), [...list]);
    const sum = (parity: number) => list.filter((_, i) => i % 2 === parity).reduce((a, b) => a + b);
    assertClose([sum(0), sum(1)], [1, 1], 1e-15);
  }
});

for (const name of names) {
  test(`${name} is reversible`, () => {
    fc.assert(
      fc.property(start, (z) => {
        const [x, y, px, py] = flow(z, integrators[name], 0.02, 25);
        const back = flow([x, y, -px, -py], integrators[name], 0.02, 25);
        assertClose([back[0], back[1], -back[2], -back[3]], z, 1e-11);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test(`${name} preserves volume: its Jacobian determinant is 1`, () => {
    fc.assert(
      fc.property(start, (z) => {
        const h = 1e-6;
        const columns = z.map((_, i) => {
          const shifted = (by: number) => z.map((value, k) => (k === i ? value + by : value));
          const plus = flow(shifted(h), integrators[name], 0.03, 4);
          const minus = flow(shifted(-h), integrators[name], 0.03, 4);
          return plus.map((value, k) => (value - minus[k]) / (2 * h));
        });
        assertClose([determinant(columns)], [1], 1e-6);
      }),
      { seed: 2, numRuns: 30 },
    );
  });

  test(`${name} conserves the energy up to an error of order step size squared`, () => {
    const z = [0.3, 0.5, -0.4, 0.9];
    const error = (steps: number) => hamiltonian(flow(z, integrators[name], 0.2 / steps, steps)) - hamiltonian(z);
    const ratio = error(32) / error(64);
    assert.ok(Math.abs(ratio - 4) < 0.1, `halving the step divides the error by ${ratio}`);
  });
}

test("velocity Verlet follows the discrete harmonic oscillator: cos(theta) = 1 - step^2 / 2", () => {
  const oscillator = energyOf(1, (q, gradient) => {
    gradient[0] = q[0];
    return q[0] ** 2 / 2;
  });
  const [q, p, g] = [Float64Array.of(1), Float64Array.of(0), Float64Array.of(1)];
  const value = plainTrajectory(oscillator, integrators.velocityVerlet)(q, p, g, 0.5, Float64Array.of(1), 37);
  assertClose(q, [Math.cos(37 * Math.acos(1 - 0.125))], 1e-12);
  assert.equal(value, q[0] ** 2 / 2);
  assert.equal(g[0], q[0]);
});

test("a trajectory evaluates the gradient once per stage, and never where it starts", () => {
  for (const [name, stages] of [
    ["velocityVerlet", 1],
    ["mcLachlan", 2],
    ["threeStage", 3],
  ] as const) {
    let calls = 0;
    const counted = energyOf(2, (q, gradient) => {
      calls++;
      return energy.valueAndGradient(q, gradient);
    });
    const arrays = [Float64Array.of(0, 0), Float64Array.of(1, 1), Float64Array.of(-2, 0)] as const;
    plainTrajectory(counted, integrators[name])(...arrays, 0.1, inverseMass, 7);
    assert.equal(calls, 7 * stages);
  }
});

test("columns move as they would alone, whatever their step sizes and lengths", () => {
  const width = 3;
  const random = stream(3);
  const [q, p, g, m] = [1, 1, 1, 1].map(() => new Float64Array(2 * width));
  for (const array of [q, p]) random.fillNormal(array);
  for (let k = 0; k < m.length; k++) m[k] = 0.5 + random.uniform();
  const column = (array: Float64Array, c: number) => Float64Array.of(array[c], array[width + c]);
  const gradientAt = new Float64Array(2);
  for (let c = 0; c < width; c++) {
    energy.valueAndGradient(column(q, c), gradientAt);
    g[c] = gradientAt[0];
    g[width + c] = gradientAt[1];
  }
  const stepSize = Float64Array.of(0.01, 0.05, 0.02);
  const steps = Int32Array.of(3, 1, 8);
  const path = plainTrajectory(energy, integrators.mcLachlan);
  const alone = [0, 1, 2].map((c) => {
    const arrays = [column(q, c), column(p, c), column(g, c)] as const;
    return { arrays, value: path(...arrays, stepSize[c], column(m, c), steps[c]) };
  });
  const values = new Float64Array(width);
  overColumns(path, 2, width).run(q, p, g, stepSize, m, steps, values);
  alone.forEach(({ arrays, value }, c) => {
    assert.deepEqual(
      [q, p, g].map((array) => column(array, c)),
      [...arrays],
    );
    assert.equal(values[c], value);
  });
});

test("the compiled trajectory of a traced energy is the plain one, for any number of steps", () => {
  const graph = trace(
    ([q]) => {
      const [x, y] = q.unstack();
      return [x.sub(1).square().add(y.sub(x.square()).square().mul(10))];
    },
    [[2]],
  );
  for (const name of names) {
    const compiled = compiledTrajectory(graph, integrators[name], 5);
    const plain = plainTrajectory(energy, integrators[name]);
    for (const steps of [1, 2, 3, 5, 12, 21]) {
      const ends = [plain, compiled].map((path) => {
        const arrays = [Float64Array.of(0.4, -0.3), Float64Array.of(1, -0.5), new Float64Array(2)] as const;
        energy.valueAndGradient(arrays[0], arrays[2]);
        const value = path(...arrays, 0.03, inverseMass, steps);
        return [...arrays.flatMap((array) => [...array]), value];
      });
      assertClose(ends[1], ends[0], 1e-12);
    }
    const traced = columnTrajectory({ ...energy, graph }, integrators[name]);
    const arrays = [Float64Array.of(0, 0), Float64Array.of(1, 1), Float64Array.of(-2, 0)] as const;
    const value = traced(...arrays, 0.1, inverseMass, 4);
    assertClose([value], [energy.value(arrays[0])], 1e-13);
  }
});

test("a trajectory into numbers that are not finite ends in numbers that are not finite", () => {
  const path = plainTrajectory(bimodal.energy, integrators.velocityVerlet);
  const arrays = [Float64Array.of(1, 1), Float64Array.of(0, 0), Float64Array.of(1, 1)] as const;
  assert.ok(!Number.isFinite(path(...arrays, 1e160, Float64Array.of(1, 1), 8)));
});

function determinant(matrix: number[][]): number {
  if (matrix.length === 1) return matrix[0][0];
  return matrix[0].reduce((sum, value, k) => {
    const minor = matrix.slice(1).map((row) => row.filter((_, j) => j !== k));
    return sum + (k % 2 === 0 ? value : -value) * determinant(minor);
  }, 0);
}
