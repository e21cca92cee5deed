// Learning coefficient and multiplicity from estimates at several temperatures: E[t K] = lambda - (m - 1) / (log t + c) + ..., the logarithmic
// derivative of Z(t) ~ t^-lambda (log t + c)^(m - 1) (Watanabe 2009, theorem 4.9), by weighted least squares.

import { upperIncompleteGamma } from "../diagnostics/incomplete-gamma.js";

/** An estimate at n beta = t. */
export interface Point {
  readonly nbeta: number;
  readonly llc: number;
  readonly standardError: number;
}

export interface LadderFit {
  readonly lambda: number;
  readonly lambdaStandardError: number;
  readonly multiplicity: number;
  readonly multiplicityStandardError: number;
  /** Between the two. */
  readonly correlation: number;
  /** c of `log t + c`. */
  readonly offset: number;
  /** Sum of squared residuals over errors, and how many of these are free. */
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  /** Of a chi-square so large, were the formula true at these temperatures. */
  readonly chance: number;
}

/** What another multiplicity would mean, with the offset that suits it best. */
export interface FitAtMultiplicity {
  readonly multiplicity: number;
  readonly lambda: number;
  readonly lambdaStandardError: number;
  readonly offset: number;
  readonly chiSquare: number;
}

/** Fits both to points with `log t + offset > 0`; NaN throughout where fewer than two are left. */
export function fitLadder(points: readonly Point[], offset: number): LadderFit {
  const usable = points.filter(({ nbeta, standardError }) => Math.log(nbeta) + offset > 0 && standardError > 0);
  // y = a + b x with x = -1 / (log t + c): a is lambda, b is m - 1.
  let [S, Sx, Sxx, Sy, Sxy] = [0, 0, 0, 0, 0];
  for (const { nbeta, llc, standardError } of usable) {
    const weight = 1 / standardError ** 2;
    const x = -1 / (Math.log(nbeta) + offset);
    S += weight;
    Sx += weight * x;
    Sxx += weight * x * x;
    Sy += weight * llc;
    Sxy += weight * x * llc;
  }
  const determinant = usable.length < 2 ? Number.NaN : S * Sxx - Sx * Sx;
  const lambda = (Sxx * Sy - Sx * Sxy) / determinant;
  const slope = (S * Sxy - Sx * Sy) / determinant;
  const chiSquare = usable.reduce((sum, { nbeta, llc, standardError }) => {
    return sum + ((llc - lambda + slope / (Math.log(nbeta) + offset)) / standardError) ** 2;
  }, 0);
  const degreesOfFreedom = usable.length - 2;
  return {
    lambda,
    lambdaStandardError: Math.sqrt(Sxx / determinant),
    multiplicity: 1 + slope,
    multiplicityStandardError: Math.sqrt(S / determinant),
    correlation: -Sx / Math.sqrt(S * Sxx),
    offset,
    chiSquare,
    degreesOfFreedom,
    chance: degreesOfFreedom > 0 ? upperIncompleteGamma(degreesOfFreedom / 2, chiSquare / 2) : Number.NaN,
  };
}

const LARGEST_OFFSET = 30;
const OFFSETS = 400;

/** Fits lambda with the multiplicity given, and the offset where it matters: on a grid, for the sum of squares need not be convex. */
export function fitAtMultiplicity(points: readonly Point[], multiplicity: number): FitAtMultiplicity {
  const usable = points.filter(({ nbeta, standardError }) => nbeta > 0 && standardError > 0);
  const least = 0.5 - Math.log(Math.min(...usable.map(({ nbeta }) => nbeta)));
  let best: FitAtMultiplicity | undefined;
  const steps = multiplicity === 1 ? 0 : OFFSETS;
  for (let k = 0; k <= steps; k++) {
    const offset = steps === 0 ? 0 : least + ((LARGEST_OFFSET - least) * k) / steps;
    const shift = ({ nbeta }: Point): number =>
      multiplicity === 1 ? 0 : (multiplicity - 1) / (Math.log(nbeta) + offset);
    let [S, Sy] = [0, 0];
    for (const point of usable) {
      S += 1 / point.standardError ** 2;
      Sy += (point.llc + shift(point)) / point.standardError ** 2;
    }
    const lambda = Sy / S;
    const chiSquare = usable.reduce(
      (sum, point) => sum + ((point.llc + shift(point) - lambda) / point.standardError) ** 2,
      0,
    );
    if (best === undefined || chiSquare < best.chiSquare) {
      best = { multiplicity, lambda, lambdaStandardError: 1 / Math.sqrt(S), offset, chiSquare };
    }
  }
  return best!;
}
