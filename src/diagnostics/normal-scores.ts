// Normal scores: what ranks would be were they draws of the standard normal law.

import { inverseNormal } from "./inverse-normal.js";
import { MOST_KEPT } from "./kept-memory.js";

/**
 * The scores of the ranks 1, 3/2, 2, ... S of S draws; the score of rank r is at 2 r - 2. Ranks of ties lie between those of draws.
 * The table of the latest S is kept: the ranks of one coordinate are those of the next.
 *
 * Vehtari et al. 2021, eq. 14, with Blom's offset 3/8. The paper prints S - 1/4; Blom and `posterior` have S + 1/4.
 */
export function normalScores(S: number): Float64Array {
  if (latest.length === 2 * S - 1) return latest;
  const table = new Float64Array(Math.max(0, 2 * S - 1));
  for (let j = 0; j < table.length; j++) table[j] = inverseNormal((1 + j / 2 - 3 / 8) / (S + 1 / 4));
  if (S <= MOST_KEPT) latest = table;
  return table;
}

let latest: Float64Array = new Float64Array(0);
