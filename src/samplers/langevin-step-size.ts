// The automatic step size of unadjusted Langevin dynamics. With w <- w - (eps/2) grad + sqrt(eps) xi, a direction of curvature
// a whose gradient estimate has variance s^2 gets the stationary variance (1/a) (1 + eps s^2 / 4) / (1 - eps a / 4); its two
// excesses add up to eps (a + s^2) / 4, which this file holds at 5 % in the stiffest direction.

import type { Stiffness } from "./langevin-stiffness.js";
import { LEAST_STIFFNESS } from "./stiffest.js";

/** Relative excess of the stationary variance in the stiffest direction. */
const EXCESS = 0.05;

/** eps for this stiffness. */
export function langevinStep({ curvature, noise }: Stiffness): number {
  return (4 * EXCESS) / Math.max(curvature + noise, LEAST_STIFFNESS);
}

/** The square of one step's drift, in units of its mean in a direction as stiff as `langevinStep` was told, where `g G g` is `a + s^2`. */
export function langevinKick(stepSize: number, squaredGradient: number): number {
  return (stepSize * squaredGradient) / (4 * EXCESS);
}
