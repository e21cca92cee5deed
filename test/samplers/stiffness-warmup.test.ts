// Stochastic-gradient samplers that find their own step size around a centre that is flat, with steep walls around: too large a step throws a
// chain out, and warmup brings it back.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stream } from "../../src/random/index.js";
import { adamSgld, psgld, samplers, sghmc, sgld, sgnht } from "../../src/samplers/index.js";
import type { Sampler } from "../../src/samplers/kernel.js";
import { quadratic, whole } from "./data-sets.js";
import { type Plan, visit } from "./expectations.js";
import { assertGoesOn } from "./going-on.js";
import { cross, energyOf, independentGaussian } from "./laws.js";

const followers: Sampler[] = [sgld(), sgld({ preconditioner: "rmsprop" }), psgld(), adamSgld(), sghmc(), sgnht()];

describe("a step size found at a centre that is flat, with steep walls around", () => {
  const flat: Plan = { chains: 20, warmup: 2000, draws: 500, seed: 63, start: [0, 0] };

  test("is lowered until no chain is lost, and none stays where the first steps threw it", () => {
    for (const sampler of followers) {
      // `visit` asserts that none stops. The law is within that of a normal of variance 1.
      const kernels = visit(whole(cross), sampler, flat, (q) =>
        assert.ok(Math.hypot(q[0], q[1]) < 8, `${sampler.kind} at ${q}`),
      );
      for (const { parameters } of kernels) {
        const [step] = parameters().stepSize;
        assert.ok(step > 1e-5 && step < 0.2, `${sampler.kind}: ${step}`);
      }
    }
  });

  test("is found by a chain that was broken off and gone on with, too", () => {
    for (const sampler of followers) {
      assertGoesOn(whole(cross), sampler, { warmup: 100, draws: 20, start: [0, 0], breaks: [2, 9, 25, 60, 90] });
    }
  });

  test("is not to blame where a chain is lost whatever the step: after 20 returns it stops where it was well", () => {
    for (const { kind, options } of followers) {
      let broken = false;
      const bowl = independentGaussian([1, 1]).energy;
      const energy = energyOf(2, (q, out) => {
        const value = bowl.valueAndGradient(q, out);
        return broken ? out.fill(Number.NaN)[0] : value;
      });
      const kernel = samplers[kind].build(whole(energy), options, 1);
      const random = [stream(64)];
      const state = kernel.init(Float64Array.of(0.5, 0.5), random);
      const adaptation = kernel.adaptation!(1000);
      adaptation.start(state, random);
      const [first] = kernel.parameters().stepSize;
      broken = true;
      for (let t = 0; t < 30; t++) {
        adaptation.update(state, kernel.step(state, random), random);
        assert.equal(state.stopped[0], t < 20 ? 0 : 1, `${kind} at ${t}`);
      }
      assert.deepEqual([...state.position], [0.5, 0.5]);
      assert.ok(kernel.parameters().stepSize[0] < 1e-5 * first);
    }
  });

  test("given by the user, it is left alone, and what is lost in warmup stops", () => {
    const kernel = samplers.sghmc.build(quadratic([4, 1], 20), { stepSize: 1e9, batchSize: 4 }, 1);
    const random = [stream(65)];
    const state = kernel.init(Float64Array.of(0.1, 0.1), random);
    const adaptation = kernel.adaptation!(100);
    adaptation.start(state, random);
    for (let t = 0; t < 100; t++) adaptation.update(state, kernel.step(state, random), random);
    assert.equal(state.stopped[0], 1);
    assert.equal(kernel.parameters().stepSize[0], 1e9);
  });
});
