// The stiffest place that a chain has met: what the automatic step sizes of discretised dynamics are made of. A degenerate minimum
// is flat at its centre and steep around it, so the search looks as far out as the chain will go.

import type { Random } from "../random/random.js";
import type { Memory } from "./kernel.js";
import { type EstimatedGradient, type Stiffness, stiffnessProbe } from "./langevin-stiffness.js";

export interface Stiffest {
  /** From a start whose surroundings are not known. Throws where all is too steep, or not finite. */
  first(q: Float64Array, scale: Float64Array, random: Random): Stiffness;
  /** Measures at one more position of the chain; returns the stiffest place met since `first`. */
  next(q: Float64Array, scale: Float64Array, random: Random): Stiffness;
  /** What decides `next`: see `Memory`. */
  readonly memory: Memory;
}

/** Stiffer than `1 / SMALLEST_REACH^2` is too steep for any step. */
const SMALLEST_REACH = 1e-150;

/**
 * Stiffness is the sum a + s^2 of curvature and gradient noise in the stiffest direction. `scale` is the square root of the diagonal
 * preconditioner G.
 */
export function stiffest(where: string, gradient: EstimatedGradient): Stiffest {
  const { dim } = gradient;
  const probe = stiffnessProbe(gradient);
  const displaced = new Float64Array(dim);
  /** Curvature and noise. */
  const met = new Float64Array(2);

  const total = ({ curvature, noise }: Stiffness): number => curvature + noise;
  const remembered = (): Stiffness => ({ curvature: met[0], noise: met[1] });
  const remember = ({ curvature, noise }: Stiffness): void => {
    met[0] = curvature;
    met[1] = noise;
  };

  return {
    memory: { stiffest: met, direction: probe.direction },
    first(q, scale, random) {
      const here = probe.measure(q, scale, random, 20);
      if (!Number.isFinite(total(here))) {
        throw new RangeError(`${where}: no step size found: the gradient around the start is not finite`);
      }
      remember(here);
      const direction = new Float64Array(dim);
      random.fillNormal(direction);
      // A direction of curvature a spreads to 1/sqrt(a): look that far out, and come back until what is found there agrees.
      let squaredReach = 1 / Math.max(total(here), LEAST_STIFFNESS);
      for (; squaredReach > SMALLEST_REACH ** 2; squaredReach /= 2) {
        const reach = Math.sqrt(squaredReach);
        for (let i = 0; i < dim; i++) displaced[i] = q[i] + reach * scale[i] * direction[i];
        const found = probe.measure(displaced, scale, random, 8);
        if (squaredReach * total(found) <= 2) {
          if (total(found) > total(here)) remember(found);
          return remembered();
        }
      }
      throw new RangeError(`${where}: no step size found: the energy is too steep around the start`);
    },
    next(q, scale, random) {
      const found = probe.measure(q, scale, random, 8);
      if (Number.isFinite(total(found)) && total(found) > met[0] + met[1]) remember(found);
      return remembered();
    },
  };
}

/** What a flat place counts for, so that a step size stays finite. */
export const LEAST_STIFFNESS = 1e-12;
