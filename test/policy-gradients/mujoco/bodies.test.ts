// The robots' bodies: what they weigh, how many joints and motors they have, and that they move as mechanics says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Simulation, simulationOf } from "../../../src/policy-gradients/environments/mujoco/engine.js";
import { robots } from "../../../src/policy-gradients/environments/mujoco/index.js";
import { mjcf } from "../../../src/policy-gradients/environments/mujoco/mjcf.js";
import { stream } from "../../../src/random/index.js";
import { FACTS, near, robotOf, VERSIONS, type Version } from "./robots.js";

const GRAVITY = 9.81;

function simulationOfKind(kind: string, version: Version = 5): Simulation {
  return simulationOf(mjcf(robotOf(kind, version).model));
}

const ball = (radius: number): number => (4 / 3) * Math.PI * radius ** 3;
const capsule = (radius: number, length: number): number => Math.PI * radius ** 2 * length + ball(radius);

/** Of a capsule of 1000 kg/m^3 about its centre, across its axis: a cylinder and two half balls at its ends. */
function momentOf(mass: number, radius: number, length: number): number {
  const ends = 1000 * ball(radius);
  const ofEnds = ends * ((2 / 5) * radius ** 2 + length ** 2 / 4 + (3 / 8) * length * radius);
  return (mass - ends) * (length ** 2 / 12 + radius ** 2 / 4) + ofEnds;
}

/** Kilogrammes of each body after the world, from volumes and densities; the cheetah's are 14 kg in all. */
const MASSES: Readonly<Record<string, readonly number[]>> = {
  halfCheetah: scaledTo(14, [
    capsule(0.046, 1) + capsule(0.046, 0.3),
    ...[0.145, 0.15, 0.094, 0.133, 0.106, 0.07].map((half) => capsule(0.046, 2 * half)),
  ]),
  hopper: [capsule(0.05, 0.4), capsule(0.05, 0.45), capsule(0.04, 0.5), capsule(0.06, 0.39)].map((v) => 1000 * v),
  walker2d: [
    capsule(0.05, 0.4),
    ...[1, 2].flatMap(() => [capsule(0.05, 0.45), capsule(0.04, 0.5), capsule(0.06, 0.2)]),
  ].map((volume) => 1000 * volume),
  ant: [ball(0.25), ...[1, 2, 3, 4].flatMap(() => [0.2, 0.2, 0.4].map((side) => capsule(0.08, side * Math.SQRT2)))].map(
    (volume) => 5 * volume,
  ),
  humanoid: [
    capsule(0.07, 0.14) + ball(0.09) + capsule(0.06, 0.12),
    capsule(0.06, 0.12),
    capsule(0.09, 0.14),
    ...[1, 2].flatMap(() => [capsule(0.06, Math.hypot(0.34, 0.01)), capsule(0.049, 0.3), ball(0.075)]),
    ...[1, 2].flatMap(() => [capsule(0.04, 0.16 * Math.sqrt(3)), capsule(0.031, 0.16 * Math.sqrt(3)) + ball(0.04)]),
  ].map((volume) => 1000 * volume),
  swimmer: [1, 2, 3].map(() => 1000 * capsule(0.1, 1)),
  reacher: [capsule(0.01, 0.1), capsule(0.01, 0.1), ball(0.01), ball(0.009)].map((volume) => 1000 * volume),
  invertedPendulum: [capsule(0.1, 0.2), capsule(0.049, Math.hypot(0.6, 0.001))].map((volume) => 1000 * volume),
  invertedDoublePendulum: [capsule(0.1, 0.2), capsule(0.045, 0.6), capsule(0.045, 0.6)].map((volume) => 1000 * volume),
};

function scaledTo(total: number, volumes: readonly number[]): readonly number[] {
  const sum = volumes.reduce((a, b) => a + b);
  return volumes.map((volume) => (total * volume) / sum);
}

for (const { kind } of robots) {
  test(`${kind}: joints, motors, and the mass of each body`, () => {
    for (const version of VERSIONS) {
      const simulation = simulationOfKind(kind, version);
      const { nq, nv, ctrl, mass } = simulation;
      const facts = FACTS[kind];
      assert.deepEqual([nq, nv, ctrl.length], [facts.nq, facts.nv, facts.actions]);
      assert.equal(mass.length, 1 + MASSES[kind].length);
      assert.equal(mass[0], 0);
      MASSES[kind].forEach((expected, i) => {
        near(mass[i + 1], expected, `body ${i + 1}`, 1e-9 * expected);
      });
      simulation.close();
    }
  });
}

