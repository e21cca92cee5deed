// A transition compiled for lanes is the one in plain JavaScript: the same trajectories and decisions, at every width.

import assert from "node:assert/strict";
import { test } from "node:test";
import { energy as energyOf } from "../../src/energies/traced.js";
import { stream } from "../../src/random/index.js";
import { type Integrator, type IntegratorName, integrators } from "../../src/samplers/integrators.js";
import { type ColumnTrajectory, overColumns } from "../../src/samplers/trajectory.js";
import { columnTrajectory } from "../../src/samplers/trajectory-program.js";
import { plainTransition, type Transition } from "../../src/samplers/transition.js";
import { compiledTransition } from "../../src/samplers/transition-program.js";
import { banana, energyOf as handWritten } from "./laws.js";

const traced = energyOf(2, (q) => {
  const [x, y] = q.unstack();
  return x.sub(1).square().add(y.sub(x.square()).square().mul(10));
});
const mostSteps = 40;
const maxEnergyError = 0.05;
const stateArrays = ["position", "energy", "gradient"] as const;
const infoArrays = ["accepted", "energyError", "diverging"] as const;

/** Fills what decides transition number `turn`, the same numbers for every twin. */
function decide(transition: Transition, turn: number): void {
  const random = stream(3, "transition", turn);
  random.fillNormal(transition.normals);
  random.fillUniform(transition.uniform);
  transition.stepSize.forEach((_, c) => {
    transition.stepSize[c] = 0.05 + 0.35 * random.uniform();
    transition.leapfrogSteps[c] = 1 + random.integer(mostSteps);
  });
  transition.inverseMass.forEach((_, k) => {
    transition.inverseMass[k] = 0.5 + random.uniform();
    transition.momentumScale[k] = 1 / Math.sqrt(transition.inverseMass[k]);
  });
}

/** The trajectory whose every length is one program: put together from several it would be kicked in other portions where they meet. */
function ofEachLength(integrator: Integrator): ColumnTrajectory {
  const byLength = Array.from({ length: mostSteps + 1 }, (_, steps) => {
    let column: ColumnTrajectory | undefined;
    return (): ColumnTrajectory => (column ??= columnTrajectory(traced, integrator, steps));
  });
  return (q, p, g, stepSize, inverseMass, steps) => byLength[steps]()(q, p, g, stepSize, inverseMass, steps);
}

for (const name of Object.keys(integrators) as IntegratorName[]) {
  for (const leapfrogSteps of [undefined, 1, 7]) {
    const lengths = leapfrogSteps === undefined ? "lengths of their own" : `${leapfrogSteps} steps each`;
    test(`columns with ${lengths} by ${name}, compiled and plain, make the same transitions bit for bit`, () => {
      const integrator = integrators[name];
      // Over all widths: one chain's few steps of the best scheme may all be good.
      const seen = { accepted: new Set<number>(), diverging: new Set<number>() };
      for (const width of [1, 2, 3, 9, 32]) {
        const compiled = compiledTransition(
          traced,
          { integrator, leapfrogSteps, mostSteps, maxEnergyError },
          width,
        ) as Transition;
        const column = ofEachLength(integrator);
        const plain = plainTransition(overColumns(column, 2, width), 2, width, maxEnergyError);
        const start = Float64Array.from({ length: 2 * width }, (_, k) => Math.sin(k));
        for (const transition of [compiled, plain]) {
          for (let c = 0; c < width; c++) {
            const [q, g] = [Float64Array.of(start[c], start[width + c]), new Float64Array(2)];
            transition.energy[c] = traced.valueAndGradient(q, g);
            for (const i of [0, 1]) {
              transition.position[i * width + c] = q[i];
              transition.gradient[i * width + c] = g[i];
            }
          }
        }
        for (let turn = 0; turn < 30; turn++) {
          for (const transition of [compiled, plain]) {
            decide(transition, turn);
            if (leapfrogSteps !== undefined) transition.leapfrogSteps.fill(leapfrogSteps);
            transition.run();
          }
          for (const key of [...stateArrays, ...infoArrays]) assert.deepEqual([...compiled[key]], [...plain[key]], key);
          // The functions of vectors and of Math may part in the last places.
          compiled.acceptance.forEach((acceptance, c) => {
            assert.ok(Math.abs(acceptance - plain.acceptance[c]) <= 1e-15, `${acceptance}, ${plain.acceptance[c]}`);
          });
          for (const number of compiled.accepted) seen.accepted.add(number);
          for (const number of compiled.diverging) seen.diverging.add(number);
        }
      }
      assert.deepEqual([seen.accepted.size, seen.diverging.size], [2, 2], "nothing was rejected, or nothing diverged");
    });
  }
}

