// What the stochastic-gradient samplers with a momentum share: their automatic step size. In units of mass 1 a direction of curvature a
// swings with frequency sqrt(a), and gradient noise of variance s^2 heats it by about eps s^2 / (2 friction).

import type { Stiffness } from "./langevin-stiffness.js";
import { LEAST_STIFFNESS } from "./stiffest.js";

/** Step size times the highest frequency; leapfrog is unstable from 2 on. */
const PHASE = 0.5;
/** Step size times the deviation of the gradient noise. */
const KICK = 0.3;

/** The largest step size that follows this stiffness. */
export function underdampedStepSize({ curvature, noise }: Stiffness): number {
  return Math.min(PHASE / Math.sqrt(Math.max(curvature, LEAST_STIFFNESS)), KICK / Math.sqrt(noise));
}

/** The square of a gradient's kick to the momentum, in units of its mean, at most, in a direction as stiff as `underdampedStepSize` was told. */
export function underdampedKick(stepSize: number, gradientNorm: number): number {
  return (stepSize * gradientNorm) ** 2 / (PHASE ** 2 + KICK ** 2);
}

/** Relative heating by gradient noise that the friction leaves. */
const HEATING = 0.05;
/** Friction in units of the highest frequency, where noise asks for less. */
const LEAST_FRICTION = 0.1;

/** The least friction that carries off the heat of the noise, and damps the fastest swing in a few periods. */
export function frictionFor(stepSize: number, { curvature, noise }: Stiffness): number {
  return Math.max((stepSize * noise) / (2 * HEATING), LEAST_FRICTION * Math.sqrt(Math.max(curvature, LEAST_STIFFNESS)));
}
