// `summarize`: what the draws say of each coordinate, and whether they can be believed. Rows follow `summarise_draws` of R's
// `posterior`: mean, sd, a 90 % interval, and the diagnostics of Vehtari et al. 2021.

import { knownOptions, oneOf, openUnit, refuse } from "../arguments/index.js";
import { type Draws, isDraws } from "./draws.js";
import { printedAs } from "./printed.js";
import { type RowSource, rowOf, rowStatistics } from "./row-statistics.js";
import type { Summary, SummaryRow } from "./summary.js";
import { COLUMNS, sorted } from "./summary-order.js";
import { summaryText } from "./summary-text.js";

export type { Summary, SummaryRow };

export interface SummarizeOptions {
  /** Of the intervals; 0.9 where nothing is said. */
  readonly probability?: number;
  /** Equal-tailed (as in `posterior`'s q5 and q95) or highest-density. */
  readonly interval?: "eti" | "hdi";
  /** Names of statistics of the draws (`energy`, `acceptance`, ...) to add as rows. */
  readonly include?: readonly string[];
  /**
   * A column: ESS from the smallest, other numbers from the largest, so that what is worst stands first, and NaN before all of them;
   * names in their order, `q[2]` before `q[10]`. The coordinates' own order where nothing is said.
   */
  readonly sortBy?: keyof SummaryRow;
}

/**
 * Mean, standard deviation, interval and diagnostics of every coordinate.
 *
 * Chains of unequal length (one stopped, or the run was aborted) are cut to the block of equally long ones that keeps most
 * draws; `notes` says so. Throws a RangeError on an unknown option or statistic, and on what is no draws.
 *
 * @example summarize(draws, { sortBy: "rhat" }).rows[0].name // the coordinate on which the chains agree least
 * @example summarize(draws).rows[0] // { name: "q[0]", mean: 0.01, sd: 0.99, lower: -1.6, upper: 1.7, ... rhat: 1.001 }
 */
export function summarize(draws: Draws, options: SummarizeOptions = {}): Summary {
  const { source, finish } = prepareSummary("summarize", draws, options);
  return finish(rowStatistics(source));
}

/** What the rows of the coordinates are to be computed from, and what makes a summary of their table. */
export function prepareSummary(
  where: string,
  draws: Draws,
  options: SummarizeOptions,
  otherOptions: readonly string[] = [],
): { readonly source: RowSource; readonly finish: (table: Float64Array) => Summary } {
  const { probability = 0.9, interval = "eti", include = [], sortBy } = options;
  if (!isDraws(draws)) refuse(where, "draws", "draws, such as sample returns", draws);
  knownOptions(where, options, ["probability", "interval", "include", "sortBy", ...otherOptions]);
  openUnit(where, "probability", probability);
  oneOf(where, "interval", interval, ["eti", "hdi"]);
  if (sortBy !== undefined) oneOf(where, "sortBy", sortBy, COLUMNS);
  for (const name of include) {
    if (draws.stats[name] === undefined) {
      refuse(where, "include", `a list of statistics of the draws (${Object.keys(draws.stats).join(", ")})`, name);
    }
  }

  const block = largestBlock(draws.lengths);
  const source: RowSource = {
    values: draws.position,
    draws: draws.draws,
    dim: draws.dim,
    ...block,
    probability,
    interval,
  };
  const finish = (table: Float64Array): Summary => {
    const rows = [
      ...draws.names.map((name, i) => rowOf(name, table, i)),
      ...include.map((name) => {
        return rowOf(name, rowStatistics({ ...source, values: draws.stats[name], dim: 1 }), 0);
      }),
    ];
    const summary: Summary = {
      rows: sortBy === undefined ? rows : sorted(rows, sortBy),
      chains: block.chains.length,
      draws: block.length,
      probability,
      interval,
      divergences: countDivergences(draws),
      notes: notesOn(draws, block),
    };
    return printedAs(summary, summaryText);
  };
  return { source, finish };
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
