// Pareto smoothing and what is made of it, against R's `loo`, to 1e-10 relative, on regressions of R's own data.
// fixtures/make-loo.R made the reference and says with which version.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { upperIncompleteGamma } from "../../src/diagnostics/incomplete-gamma.js";
import {
  compareLoo,
  khatConvergenceRate,
  khatMinimumDraws,
  khatThreshold,
  type Loo,
  loo,
  looPit,
  paretoKhat,
  psis,
  uniformity,
  waic,
} from "../../src/diagnostics/index.js";
import { inverseNormal } from "../../src/diagnostics/inverse-normal.js";
import { stackingWeights } from "../../src/diagnostics/stacking.js";
import { asNumber, close, type Stored } from "./fixtures/compare.js";

interface Reference {
  models: { name: string; logLikelihood: number[][][]; expected: Record<string, Stored[]> }[];
  pit: { model: string; replicated: number[][][]; expected: Record<"y" | "below" | "equal", number[]> };
  comparison: {
    models: string[];
    expected: Record<"difference" | "error" | "pseudoBma" | "stacking", number[]>;
  };
  ratios: { name: string; logRatios: number[]; expected: Record<"khat" | "ess" | "logWeights", Stored[]> }[];
  draws: { name: string; chains: Stored[][]; khat: Stored[] }[];
  chiSquareTail: number[][];
}

const reference: Reference = JSON.parse(readFileSync(new URL("fixtures/loo.json", import.meta.url), "utf8"));
const modelNamed = (name: string): Reference["models"][number] =>
  reference.models.find((model) => model.name === name) ?? assert.fail(`no model ${name}`);

fc.configureGlobal({ seed: 2024 });

function closeAll(actual: ArrayLike<number>, expected: readonly Stored[], what: string, scale = 0): void {
  assert.equal(actual.length, expected.length, what);
  expected.forEach((value, i) => {
    close(actual[i], asNumber(value), 1e-10, `${what}[${i}]`, scale);
  });
}

describe("PSIS-LOO and WAIC agree with R's loo", () => {
  for (const { name, logLikelihood, expected } of reference.models) {
    test(name, () => {
      const estimate = loo(logLikelihood);
      closeAll([estimate.elpd, estimate.se], expected.elpd, "elpd");
      closeAll([estimate.p, estimate.pSe], expected.p, "p");
      closeAll(estimate.pointwise.elpd, expected.elpdPointwise, "pointwise elpd");
      // A difference of log densities: their scale, not its own.
      closeAll(estimate.pointwise.p, expected.pPointwise, "pointwise p", 1);
      closeAll(estimate.pointwise.mcse, expected.mcsePointwise, "pointwise mcse");
      closeAll(estimate.khat, expected.khat, "khat", 1);
      closeAll(estimate.pointwise.ess, expected.ess, "ess");
      const given = loo(logLikelihood, { rEff: expected.rEff.map(asNumber) });
      closeAll(given.khat, expected.khat, "khat with rEff given", 1);
      closeAll(loo(logLikelihood, { rEff: 1 }).khat, expected.independentKhat, "khat of independent draws", 1);

      const criterion = waic(logLikelihood);
      closeAll([criterion.elpd, criterion.se], expected.waic, "WAIC");
      closeAll([criterion.p, criterion.pSe], expected.pWaic, "p of WAIC");
      closeAll(criterion.pointwise.elpd, expected.waicPointwise, "pointwise WAIC");
      closeAll(criterion.pointwise.p, expected.pWaicPointwise, "pointwise p of WAIC");
    });
  }

  test("the error of the computation is unknown where a k-hat is above the threshold, as in all of these", () => {
    for (const { logLikelihood } of reference.models) {
      const { khat, khatThreshold: threshold, mcse } = loo(logLikelihood);
      assert.equal(threshold, khatThreshold(logLikelihood.length * logLikelihood[0].length));
      assert.ok(khat.some((k) => k > threshold) && Number.isNaN(mcse));
    }
  });
});

