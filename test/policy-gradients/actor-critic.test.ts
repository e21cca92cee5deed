// Actors and critics: their shapes, how they begin, and the laws that spaces get.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActorCritic, actorCritic } from "../../src/policy-gradients/actor-critic.js";
import type { BoxSpace } from "../../src/policy-gradients/environments/environment.js";
import { stream } from "../../src/random/index.js";
import { evaluate, trace } from "../../src/tensor/index.js";
import { assertClose } from "../energies/differences.js";

const observation: BoxSpace = { kind: "box", shape: [3], low: -1, high: 1 };
const torque: BoxSpace = { kind: "box", shape: [2], low: [-2, -1], high: [2, 1] };

/** Parameters of the law, and values, of rows of observations. */
function outputsOf(agent: ActorCritic, w: Float64Array, rows: readonly number[][]): Float64Array[] {
  const graph = trace(
    ([parameters, x]) => [agent.law(parameters, x), agent.value(parameters, x)],
    [[agent.dim], [rows.length, agent.observations]],
  );
  return evaluate(graph, [w, Float64Array.from(rows.flat())]) as Float64Array[];
}

test("hidden weights begin orthogonal with gain root 2, the actor's head with 0.01 and the critic's with 1", () => {
  const agent = actorCritic(
    observation,
    { kind: "discrete", count: 2 },
    { actor: { hidden: [8] }, critic: { hidden: [8] } },
  );
  const w = agent.initialize(stream(1));
  const rowNorms = (start: number, rows: number, columns: number) =>
    Array.from({ length: rows }, (_, i) => Math.hypot(...w.subarray(start + i * columns, start + (i + 1) * columns)));
  const columnNorms = (start: number, rows: number, columns: number) =>
    Array.from({ length: columns }, (_, j) =>
      Math.hypot(...Array.from({ length: rows }, (_, i) => w[start + i * columns + j])),
    );
  assert.equal(agent.actorDim, 3 * 8 + 8 + 8 * 2 + 2);
  assert.equal(agent.dim, agent.actorDim + 3 * 8 + 8 + 8 + 1);
  assertClose(rowNorms(0, 3, 8), [Math.SQRT2, Math.SQRT2, Math.SQRT2], 1e-14);
  assertClose(columnNorms(32, 8, 2), [0.01, 0.01], 1e-14);
  assertClose(rowNorms(agent.actorDim, 3, 8), [Math.SQRT2, Math.SQRT2, Math.SQRT2], 1e-14);
  assertClose(columnNorms(agent.actorDim + 32, 8, 1), [1], 1e-14);
  assert.ok(w.subarray(24, 32).every((bias) => bias === 0));
  assert.deepEqual(agent.initialize(stream(1)), w);
});

test("free scales are parameters of their own, the same in every state; the critic does not depend on them", () => {
  const agent = actorCritic(observation, torque, { initialLogScale: -0.5 });
  const w = agent.initialize(stream(2));
  const rows = [
    [0.1, 0.2, 0.3],
    [-0.4, 0.9, 0],
  ];
  const [law, values] = outputsOf(agent, w, rows);
  assert.equal(law.length, 8);
  assert.deepEqual([law[2], law[3], law[6], law[7]], [-0.5, -0.5, -0.5, -0.5]);
  w[agent.actorDim - 1] = 0.75;
  const [moved, same] = outputsOf(agent, w, rows);
  assert.deepEqual([moved[2], moved[3], moved[6], moved[7]], [-0.5, 0.75, -0.5, 0.75]);
  assert.deepEqual(same, values);
});

test("laws by space: choices are categorical, boxes normal or squashed into their bounds", () => {
  assert.equal(actorCritic(observation, { kind: "discrete", count: 5 }).distribution.parameters, 5);
  assert.equal(actorCritic(observation, torque).distribution.kind, "normal");
  const { distribution } = actorCritic(observation, torque, { law: "tanhNormal", scale: "state" });
  const actions = new Float64Array(2);
  distribution.actions?.(Float64Array.of(30, -30), actions);
  assert.deepEqual([...actions], [2, -1]);
});

test("spaces and options that do not fit are refused", () => {
  assert.throws(
    () => actorCritic({ kind: "discrete", count: 4 }, torque),
    /actorCritic: the observation space must be a box; flattenObservation makes one of choices/,
  );
  assert.throws(
    () => actorCritic(observation, { ...torque, high: Number.POSITIVE_INFINITY }, { law: "tanhNormal" }),
    /tanhNormal: high must be 2 finite numbers/,
  );
  assert.throws(() => actorCritic(observation, torque, { law: "beta" as never }), /actorCritic: law must be one of/);
  assert.throws(
    () => actorCritic(observation, torque, { actor: { gain: 0 } }),
    /actorCritic: actor: gain must be a positive number, got 0/,
  );
});
