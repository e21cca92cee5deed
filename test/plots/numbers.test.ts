// The numbers behind each figure are those of the draws.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chainsOf } from "../../src/chains/draws.js";
import type { Energy } from "../../src/energies/energy.js";
import * as plots from "../../src/plots/index.js";
import { plainNumber, withDecimals } from "../../src/plots/plain.js";
import { evenly, outline } from "../../src/plots/thinning.js";
import { autoregression, exampleDraws, exampleEstimate } from "./example.js";

const close = (actual: number | null, expected: number, tolerance = 1e-5): void => {
  assert.ok(
    actual !== null && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );
};

test("a thinned chain keeps its extremes, its order and its size", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 2, max: 400 }),
      (values, most) => {
        const kept = outline(values, most);
        assert.ok(kept.length <= most);
        assert.ok(kept.every((index, i) => i === 0 || index > kept[i - 1]));
        assert.equal(Math.max(...kept.map((i) => values[i])), Math.max(...values));
        assert.equal(Math.min(...kept.map((i) => values[i])), Math.min(...values));
      },
    ),
  );
});

test("even thinning has both ends", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 2, max: 500 }), (length, most) => {
      const kept = evenly(length, most);
      assert.equal(kept.length, Math.min(length, most));
      assert.equal(new Set(kept).size, kept.length);
      assert.equal(kept[0], 0);
      assert.equal(kept[kept.length - 1], length - 1);
    }),
  );
});

test("numbers are plain to six digits", () => {
  assert.equal(plainNumber(1 / 3), 0.333333);
  assert.equal(plainNumber(Number.NEGATIVE_INFINITY), null);
  assert.deepEqual(withDecimals(0.0312, 5.0171, -4.9), ["5.017", "−4.900"]);
  assert.deepEqual(withDecimals(120, 5017), ["5017"]);
});

test("a trace holds the draws, and its histogram integrates to one", () => {
  const draws = exampleDraws({ lengths: [500, 37, 500, 500], diverging: [10, 20] });
  const data = plots.traceData(draws, { names: ["q[1]", "energy"] });
  assert.deepEqual(
    data.panels.map((panel) => panel.name),
    ["q[1]", "energy"],
  );
  const [panel] = data.panels;
  chainsOf(draws, 1).forEach((chain, c) => {
    assert.deepEqual(
      panel.lines[c].draw,
      Array.from(chain, (_, i) => i),
    );
    assert.deepEqual(panel.lines[c].value, Array.from(chain, plainNumber));
  });
  assert.deepEqual(panel.divergences, [10, 20]);
  const { edges, density } = panel.histogram;
  for (const row of density) close(row.reduce((sum, height) => sum + height, 0) * (edges[1] - edges[0]), 1, 1e-9);
  const figure = plots.trace(draws, { names: ["q[1]", "energy"] });
  assert.ok(figure.data.some((line) => line.name === "divergence"));
});

test("kept warmup stands before draw 0, and can be left out", () => {
  const draws = exampleDraws({ warmup: 40 });
  const [line] = plots.traceData(draws).panels[0].lines;
  assert.deepEqual(
    line.warmupDraw,
    Array.from({ length: 40 }, (_, i) => i - 40),
  );
  close(line.warmupValue[3], draws.warmup!.position[3 * draws.dim]);
  assert.equal(plots.traceData(draws, { warmup: false }).panels[0].lines[0].warmupDraw.length, 0);
});

test("a figure says what it leaves out", () => {
  const titleOf = (figure: plots.Figure): string => (figure.layout.title as { text: string }).text;
  const title = titleOf(plots.trace(exampleDraws({ dim: 12, chains: 20, draws: 3000 })));
  assert.match(title, /first 8 of 12 coordinates/);
  assert.match(title, /first 16 of 20 chains/);
  assert.match(title, /outline of 3000 draws/);
  assert.doesNotMatch(titleOf(plots.trace(exampleDraws())), /first|outline/);
  assert.match(titleOf(plots.pair(exampleDraws({ draws: 2000 }))), /3000 of 8000 draws/);
});

test("the running LLC is n beta times the running mean of the loss above the center's", () => {
  const estimate = exampleEstimate({ draws: 300 });
  const data = plots.runningLlcData(estimate);
  estimate.trace.forEach((chain, c) => {
    let sum = 0;
    chain.forEach((loss, draw) => {
      sum += loss;
      const expected = estimate.dataSize * estimate.beta * (sum / (draw + 1) - estimate.lossAtCenter);
      assert.equal(data.chains[c].draws[draw], draw + 1);
      close(data.chains[c].llc[draw], expected);
    });
    close(data.chains[c].llc[299], estimate.perChain[c]);
  });
  close(data.pooled.llc[299], estimate.mean);
});

test("the running LLC of chains of unequal length pools all draws so far", () => {
  const estimate = exampleEstimate({ chains: 2, draws: 100 });
  const cut = { ...estimate, trace: [estimate.trace[0], estimate.trace[1].slice(0, 30)] };
  const data = plots.runningLlcData(cut);
  const all = [...cut.trace[0], ...cut.trace[1]];
  const mean = all.reduce((sum, loss) => sum + loss, 0) / all.length;
  close(data.pooled.llc[99], 100 * (mean - cut.lossAtCenter));
  assert.equal(data.chains[1].draws.length, 30);
});

