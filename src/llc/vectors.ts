// Vectors as plain arrays, for what descends and what looks for curvatures.

export function addScaled(x: Float64Array, factor: number, by: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] += factor * by[i];
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
