// The known name that a misspelt one is nearest to, by the optimal string alignment distance (Damerau 1964): insertions,
// deletions, substitutions and swaps of neighbours count one each.

/**
 * The candidate with the least distance to `name`, the earliest of equals; undefined where none shares as much as half of it.
 * @example nearest("smpler", ["model", "sampler"]) // "sampler"
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase());
    if (d < least && d <= Math.max(name.length, candidate.length) / 2) [best, least] = [candidate, d];
  }
  return best;
}

/** @example distance("n_dtaa", "n_data") // 1 */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}
