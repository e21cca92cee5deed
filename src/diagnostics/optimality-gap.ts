// How far scores stay behind a score that is good enough.

import { finiteNumber } from "../arguments/index.js";
import { asNumbers } from "./chains.js";

/**
 * The mean shortfall of the scores `x` below `target`; scores beyond it count as the target. Not negative; NaN where `x` is empty or holds a NaN.
 * Agarwal et al. 2021, arXiv:2108.13264, section 4.3.
 *
 * @example optimalityGap([500, 470, 520], 500) // 10
 */
export function optimalityGap(x: ArrayLike<number>, target: number): number {
  finiteNumber("optimalityGap", "target", target);
  const scores = asNumbers("optimalityGap", "x", x);
  let short = 0;
  for (let i = 0; i < scores.length; i++) short += target - Math.min(scores[i], target);
  return short / scores.length;
}
