// Problems of the transitions, from what the sampler reports of each: divergences, energies, tree depths, acceptance, step sizes.

import { ebfmi } from "../../diagnostics/index.js";
import { significant } from "../digits.js";
import type { DiagnosedProblem } from "./diagnosis.js";
import { countOf, type Evidence, meanOf, statistic } from "./evidence.js";
import { targetOf } from "./targets.js";
import { whereDiverging } from "./where-diverging.js";
import { chainList, count, listOf, percent } from "./words.js";

/** Share of divergent transitions from which on a part of the law is surely missed, and not perhaps. */
const SEVERE_SHARE = 0.01;

export function divergences({ draws, thresholds }: Evidence): DiagnosedProblem | undefined {
  const diverging = statistic(draws, "diverging");
  if (diverging === undefined) return undefined;
  const counts = diverging.map(countOf);
  const total = counts.reduce((sum, n) => sum + n, 0);
  const kept = draws.lengths.reduce((sum, n) => sum + n, 0);
  if (!(total > thresholds.largestDivergingShare * kept)) return undefined;

  const chains = counts.flatMap((n, chain) => (n > 0 ? [chain] : [])).sort((a, b) => counts[b] - counts[a]);
  const perChain = listOf(chains.map((chain) => `chain ${chain} (${counts[chain]})`));
  const regions = whereDiverging(draws, diverging);
  const gather =
    regions.length === 0
      ? ""
      : ` They gather at ${listOf(regions.map(({ name, low, mean, ofAll }) => `${low ? "low" : "high"} ${name} (mean ${mean}, of all draws ${ofAll})`))}.`;
  return {
    kind: "divergences",
    severity: total > SEVERE_SHARE * kept ? "severe" : "warning",
    message: `${total} of ${count(kept, "transition")} diverged (${percent(total / kept)}): ${perChain}.${gather} Where trajectories diverge the law is cut short, and means are biased.`,
    advice: adviceAgainstDivergences(draws),
    where: { chains, coordinates: regions.map(({ name }) => name) },
  };
}

function adviceAgainstDivergences({ sampler }: Evidence["draws"]): string {
  const target = targetOf(sampler, 1);
  const smaller =
    sampler.options.stepSize !== undefined || target === undefined
      ? "Take a smaller stepSize"
      : `Raise targetAcceptance (to ${target < 0.9 ? "0.95" : "0.99"})`;
  return `${smaller}. Where they stay, change coordinates: for a hierarchical model the non-centred ones. plots.pair marks them.`;
}

export function lowEbfmi({ draws, thresholds: { leastEbfmi } }: Evidence): DiagnosedProblem | undefined {
  // Of the Hamiltonian: the potential energy alone, which is all that some samplers report, says nothing of momenta.
  const fractions = statistic(draws, "hamiltonian")?.map(ebfmi);
  if (fractions === undefined) return undefined;
  const chains = fractions
    .flatMap((fraction, chain) => (draws.lengths[chain] >= LEAST_ENERGIES && fraction < leastEbfmi ? [chain] : []))
    .sort((a, b) => fractions[a] - fractions[b]);
  if (chains.length === 0) return undefined;
  return {
    kind: "low-ebfmi",
    severity: "warning",
    message: `E-BFMI is ${listOf(chains.map((chain) => `${significant(fractions[chain], 2)} in chain ${chain}`))}, below ${leastEbfmi}: momenta change the energy too little to reach the tails.`,
    advice:
      "Run longer, and change coordinates so that the tails are less heavy or the scales less different. plots.energy shows it.",
    where: { chains, coordinates: [] },
  };
}

/** The fraction of fewer energies is too rough to judge by: its relative error is about sqrt(5 / n). */
const LEAST_ENERGIES = 50;

export function treeDepth({ draws, thresholds: { largestSaturatedShare } }: Evidence): DiagnosedProblem | undefined {
  const saturated = saturatedTrees(draws);
  if (saturated === undefined) return undefined;
  const shares = saturated.counts.map((n, chain) => n / draws.lengths[chain]);
  const chains = shares.flatMap((share, chain) => (share > 0 ? [chain] : [])).sort((a, b) => shares[b] - shares[a]);
  if (chains.length === 0) return undefined;
  const perChain = listOf(chains.map((chain) => `${percent(shares[chain])} of chain ${chain}`));
  return {
    kind: "tree-depth",
    severity: shares[chains[0]] > largestSaturatedShare ? "warning" : "note",
    message: `Trajectories were cut off at the largest tree depth${saturated.limit}: ${perChain}. That costs time and makes neighbouring draws alike.`,
    advice: 'Let warmup learn the scales (a mass of "diagonal" or "dense"), lengthen it, or raise maxTreeDepth.',
    where: { chains, coordinates: [] },
  };
}

