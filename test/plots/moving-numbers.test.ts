// The numbers behind the figures over energies, and of warmups, predictions and observations.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chainsOf } from "../../src/chains/draws.js";
import { hmcPaths, leapfrogPath } from "../../src/chains/leapfrog-path.js";
import * as plots from "../../src/plots/index.js";
import { plainNumber } from "../../src/plots/plain.js";
import { exampleDraws, exampleEstimate } from "./example.js";
import { quadratic, warmedUp } from "./moving-gallery.js";

const close = (actual: number | null, expected: number, tolerance = 1e-5): void => {
  assert.ok(
    actual !== null && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );
};

test("a path over contours is the chain's, from its first draw to its last", () => {
  const draws = exampleDraws({ draws: 120 });
  const data = plots.contourData(quadratic([1, 1]), { path: draws, chains: [2] });
  assert.equal(data.paths.length, 1);
  assert.equal(data.paths[0].name, "chain 2");
  assert.deepEqual(data.paths[0].x, Array.from(chainsOf(draws, 0)[2], plainNumber));
  assert.deepEqual(data.paths[0].y, Array.from(chainsOf(draws, 1)[2], plainNumber));
  const figure = plots.contour(quadratic([1, 1]), { path: draws, chains: [2] });
  const end = figure.data.find((trace) => trace.name === "end")!;
  assert.deepEqual(end.x, [data.paths[0].x[119]]);
});

test("contours of many coordinates hold the others at the path's mean, or where they are told", () => {
  const energy = quadratic([1, 1, 7]);
  const path = [
    [0, 0, 1],
    [1, 1, 3],
  ];
  const { contours, ranges } = plots.contourData(energy, { path });
  const [row, column] = [5, 9];
  const least = Math.min(...contours.y.flatMap((y) => contours.x.map((x) => energy.value(Float64Array.of(x, y, 2)))));
  const value = energy.value(Float64Array.of(contours.x[column], contours.y[row], 2));
  close(contours.above[row][column], value - least, 1e-9);
  assert.ok(ranges.x[0] < 0 && ranges.x[1] > 1);
  const fixed = plots.contourData({ ...energy, value: (q) => q[2] }, { x: [0, 1], y: [0, 1], at: [0, 0, 5] });
  assert.ok(fixed.contours.above.flat().every((above) => above === 0));
});

test("free coordinates are drawn where the energy has constrained ones", () => {
  const energy = {
    ...quadratic([1, 1]),
    transform: {
      constrain: (z: Float64Array, q: Float64Array) => q.set(z.map(Math.exp)),
      unconstrain: (q: Float64Array, z: Float64Array) => z.set(q.map(Math.log)),
    },
  };
  const draws = exampleDraws({ draws: 50, shape: (q) => q.set(q.map(Math.exp)) });
  const data = plots.contourData(energy, { path: draws });
  close(data.paths[0].x[7], Math.log(chainsOf(draws, 0)[0][7]), 1e-5);
  assert.equal(data.note, "in free coordinates");
});

test("a path on a surface has the energy of where it is, above the grid's least", () => {
  const energy = { ...quadratic([1, 3]), value: (q: Float64Array) => 10 + (q[0] ** 2 + 3 * q[1] ** 2) / 2 };
  const path = [
    [1, 0],
    [0.5, -1],
  ];
  const data = plots.surfaceData(energy, { x: [-2, 2], y: [-2, 2], path });
  close(data.paths[0].z[0], 0.5);
  close(data.paths[0].z[1], 0.125 + 1.5);
  // The corners, at 8, are less than three times as high as most of the grid.
  close(data.ceiling, 8);
  assert.equal(plots.surfaceData(energy, { x: [-2, 2], y: [-2, 2], ceiling: 3 }).ceiling, 3);
});

test("draws move together: each frame has every chain where it is at that draw", () => {
  const draws = exampleDraws({ chains: 7, draws: 40 });
  const { frames, chains } = plots.animatedTrajectoryData(quadratic([1, 1]), draws);
  assert.equal(chains, 7);
  assert.equal(frames.length, 40);
  const xs = chainsOf(draws, 0);
  frames.forEach((frame, draw) => {
    assert.equal(frame.label, `draw ${draw}`);
    assert.deepEqual(
      frame.heads.x,
      xs.map((chain) => plainNumber(chain[draw])),
    );
    assert.equal(frame.tails.x.length, 0);
  });
  const tails = plots.animatedTrajectoryData(quadratic([1, 1]), draws, { tail: 3, chains: [4] }).frames[20].tails;
  assert.deepEqual(tails.x, [...Array.from(xs[4].slice(17, 21), plainNumber), null]);
});

