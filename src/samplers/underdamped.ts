// What the stochastic-gradient samplers with a momentum share: their automatic step size. In units of mass 1 a direction of curvature a
// swings with frequency sqrt(a), and gradient noise of variance s^2 heats it by about eps s^2 / (2 friction).

import type { Adaptation, KernelState } from "./kernel.js";
import type { Stiffness } from "./langevin-stiffness.js";
import { LEAST_STIFFNESS, stiffest } from "./stiffest.js";
import type { GradientEstimate } from "./stochastic-gradient.js";

/** Step size times the highest frequency; leapfrog is unstable from 2 on. */
const PHASE = 0.5;
/** Step size times the deviation of the gradient noise. */
const KICK = 0.3;

/** The largest step size that follows this stiffness. */
export function underdampedStepSize({ curvature, noise }: Stiffness): number {
  return Math.min(PHASE / Math.sqrt(Math.max(curvature, LEAST_STIFFNESS)), KICK / Math.sqrt(noise));
}

/** Relative heating by gradient noise that the friction leaves. */
const HEATING = 0.05;
/** Friction in units of the highest frequency, where noise asks for less. */
const LEAST_FRICTION = 0.1;

/** The least friction that carries off the heat of the noise, and damps the fastest swing in a few periods. */
export function frictionFor(stepSize: number, { curvature, noise }: Stiffness): number {
  return Math.max((stepSize * noise) / (2 * HEATING), LEAST_FRICTION * Math.sqrt(Math.max(curvature, LEAST_STIFFNESS)));
}

/**
 * Looks for the stiffest place at the start and at sixteenths of the first three quarters of warmup, and calls `tune` with it; the last
 * quarter runs with what the draws will use.
 */
export function followStiffness<State extends KernelState>(
  where: string,
  { dim, noisy, draw, steady }: GradientEstimate,
  warmup: number,
  tune: (stiffness: Stiffness) => void,
): Adaptation<State> {
  const place = stiffest(where, { dim, steady, noisy: noisy ? draw : undefined });
  const scale = new Float64Array(dim).fill(1);
  const sixteenth = Math.ceil(warmup / 16);
  const transition = new Float64Array(1);
  return {
    start: (state, random) => tune(place.first(state.position, scale, random[0])),
    update(state, _info, random) {
      const t = ++transition[0];
      if (state.stopped[0] === 1 || t % sixteenth !== 0 || t > 0.75 * warmup) return;
      tune(place.next(state.position, scale, random[0]));
    },
    finish() {},
    memory: () => ({ transition, ...place.memory }),
  };
}
