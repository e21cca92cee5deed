// How often intervals cover: an estimator on a model over many seeds, claim by claim.

import { sampleStandardDeviation as sd } from "simple-statistics";
import { mean } from "../report.js";
import type { Claim, Estimator } from "./estimators.js";
import type { Model } from "./models.js";

/** What one claim of an estimator was worth over the seeds; `exact` and what follows are means over them. */
export interface Coverage {
  readonly what: string;
  /** Intervals that hold the exact value. */
  readonly covered: number;
  readonly exact: number;
  readonly value: number;
  /** Of `value` less `exact`, over seeds. */
  readonly spread: number;
  readonly standardError: number;
}

export interface Cell {
  readonly runs: number;
  /** Runs whose verdict was well. */
  readonly believed: number;
  readonly claims: readonly Coverage[];
}

/** Of a hundred. */
export const LEAST_COVERED = 90;
export const RUNS = 100;
/** One that 95 % cover falls below 90 of 100 about once in 90 times: then this many runs decide, those hundred among them. */
export const MORE_RUNS = 400;

/** Seeds 1, 2, ...: 100, and on to 400 where `decisive` and fewer than 90 % are covered. */
export async function cellOf(estimator: Estimator, model: Model, decisive: boolean): Promise<Cell> {
  const found: (readonly Claim[])[] = [];
  let believed = 0;
  const runTo = async (runs: number): Promise<Cell> => {
    while (found.length < runs) {
      const run = await estimator.run(model, found.length + 1);
      found.push(run.claims);
      if (run.believed) believed++;
    }
    const claims = found[0].map((_, k) => coverageOf(found.map((all) => all[k])));
    return { runs, believed, claims };
  };
  const cell = await runTo(RUNS);
  return decisive && !meetsBar(cell) ? runTo(MORE_RUNS) : cell;
}

export function meetsBar({ runs, claims }: Cell): boolean {
  return claims.every(({ covered }) => 100 * covered >= LEAST_COVERED * runs);
}

function coverageOf(claims: readonly Claim[]): Coverage {
  const over = (read: (claim: Claim) => number): number => mean(claims.map(read));
  return {
    what: claims[0].what,
    // An interval of NaN holds nothing.
    covered: claims.filter(({ interval: [low, high], exact }) => low <= exact && exact <= high).length,
    exact: over(({ exact }) => exact),
    value: over(({ value }) => value),
    spread: sd(claims.map(({ value, exact }) => value - exact)),
    standardError: over(({ standardError }) => standardError),
  };
}
