// Ladders of temperatures for parallel tempering, as inverse temperatures beta = 1 / T that fall from 1, and how they are spread so
// that all pairs of neighbours exchange alike (Syed, Bouchard-Cote, Deligiannidis and Doucet 2022).

/** `rungs` temperatures from 1 to `hottest`, each the same multiple of the one before. */
export function geometric(rungs: number, hottest: number): number[] {
  return Array.from({ length: rungs }, (_, k) => hottest ** (k / (rungs - 1)));
}

/** The ladder moves after these transitions of warmup: a sixteenth, an eighth, a quarter and a half. */
export function ladderMoves(warmup: number): number[] {
  return [1 / 16, 1 / 8, 1 / 4, 1 / 2].map((share) => Math.floor(share * warmup)).filter((end) => end >= LEAST_WINDOW);
}

const LEAST_WINDOW = 20;

/**
 * The ladder whose pairs all meet the same share of the rejections: their sum up to a rung is interpolated linearly in beta (Syed et
 * al. 2022, algorithm 3). The ends stay. Undefined where a pair was never asked.
 */
export function movedLadder(
  inverse: Float64Array,
  exchanged: Float64Array,
  asked: Float64Array,
): Float64Array | undefined {
  const top = inverse.length - 1;
  const barrier = new Float64Array(top + 1);
  for (let k = 0; k < top; k++) {
    if (asked[k] === 0) return undefined;
    barrier[k + 1] = barrier[k] + Math.max(1 - exchanged[k] / asked[k], LEAST_REJECTION);
  }
  const moved = inverse.slice();
  for (let k = 1, from = 0; k < top; k++) {
    const level = (barrier[top] * k) / top;
    while (barrier[from + 1] < level) from++;
    const share = (level - barrier[from]) / (barrier[from + 1] - barrier[from]);
    moved[k] = inverse[from] + share * (inverse[from + 1] - inverse[from]);
  }
  return moved;
}

/** Keeps the sum of rejections rising. */
const LEAST_REJECTION = 1e-3;
