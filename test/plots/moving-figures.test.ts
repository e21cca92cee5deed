// Figures over energies, and of warmups, predictions and observations: lawful as all figures are, and valid to Plotly itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hmcPaths } from "../../src/chains/leapfrog-path.js";
import * as plots from "../../src/plots/index.js";
import { evaluateWithPlotly } from "../../src/render/browser.js";
import { bundleFor, toJson } from "../../src/render/index.js";
import { exampleDraws, normals } from "./example.js";
import { movingGallery, quadratic, warmedUp } from "./moving-gallery.js";
import { assertPlainFigure } from "./plain-data.js";

const hostile = "<script>alert(1)</script>";

test("they are plain JSON, and names and titles are text in them", () => {
  const figures = movingGallery({ names: [hostile, "a & b <b>"], title: hostile });
  for (const figure of Object.values(figures)) {
    assertPlainFigure(figure);
    assert.ok(toJson(figure).includes("&lt;script&gt;"));
  }
});

/** What `Plotly.validate` minds. It copies the arguments of buttons and steps, then minds that the copy is not the original. */
async function complaints(figure: plots.Figure): Promise<string[]> {
  const check = `(({ data, layout }) => (Plotly.validate(data, layout) ?? []).map(({ msg }) => msg))(${toJson(figure)})`;
  const said = await evaluateWithPlotly<string[]>(bundleFor(figure), check);
  return said.filter((message) => !/\.args\[[01]\] \(set to '(.*)'\) got reset to '\1'/.test(message));
}

test("Plotly knows every attribute of them, their frames' among them, in light and dark", async () => {
  for (const [name, figure] of Object.entries(movingGallery())) {
    const dark = plots.themed(figure, "dark");
    const frames = (figure.frames ?? []).filter((_, i) => i % 50 === 20).map(({ data }) => ({ data, layout: {} }));
    for (const asked of [figure, dark, ...frames]) assert.deepEqual(await complaints(asked), [], name);
    assert.deepEqual(plots.themed(dark, "light"), figure, name);
  }
});

test("Plotly minds nothing in figures of very little", async () => {
  const energy = quadratic([1, 1]);
  const one = exampleDraws({ chains: 1, draws: 1 });
  const figures: plots.Figure[] = [
    plots.khat([0.1]),
    plots.khat([Number.NaN]),
    plots.parallelCoordinates(exampleDraws()),
    plots.adaptation(warmedUp(exampleDraws({ chains: 1, warmup: 20 }))),
    plots.adaptation(warmedUp(exampleDraws({ chains: 30, warmup: 20 }))),
    plots.contour(energy, { path: one }),
    plots.surface(energy, { x: [-1, 1], y: [-1, 1] }),
    plots.animatedTrajectory(energy, one),
  ];
  for (const [i, figure] of figures.entries()) assert.deepEqual(await complaints(figure), [], String(i));
});

test("an animation plays: Plotly goes to a frame, and its numbers are drawn", async () => {
  const figure = movingGallery().animatedTrajectories;
  const x = await evaluateWithPlotly<number[]>(
    "full",
    `(async () => {
      const element = document.body.appendChild(document.createElement("div"));
      try {
        await Plotly.newPlot(element, ${toJson(figure)});
        await Plotly.animate(element, ["3"], { mode: "immediate", frame: { duration: 0 }, transition: { duration: 0 } });
        return Array.from(element.data[1].x);
      } finally {
        Plotly.purge(element);
        element.remove();
      }
    })()`,
  );
  assert.deepEqual(x, figure.frames![3].data[0].x);
});