describe("leave-one-out", () => {
  test("of a normal mean is the exact one, where the posterior is known", () => {
    // y_i ~ N(mu, 1), flat prior: without y_i, mu ~ N(mean of the others, 1 / (n - 1)), and y_i ~ N(that, n / (n - 1)).
    const y = [-1.3, -0.2, 0.1, 0.4, 1.1, 1.6, -0.7, 0.3, 0.9, -0.4];
    const n = y.length;
    const mean = y.reduce((sum, value) => sum + value, 0) / n;
    // Draws by their quantiles: no noise but that of so many points.
    const S = 4000;
    const draws = Array.from({ length: S }, (_, s) => mean + inverseNormal((s + 0.5) / S) / Math.sqrt(n));
    // In an order that no autocorrelation shows in: a permutation, since 1583 has no factor of 4000.
    const shuffled = draws.map((_, s) => draws[(s * 1583) % S]);
    const density = (x: number, m: number, v: number): number => -((x - m) ** 2 / v + Math.log(2 * Math.PI * v)) / 2;
    const estimate = loo([shuffled.map((mu) => y.map((value) => density(value, mu, 1)))], { rEff: 1 });
    const exact = y.map((value) => density(value, (n * mean - value) / (n - 1), n / (n - 1)));
    exact.forEach((value, i) => {
      assert.ok(Math.abs(estimate.pointwise.elpd[i] - value) < 4.5 * estimate.pointwise.mcse[i], `observation ${i}`);
    });
    assert.ok(estimate.khat.every((k) => k < estimate.khatThreshold));
    const squares = estimate.pointwise.mcse.reduce((sum, error) => sum + error ** 2, 0);
    close(estimate.mcse ** 2, squares, 1e-12, "squared error of the sum");
    assert.ok(Math.abs(estimate.elpd - exact.reduce((sum, value) => sum + value, 0)) < 0.01);
  });

  test("does not change when likelihoods too small for numbers are multiplied by one number", () => {
    const { logLikelihood } = modelNamed("longley, seven coefficients of sixteen observations");
    const near = loo(logLikelihood);
    const far = loo(logLikelihood.map((chain) => chain.map((draw) => draw.map((value) => value - 4096))));
    far.pointwise.elpd.forEach((value, i) => {
      close(value + 4096, near.pointwise.elpd[i], 1e-9, `elpd ${i}`, 1);
    });
    closeAll(
      [...far.khat].map((k) => Number(k.toFixed(8))),
      [...near.khat].map((k) => Number(k.toFixed(8))),
      "khat",
    );
  });

  test("an observation that cannot be computed is NaN, and so are the sums, but no other observation", () => {
    const { logLikelihood } = modelNamed("mtcars, mpg ~ wt");
    const whole = loo(logLikelihood);
    for (const odd of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      const broken = logLikelihood.map((chain, m) =>
        chain.map((draw, n) => (m === 1 && n === 3 ? [odd, ...draw.slice(1)] : draw)),
      );
      const estimate = loo(broken);
      assert.ok(Number.isNaN(estimate.elpd) && Number.isNaN(estimate.se) && Number.isNaN(estimate.mcse), `${odd}`);
      assert.ok(Number.isNaN(estimate.khat[0]) && Number.isNaN(estimate.pointwise.elpd[0]), `${odd}`);
      assert.deepEqual(estimate.pointwise.elpd.slice(1), whole.pointwise.elpd.slice(1));
      assert.ok(Number.isNaN(waic(broken).elpd), `WAIC of ${odd}`);
    }
  });

  test("a likelihood that no draw changes costs nothing; one draw has no tail, and one observation no error", () => {
    const one = loo([
      [
        [-1, -2],
        [-1, -2],
      ],
    ]);
    assert.equal(one.elpd, -3);
    assert.equal(one.p, 0);
    assert.deepEqual([...one.khat], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    assert.equal(
      waic([
        [
          [-1, -2],
          [-1, -2],
        ],
      ]).elpd,
      -3,
    );
    assert.equal(loo([[[-1.5]]]).elpd, -1.5);
    assert.ok(Number.isNaN(loo([[[-1.5]]]).se) && Number.isNaN(waic([[[-1.5]]]).p));
  });

  test("as many observations as a data set has: more than a function may have arguments", () => {
    const row = new Float64Array(2e5).fill(-1);
    const estimate = loo([[row, row]], { rEff: 1 });
    assert.ok(Math.abs(estimate.elpd + 2e5) < 1e-6 && estimate.khat.length === 2e5);
  });

  test("shapes that do not fit are refused by name", () => {
    assert.throws(() => loo([] as never), /loo: logLikelihood must be \[chain\]\[draw\]\[observation\]/);
    assert.throws(() => waic([[1, 2]] as never), /waic: logLikelihood must be/);
    assert.throws(
      () =>
        loo([
          [[1, 2]],
          [
            [1, 2],
            [1, 2],
          ],
        ]),
      /logLikelihood\[1\] must be a list of 1 draws/,
    );
    assert.throws(() => loo([[[1, 2], [1]]]), /logLikelihood\[0\]\[1\] must be 2 numbers/);
    assert.throws(() => loo([[[1, 2]]], { rEff: [1] }), /rEff must be a number, or 2 of them/);
    assert.throws(() => loo([[[1, 2]]], { rEff: 0 }), /rEff must be a positive number, got 0/);
    assert.throws(() => loo([[[1, 2]]], { reff: 1 } as never), /there is no option "reff"/);
  });
});

describe("LOO-PIT", () => {
  const { replicated, expected, model } = reference.pit;
  const { logLikelihood } = modelNamed(model);

  test("is the weight of the replicates below, as R's loo weighs them", () => {
    const upTo = expected.below.map((below, i) => below + expected.equal[i]);
    closeAll(looPit(expected.y, replicated, logLikelihood), upTo, "PIT");
    closeAll(looPit(expected.y, replicated, logLikelihood, { ties: 0 }), expected.below, "PIT without ties");
    const shares = expected.y.map((_, i) => (i % 5) / 4);
    const shared = expected.below.map((below, i) => below + shares[i] * expected.equal[i]);
    closeAll(looPit(expected.y, replicated, logLikelihood, { ties: shares }), shared, "PIT with ties shared");
  });

  test("shows that counts of warp breaks spread more than Poisson's law", () => {
    const pit = looPit(expected.y, replicated, logLikelihood, { ties: 0.5 });
    assert.ok(uniformity(pit).pValue < 0.01);
  });

  test("is NaN where something is, and refuses other shapes", () => {
    const replicates = [
      [
        [0, 0],
        [1, 1],
        [2, 2],
        [3, Number.NaN],
      ],
    ];
    const equal = replicates.map((chain) => chain.map((draw) => draw.map(() => -1)));
    const pit = looPit([0.5, 0.5], replicates, equal);
    assert.deepEqual([...pit], [0.25, Number.NaN]);
    assert.throws(
      () => looPit([1], [[[0]], [[0]]], [[[-1], [-1]]]),
      /replicated must have the shape of logLikelihood, \[1, 2, 1\], got \[2, 1, 1\]/,
    );
    assert.throws(() => looPit([1, 2], [[[0]]], [[[-1]]]), /y must be 1 numbers/);
    assert.throws(() => looPit([1], [[[0]]], [[[-1]]], { ties: [2] }), /ties\[0\] must be a number from 0 to 1, got 2/);
  });
});

describe("models are compared", () => {
  const { models, expected } = reference.comparison;
  const all = Object.fromEntries(models.map((name) => [name, loo(modelNamed(name).logLikelihood)]));

  test("as R's loo does, the best first", () => {
    const rows = compareLoo(all, { weights: "pseudoBma" });
    assert.deepEqual(
      rows.map((row) => row.model),
      [...models].sort((a, b) => all[b].elpd - all[a].elpd),
    );
    for (const row of rows) {
      const k = models.indexOf(row.model);
      close(row.difference, expected.difference[k], 1e-10, `${row.model}: difference`);
      close(row.differenceSe, expected.error[k], 1e-10, `${row.model}: its error`);
      close(row.weight ?? Number.NaN, expected.pseudoBma[k], 1e-10, `${row.model}: weight`);
      assert.equal(row.elpd, all[row.model].elpd);
    }
    assert.deepEqual(
      compareLoo(all).map((row) => "weight" in row),
      [false, false, false],
    );
  });

  test("stacking weights are R's, to what its search finds", () => {
    for (const { model, weight } of compareLoo(all, { weights: "stacking" })) {
      assert.ok(Math.abs((weight ?? Number.NaN) - expected.stacking[models.indexOf(model)]) < 1e-5, model);
    }
  });

  test("stacking weights meet the conditions of the optimum", () => {
    const densities = fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 30 })).chain(([K, n]) =>
      fc.array(fc.array(fc.double({ min: -700, max: 5, noNaN: true }), { minLength: n, maxLength: n }), {
        minLength: K,
        maxLength: K,
      }),
    );
    fc.assert(
      fc.property(densities, (elpd) => {
        const weights = stackingWeights(elpd.map((values) => Float64Array.from(values)));
        close(
          weights.reduce((sum, w) => sum + w, 0),
          1,
          1e-12,
          "sum",
        );
        // Moving weight to any model raises the mean score by no more than the tolerance: mean of p_k / mixture is at most 1.
        for (const own of elpd) {
          let slope = 0;
          own.forEach((value, i) => {
            const mixture = elpd.reduce((sum, other, l) => sum + weights[l] * Math.exp(other[i] - value), 0);
            slope += 1 / mixture / own.length;
          });
          assert.ok(slope < 1 + 1e-7, `slope ${slope}`);
        }
      }),
    );
    const twins = stackingWeights([Float64Array.of(-1, -2), Float64Array.of(-1, -2)]);
    close(twins[0], 0.5, 1e-12, "of twins");
  });

  test("WAICs compare as well; what cannot be compared is refused; NaN comes last", () => {
    const waics = Object.fromEntries(models.map((name) => [name, waic(modelNamed(name).logLikelihood)]));
    assert.equal(compareLoo(waics)[0].model, "mtcars, mpg ~ wt + hp");
    assert.equal(compareLoo({ only: all[models[0]] }, { weights: "stacking" })[0].weight, 1);
    const lost: Loo = { ...all[models[2]], elpd: Number.NaN };
    assert.deepEqual(
      compareLoo({ lost, kept: all[models[0]] }).map((row) => row.model),
      ["kept", "lost"],
    );
    const other = loo(modelNamed("sleep, one chain").logLikelihood);
    assert.throws(() => compareLoo({ a: all[models[0]], b: other }), /same observations, got 32 in a and 20 in b/);
    assert.throws(() => compareLoo({}), /models must be results of loo or waic by name/);
    assert.throws(() => compareLoo({ a: 3 as never }), /models\["a"\] must be a result of loo or waic, got 3/);
    assert.throws(() => compareLoo(all, { weights: "best" as never }), /weights must be one of/);
  });
});

