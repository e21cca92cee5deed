// The numbers behind the figures of chains, against ones worked out by hand or by the diagnostics themselves.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chainsOf } from "../../src/chains/draws.js";
import { summarize } from "../../src/chains/summarize.js";
import { ebfmi, essBulk, essLocal, essQuantile, essTail, rhat } from "../../src/diagnostics/index.js";
import { equallyLong } from "../../src/plots/chains.js";
import { densityGrid } from "../../src/plots/density-grid.js";
import * as plots from "../../src/plots/index.js";
import { kernelDensity } from "../../src/plots/kernel-density.js";
import { plainNumber } from "../../src/plots/plain.js";
import { shownRange } from "../../src/plots/shown-range.js";
import { autoregression, exampleDraws, normals } from "./example.js";

const close = (actual: number | null, expected: number, tolerance = 1e-5): void => {
  assert.ok(
    actual !== null && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );
};

const independent = (seed: number, length: number): Float64Array => {
  const normal = normals(seed);
  return Float64Array.from({ length }, normal);
};

test("chains of unequal length are cut as summarize cuts them", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(lengths, (kept) => {
      const draws = exampleDraws({ chains: kept.length, draws: 12, lengths: kept });
      const block = equallyLong(chainsOf(draws, 0));
      const { chains, draws: length } = summarize(draws);
      assert.deepEqual([block.chains.length, block.draws], [chains, length]);
      assert.equal(
        block.cut,
        kept.some((each) => each !== length),
      );
    }),
    { numRuns: 60 },
  );
});

test("a density integrates to one, and is that of a Gaussian for Gaussian draws", () => {
  const draws = independent(5, 20_000);
  const { x, density, bandwidth } = kernelDensity([draws], shownRange([draws]).range);
  const step = x[1] - x[0];
  const integral = density.reduce((sum, height, i) => sum + height * step * (i === 0 || i === 255 ? 0.5 : 1), 0);
  close(integral, 1, 1e-3);
  // The best kernel for a normal law is 1.06 n^(-1/5) wide; the plug-in's own scatter is of some ten percent.
  close(bandwidth / (1.06 * draws.length ** -0.2), 1, 0.25);
  // Five standard errors of an estimate of that width: f / (2 sqrt(pi) n h), squared; and the bias h^2 f'' / 2.
  x.forEach((value, i) => {
    const exact = Math.exp(-(value ** 2) / 2) / Math.sqrt(2 * Math.PI);
    const error = Math.sqrt(exact / (2 * Math.sqrt(Math.PI) * draws.length * bandwidth));
    const bias = (bandwidth ** 2 / 2) * Math.abs(value ** 2 - 1) * exact;
    assert.ok(Math.abs(density[i] - exact) < 5 * error + 2 * bias + 2e-3, `at ${value}: ${density[i]}, not ${exact}`);
  });
});

test("a density of few draws is the sum of its kernels, reflected at the ends", () => {
  const draws = [0.1, 0.2, 0.25, 0.6, 0.62, 0.8];
  const { x, density, bandwidth } = kernelDensity([draws], [0, 1], 33);
  x.forEach((value, i) => {
    let sum = 0;
    for (const draw of draws) {
      for (let image = -4; image <= 4; image += 2) {
        for (const centre of [image + draw, image - draw]) sum += Math.exp(-(((value - centre) / bandwidth) ** 2) / 2);
      }
    }
    // Draws are counted in 512 bins.
    close(density[i], sum / (draws.length * bandwidth * Math.sqrt(2 * Math.PI)), 0.01);
  });
});

test("two modes far apart do not widen the kernel, and dependence does", () => {
  const normal = normals(9);
  const modes = Float64Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? -20 : 20) + normal());
  assert.ok(kernelDensity([modes], shownRange([modes]).range).bandwidth < 0.6);
  const range: [number, number] = [-4, 4];
  const [free, slow] = [independent(2, 4000), autoregression(2, 4000, 0.98)];
  assert.ok(kernelDensity([slow], range).bandwidth > 1.7 * kernelDensity([free], range).bandwidth);
});

test("far outliers leave a panel, and are counted", () => {
  const draws = Float64Array.from({ length: 1000 }, (_, i) => (i < 2 ? 1e6 * (i + 1) : i % 100));
  const { range, beyond } = shownRange([draws]);
  assert.equal(beyond, 0.002);
  assert.ok(range[0] === 0 && range[1] < 1000);
  const finite = shownRange([
    [3, Number.NEGATIVE_INFINITY, 2],
    [1, Number.NaN, Number.POSITIVE_INFINITY],
  ]);
  assert.deepEqual(finite, { range: [1, 3], beyond: 0, sorted: Float64Array.of(1, 2, 3) });
});

