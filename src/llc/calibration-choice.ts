// Which cell of a calibration to use, and why.

import { significant } from "../chains/digits.js";
import type { CalibrationRow } from "./calibrate.js";

export interface CalibrationChoice {
  readonly stepSize: number;
  readonly nbeta: number;
  /** n beta over n: what `llc` takes. */
  readonly beta: number;
  readonly gamma: number;
  readonly llc: number;
  readonly standardError: number;
  /** One sentence each. */
  readonly reasons: string[];
}

/** Of two estimates that belong to one plateau the larger is not higher by more than this share, or by more than chance. */
const PLATEAU = 0.15;
const SMALL_EXCESS = 0.06;

/**
 * n beta nearest to `usual` of those with good cells; there the gamma whose estimate agrees best with those of its neighbours; there the largest
 * step whose excess is small, or the smallest step there is.
 */
export function recommend(
  rows: readonly CalibrationRow[],
  usual: number,
  dataSize: number,
): CalibrationChoice | undefined {
  const good = rows.filter(({ ok }) => ok);
  if (good.length === 0) return undefined;
  const nbeta = least(unique(good, "nbeta"), (value) => Math.abs(Math.log(value / usual)));
  const atNbeta = good.filter((row) => row.nbeta === nbeta);
  const best = (gamma: number): CalibrationRow => {
    const cells = atNbeta.filter((row) => row.gamma === gamma);
    const unbiased = cells.filter(({ stepExcess }) => stepExcess <= SMALL_EXCESS);
    return unbiased.length > 0
      ? least(unbiased, ({ stepSize }) => -stepSize)
      : least(cells, ({ stepSize }) => stepSize);
  };
  const gammas = unique(atNbeta, "gamma");
  const cells = gammas.map(best);
  const slopes = cells.slice(1).map((cell, k) => change(cells[k], cell));
  // How much an estimate changes towards the neighbour that agrees better with it.
  const tilt = cells.map((_, k) =>
    Math.min(slopes[k - 1] ?? Number.POSITIVE_INFINITY, slopes[k] ?? Number.POSITIVE_INFINITY),
  );
  const level = cells.filter((_, k) => tilt[k] <= 1);
  // The smallest gamma of a plateau holds the chains with the least of a hand in the estimate.
  const chosen = level.length > 0 ? level[0] : cells.length === 1 ? cells[0] : cells[tilt.indexOf(Math.min(...tilt))];
  const { stepSize, gamma, llc, standardError, stepExcess, drift, signal } = chosen;
  return {
    stepSize,
    nbeta,
    beta: nbeta / dataSize,
    gamma,
    llc,
    standardError,
    reasons: [
      `n beta ${significant(nbeta, 4)}: of those without objections the nearest to n / log n, ${significant(usual, 4)}.`,
      cells.length === 1
        ? `gamma ${significant(gamma, 4)}: the only one without objections, so that nothing is known of a plateau.`
        : level.length > 0
          ? `gamma ${significant(gamma, 4)}: the smallest from which the estimate hardly changes with gamma.`
          : `gamma ${significant(gamma, 4)}: there is no plateau in gamma, and here the estimate changes least.`,
      `step size ${significant(stepSize, 3)}: ${
        stepExcess <= SMALL_EXCESS ? "the largest" : "the smallest, though not small enough,"
      } of which steps inflate a variance by ${significant(100 * stepExcess, 2)} % at most.`,
      `the trace is level (|z| ${significant(drift, 2)}), the estimate ${significant(signal, 2)} times its error.`,
    ],
  };
}

/** At most 1 where the two agree: within the plateau's tilt or their errors, though no error makes one of what differs by half. */
function change(a: CalibrationRow, b: CalibrationRow): number {
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
