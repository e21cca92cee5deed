// SGLD with a preconditioner that moves with the gradients: pSGLD (Li, Chen, Carlson and Carin 2016), after RMSProp.

import { knownOptions, openUnit, positiveNumber } from "../arguments/index.js";
import { freezing } from "./freezing.js";
import type { Sampler } from "./kernel.js";
import { record } from "./record.js";
import { type Scheduled, scheduledOption, tabulatedOption } from "./scheduled.js";
import { type BatchOptions, checkBatchOptions, gradientEstimate, oneChain } from "./stochastic-gradient.js";
import { stochasticLangevinKernel } from "./stochastic-langevin.js";

export interface PsgldOptions extends BatchOptions {
  /** `eps` of `w <- w - (eps/2) G g + sqrt(eps G) xi`, or a schedule of it; found during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** Weight of the past in the average V of squared gradients. */
  readonly alpha?: number;
  /** Added to every root of V, as a share of their root mean square. */
  readonly damping?: number;
}

/**
 * Preconditioned SGLD, `w <- w - (eps/2) G g + sqrt(eps G) xi` with `G = 1 / (sqrt(V) + damping rms(sqrt(V)))` over its mean, V the
 * running average of squared gradients, free of the bias of its start.
 *
 * Its law is not exactly exp(-U) even for small steps: the drift lacks the term (1/2) sum_j dG_ij/dw_j, which the paper drops too. The error
 * falls as `alpha` nears 1; `sgld({ preconditioner: "rmsprop" })` freezes G and has none of it.
 *
 * Statistics per transition: `stepSize`, `gradientNorm`, `gradients` (over all data). Throws a RangeError that names the option where
 * one does not fit.
 *
 * @example psgld({ stepSize: 1e-4 }).kind // "psgld"
 */
export function psgld(options: PsgldOptions = {}): Sampler {
  checked(options, (stepSize) => scheduledOption("psgld", "stepSize", stepSize, positiveNumber));
  return record("psgld", options);
}

/** `step` checks a step size. */
function checked<Step>(options: PsgldOptions, step: (stepSize: Scheduled) => Step) {
  knownOptions("psgld", options, ["stepSize", "batchSize", "controlVariate", "alpha", "damping"]);
  const { stepSize, alpha = 0.99, damping = 0.1 } = options;
  return {
    ...checkBatchOptions("psgld", options),
    stepSize: stepSize === undefined ? undefined : step(stepSize),
    alpha: openUnit("psgld", "alpha", alpha),
    damping: positiveNumber("psgld", "damping", damping),
  };
}

export const psgldDefinition = oneChain(
  "psgld",
  (energy, options: PsgldOptions) => {
    const settings = checked(options, (stepSize) => tabulatedOption("psgld", "stepSize", stepSize, positiveNumber));
    return stochasticLangevinKernel("psgld", energy, gradientEstimate("psgld", energy, settings), {
      ...settings,
      preconditioner: "moving",
      momentum: 0,
    });
  },
  freezing("psgld", { numbers: ["stepSize"] }),
);
