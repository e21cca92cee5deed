// Stochastic gradient Hamiltonian Monte Carlo (Chen, Fox and Guestrin 2014): Langevin dynamics with a momentum, driven by mini-batch
// gradients; split as B A O A B (Leimkuhler and Matthews 2013), whose positions have the exact law on Gaussians where gradients are exact.

import type { Sampler, SamplerDefinition } from "./kernel.js";
import { record } from "./record.js";
import type { Scheduled } from "./scheduled.js";
import type { BatchOptions } from "./stochastic-gradient.js";
import { checkUnderdamped, type UnderdampedKind, underdampedDefinition } from "./stochastic-underdamped.js";

const kind: UnderdampedKind = { where: "sghmc", rate: "friction", thermostat: false };

export interface SghmcOptions extends BatchOptions {
  /** Time per step, in units of mass 1, or a schedule of it; found during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** Rate at which the momentum is forgotten, per unit of time; found during warmup where it is left out. */
  readonly friction?: number;
}

/**
 * Stochastic gradient HMC on an energy with a data set, such as `tempered(loss)`: `dq = p dt`,
 * `dp = -g dt - friction p dt + sqrt(2 friction) dW`, with `g` the gradient of U estimated from `batchSize` rows drawn anew each step.
 *
 * Nothing is corrected. Where gradients are exact, positions on a Gaussian have their exact law for every stable step, `stepSize sqrt(a) < 2`
 * at curvature a. Gradient noise of variance `s^2` heats by about `stepSize s^2 / (2 friction)`, relative to 1; the statistic
 * `temperature` shows it. Where they are left out, warmup sets the step size to `min(0.5 / sqrt(a), 0.3 / s)` in the stiffest direction
 * met and the friction to what leaves a heating of 5 % there, at least `0.1 sqrt(a)`.
 * A chain that such steps threw out in warmup goes back to where it was well, with a smaller one; after warmup it stops.
 * A Chen-style learning rate `eta` and momentum decay `alpha` are `stepSize = sqrt(eta)`, `friction = alpha / stepSize`.
 *
 * Statistics per transition: `stepSize`, `friction`, `gradientNorm`, `temperature`, `gradients` (over all data). Throws a RangeError that
 * names the option where one does not fit.
 *
 * @example sghmc({ stepSize: 0.01, friction: 1 }).kind // "sghmc"
 */
export function sghmc(options: SghmcOptions = {}): Sampler {
  checkUnderdamped(kind, options);
  return record("sghmc", options);
}

export const sghmcDefinition: SamplerDefinition = underdampedDefinition(kind);
