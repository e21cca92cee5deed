// The discrete Fourier transform of complex sequences whose length is a power of two, in place: as much as autocovariances need.
// Spectra are left in bit-reversed order, in which the backward transform wants them, so that nothing is ever reordered.

/**
 * X_k = sum_t x_t exp(-2 pi i k t / n), for x = re + i im of length n; X_k is left where the binary digits of k, read backwards, point.
 * Hot: decimation in frequency, two radix-2 stages in one sweep; about 4 n log2 n operations.
 */
export function forwardFft(re: Float64Array, im: Float64Array, n: number): void {
  const { cos, sin } = rootsUpTo(n);
  let size = n;
  for (; size >= 4; size >>= 2) {
    const q = size >> 2;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < q; k++) {
        const a = start + k;
        const b = a + q;
        const c = b + q;
        const d = c + q;
        const w1r = cos[2 * q + k];
        const w1i = -sin[2 * q + k];
        const w2r = cos[q + k];
        const w2i = -sin[q + k];
        const w3r = w1r * w2r - w1i * w2i;
        const w3i = w1r * w2i + w1i * w2r;
        const acr = re[a] + re[c];
        const aci = im[a] + im[c];
        const bdr = re[b] + re[d];
        const bdi = im[b] + im[d];
        const er = re[a] - re[c];
        const ei = im[a] - im[c];
        const fr = re[b] - re[d];
        const fi = im[b] - im[d];
        re[a] = acr + bdr;
        im[a] = aci + bdi;
        const xr = acr - bdr;
        const xi = aci - bdi;
        re[b] = xr * w2r - xi * w2i;
        im[b] = xr * w2i + xi * w2r;
        const yr = er + fi; // e - i f
        const yi = ei - fr;
        re[c] = yr * w1r - yi * w1i;
        im[c] = yr * w1i + yi * w1r;
        const zr = er - fi; // e + i f
        const zi = ei + fr;
        re[d] = zr * w3r - zi * w3i;
        im[d] = zr * w3i + zi * w3r;
      }
    }
  }
  if (size === 2) pairs(re, im, n);
}

/** sum_k X_k exp(2 pi i k t / n), of a spectrum as `forwardFft` leaves it: n times x, in its natural order. The same sweeps backwards. */
export function backwardFft(re: Float64Array, im: Float64Array, n: number): void {
  const { cos, sin } = rootsUpTo(n);
  let size = 4;
  if (Math.log2(n) % 2 === 1) {
    pairs(re, im, n);
    size = 8;
  }
  for (; size <= n; size <<= 2) {
    const q = size >> 2;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < q; k++) {
        const a = start + k;
        const b = a + q;
        const c = b + q;
        const d = c + q;
        const w1r = cos[2 * q + k];
        const w1i = sin[2 * q + k];
        const w2r = cos[q + k];
        const w2i = sin[q + k];
        const w3r = w1r * w2r - w1i * w2i;
        const w3i = w1r * w2i + w1i * w2r;
        const br = re[b] * w2r - im[b] * w2i;
        const bi = re[b] * w2i + im[b] * w2r;
        const cr = re[c] * w1r - im[c] * w1i;
        const ci = re[c] * w1i + im[c] * w1r;
        const dr = re[d] * w3r - im[d] * w3i;
        const di = re[d] * w3i + im[d] * w3r;
        const er = re[a] + br;
        const ei = im[a] + bi;
        const fr = re[a] - br;
        const fi = im[a] - bi;
        const gr = cr + dr;
        const gi = ci + di;
        const hr = cr - dr;
        const hi = ci - di;
        re[a] = er + gr;
        im[a] = ei + gi;
        re[b] = fr - hi; // f + i h
        im[b] = fi + hr;
        re[c] = er - gr;
        im[c] = ei - gi;
        re[d] = fr + hi; // f - i h
        im[d] = fi - hr;
      }
    }
  }
}

/** The stage of neighbours, whose root is 1; left over where the number of stages is odd. */
function pairs(re: Float64Array, im: Float64Array, n: number): void {
  for (let a = 0; a < n; a += 2) {
    const r = re[a];
    const i = im[a];
    re[a] = r + re[a + 1];
    im[a] = i + im[a + 1];
    re[a + 1] = r - re[a + 1];
    im[a + 1] = i - im[a + 1];
  }
}

interface Roots {
  /** cos and sin of pi k / h at h + k, for k below h = 1, 2, 4, ... */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

/** Kept, and made longer where a longer transform asks: shorter ones use its beginning. */
let roots: Roots = { cos: new Float64Array(0), sin: new Float64Array(0) };

function rootsUpTo(n: number): Roots {
  if (roots.cos.length < n) {
    roots = { cos: new Float64Array(n), sin: new Float64Array(n) };
    for (let h = 1; h < n; h *= 2) {
      for (let k = 0; k < h; k++) {
        roots.cos[h + k] = Math.cos((Math.PI * k) / h);
        roots.sin[h + k] = Math.sin((Math.PI * k) / h);
      }
    }
  }
  return roots;
}