describe("Pareto smoothing agrees with R's loo", () => {
  for (const { name, logRatios, expected } of reference.ratios) {
    test(`of log ratios: ${name}`, () => {
      const independent = psis(logRatios);
      const efficient = psis(logRatios, { rEff: 2.5 });
      closeAll([independent.khat, efficient.khat], expected.khat, "khat", 1);
      closeAll([independent.ess, efficient.ess], expected.ess, "ess");
      closeAll(independent.logWeights, expected.logWeights, "log weights");
    });
  }

  test("smoothing keeps the order of the ratios, and their constant does not matter", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 90 }), (list) => {
        const ratios = list.map((value) => value / 64);
        const { logWeights } = psis(ratios);
        close(
          logWeights.reduce((sum, w) => sum + Math.exp(w), 0),
          1,
          1e-12,
          "sum",
        );
        for (let i = 0; i < list.length; i++) {
          for (let j = 0; j < i; j++) if (ratios[i] > ratios[j]) assert.ok(logWeights[i] >= logWeights[j]);
        }
        const shifted = psis(ratios.map((value) => value + 1024));
        logWeights.forEach((w, i) => {
          close(shifted.logWeights[i], w, 1e-12, `weight ${i}`, 1);
        });
      }),
    );
  });

  test("ratios that are no numbers have no weights; a ratio of zero has weight zero; the arguments stay as they were", () => {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const { khat, logWeights } = psis([1, odd, 2]);
      assert.ok(Number.isNaN(khat) && logWeights.every(Number.isNaN), `${odd}`);
    }
    const half = Math.log(1 / 2);
    assert.deepEqual([...psis([3, Number.NEGATIVE_INFINITY, 3]).logWeights], [half, Number.NEGATIVE_INFINITY, half]);
    assert.equal(psis([]).logWeights.length, 0);
    const given = Float64Array.of(1, 2);
    psis(given);
    assert.deepEqual([...given], [1, 2]);
    assert.throws(() => psis([1], { rEff: Number.NaN }), /psis: rEff must be a positive number/);
    const quarters = psis([0, Math.log(3)]).logWeights.map(Math.exp);
    close(quarters[0], 1 / 4, 1e-15, "example");
  });
});

