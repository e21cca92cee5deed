// Energies that users write: traced from an expression, or by hand with their gradient.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Energy, energies, energy, energyFromGradient, energyFromGraph } from "../../src/energies/index.js";
import type { GraphSource } from "../../src/energies/traced.js";
import { constant, type Tensor } from "../../src/tensor/index.js";
import { assertClose, differences } from "./differences.js";

const quartic = (q: Tensor): Tensor => q.square().square().sum().mul(0.25).add(q.sum().sin());

test("the energy of an expression has its value and its gradient", () => {
  const { value, valueAndGradient, dim } = energy(3, quartic);
  assert.equal(dim, 3);
  fc.assert(
    fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }), (numbers) => {
      const q = Float64Array.from(numbers);
      const expected = q.reduce((sum, x) => sum + x ** 4 / 4, 0) + Math.sin(q[0] + q[1] + q[2]);
      const gradient = new Float64Array(3);
      assertClose([value(q)], [expected], 1e-14);
      assertClose([valueAndGradient(q, gradient)], [expected], 1e-14);
      assertClose(gradient, differences(value, q), 1e-9);
    }),
    { seed: 1, numRuns: 50 },
  );
});

test("names and exact facts are carried along", () => {
  const half = (q: Tensor): Tensor => q.square().sum().mul(0.5);
  assert.deepEqual(energy(2, half).names, ["q[0]", "q[1]"]);
  const names = ["x", "y"];
  const named = energy(2, half, { names, exact: { mean: [0, 0] } });
  names[0] = "changed";
  assert.deepEqual(named.names, ["x", "y"]);
  assert.deepEqual(named.exact, { mean: [0, 0] });
  assert.deepEqual(energies.bimodal().names, ["x", "y"]);
});

test("an energy in single precision returns its value in double", () => {
  const single = energy(1, (q) => q.cast("f32").square().sum());
  const gradient = new Float64Array(1);
  assert.equal(single.value(Float64Array.of(0.5)), 0.25);
  assert.equal(single.valueAndGradient(Float64Array.of(0.5), gradient), 0.25);
  assert.equal(gradient[0], 1);
});

test("a traced energy survives structuredClone bit for bit", () => {
  const covariance = [
    [1, 0.5],
    [0.5, 2],
  ];
  for (const original of [
    energies.banana(),
    energies.bimodal(),
    energies.gaussian({ mean: [1 / 3, -1], covariance }),
    energy(2, (q) =>
      q
        .sub(constant([0.1, 0.2]))
        .softplus()
        .sum(),
    ),
  ]) {
    const source = structuredClone(original.source) as GraphSource;
    assert.equal(source.kind, "graph");
    const rebuilt = energyFromGraph(source);
    const { draw, ...facts } = original.exact ?? {};
    assert.deepEqual([rebuilt.dim, rebuilt.names, rebuilt.exact ?? {}], [original.dim, original.names, facts]);
    const [ours, theirs] = [new Float64Array(2), new Float64Array(2)];
    for (const q of [Float64Array.of(0.7, -1.3), Float64Array.of(-30, 1e3)]) {
      assert.equal(rebuilt.value(q), original.value(q));
      assert.equal(rebuilt.valueAndGradient(q, ours), original.valueAndGradient(q, theirs));
      assert.deepEqual(ours, theirs);
    }
  }
});

test("where the energy is not finite its value says so", () => {
  const { value } = energy(1, (q) => q.log().sum());
  assert.equal(value(Float64Array.of(-1)), Number.NaN);
  assert.equal(value(Float64Array.of(0)), Number.NEGATIVE_INFINITY);
});

