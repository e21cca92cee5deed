// Vectors as plain arrays of doubles: the few sums that everything above the engine writes between two calls of a compiled program. They
// stand here, for what is lowest is open to all who need them.

/** `a . b`, summed in the order of the entries. Hot: one pass, nothing allocated. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The Euclidean length. Squares that overflow or vanish are not rescued, as `Math.hypot` would at several times the cost. */
export function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x));
}

/** `x += factor by` */
export function addScaled(x: Float64Array, factor: number, by: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] += factor * by[i];
}