test("a chain that stopped stays where it last was", () => {
  const draws = exampleDraws({ chains: 2, draws: 30, lengths: [30, 10] });
  const { frames } = plots.animatedTrajectoryData(quadratic([1, 1]), draws);
  close(frames[29].heads.x[1], chainsOf(draws, 0)[1][9]);
});

test("HMC's trajectories run one after the other and leave their draws", () => {
  const energy = quadratic([1, 30]);
  const paths = hmcPaths(energy, { position: [1, 0.1], stepSize: 0.33, steps: 6, transitions: 12, seed: 4 });
  assert.ok(paths.some((path) => path.accepted) && paths.some((path) => !path.accepted), "the test needs both");
  const { frames } = plots.animatedTrajectoryData(energy, paths);
  assert.equal(frames.length, paths.length * 7);
  const last = frames[frames.length - 1];
  assert.equal(last.draws.x.length, 11);
  paths.slice(0, 11).forEach((path, i) => {
    close(last.draws.x[i], path.accepted ? path.position[6 * 2] : path.position[0]);
    // Which is where the next one starts.
    close(last.draws.x[i], paths[i + 1].position[0]);
  });
  close(last.heads.y[0], paths[11].position[6 * 2 + 1]);
});

test("HMC's trajectories accept by the error of H, and one seed gives one walk", () => {
  const energy = quadratic([1, 1]);
  const options = { position: [0, 0], stepSize: 0.05, steps: 10, transitions: 40, seed: 2 };
  const paths = hmcPaths(energy, options);
  assert.deepEqual(hmcPaths(energy, options), paths);
  // H changes by less than 1e-3 per trajectory here: a refusal has probability below 0.04 in all.
  assert.ok(paths.every((path) => path.accepted));
  const wild = hmcPaths(energy, { ...options, stepSize: 3, steps: 400 });
  assert.ok(wild.every((path) => !path.accepted && path.position[0] === 0));
});

test("leapfrog on an oscillator keeps its own H exactly", () => {
  // For U = q^2 / 2 the step maps are linear and keep (1 - h^2 / 4) q^2 + p^2.
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1.9, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (h, q0) => {
        const { position, momentum } = leapfrogPath(quadratic([1]), {
          position: [q0],
          momentum: [1],
          stepSize: h,
          steps: 50,
        });
        const kept = (i: number): number => (1 - (h * h) / 4) * position[i] ** 2 + momentum[i] ** 2;
        for (let i = 0; i <= 50; i++) close(kept(i), kept(0), 1e-9);
      },
    ),
  );
});

test("a trajectory runs back with its momentum turned round", () => {
  const energy = quadratic([1, 5]);
  const options = { stepSize: 0.2, steps: 30, mass: [1, 2], integrator: "mcLachlan" } as const;
  const there = leapfrogPath(energy, { position: [1, -1], momentum: [0.3, 2], ...options });
  const back = leapfrogPath(energy, {
    position: there.position.slice(60),
    momentum: there.momentum.slice(60).map((p) => -p),
    ...options,
  });
  close(back.position[60], 1, 1e-12);
  close(back.position[61], -1, 1e-12);
});

test("a trajectory ends before numbers that are not finite", () => {
  const path = leapfrogPath(quadratic([1]), { position: [1], momentum: [0], stepSize: 1e9, steps: 100 });
  assert.ok(path.hamiltonian.length > 1 && path.hamiltonian.length < 101);
  assert.ok(path.position.every(Number.isFinite) && path.hamiltonian.every(Number.isFinite));
  assert.throws(
    () => leapfrogPath(quadratic([1]), { position: [1, 2], momentum: [0], stepSize: 0.1 }),
    /leapfrogPath: position must be 1 finite number/,
  );
  const undefinedAtZero = { ...quadratic([1]), valueAndGradient: () => Number.NaN };
  assert.throws(
    () => leapfrogPath(undefinedAtZero, { position: [0], momentum: [0], stepSize: 0.1 }),
    /energy must be finite, with its gradient, at the start/,
  );
});

