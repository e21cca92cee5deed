// Bands that an empirical distribution function leaves nowhere with a given probability: Säilynoja, Bürkner and Vehtari 2022, "Graphical test
// for discrete uniformity and its applications in goodness-of-fit evaluation and multiple sample comparison", Statistics and Computing 32.
//
// At each of some points the count of values below has a known law, and a pointwise interval of level gamma; gamma is chosen so that all
// intervals together hold. The paper finds that probability by a recursion over the points with the conditional laws of the next count. Here
// the increments between points are taken as independent, Poisson or binomial, given that they sum to what they must (Moscovich and Nadler
// 2017): the same numbers by convolutions alone.

import { type CountLaw, probabilityOf } from "./count-laws.js";

/** How counts at some points come about. */
export interface CountPath {
  /** Law of the count at each point, by itself. */
  readonly counts: readonly CountLaw[];
  /** Independent increments up to the first point, from point to point, and after the last one: one more than there are points. */
  readonly increments: readonly CountLaw[];
  /** What all increments sum to, and the probability that they do. */
  readonly total: number;
  readonly probabilityOfTotal: number;
}

export interface EcdfBand {
  /** Level of each interval by itself. */
  readonly gamma: number;
  /** The probability that no count leaves the band: at least what was asked for. */
  readonly coverage: number;
  /** The smallest and the largest count within, at each point. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Twice the smaller tail of each count, the count included: `[point][count - first]`. */
export type TailTable = readonly Float64Array[];

export function tailTable({ counts }: CountPath): TailTable {
  return counts.map(({ probability }) => {
    const n = probability.length;
    const table = new Float64Array(n);
    for (let c = 0, sum = 0; c < n; c++) {
      sum += probability[c];
      table[c] = sum;
    }
    for (let c = n - 1, sum = 0; c >= 0; c--) {
      sum += probability[c];
      table[c] = Math.min(1, 2 * Math.min(table[c], sum));
    }
    return table;
  });
}

/** The narrowest band whose coverage is at least `probability`. */
export function ecdfBand(path: CountPath, tails: TailTable, probability: number): EcdfBand {
  const miss = 1 - probability;
  const shortfall = (logGamma: number): number => Math.log((1 - inside(path, tails, Math.exp(logGamma))) / miss);
  // Even if the intervals excluded each other, this gamma would be small enough; 1 is too large, or the counts know one value only.
  let low = Math.log(miss / path.counts.length);
  let high = 0;
  let atLow = shortfall(low);
  let atHigh = shortfall(high);
  if (atHigh <= 0) low = high;
  let moved = "";
  // What is missed goes about as a power of gamma, so a straight line between logarithms hits; but it goes in steps, so every fourth time halves.
  for (let k = 0; high - low > 1e-7; k++) {
    const chord = low + ((high - low) * -atLow) / (atHigh - atLow);
    const straight = k % 4 !== 3 && chord > low && chord < high;
    const middle = straight ? chord : (low + high) / 2;
    const value = shortfall(middle);
    // An end that stays counts half the next time (the Illinois rule), or the line would come from one side only.
    if (value <= 0) {
      if (moved === "low") atHigh /= 2;
      [low, atLow, moved] = [middle, value, "low"];
    } else {
      if (moved === "high") atLow /= 2;
      [high, atHigh, moved] = [middle, value, "high"];
    }
  }
  const gamma = Math.exp(low);
  const bounds = tails.map((table, j) => within(table, gamma).map((c) => path.counts[j].first + c));
  return {
    gamma,
    coverage: inside(path, tails, gamma),
    lower: Float64Array.from(bounds, ([first]) => first),
    upper: Float64Array.from(bounds, ([, last]) => last),
  };
}

/** The smallest pointwise level among the counts, and the probability that one as small happens. */
export function ecdfTest(path: CountPath, tails: TailTable, counts: ArrayLike<number>): [number, number] {
  let statistic = 1;
  for (let j = 0; j < tails.length; j++) {
    statistic = Math.min(statistic, tails[j][counts[j] - path.counts[j].first] ?? 0);
  }
  return [statistic, Math.max(0, 1 - inside(path, tails, nextAbove(statistic)))];
}

/** A level that `statistic` misses, and none that differs from it by more than rounding. */
function nextAbove(statistic: number): number {
  return statistic === 0 ? Number.MIN_VALUE : statistic * (1 + 1e-12);
}

/**
 * The probability that all counts have a pointwise level of at least gamma. Hot: points x width of the band x width of an increment, each
 * about the square root of the values between.
 */
function inside(path: CountPath, tails: TailTable, gamma: number): number {
  let first = 0;
  let probability = Float64Array.of(1);
  for (let j = 0; j < tails.length; j++) {
    const [low, high] = within(tails[j], gamma);
    if (low > high) return 0;
    const start = path.counts[j].first + low;
    const next = new Float64Array(high - low + 1);
    const step = path.increments[j];
    const steps = step.probability.length;
    for (let c = 0; c < probability.length; c++) {
      const shift = first + c + step.first - start; // where the smallest increment leads
      const from = Math.max(0, -shift);
      const to = Math.min(steps, next.length - shift);
      for (let k = from; k < to; k++) next[shift + k] += probability[c] * step.probability[k];
    }
    first = start;
    probability = next;
  }
  let sum = 0;
  const last = path.increments[tails.length];
  for (let c = 0; c < probability.length; c++) {
    sum += probability[c] * probabilityOf(last, path.total - first - c);
  }
  return Math.min(1, sum / path.probabilityOfTotal);
}

/** First and last place with a level of at least gamma; levels rise to the middle and fall. */
function within(table: Float64Array, gamma: number): [number, number] {
  let low = 0;
  let high = table.length - 1;
  while (low <= high && table[low] < gamma) low++;
  while (high >= low && table[high] < gamma) high--;
  return [low, high];
}
