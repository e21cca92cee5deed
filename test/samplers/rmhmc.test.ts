// Riemannian-manifold HMC: its law is that of the energy whatever the metric, and its step is reversible and keeps volume.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { energies, energy } from "../../src/energies/index.js";
import { stream } from "../../src/random/index.js";
import { hmc, rmhmc, samplers } from "../../src/samplers/index.js";
import type { Tensor } from "../../src/tensor/index.js";
import { constant, stack } from "../../src/tensor/index.js";
import { assertExpectations, type Plan, visit } from "./expectations.js";
import { assertGoesOn } from "./going-on.js";
import { banana } from "./laws.js";

const plan: Plan = { chains: 4, warmup: 300, draws: 3000, seed: 70, start: [1, 1] };

/** The expected Hessian of the banana given x, but for the sign of the curvature across: positive definite everywhere. */
const bananaMetric = (q: Tensor): Tensor => {
  const [x] = q.unstack();
  const across = x.square().mul(80).add(2);
  const mixed = x.mul(-40);
  return stack([stack([across, mixed]), stack([mixed, constant(20)])]);
};

describe("rmhmc", () => {
  test("has the exact law of the banana with the local precision as metric", () => {
    assertExpectations(energies.banana(), rmhmc(2, bananaMetric), plan, banana.expectations);
  });

  test("has the exact law whatever the metric", () => {
    const metric = (q: Tensor): Tensor => {
      const [x, y] = q.unstack();
      return stack([stack([x.square().add(1), constant(0)]), stack([constant(0), y.sin().mul(0.5).add(2)])]);
    };
    const U = energies.gaussian({
      mean: [1, -1],
      covariance: [
        [1, 0.5],
        [0.5, 2],
      ],
    });
    assertExpectations(U, rmhmc(2, metric), plan, [
      { of: "x", f: (q) => q[0], exact: 1 },
      { of: "y", f: (q) => q[1], exact: -1 },
      { of: "(x - 1)^2", f: (q) => (q[0] - 1) ** 2, exact: 1 },
      { of: "(y + 1)^2", f: (q) => (q[1] + 1) ** 2, exact: 2 },
      { of: "(x - 1)(y + 1)", f: (q) => (q[0] - 1) * (q[1] + 1), exact: 0.5 },
    ]);
  });

  test("goes through a funnel whose neck scales the metric", () => {
    // v ~ N(0, 9), x given v ~ N(0, exp(v)).
    const funnel = energy(2, (q) => {
      const [v, x] = q.unstack();
      return v.square().div(18).add(x.square().mul(v.neg().exp()).mul(0.5)).add(v.mul(0.5));
    });
    const metric = (q: Tensor): Tensor => {
      const [v] = q.unstack();
      return stack([stack([constant(1 / 9 + 0.5), constant(0)]), stack([constant(0), v.neg().exp()])]);
    };
    assertExpectations(funnel, rmhmc(2, metric), { ...plan, start: [0, 0], draws: 6000 }, [
      { of: "v", f: (q) => q[0], exact: 0 },
      { of: "v^2", f: (q) => q[0] ** 2, exact: 9 },
      { of: "x^2 exp(-v)", f: (q) => q[1] ** 2 * Math.exp(-q[0]), exact: 1 },
    ]);
  });

  test("under a constant metric accepts as HMC with that mass does: the same trajectories from the same momenta", () => {
    const U = energies.gaussian({
      mean: [0, 0],
      covariance: [
        [1, 0],
        [0, 4],
      ],
    });
    const metric = () =>
      constant([
        [2, 0],
        [0, 0.5],
      ]);
    const errors = (sampler: ReturnType<typeof hmc>): number[] => {
      const seen: number[] = [];
      const run = { ...plan, chains: 1, warmup: 0, draws: 50, start: [0.3, 0.4] };
      visit(U, sampler, run, (_q, _u, _c, _d, info) => seen.push(info.energyError[0]));
      return seen;
    };
    const flat = errors(hmc({ stepSize: 0.4, leapfrogSteps: 7, mass: [2, 0.5] }));
    const curved = errors(rmhmc(2, metric, { stepSize: 0.4, leapfrogSteps: 7 }));
    flat.forEach((error, i) => assert.ok(Math.abs(error - curved[i]) < 1e-9, `${error} ${curved[i]}`));
  });

  test("goes on from its memory, byte for byte", () => {
    const journey = { warmup: 30, draws: 10, start: [1, 1], breaks: [7, 34] };
    assertGoesOn(energies.banana(), rmhmc(2, bananaMetric, { leapfrogSteps: 3 }), journey);
  });

  test("rejects steps that cannot be solved, and says so", () => {
    const kernel = samplers.rmhmc.build(energies.banana(), rmhmc(2, bananaMetric, { stepSize: 50 }).options, 1);
    const random = [stream(71)];
    const state = kernel.init(Float64Array.of(1, 1), random);
    for (let t = 0; t < 20; t++) {
      const info = kernel.step(state, random);
      assert.equal(info.diverging[0], 1);
      assert.deepEqual([...state.position], [1, 1]);
    }
  });

  test("refuses what does not fit", () => {
    assert.throws(() => rmhmc(0, bananaMetric), /rmhmc: dim must be a positive integer, got 0/);
    assert.throws(() => rmhmc(2, (q) => q), /rmhmc: the value of metric must have shape \[2, 2\], got \[2\]/);
    assert.throws(() => rmhmc(2, bananaMetric, { stepsize: 1 } as object), /rmhmc: there is no option "stepsize"/);
    const build = (metric: (q: Tensor) => Tensor) =>
      samplers.rmhmc.build(energies.banana(), rmhmc(2, metric).options, 1);
    assert.throws(
      () =>
        build(() =>
          constant([
            [1, 0],
            [0, -1],
          ]),
        ).init(Float64Array.of(1, 1), [stream(1)]),
      /rmhmc: the metric at the start must be symmetric positive definite/,
    );
    assert.throws(
      () => samplers.rmhmc.build(energies.gaussian({ mean: [0] }), rmhmc(2, bananaMetric).options, 1),
      /rmhmc: dim must be 1, that of the energy, got 2/,
    );
  });
});