test("level sets of H are those of U(q) + p^2 / 2m, and orbits say by how much they leave theirs", () => {
  const mass = 4;
  const data = plots.phasePortraitData(quadratic([1]), {
    stepSize: 0.2,
    steps: 60,
    mass,
    q: [-2, 2],
    starts: [[1, 0.5]],
  });
  const { x, y, above } = data.levels;
  close(above[30][50], x[50] ** 2 / 2 + y[30] ** 2 / (2 * mass), 1e-9);
  const [orbit] = data.orbits;
  assert.equal(orbit.points, 61);
  close(orbit.start, 0.5 + 0.25 / 8, 1e-9);
  const errors = orbit.q.map((q, i) => Math.abs(q! ** 2 / 2 + orbit.p[i]! ** 2 / (2 * mass) - orbit.start));
  close(orbit.energyError, Math.max(...errors), 1e-4);
});

test("orbits start at every minimum, and run away where the step is too large", () => {
  const well = { ...quadratic([1]), value: (q: Float64Array) => (q[0] ** 2 - 1) ** 2 };
  const energy = {
    ...well,
    valueAndGradient(q: Float64Array, gradient: Float64Array): number {
      gradient[0] = 4 * q[0] * (q[0] ** 2 - 1);
      return well.value(q);
    },
  };
  const { orbits } = plots.phasePortraitData(energy, { stepSize: 0.05, q: [-2, 2] });
  const starts = orbits.map(({ q }) => q[0]!);
  assert.equal(
    starts.filter((q) => Math.abs(q - 1) < 0.02).length,
    starts.filter((q) => Math.abs(q + 1) < 0.02).length - 2,
  );
  const wild = plots.phasePortraitData(quadratic([1]), { stepSize: 2.5, steps: 2000 });
  assert.ok(wild.orbits.every(({ energyError }) => energyError === null));
});

test("parallel coordinates: a line per draw, normalised by all of them, divergences apart", () => {
  const draws = exampleDraws({ dim: 3, chains: 2, draws: 100, diverging: [3, 8] });
  const none = plots.parallelCoordinatesData(draws, { normalization: "none", maxLines: 1000 });
  assert.deepEqual(none.counts, { draws: 198, divergences: 2 });
  assert.equal(none.draws.length, 198);
  none.divergences[0].forEach((value, i) => close(value, chainsOf(draws, i)[0][3]));
  const all = Array.from({ length: 3 }, (_, i) => chainsOf(draws, i).flatMap((chain) => Array.from(chain)));
  const normal = plots.parallelCoordinatesData(draws, { maxLines: 1000 });
  const lines = [...normal.draws, ...normal.divergences];
  for (let i = 0; i < 3; i++) {
    const sum = lines.reduce((total, line) => total + line[i]!, 0);
    const squares = lines.reduce((total, line) => total + line[i]! ** 2, 0);
    assert.ok(Math.abs(sum) < 1e-3);
    close(squares, 199, 1e-4);
  }
  const minmax = plots.parallelCoordinatesData(draws, { normalization: "minmax" });
  const most = Math.max(...all[1]);
  const least = Math.min(...all[1]);
  close(minmax.divergences[1][1], (chainsOf(draws, 1)[0][8] - least) / (most - least));
  const rank = plots.parallelCoordinatesData(draws, { normalization: "rank" });
  close(rank.divergences[1][2], all[2].filter((value) => value <= chainsOf(draws, 2)[0][8]).length / 200);
});

test("equal values share the mean of their ranks", () => {
  const { draws } = plots.parallelCoordinatesData({ a: [[5, 1, 5, 9]] }, { normalization: "rank" });
  assert.deepEqual(draws, [[0.625], [0.25], [0.625], [1]]);
});

test("the predictive p-value is the share of replicated statistics that are as large", () => {
  const observed = [1, 2, 6];
  const replicated = [
    [1, 1, 5],
    [0, 0, 6],
    [2, 3, 7],
    [1, 1, 8],
  ];
  const { statistic, replicates, size } = plots.posteriorPredictiveData(observed, replicated, { statistic: "max" });
  assert.deepEqual([replicates, size], [4, 3]);
  assert.equal(statistic.observed, 6);
  assert.equal(statistic.pValue, (2 + 0.5) / 4);
  assert.equal(
    statistic.counts.reduce((sum, count) => sum + count, 0),
    4,
  );
  const statisticOf = (name: "mean" | "sd" | "median" | "min" | "max") =>
    plots.posteriorPredictiveData(observed, replicated, { statistic: name }).statistic.observed;
  close(statisticOf("mean"), 3);
  close(statisticOf("sd"), Math.sqrt(7));
  close(statisticOf("median"), 2);
  close(statisticOf("min"), 1);
});