describe("k-hat of draws", () => {
  for (const { name, chains, khat } of reference.draws) {
    test(`by posterior's rule: ${name}`, () => {
      const numbers = chains.map((chain) => chain.map(asNumber));
      const tails = ["both", "left", "right"] as const;
      closeAll(
        tails.map((tail) => paretoKhat(numbers, { tail })),
        khat,
        "khat",
        1,
      );
    });
  }

  test("of quantiles of a generalised Pareto law is its shape", () => {
    for (const k of [-0.3, 0.2, 0.5, 0.9]) {
      const S = 20000;
      const quantiles = Array.from({ length: S }, (_, s) => Math.expm1(-k * Math.log1p(-(s + 0.5) / S)) / k);
      // Shrinkage and the grid's prior pull by about 1/n of the tail's 424.
      assert.ok(Math.abs(paretoKhat([quantiles], { tail: "right", rEff: 1 }) - k) < 0.05, `k = ${k}`);
    }
  });

  test("too few have none, and what is no tail is refused", () => {
    assert.ok(Number.isNaN(paretoKhat([[1, 2, 3, 4, 5]])));
    assert.ok(Number.isNaN(paretoKhat([[1, 2, 3, 4, 5]], { rEff: 1 })));
    assert.throws(() => paretoKhat([[1, 2]], { tail: "upper" as never }), /paretoKhat: tail must be one of/);
    close(paretoKhat([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]), 0.1265, 1e-3, "example");
  });

  test("thresholds, draws needed and rates", () => {
    close(khatThreshold(1000), 2 / 3, 1e-15, "threshold");
    assert.equal(khatThreshold(1e6), 0.7);
    assert.equal(khatMinimumDraws(0.5), 100);
    assert.equal(khatMinimumDraws(-1), 10);
    assert.equal(khatMinimumDraws(1), Number.POSITIVE_INFINITY);
    assert.ok(Number.isNaN(khatMinimumDraws(Number.NaN)) && Number.isNaN(khatConvergenceRate(Number.NaN, 10)));
    // The quotient as the paper prints it.
    const printed = (k: number, S: number): number =>
      (2 * (k - 1) * S ** (2 * k + 1) + (1 - 2 * k) * S ** (2 * k) + S ** 2) / ((S - 1) * (S - S ** (2 * k)));
    for (const S of [50, 1000, 40000]) {
      for (const k of [0.05, 0.3, 0.45, 0.6, 0.7, 0.9]) {
        close(khatConvergenceRate(k, S), printed(k, S), 1e-9, `k = ${k}, S = ${S}`);
      }
      close(khatConvergenceRate(0.5, S), khatConvergenceRate(0.5 + 1e-9, S), 1e-8, `k = 1/2, S = ${S}`);
    }
    assert.equal(khatConvergenceRate(-0.2, 1000), 1);
    assert.equal(khatConvergenceRate(1.2, 1000), 0);
    close(khatConvergenceRate(0.7, 1000), 0.5741, 1e-4, "example");
    assert.throws(() => khatThreshold(1), /draws must be an integer of at least 2, got 1/);
  });
});

test("the upper tail of the chi-square law agrees with R", () => {
  for (const [x, degrees, p] of reference.chiSquareTail) {
    close(upperIncompleteGamma(degrees / 2, x / 2), p, 1e-12, `x = ${x}, ${degrees} degrees of freedom`);
  }
  assert.equal(upperIncompleteGamma(2, 0), 1);
  assert.equal(upperIncompleteGamma(2, Number.POSITIVE_INFINITY), 0);
});
