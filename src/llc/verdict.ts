// What is wrong with an LLC estimate, in words, with the number that shows it and what to try. An estimate that cannot be
// believed is still reported: the verdict is beside it, never in its place.

import type { Draws } from "../chains/draws.js";
import type { Problem, Verdict } from "./estimate.js";

export interface Evidence {
  readonly draws: Draws;
  /** n beta (lowest loss met - L_n(w*)); negative where some draw lies below the centre. */
  readonly lowest: number;
  readonly mean: number;
  readonly standardError: number;
  readonly agreement: number;
  readonly rhat: number;
  readonly essBulk: number;
  /** SGLD: step size times the largest curvature at the centre. NaN for other samplers, and where the curvature is not finite. */
  readonly stepTimesCurvature: number;
}

/** The thresholds of Vehtari et al. 2021: R-hat below 1.01, bulk ESS of at least 100 per chain. */
const largestRhat = 1.01;
const leastEssPerChain = 100;
/** Share of a variance by which SGLD's steps may inflate the stiffest direction. */
const largestInflation = 0.2;
/** HMC at a fixed step size: below this mean acceptance the step size, not the law, decides where chains go. */
const leastAcceptance = 0.4;

export function judge(evidence: Evidence): Verdict {
  const problems = checks.map((check) => check(evidence)).filter((problem) => problem !== undefined);
  return { ok: problems.length === 0, problems };
}

const checks: readonly ((evidence: Evidence) => Problem | undefined)[] = [
  ({ lowest, standardError }) => {
    // Moving the centre to the lowest point met would raise the estimate by this much, more than its error.
    const depth = -lowest;
    if (!(depth > Math.max(standardError, 1e-6))) return undefined;
    return {
      kind: "not-a-minimum",
      message:
        `not a minimum: chains found losses below L_n(w*), by ${depth.toPrecision(3)} in units of n beta, so the estimate is at ` +
        "least that much too low. Train longer (full batches, a decaying learning rate), or raise gamma.",
    };
  },
  ({ rhat, agreement, draws }) => {
    if (draws.chains < 2 || !(rhat > largestRhat || agreement < 0.001)) return undefined;
    const why =
      rhat > largestRhat
        ? `R-hat is ${rhat.toFixed(3)}, above ${largestRhat}`
        : "their means differ by more than their errors allow";
    return {
      kind: "chains-disagree",
      message: `chains disagree: ${why}. Run longer, lengthen warmup, or raise gamma where the trace drifts.`,
    };
  },
  ({ essBulk, draws }) => {
    const needed = leastEssPerChain * draws.chains;
    if (essBulk >= needed) return undefined;
    return {
      kind: "too-few-effective-draws",
      message: `too few effective draws: bulk ESS is ${Number.isNaN(essBulk) ? "unknown" : Math.round(essBulk)}, below ${needed} (${leastEssPerChain} per chain). Take more draws, or thin by more.`,
    };
  },
  ({ draws, stepTimesCurvature }) => langevinStep(draws, stepTimesCurvature) ?? acceptance(draws),
  ({ draws }) => {
    const total = draws.stats.diverging?.reduce((sum, flag) => sum + (flag > 0 ? 1 : 0), 0) ?? 0;
    if (total === 0) return undefined;
    return {
      kind: "divergences",
      message: `${total} draw${total === 1 ? "" : "s"} diverged: the step size is too large where the energy bends most. Raise targetAcceptance or lower stepSize.`,
    };
  },
  ({ draws }) => {
    if (draws.stopped.length === 0) return undefined;
    const list = draws.stopped
      .map(({ chain, draw, reason }) => `chain ${chain} at draw ${draw} (${reason})`)
      .join("; ");
    return { kind: "chain-stopped", message: `stopped early and left out of the estimate: ${list}.` };
  },
];

/** Steps of size eps inflate the variance along curvature a by 1 / (1 - eps a / 4) and blow up beyond 4 / a. */
function langevinStep({ adapted }: Draws, product: number): Problem | undefined {
  if (Number.isNaN(product)) return undefined;
  const stepSize = Math.max(...adapted.stepSize);
  const curvature = (product / stepSize).toPrecision(3);
  const below = (share: number): string => ((4 * share * stepSize) / product).toPrecision(3);
  if (product >= 4) {
    return {
      kind: "step-size-unstable",
      message: `step size ${stepSize.toPrecision(3)} is unstable for the largest curvature ${curvature}: it must stay below ${below(1)}.`,
    };
  }
  const inflation = 1 / (1 - product / 4) - 1;
  if (inflation <= largestInflation) return undefined;
  return {
    kind: "step-size-unstable",
    message:
      `step size ${stepSize.toPrecision(3)} inflates the variance along the largest curvature ${curvature} by ${Math.round(100 * inflation)} %; ` +
      `below ${below(largestInflation / (1 + largestInflation))} it is under ${100 * largestInflation} %.`,
  };
}

function acceptance({ stats, sampler }: Draws): Problem | undefined {
  if (stats.acceptance === undefined || sampler.options.stepSize === undefined) return undefined;
  const kept = stats.acceptance.filter((value) => !Number.isNaN(value));
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  if (!(mean < leastAcceptance)) return undefined;
  return {
    kind: "step-size-unstable",
    message: `only ${Math.round(100 * mean)} % of proposals are accepted at the given step size; lower it, or leave it out to have it adapted.`,
  };
}
