// The logistic function, the derivative of softplus.

import { exp } from "./exp.js";

/**
 * `1 / (1 + e^(-x))`, without overflow and with full relative accuracy in the left tail.
 *
 * @example sigmoid(Math.log(3)) // 0.75
 */
export function sigmoid(x: number): number {
  const small = exp(-Math.abs(x));
  return (x >= 0 ? 1 : small) / (1 + small);
}