/** How many trees of each chain were cut off, and the limit as a sentence takes it. */
function saturatedTrees(
  draws: Evidence["draws"],
): { readonly counts: readonly number[]; readonly limit: string } | undefined {
  // Other programs' files may say it outright, and do not tell the limit.
  const told = statistic(draws, "reachedMaxTreedepth");
  if (told !== undefined) return { counts: told.map(countOf), limit: "" };
  const depths = statistic(draws, "treeDepth");
  if (depths === undefined) return undefined;
  const { maxTreeDepth } = draws.sampler.options;
  const limit = typeof maxTreeDepth === "number" ? maxTreeDepth : USUAL_TREE_DEPTH;
  const counts = depths.map((chain) => chain.reduce((n, depth) => n + (depth >= limit ? 1 : 0), 0));
  return { counts, limit: `, ${limit}` };
}

/** Ours, Stan's and PyMC's where nothing else is asked for. */
const USUAL_TREE_DEPTH = 10;

export function acceptance({ draws, thresholds: { acceptanceShortfall } }: Evidence): DiagnosedProblem | undefined {
  const accepted = statistic(draws, "acceptance");
  const target = targetOf(draws.sampler, draws.dim);
  if (accepted === undefined || target === undefined) return undefined;
  const means = accepted.map(meanOf);
  const isGiven = draws.sampler.options.stepSize !== undefined;
  const least = Math.max(target / 2, isGiven ? 0 : target - acceptanceShortfall);
  const low = means.flatMap((mean, chain) => (mean < least ? [chain] : [])).sort((a, b) => means[a] - means[b]);
  if (low.length > 0) {
    const rates = listOf(low.map((chain) => `${percent(means[chain])} in chain ${chain}`));
    return {
      kind: "acceptance",
      severity: "warning",
      message: isGiven
        ? `Few proposals are accepted at the given step size: ${rates}.`
        : `Acceptance is ${rates}, where warmup aimed at ${percent(target)}.`,
      advice: isGiven
        ? "Take a smaller stepSize, or leave it out to have it found."
        : "Lengthen warmup; where that does not help, the scales of the law differ from place to place, and other coordinates may.",
      where: { chains: low, coordinates: [] },
    };
  }
  // A step size that was given is small because its user wanted it so.
  const most = 1 - (1 - target) / 10;
  const high = isGiven
    ? []
    : means.flatMap((mean, chain) => (mean > most ? [chain] : [])).sort((a, b) => means[b] - means[a]);
  if (high.length === 0) return undefined;
  return {
    kind: "acceptance",
    severity: "note",
    message: `Acceptance is ${listOf(high.map((chain) => `${percent(means[chain])} in chain ${chain}`))}, where warmup aimed at ${percent(target)}: the steps are smaller than they need to be.`,
    advice: "Lengthen warmup, and see whether these chains were caught in a narrow place during it.",
    where: { chains: high, coordinates: [] },
  };
}

export function stepSizesDiffer({
  draws,
  thresholds: { largestStepSizeRatio },
}: Evidence): DiagnosedProblem | undefined {
  const sizes = stepSizes(draws);
  if (sizes === undefined || sizes.length < 2) return undefined;
  const order = sizes.map((_, chain) => chain).sort((a, b) => sizes[a] - sizes[b]);
  const [smallest, largest] = [order[0], order[order.length - 1]];
  const ratio = sizes[largest] / sizes[smallest];
  if (!(ratio > largestStepSizeRatio)) return undefined;
  return {
    kind: "step-sizes-differ",
    severity: "warning",
    message: `Warmup left chain ${smallest} with step size ${significant(sizes[smallest], 2)} and chain ${largest} with ${significant(sizes[largest], 2)}: they adapted to different places.`,
    advice: `Lengthen warmup; look at where ${chainList([smallest])} is (plots.trace), for a step size far below the others' tells of a narrow place.`,
    where: { chains: [smallest, largest], coordinates: [] },
  };
}

/** In use after warmup, one per chain; from what the transitions report where nothing else is known, as of draws read from a file. */
function stepSizes(draws: Evidence["draws"]): readonly number[] | undefined {
  const { stepSize } = draws.adapted;
  const sizes =
    stepSize?.length === draws.chains
      ? Array.from(stepSize)
      : statistic(draws, "stepSize")?.map((chain) => meanOf(chain));
  return sizes?.every((size) => size > 0) ? sizes : undefined;
}
