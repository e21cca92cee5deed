// Where a number stops being good enough, each with the place that it comes from. Where no place is named the number is ours, and the
// reason stands beside it.

import { closedUnit, nonNegativeNumber, positiveNumber } from "../../arguments/index.js";

export interface Thresholds {
  /**
   * 1.01 (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021, section 4; CmdStan's `diagnose` and ArviZ say the same). Above
   * `severeRhat` the means of the chains are apart by a third of the law's standard deviation, and the draws are of no use.
   */
  readonly largestRhat: number;
  /** 1.05, which was CmdStan's and Stan's limit before. */
  readonly severeRhat: number;
  /** 100, bulk and tail (Vehtari et al. 2021, section 4): what R-hat and ESS need to be trusted themselves. */
  readonly leastEssPerChain: number;
  /** 0.3 (Betancourt 2016; CmdStan's `diagnose`). */
  readonly leastEbfmi: number;
  /** 0: any divergence is reported (CmdStan, ArviZ). */
  readonly largestDivergingShare: number;
  /** 0.05 of a chain's transitions (PyMC); fewer are a note, as CmdStan gives for any, for they cost time and not truth. */
  readonly largestSaturatedShare: number;
  /** 3: warmup's own noise makes step sizes of equal chains differ by a fifth, a chain caught elsewhere finds one of another size. */
  readonly largestStepSizeRatio: number;
  /**
   * 0.1 of a chain's draws, but at least 50, in one place: at a random walk's best acceptance, 0.234, chance does so once in
   * 600,000 draws.
   */
  readonly longestStay: number;
  /** 0.2 below the acceptance that warmup aimed at, but not below half of it; in healthy runs of our samplers a chain is up to 0.15 below. */
  readonly acceptanceShortfall: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  largestRhat: 1.01,
  severeRhat: 1.05,
  leastEssPerChain: 100,
  leastEbfmi: 0.3,
  largestDivergingShare: 0,
  largestSaturatedShare: 0.05,
  largestStepSizeRatio: 3,
  longestStay: 0.1,
  acceptanceShortfall: 0.2,
};

/** Which values each may have. */
const CHECKS: Readonly<Record<keyof Thresholds, (where: string, name: string, value: unknown) => number>> = {
  largestRhat: positiveNumber,
  severeRhat: positiveNumber,
  leastEssPerChain: nonNegativeNumber,
  leastEbfmi: nonNegativeNumber,
  largestDivergingShare: closedUnit,
  largestSaturatedShare: closedUnit,
  largestStepSizeRatio: positiveNumber,
  longestStay: closedUnit,
  acceptanceShortfall: closedUnit,
};

export const THRESHOLD_NAMES: readonly (keyof Thresholds)[] = Object.keys(CHECKS) as (keyof Thresholds)[];

/** The given thresholds, checked, and the usual ones for the rest. */
export function thresholdsFrom(where: string, given: Partial<Thresholds>): Thresholds {
  const thresholds: Record<string, number> = {};
  for (const name of THRESHOLD_NAMES) {
    thresholds[name] = CHECKS[name](where, name, given[name] ?? DEFAULT_THRESHOLDS[name]);
  }
  return thresholds as unknown as Thresholds;
}
