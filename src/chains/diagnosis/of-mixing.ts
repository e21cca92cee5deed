// Problems of mixing, after Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021: chains that disagree, and too few effective draws.

import { essBulk, rhat as rhatOf } from "../../diagnostics/index.js";
import { inverseNormal } from "../../diagnostics/inverse-normal.js";
import { chainsOf, type Draws } from "../draws.js";
import type { SummaryRow } from "../summary.js";
import type { DiagnosedProblem } from "./diagnosis.js";
import type { Evidence } from "./evidence.js";
import { chainList, listOf } from "./words.js";

export function chainsDisagree({ draws, rows, length, thresholds }: Evidence): DiagnosedProblem | undefined {
  const { largestRhat, severeRhat } = thresholds;
  const above = rows.filter((row) => row.rhat > largestRhat).sort((a, b) => b.rhat - a.rhat);
  if (above.length === 0) return undefined;
  const [worst] = above;
  const { chains, finding, advice } = patternOf(worst, blockOf(draws, worst.name, length), rows.length, thresholds);
  const numbers = listOf(above.map(({ name, rhat }) => `${name} (${rhat.toFixed(3)})`));
  return {
    kind: "chains-disagree",
    severity: worst.rhat > severeRhat ? "severe" : "warning",
    message: `The chains disagree: R-hat is above ${largestRhat} for ${numbers}. ${finding}`,
    advice,
    where: { chains, coordinates: above.map(({ name }) => name) },
  };
}

interface Pattern {
  readonly chains: number[];
  readonly finding: string;
  readonly advice: string;
}

/** Half-chains whose own R-hat is below this are taken as settled: at 60 effective draws chance passes it once in a thousand. */
const SETTLED = 1.1;

/** What sort of disagreement it is: R-hat once more, of single chains and without one of them. */
function patternOf(
  worst: SummaryRow,
  block: readonly Chain[],
  coordinates: number,
  { largestRhat, severeRhat }: Evidence["thresholds"],
): Pattern {
  const still = block.filter(({ values }) => values.every((x) => x === values[0])).map(({ chain }) => chain);
  if (still.length > 0) {
    return {
      chains: still,
      finding: `${worst.name} never moved in ${chainList(still)}.`,
      advice: "See first why nothing moves there; the other chains can be compared afterwards.",
    };
  }
  const wandering = block.filter(({ values }) => rhatOf([values]) > SETTLED).map(({ chain }) => chain);
  const outlier = worst.rhat > severeRhat ? outlierOf(worst, block) : undefined;
  if (outlier !== undefined && !wandering.includes(outlier.chain)) {
    return {
      chains: [outlier.chain],
      finding: `Chain ${outlier.chain} alone is elsewhere: without it R-hat would be ${outlier.rhat.toFixed(3)}.`,
      advice:
        "Look at plots.trace before you drop it: it may have found a mode that the others missed, or be caught. Run more chains from different starts (init).",
    };
  }
  if (wandering.length > 0 && worst.rhat > SETTLED) {
    return {
      chains: wandering,
      finding: `The halves of ${chainList(wandering)} differ from each other: still on the way, or moving very slowly.`,
      advice:
        "Lengthen warmup and run longer; where that does not help, change coordinates or use a dense mass. plots.trace shows whether they drift.",
    };
  }
  if (worst.rhat > SETTLED) {
    return {
      chains: [],
      finding:
        "Each chain has settled, in a place of its own: there are several modes, or valleys that are not crossed.",
      advice:
        "Sample with parallelTempering(), from more starts (init), or in other coordinates; longer runs will hardly help. plots.pair shows where the chains are.",
    };
  }
  // Each chain's counted alone: those of all together are few because the chains disagree.
  const within = block.reduce((sum, { values }) => sum + Math.min(essBulk([values]), values.length), 0);
  const byChance = worst.rhat < largestByChance(2 * block.length, within, coordinates);
  const effective = `about ${within.toFixed(0)} effective draws within the chains`;
  return {
    chains: [],
    finding: byChance
      ? `With ${effective} chance alone may do that.`
      : `With ${effective} chance alone does not do that.`,
    advice: `Take more draws: R-hat falls towards 1 where the chains sample one law, and stays above ${largestRhat} where they do not.`,
  };
}

