// The regularised incomplete beta function, the distribution function of the beta law. Continued fraction: DiDonato
// and Morris (1992), evaluated by Lentz's method; the factor before it as Loader (2000) computes densities, without cancellation.

/**
 * I_x(a, b) for a, b > 0 and x in [0, 1]. Relative error about 1e-12 for parameters up to a million, apart from what x
 * itself cannot hold of its distance from 1.
 *
 * @example incompleteBeta(0.5, 2, 3) // 0.6875
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the law's centre; above it, by symmetry, from the other side.
  const factor = betaFactor(x, a, b);
  return x < (a + 1) / (a + b + 2)
    ? factor / continuedFraction(x, 1 - x, a, b)
    : 1 - factor / continuedFraction(1 - x, x, b, a);
}

/** x^a (1 - x)^b / B(a, b): x (1 - x) times the density of the beta law. */
export function betaFactor(x: number, a: number, b: number): number {
  const n = a + b;
  // Stirling's formula for the three gamma functions: what is large in them cancels on paper, not in floating point.
  const deviation = x - a / n; // from the mean
  const exponent =
    a * logRatio(x, a / n, deviation) +
    b * logRatio(1 - x, b / n, -deviation) +
    (stirlingError(n) - stirlingError(a) - stirlingError(b));
  return Math.sqrt((a * b) / (2 * Math.PI * n)) * Math.exp(exponent);
}

/** log(x / mean), accurate where `deviation`, x - mean, is small. */
export function logRatio(x: number, mean: number, deviation: number): number {
  const relative = deviation / mean;
  return Math.abs(relative) < 0.5 ? Math.log1p(relative) : Math.log(x / mean);
}

/** log Gamma(z) - ((z - 1/2) log z - z + log(2 pi) / 2), for z > 0. */
export function stirlingError(z: number): number {
  let shifted = 0;
  for (; z < 16; z++) shifted += (z + 0.5) * Math.log1p(1 / z) - 1;
  const w = 1 / (z * z);
  return shifted + (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188 - (w * 691) / 360360))))) / z;
}

/** I_x(a, b) = factor / fraction, where y = 1 - x comes along because the fraction for small y must not lose its digits. */
function continuedFraction(x: number, y: number, a: number, b: number): number {
  const TINY = 1e-300; // stands in for a zero denominator
  const excess = a * y - b * x;
  const denominator = (m: number): number =>
    m + (m * (b - m) * x) / (a + 2 * m - 1) + ((a + m) * (excess + 1 + m * (1 + y))) / (a + 2 * m + 1);

  let c = (a * (excess + 1)) / (a + 1) || TINY; // denominator(0), where a = 1 makes of its middle term 0 / 0
  let d = 0;
  let value = c;
  // About sqrt(max(a, b)) terms near the centre of the law, fewer elsewhere.
  const limit = 1000 + 20 * Math.sqrt(a + b);
  for (let m = 1; m < limit; m++) {
    const numerator = (((a + m - 1) * (a + b + m - 1)) / (a + 2 * m - 1)) * ((m * (b - m)) / (a + 2 * m - 1)) * x * x;
    d = 1 / (denominator(m) + numerator * d || TINY);
    c = denominator(m) + numerator / c || TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) <= Number.EPSILON) break;
  }
  return value;
}
