// Draws put in order once, for all that is said of their ranks and quantiles: the split chains as normal scores, as scores of distances
// from the median, and as indicators (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021).

import { MOST_KEPT } from "./kept-memory.js";
import { normalScores } from "./normal-scores.js";
import { orderOf } from "./order.js";

/** Belongs to the latest call of `rank` alone: the next overwrites it, for memory that is written once per coordinate is slow. */
export interface Ranking {
  /** All draws in ascending order, NaN last. */
  readonly sorted: Float64Array;
  /** Where each of them stands among the split chains; `kept` for the middle draws of an odd length, which splitting drops. */
  readonly places: Uint32Array;
  readonly kept: number;
  /** First halves of the chains, then last halves: what the functions below write and return. */
  readonly halves: readonly Float64Array[];
  /** The same numbers in one list, and a place at its end for those that are dropped. */
  readonly scores: Float64Array;
  /** Of the distances from the median, in ascending order. */
  readonly distances: Float64Array;
  readonly distancePlaces: Uint32Array;
  /** Where each draw, chain after chain, stands among the split chains. */
  readonly placeOf: Uint32Array;
  readonly pooled: Float64Array;
}

/** The draws of all chains in order. */
export function rank(chains: readonly Float64Array[]): Ranking {
  const ranking = rankingFor(chains.length, chains[0].length);
  const { sorted, places, pooled, placeOf } = ranking;
  const N = chains[0].length;
  for (let m = 0; m < chains.length; m++) pooled.set(chains[m], m * N);
  const order = orderOf(pooled);
  for (let k = 0; k < order.length; k++) {
    sorted[k] = pooled[order[k]];
    places[k] = placeOf[order[k]];
  }
  return ranking;
}

/** The split chains' normal scores; NaN where a draw is NaN. */
export function rankScores(ranking: Ranking): readonly Float64Array[] {
  const { sorted, places } = ranking;
  return scoresInOrder(ranking, sorted, places);
}

/** The normal scores of the split chains' distances from the median of all draws (eq. 15); NaN where that median is not finite. */
export function foldedScores(ranking: Ranking): readonly Float64Array[] {
  const { sorted, places, distances, distancePlaces, scores, halves } = ranking;
  const S = sorted.length;
  const median = medianOf(sorted);
  if (!Number.isFinite(median)) {
    scores.fill(Number.NaN);
    return halves;
  }
  // Below and above the median distances ascend already: two sorted lists to merge.
  let above = 0;
  let end = S;
  while (above < end) {
    const middle = (above + end) >>> 1;
    if (sorted[middle] <= median) above = middle + 1;
    else end = middle;
  }
  let below = above - 1;
  for (let k = 0; k < S; k++) {
    if (above >= S || (below >= 0 && median - sorted[below] <= sorted[above] - median)) {
      distances[k] = median - sorted[below];
      distancePlaces[k] = places[below--];
    } else {
      distances[k] = sorted[above] - median;
      distancePlaces[k] = places[above++];
    }
  }
  return scoresInOrder(ranking, distances, distancePlaces);
}

/** The split chains as indicators: 1 for a draw of at most `q`, 0 for others. */
export function indicators(ranking: Ranking, q: number): readonly Float64Array[] {
  const { sorted, places, scores, halves } = ranking;
  for (let k = 0; k < sorted.length; k++) scores[places[k]] = sorted[k] <= q ? 1 : 0;
  return halves;
}

/** Writes the score of each value's rank to its place; ties share their average rank. */
function scoresInOrder(
  { kept, scores, halves }: Ranking,
  ascending: Float64Array,
  places: Uint32Array,
): readonly Float64Array[] {
  const S = ascending.length;
  const table = normalScores(kept);
  let lower = 0; // how many kept draws are less
  for (let first = 0, next = 0; first < S; first = next) {
    const value = ascending[first];
    let equal = 0;
    for (next = first; next < S && (ascending[next] === value || next === first); next++) {
      if (places[next] < kept) equal++;
    }
    if (equal === 0) continue;
    // Of ranks lower + 1 ... lower + equal the average r, and 2 r - 2.
    const score = Number.isNaN(value) ? Number.NaN : table[2 * lower + equal - 1];
    for (let k = first; k < next; k++) scores[places[k]] = score;
    lower += equal;
  }
  return halves;
}

/** The median as (a + b) / 2: its last bit decides whether the two central distances tie, and with that R-hat's sixth digit. */
export function medianOf(sorted: Float64Array): number {
  const S = sorted.length;
  if (S === 0 || Number.isNaN(sorted[S - 1])) return Number.NaN;
  const half = Math.floor(S / 2);
  return S % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

let latest: { readonly M: number; readonly N: number; readonly ranking: Ranking } | undefined;

function rankingFor(M: number, N: number): Ranking {
  if (M * N > MOST_KEPT) return emptyRanking(M, N);
  if (latest?.M !== M || latest.N !== N) latest = { M, N, ranking: emptyRanking(M, N) };
  return latest.ranking;
}

function emptyRanking(M: number, N: number): Ranking {
  const S = M * N;
  // A single draw is not split.
  const half = N < 2 ? N : Math.floor(N / 2);
  const parts = N < 2 ? M : 2 * M;
  const kept = parts * half;
  const scores = new Float64Array(kept + 1);
  const placeOf = new Uint32Array(S).fill(kept);
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < half; n++) {
      placeOf[m * N + n] = m * half + n;
      placeOf[m * N + N - half + n] = (m + parts - M) * half + n;
    }
  }
  return {
    sorted: new Float64Array(S),
    places: new Uint32Array(S),
    kept,
    halves: Array.from({ length: parts }, (_, m) => scores.subarray(m * half, (m + 1) * half)),
    scores,
    distances: new Float64Array(S),
    distancePlaces: new Uint32Array(S),
    placeOf,
    pooled: new Float64Array(S),
  };
}
