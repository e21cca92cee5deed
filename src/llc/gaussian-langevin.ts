// What Langevin steps do along one direction of a Gaussian, exactly: w <- (1 - eps a / 2) w + sqrt(eps) xi is an AR(1) series of coefficient
// r = 1 - eps a / 2, so that chains which start at the centre have the share 1 - r^(2t) of their final variance after t transitions, and squares
// r^(2t) for their autocorrelation (Isserlis). Nothing of it has to be estimated.

/** How a run keeps its draws: the first one after `warmup + thin` transitions. */
export interface RunLength {
  readonly warmup: number;
  readonly draws: number;
  readonly thin: number;
}

/**
 * The share of its final variance that a direction has reached, on average over a run's draws, in chains that start at the centre. `product` is
 * eps a, the step size times the curvature: from 4 on steps have no final variance, of which the share is 0.
 * @example attainedShare(0.01, { warmup: 100, draws: 100, thin: 1 }) // 0.767, for exp(-1) to exp(-2) are missing
 */
export function attainedShare(product: number, { warmup, draws, thin }: RunLength): number {
  const decay = squared(product);
  if (decay >= 1) return 0;
  const perDraw = decay ** thin;
  return 1 - (decay ** (warmup + thin) * (1 - perDraw ** draws)) / ((1 - perDraw) * draws);
}

/**
 * How many independent squares the squares of one chain's draws are worth for their mean: the number of draws over
 * 1 + 2 sum (1 - k / n) r^(2k).
 * @example effectiveSquares(0.01, { draws: 10_000, thin: 1 }) // 50.3: one in 2 / (eps a) transitions
 */
export function effectiveSquares(product: number, { draws, thin }: Pick<RunLength, "draws" | "thin">): number {
  const correlation = squared(product) ** thin;
  const apart = 1 - correlation;
  // Of series that hardly move the sum below is a difference of numbers that rounding has made equal.
  if (apart * draws < 1e-4) return Math.min(1, draws);
  const time = (1 + correlation) / apart - (2 * correlation * (1 - correlation ** draws)) / (draws * apart * apart);
  return draws / time;
}

/**
 * Transitions after which a direction lacks no more than `share` of its final variance: log(1 / share) / (eps a), nearly. Infinite where
 * nothing holds it.
 * @example transitionsUntil(0.01, 0.05) // 299
 */
export function transitionsUntil(product: number, share: number): number {
  return Math.ceil(Math.log(1 / share) / Math.abs(Math.log(squared(product))));
}

/** r^2 */
function squared(product: number): number {
  return (1 - product / 2) ** 2;
}