test("a histogram counts every draw once, and whole numbers by value", () => {
  const [panel] = plots.histogramData({
    x: [
      [0, 1, 1, 2],
      [2, 2, 5, 0],
    ],
  }).panels;
  assert.deepEqual(panel.edges, [-0.5, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5]);
  assert.deepEqual(panel.counts, [2, 2, 3, 0, 0, 1]);
  const [four] = plots.histogramData({ x: [[0, 0.1, 0.3, 0.4, 0.9, 1]] }, { bins: 4 }).panels;
  assert.deepEqual(four.edges, [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(four.counts, [2, 2, 0, 2]);
  const [many] = plots.histogramData(exampleDraws()).panels;
  assert.equal(
    many.counts.reduce((sum, count) => sum + count, 0),
    2000,
  );
});

test("intervals are the quantiles of all chains together", () => {
  const source = {
    x: [
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10],
    ],
  };
  const [panel] = plots.histogramData(source, { probabilities: [0.5, 0.8] }).panels;
  assert.deepEqual(panel.intervals, { median: 5, inner: [2.5, 7.5], outer: [1, 9] });
  const skewed = { x: [[0, 5, 6, 7, 20]] };
  const { intervals } = plots.forestData(skewed, { probabilities: [0.5, 0.9], interval: "hdi" }).rows[0];
  assert.deepEqual(intervals.inner, [5, 7]);
});

test("a forest's rows are those of summarize, and doubtful ones are marked", () => {
  const draws = exampleDraws({ dim: 3, draws: 800, rho: 0.3 });
  // Chain 2 of the last coordinate is elsewhere.
  for (let n = 0; n < 800; n++) draws.position[(2 * 800 + n) * 3 + 2] += 3;
  const data = plots.forestData(draws);
  summarize(draws).rows.forEach((row, i) => {
    const { name, essBulk: bulk, essTail: tail, rhat: scale } = data.rows[i];
    assert.equal(name, row.name);
    close(bulk, row.essBulk);
    close(tail, row.essTail);
    close(scale, row.rhat);
  });
  assert.deepEqual(
    data.rows.map((row) => row.ok),
    [true, true, false],
  );
  assert.equal(data.rows[0].perChain.length, 4);
  assert.match(
    JSON.stringify(plots.forest(draws).layout.title),
    /red: too few effective draws, or chains that disagree/,
  );
});

test("growing chains are judged by their beginnings", () => {
  const draws = exampleDraws({ draws: 400 });
  const chains = chainsOf(draws, 1).map((chain) => chain.slice(0, 200));
  const [, ess] = plots.essEvolutionData(draws, { places: 4 }).panels;
  assert.deepEqual(ess.draws, [400, 800, 1200, 1600]);
  assert.equal(ess.enough, 400);
  close(ess.bulk[1], essBulk(chains));
  close(ess.tail[1], essTail(chains));
  const [, line] = plots.rhatEvolutionData(draws, { places: 4 }).lines;
  assert.deepEqual(line.draws, [100, 200, 300, 400]);
  close(line.rhat[1], rhat(chains));
});

test("R-hat is drawn by its distance from 1, which at most 1 takes the lowest place", () => {
  const draws = exampleDraws({ draws: 400 });
  const [line] = plots.rhatEvolutionData(draws).lines;
  const trace = plots.rhatEvolution(draws).data[0];
  (trace.y as number[]).forEach((height, i) => close(height, Math.max(0.0003, line.rhat[i]! - 1), 1e-6));
  assert.deepEqual(trace.customdata, line.rhat);
});

test("ESS by quantile and by stretch are those of the diagnostics", () => {
  const draws = exampleDraws();
  const chains = chainsOf(draws, 0);
  const [quantiles] = plots.essQuantileData(draws, { places: 7 }).panels;
  assert.deepEqual(quantiles.probability, [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95]);
  quantiles.probability.forEach((p, i) => close(quantiles.ess[i], essQuantile(chains, p), 1e-3));
  const [stretches] = plots.essLocalData(draws, { places: 5 }).panels;
  assert.deepEqual(stretches.probability, [0, 0.2, 0.4, 0.6, 0.8]);
  close(stretches.ess[4], essLocal(chains, 0.8, 1), 1e-3);
  close(stretches.ess[0], essLocal(chains, 0, 0.2), 1e-3);
});

test("energies are taken about each chain's mean, and their changes draw by draw", () => {
  const draws = exampleDraws({ chains: 2, draws: 3000, rho: 0.5 });
  const data = plots.energyData(draws);
  assert.equal(data.statistic, "energy");
  chainsOf(draws, "energy").forEach((E, chain) => close(data.ebfmi[chain], ebfmi(E)));
  const momentsOf = ({
    energy,
    density,
  }: {
    energy: (number | null)[];
    density: (number | null)[];
  }): [number, number] => {
    const step = energy[1]! - energy[0]!;
    const moment = (power: number): number =>
      density.reduce<number>((sum, height, i) => sum + height! * step * energy[i]! ** power, 0);
    return [moment(1) / moment(0), moment(2) / moment(0)];
  };
  const [marginal, transition] = [momentsOf(data.marginal), momentsOf(data.transition)];
  close(marginal[0], 0, 0.05);
  close(transition[0], 0, 0.05);
  // E-BFMI is the ratio of the two second moments, but for the kernel's width.
  const ratio = (data.ebfmi[0]! + data.ebfmi[1]!) / 2;
  close(transition[1] / marginal[1] / ratio, 1, 0.1);
});

test("the Hamiltonian is preferred, and any statistic can be named", () => {
  const draws = exampleDraws();
  const hamiltonian = draws.stats.energy.map((energy, i) => energy + (i % 3));
  const more = { ...draws, stats: { ...draws.stats, hamiltonian } };
  assert.equal(plots.energyData(more).statistic, "hamiltonian");
  assert.equal(plots.energyData(more, { statistic: "energy" }).statistic, "energy");
  assert.throws(() => plots.energy(draws, { statistic: "H" }), /statistic must be a statistic of the draws .* got "H"/);
});

test("E-BFMI is judged of Hamiltonians, and of what the caller names, not of potential energies that come by themselves", () => {
  const draws = exampleDraws();
  // Each step is far smaller than the spread.
  const walk = draws.stats.energy.map((_, i) => Math.sin((0.2 * i) % 40));
  const slow = { ...draws, stats: { ...draws.stats, energy: walk } };
  const texts = (figure: plots.Figure): string => JSON.stringify([figure.layout.title, figure.layout.xaxis2]);
  const judged = plots.energy({ ...slow, stats: { ...slow.stats, hamiltonian: walk } });
  for (const figure of [judged, plots.energy(slow, { statistic: "energy" })]) {
    assert.match(texts(figure), /E-BFMI of .* is below 0\.3/);
    assert.equal((figure.layout.shapes as object[]).length, 1);
  }
  const bare = plots.energy(slow);
  assert.doesNotMatch(texts(bare), /E-BFMI|0\.3/);
  assert.equal(bare.layout.shapes, undefined);
  // The ratio is there all the same.
  assert.deepEqual(bare.data[2].x, judged.data[2].x);
  assert.notDeepEqual(bare.data[2].marker, judged.data[2].marker);
});

test("ranks are counted over all chains, and equal draws share theirs", () => {
  const [panel] = plots.rankHistogramData(
    {
      x: [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    },
    { bins: 2, thin: 1 },
  ).panels;
  assert.deepEqual(panel.edges, [0, 4, 8]);
  assert.deepEqual(panel.counts, [
    [4, 0],
    [0, 4],
  ]);
  assert.equal(panel.expected, 2);
  const [tied] = plots.rankHistogramData(
    {
      x: [
        [1, 1, 1, 1],
        [1, 1, 2, 2],
      ],
    },
    { bins: 4, thin: 1 },
  ).panels;
  // Six ones take the first three bins: of each bin's two ranks the first chain has 4/3.
  tied.counts[0].forEach((count, bin) => close(count, [4 / 3, 4 / 3, 4 / 3, 0][bin]));
  tied.counts[1].forEach((count, bin) => close(count, [2 / 3, 2 / 3, 2 / 3, 2][bin]));
});

test("every draw has a rank in some bin, and the bins fill evenly", () => {
  const data = plots.rankHistogramData(exampleDraws({ draws: 250 }), { thin: 1 });
  for (const { counts, expected } of data.panels) {
    counts.forEach((row) =>
      close(
        row.reduce<number>((sum, count) => sum + count!, 0),
        250,
      ),
    );
    counts[0].forEach((_, bin) =>
      close(
        counts.reduce((sum, row) => sum + row[bin]!, 0),
        4 * expected,
      ),
    );
  }
});

test("chains of one law leave the band of their rank histogram in at most one figure of twenty", () => {
  const runs = 400;
  let left = 0;
  for (let run = 0; run < runs; run++) {
    const chains = Array.from({ length: 4 }, (_, c) => independent(1000 * run + c, 100));
    const { counts, band } = plots.rankHistogramData({ x: chains }, { bins: 10, thin: 1 }).panels[0];
    if (counts.flat().some((count) => count! < band[0] || count! > band[1])) left++;
  }
  assert.ok(left / runs < 0.05 + 4.5 * Math.sqrt((0.05 * 0.95) / runs), `${left} of ${runs}`);
  // It is not so wide that nothing could leave it.
  assert.ok(left > 0);
});

test("an ECDF difference is that of the ranks, and a shifted chain leaves its band", () => {
  const [panel] = plots.rankEcdfData(
    {
      x: [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    },
    { thin: 1 },
  ).panels;
  panel.part.forEach((part, i) => close(panel.difference[0][i], Math.min(1, 2 * part) - part));
  const shifted = { x: [independent(1, 300), independent(2, 300), independent(3, 300).map((x) => x + 1)] };
  const { difference, lower, upper, pValue } = plots.rankEcdfData(shifted).panels[0];
  assert.ok(pValue! < 1e-6);
  assert.ok(difference[2].some((value, i) => value! < lower[i]!));
  assert.ok(upper.every((value, i) => value! >= lower[i]!));
  const same = plots.rankEcdfData({ x: [independent(1, 300), independent(2, 300)] }).panels[0];
  assert.ok(same.pValue! > 0.001);
});

test("dependent draws are thinned to about independent ones, which the figure says", () => {
  const source = { x: [autoregression(1, 4000, 0.8), autoregression(2, 4000, 0.8)] };
  // An AR(1) chain has (1 + rho) / (1 - rho) = 9 draws for each effective one.
  const { thin } = plots.rankEcdfData(source).panels[0];
  assert.ok(thin >= 7 && thin <= 12, String(thin));
  assert.match(JSON.stringify(plots.rankEcdf(source).layout.title), /one draw in \d+, to have about independent ones/);
  assert.equal(plots.rankEcdfData(source, { thin: 1 }).panels[0].thin, 1);
});

test("chains that swing from side to side, and are slow in their spread, are thinned as well", () => {
  // Signs alternate, so that means are known at once; sizes are an AR(1) chain's.
  const swinging = (seed: number): Float64Array =>
    autoregression(seed, 4000, 0.95).map((x, i) => (i % 2 === 0 ? 1 : -1) * Math.exp(x));
  const { thin, pValue } = plots.rankEcdfData({ x: [swinging(1), swinging(2), swinging(3)] }).panels[0];
  assert.ok(thin >= 8, String(thin));
  assert.ok(pValue! > 0.001, String(pValue));
});

test("one chain's first half is compared with its last", () => {
  const drift = Float64Array.from({ length: 100 }, (_, i) => i);
  const { panels, labels } = plots.rankHistogramData({ x: [drift] }, { bins: 2, thin: 1 });
  assert.deepEqual(labels, ["first half", "last half"]);
  assert.deepEqual(panels[0].counts, [
    [50, 0],
    [0, 50],
  ]);
});

test("a density in the plane has mass one, and its levels hold the shares that they say", () => {
  const [x, y] = [independent(3, 5000), independent(4, 5000)];
  const grid = densityGrid(x, y, shownRange([x]).range, shownRange([y]).range)!;
  const area = (grid.x[1] - grid.x[0]) * (grid.y[1] - grid.y[0]);
  close(grid.density.flat().reduce((sum, value) => sum + value, 0) * area, 1, 1e-9);
  for (const { share, density } of grid.levels) {
    // Of a round Gaussian the region of this share ends where the density is (1 - share) / (2 pi).
    close(density / ((1 - share) / (2 * Math.PI)), 1, 0.2);
    const held = grid.density.flat().filter((value) => value >= density).length * area;
    // Its area is -2 pi log(1 - share).
    close(held / (-2 * Math.PI * Math.log(1 - share)), 1, 0.15);
  }
  assert.equal(densityGrid([1, 1, 1], [1, 2, 3], [0.5, 1.5], [1, 3]), undefined);
});

test("pairs draw every ordinary draw below the diagonal and keep divergences apart", () => {
  const draws = exampleDraws({ dim: 3, chains: 2, draws: 100, diverging: [4, 9] });
  const data = plots.pairsData(draws);
  assert.deepEqual(data.names, ["q[0]", "q[1]", "q[2]"]);
  assert.deepEqual(
    data.clouds.map((cloud) => cloud.map((values) => values.length)),
    [
      [98, 98, 98],
      [100, 100, 100],
    ],
  );
  assert.deepEqual(data.clouds[1][2], Array.from(chainsOf(draws, 2)[1], plainNumber));
  assert.deepEqual(
    data.divergences[1],
    [4, 9].map((n) => plainNumber(draws.position[3 * n + 1])),
  );
  data.densities.forEach((row, i) => row.forEach((grid, j) => assert.equal(grid === null, j <= i)));
  assert.equal(plots.pairsData(draws, { maxPoints: 30 }).clouds.flatMap((cloud) => cloud[0]).length, 30);
});
