// Stochastic gradient Langevin dynamics (Welling and Teh 2011), optionally with a preconditioner that is found in warmup and frozen
// (after Li et al. 2016), and with control variates (Baker, Fearnhead, Fox and Nemeth 2019).
// One convention of the step size throughout: w <- w - (eps/2) G grad U + sqrt(eps G) xi. BlackJAX's step size is half of ours.

import { knownOptions, oneOf, openUnit, positiveNumber } from "../arguments/index.js";
import { type Freeze, freezing } from "./freezing.js";
import type { Sampler } from "./kernel.js";
import { record } from "./record.js";
import { type Scheduled, scheduledOption, tabulatedOption } from "./scheduled.js";
import { type BatchOptions, checkBatchOptions, gradientEstimate, oneChain } from "./stochastic-gradient.js";
import { stochasticLangevinKernel } from "./stochastic-langevin.js";

export interface SgldOptions extends BatchOptions {
  /** `eps` of `w <- w - (eps/2) G grad U + sqrt(eps G) xi`, or a schedule of it; found during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  readonly preconditioner?: "none" | "rmsprop";
  /** RMSProp: weight of the past in the average of squared gradients. */
  readonly alpha?: number;
  /** RMSProp: added to every root of it, as a share of their root mean square. */
  readonly damping?: number;
}

/**
 * Stochastic gradient Langevin dynamics on an energy with a data set, such as `tempered(loss)`:
 * `w <- w - (eps/2) G g + sqrt(eps G) xi`, with `g` the gradient of U estimated from `batchSize` rows drawn anew each step.
 *
 * It is not corrected: a direction of curvature `a` (where G = 1) and gradient noise variance `s^2` gets the variance
 * `(1/a) (1 + eps s^2 / 4) / (1 - eps a / 4)`, and diverges for `eps > 4/a`. Where `stepSize` is left out, warmup sets it to
 * `0.2 / (a + s^2)` in the stiffest direction met, which makes that excess 5 % there and less elsewhere, as long as the noise falls
 * with the curvature (as it does for the negative log-likelihood of a model that fits).
 * `preconditioner: "rmsprop"` estimates a diagonal G of mean 1 in the first half of warmup (at least 20 transitions) and freezes it.
 * The state's energy is computed for kept draws only. A chain whose position or energy stops being finite is stopped; in warmup, where the step
 * is found, it goes back to where it was well, with a smaller one.
 *
 * Statistics per transition: `stepSize`, `gradientNorm`, `gradients` (over all data). Throws a RangeError that names the option where
 * one does not fit.
 *
 * @example sgld({ stepSize: 1e-4, batchSize: 64 }).kind // "sgld"
 */
export function sgld(options: SgldOptions = {}): Sampler {
  checked("sgld", options, scheduledOption);
  const { preconditioner = "none", alpha = 0.99, damping = 0.1, ...rest } = options;
  const rmsprop = preconditioner === "rmsprop" ? { alpha, damping } : {};
  return record("sgld", { ...rest, preconditioner, ...rmsprop });
}

/**
 * `sgld` whose gradients have a control variate at the energy's centre: nearly free of noise as long as the chain stays near it, as
 * it does on a tempered energy, at twice the work per step. The same as `sgld({ controlVariate: true })`.
 * @example cvSgld({ batchSize: 64 }).options.controlVariate // true
 */
export function cvSgld(options: Omit<SgldOptions, "controlVariate"> = {}): Sampler {
  checked("cvSgld", options, scheduledOption);
  return sgld({ ...options, controlVariate: true });
}

/** `read` checks a step size. `where` is the factory that was called. */
function checked<Step>(
  where: "sgld" | "cvSgld",
  options: SgldOptions,
  read: (where: string, name: string, value: Scheduled, check: typeof positiveNumber) => Step,
) {
  const known = ["stepSize", "batchSize", "preconditioner", "alpha", "damping"];
  knownOptions(where, options, where === "sgld" ? [...known, "controlVariate"] : known);
  const { stepSize, preconditioner = "none", alpha = 0.99, damping = 0.1 } = options;
  return {
    ...checkBatchOptions(where, options),
    stepSize: stepSize === undefined ? undefined : read(where, "stepSize", stepSize, positiveNumber),
    preconditioner: oneOf(where, "preconditioner", preconditioner, ["none", "rmsprop"]),
    alpha: openUnit(where, "alpha", alpha),
    damping: positiveNumber(where, "damping", damping),
  };
}

const freezeStep: Freeze = freezing("sgld", { numbers: ["stepSize"] });

const freezeSgld: Freeze = (options, adapted, run) => {
  if (options.preconditioner === "rmsprop") {
    throw new RangeError('sgld: the preconditioner "rmsprop" has learnt cannot be given as an option');
  }
  return freezeStep(options, adapted, run);
};

export const sgldDefinition = oneChain(
  "sgld",
  (energy, options: SgldOptions) => {
    const settings = checked("sgld", options, tabulatedOption);
    return stochasticLangevinKernel("sgld", energy, gradientEstimate("sgld", energy, settings), {
      ...settings,
      preconditioner: settings.preconditioner === "rmsprop" ? "frozen" : "none",
      momentum: 0,
    });
  },
  freezeSgld,
);