test("predictive ECDFs are the shares of data up to each value, densities integrate to one", () => {
  const whole = plots.posteriorPredictiveData([2, 0, 2, 5], [[1, 1, 1, 3]]);
  assert.equal(whole.kind, "ecdf");
  assert.deepEqual(whole.observed, { x: [0, 0, 2, 2, 5], y: [0, 0.25, 0.5, 0.75, 1] });
  const data = exampleDraws({ chains: 8, draws: 200, rho: 0 });
  const [first, ...others] = chainsOf(data, 0);
  const { kind, observed, replicated } = plots.posteriorPredictiveData(first, others);
  assert.equal(kind, "density");
  for (const { x, y } of [observed, ...replicated]) {
    const width = x[1]! - x[0]!;
    const integral = y.reduce(
      (sum: number, value, i) => sum + value! * width * (i === 0 || i === y.length - 1 ? 0.5 : 1),
      0,
    );
    close(integral, 1, 1e-3);
  }
});

test("k-hats are counted by their thresholds, the worst first, and what is not finite is worst", () => {
  const data = plots.khatData([0.2, 0.75, 1.2, Number.NaN, -0.1], { threshold: 0.7 });
  assert.deepEqual(data.high, [3, 2, 1]);
  assert.deepEqual(data.counts, { good: 2, bad: 1, veryBad: 1, notFinite: 1 });
  assert.deepEqual(data.khat, [0.2, 0.75, 1.2, null, -0.1]);
  assert.deepEqual(plots.khatData([0.65], { threshold: 0.6 }).high, [0]);
  assert.match(JSON.stringify(plots.khat([0.2, 0.75, 1.2]).layout.title), /2 of 3 above 0.7; 1 above 1/);
});

test("adaptation holds the warmup's step sizes as they were, and means of what is chance", () => {
  const draws = warmedUp(exampleDraws({ chains: 3, draws: 20, warmup: 100 }));
  const { panels, warmup } = plots.adaptationData(draws);
  assert.equal(warmup, 100);
  assert.deepEqual(
    panels.map(({ name, window, target }) => ({ name, window, target })),
    [
      { name: "stepSize", window: 1, target: null },
      { name: "acceptance", window: 5, target: 0.8 },
      { name: "leapfrogSteps", window: 5, target: null },
    ],
  );
  const { stepSize, acceptance } = draws.warmup!.stats;
  close(panels[0].lines[2].value[17], stepSize[217]);
  const recent = acceptance.slice(113, 118);
  close(panels[1].lines[1].value[17], recent.reduce((sum, value) => sum + value, 0) / 5);
  close(panels[1].lines[1].value[1], (acceptance[100] + acceptance[101]) / 2);
  assert.deepEqual(panels[0].final, Array.from(draws.adapted.stepSize, plainNumber));
});

test("a known coefficient is a line in both figures, and the comparison says who misses it", () => {
  const estimate = exampleEstimate({ lambda: 5 });
  const known = { lambda: estimate.interval[1] + 1 };
  const rows = plots.llcComparisonData({ a: estimate }, { known });
  assert.equal(rows[0].holdsKnown, false);
  assert.equal(plots.llcComparisonData({ a: estimate }, { known: estimate.mean })[0].holdsKnown, true);
  assert.equal(plots.llcComparisonData({ a: estimate })[0].holdsKnown, null);
  assert.match(JSON.stringify(plots.llcComparison({ a: estimate }, { known })), /misses the known lambda/);
  close(plots.runningLlcData(estimate, { known: 4.5 }).known, 4.5);
  const line = plots.runningLlc(estimate, { known: 4.5 }).data.find((trace) => trace.name === "known lambda = 4.5")!;
  assert.deepEqual(line.y, [4.5, 4.5]);
  assert.throws(() => plots.runningLlc(estimate, { known: Number.NaN }), /known must be a finite number/);
});
