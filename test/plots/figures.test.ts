// Laws that all figures obey: plain JSON, small, names as text, options checked.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Energy } from "../../src/energies/energy.js";
import * as plots from "../../src/plots/index.js";
import { exampleDraws, exampleEstimate } from "./example.js";
import { assertPlainFigure } from "./plain-data.js";

const hostile = "<script>alert(1)</script>";
const bowl = (dim: number): Energy => ({
  dim,
  names: Array.from({ length: dim }, (_, i) => `q[${i}]`),
  value: (q) => q.reduce((sum, x) => sum + (x * x) / 2, 0),
  valueAndGradient: () => Number.NaN,
});

test("figures are plain JSON, and names and titles are text in them", () => {
  const draws = exampleDraws({
    names: [hostile, "a & b"],
    diverging: [2, 5],
    warmup: 100,
    lengths: [500, 120, 500, 0],
  });
  const estimate = exampleEstimate({ ok: false });
  const figures = [
    plots.trace(draws, { title: hostile }),
    plots.trace({ [hostile]: estimate.trace }),
    plots.autocorrelation(draws),
    plots.autocorrelation({ [hostile]: estimate.trace }, { chains: "average", title: hostile }),
    plots.runningLlc(estimate, { reference: [{ label: hostile, value: 10 }], title: hostile }),
    plots.llcComparison(
      { [hostile]: estimate, hmc: exampleEstimate() },
      { reference: [{ label: hostile, value: 10 }] },
    ),
    plots.pair(draws, { energy: bowl(2), title: hostile }),
    plots.scatter2d(draws, {
      exact: {
        mean: [0, 0],
        covariance: [
          [1, 0],
          [0, 1],
        ],
      },
      ellipses: [
        {
          mean: [0, 0],
          covariance: [
            [2, 1],
            [1, 2],
          ],
          label: hostile,
        },
      ],
    }),
  ];
  figures.push(plots.sideBySide(figures.slice(6), [hostile, hostile], { title: hostile }));
  figures.forEach(assertPlainFigure);
});

test("figures of 4 chains of 100,000 draws stay below 2 MB", () => {
  const draws = exampleDraws({
    draws: 100_000,
    dim: 8,
    warmup: 10_000,
    diverging: Array.from({ length: 5000 }, (_, i) => 20 * i),
  });
  assertPlainFigure(plots.trace(draws));
  assertPlainFigure(plots.trace(draws, { maxPoints: 100_000 }));
  assertPlainFigure(plots.autocorrelation(draws));
  assertPlainFigure(plots.pair(draws, { energy: bowl(8) }));
  assertPlainFigure(plots.scatter2d(draws, { which: "all" }));
  assertPlainFigure(plots.runningLlc(exampleEstimate({ draws: 100_000 })));
});

test("figures of a thousand chains stay below 2 MB", () => {
  const draws = exampleDraws({ chains: 1000, draws: 50 });
  for (const figure of [plots.trace(draws), plots.autocorrelation(draws), plots.pair(draws), plots.scatter2d(draws)]) {
    assertPlainFigure(figure);
  }
  assertPlainFigure(plots.runningLlc(exampleEstimate({ chains: 200, draws: 200 })));
});

test("constant chains, single draws and values that are not finite give figures too", () => {
  const constant = { flat: [new Float64Array(50).fill(3), new Float64Array(50).fill(3)] };
  const broken = {
    broken: [Float64Array.of(1, Number.NaN, 3, Number.POSITIVE_INFINITY, 2), Float64Array.of(Number.NaN, Number.NaN)],
  };
  for (const source of [constant, broken]) {
    assertPlainFigure(plots.trace(source));
    assertPlainFigure(plots.autocorrelation(source));
  }
  const single = exampleDraws({ chains: 1, draws: 1 });
  for (const figure of [plots.trace(single), plots.pair(single, { energy: bowl(2) }), plots.scatter2d(single)]) {
    assertPlainFigure(figure);
  }
  assertPlainFigure(plots.runningLlc(exampleEstimate({ chains: 2, draws: 3 })));
  assertPlainFigure(
    plots.runningLlc({
      ...exampleEstimate(),
      mean: Number.NaN,
      standardError: Number.NaN,
      interval: [Number.NaN, Number.NaN],
    }),
  );
});

test("a wrong argument is refused by name", () => {
  const draws = exampleDraws();
  const estimate = exampleEstimate();
  assert.throws(
    () => plots.trace(draws, { names: ["q[7]"] }),
    /plots\.trace: names must be .*q\[0\], q\[1\].* got "q\[7\]"/,
  );
  assert.throws(() => plots.trace(draws, { names: [] }), /plots\.trace: names must be a list of at least one name/);
  assert.throws(() => plots.trace(draws, { maxPoints: 0 }), /plots\.trace: maxPoints must be/);
  assert.throws(() => plots.trace(draws, { max: 3 } as never), /there is no option "max"/);
  assert.throws(() => plots.trace({}), /plots\.trace: draws must be/);
  assert.throws(
    () => plots.trace({ loss: Float64Array.of(1, 2) } as never),
    /plots\.trace: loss must be a list with one array/,
  );
  assert.throws(() => plots.autocorrelation(draws, { maxLag: 0 }), /plots\.autocorrelation: maxLag must be/);
  assert.throws(
    () => plots.autocorrelation(exampleDraws({ draws: 1 })),
    /plots\.autocorrelation: q\[0\] must be a chain of at least two draws/,
  );
  assert.throws(
    () => plots.pair(draws, { energy: bowl(3) }),
    /plots\.pair: energy\.dim must be the draws' number of coordinates, 2, got 3/,
  );
  for (const [name, figure] of Object.entries({ trace: plots.trace, autocorrelation: plots.autocorrelation })) {
    const nothing = undefined as unknown as typeof draws;
    assert.throws(() => figure(nothing), {
      message: new RegExp(`^plots\\.${name}: draws must be draws, .* got undefined$`),
    });
  }
  const notAnEstimate = draws as unknown as typeof estimate;
  assert.throws(() => plots.runningLlc(notAnEstimate), /plots\.runningLlc: estimate must be an LLC estimate/);
  assert.throws(() => plots.llcComparison({ hmc: notAnEstimate }), /plots\.llcComparison: hmc must be an LLC estimate/);
  assert.throws(() => plots.pair(draws, { levels: [2, 1] }), /plots\.pair: levels must be an ascending list/);
  assert.throws(
    () => plots.pair(exampleDraws({ dim: 1 })),
    /plots\.pair: draws must be draws of at least two coordinates/,
  );
  assert.throws(
    () => plots.pair(draws, { names: ["q[0]", "energy"], energy: bowl(2) }),
    /plots\.pair: names must be two coordinates/,
  );
  assert.throws(
    () => plots.runningLlc(estimate, { reference: [{ label: "d/2", value: Number.NaN }] }),
    /reference\[0\]\.value must be a finite number/,
  );
  assert.throws(() => plots.llcComparison({}), /plots\.llcComparison: estimates must be/);
  assert.throws(
    () =>
      plots.gaussianEllipse({
        mean: [0, 0],
        covariance: [
          [1, 2],
          [2, 1],
        ],
      }),
    /covariance must be symmetric and positive definite/,
  );
  assert.throws(() => plots.sideBySide([]), /plots\.sideBySide: figures must be/);
  assert.throws(() => plots.sideBySide([plots.pair(draws)], ["a", "b"]), /plots\.sideBySide: titles must be 1 titles/);
});
