// Which cells of a calibration are worth a long run, which of these to use, and why.

import { significant } from "../chains/digits.js";
import { transitionsOf } from "./calibration-length.js";
import type { CalibrationRow, LongRun } from "./calibration-run.js";
import type { RunLength } from "./gaussian-langevin.js";

/** A setting, and the length of the chains in which it was found to be right. */
export interface CalibrationChoice extends RunLength {
  readonly stepSize: number;
  readonly nbeta: number;
  /** n beta over n: what `llc` takes. */
  readonly beta: number;
  readonly gamma: number;
  /** Of the long run. */
  readonly llc: number;
  readonly standardError: number;
  /** One sentence each. */
  readonly reasons: string[];
}

/** Of two estimates that belong to one plateau the larger is not higher by more than this share, or by more than chance. */
const PLATEAU = 0.15;
const SMALL_EXCESS = 0.06;
/** Effective draws of the loss per chain, below which a verdict calls them too few. */
const EFFECTIVE_DRAWS = 100;

/**
 * The cells to choose from: for each n beta, that nearest to `usual` first, and each gamma, the cells without objections in the order in which
 * they are to be tried: steps whose excess is small, from the largest down; where there are none, the smallest alone.
 */
export function finalists(rows: readonly CalibrationRow[], usual: number): CalibrationRow[][][] {
  const good = rows.filter(({ ok }) => ok);
  const away = (nbeta: number): number => Math.abs(Math.log(nbeta / usual));
  return unique(good, "nbeta")
    .sort((a, b) => away(a) - away(b))
    .map((nbeta) => {
      const atNbeta = good.filter((row) => row.nbeta === nbeta);
      return unique(atNbeta, "gamma").map((gamma) => {
        const cells = atNbeta.filter((row) => row.gamma === gamma);
        const unbiased = cells.filter(({ stepExcess }) => stepExcess <= SMALL_EXCESS);
        return unbiased.length > 0
          ? unbiased.sort((a, b) => b.stepSize - a.stepSize)
          : [least(cells, ({ stepSize }) => stepSize)];
      });
    });
}

type Finalist = CalibrationRow & { readonly long: LongRun };

/**
 * Of the cells whose long runs are without objections: n beta nearest to `usual`, there the smallest gamma of the plateau that the long runs show.
 * Undefined where there are none. `chains` is how many each of these runs had.
 */
export function recommend(
  rows: readonly CalibrationRow[],
  { usual, dataSize, chains }: { readonly usual: number; readonly dataSize: number; readonly chains: number },
): CalibrationChoice | undefined {
  const confirmed = rows.filter((row): row is Finalist => row.long?.ok === true);
  if (confirmed.length === 0) return undefined;
  const nbeta = least(unique(confirmed, "nbeta"), (value) => Math.abs(Math.log(value / usual)));
  const cells = confirmed.filter((row) => row.nbeta === nbeta).sort((a, b) => a.gamma - b.gamma);
  const slopes = cells.slice(1).map((cell, k) => change(cells[k].long, cell.long));
  // How much an estimate changes towards the neighbour that agrees better with it.
  const tilt = cells.map((_, k) =>
    Math.min(slopes[k - 1] ?? Number.POSITIVE_INFINITY, slopes[k] ?? Number.POSITIVE_INFINITY),
  );
  const level = cells.filter((_, k) => tilt[k] <= 1);
  // The smallest gamma of a plateau holds the chains with the least of a hand in the estimate.
  const chosen = level.length > 0 ? level[0] : cells.length === 1 ? cells[0] : cells[tilt.indexOf(Math.min(...tilt))];
  const { stepSize, gamma, long } = chosen;
  const { llc, standardError, warmup, thin, stepExcess } = long;
  const draws = Math.ceil(long.draws * Math.max(1, (EFFECTIVE_DRAWS * chains) / long.essBulk));
  return {
    stepSize,
    nbeta,
    beta: nbeta / dataSize,
    gamma,
    warmup,
    draws,
    thin,
    llc,
    standardError,
    reasons: [
      `n beta ${significant(nbeta, 4)}: of those that were confirmed the nearest to n / log n, ${significant(usual, 4)}.`,
      cells.length === 1
        ? `gamma ${significant(gamma, 4)}: the only one that was confirmed, so that nothing is known of a plateau.`
        : level.length > 0
          ? `gamma ${significant(gamma, 4)}: the smallest from which the estimate hardly changes with gamma.`
          : `gamma ${significant(gamma, 4)}: there is no plateau in gamma, and here the estimate changes least.`,
      `step size ${significant(stepSize, 3)}: ${
        stepExcess <= SMALL_EXCESS ? "the largest" : "the smallest, though not small enough,"
      } of which steps inflate a variance by ${significant(100 * stepExcess, 2)} % at most.`,
      explorationOf(chosen),
      `${transitionsOf(long)} transitions per chain gave ${within(long)}, level (|z| ${significant(long.drift, 2)}); ${draws} draws of it are worth at least ${EFFECTIVE_DRAWS} per chain.`,
    ],
  };
}

/** What the short runs could not show, and whether they did. */
function explorationOf({ explored, llc, standardError, long }: Finalist): string {
  const share = significant(100 * explored, 2);
  return `the slowest direction needs ${long.warmup} transitions to be where it belongs: the short run, which gave ${within({ llc, standardError })}, can have shown ${share} % of it.`;
}

function within({ llc, standardError }: Pick<LongRun, "llc" | "standardError">): string {
  return `${significant(llc, 3)} \u00b1 ${significant(standardError, 2)}`;
}

/** At most 1 where the two agree: within the plateau's tilt or their errors, though no error makes one of what differs by half. */
function change(a: LongRun, b: LongRun): number {
  const larger = Math.max(Math.abs(a.llc), Math.abs(b.llc));
  const chance = 2 * Math.hypot(a.standardError, b.standardError);
  const tolerated = Math.min(larger / 2, Math.max(PLATEAU * larger, chance));
  return Math.abs(a.llc - b.llc) / tolerated;
}

function unique(rows: readonly CalibrationRow[], name: "nbeta" | "gamma"): number[] {
  return [...new Set(rows.map((row) => row[name]))].sort((a, b) => a - b);
}

function least<T>(items: readonly T[], size: (item: T) => number): T {
  return items.reduce((smallest, item) => (size(item) < size(smallest) ? item : smallest));
}
