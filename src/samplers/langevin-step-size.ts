// The automatic step size of unadjusted Langevin dynamics. With w <- w - (eps/2) grad + sqrt(eps) xi, a direction of curvature
// a whose gradient estimate has variance s^2 gets the stationary variance (1/a) (1 + eps s^2 / 4) / (1 - eps a / 4); its two
// excesses add up to eps (a + s^2) / 4, which this file holds at 5 % in the stiffest direction.

import type { Random } from "../random/random.js";
import type { Memory } from "./kernel.js";
import { type EstimatedGradient, stiffnessProbe } from "./langevin-stiffness.js";

/** Relative excess of the stationary variance in the stiffest direction. */
const EXCESS = 0.05;
const PRODUCT = 4 * EXCESS;

export interface LangevinStepSize {
  /** From a start whose surroundings are not known. Throws where no step size is small enough. */
  first(q: Float64Array, scale: Float64Array, random: Random): number;
  /** Measures at one more position of the chain; returns the step size for the stiffest place met since `first`. */
  next(q: Float64Array, scale: Float64Array, random: Random): number;
  /** What decides `next`: see `Memory`. */
  readonly memory: Memory;
}

/** `scale` is the square root of the diagonal preconditioner G. */
export function langevinStepSize(where: string, gradient: EstimatedGradient): LangevinStepSize {
  const { dim } = gradient;
  const probe = stiffnessProbe(gradient);
  const displaced = new Float64Array(dim);
  const stiffest = new Float64Array(1);

  /** a + s^2 in the stiffest direction at `q`; infinite where gradients are not finite. */
  function stiffnessAt(q: Float64Array, scale: Float64Array, random: Random, iterations: number): number {
    const { curvature, noise } = probe.measure(q, scale, random, iterations);
    const total = curvature + noise;
    return Number.isFinite(total) ? total : Number.POSITIVE_INFINITY;
  }

  return {
    memory: { stiffest, direction: probe.direction },
    first(q, scale, random) {
      stiffest[0] = stiffnessAt(q, scale, random, 20);
      if (stiffest[0] === Number.POSITIVE_INFINITY) {
        throw new RangeError(`${where}: no step size found: the gradient around the start is not finite`);
      }
      const direction = new Float64Array(dim);
      random.fillNormal(direction);
      // A degenerate minimum is flat at its centre and steep around it, so look as far out as such steps would carry the
      // chain (a direction of curvature a spreads to 1/sqrt(a)), and come back until what is found there agrees.
      let stepSize = PRODUCT / Math.max(stiffest[0], 1e-12);
      for (; stepSize > 1e-300; stepSize /= 2) {
        const reach = Math.sqrt(stepSize / PRODUCT);
        for (let i = 0; i < dim; i++) displaced[i] = q[i] + reach * scale[i] * direction[i];
        const found = stiffnessAt(displaced, scale, random, 8);
        if (stepSize * found <= 2 * PRODUCT) {
          stiffest[0] = Math.max(stiffest[0], found);
          return PRODUCT / Math.max(stiffest[0], 1e-12);
        }
      }
      throw new RangeError(`${where}: no step size found: the energy is too steep around the start`);
    },
    next(q, scale, random) {
      const found = stiffnessAt(q, scale, random, 8);
      if (Number.isFinite(found)) stiffest[0] = Math.max(stiffest[0], found);
      return PRODUCT / Math.max(stiffest[0], 1e-12);
    },
  };
}
