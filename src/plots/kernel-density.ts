// Smooth densities of draws: a Gaussian kernel whose width is chosen by the improved method of Sheather and Jones (Botev, Grotowski
// and Kroese 2010, "Kernel density estimation via diffusion", Annals of Statistics 38), which several modes do not mislead.

import { essMean } from "../diagnostics/index.js";
import { sortedQuantile } from "../diagnostics/quantile.js";
import { finiteDraws } from "./pooled.js";

export interface KernelDensity {
  /** Evenly from the least to the greatest place. */
  x: Float64Array;
  density: Float64Array;
  /** Standard deviation of the kernel. */
  bandwidth: number;
}

const bins = 512;
/** Derivatives in the chain of plug-in estimates: section 5 of the paper takes seven. */
const stages = 7;

/**
 * The density at `places` points of `[low, high]`. The kernel is reflected at both ends, so that no mass leaves: it integrates to the
 * share of the draws that lie between them. Correlated draws count for the width as their effective number. Draws that are not
 * finite are left out; NaN everywhere where none is left, where all are equal, or where `low` is not below `high`.
 * The kernel is not narrower than `floor` times that for a normal law (Silverman 1986, eq. 3.31), which helps where draws are tied.
 */
export function kernelDensity(
  chains: readonly ArrayLike<number>[],
  [low, high]: readonly [number, number],
  places = 256,
  floor = 0,
): KernelDensity {
  const range = high - low;
  const histogram = new Float64Array(bins);
  let [total, inside] = [0, 0];
  for (const chain of chains) {
    for (let i = 0; i < chain.length; i++) {
      const value = chain[i];
      if (!Number.isFinite(value)) continue;
      total++;
      if (value < low || value > high) continue;
      inside++;
      histogram[Math.min(bins - 1, Math.floor(((value - low) / range) * bins))]++;
    }
  }
  const x = Float64Array.from({ length: places }, (_, i) => low + (i * range) / (places - 1));
  if (!(range > 0) || inside === 0 || histogram.includes(inside)) {
    return { x, density: new Float64Array(places).fill(Number.NaN), bandwidth: Number.NaN };
  }
  const spectrum = cosines(histogram.map((count) => count / inside));
  const N = effectiveNumber(chains, inside);
  const normal = floor > 0 ? (0.9 * spread(chains, spectrum, range) * N ** (-1 / 5)) / range : 0;
  const t = Math.max(squaredWidth(spectrum, N), (floor * normal) ** 2); // of a unit interval
  const share = inside / total / range;
  const damped = spectrum.map((c, k) => 2 * c * Math.exp((-k * k * Math.PI * Math.PI * t) / 2));
  let waves = bins;
  while (waves > 1 && Math.abs(damped[waves - 1]) < 1e-12) waves--;
  const density = Float64Array.from({ length: places }, (_, i) => {
    let sum = 1;
    for (let k = 1; k < waves; k++) sum += damped[k] * Math.cos((k * Math.PI * i) / (places - 1));
    return share * Math.max(0, sum);
  });
  return { x, density, bandwidth: Math.sqrt(t) * range };
}

/** c_k = sum_j h_j cos(pi k (j + 1/2) / n): the cosine series of the histogram, with c_0 = 1. */
function cosines(h: Float64Array): Float64Array {
  const n = h.length;
  const table = Float64Array.from({ length: 4 * n }, (_, m) => Math.cos((Math.PI * m) / (2 * n)));
  return Float64Array.from({ length: n }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += h[j] * table[(k * (2 * j + 1)) % (4 * n)];
    return sum;
  });
}

/**
 * The root of t = xi gamma(t), equation 30 of the paper, of a unit interval. No more than the widest kernel that any law of this variance
 * asks for (Terrell 1990), which few draws can exceed; that one where there is no root.
 */
function squaredWidth(spectrum: Float64Array, N: number): number {
  const widest = 1.144 ** 2 * varianceOf(spectrum) * N ** (-2 / 5);
  let [below, above] = [1e-8, 0.1];
  if (fixedPoint(below, spectrum, N) < below || fixedPoint(above, spectrum, N) > above) return widest;
  for (let i = 0; i < 30; i++) {
    const middle = Math.sqrt(below * above);
    if (fixedPoint(middle, spectrum, N) < middle) above = middle;
    else below = middle;
  }
  return Math.min(widest, Math.sqrt(below * above));
}

/** Of the law with this cosine series, 1/12 for the uniform one; at least that of a bin. */
function varianceOf(spectrum: Float64Array): number {
  let mean = 1 / 2;
  let square = 1 / 3;
  for (let k = 1; k < spectrum.length; k++) {
    const sign = k % 2 === 0 ? 1 : -1;
    mean += (2 * spectrum[k] * (sign - 1)) / (Math.PI * k) ** 2;
    square += (4 * spectrum[k] * sign) / (Math.PI * k) ** 2;
  }
  return Math.max(1 / (12 * bins ** 2), square - mean * mean);
}

function fixedPoint(t: number, spectrum: Float64Array, N: number): number {
  let width = t;
  for (let s = stages; ; s--) {
    // |f^(s)|^2 of the density smoothed by `width`.
    let norm = 0;
    for (let k = 1; k < spectrum.length; k++) {
      const damping = k * k * Math.PI * Math.PI * width;
      if (damping > 200) break;
      norm += (k * k) ** s * spectrum[k] ** 2 * Math.exp(-damping);
    }
    norm *= 2 * Math.PI ** (2 * s);
    if (s === 2) return (2 * N * Math.sqrt(Math.PI) * norm) ** (-2 / 5);
    const next = s - 1;
    let odd = 1 / Math.sqrt(2 * Math.PI);
    for (let factor = 1; factor <= 2 * next - 1; factor += 2) odd *= factor;
    width = ((2 * ((1 + 2 ** -(next + 1 / 2)) / 3) * odd) / (N * norm)) ** (2 / (3 + 2 * next));
  }
}

/** The smaller of the standard deviation and the interquartile range over 1.34, which many equal draws make smaller, not zero. */
function spread(chains: readonly ArrayLike<number>[], spectrum: Float64Array, range: number): number {
  const sorted = finiteDraws(chains);
  const quartiles = (sortedQuantile(sorted, 0.75) - sortedQuantile(sorted, 0.25)) / 1.34;
  const deviation = Math.sqrt(varianceOf(spectrum)) * range;
  return quartiles > 0 ? Math.min(deviation, quartiles) : deviation;
}

/** The sum over chains of the draws' effective number for the mean; all of them where that is not known. */
function effectiveNumber(chains: readonly ArrayLike<number>[], inside: number): number {
  let sum = 0;
  for (const chain of chains) {
    const ess = chain.length < 6 ? Number.NaN : essMean([chain]);
    sum += Number.isFinite(ess) ? Math.min(chain.length, ess) : chain.length;
  }
  return Math.max(2, Math.min(inside, sum));
}
