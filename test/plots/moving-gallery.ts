// The figures over energies and of warmups, predictions and observations, with texts of the caller's wherever they take some.

import { type HmcPathsOptions, hmcPaths, leapfrogPath } from "../../src/chains/leapfrog-path.js";
import type { Energy } from "../../src/energies/energy.js";
import * as plots from "../../src/plots/index.js";
import type { EpisodeRollout } from "../../src/policy-gradients/index.js";
import { exampleDraws, exampleEstimate, normals } from "./example.js";

/** U(q) = sum_k a_k q_k^2 / 2, with its gradient. */
export function quadratic(scales: readonly number[], names?: readonly string[]): Energy {
  const value = (q: Float64Array): number => q.reduce((sum, x, i) => sum + (scales[i] * x * x) / 2, 0);
  return {
    dim: scales.length,
    names: names ?? scales.map((_, i) => `q[${i}]`),
    value,
    valueAndGradient(q, gradient) {
      scales.forEach((scale, i) => {
        gradient[i] = scale * q[i];
      });
      return value(q);
    },
  };
}

const walk: HmcPathsOptions = { position: [1, -1], stepSize: 0.2, steps: 8, transitions: 5, seed: 1 };

/** Two rods that walk over a floor. */
const walked: EpisodeRollout = {
  ...{ environment: "Walk", steps: 60, end: "truncated", return: 30 },
  observations: new Float64Array(61),
  actions: new Float64Array(60),
  rewards: new Float64Array(60).fill(0.5),
  drawing: {
    segments: Float64Array.from(
      Array.from({ length: 61 }, (_, t) => [t / 30, 0.2, t / 30 + 1, 0.2, t / 30, 0.2, t / 30, 0.7]).flat(),
    ),
    radii: Float64Array.of(0.1, 0.05),
    scenery: Float64Array.of(0, 0, 3, 0.5),
    floor: 0,
  },
};

export function movingGallery({
  names = ["mu", "tau"],
  title,
}: {
  names?: [string, string];
  title?: string;
} = {}): Record<string, plots.Figure> {
  const options = title === undefined ? {} : { title };
  const energy = quadratic([1, 2], names);
  const draws = exampleDraws({ names, diverging: [2, 5, 40], warmup: 100, draws: 300 });
  const adapting = warmedUp(draws);
  const normal = normals(1);
  const data = (): Float64Array => Float64Array.from({ length: 40 }, normal);
  const known = { lambda: 5 };
  return {
    contour: plots.contour(energy, { path: draws, chains: [0, 1], ...options }),
    bareContour: plots.contour(energy, { x: [-2, 2], y: [-2, 2], ...options }),
    trajectoryContour: plots.contour(energy, { path: hmcPaths(energy, walk), ...options }),
    surface: plots.surface(energy, {
      path: leapfrogPath(energy, { position: [1, 1], momentum: [0, 1], stepSize: 0.1 }),
      x: [-2, 2],
      ...options,
    }),
    animatedDraws: plots.animatedTrajectory(energy, draws, options),
    animatedTrajectories: plots.animatedTrajectory(energy, hmcPaths(energy, walk), options),
    phasePortrait: plots.phasePortrait(quadratic([1], [names[0]]), { stepSize: 0.3, ...options }),
    wildPortrait: plots.phasePortrait(quadratic([1], [names[0]]), { stepSize: 2.5, steps: 2000, ...options }),
    rollout: plots.rollout(walked, options),
    followedRollout: plots.rollout(walked, { follow: true, ...options }),
    adaptation: plots.adaptation(adapting, options),
    parallelCoordinates: plots.parallelCoordinates(draws, options),
    predictive: plots.posteriorPredictive(data(), Array.from({ length: 90 }, data), { name: names[0], ...options }),
    predictiveEcdf: plots.posteriorPredictive(data(), Array.from({ length: 90 }, data), {
      kind: "ecdf",
      statistic: { name: names[1], of: (set) => set[0] },
      ...options,
    }),
    khat: plots.khat([0.1, 0.8, Number.POSITIVE_INFINITY, 1.4], { names: [...names, ...names], ...options }),
    runningLlc: plots.runningLlc(exampleEstimate(), { known, ...options }),
    llcComparison: plots.llcComparison({ [names[0]]: exampleEstimate() }, { known, ...options }),
  };
}

/** As a sampler leaves its warmup: step sizes that settle, acceptance that varies. */
export function warmedUp(draws: ReturnType<typeof exampleDraws>): ReturnType<typeof exampleDraws> {
  const count = draws.warmup!.draws;
  const each = (f: (t: number, chain: number) => number): Float64Array =>
    Float64Array.from({ length: draws.chains * count }, (_, i) => f(i % count, Math.floor(i / count)));
  return {
    ...draws,
    sampler: { kind: "hmc", options: { targetAcceptance: 0.8 } },
    adapted: { stepSize: Float64Array.from({ length: draws.chains }, (_, chain) => 0.1 * (chain + 1)) },
    warmup: {
      ...draws.warmup!,
      stats: {
        stepSize: each((t, chain) => 0.1 * (chain + 1) * 2 ** Math.sin(t)),
        acceptance: each((t) => 0.8 + 0.2 * Math.sin(t * t)),
        leapfrogSteps: each((t) => 1 + (t % 7)),
      },
    },
  };
}
