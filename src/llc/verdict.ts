// What is wrong with an LLC estimate, in words, with the number that shows it and what to try. An estimate that cannot be
// believed is still reported: the verdict is beside it, never in its place.

import { chainsOf, type Draws } from "../chains/draws.js";
import type { LangevinExcess } from "../samplers/index.js";
import type { Problem, Verdict } from "./estimate.js";

export interface Evidence {
  readonly draws: Draws;
  /** n beta (L_n(w*) - lowest loss found), by draws or by a descent; positive where the centre is not a minimum. */
  readonly depth: number;
  /** What of `depth` rounding may make. */
  readonly rounding: number;
  readonly standardError: number;
  /** Chance of chain means so far apart if all chains sampled one law. */
  readonly agreement: number;
  /** Chance of an R-hat so large if all half-chains did. */
  readonly agreementOfHalves: number;
  readonly rhat: number;
  readonly essBulk: number;
  /** SGLD: the stiffest place looked at, and what its steps make of it. */
  readonly langevin: LangevinExcess | undefined;
}

/** The thresholds of Vehtari et al. 2021: R-hat below 1.01, bulk ESS of at least 100 per chain. */
const largestRhat = 1.01;
const leastEssPerChain = 100;
/** A chance below this is none: about one healthy run in a thousand is called sick by each test. */
const leastChance = 0.001;
/** Share of a variance by which SGLD's steps may inflate the stiffest direction. */
const largestInflation = 0.2;
/** HMC at a fixed step size: below this mean acceptance the step size, not the law, decides where chains go. */
const leastAcceptance = 0.4;
/** MCLMC, which corrects nothing: mean squared energy error per coordinate, a hundred times what its steps are tuned to. */
const largestEnergyVariance = 0.05;
/**
 * Share of draws that may diverge. Steep-sided wells make some in every run: up to 2 % of them left estimates of |w|^4 and |w|^6
 * wells within their errors, while on the crossing (w1 w2)^2, where it is 2 % to 10 %, estimates were low by half an error.
 */
const largestDivergingShare = 0.02;

/** Kernels whose law is not the posterior however small their steps: what is wrong with it. Most on networks, where curvatures differ. */
const inexactLaws: Readonly<Record<string, string>> = {
  psgld: "its preconditioner moves with the gradients, and its drift leaves out the term that belongs to that",
  adamSgld:
    "its mean of gradients is a momentum without the noise that belongs to it, and its preconditioner moves with them",
};

export function judge(evidence: Evidence): Verdict {
  const problems = checks.map((check) => check(evidence)).filter((problem) => problem !== undefined);
  return { ok: problems.length === 0, problems };
}

const checks: readonly ((evidence: Evidence) => Problem | undefined)[] = [
  ({ depth, rounding, standardError }) => {
    // Moving the centre to the lowest point met would raise the estimate by this much, more than its error.
    if (!(depth > Math.max(standardError, rounding))) return undefined;
    return {
      kind: "not-a-minimum",
      message:
        `not a minimum: within reach there are losses below L_n(w*), by ${depth.toPrecision(3)} in units of 1 / (n beta), so the ` +
        "estimate is at least that much too low. Train longer (full batches, a decaying learning rate), start from what " +
        "preflight(loss, center, { polish: true }) finds (training.polish of a configuration), or raise gamma.",
    };
  },
  ({ rhat, agreement, agreementOfHalves, draws }) => {
    // An R-hat above the threshold that effective draws explain is theirs to name.
    const apart = rhat > largestRhat && !(agreementOfHalves >= leastChance);
    if (draws.chains < 2 || !(apart || agreement < leastChance)) return undefined;
    const why = apart
      ? `R-hat is ${rhat.toFixed(3)}, above ${largestRhat} by more than chance explains`
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
  ({ draws, langevin }) => langevinStep(draws, langevin) ?? acceptance(draws) ?? energyVariance(draws),
  ({ draws }) => {
    const total = draws.stats.diverging?.reduce((sum, flag) => sum + (flag > 0 ? 1 : 0), 0) ?? 0;
    const kept = draws.lengths.reduce((sum, length) => sum + length, 0);
    if (!(total > largestDivergingShare * kept)) return undefined;
    return {
      kind: "divergences",
      message: `${total} of ${kept} draws diverged: the step size is too large where the energy bends most. Raise targetAcceptance or lower stepSize.`,
    };
  },
  ({ draws: { sampler } }) => {
    const why = inexactLaws[sampler.kind];
    if (why === undefined) return undefined;
    return {
      kind: "inexact-law",
      message:
        `${sampler.kind} samples another law than the posterior: ${why}. The error leaves this out; sgld({ preconditioner: "rmsprop" }), ` +
        "whose preconditioner stands still after warmup, has none of it.",
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

/** Steps of size eps inflate the variance along curvature a by (1 + eps s^2 / 4) / (1 - eps a / 4) and blow up beyond 4 / a. */
function langevinStep({ adapted }: Draws, langevin: LangevinExcess | undefined): Problem | undefined {
  if (langevin === undefined || langevin.excess <= largestInflation) return undefined;
  const { curvature, noise, excess } = langevin;
  const stepSize = Math.max(...adapted.stepSize);
  const where = `the largest curvature ${curvature.toPrecision(3)}`;
  if (excess === Number.POSITIVE_INFINITY) {
    return {
      kind: "step-size-unstable",
      message: `step size ${stepSize.toPrecision(3)} is unstable for ${where}: it must stay below ${(4 / curvature).toPrecision(3)}.`,
    };
  }
  const share = largestInflation;
  const below = ((4 * share) / (noise + (1 + share) * curvature)).toPrecision(3);
  const batches = noise > 0 ? " with the noise of its mini-batches" : "";
  return {
    kind: "step-size-unstable",
    message:
      `step size ${stepSize.toPrecision(3)} inflates the variance along ${where}${batches} by ${Math.round(100 * excess)} %; ` +
      `below ${below} it is under ${Math.round(100 * share)} %.`,
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

/** Where a few stiff directions run hot among many others: no mean over all draws shows that the chain is at another temperature. */
function energyVariance(draws: Draws): Problem | undefined {
  if (draws.sampler.kind !== "mclmc" || draws.stats.energyError === undefined) return undefined;
  const perCoordinate = chainsOf(draws, "energyError").map(
    (errors) => errors.reduce((sum, error) => sum + error * error, 0) / errors.length / draws.dim,
  );
  const largest = Math.max(0, ...perCoordinate.filter((value) => !Number.isNaN(value)));
  if (largest <= largestEnergyVariance) return undefined;
  const chain = perCoordinate.indexOf(largest);
  return {
    kind: "step-size-unstable",
    message:
      `the energy errors of chain ${chain} have a variance of ${largest.toPrecision(2)} per coordinate: its steps are too large for the stiffest ` +
      "directions. Lower stepSize or desiredEnergyVariance, or lengthen warmup.",
  };
}