test("an energy by hand is the function that was given", () => {
  const byHand = energyFromGradient(
    1,
    (q, gradient) => {
      gradient[0] = q[0];
      return 0.5 * q[0] * q[0];
    },
    { names: ["x"], exact: { mean: [0], covariance: [[1]], logNormalizer: 0.5 * Math.log(2 * Math.PI) } },
  );
  const gradient = new Float64Array(1);
  assert.equal(byHand.value(Float64Array.of(3)), 4.5);
  assert.equal(byHand.valueAndGradient(Float64Array.of(3), gradient), 4.5);
  assert.equal(gradient[0], 3);
  assert.deepEqual([byHand.dim, byHand.names, byHand.source, byHand.graph], [1, ["x"], undefined, undefined]);
});

test("wrong arguments are refused at the door", () => {
  const half = (q: Tensor): Tensor => q.square().sum();
  const traced = energy as (...parts: unknown[]) => Energy;
  const byHand = energyFromGradient as (...parts: unknown[]) => Energy;
  assert.throws(() => traced(0, half), /energy: dim must be a positive integer, got 0/);
  assert.throws(() => traced(2.5, half), /energy: dim must be a positive integer, got 2.5/);
  assert.throws(() => traced(2, "x^2"), /energy: f must be a function of a tensor, got "x\^2"/);
  assert.throws(() => traced(2, () => 1), /energy: the value of f must be a tensor, got 1/);
  assert.throws(() => traced(2, (q: Tensor) => q.square()), /the value of f must be a scalar .* got shape \[2\]/);
  assert.throws(() => traced(2, half, null), /energy: options must be an object, got null/);
  assert.throws(
    () => traced(2, half, { name: "x" }),
    /energy: there is no option "name"; the options are names, exact, constraints/,
  );
  assert.throws(() => traced(2, half, { names: ["x"] }), /energy: names must be 2 strings, got a list of length 1/);
  assert.throws(() => traced(2, half, { names: [1, 2] }), /energy: names must be 2 strings/);
  assert.throws(
    () => traced(2, half, { names: ["x", "x"] }),
    /energy: names must differ from each other, got "x" twice/,
  );
  assert.throws(() => traced(2, half, { exact: { mean: [0] } }), /energy: exact\.mean must be 2 finite numbers/);
  assert.throws(() => traced(2, half, { exact: { covariance: [[1, 0]] } }), /exact\.covariance must be 2 rows/);
  assert.throws(
    () => traced(2, half, { exact: { logNormalizer: Number.NaN } }),
    /exact\.logNormalizer must be a finite/,
  );
  assert.throws(() => traced(2, half, { exact: { median: [0, 0] } }), /energy: exact: there is no option "median"/);
  assert.throws(() => byHand(0, () => 0), /energyFromGradient: dim must be a positive integer, got 0/);
  assert.throws(() => byHand(1, 7), /energyFromGradient: f must be a function \(q, gradient\) => number, got 7/);
  assert.throws(() => byHand(1, () => 0, null), /energyFromGradient: options must be an object, got null/);
  assert.throws(() => byHand(1, () => 0, { names: [] }), /energyFromGradient: names must be 1 strings/);
  assert.throws(() => byHand(1, () => 0, { exact: { mean: [] } }), /energyFromGradient: exact\.mean must be 1 finite/);
});

test("a function that forgets to return its value is refused when it is first evaluated", () => {
  const forgetful = energyFromGradient(1, (() => undefined) as unknown as () => number);
  const message = "energyFromGradient: the value of f must be a number, got undefined";
  assert.throws(() => forgetful.value(Float64Array.of(1)), { message });
  assert.throws(() => forgetful.valueAndGradient(Float64Array.of(1), new Float64Array(1)), { message });
});

test("positions and gradients of another length are refused", () => {
  const { value, valueAndGradient } = energy(2, (q) => q.sum());
  assert.throws(() => value(new Float64Array(3)), /energy: q must be a position of 2 numbers, got a list of length 3/);
  assert.throws(() => valueAndGradient(new Float64Array(1), new Float64Array(2)), /q must be a position of 2 numbers/);
  assert.throws(
    () => valueAndGradient(new Float64Array(2), new Float64Array(3)),
    /energy: gradient must be an array of length 2, got a list of length 3/,
  );
});
