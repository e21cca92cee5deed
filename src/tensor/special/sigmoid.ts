// The logistic function, the derivative of softplus.

/**
 * `1 / (1 + e^(-x))`, without overflow and with full relative accuracy in the left tail.
 *
 * @example sigmoid(Math.log(3)) // 0.75
 */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const small = Math.exp(x);
  return small / (1 + small);
}
