// Figures of draws that are too few, equal, not finite, or of chains that stopped.

import type { Draws } from "../../src/chains/draws.js";
import * as plots from "../../src/plots/index.js";
import { exampleDraws } from "./example.js";

type Draw = (draws: Draws) => plots.Figure;

/** Of any draws, whatever their number of coordinates. */
const ofCoordinates: Record<string, Draw> = {
  trace: plots.trace,
  density: plots.density,
  histogram: plots.histogram,
  forest: plots.forest,
  energy: plots.energy,
  rankHistogram: plots.rankHistogram,
  rankEcdf: plots.rankEcdf,
  essEvolution: plots.essEvolution,
  essQuantile: plots.essQuantile,
  essLocal: plots.essLocal,
  rhatEvolution: plots.rhatEvolution,
};

export function brokenDraws(): Record<string, Draws> {
  const notFinite = exampleDraws({ draws: 60 });
  notFinite.position[7] = Number.NaN;
  notFinite.position[30] = Number.POSITIVE_INFINITY;
  notFinite.stats.energy[3] = Number.NaN;
  return {
    oneDraw: exampleDraws({ draws: 1 }),
    oneDrawOfOneChain: exampleDraws({ draws: 1, chains: 1 }),
    oneChain: exampleDraws({ chains: 1, draws: 200 }),
    stopped: exampleDraws({ draws: 120, lengths: [120, 37, 0, 120] }),
    allStoppedAtOnce: exampleDraws({ draws: 10, chains: 2, lengths: [0, 0] }),
    constant: exampleDraws({ draws: 50, shape: (q) => q.fill(3) }),
    notFinite,
    allDiverging: exampleDraws({ draws: 20, chains: 1, diverging: Array.from({ length: 20 }, (_, i) => i) }),
    manyChains: exampleDraws({ chains: 40, draws: 30 }),
    oneCoordinate: exampleDraws({ dim: 1, draws: 40 }),
  };
}

/** Every such figure of every such draws. */
export function brokenFigures(): Record<string, plots.Figure> {
  const figures: Record<string, plots.Figure> = {};
  for (const [what, draws] of Object.entries(brokenDraws())) {
    for (const [name, draw] of Object.entries(ofCoordinates)) figures[`${name} of ${what}`] = draw(draws);
    if (draws.dim > 1) figures[`pairs of ${what}`] = plots.pairs(draws);
  }
  return figures;
}
