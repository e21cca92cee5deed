// The discrete Fourier transform of real data whose length is a power of two: as much as autocovariances need.

/** X_k = sum_t x_t exp(-2 pi i k t / n) for k = 0 ... n/2; n = x.length, a power of two, at least 2. */
export function realFft(x: Float64Array): { re: Float64Array; im: Float64Array } {
  const n = x.length;
  const half = n / 2;
  // Even and odd samples are real and imaginary part of a complex sequence of half the length.
  const zr = new Float64Array(half);
  const zi = new Float64Array(half);
  for (let t = 0; t < half; t++) {
    zr[t] = x[2 * t];
    zi[t] = x[2 * t + 1];
  }
  complexFft(zr, zi);
  const { cos, sin } = roots(n);
  const re = new Float64Array(half + 1);
  const im = new Float64Array(half + 1);
  for (let k = 0; k <= half; k++) {
    // Z_k = E_k + i O_k and conj Z_{-k} = E_k - i O_k give back the transforms E and O of the two; X_k = E_k + w^k O_k.
    const i = k % half;
    const j = (half - k) % half;
    const er = (zr[i] + zr[j]) / 2;
    const ei = (zi[i] - zi[j]) / 2;
    const or = (zi[i] + zi[j]) / 2;
    const oi = (zr[j] - zr[i]) / 2;
    const c = k === half ? -1 : cos[k];
    const s = k === half ? 0 : sin[k];
    re[k] = er + c * or + s * oi;
    im[k] = ei + c * oi - s * or;
  }
  return { re, im };
}

/** In place, radix 2, decimation in time. Hot: about 5 n log2 n operations. */
function complexFft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  const { cos, sin } = roots(n);
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    const stride = n / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const c = cos[k * stride];
        const s = sin[k * stride];
        const br = re[b] * c + im[b] * s;
        const bi = im[b] * c - re[b] * s;
        re[b] = re[a] - br;
        im[b] = im[a] - bi;
        re[a] += br;
        im[a] += bi;
      }
    }
  }
}

/** cos and sin of 2 pi k / n for k below n/2. Kept: n is a power of two, so all tables together are twice the largest. */
function roots(n: number): { cos: Float64Array; sin: Float64Array } {
  let table = tables.get(n);
  if (table === undefined) {
    const angles = Float64Array.from({ length: n / 2 }, (_, k) => (2 * Math.PI * k) / n);
    table = { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
    tables.set(n, table);
  }
  return table;
}

const tables = new Map<number, { cos: Float64Array; sin: Float64Array }>();