test("the humanoid's arms and legs weigh the same on both sides, and so do the ant's four legs", () => {
  const { mass: humanoid } = simulationOfKind("humanoid");
  for (const [right, left] of [4, 5, 6]
    .map((b) => [b, b + 3])
    .concat([
      [10, 12],
      [11, 13],
    ])) {
    near(humanoid[right], humanoid[left], `bodies ${right} and ${left}`, 1e-12);
  }
});

function centreOfMass({ mass, xipos }: Simulation): readonly number[] {
  const total = mass.reduce((a, b) => a + b);
  return [0, 1, 2].map((axis) => mass.reduce((sum, m, b) => sum + m * xipos[3 * b + axis], 0) / total);
}

/** Of the robots that can leave the floor: how to lift them, and whether the integrator is of order four. */
const FLYING: readonly (readonly [kind: string, height: number, order: 1 | 4])[] = [
  ["halfCheetah", 1, 1],
  ["hopper", 1, 4],
  ["walker2d", 1, 4],
  ["ant", 2, 4],
  ["humanoid", 2, 4],
];

for (const [kind, height, order] of FLYING) {
  test(`${kind}: motors are inner forces: in flight the centre of mass falls as a stone does`, () => {
    const simulation = simulationOfKind(kind);
    const { timestep } = simulation;
    simulation.reset();
    simulation.qpos[height] += 3;
    simulation.forward();
    const [x, y, z] = centreOfMass(simulation);
    const random = stream(3);
    const steps = Math.round(0.3 / timestep);
    let pushed = 0;
    for (let t = 0; t < steps; t++) {
      for (let i = 0; i < simulation.ctrl.length; i++) simulation.ctrl[i] = 0.4 * (2 * random.uniform() - 1);
      simulation.step(1);
      pushed = Math.max(pushed, ...simulation.qvel.slice(3).map(Math.abs));
    }
    simulation.forward();
    const [x1, y1, z1] = centreOfMass(simulation);
    const time = steps * timestep;
    // Euler's method moves by the velocity after each step: half a step more than the parabola.
    const fall = 0.5 * GRAVITY * time * (time + (order === 1 ? timestep : 0));
    assert.ok(pushed > 1, "the motors hardly move");
    // What is left is the integrator's error: parts turn, and joints meet their ends in the middle of a step.
    const tolerance = order === 1 ? 3e-2 : 1e-3;
    near(x1, x, "x", tolerance);
    near(y1, y, "y", tolerance);
    near(z - z1, fall, "fall", tolerance);
    simulation.close();
  });
}

for (const kind of ["halfCheetah", "hopper", "walker2d"]) {
  test(`${kind}: lifted, at rest and without controls, it falls as one piece`, () => {
    const simulation = simulationOfKind(kind);
    simulation.reset();
    simulation.qpos[1] += 1;
    simulation.step(10);
    near(simulation.qvel[1], -GRAVITY * 10 * simulation.timestep, "velocity", 1e-12);
    for (const i of simulation.qvel.keys()) if (i !== 1) near(simulation.qvel[i], 0, `velocity ${i}`, 1e-10);
    simulation.close();
  });
}