interface Chain {
  readonly chain: number;
  readonly values: Float64Array;
}

/**
 * What R-hat exceeds once in a thousand times, in any of so many coordinates, where all half-chains sample one law: R-hat is then
 * sqrt(1 + F / ess), with `ess` the effective draws of a half-chain and F a chi-squared variable over its degrees of freedom, of which
 * there are two, for places and for distances from the median.
 */
function largestByChance(halves: number, effectiveDraws: number, coordinates: number): number {
  const degrees = halves - 1;
  const z = inverseNormal(1 - 0.001 / (2 * coordinates));
  const F = (1 - 2 / (9 * degrees) + z * Math.sqrt(2 / (9 * degrees))) ** 3; // Wilson and Hilferty 1931
  return Math.sqrt(1 + (F * halves) / effectiveDraws);
}

/** A coordinate's draws in the chains that the summary compares, cut to one length. */
function blockOf(draws: Draws, name: string, length: number): Chain[] {
  return chainsOf(draws, name).flatMap((values, chain) => {
    return values.length >= length ? [{ chain, values: values.subarray(0, length) }] : [];
  });
}

/** Leaving one out has to take so much of the disagreement away for the one to be the cause. */
const SHARE_OF_OUTLIER = 0.8;
/** Of more chains than this one is hardly the cause, and R-hat without each of them takes long. */
const MOST_CHAINS = 32;

/** The one chain without which the others agree. */
function outlierOf(
  worst: SummaryRow,
  block: readonly Chain[],
): { readonly chain: number; readonly rhat: number } | undefined {
  if (block.length < 3 || block.length > MOST_CHAINS) return undefined;
  const without = block.map(({ chain }) => {
    return { chain, rhat: rhatOf(block.filter((other) => other.chain !== chain).map(({ values }) => values)) };
  });
  const best = without.reduce((a, b) => (b.rhat < a.rhat ? b : a));
  return best.rhat - 1 < (1 - SHARE_OF_OUTLIER) * (worst.rhat - 1) ? best : undefined;
}

export function lowBulkEss(evidence: Evidence): DiagnosedProblem | undefined {
  return lowEss(evidence, "low-bulk-ess", "essBulk");
}

export function lowTailEss(evidence: Evidence): DiagnosedProblem | undefined {
  return lowEss(evidence, "low-tail-ess", "essTail");
}

function lowEss(
  { rows, chains, thresholds: { leastEssPerChain, severeRhat } }: Evidence,
  kind: "low-bulk-ess" | "low-tail-ess",
  column: "essBulk" | "essTail",
): DiagnosedProblem | undefined {
  const needed = leastEssPerChain * chains;
  const below = rows.filter((row) => row[column] < needed).sort((a, b) => a[column] - b[column]);
  if (below.length === 0) return undefined;
  const ess = below[0][column];
  const [part, blunt] =
    kind === "low-bulk-ess" ? ["bulk", "Means and medians are"] : ["tail", "The ends of intervals are"];
  const numbers = listOf(below.map((row) => `${row.name} (${row[column].toFixed(0)})`));
  const apart = rows.some(({ rhat }) => rhat > severeRhat);
  return {
    kind,
    severity: ess < needed / 10 ? "severe" : "warning",
    message: `Too few effective draws: the ${part} ESS is below ${needed} (${leastEssPerChain} per chain) for ${numbers}. ${blunt} less certain than they look.`,
    advice: apart
      ? "Let the chains agree first: while they do not, more draws of the same kind help little."
      : `Take about ${times(needed / ess)} the draws, or sample better: a dense mass for correlated coordinates, other coordinates for curved valleys.`,
    where: { chains: [], coordinates: below.map((row) => row.name) },
  };
}

function times(factor: number): string {
  return factor < 1.5 ? "one and a half times" : `${Math.ceil(factor)} times`;
}