test("what is drawn beside the program is what the streams draw, bit for bit, and they go on from there", () => {
  const options = { integrator: integrators.velocityVerlet, mostSteps, maxEnergyError };
  for (const width of [1, 2, 7]) {
    const compiled = compiledTransition(traced, options, width) as Transition;
    const again = compiledTransition(traced, options, width) as Transition;
    const plain = plainTransition(overColumns(columnTrajectory(traced, options.integrator), 2, width), 2, width, 1);
    const streams = () => Array.from({ length: width }, (_, c) => stream(5, "draw", c));
    const [here, there] = [streams(), streams()];
    // So many normal numbers meet the edges of the layers some hundred times, and the tail a few times.
    for (let turn = 0; turn < 7000; turn++) {
      const uniforms = turn % 3;
      // The streams of a kernel may be handed to another.
      const drawn = turn % 1000 < 500 ? compiled : again;
      drawn.draw(here, uniforms);
      plain.draw(there, uniforms);
      const rows = uniforms * width;
      assert.deepEqual(drawn.early.subarray(0, rows), plain.early.subarray(0, rows));
      assert.deepEqual(drawn.normals, plain.normals);
      assert.deepEqual(drawn.uniform, plain.uniform);
    }
    assert.deepEqual(
      here.map((random) => random.state()),
      there.map((random) => random.state()),
    );
    assert.deepEqual(
      here.map((random) => random.exponential()),
      there.map((random) => random.exponential()),
    );
  }
});

test("what runs into numbers that are not finite is rejected, and leaves its column where it was", () => {
  const cliff = energyOf(1, (q) => q.sum().log().neg().add(q.square().sum()));
  const options = { integrator: integrators.velocityVerlet, leapfrogSteps: 3, mostSteps, maxEnergyError: 1000 };
  const width = 3;
  const transition = compiledTransition(cliff, options, width) as Transition;
  transition.position.fill(1);
  transition.energy.fill(1);
  transition.gradient.fill(1);
  transition.inverseMass.fill(1);
  transition.momentumScale.fill(1);
  transition.normals.set([0.1, -50, 0.1]);
  transition.stepSize.fill(0.1);
  transition.run();
  const { accepted, acceptance, diverging, position, energyError } = transition;
  assert.deepEqual([...accepted], [1, 0, 1]);
  assert.equal(acceptance[1], 0);
  assert.deepEqual([...diverging], [0, 1, 0]);
  assert.ok(Number.isNaN(energyError[1]));
  assert.equal(position[1], 1);
  assert.notEqual(position[0], 1);
  assert.equal(position[0], position[2]);
});

test("the energy decides whether its transition is compiled, and never the width", () => {
  const options = { integrator: integrators.velocityVerlet, leapfrogSteps: 3, mostSteps, maxEnergyError };
  const gamma = energyOf(1, (q) => q.exp().add(1).lgamma().sum());
  const large = energyOf(3000, (q) => q.mul(3).sin().sum());
  const plain = handWritten(2, (q, gradient) => banana.energy.valueAndGradient(q, gradient));
  for (const width of [1, 2, 32]) {
    assert.ok(compiledTransition(traced, options, width) !== undefined);
    for (const energy of [gamma, large, plain]) assert.equal(compiledTransition(energy, options, width), undefined);
  }
});
