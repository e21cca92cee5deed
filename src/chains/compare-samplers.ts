// Runs of several samplers on one energy beside each other: what each effective draw has cost.

import { refuse } from "../arguments/index.js";
import { significant } from "./digits.js";
import { type Draws, isDraws } from "./draws.js";
import { printedAs } from "./printed.js";
import { summarize } from "./summarize.js";
import { textTable } from "./table.js";
import { gradientsTaken } from "./work.js";

/** Runs beside each other: plain data, printed as a table; `toDataFrame` takes it too. */
export interface SamplerTable {
  readonly rows: SamplerRow[];
  /** What is to be known of each, `name: sentence`. Empty where there is nothing. */
  readonly notes: string[];
}

/** NaN where a number is not known. */
export interface SamplerRow {
  readonly name: string;
  /** Draws kept, all chains together. */
  readonly draws: number;
  /** Bulk effective sample size of the coordinate that has the least. */
  readonly ess: number;
  /** The largest of all coordinates. */
  readonly rhat: number;
  /** Gradients that the run took, those of warmup and between kept draws included. */
  readonly gradients: number;
  readonly essPerGradient: number;
  /** Wall-clock time of the run, warmup and start of threads included. */
  readonly seconds: number;
  readonly essPerSecond: number;
  readonly divergences: number;
}

/**
 * A table of named runs: effective sample size (bulk, of the worst coordinate), R-hat (largest), gradients, seconds, and what they come to per
 * effective draw. Gradients and seconds are those of the whole run, warmup included; seconds depend on the machine. Throws a RangeError where
 * one of them is no draws, or where there is none.
 *
 * An R-hat above 1.01 says that the effective sample size is not to be relied on: `notes` names such runs. A sampler without a Metropolis step has
 * a bias that no column shows.
 *
 * @example compareSamplers({ HMC: first, NUTS: second }).rows[0].essPerGradient // 0.05
 */
export function compareSamplers(runs: Readonly<Record<string, Draws>>): SamplerTable {
  const named = typeof runs === "object" && runs !== null ? Object.entries(runs) : [];
  if (named.length === 0) refuse("compareSamplers", "runs", "draws by name", runs);
  for (const [name, draws] of named) {
    if (!isDraws(draws)) refuse("compareSamplers", name, "draws, such as sample returns", draws);
  }
  const rows = named.map(([name, draws]) => rowOf(name, draws));
  const notes = named.flatMap(([name, draws], i) => [
    ...(rows[i].rhat > TOLERATED_RHAT
      ? [
          `${name}: R-hat is ${rows[i].rhat.toFixed(3)}, above ${TOLERATED_RHAT}: the chains disagree, and what follows from their effective sample size is a guess`,
        ]
      : []),
    ...draws.stopped.map(({ chain, draw, reason }) => `${name}: chain ${chain} stopped at draw ${draw}: ${reason}`),
    ...(draws.aborted ? [`${name}: the run was aborted`] : []),
  ]);
  return printedAs({ rows, notes }, tableText);
}

/** Vehtari et al. 2021. */
const TOLERATED_RHAT = 1.01;

function rowOf(name: string, draws: Draws): SamplerRow {
  const { rows, divergences } = summarize(draws);
  const ess = least(rows.map((row) => row.essBulk));
  const gradients = gradientsTaken(draws).reduce((sum, taken) => sum + taken, 0);
  return {
    name,
    draws: draws.lengths.reduce((sum, length) => sum + length, 0),
    ess,
    rhat: -least(rows.map((row) => -row.rhat)),
    gradients,
    essPerGradient: ess / gradients,
    seconds: draws.seconds,
    essPerSecond: ess / draws.seconds,
    divergences,
  };
}

/** NaN where one is: what is not known of one coordinate is not known of the worst. */
function least(values: readonly number[]): number {
  return values.some(Number.isNaN) ? Number.NaN : Math.min(...values);
}

function tableText({ rows, notes }: SamplerTable): string {
  const header = ["name", "draws", "ess", "rhat", "gradients", "ess/gradient", "seconds", "ess/second", "divergences"];
  const table = textTable(
    header,
    rows.map((row) => [
      row.name,
      String(row.draws),
      row.ess.toFixed(0),
      row.rhat.toFixed(3),
      Number.isNaN(row.gradients) ? "-" : row.gradients.toFixed(0),
      Number.isNaN(row.essPerGradient) ? "-" : significant(row.essPerGradient, 2),
      significant(row.seconds, 2),
      significant(row.essPerSecond, 2),
      String(row.divergences),
    ]),
  );
  return notes.length === 0 ? table : [table, "", ...notes].join("\n");
}