test("they stay below 2 MB for 4 long chains, and for a thousand", () => {
  const energy = quadratic([1, 1]);
  const normal = normals(2);
  const many = exampleDraws({ chains: 1000, draws: 200, warmup: 30 });
  const long = exampleDraws({
    draws: 100_000,
    diverging: Array.from({ length: 5000 }, (_, i) => 20 * i),
    warmup: 10_000,
  });
  const chains = [0, 1, 2, 3];
  const sets = Array.from({ length: 500 }, () => Float64Array.from({ length: 1000 }, normal));
  const figures: plots.Figure[] = [
    plots.contour(energy, { path: long, chains, maxPoints: 100_000 }),
    plots.surface(energy, { path: long, chains, maxPoints: 100_000 }),
    plots.animatedTrajectory(energy, long, { maxFrames: 5000 }),
    plots.animatedTrajectory(energy, many, { maxFrames: 5000 }),
    plots.animatedTrajectory(energy, many, { tail: 200 }),
    plots.animatedTrajectory(
      energy,
      hmcPaths(energy, { position: [0, 0], stepSize: 0.1, steps: 200, transitions: 300 }),
      {
        maxFrames: 100_000,
      },
    ),
    plots.phasePortrait(quadratic([1]), { stepSize: 0.01, steps: 100_000 }),
    plots.adaptation(warmedUp(long)),
    plots.adaptation(warmedUp(many), { maxPoints: 100_000 }),
    plots.parallelCoordinates(exampleDraws({ dim: 300, draws: 200, diverging: [1] }), {
      names: Array.from({ length: 300 }, (_, i) => i),
      maxLines: 100_000,
    }),
    plots.posteriorPredictive(sets[0], sets, { maxReplicates: 500 }),
    plots.posteriorPredictive(sets[0], sets, { kind: "ecdf", maxReplicates: 500 }),
    plots.khat(Float64Array.from({ length: 100_000 }, () => 0.5 + 0.3 * normal())),
  ];
  figures.forEach(assertPlainFigure);
});

test("constant chains, single draws and values that are not finite give figures too", () => {
  const energy = quadratic([1, 1]);
  const single = exampleDraws({ chains: 1, draws: 1 });
  const flat = [new Float64Array(20).fill(3), new Float64Array(20).fill(3)];
  const broken = { a: [Float64Array.of(1, Number.NaN, 3)], b: [Float64Array.of(Number.POSITIVE_INFINITY, 2, 2)] };
  const cliff = { ...energy, value: (q: Float64Array) => (q[0] < 0 ? Number.NaN : energy.value(q)) };
  const figures: plots.Figure[] = [
    plots.contour(energy, { path: single }),
    plots.surface(energy, { path: single }),
    plots.animatedTrajectory(energy, single),
    plots.contour(cliff, {
      x: [-1, 1],
      y: [-1, 1],
      path: [
        [0.5, 0.5],
        [0.2, 0.1],
      ],
    }),
    plots.surface(cliff, {
      x: [-1, 1],
      y: [-1, 1],
      path: [
        [0.5, 0.5],
        [-0.2, 0.1],
      ],
    }),
    plots.surface({ ...energy, value: () => 4 }, { x: [-1, 1], y: [-1, 1] }),
    plots.posteriorPredictive(flat[0], flat),
    plots.khat([Number.NaN]),
  ];
  for (const normalization of ["none", "normal", "minmax", "rank"] as const) {
    figures.push(plots.parallelCoordinates({ a: flat, b: flat }, { normalization }));
    figures.push(plots.parallelCoordinates(broken, { normalization }));
    figures.push(plots.parallelCoordinates(single, { normalization }));
  }
  figures.forEach(assertPlainFigure);
});

