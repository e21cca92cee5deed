// The stochastic gradient Nose-Hoover thermostat (Ding et al. 2014): a friction that adapts itself carries off the heat of gradient noise
// whose size nobody knows. Split symmetrically as B A D O D A B (Leimkuhler and Shang 2016).

import type { Sampler, SamplerDefinition } from "./kernel.js";
import { record } from "./record.js";
import type { Scheduled } from "./scheduled.js";
import type { BatchOptions } from "./stochastic-gradient.js";
import { checkUnderdamped, type UnderdampedKind, underdampedDefinition } from "./stochastic-underdamped.js";

const kind: UnderdampedKind = { where: "sgnht", rate: "diffusion", thermostat: true };

export interface SgnhtOptions extends BatchOptions {
  /** Time per step, in units of mass 1, or a schedule of it; found during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** A of `sqrt(2 A) dW`: the noise that is added whatever the gradients bring; found during warmup where it is left out. */
  readonly diffusion?: number;
}

/**
 * The stochastic gradient Nose-Hoover thermostat on an energy with a data set, such as `tempered(loss)`: `dq = p dt`,
 * `dp = -g dt - xi p dt + sqrt(2 A) dW`, `dxi = (|p|^2 / dim - 1) dt / mu`, with `g` the gradient of U estimated from `batchSize` rows. The thermostat's mass
 * `mu = 200 stepSize^2` lets it swing in some sixty steps, whatever the units of `w`.
 *
 * Gradient noise that is the same in all directions and everywhere is absorbed by xi without a trace, to second order in the step size;
 * noise that differs between directions heats some and cools others around an average temperature of 1. Where they are left out,
 * warmup finds `stepSize` as `sghmc` does and gives A the value of its friction.
 *
 * Statistics per transition: `stepSize`, `thermostat`, `gradientNorm`, `temperature`, `gradients` (over all data). Throws a RangeError that
 * names the option where one does not fit.
 *
 * @example sgnht({ stepSize: 0.01, diffusion: 1 }).kind // "sgnht"
 */
export function sgnht(options: SgnhtOptions = {}): Sampler {
  checkUnderdamped(kind, options);
  return record("sgnht", options);
}

export const sgnhtDefinition: SamplerDefinition = underdampedDefinition(kind);
