// What a Pareto k-hat says of a mean over draws with such a tail: whether so many are enough, how many would be, how fast the error falls.
// Vehtari, Simpson, Gelman, Yao and Gabry 2024, "Pareto smoothed importance sampling", JMLR 25.

import { integerAtLeast, refuse } from "../arguments/index.js";

/**
 * Means over `draws` draws (at least 2) can be relied on where k-hat is below this: min(1 - 1 / log10 draws, 0.7). Above 0.7 bias rules, and more
 * draws do not help; R's `posterior` leaves that to its messages and gives the first term alone.
 *
 * Vehtari et al. 2024, eq. 13.
 *
 * @example khatThreshold(1000) // 0.6667
 */
export function khatThreshold(draws: number): number {
  return Math.min(1 - 1 / Math.log10(integerAtLeast("khatThreshold", "draws", draws, 2)), 0.7);
}

/**
 * How many draws a tail of this k-hat asks for; infinitely many from 1 on, NaN for NaN.
 *
 * Vehtari et al. 2024, eq. 11; `ps_min_ss` of R's `posterior`.
 *
 * @example khatMinimumDraws(0.5) // 100
 */
export function khatMinimumDraws(khat: number): number {
  if (typeof khat !== "number") refuse("khatMinimumDraws", "khat", "a number", khat);
  if (Number.isNaN(khat)) return Number.NaN;
  return khat < 1 ? 10 ** (1 / (1 - Math.max(0, khat))) : Number.POSITIVE_INFINITY;
}

/**
 * The rate at which the error of a mean falls at `draws` draws (at least 2), relative to that of the central limit theorem: 1 where the
 * variance behaves, 0 where the mean does not exist (k-hat from 1 on). NaN for NaN.
 *
 * Vehtari et al. 2024, appendix B; `ps_convergence_rate` of R's `posterior`.
 *
 * @example khatConvergenceRate(0.7, 1000) // 0.5741
 */
export function khatConvergenceRate(khat: number, draws: number): number {
  const S = integerAtLeast("khatConvergenceRate", "draws", draws, 2);
  if (Number.isNaN(khat)) return Number.NaN;
  if (khat <= 0) return 1;
  if (khat >= 1) return 0;
  // The paper's quotient divided out, with its limit at k = 1/2.
  const a = 2 * khat - 1;
  const log = Math.log(S);
  const slope = a === 0 ? 1 / log : a / -Math.expm1(-a * log);
  return Math.max(0, S / (S - 1) - slope);
}
