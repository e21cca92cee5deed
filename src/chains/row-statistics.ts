// The numbers in the rows of a summary. The draws of some coordinates at a time are taken out of the table of all, then summarised, here or
// in a thread.

import { mean, sampleStandardDeviation } from "simple-statistics";
import { etiOfSorted } from "../diagnostics/eti.js";
import { hdiOfSorted } from "../diagnostics/hdi.js";
import { mcseMean } from "../diagnostics/index.js";
import { rankDiagnosticsOf } from "../diagnostics/rank-diagnostics.js";
import { rank } from "../diagnostics/ranking.js";
import type { SummaryRow } from "./summary.js";

/** Where the draws are, and what is asked of them. */
export interface RowSource {
  /** `[chain, draw, coordinate]`. */
  readonly values: Float64Array;
  readonly draws: number;
  readonly dim: number;
  /** The chains that count, and how many draws of each. */
  readonly chains: readonly number[];
  readonly length: number;
  readonly probability: number;
  readonly interval: "eti" | "hdi";
}

/** The draws of some coordinates, one coordinate after the other; plain data. */
export interface Taken {
  /** `[coordinate, chain, draw]`. */
  readonly values: Float64Array;
  readonly chains: number;
  readonly length: number;
  readonly probability: number;
  readonly interval: "eti" | "hdi";
}

/** Of a row, in the order of the table. */
const STATISTICS = ["mean", "sd", "lower", "upper", "mcseMean", "essBulk", "essTail", "rhat"] as const;

/** So many coordinates are worth taking out together: a draw's lie side by side, and memory is read in pieces of eight numbers or more. */
export const TOGETHER = 32;

/** The statistics of all coordinates: `[coordinate, statistic]`; NaN where there are no draws. */
export function rowStatistics(source: RowSource): Float64Array {
  const table = new Float64Array(source.dim * STATISTICS.length).fill(Number.NaN);
  if (source.length === 0) return table;
  for (let first = 0; first < source.dim; first += TOGETHER) {
    table.set(statisticsOf(takeOut(source, first)), first * STATISTICS.length);
  }
  return table;
}

/** The draws of `first` and the coordinates after it that are taken out together. */
export function takeOut(source: RowSource, first: number): Taken {
  const { values, draws, dim, chains, length, probability, interval } = source;
  const last = Math.min(first + TOGETHER, dim);
  const size = chains.length * length;
  const taken = new Float64Array((last - first) * size);
  for (let m = 0; m < chains.length; m++) {
    for (let n = 0; n < length; n++) {
      const start = (chains[m] * draws + n) * dim;
      for (let i = first; i < last; i++) taken[(i - first) * size + m * length + n] = values[start + i];
    }
  }
  return { values: taken, chains: chains.length, length, probability, interval };
}

/** `[coordinate, statistic]`, of at least one draw. */
export function statisticsOf({ values, chains, length, probability, interval }: Taken): Float64Array {
  const size = chains * length;
  const coordinates = values.length / size;
  const table = new Float64Array(coordinates * STATISTICS.length);
  for (let i = 0; i < coordinates; i++) {
    const all = values.subarray(i * size, (i + 1) * size);
    const numbers = all as ArrayLike<number> as readonly number[]; // simple-statistics reads elements and a length, no more
    const parts = Array.from({ length: chains }, (_, m) => all.subarray(m * length, (m + 1) * length));
    const ranking = rank(parts);
    const ends = (interval === "eti" ? etiOfSorted : hdiOfSorted)(ranking.sorted, probability);
    const { essBulk, essTail, rhat } = rankDiagnosticsOf(ranking);
    const sd = size > 1 ? sampleStandardDeviation(numbers) : Number.NaN;
    table.set([mean(numbers), sd, ends[0], ends[1], mcseMean(parts), essBulk, essTail, rhat], i * STATISTICS.length);
  }
  return table;
}

/** A row of such a table. */
export function rowOf(name: string, table: Float64Array, row: number): SummaryRow {
  const at = (statistic: (typeof STATISTICS)[number]) => table[row * STATISTICS.length + STATISTICS.indexOf(statistic)];
  return {
    name,
    mean: at("mean"),
    sd: at("sd"),
    lower: at("lower"),
    upper: at("upper"),
    mcseMean: at("mcseMean"),
    essBulk: at("essBulk"),
    essTail: at("essTail"),
    rhat: at("rhat"),
  };
}
