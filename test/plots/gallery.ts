// Every figure of chains, estimates and planes, of the same made-up draws: what the laws and the snapshots of figures are tried on.

import type { Energy } from "../../src/energies/energy.js";
import * as plots from "../../src/plots/index.js";
import { environments } from "../../src/policy-gradients/environments/index.js";
import { exampleDraws, exampleEstimate } from "./example.js";
import { exampleAlong, exampleCalibration, exampleCases, exampleCourses, exampleLadder } from "./laboratory.js";
import { logs, maze, newPolicy, scores, turning } from "./learnt.js";

export interface GalleryOptions {
  /** Of the first two coordinates, and of what else a caller names. */
  names?: [string, string];
  title?: string;
}

const unit = {
  mean: [0, 0],
  covariance: [
    [1, 0],
    [0, 1],
  ],
};

/** U(q) = |q|^2 / 2. */
export function bowl(dim: number): Energy {
  return {
    dim,
    names: Array.from({ length: dim }, (_, i) => `q[${i}]`),
    value: (q) => q.reduce((sum, x) => sum + (x * x) / 2, 0),
    valueAndGradient: () => Number.NaN,
  };
}

/** With `names` and `title` wherever a figure takes a text from its caller. */
export function gallery({ names = ["mu", "tau"], title }: GalleryOptions = {}): Record<string, plots.Figure> {
  const options = title === undefined ? {} : { title };
  const draws = exampleDraws({ names, diverging: [2, 5, 40], warmup: 100, draws: 400 });
  const estimate = exampleEstimate({ ok: false });
  const reference = [{ label: names[0], value: 1 }];
  const plane = { names, x: [-1, 1], y: [-1, 1] } as const;
  const figures: Record<string, plots.Figure> = {
    trace: plots.trace(draws, options),
    autocorrelation: plots.autocorrelation(draws, options),
    averagedAutocorrelation: plots.autocorrelation({ [names[0]]: estimate.trace }, { chains: "average", ...options }),
    density: plots.density(draws, options),
    histogram: plots.histogram(draws, options),
    forest: plots.forest(draws, { reference, ...options }),
    pair: plots.pair(draws, { energy: bowl(2), ...options }),
    pairs: plots.pairs(draws, options),
    scatter2d: plots.scatter2d(draws, { exact: unit, ellipses: [{ ...unit, label: names[1] }], ...options }),
    energy: plots.energy(draws, { statistic: "energy", ...options }),
    rankHistogram: plots.rankHistogram(draws, options),
    rankEcdf: plots.rankEcdf(draws, options),
    essEvolution: plots.essEvolution(draws, { places: 6, ...options }),
    essQuantile: plots.essQuantile(draws, { places: 6, ...options }),
    essLocal: plots.essLocal(draws, { places: 6, ...options }),
    rhatEvolution: plots.rhatEvolution(draws, { places: 6, ...options }),
    runningLlc: plots.runningLlc(estimate, { reference, ...options }),
    llcComparison: plots.llcComparison({ [names[0]]: estimate, hmc: exampleEstimate() }, { reference, ...options }),
    llcConvergence: plots.llcConvergence(exampleCourses(names), { reference, ...options }),
    wnv: plots.wnv(exampleCourses(names), options),
    calibration: plots.calibration(exampleCalibration(), { reference, ...options }),
    llcLadder: plots.llcLadder(exampleLadder(), {
      reference,
      known: { lambda: 0.5, expected: ({ nbeta, gamma }) => ({ mean: 0.5 - gamma / Math.log(nbeta) }) },
      ...options,
    }),
    llcAlong: plots.llcAlong(exampleAlong(), {
      reference,
      beside: { [names[0]]: exampleAlong().rows.map(({ step }) => step / 10_000) },
      ...options,
    }),
    llcExact: plots.llcExact(exampleCases(names), options),
    learningCurves: plots.learningCurves(
      { [names[0]]: logs(4), [names[1]]: logs(3, 200) },
      { reference, resamples: 200, ...options },
    ),
    performanceProfile: plots.performanceProfile({ [names[0]]: scores.PPO, [names[1]]: scores.A2C }, options),
    scoreIntervals: plots.scoreIntervals(
      { [names[0]]: scores.PPO, [names[1]]: scores.A2C },
      { target: 500, ...options },
    ),
    policyMap: plots.policyMap(newPolicy(environments.cartPole()), { ...plane, coordinates: [2, 3], ...options }),
    choiceMap: plots.policyMap(newPolicy(environments.mountainCar()), { ...plane, ...options }),
    valueMap: plots.valueMap(newPolicy(environments.pendulum()), { names, episode: turning, ...options }),
    gridWorldMap: plots.gridWorldMap(maze, newPolicy(maze), options),
  };
  return {
    ...figures,
    sideBySide: plots.sideBySide(
      [figures.pair, figures.trace],
      title === undefined ? undefined : [title, title],
      options,
    ),
    mapsSideBySide: plots.sideBySide(
      [figures.policyMap, figures.gridWorldMap, figures.valueMap],
      title === undefined ? undefined : [title, title, title],
      options,
    ),
  };
}
