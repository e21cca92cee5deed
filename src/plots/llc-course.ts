// The course of an LLC estimate with the work that went into it: running means by chain, at places spread evenly over the logarithm of
// the draws. What llcConvergence and wnv draw.

import { refuse } from "../arguments/index.js";

export interface LlcCourse {
  /** The LLC that each draw alone would give, `n beta (L_n(w) - L_n(w*))`, by chain. */
  readonly chains: readonly ArrayLike<number>[];
  /** Work of all chains up to each draw, warmup included, in gradients over all data. */
  readonly work: ArrayLike<number>;
  /** Wall-clock seconds up to each draw. */
  readonly seconds?: ArrayLike<number>;
}

export interface CoursePlaces {
  readonly work: number[];
  /** Undefined where the course has none. */
  readonly seconds: number[] | undefined;
  /** Mean over chains of their means so far. */
  readonly mean: number[];
  /** Variance between the chains' means so far over the number of chains: of the mean over chains. NaN for a single chain. */
  readonly variance: number[];
}

/** The course at `places` draws at most. Throws a RangeError where there is no draw, or the work does not reach as far as the draws. */
export function coursePlaces(where: string, name: string, course: LlcCourse, places: number): CoursePlaces {
  const { chains, work, seconds } = course;
  const length = Array.isArray(chains) && chains.length > 0 ? Math.min(...chains.map((chain) => chain.length)) : 0;
  if (length === 0) refuse(where, name, "a course of at least one chain with draws", course);
  if (!(work?.length >= length)) refuse(where, `${name}.work`, `a list of ${length} numbers`, work);
  const at = logarithmic(length, places);
  const sums = new Float64Array(chains.length);
  const mean: number[] = [];
  const variance: number[] = [];
  let next = 0;
  for (let t = 0; t < length; t++) {
    for (let c = 0; c < chains.length; c++) sums[c] += chains[c][t];
    if (at[next] !== t) continue;
    next++;
    let average = 0;
    for (const sum of sums) average += sum / (t + 1) / sums.length;
    let squares = 0;
    for (const sum of sums) squares += (sum / (t + 1) - average) ** 2;
    mean.push(average);
    variance.push(squares / (sums.length - 1) / sums.length);
  }
  return { work: at.map((t) => work[t]), seconds: seconds && at.map((t) => seconds[t]), mean, variance };
}

/** At most so many different indices below `length`, evenly spread by their logarithm, the first and the last among them. */
function logarithmic(length: number, places: number): number[] {
  const steps = Math.max(1, places - 1);
  const all = Array.from({ length: steps + 1 }, (_, k) => Math.round(length ** (k / steps)) - 1);
  return [...new Set([0, ...all])];
}
