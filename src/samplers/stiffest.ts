// The stiffest place that a chain has met: what the automatic step sizes of discretised dynamics are made of. A degenerate minimum
// is flat at its centre and steep around it, so the search looks as far out as the chain will go.

import type { Random } from "../random/random.js";
import type { Memory } from "./kernel.js";
import { type EstimatedGradient, type Stiffness, stiffnessProbe } from "./langevin-stiffness.js";

export interface Stiffest {
  /** From a start whose surroundings are not known. Throws where all is too steep, or not finite. */
  first(q: Float64Array, scale: Float64Array, random: Random): Stiffness;
  /**
   * Measures at one more position of the chain. `factor`: by how much it is stiffer than all that was met since `first`; not finite where
   * gradients are not.
   */
  look(q: Float64Array, scale: Float64Array, random: Random): { readonly found: Stiffness; readonly factor: number };
  /** Takes what was found as the stiffest, where it is; returns what is the stiffest now. */
  remember(found: Stiffness): Stiffness;
  /** So many times what was the stiffest, where a chain was lost that was to follow it. */
  raise(factor: number): Stiffness;
  /** What decides the others: see `Memory`. */
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
  const set = ({ curvature, noise }: Stiffness): Stiffness => {
    met[0] = curvature;
    met[1] = noise;
    return remembered();
  };

  return {
    memory: { stiffest: met, direction: probe.direction },
    first(q, scale, random) {
      const here = probe.measure(q, scale, random, 20);
      if (!Number.isFinite(total(here))) {
        throw new RangeError(`${where}: no step size found: the gradient around the start is not finite`);
      }
      set(here);
      const direction = new Float64Array(dim);
      random.fillNormal(direction);
      // A direction of curvature a spreads to 1/sqrt(a): look that far out, and come back until what is found there agrees.
      let squaredReach = 1 / Math.max(total(here), LEAST_STIFFNESS);
      for (; squaredReach > SMALLEST_REACH ** 2; squaredReach /= 2) {
        const reach = Math.sqrt(squaredReach);
        for (let i = 0; i < dim; i++) displaced[i] = q[i] + reach * scale[i] * direction[i];
        const found = probe.measure(displaced, scale, random, 8);
        if (squaredReach * total(found) <= 2) return total(found) > total(here) ? set(found) : remembered();
      }
      throw new RangeError(`${where}: no step size found: the energy is too steep around the start`);
    },
    look(q, scale, random) {
      const found = probe.measure(q, scale, random, 8);
      return { found, factor: total(found) / Math.max(met[0] + met[1], LEAST_STIFFNESS) };
    },
    remember: (found) => (total(found) > met[0] + met[1] ? set(found) : remembered()),
    raise: (factor) => set({ curvature: factor * Math.max(met[0], LEAST_STIFFNESS), noise: factor * met[1] }),
  };
}

/** What a flat place counts for, so that a step size stays finite. */
export const LEAST_STIFFNESS = 1e-12;
