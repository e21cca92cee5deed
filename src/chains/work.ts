// What a run has cost, in gradients over all data: the measure by which samplers are compared, whatever the machine.

import { refuse } from "../arguments/index.js";
import { type Draws, isDraws } from "./draws.js";

/**
 * The gradients that each chain has taken since it began, those of warmup and of transitions between kept draws included; mini-batch
 * gradients count by their share of the data. NaN for a sampler that takes none and says so in no statistic, or where a chain's end is unknown.
 * Searches for a first step size and measurements of curvature are not counted: they are a few dozen per run.
 * @example gradientsTaken(draws) // [12034, 11987, 12250, 12101]
 */
export function gradientsTaken(draws: Draws): number[] {
  if (!isDraws(draws)) refuse("gradientsTaken", "draws", "draws, such as sample returns", draws);
  const taken = draws.final?.memory?.["run.gradients"];
  return Array.from({ length: draws.chains }, (_, chain) => taken?.[chain] ?? Number.NaN);
}
