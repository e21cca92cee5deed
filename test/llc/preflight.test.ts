// Before an estimate: curvatures by Lanczos, whether a centre is a minimum, and a polished one.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { known, likelihoods, llc, loss, mlp, networkLoss, preflight, stream } from "../../src/index.js";
import { spectrumEnds } from "../../src/llc/spectrum.js";

describe("the ends of a spectrum", () => {
  /** x' H x / 2 with H = Q diag(h) Q', Q a reflection. */
  const quadraticGradient = (h: readonly number[], v: readonly number[]) => {
    const norm = v.reduce((sum, x) => sum + x * x, 0);
    const reflect = (x: ArrayLike<number>): number[] => {
      const along = v.reduce((sum, value, i) => sum + value * x[i], 0);
      return v.map((value, i) => x[i] - (2 * along * value) / norm);
    };
    return (q: Float64Array, out: Float64Array): void => {
      out.set(reflect(reflect(q).map((x, i) => h[i] * x)));
    };
  };

  test("are exact where there are as many products as coordinates", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 12 })
          .chain((dim) =>
            fc.tuple(
              fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: dim, maxLength: dim }),
              fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: dim, maxLength: dim }),
            ),
          ),
        ([h, v]) => {
          const ends = spectrumEnds(quadraticGradient(h, v), new Float64Array(h.length), 20);
          const scale = 1e-6 * (1e-3 + Math.max(...h.map(Math.abs)));
          // Equal or nearly equal eigenvalues end the search early, which then has found all there are.
          assert.ok(Math.abs(ends.largest - Math.max(...h)) < scale, `${ends.largest} of ${h}`);
          assert.ok(Math.abs(ends.smallest - Math.min(...h)) < scale, `${ends.smallest} of ${h}`);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test("are found from inside, to about the error stated, in many dimensions", () => {
    const h = Array.from({ length: 300 }, (_, i) => (i === 7 ? -3 : i === 8 ? 50 : i / 300));
    const gradient = quadraticGradient(
      h,
      h.map((_, i) => 1 + Math.sin(i)),
    );
    const { largest, smallest, smallestError, direction, evaluations } = spectrumEnds(
      gradient,
      new Float64Array(300),
      30,
    );
    assert.ok(Math.abs(largest - 50) < 1e-5 && Math.abs(smallest + 3) < 1e-5 + smallestError);
    assert.equal(evaluations, 60);
    const image = new Float64Array(300);
    gradient(direction, image);
    direction.forEach((x, i) => assert.ok(Math.abs(image[i] + 3 * x) < 1e-4));
  });
});

describe("preflight", () => {
  test("calls a minimum ready, regular or degenerate, and knows its curvatures", () => {
    const regular = known.quadratic({ curvatures: [1, 4, 0.1] });
    const found = preflight(regular.loss!, regular.center!);
    assert.deepEqual([found.ok, found.problems, found.depth, found.gradientNorm], [true, [], 0, 0]);
    assert.ok(Math.abs(found.largestCurvature - 4) < 1e-6 && Math.abs(found.smallestCurvature - 0.1) < 1e-6);
    const t = 1000 / Math.log(1000);
    assert.ok(Math.abs(found.stableStepSize * (4 * t + 1) - 4) < 1e-6);
    const { loss: degenerate, center } = known.normalCrossing({ exponents: [1, 2] });
    assert.ok(preflight(degenerate!, center!).ok);
    assert.match(inspect(found), /curvatures from 0\.1.* to 4.*\n.*\nready$/);
  });

  test("names a place above a minimum, by how much, and polishes it away", async () => {
    const { loss: bowl } = known.quadratic({ curvatures: [1, 4, 0.1] });
    const t = 1000 / Math.log(1000);
    const above = [Math.sqrt(2 / t), 0, 0];
    const found = preflight(bowl!, above, { gamma: 1e-3 });
    assert.ok(!found.ok && Math.abs(found.depth - 1) < 0.01, `${found.depth}`);
    assert.match(found.problems[0], /not a minimum.*by (1\.00|0\.99)/);
    const polished = preflight(bowl!, above, { polish: true });
    assert.ok(polished.ok && Math.hypot(...polished.center) < 1e-3);
    assert.ok(Math.abs(polished.before!.loss - 1 / t) < 1e-12 && polished.loss < 1e-9);
    const { verdict } = await llc(bowl!, {
      center: polished.center,
      chains: 4,
      draws: 500,
      seed: 1,
      workers: 0,
      onEvent() {},
    });
    assert.ok(verdict.ok);
  });

  test("names a saddle that the localisation does not hold", () => {
    const saddle = loss(2, 1000, (w) => {
      const [a, b] = w.unstack();
      return a.square().sub(b.square()).mul(0.5).add(b.pow(4).mul(0.25));
    });
    const { problems, smallestCurvature } = preflight(saddle, [0, 0]);
    assert.ok(Math.abs(smallestCurvature + 1) < 1e-6);
    assert.match(problems.join(), /a saddle: a direction of curvature -1/);
    assert.ok(preflight(saddle, [0, 0], { gamma: 200 }).ok);
    // No gradient leads away from a saddle, and so polishing stays there and says so.
    assert.ok(!preflight(saddle, [0, 0], { polish: true }).ok);
    assert.ok(preflight(saddle, [0.1, 0.1], { polish: true }).ok);
  });

  test("polishes a network to a smaller gradient, and leaves what a mask holds", () => {
    const random = stream(1, "preflight");
    const inputs = Array.from({ length: 80 }, () => random.normal());
    const network = mlp({ inputs: 1, hidden: [4], outputs: 1 });
    const outputs = inputs.map((x) => Math.sin(2 * x) + 0.3 * random.normal());
    const fit = networkLoss(network, { inputs, outputs }, likelihoods.gaussian({ sigma: 0.3 }));
    const start = network.initialize(random);
    const { before, gradientNorm, depth, loss: value, center } = preflight(fit, start, { polish: 1000, gamma: 10 });
    assert.ok(
      gradientNorm < 0.01 * before!.gradientNorm && value < before!.loss && depth < 0.1,
      `${gradientNorm} ${depth}`,
    );
    assert.ok(Math.abs(fit.value(center) - value) < 1e-12);
    const masked = preflight(fit, start, { polish: 100, mask: ["layer 2 weight", "layer 2 bias"] });
    start.forEach((w, i) => {
      assert.equal(masked.center[i] === w, !fit.names[i].startsWith("layer 2"));
    });
  });

  test("refuses what it cannot look at", () => {
    const { loss: bowl, center } = known.quadratic({ curvatures: [1] });
    const broken = loss(1, 10, (w) => w.log().sum());
    assert.throws(() => preflight(broken, [-1]), /preflight: the loss at the center must be finite/);
    assert.throws(() => preflight(bowl!, center!, { beta: 0 }), /beta must be positive/);
    assert.throws(() => preflight(bowl!, center!, { polish: "yes" as never }), /polish must be true or a number/);
    assert.throws(() => preflight(bowl!, [1, 2]), /center must be 1 finite number/);
  });
});
