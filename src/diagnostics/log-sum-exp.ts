// log(sum exp x) without overflow.

/** -Infinity of nothing; NaN where a value is NaN. */
export function logSumExp(x: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.length; i++) {
    if (!(x[i] <= most)) most = x[i]; // also where it is NaN
  }
  if (!Number.isFinite(most)) return most;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.exp(x[i] - most);
  return most + Math.log(sum);
}
