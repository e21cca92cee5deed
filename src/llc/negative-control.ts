// The negative control of a sampler: at n beta = 0 the tempered law is exactly N(w*, 1 / gamma), whatever the loss.

import { integerAtLeast, knownOptions, nonNegativeNumber, positiveNumber } from "../arguments/index.js";
import { roundedTo, significant } from "../chains/digits.js";
import { printedAs } from "../chains/printed.js";
import { sample } from "../chains/sample.js";
import type { Loss } from "../networks/index.js";
import { hmc } from "../samplers/index.js";
import { comparable, type LlcOptions, pick, samplingOptions } from "./llc.js";
import { checkLoss, resolveTemperature, temperedAt } from "./tempered.js";
import { chainMean } from "./uncertainty.js";

export interface ControlOptions extends Omit<LlcOptions, "beta" | "observe" | "lossAtCenter" | "atTruth"> {
  /** The share of d by which the squared distance may be off for the control to pass, besides chance: 0.05 where left out. */
  readonly tolerance?: number;
}

/** Plain data that prints as a sentence. */
export interface NegativeControl {
  /** E[gamma |w - w*|^2], whose exact value is `dim`. */
  readonly squaredDistance: number;
  readonly standardError: number;
  readonly dim: number;
  /** E[L_n(w)] - L_n(w*) of the localisation alone: an estimate is worth something where its own is far below. */
  readonly lossAboveCenter: number;
  readonly ok: boolean;
}

/**
 * Samples the localisation alone with the settings of an estimate: what the sampler does there is known exactly. `ok` where the squared distance
 * is within `tolerance` and 4 standard errors of its value. Rejects where an option is wrong.
 * @example (await negativeControl(loss, { center, sampler: sgld(), gamma: 10 })).ok
 */
export async function negativeControl(loss: Loss, options: ControlOptions): Promise<NegativeControl> {
  const where = "negativeControl";
  checkLoss(where, loss);
  knownOptions(where, options, [...["center", "gamma", "mask", "sampler", "tolerance"], ...samplingOptions]);
  const { center, mask, sampler = hmc(), title = "negative control" } = options;
  const gamma = positiveNumber(where, "gamma", options.gamma ?? 1);
  const tolerance = nonNegativeNumber(where, "tolerance", options.tolerance ?? 0.05);
  if (options.chains !== undefined) integerAtLeast(where, "chains", options.chains, 1);
  const temperature = resolveTemperature(where, loss, { center, beta: 0, gamma, mask });
  const energy = temperedAt(loss, temperature);
  const start = energy.stochastic!.center!;
  const draws = await sample(energy, sampler, { ...pick(options, samplingOptions), title, init: start });

  const { dim } = draws;
  const losses: Float64Array[] = [];
  const distances = draws.lengths.map((length, chain) => {
    losses.push(draws.stats.loss.slice(chain * draws.draws, chain * draws.draws + length));
    return Float64Array.from({ length }, (_, draw) => {
      const first = (chain * draws.draws + draw) * dim;
      let squares = 0;
      for (let i = 0; i < dim; i++) squares += (draws.position[first + i] - start[i]) ** 2;
      return gamma * squares;
    });
  });
  const { mean, standardError } = chainMean(comparable(draws, distances));
  const result = {
    squaredDistance: mean,
    standardError,
    dim,
    lossAboveCenter: chainMean(comparable(draws, losses)).mean - loss.value(temperature.center),
    ok: Math.abs(mean - dim) <= tolerance * dim + 4 * standardError,
  };
  return printedAs(result, text);
}

function text({ squaredDistance, standardError, dim, lossAboveCenter, ok }: NegativeControl): string {
  return [
    `without the loss gamma |w - w*|^2 is ${roundedTo(squaredDistance, standardError)} \u00b1 ${significant(standardError, 2)}, exactly ${dim}: ${ok ? "ok" : "the sampler does not sample what it should"}`,
    `the loss is ${significant(lossAboveCenter, 3)} nats above that of the centre there`,
  ].join("\n");
}
