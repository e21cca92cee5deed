// How long SGLD must run at a setting before its estimate can be believed, known before it has run. The slowest direction is one that the loss leaves
// to the localisation, where steps of size eps need about 2 / (eps gamma) transitions to forget where they were: a shorter run looks level and
// has not been there.

import { attainedShare, type RunLength, transitionsUntil } from "./gaussian-langevin.js";

/** Where a run is short of this, the slowest direction has not been where it belongs. */
const MISSING_AT_FIRST = 0.05;
/** Squares that are as good as independent, per chain, of the slowest direction: below it a trace's own error does not know that there is one. */
const SLOWEST_SQUARES = 20;
/** A long run is at least so many times the short one. */
const TIMES_SHORT = 4;

export interface Cell {
  readonly stepSize: number;
  /** n beta */
  readonly nbeta: number;
  readonly gamma: number;
}

/** eps times the least curvature that the tempered energy can have: gamma, and n beta times what the loss is known to have in every direction. */
export function slowestProduct({ stepSize, nbeta, gamma }: Cell, leastCurvature: number): number {
  return stepSize * (gamma + nbeta * leastCurvature);
}

/** The share of its variance that the slowest direction can have shown in a run, on average over its draws: 0 to 1. */
export function exploredShare(cell: Cell, leastCurvature: number, run: RunLength): number {
  return attainedShare(slowestProduct(cell, leastCurvature), run);
}

/**
 * The run that a cell needs: warmup until the slowest direction lacks 5 % of its variance, draws over twenty times what its squares need to be
 * independent, and nothing shorter than four times the draws of the `short` run. `thin` is infinite where no length would do.
 */
export function neededRun(cell: Cell, leastCurvature: number, short: RunLength): RunLength {
  const product = slowestProduct(cell, leastCurvature);
  const draws = TIMES_SHORT * short.draws;
  const transitions = Math.max(draws * short.thin, (2 * SLOWEST_SQUARES) / product);
  return {
    warmup: Math.max(short.warmup, transitionsUntil(product, MISSING_AT_FIRST)),
    draws,
    thin: Math.ceil(transitions / draws),
  };
}

/** Transitions of one chain. */
export function transitionsOf({ warmup, draws, thin }: RunLength): number {
  return warmup + draws * thin;
}
