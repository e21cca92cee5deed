// In which part of the law the divergent transitions began: the coordinates in which they lie apart from the other draws.

import { roundedTo } from "../digits.js";
import type { Draws } from "../draws.js";

export interface Region {
  readonly name: string;
  readonly low: boolean;
  /** Of the divergent draws, and of all, as a sentence takes them. */
  readonly mean: string;
  readonly ofAll: string;
}

/** In standard deviations of the law; less is not worth a word. */
const APART = 0.5;
/** In standard errors of the divergent draws' mean; less may be chance. */
const BEYOND_CHANCE = 3;
const MOST = 2;

/** At most two coordinates, the most telling first. A divergent transition stays near its start, which is what is kept of it. */
export function whereDiverging(draws: Draws, diverging: readonly Float64Array[]): Region[] {
  const { dim, names, position, lengths, draws: stride } = draws;
  const sums = { all: new Float64Array(dim), squares: new Float64Array(dim), divergent: new Float64Array(dim) };
  const origin = position.subarray(0, dim); // sums of squares about a draw: about zero they would round away small spreads
  let all = 0;
  let divergent = 0;
  lengths.forEach((length, chain) => {
    for (let n = 0; n < length; n++) {
      const isDivergent = diverging[chain][n] > 0;
      const at = (chain * stride + n) * dim;
      for (let i = 0; i < dim; i++) {
        const x = position[at + i] - origin[i];
        sums.all[i] += x;
        sums.squares[i] += x * x;
        if (isDivergent) sums.divergent[i] += x;
      }
      all++;
      if (isDivergent) divergent++;
    }
  });

  const apart = names.map((name, i) => {
    const [mean, ofAll] = [sums.divergent[i] / divergent, sums.all[i] / all];
    const sd = Math.sqrt(Math.max(0, sums.squares[i] / all - ofAll * ofAll));
    return { name, score: (mean - ofAll) / sd, mean: mean + origin[i], ofAll: ofAll + origin[i], sd };
  });
  const least = Math.max(APART, BEYOND_CHANCE / Math.sqrt(divergent));
  return apart
    .filter(({ score }) => Math.abs(score) > least)
    .sort((a, b) => Math.abs(b.score) - Math.abs(a.score))
    .slice(0, MOST)
    .map(({ name, score, mean, ofAll, sd }) => ({
      name,
      low: score < 0,
      mean: roundedTo(mean, sd),
      ofAll: roundedTo(ofAll, sd),
    }));
}
