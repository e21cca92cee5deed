// Laws that all figures obey: plain JSON, small, names as text, options checked.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as plots from "../../src/plots/index.js";
import { brokenFigures } from "./broken.js";
import { exampleDraws, exampleEstimate, longDraws } from "./example.js";
import { bowl, gallery } from "./gallery.js";
import { assertPlainFigure } from "./plain-data.js";

test("figures are plain JSON, and names and titles are text in them", () => {
  const hostile = "<script>alert(1)</script>";
  for (const figure of Object.values(gallery({ names: [hostile, "a & b"], title: hostile }))) assertPlainFigure(figure);
});

test("figures of stopped chains, of one draw, of equal and of broken draws are plain JSON too", () => {
  for (const figure of Object.values(brokenFigures())) assertPlainFigure(figure);
});

test("figures of 4 chains of 100,000 draws of 50 coordinates stay below 2 MB, and say that they are thinned", () => {
  const draws = longDraws({ chains: 4, draws: 100_000, dim: 50 });
  const figures = {
    trace: plots.trace(draws),
    wishes: plots.trace(draws, { maxPoints: 100_000 }),
    autocorrelation: plots.autocorrelation(draws),
    density: plots.density(draws),
    histogram: plots.histogram(draws),
    forest: plots.forest(draws, { names: [0, 1, 2, 3] }),
    pair: plots.pair(draws, { energy: bowl(50) }),
    pairs: plots.pairs(draws, { names: [0, 1, 2, 3, 4, 5, 6, 7] }),
    scatter2d: plots.scatter2d(draws, { which: "all" }),
    energy: plots.energy(draws),
    rankHistogram: plots.rankHistogram(draws),
    rankEcdf: plots.rankEcdf(draws, { names: [0, 1] }),
    essEvolution: plots.essEvolution(draws, { names: [0, 1], places: 3 }),
    essQuantile: plots.essQuantile(draws, { names: [0, 1], places: 3 }),
    essLocal: plots.essLocal(draws, { names: [0, 1], places: 3 }),
    rhatEvolution: plots.rhatEvolution(draws, { names: [0, 1], places: 3 }),
  };
  for (const figure of Object.values(figures)) assertPlainFigure(figure);
  const titleOf = (figure: plots.Figure): string => (figure.layout.title as { text: string }).text;
  assert.match(titleOf(figures.trace), /thinned to the outline of 100000 draws/);
  assert.match(titleOf(figures.pair), /3000 of 399000 draws/);
  assert.match(titleOf(figures.pairs), /clouds of \d+ of 400000 draws/);
  const short = exampleDraws({ dim: 50, draws: 20 });
  assert.match(titleOf(plots.forest(short)), /the first 40 of 50 coordinates/);
  assertPlainFigure(plots.forest(short));
  assertPlainFigure(plots.runningLlc(exampleEstimate({ draws: 100_000 })));
});

test("figures of a thousand chains stay below 2 MB", () => {
  const draws = exampleDraws({ chains: 1000, draws: 50 });
  for (const figure of [plots.trace(draws), plots.autocorrelation(draws), plots.pair(draws), plots.scatter2d(draws)]) {
    assertPlainFigure(figure);
  }
  assertPlainFigure(plots.runningLlc(exampleEstimate({ chains: 200, draws: 200 })));
});

test("running estimates of very little give figures", () => {
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
  const figures = {
    density: plots.density,
    histogram: plots.histogram,
    forest: plots.forest,
    pairs: plots.pairs,
    rankHistogram: plots.rankHistogram,
    rankEcdf: plots.rankEcdf,
    essEvolution: plots.essEvolution,
    essQuantile: plots.essQuantile,
    essLocal: plots.essLocal,
    rhatEvolution: plots.rhatEvolution,
  };
  for (const [name, figure] of Object.entries(figures)) {
    const message = (text: string): { message: RegExp } => ({ message: new RegExp(`^plots\\.${name}: ${text}`) });
    assert.throws(() => figure(draws, { names: ["sigma"] }), message('names must be .*got "sigma"'));
    assert.throws(() => figure(draws, { colour: 1 } as never), message('there is no option "colour"'));
    assert.throws(() => figure({}), message("draws must be"));
  }
  assert.throws(() => plots.energy({} as never), /plots\.energy: draws must be draws/);
  assert.throws(() => plots.density(draws, { probabilities: [0.9, 0.5] }), /probabilities must be the inner less/);
  assert.throws(() => plots.forest(draws, { interval: "exact" as never }), /plots\.forest: interval must be/);
  assert.throws(() => plots.histogram(draws, { bins: 0 }), /plots\.histogram: bins must be/);
  assert.throws(() => plots.rankEcdf(draws, { thin: 0 }), /plots\.rankEcdf: thin must be/);
  assert.throws(() => plots.rankEcdf(draws, { probability: 1 }), /plots\.rankEcdf: probability must be/);
  assert.throws(() => plots.essLocal(draws, { places: 1 }), /plots\.essLocal: places must be/);
  assert.throws(() => plots.pairs(exampleDraws({ dim: 1 })), /plots\.pairs: names must be two to 8 coordinates/);
  assert.throws(
    () => plots.pairs(exampleDraws({ dim: 9 }), { names: [0, 1, 2, 3, 4, 5, 6, 7, 8] }),
    /plots\.pairs: names must be two to 8 coordinates, got "9: /,
  );
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
  assert.throws(
    () => plots.sideBySide([draws as never]),
    /plots\.sideBySide: figures\[0\] must be a figure, \{ data, lay/,
  );
  assert.throws(
    () => plots.sideBySide([plots.surface(bowl(2), { x: [-1, 1], y: [-1, 1] })]),
    /figures\[0\] must be a standing figure in the plane/,
  );
  assert.throws(
    () => plots.sideBySide([plots.pair(draws)], ["a"], { widht: 3 } as never),
    /plots\.sideBySide: there is no option "widht"/,
  );
  const exactly = (exact: unknown) => () => plots.scatter2d(draws, { exact: exact as object });
  assert.throws(exactly(3), /plots\.scatter2d: exact must be \{ mean, covariance \}, got 3/);
  assert.throws(
    exactly({ mean: [0] }),
    /plots\.scatter2d: exact\.mean must be \d finite numbers, got a list of length 1/,
  );
  assert.throws(() => plots.sideBySide([plots.pair(draws)], ["a", "b"]), /plots\.sideBySide: titles must be 1 titles/);
});
