// Autocovariances of sequences at all lags, by FFT (Geyer 2011), with divisor N at every lag (Geyer 1992): biased, but of smaller
// variance than the unbiased ones, as Vehtari et al. 2021 (section 3.2) ask.

import { asNumbers } from "./chains.js";
import { backwardFft, forwardFft } from "./fft.js";
import { MOST_KEPT } from "./kept-memory.js";
import { mean } from "./moments.js";

/**
 * The autocovariances of `x` at lags 0 ... N - 1, divisor N; all NaN where a value is not finite or there is only one.
 *
 * @example autocovariance([1, 2, 3, 4]) // [1.25, 0.3125, -0.375, -0.5625]
 */
export function autocovariance(x: ArrayLike<number>): Float64Array {
  return autocovarianceOf(asNumbers("autocovariance", "x", x));
}

export function autocovarianceOf(x: Float64Array): Float64Array {
  return meanAutocovariance([x], new Float64Array(x.length));
}

/**
 * The mean of the autocovariances of several chains, into `result`, as long as a chain. Hot: one transform for two chains, and one
 * backward for all, for it is the sum of the spectra that is asked for.
 */
export function meanAutocovariance(chains: readonly Float64Array[], result: Float64Array): Float64Array {
  const M = chains.length;
  const N = chains[0].length;
  if (N < 2) return result.fill(Number.NaN);
  // Zeros up to twice the length keep the end of a chain from meeting its beginning.
  let n = 2;
  while (n < 2 * N) n *= 2;
  const { re, im, power } = scratchFor(n);
  power.fill(0, 0, n);

  let variances = 0; // of the chains, divisor N
  for (let m = 0; m < M; m += 2) {
    // One chain is the real, the next the imaginary part. Their spectra need not be told apart to be added: see below.
    variances += centre(chains[m], re, n) / N;
    if (m + 1 < M) variances += centre(chains[m + 1], im, n) / N;
    else im.fill(0, 0, n);
    forwardFft(re, im, n);
    for (let p = 0; p < n; p++) power[p] += re[p] * re[p] + im[p] * im[p];
  }
  if (variances === 0) return result.fill(0);

  // |Z_k|^2 and |Z_-k|^2 of Z = X + i Y have the mean |X_k|^2 + |Y_k|^2. Where X_k stands at p, in bit-reversed order, X_-k stands at p with
  // all digits below its first changed.
  for (let first = 2; first < n; first *= 2) {
    for (let p = first, q = 2 * first - 1; p < q; p++, q--) power[p] = power[q] = (power[p] + power[q]) / 2;
  }
  im.fill(0, 0, n);
  backwardFft(power, im, n);
  // Lag 0 is known without the transform; it sets the scale of the others.
  const scale = variances / M / power[0];
  for (let t = 0; t < N; t++) result[t] = power[t] * scale;
  return result;
}

/** Writes deviations from the mean, then zeros up to `n`; returns the sum of the squared ones. */
function centre(x: Float64Array, out: Float64Array, n: number): number {
  const N = x.length;
  const m = mean(x);
  let squares = 0;
  for (let t = 0; t < N; t++) {
    const deviation = x[t] - m;
    out[t] = deviation;
    squares += deviation * deviation;
  }
  out.fill(0, N, n);
  return squares;
}

interface Scratch {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly power: Float64Array;
}

/** Kept from call to call: nothing here outlives a call. */
let scratch: Scratch = { re: new Float64Array(0), im: new Float64Array(0), power: new Float64Array(0) };

function scratchFor(n: number): Scratch {
  if (scratch.re.length >= n) return scratch;
  const fresh: Scratch = { re: new Float64Array(n), im: new Float64Array(n), power: new Float64Array(n) };
  if (n <= MOST_KEPT) scratch = fresh;
  return fresh;
}
