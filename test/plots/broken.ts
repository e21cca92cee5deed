// Figures of draws that are too few, equal, not finite, or of chains that stopped.

import type { Draws } from "../../src/chains/draws.js";
import * as plots from "../../src/plots/index.js";
import { exampleDraws } from "./example.js";
import { exampleAlong, exampleCalibration, exampleLadder } from "./laboratory.js";

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
  return { ...figures, ...brokenResults() };
}

/** The laboratory's figures of results in which something is missing, or no number. */
function brokenResults(): Record<string, plots.Figure> {
  const calibration = exampleCalibration(false);
  const allUnstable = { ...calibration, rows: calibration.rows.filter(({ stable }) => !stable) };
  const unknown = calibration.rows.map((row) => ({ ...row, llc: Number.NaN, standardError: Number.NaN }));
  const ladder = exampleLadder({ from0: true });
  const { fit, rungs } = ladder;
  const estimate = { mean: -1, interval: [-2, Number.NaN] as [number, number] };
  return {
    "calibration without a choice": plots.calibration(calibration),
    "calibration of unstable cells": plots.calibration(allUnstable),
    "calibration of one cell": plots.calibration({ ...calibration, rows: calibration.rows.slice(0, 1) }),
    "calibration of nothing known": plots.calibration({ ...calibration, rows: unknown }),
    "ladder from infinite temperature": plots.llcLadder(ladder, { known: 0.5 }),
    "ladder without a fit": plots.llcLadder({ ...ladder, fit: { ...fit, lambda: Number.NaN } }),
    "ladder of one rung": plots.llcLadder({ ...ladder, rungs: rungs.slice(1, 2) }),
    "along one checkpoint": plots.llcAlong(exampleAlong({ from0: false, count: 1 })),
    "along two checkpoints": plots.llcAlong(exampleAlong({ count: 2 })),
    "an estimate below zero": plots.llcExact({ below: { estimate, exact: 0.5 } }),
    "an estimate that is none": plots.llcExact({
      none: { estimate: { mean: Number.NaN, interval: [1, 2] }, exact: -2 },
    }),
  };
}
