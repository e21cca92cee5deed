// Dual averaging of the step size towards a target acceptance: Hoffman and Gelman 2014, section 3.2.1 and algorithm 5,
// with Nesterov's constants as they chose them.

import type { Memory } from "./kernel.js";

/** One independent average per column. */
export interface DualAveraging {
  /** Forgets a column's past and shrinks towards ten times `stepSize` from now on. */
  restart(column: number, stepSize: number): void;
  /** Takes the acceptance of the last transition; returns the step size to try next. */
  update(column: number, acceptance: number): number;
  /** The averaged step size: what to use when adaptation ends. The restart's step size where nothing came since. */
  average(column: number): number;
  /** All that it knows: live arrays `[1, width]`. */
  readonly memory: Memory;
}

export interface DualAveragingOptions {
  /** Acceptance aimed at; 0.8 by default. */
  readonly target?: number;
  /** Strength of the pull towards `ln(10 stepSize)`. */
  readonly gamma?: number;
  /** Damps the first updates. */
  readonly t0?: number;
  /** How fast the average forgets: its weights fall as `t^-kappa`. */
  readonly kappa?: number;
}

/**
 * Dual averaging of `width` step sizes, to be restarted at a first one each. With Nesterov's x: `ln stepSize = mu - sqrt(t) / gamma` times
 * the mean shortfall of acceptance.
 * @example
 * const averaging = adaptation.dualAveraging(1, { target: 0.8 });
 * averaging.restart(0, 0.1);
 * averaging.update(0, 0.8) // 1, for the target was met: the ten times larger step that it shrinks towards
 */
export function dualAveraging(width: number, options: DualAveragingOptions = {}): DualAveraging {
  const { target = 0.8, gamma = 0.05, t0 = 10, kappa = 0.75 } = options;
  const count = new Float64Array(width);
  const mu = new Float64Array(width);
  const shortfall = new Float64Array(width);
  const logAverage = new Float64Array(width);
  return {
    memory: { count, mu, shortfall, logAverage },
    restart(column, stepSize) {
      count[column] = 0;
      mu[column] = Math.log(10 * stepSize);
      shortfall[column] = 0;
      logAverage[column] = Math.log(stepSize);
    },
    update(column, acceptance) {
      const t = ++count[column];
      const eta = 1 / (t + t0);
      // H-bar_t and x_t of equation 6, x-bar_t of the line below it.
      shortfall[column] = (1 - eta) * shortfall[column] + eta * (target - Math.min(1, acceptance));
      const logStep = mu[column] - (shortfall[column] * Math.sqrt(t)) / gamma;
      const weight = t ** -kappa;
      logAverage[column] = (1 - weight) * logAverage[column] + weight * logStep;
      return Math.exp(logStep);
    },
    average: (column) => Math.exp(logAverage[column]),
  };
}
