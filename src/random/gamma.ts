// Gamma variates: Marsaglia & Tsang 2000, "A simple method for generating gamma variables", ACM TOMS 26(3).

import { exp, log } from "./elementary.js";
import type { Random } from "./random.js";

/** One draw of the gamma law of scale 1; `shape` is positive. */
export function drawGamma(random: Random, shape: number): number {
  // Gamma(a) is Gamma(a + 1) U^(1/a) (section 6). -log U is an exponential, whose ziggurat resolves U near 0 and near 1
  // alike, so that tiny shapes lose nothing before the result itself underflows.
  if (shape < 1) return atLeastOne(random, shape + 1) * exp(-random.exponential() / shape);
  return atLeastOne(random, shape);
}

function atLeastOne(random: Random, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const t = c * x;
    if (t <= -1) continue;
    const u = random.uniform();
    const draw = d * (1 + t) * (1 + t) * (1 + t);
    if (u < 1 - 0.0331 * x * x * x * x) return draw; // the squeeze: nine times in ten or more
    if (log(u) < d * exponentPerD(t)) return draw;
  }
}

/**
 * The log of the acceptance probability over d: `x^2/2 + d - d v + d log v` with `v = (1 + t)^3` and `x^2 = 9 d t^2`.
 * Its terms cancel up to the fourth power of t; for large shapes, t is small, and only the series keeps any digits.
 */
export function exponentPerD(t: number): number {
  if (t < -1 / 64 || t > 1 / 64) return 3 * (log(1 + t) - t + 0.5 * t * t) - t * t * t;
  let sum = 0;
  for (let n = 11; n >= 4; n--) sum = 1 / n - t * sum;
  return -3 * t * t * t * t * sum;
}
