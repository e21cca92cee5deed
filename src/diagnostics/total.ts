// A sum over observations, and its standard error were they drawn anew.

import { mean, variance } from "./moments.js";

/** The sum, and sqrt(n variance) (Vehtari, Gelman and Gabry 2017, section 5.1), which is NaN for a single observation. */
export function totalOf(pointwise: Float64Array): [number, number] {
  const n = pointwise.length;
  return [n * mean(pointwise), Math.sqrt(n * variance(pointwise))];
}