// For an AR(1) chain of unit variance, n beta times the standard error of the mean of C chains of k draws is
// sqrt(lambda) sqrt((1 + rho) / (1 - rho) / (C k)). The band takes the larger of two estimates of it: the square of one is nearly
// exact, that of the other a chi-square of 3 degrees of freedom over 3 (four chains), so the larger has mean 1.31 and standard
// deviation 0.55, times the exact square. The mean over 40 runs is within 4.5 standard errors of that, and a tenth for the former's own error.
test("the band's standard error is that of the mean of correlated draws", () => {
  const [chains, draws, lambda, rho, runs] = [4, 800, 5, 0.8, 40];
  const exact = (lambda * (1 + rho)) / (1 - rho) / (chains * draws);
  let sum = 0;
  for (let run = 0; run < runs; run++) {
    const { band } = plots.runningLlcData(exampleEstimate({ chains, draws, lambda, rho, seed: 5000 * (run + 1) }));
    assert.equal(band.draws[band.draws.length - 1], draws);
    sum += band.standardError[band.standardError.length - 1]! ** 2;
  }
  const ratio = sum / runs / exact;
  assert.ok(
    Math.abs(ratio - 1.31) < (4.5 * 0.55) / Math.sqrt(runs) + 0.1,
    `mean square of the standard error is ${ratio} of the exact one`,
  );
});

test("the band is the interval's multiple of the standard error, at some forty places", () => {
  const estimate = exampleEstimate({ draws: 20_000 });
  const wide = {
    ...estimate,
    interval: [estimate.mean - 3.18 * estimate.standardError, estimate.mean + 3.18 * estimate.standardError] as [
      number,
      number,
    ],
  };
  const { band } = plots.runningLlcData(wide);
  assert.ok(band.draws.length > 30 && band.draws.length <= 40);
  band.draws.forEach((_, i) => close((band.upper[i]! - band.lower[i]!) / 2, 3.18 * band.standardError[i]!, 1e-3));
});

test("negative estimates are drawn where they are", () => {
  const estimate = exampleEstimate({ lambda: -8 });
  assert.ok(estimate.interval[1] < 0);
  const figure = plots.runningLlc(estimate);
  const [low, high] = (figure.layout.yaxis as { range: [number, number] }).range;
  assert.ok(low < estimate.interval[0] && high > estimate.interval[1]);
  const pooled = figure.data.find((line) => line.name === "all chains")!;
  assert.ok((pooled.y as number[]).at(-1)! < 0);
  assert.ok(plots.llcComparisonData({ a: estimate })[0].mean! < 0);
});

test("references stand in the figure with their label and value", () => {
  const figure = plots.runningLlc(exampleEstimate(), { reference: [{ label: "d/2", value: 10 }] });
  const line = figure.data.find((trace) => trace.name === "d/2 = 10")!;
  assert.deepEqual(line.y, [10, 10]);
  const [, high] = (figure.layout.yaxis as { range: [number, number] }).range;
  assert.ok(high > 10);
});

test("an LLC comparison holds every estimate and its interval", () => {
  const [a, b] = [exampleEstimate(), exampleEstimate({ seed: 3, ok: false })];
  const rows = plots.llcComparisonData({ a, b });
  assert.deepEqual(
    rows.map(({ name, ok }) => ({ name, ok })),
    [
      { name: "a", ok: true },
      { name: "b", ok: false },
    ],
  );
  close(rows[1].mean, b.mean);
  close(rows[1].interval[0], b.interval[0]);
  assert.match(JSON.stringify(plots.llcComparison({ a, b })), /not to be trusted/);
});

test("the autocorrelation figure shows rho^k for an AR(1) chain, and its band is 1.96 / sqrt(N)", () => {
  const [rho, draws] = [0.7, 40_000];
  const data = plots.autocorrelationData({ x: [autoregression(11, draws, rho), autoregression(12, draws, rho)] });
  const [panel] = data.panels;
  assert.equal(panel.correlation.length, 2);
  assert.equal(panel.correlation[0].length, 101);
  close(panel.band, 1.96 / Math.sqrt(draws));
  // Bartlett: the standard error at any lag is at most sqrt((1 + rho^2) / (1 - rho^2) / N).
  const error = Math.sqrt((1 + rho * rho) / (1 - rho * rho) / draws);
  for (const row of panel.correlation) {
    for (const lag of [0, 1, 2, 5, 50]) assert.ok(Math.abs(row[lag]! - rho ** lag) < 4.5 * error);
  }
});

