// Quantiles of the beta law: Newton's method on the regularised incomplete beta function, kept inside a bracket.

import { betaFactor, incompleteBeta } from "./incomplete-beta.js";

/**
 * The x with I_x(a, b) = p, for a, b > 0 and p in [0, 1].
 *
 * @example inverseIncompleteBeta(0.6875, 2, 3) // 0.5
 */
export function inverseIncompleteBeta(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let step = 0; step < 200; step++) {
    const excess = incompleteBeta(x, a, b) - p;
    if (excess > 0) high = x;
    else low = x;
    const density = betaFactor(x, a, b) / (x * (1 - x));
    const newton = x - excess / density;
    // Bisection where Newton's step leaves the bracket, or the density is too small to divide by.
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= Number.EPSILON * x) return next;
    x = next;
  }
  return x;
}
