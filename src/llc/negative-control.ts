// The negative control of a sampler: at n beta = 0 the tempered law is exactly N(w*, 1 / gamma), whatever the loss.

import { integerAtLeast, knownOptions, nonNegativeNumber, positiveNumber } from "../arguments/index.js";
import { roundedTo, significant } from "../chains/digits.js";
import { chainsOf } from "../chains/draws.js";
import { printedAs } from "../chains/printed.js";
import { sample } from "../chains/sample.js";
import type { Loss } from "../networks/index.js";
import { controlled, squaresOf } from "./control-checks.js";
import { comparable, defaultSampler, type LlcOptions, pick, samplingOptions } from "./llc.js";
import { checkLoss, resolveTemperature, temperedAt } from "./tempered.js";
import { chainMean } from "./uncertainty.js";

export interface ControlOptions extends Omit<LlcOptions, "beta" | "observe" | "lossAtCenter" | "atTruth"> {
  /** The share of d by which the squared distance may be off for the control to pass, besides chance: 0.05 where left out. */
  readonly tolerance?: number;
}

/** Plain data that prints as sentences. */
export interface NegativeControl {
  /** E[gamma |w - w*|^2], whose exact value is `dim`. */
  readonly squaredDistance: number;
  /** sqrt(2 dim / effectiveDraws): the variance is known. */
  readonly standardError: number;
  /** Independent squared distances that the draws are worth. */
  readonly effectiveDraws: number;
  /**
   * What this many steps of this size from the centre make of the squared distance, exactly: of SGLD and Langevin steps of a fixed size, whose
   * autocorrelation is known, too. Of other kernels it is estimated.
   */
  readonly expected?: number;
  readonly dim: number;
  /** E[L_n(w)] - L_n(w*) of the localisation alone: an estimate is worth something where its own is far below. */
  readonly lossAboveCenter: number;
  readonly ok: boolean;
  /** What is wrong, one sentence each; empty where `ok`. */
  readonly problems: string[];
}

/**
 * Samples the localisation alone with the settings of an estimate: what the sampler does there is known exactly. `ok` where the squared distance is
 * within `tolerance` of its value, beyond which chance brings it once in ten thousand runs, in every chain and in every coordinate (with an allowance
 * for their number), the chains have had the time to come from the centre to where they belong, and the draws are worth enough to tell: 100,
 * and so many that 4 standard errors are no more than a quarter of d. Errors come from the law and not from the chains. Rejects where an
 * option is wrong.
 *
 * A sampler that finds its own step size finds it for the localisation: to control the steps of an estimate, give them.
 * @example (await negativeControl(loss, { center, sampler: sgld(), gamma: 10 })).ok
 */
export async function negativeControl(loss: Loss, options: ControlOptions): Promise<NegativeControl> {
  const where = "negativeControl";
  checkLoss(where, loss);
  knownOptions(where, options, [...["center", "gamma", "mask", "sampler", "tolerance"], ...samplingOptions]);
  const { center, mask, sampler = defaultSampler(), title = "negative control" } = options;
  const gamma = positiveNumber(where, "gamma", options.gamma ?? 1);
  const tolerance = nonNegativeNumber(where, "tolerance", options.tolerance ?? 0.05);
  if (options.chains !== undefined) integerAtLeast(where, "chains", options.chains, 1);
  const temperature = resolveTemperature(where, loss, { center, beta: 0, gamma, mask });
  const energy = temperedAt(loss, temperature);
  const start = energy.stochastic!.center!;
  const draws = await sample(energy, sampler, { ...pick(options, samplingOptions), title, init: start });

  const findings = controlled(draws, squaresOf(draws, start, gamma), gamma, tolerance);
  const { mean } = chainMean(comparable(draws, chainsOf(draws, "loss")));
  const result = {
    ...findings,
    dim: draws.dim,
    lossAboveCenter: mean - loss.value(temperature.center),
    ok: findings.problems.length === 0,
  };
  return printedAs(result, text);
}

function text({
  squaredDistance,
  standardError,
  effectiveDraws,
  dim,
  lossAboveCenter,
  problems,
}: NegativeControl): string {
  return [
    `without the loss gamma |w - w*|^2 is ${roundedTo(squaredDistance, standardError)} \u00b1 ${significant(standardError, 2)} (${significant(effectiveDraws, 3)} effective draws), exactly ${dim}: ${problems.length === 0 ? "ok" : "not to be relied on"}`,
    ...problems,
    `the loss is ${significant(lossAboveCenter, 3)} nats above that of the centre there`,
  ].join("\n");
}