test("averaged autocorrelations are bars of the mean over chains", () => {
  const source = { x: [autoregression(1, 500, 0.5), autoregression(2, 500, 0.5)] };
  const each = plots.autocorrelationData(source).panels[0].correlation;
  const average = plots.autocorrelationData(source, { chains: "average" }).panels[0];
  close(average.correlation[0][4], (each[0][4]! + each[1][4]!) / 2, 1e-4);
  close(average.band, 1.96 / Math.sqrt(1000));
  assert.ok(plots.autocorrelation(source, { chains: "average" }).data.every((trace) => trace.type === "bar"));
  assert.equal(plots.autocorrelationData(exampleDraws({ chains: 9 })).averaged, true);
});

test("a pair figure's contours are the energy above its minimum, the other coordinates at their mean", () => {
  const energy: Energy = {
    dim: 3,
    names: ["a", "b", "c"],
    value: (q) => 7 + q[0] ** 2 / 2 + 2 * (q[2] - q[0]) ** 2 + 100 * (q[1] - 5) ** 2,
    valueAndGradient: () => Number.NaN,
  };
  const draws = exampleDraws({
    dim: 3,
    shape: (q) => {
      q[1] = 5;
    },
  });
  const { contours, ranges, clouds } = plots.pairData(draws, { names: [0, 2], energy });
  const { x, y, above } = contours!;
  assert.deepEqual(
    [x[0], x.at(-1)],
    ranges.x.map((end) => x.find((value) => Math.abs(value - end) < 1e-12)),
  );
  const exact = y.map((v) => x.map((u) => u ** 2 / 2 + 2 * (v - u) ** 2));
  const least = Math.min(...exact.flat());
  above.forEach((row, i) => row.forEach((value, j) => close(value, exact[i][j] - least, 1e-9)));
  assert.equal(clouds.length, 4);
  close(clouds[1].x[0], chainsOf(draws, 0)[1][0]);
});

test("contour lines run at the levels asked for", () => {
  const energy: Energy = {
    dim: 2,
    names: ["a", "b"],
    value: (q) => (q[0] ** 2 + q[1] ** 2) / 2,
    valueAndGradient: () => Number.NaN,
  };
  const draws = exampleDraws({ chains: 1, draws: 400 });
  const { contours } = plots.pairData(draws, { energy });
  const levels = [0.3, 1, 4];
  const trace = plots.pair(draws, { energy, levels }).data.find((item) => item.type === "contour")!;
  assert.deepEqual(trace.contours, { start: 1, end: 3, size: 1, coloring: "fill" });
  const z = trace.z as number[][];
  contours!.above.forEach((row, i) =>
    row.forEach((above, j) => {
      const passed = levels.filter((level) => above >= level).length;
      if (levels.every((level) => Math.abs(above - level) > 1e-4))
        assert.equal(Math.min(3, Math.floor(z[i][j])), passed);
    }),
  );
});

test("where an energy is not finite there is no contour", () => {
  const energy: Energy = {
    dim: 2,
    names: ["a", "b"],
    value: (q) => (q[0] < 0 ? Number.POSITIVE_INFINITY : q[0] + q[1] ** 2),
    valueAndGradient: () => Number.NaN,
  };
  const contour = plots.pair(exampleDraws(), { energy }).data.find((item) => item.type === "contour")!;
  const z = contour.z as (number | null)[][];
  assert.ok(z.flat().includes(null) && z.flat().some((value) => value !== null));
});

test("divergent draws are apart from the clouds", () => {
  const draws = exampleDraws({ chains: 2, draws: 100, diverging: [4, 9] });
  const data = plots.pairData(draws);
  assert.equal(data.clouds[0].x.length, 98);
  assert.equal(data.divergences.x.length, 2);
  close(data.divergences.x[0], draws.position[4 * 2]);
});

test("every point of a Gaussian ellipse is at its Mahalanobis distance from the mean", () => {
  const [mean, [a, b, c]] = [
    [1, -1],
    [1, 0.5, 2],
  ];
  const ellipse = plots.gaussianEllipse({
    mean,
    covariance: [
      [a, b],
      [b, c],
    ],
    sigmas: 2,
  });
  const determinant = a * c - b * b;
  (ellipse.x as number[]).forEach((x, i) => {
    const [u, v] = [x - mean[0], (ellipse.y as number[])[i] - mean[1]];
    close((c * u * u - 2 * b * u * v + a * v * v) / determinant, 4, 1e-4);
  });
});

test("a scatter holds the last draw of every chain, with their mean and covariance", () => {
  const draws = exampleDraws({ chains: 50, draws: 20, lengths: [...new Array(49).fill(20), 7] });
  const data = plots.scatter2dData(draws);
  const last = [0, 1].map((i) => chainsOf(draws, i).map((chain) => chain[chain.length - 1]));
  close(data.x[49], last[0][49]);
  const mean = last.map((values) => values.reduce((sum, value) => sum + value, 0) / 50);
  const cross = last[0].reduce((sum, x, i) => sum + (x - mean[0]) * (last[1][i] - mean[1]), 0) / 49;
  close(data.mean[1], mean[1]);
  close(data.covariance[0][1], cross);
  assert.equal(plots.scatter2dData(draws, { which: "all" }).points, 49 * 20 + 7);
});
