// Eigenvalues and eigenvectors of a small symmetric matrix: reflections to a tridiagonal one, then QR steps with Wilkinson's shift
// (Golub and Van Loan, Matrix Computations, sections 8.3.1 and 8.3.3). About 9 n^3 multiplications.

export interface SymmetricEigen {
  /** `[n]`, in no particular order. */
  readonly values: Float64Array;
  /** `[n, n]`: row k is the unit eigenvector of `values[k]`. */
  readonly vectors: Float64Array;
}

/** A matrix whose eigenvalues take more QR steps than this per row has numbers that are not finite. */
const MOST_STEPS = 30;

/**
 * Decomposes the symmetric `[n, n]` matrix `a`, which is overwritten. Throws a RangeError where it holds numbers that are not finite.
 * @example adaptation.symmetricEigen(Float64Array.of(2, 1, 1, 2), 2).values // 3 and 1, but for rounding
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const values = new Float64Array(n);
  const beside = new Float64Array(n);
  const vectors = tridiagonal(a, n, values, beside);
  // The matrix is now T = V A V' with V the rows of `vectors`, and each rotation below keeps it so.
  let high = n - 1;
  for (let steps = 0; high > 0; ) {
    for (let i = 0; i < high; i++) {
      if (Math.abs(beside[i]) <= Number.EPSILON * (Math.abs(values[i]) + Math.abs(values[i + 1]))) beside[i] = 0;
    }
    if (beside[high - 1] === 0) {
      high--;
      steps = 0;
      continue;
    }
    if (++steps > MOST_STEPS) throw new RangeError("symmetricEigen: the matrix holds numbers that are not finite");
    let low = high - 1;
    while (low > 0 && beside[low - 1] !== 0) low--;
    qrStep(values, beside, vectors, low, high, n);
  }
  return { values, vectors };
}

/** Chases the bulge of one shifted step through rows `low` to `high` of an unreduced tridiagonal matrix. */
function qrStep(
  values: Float64Array,
  beside: Float64Array,
  vectors: Float64Array,
  low: number,
  high: number,
  n: number,
): void {
  const half = (values[high - 1] - values[high]) / 2;
  const last = beside[high - 1];
  const root = Math.hypot(half, last);
  let x = values[low] - (values[high] - (last * last) / (half < 0 ? half - root : half + root));
  let z = beside[low];
  for (let k = low; k < high; k++) {
    const r = Math.hypot(x, z);
    const c = r === 0 ? 1 : x / r;
    const s = r === 0 ? 0 : z / r;
    if (k > low) beside[k - 1] = r;
    const [first, second, between] = [values[k], values[k + 1], beside[k]];
    values[k] = c * c * first + 2 * c * s * between + s * s * second;
    values[k + 1] = s * s * first - 2 * c * s * between + c * c * second;
    beside[k] = (c * c - s * s) * between + c * s * (second - first);
    x = beside[k];
    if (k < high - 1) {
      z = s * beside[k + 1];
      beside[k + 1] *= c;
    }
    for (let i = k * n, j = i + n, end = j; i < end; i++, j++) {
      const [upper, lower] = [vectors[i], vectors[j]];
      vectors[i] = c * upper + s * lower;
      vectors[j] = c * lower - s * upper;
    }
  }
}

/** Reduces `a` to the tridiagonal matrix V a V' with `diagonal` and `beside` it; returns V, whose rows are orthonormal. */
function tridiagonal(a: Float64Array, n: number, diagonal: Float64Array, beside: Float64Array): Float64Array {
  const w = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    let squares = 0;
    for (let i = k + 1; i < n; i++) squares += a[i * n + k] ** 2;
    const first = a[(k + 1) * n + k];
    const norm = Math.sqrt(squares);
    beside[k] = first > 0 ? -norm : norm;
    // The reflection I - weight v v' takes column k below the diagonal to beside[k] times its first unit vector; v stays there.
    a[(k + 1) * n + k] = first - beside[k];
    const length = 2 * norm * (norm + Math.abs(first));
    const weight = length > 0 ? 2 / length : 0;
    weights[k] = weight;
    if (weight === 0) continue;
    let overlap = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j] * a[j * n + k];
      w[i] = weight * sum;
      overlap += w[i] * a[i * n + k];
    }
    for (let i = k + 1; i < n; i++) w[i] -= (weight / 2) * overlap * a[i * n + k];
    for (let i = k + 1; i < n; i++) {
      const [v, by] = [a[i * n + k], w[i]];
      for (let j = k + 1; j < n; j++) a[i * n + j] -= v * w[j] + by * a[j * n + k];
    }
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i];

  // V = H_(n-2) ... H_0, built from the left so that each reflection touches what the later ones have made.
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let k = n - 2; k >= 0; k--) {
    if (weights[k] === 0) continue;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += v[i * n + j] * a[j * n + k];
      const by = weights[k] * sum;
      for (let j = k + 1; j < n; j++) v[i * n + j] -= by * a[j * n + k];
    }
  }
  return v;
}
