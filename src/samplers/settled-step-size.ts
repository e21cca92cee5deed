// The step size that warmup ends with. Dual averaging tries step sizes that swing about the right one by a factor of two, and
// acceptance falls off ever faster in ln(step size): at the average of the logarithms it is higher than it was on average (by 0.05 in
// Stan's last 50 transitions). So what was tried is looked at again: which curve of acceptance explains it, and where does that curve meet the target?

import { erfc } from "../tensor/special/index.js";
import type { Memory } from "./kernel.js";

/** What each column tried since its restart. */
export interface SettledStepSize {
  readonly memory: Memory;
  restart(column: number): void;
  /** A transition was made with this step size and had this acceptance. */
  add(column: number, stepSize: number, acceptance: number): void;
  /** The step size of the target acceptance; undefined where less than ten transitions tell. */
  stepSize(column: number): number | undefined;
}

/** The latest transitions that are looked at. */
const LATEST = 128;
const LEAST = 10;

/**
 * Acceptance falls as `erfc(c eps^2)` for a Gaussian of many dimensions (Beskos et al. 2013, theorem 3.6), and much like it elsewhere;
 * `c` is such that the acceptances of the tried step sizes sum to what was seen. The result lies within what was tried.
 */
export function settledStepSize(width: number, target: number): SettledStepSize {
  const count = new Float64Array(width);
  /** `[LATEST, width]`, the newest in place of the oldest. */
  const squares = new Float64Array(LATEST * width);
  const acceptances = new Float64Array(LATEST * width);
  const targetAt = solve((z) => erfc(z) - target);

  return {
    memory: { count, squares, acceptances },
    restart(column) {
      count[column] = 0;
    },
    add(column, stepSize, acceptance) {
      const at = (count[column]++ % LATEST) * width + column;
      squares[at] = stepSize * stepSize;
      acceptances[at] = Math.min(1, acceptance);
    },
    stepSize(column) {
      const n = Math.min(count[column], LATEST);
      if (n < LEAST) return undefined;
      let [seen, least, most] = [0, Number.POSITIVE_INFINITY, 0];
      for (let t = 0, k = column; t < n; t++, k += width) {
        seen += acceptances[k];
        least = Math.min(least, squares[k]);
        most = Math.max(most, squares[k]);
      }
      const c = solve((candidate) => {
        let explained = 0;
        for (let t = 0, k = column; t < n; t++, k += width) explained += erfc((candidate * squares[k]) / most);
        return explained - seen;
      });
      return Math.sqrt(Math.min(most, Math.max(least, (targetAt * most) / c)));
    },
  };
}

/** The positive zero of a falling function, found to 1e-9 of itself between 1e-9 and 1e9; where it lies beyond, that end. */
function solve(falling: (x: number) => number): number {
  let [low, high] = [Math.log(1e-9), Math.log(1e9)];
  for (let turn = 0; turn < 36; turn++) {
    const middle = (low + high) / 2;
    if (falling(Math.exp(middle)) > 0) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