test("a wrong argument is refused by name", () => {
  const energy = quadratic([1, 1]);
  const draws = exampleDraws();
  const refused = (figure: () => unknown, message: RegExp): void => {
    assert.throws(figure, (error: Error) => error instanceof RangeError && message.test(error.message));
  };
  refused(() => plots.contour(draws as never), /^plots\.contour: energy must be an energy/);
  refused(() => plots.contour(quadratic([1])), /^plots\.contour: energy\.dim must be at least 2, got 1/);
  refused(() => plots.contour(energy), /^plots\.contour: x must be a range \[from, to\] where there is no path/);
  refused(() => plots.contour(energy, { x: [1, 1], y: [0, 1] }), /^plots\.contour: x must be .* from below to/);
  refused(
    () => plots.contour(energy, { path: draws, names: ["q[0]", "q[7]"] }),
    /names must be coordinates .* got "q\[7\]"/,
  );
  refused(() => plots.contour(energy, { path: draws, names: [0, 0] }), /names must be two different coordinates/);
  refused(
    () => plots.contour(energy, { path: draws, chains: 4 }),
    /chains must be below 4, the number of chains, got 4/,
  );
  refused(() => plots.contour(energy, { path: exampleDraws({ dim: 3 }) }), /path must be draws of 2 coordinates/);
  refused(() => plots.contour(energy, { path: [] }), /path must be draws, trajectories, or a list/);
  refused(() => plots.contour(energy, { path: [[1, 2, 3]] }), /path\[0\] must be 2 finite numbers/);
  refused(() => plots.contour(energy, { path: [[1, 2]], chains: 0 }), /chains must be left out/);
  refused(() => plots.contour(energy, { path: draws, levels: [2, 1] }), /levels must be an ascending list/);
  refused(() => plots.contour(energy, { path: draws, colour: 1 } as never), /there is no option "colour"/);
  refused(
    () => plots.surface(energy, { path: draws, ceiling: -1 }),
    /^plots\.surface: ceiling must be a positive number/,
  );
  refused(() => plots.animatedTrajectory(energy, undefined as never), /^plots\.animatedTrajectory: motion must be/);
  refused(
    () => plots.animatedTrajectory(energy, draws, { maxFrames: 1 }),
    /maxFrames must be an integer of at least 2/,
  );
  refused(() => plots.phasePortrait(energy, { stepSize: 0.1 }), /^plots\.phasePortrait: energy\.dim must be 1/);
  refused(() => plots.phasePortrait(quadratic([1]), {} as never), /stepSize must be a positive number, got undefined/);
  refused(
    () => plots.phasePortrait(quadratic([1]), { stepSize: 1, starts: [[1] as never] }),
    /starts\[0\] must be \[q, p\]/,
  );
  refused(
    () => plots.phasePortrait(quadratic([1]), { stepSize: 1, integrator: "euler" as never }),
    /integrator must be one of/,
  );
  refused(
    () => plots.adaptation(draws),
    /^plots\.adaptation: draws must hold a warmup, which sample keeps by keepWarmup/,
  );
  refused(() => plots.adaptation({} as never), /^plots\.adaptation: draws must be draws/);
  refused(
    () => plots.adaptation(exampleDraws({ warmup: 10 }), { names: ["speed"] }),
    /names must be statistics of the warmup \(energy\)/,
  );
  refused(() => plots.adaptation(exampleDraws({ warmup: 10 })), /names must be statistics of the warmup/);
  refused(() => plots.parallelCoordinates(draws, { normalization: "z" as never }), /normalization must be one of/);
  refused(() => plots.parallelCoordinates(draws, { names: ["x"] }), /^plots\.parallelCoordinates: names must be/);
  refused(
    () => plots.posteriorPredictive([1, 2], [[1]]),
    /replicated\[0\]\.length must be 2, as many as were observed, got 1/,
  );
  refused(() => plots.posteriorPredictive([1, Number.NaN], [[1, 2]]), /observed\[1\] must be a finite number/);
  refused(() => plots.posteriorPredictive([1, 2], []), /replicated must be a list of at least one data set/);
  refused(
    () => plots.posteriorPredictive([1, 2], [[1, 2]], { statistic: "mode" as never }),
    /statistic must be one of/,
  );
  refused(() => plots.khat([]), /^plots\.khat: khat must be a list of at least one number/);
  refused(() => plots.khat([0.1], { names: ["a", "b"] }), /names must be 1 names/);
  refused(() => plots.khat([0.1], { threshold: Number.NaN }), /threshold must be a finite number/);
});
