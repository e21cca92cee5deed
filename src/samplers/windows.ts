// When warmup renews the mass: Stan's schedule of an initial buffer, windows of doubling length, and a final buffer in which
// only the step size goes on (Stan reference manual, "Automatic parameter tuning").

const INITIAL = 75;
const FIRST_WINDOW = 25;
const FINAL = 50;
const LEAST_WARMUP = 20;

export interface Windows {
  /** Transitions before the first window; they are not used for the mass. */
  readonly initial: number;
  /** A window ends after this many transitions, for each window. Empty where warmup is too short for any. */
  readonly ends: readonly number[];
}

/**
 * The windows of a warmup of so many transitions.
 * @example adaptation.windows(1000) // { initial: 75, ends: [100, 150, 250, 450, 950] }
 */
export function windows(warmup: number): Windows {
  if (warmup < LEAST_WARMUP) return { initial: warmup, ends: [] };
  if (warmup < INITIAL + FIRST_WINDOW + FINAL) {
    return { initial: Math.floor(0.15 * warmup), ends: [warmup - Math.floor(0.1 * warmup)] };
  }
  const last = warmup - FINAL;
  const ends = [INITIAL + FIRST_WINDOW];
  for (let size = 2 * FIRST_WINDOW; ends[ends.length - 1] < last; size *= 2) {
    const end = ends[ends.length - 1] + size;
    // A window after which the next one would not fit takes all that is left.
    ends.push(end + 2 * size <= last ? end : last);
  }
  return { initial: INITIAL, ends };
}
