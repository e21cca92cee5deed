// The smooth ramp, minus the log of the logistic function at `-x`.

import { exp } from "./exp.js";

/**
 * `log(1 + e^x)`, without overflow and with full relative accuracy in both tails.
 * Source: the identity `log(1 + e^x) = max(x, 0) + log(1 + e^(-|x|))`; the second term is at most `log 2`.
 *
 * @example softplus(0) // 0.6931471805599453, log 2
 */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(exp(-Math.abs(x)));
}
