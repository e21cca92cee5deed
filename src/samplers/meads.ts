// What many chains know of a law together, at one moment: the scales of its coordinates and the largest eigenvalue of a covariance. From these
// MEADS (Hoffman and Sountsov 2022, "Tuning-Free Generalized Hamiltonian Monte Carlo") derives step size, damping and mass.

/**
 * The standard deviation of each coordinate over `width` chains, for positions `[dim, width]`. Denominator width; 0 where all are equal.
 * @example adaptation.pooledScales(Float64Array.of(1, 3, 5, 5), 2) // [1, 0]
 */
export function pooledScales(position: Float64Array, width: number): Float64Array {
  const scales = new Float64Array(position.length / width);
  for (let i = 0, from = 0; i < scales.length; i++, from += width) {
    let mean = 0;
    for (let c = 0; c < width; c++) mean += position[from + c] / width;
    let squares = 0;
    for (let c = 0; c < width; c++) squares += (position[from + c] - mean) ** 2;
    scales[i] = Math.sqrt(squares / width);
  }
  return scales;
}

/**
 * An estimate of the largest eigenvalue of `E[x x']` from `width` vectors, `[dim, width]`: tr(S^2) / tr(S) of their second moments S, which is
 * the mean of its eigenvalues weighted by themselves. It is at least the mean eigenvalue and at most the largest of S. (Section 3.2 of
 * the paper.) Costs `dim * width * min(dim, width)` multiplications. NaN where all vectors are 0.
 * @example adaptation.largestEigenvalue(Float64Array.of(1, -1, 0, 0), 2) // 1
 */
export function largestEigenvalue(vectors: Float64Array, width: number): number {
  const dim = vectors.length / width;
  let trace = 0;
  for (const x of vectors) trace += x * x;
  // The products of columns have the nonzero eigenvalues that those of rows have.
  const alongRows = dim <= width;
  const count = alongRows ? dim : width;
  const [terms, next, step] = alongRows ? [width, width, 1] : [dim, 1, width];
  let squares = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let t = 0, a = i * next, b = j * next; t < terms; t++, a += step, b += step)
        product += vectors[a] * vectors[b];
      squares += (i === j ? 1 : 2) * product * product;
    }
  }
  return squares / trace / width;
}