test("InvertedPendulum: steps as Lagrange's equations of cart and pole, by the classical Runge-Kutta method", () => {
  const [cart, pole] = MASSES.invertedPendulum;
  const radius = 0.049;
  const length = Math.hypot(0.6, 0.001);
  const l = length / 2;
  /** The pole leans by this where the joint is at 0. */
  const lean = Math.atan2(0.001, 0.6);
  const moment = momentOf(pole, radius, length);

  // x, theta, x', theta': the pole's centre is at (x + l sin, l cos) of theta + lean; both joints are damped by 1.
  const flow = ([, theta, v, w]: readonly number[], force: number): readonly number[] => {
    const [sin, cos] = [Math.sin(theta + lean), Math.cos(theta + lean)];
    const [a, b, d] = [cart + pole, pole * l * cos, moment + pole * l * l];
    const [f, g] = [force - v + pole * l * sin * w * w, pole * GRAVITY * l * sin - w];
    const determinant = a * d - b * b;
    return [v, w, (d * f - b * g) / determinant, (a * g - b * f) / determinant];
  };
  const along = (s: readonly number[], k: readonly number[], h: number): readonly number[] =>
    s.map((value, i) => value + h * k[i]);
  const step = (s: readonly number[], force: number, h: number): readonly number[] => {
    const k1 = flow(s, force);
    const k2 = flow(along(s, k1, h / 2), force);
    const k3 = flow(along(s, k2, h / 2), force);
    const k4 = flow(along(s, k3, h), force);
    return s.map((value, i) => value + (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
  };

  const simulation = simulationOfKind("invertedPendulum");
  simulation.reset();
  let expected: readonly number[] = [0.1, 0.15, -0.2, 0.4];
  simulation.qpos.set(expected.slice(0, 2));
  simulation.qvel.set(expected.slice(2));
  for (const control of [0.5, -2, 1, 7]) {
    simulation.ctrl[0] = control;
    simulation.step(2);
    // The strongest is 3, of 100 N each.
    for (let i = 0; i < 2; i++) expected = step(expected, 100 * Math.min(control, 3), simulation.timestep);
    [...simulation.qpos, ...simulation.qvel].forEach((value, i) => {
      near(value, expected[i], `after ${control}, variable ${i}`, 1e-11);
    });
  }
  simulation.close();
});

test("InvertedDoublePendulum left alone loses to damping what its energy falls by", () => {
  const [cart, pole] = MASSES.invertedDoublePendulum;
  const [radius, length] = [0.045, 0.6];
  const moment = momentOf(pole, radius, length);
  const energy = ({ qpos, qvel }: Simulation): number => {
    const [v, w1, w2] = [qvel[0], qvel[1], qvel[1] + qvel[2]];
    const [a1, a2] = [qpos[1], qpos[1] + qpos[2]];
    const half = length / 2;
    const first = [v + half * Math.cos(a1) * w1, -half * Math.sin(a1) * w1];
    const second = [
      v + length * Math.cos(a1) * w1 + half * Math.cos(a2) * w2,
      -length * Math.sin(a1) * w1 - half * Math.sin(a2) * w2,
    ];
    const kinetic =
      0.5 * cart * v * v +
      0.5 * pole * (first[0] ** 2 + first[1] ** 2 + second[0] ** 2 + second[1] ** 2) +
      0.5 * moment * (w1 * w1 + w2 * w2);
    return kinetic + pole * GRAVITY * (half * Math.cos(a1) + length * Math.cos(a1) + half * Math.cos(a2));
  };
  const simulation = simulationOfKind("invertedDoublePendulum");
  simulation.reset();
  simulation.qpos.set([0, 2.5, 0.8]);
  const loss = ({ qvel }: Simulation): number => 0.05 * qvel.reduce((sum, v) => sum + v * v, 0);
  const before = energy(simulation);
  let lost = 0;
  for (let t = 0; t < 300; t++) {
    const rate = loss(simulation);
    simulation.step(1);
    lost += (simulation.timestep / 2) * (rate + loss(simulation));
  }
  assert.ok(lost > 1, "it hardly moves");
  near(before - energy(simulation), lost, "energy", 0.01);
  simulation.close();
});

test("Swimmer: the fluid slows it, and winding drives it", () => {
  const simulation = simulationOfKind("swimmer");
  simulation.reset();
  simulation.qvel[0] = 1;
  simulation.step(200);
  assert.ok(simulation.qvel[0] > 0 && simulation.qvel[0] < 0.99, `velocity ${simulation.qvel[0]}`);

  simulation.reset();
  for (let t = 0; t < 1000; t++) {
    const phase = (2 * Math.PI * t) / 150;
    simulation.ctrl[0] = Math.sin(phase);
    simulation.ctrl[1] = Math.sin(phase - 2);
    simulation.step(1);
  }
  assert.ok(Math.abs(simulation.qpos[0]) > 0.2, `it is at ${simulation.qpos[0]}`);
  simulation.close();
});
