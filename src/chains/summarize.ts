// `summarize`: what the draws say of each coordinate, and whether they can be believed. Rows follow `summarise_draws` of R's
// `posterior`: mean, sd, a 90 % interval, and the diagnostics of Vehtari et al. 2021.

import { mean, sampleStandardDeviation } from "simple-statistics";
import { knownOptions, oneOf, openUnit, refuse } from "../arguments/index.js";
import { essBulk, essTail, eti, hdi, mcseMean, rhat } from "../diagnostics/index.js";
import { type Draws, isDraws } from "./draws.js";
import { printedAs } from "./printed.js";
import type { Summary, SummaryRow } from "./summary.js";
import { summaryText } from "./summary-text.js";

export type { Summary, SummaryRow };

export interface SummarizeOptions {
  /** Of the intervals; 0.9 where nothing is said. */
  readonly probability?: number;
  /** Equal-tailed (as in `posterior`'s q5 and q95) or highest-density. */
  readonly interval?: "eti" | "hdi";
  /** Names of statistics of the draws (`energy`, `acceptance`, ...) to add as rows. */
  readonly include?: readonly string[];
}

/**
 * Mean, standard deviation, interval and diagnostics of every coordinate.
 *
 * Chains of unequal length (one stopped, or the run was aborted) are cut to the block of equally long ones that keeps most
 * draws; `notes` says so. Throws a RangeError on an unknown option or statistic, and on what is no draws.
 *
 * @example summarize(draws).rows[0] // { name: "q[0]", mean: 0.01, sd: 0.99, lower: -1.6, upper: 1.7, ... rhat: 1.001 }
 */
export function summarize(draws: Draws, options: SummarizeOptions = {}): Summary {
  const { probability = 0.9, interval = "eti", include = [] } = options;
  if (!isDraws(draws)) refuse("summarize", "draws", "draws, such as sample returns", draws);
  knownOptions("summarize", options, ["probability", "interval", "include"]);
  openUnit("summarize", "probability", probability);
  oneOf("summarize", "interval", interval, ["eti", "hdi"]);
  for (const name of include) {
    if (draws.stats[name] === undefined) {
      refuse(
        "summarize",
        "include",
        `a list of statistics of the draws (${Object.keys(draws.stats).join(", ")})`,
        name,
      );
    }
  }

  const block = largestBlock(draws.lengths);
  const row = (name: string, values: Float64Array, dim: number, offset: number): SummaryRow =>
    rowOf(name, block, takeOut(values, draws.draws * dim, dim, offset, block), probability, interval);
  const summary: Summary = {
    rows: [
      ...draws.names.map((name, i) => row(name, draws.position, draws.dim, i)),
      ...include.map((name) => row(name, draws.stats[name], 1, 0)),
    ],
    chains: block.chains.length,
    draws: block.length,
    probability,
    interval,
    divergences: countDivergences(draws),
    notes: notesOn(draws, block),
  };
  return printedAs(summary, summaryText);
}

/** The numbers at `offset` of every `step` ones, chain after chain of the block; chains begin `stride` apart. */
function takeOut(values: Float64Array, stride: number, step: number, offset: number, block: Block): Float64Array {
  const { chains, length } = block;
  const taken = new Float64Array(chains.length * length);
  for (let m = 0; m < chains.length; m++) {
    const start = chains[m] * stride + offset;
    for (let n = 0; n < length; n++) taken[m * length + n] = values[start + n * step];
  }
  return taken;
}

function rowOf(
  name: string,
  block: Block,
  all: Float64Array,
  probability: number,
  interval: "eti" | "hdi",
): SummaryRow {
  if (all.length === 0) {
    const none = Number.NaN;
    return {
      name,
      mean: none,
      sd: none,
      lower: none,
      upper: none,
      mcseMean: none,
      essBulk: none,
      essTail: none,
      rhat: none,
    };
  }
  const chains = block.chains.map((_, m) => all.subarray(m * block.length, (m + 1) * block.length));
  const [lower, upper] = interval === "eti" ? eti(all, probability) : hdi(all, probability);
  const numbers = Array.from(all);
  return {
    name,
    mean: mean(numbers),
    sd: numbers.length > 1 ? sampleStandardDeviation(numbers) : Number.NaN,
    lower,
    upper,
    mcseMean: mcseMean(chains),
    essBulk: essBulk(chains),
    essTail: essTail(chains),
    rhat: rhat(chains),
  };
}

/** Equally long beginnings of some of the chains: the diagnostics compare chains draw by draw. */
interface Block {
  readonly chains: number[];
  readonly length: number;
}

/** Of the blocks that cut every chain in it to the shortest, the one with most draws; of equal ones that with more chains. */
function largestBlock(lengths: readonly number[]): Block {
  let best: Block = { chains: [], length: 0 };
  for (const length of new Set(lengths)) {
    const chains = lengths.flatMap((kept, chain) => (kept >= length ? [chain] : []));
    const [size, bestSize] = [length * chains.length, best.length * best.chains.length];
    if (length > 0 && (size > bestSize || (size === bestSize && chains.length > best.chains.length))) {
      best = { chains, length };
    }
  }
  return best;
}

function countDivergences({ stats, lengths, draws }: Draws): number {
  const { diverging } = stats;
  if (diverging === undefined) return 0;
  let count = 0;
  lengths.forEach((length, chain) => {
    for (let draw = 0; draw < length; draw++) if (diverging[chain * draws + draw] > 0) count++;
  });
  return count;
}

function notesOn(draws: Draws, block: Block): string[] {
  const notes = draws.stopped.map(({ chain, draw, reason }) => `chain ${chain} stopped at draw ${draw}: ${reason}`);
  if (draws.aborted)
    notes.push(`the run was aborted; its chains kept ${draws.lengths.join(", ")} of ${draws.draws} draws`);
  const shorter = draws.lengths.flatMap((length, chain) => (length < block.length ? [chain] : []));
  if (block.length === 0) notes.push("no draw was kept");
  else {
    if (shorter.length > 0) {
      notes.push(
        `left out as too short: ${shorter.map((chain) => `chain ${chain} (${draws.lengths[chain]} draws)`).join(", ")}`,
      );
    }
    if (block.chains.some((chain) => draws.lengths[chain] > block.length)) {
      notes.push(`the chains are cut to the length of the shortest of them, ${block.length}`);
    }
  }
  return notes;
}
