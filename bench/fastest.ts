// The time of several functions, taken in turns, so that what else the machine does meets all of them.

/** The shortest time of one call of each, in milliseconds: what else the machine does only adds to it. */
export function fastest(runs: readonly (() => unknown)[], milliseconds: number = 1500 * runs.length): number[] {
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    runs.forEach((run, i) => {
      for (let call = 0; call < 5; call++) {
        const start = performance.now();
        run();
        best[i] = Math.min(best[i], performance.now() - start);
      }
    });
  }
  return best;
}
