// Warmup of a random walk: dual averaging of its scale all the way, and a new covariance at the end of each of Stan's windows. A random
// walk's draws are worth few: a covariance is believed as far as they reach, and beyond that its diagonal is.

import type { Random } from "../random/random.js";
import { dualAveraging } from "./dual-averaging.js";
import type { Adaptation, KernelState } from "./kernel.js";
import { covarianceEstimator, varianceEstimator } from "./mass-estimators.js";
import { searchStepSize } from "./step-size-search.js";
import { named } from "./warmup.js";
import { windows } from "./windows.js";

/** What of the random walk warmup reads and sets. */
export interface TunableWalk<State extends KernelState> {
  readonly dim: number;
  /** `[width]` */
  readonly stepSize: Float64Array;
  /** `[dim, width]` or `[dim * dim, width]` */
  readonly covariance: Float64Array;
  /** The scale that is best for the law's own covariance. */
  readonly bestScale: number;
  /** Called after a column of `covariance` was rewritten. */
  covarianceChanged(column: number): void;
  /** The logarithm of the Metropolis ratio of one proposal from the column's position with a step of this size. */
  logAcceptance(state: State, column: number, stepSize: number, random: Random): number;
}

export interface WalkWarmupOptions {
  readonly targetAcceptance: number;
  /** What is learnt of the covariance; undefined where it was given. */
  readonly adapts: "diagonal" | "dense" | undefined;
}

/** So many draws of a random walk in one dimension are worth an independent one; in `dim` dimensions `dim` times as many. */
const DRAWS_PER_INDEPENDENT = 3;

/** The covariance is learnt in this share of warmup; an acceptance that is met by chance takes the rest to be aimed at. */
const COVARIANCE_SHARE = 0.75;

/** A window in which a chain moved less often than this tells nothing of its covariance. */
const LEAST_MOVES = 5;

export function walkWarmup<State extends KernelState>(
  walk: TunableWalk<State>,
  warmup: number,
  { targetAcceptance, adapts }: WalkWarmupOptions,
): Adaptation<State> {
  const { dim, stepSize, covariance, bestScale } = walk;
  const width = stepSize.length;
  const averaging = dualAveraging(width, { target: targetAcceptance });
  const estimator = adapts === "dense" ? covarianceEstimator(dim, width) : adapts && varianceEstimator(dim, width);
  const { initial, ends } = windows(adapts === undefined ? 0 : Math.floor(COVARIANCE_SHARE * warmup));
  const lastEnd = ends.length > 0 ? ends[ends.length - 1] : 0;
  const transitions = new Float64Array(width);
  /** How often the column has moved in this window. */
  const moves = new Float64Array(width);

  /** From now on averages around this size. Larger ones are not worth trying first, as they are where a gradient guides. */
  function aimAt(column: number, size: number): void {
    averaging.restart(column, size / 10);
    stepSize[column] = size;
  }

  function renew(column: number): void {
    if (estimator === undefined) return;
    const count = estimator.count(column);
    if (moves[column] >= LEAST_MOVES) {
      estimator.write(column, covariance);
      if (adapts === "dense") shrinkToDiagonal(column, count / (DRAWS_PER_INDEPENDENT * dim));
      walk.covarianceChanged(column);
      aimAt(column, bestScale);
    }
    estimator.reset(column);
    moves[column] = 0;
  }

  /** A covariance of `dim` coordinates takes so many independent draws to be known: with as many it is half believed. */
  function shrinkToDiagonal(column: number, independent: number): void {
    const believed = independent / (independent + dim);
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < dim; j++) if (j !== i) covariance[(i * dim + j) * width + column] *= believed;
    }
  }

  return {
    start(state, random) {
      for (let c = 0; c < width; c++) {
        const accept = (size: number) => walk.logAcceptance(state, c, size, random[c]);
        aimAt(c, searchStepSize("randomWalk", stepSize[c], accept));
      }
    },
    update(state, info) {
      for (let c = 0; c < width; c++) {
        const transition = ++transitions[c];
        stepSize[c] = averaging.update(c, info.acceptance[c]);
        if (estimator === undefined || transition <= initial || transition > lastEnd) continue;
        // A random walk has no gradient, and these estimators read none.
        estimator.add(state.position, state.position, c);
        moves[c] += info.accepted[c];
        if (ends.includes(transition)) renew(c);
      }
    },
    finish() {
      for (let c = 0; c < width; c++) stepSize[c] = averaging.average(c);
    },
    memory: () => ({
      transitions,
      moves,
      ...named("averaging", averaging.memory),
      ...(estimator === undefined ? {} : named("estimator", estimator.memory)),
    }),
  };
}
