// SGLD that follows a running mean of gradients and is preconditioned as Adam is (Kingma and Ba 2015; the sampler after Kim, Song
// and Liang 2022).

import { knownOptions, openUnit, positiveNumber } from "../arguments/index.js";
import { freezing } from "./freezing.js";
import type { Sampler } from "./kernel.js";
import { record } from "./record.js";
import { type Scheduled, scheduledOption, tabulatedOption } from "./scheduled.js";
import { type BatchOptions, checkBatchOptions, gradientEstimate, oneChain } from "./stochastic-gradient.js";
import { stochasticLangevinKernel } from "./stochastic-langevin.js";

export interface AdamSgldOptions extends BatchOptions {
  /** `eps` of `w <- w - (eps/2) G m + sqrt(eps G) xi`, or a schedule of it; found during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** Weight of the past in the mean m of gradients. */
  readonly beta1?: number;
  /** Weight of the past in the average V of squared gradients. */
  readonly beta2?: number;
  /** Added to every root of V, as a share of their root mean square. */
  readonly damping?: number;
}

/**
 * Adam-SGLD, `w <- w - (eps/2) G m + sqrt(eps G) xi`: m the running mean of gradients, G as in `psgld`, both free of the bias of
 * their start.
 *
 * It does not sample exp(-U): the mean of gradients is a momentum without the noise that belongs to it (`sghmc` has that), and G
 * moves as in `psgld`. On a curvature a the drift lags by about `beta1 / (1 - beta1)` steps, which widens the law by about
 * `eps a / (2 (1 - beta1))`. It is here because published LLC estimates use it.
 *
 * Statistics per transition: `stepSize`, `gradientNorm`, `gradients` (over all data). Throws a RangeError that names the option where
 * one does not fit.
 *
 * @example adamSgld({ stepSize: 1e-4, beta1: 0.9 }).kind // "adamSgld"
 */
export function adamSgld(options: AdamSgldOptions = {}): Sampler {
  checked(options, (stepSize) => scheduledOption("adamSgld", "stepSize", stepSize, positiveNumber));
  return record("adamSgld", options);
}

/** `step` checks a step size. */
function checked<Step>(options: AdamSgldOptions, step: (stepSize: Scheduled) => Step) {
  knownOptions("adamSgld", options, ["stepSize", "batchSize", "controlVariate", "beta1", "beta2", "damping"]);
  const { stepSize, beta1 = 0.9, beta2 = 0.999, damping = 0.1 } = options;
  return {
    ...checkBatchOptions("adamSgld", options),
    stepSize: stepSize === undefined ? undefined : step(stepSize),
    momentum: openUnit("adamSgld", "beta1", beta1),
    alpha: openUnit("adamSgld", "beta2", beta2),
    damping: positiveNumber("adamSgld", "damping", damping),
  };
}

export const adamSgldDefinition = oneChain(
  "adamSgld",
  (energy, options: AdamSgldOptions) => {
    const settings = checked(options, (stepSize) => tabulatedOption("adamSgld", "stepSize", stepSize, positiveNumber));
    return stochasticLangevinKernel("adamSgld", energy, gradientEstimate("adamSgld", energy, settings), {
      ...settings,
      preconditioner: "moving",
    });
  },
  freezing("adamSgld", { numbers: ["stepSize"] }),
);
