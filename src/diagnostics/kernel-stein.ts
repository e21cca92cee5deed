// Kernel Stein discrepancy: how far draws are from a law of which only the gradient of the energy is known, normaliser unknown. It sees bias,
// where R-hat and effective sample sizes see mixing only.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { asNumbers } from "./chains.js";
import { sortedQuantile } from "./quantile.js";

export interface KernelSteinOptions {
  /** c of the kernel, in units of the draws; "median" takes the median distance between draws. 1 where nothing is said, as in the paper. */
  readonly bandwidth?: number | "median";
  /** Exponent of the kernel, between -1 and 0: only there the discrepancy tells whether draws converge (theorem 8). -1/2 where nothing is said. */
  readonly beta?: number;
}

export interface KernelStein {
  /** sqrt(vStatistic): never below zero, and of the order n^(-1/2) where the draws are right. */
  readonly discrepancy: number;
  /** Mean of the Stein kernel over all pairs, a draw with itself included: the squared discrepancy of the empirical law. */
  readonly vStatistic: number;
  /** Mean over pairs of different draws: the squared discrepancy of the law of independent draws, without bias; may be negative. NaN of one draw. */
  readonly uStatistic: number;
  readonly bandwidth: number;
}

/**
 * The discrepancy between draws and the law exp(-U), with the inverse multiquadric kernel (c^2 + |x - y|^2)^beta. `draws[n]` is a position,
 * `gradients[n]` the gradient of the energy U there (minus the score). Costs n^2 dim. NaN where a number is not finite, or where the
 * median rule meets draws that are all equal.
 *
 * Gorham and Mackey 2017, "Measuring sample quality with kernels", proposition 2 and theorem 8; the U-statistic is Liu, Lee and Jordan 2016.
 *
 * @example kernelStein([[0]], [[0]]).discrepancy // 1: the kernel's own curvature, d / c^3
 */
export function kernelStein(
  draws: readonly ArrayLike<number>[],
  gradients: readonly ArrayLike<number>[],
  options: KernelSteinOptions = {},
): KernelStein {
  knownOptions("kernelStein", options, ["bandwidth", "beta"]);
  const beta = options.beta ?? -1 / 2;
  if (!(beta > -1 && beta < 0)) refuse("kernelStein", "beta", "a number between -1 and 0", beta);
  const given = options.bandwidth ?? 1;
  if (given !== "median") positiveNumber("kernelStein", "bandwidth", given);
  const x = rowsOf("draws", draws);
  const g = rowsOf("gradients", gradients, x);
  const bandwidth = given === "median" ? medianDistance(x) : given;

  const n = x.length;
  let diagonal = 0;
  let others = 0;
  for (let i = 0; i < n; i++) {
    diagonal += steinKernel(x[i], g[i], x[i], g[i], bandwidth, beta);
    for (let j = 0; j < i; j++) others += 2 * steinKernel(x[i], g[i], x[j], g[j], bandwidth, beta);
  }
  const vStatistic = (diagonal + others) / (n * n);
  const uStatistic = others / (n * (n - 1)); // 0 / 0 of one draw
  // A sum of squares, but for rounding.
  return { discrepancy: Math.sqrt(Math.max(0, vStatistic)), vStatistic, uStatistic, bandwidth };
}

/** The Langevin Stein operator on both arguments of k = (c^2 + |x - y|^2)^beta (proposition 2), with the score -g. Hot: once per pair. */
function steinKernel(
  x: Float64Array,
  gx: Float64Array,
  y: Float64Array,
  gy: Float64Array,
  c: number,
  beta: number,
): number {
  const d = x.length;
  let square = 0;
  let scores = 0; // of the scores' product
  let along = 0; // of the difference of gradients along x - y
  for (let i = 0; i < d; i++) {
    const apart = x[i] - y[i];
    square += apart * apart;
    scores += gx[i] * gy[i];
    along += (gx[i] - gy[i]) * apart;
  }
  const b = c * c + square;
  const k = b ** beta;
  // d k / dx = 2 beta k / b (x - y) = -d k / dy, and the trace of the mixed second derivative.
  const slope = (2 * beta * k) / b;
  const trace = -slope * (d + (2 * (beta - 1) * square) / b);
  return scores * k + slope * along + trace;
}

/** Beyond this many draws the median rule looks at some of them, evenly spaced: half a million distances say enough. */
const ENOUGH = 1000;

/** Of pairs that differ: a chain that stood still would make it zero. NaN where none does. */
function medianDistance(x: readonly Float64Array[]): number {
  const stride = Math.ceil(x.length / ENOUGH);
  const some = x.filter((_, i) => i % stride === 0);
  const distances = new Float64Array((some.length * (some.length - 1)) / 2);
  let pairs = 0;
  for (let i = 0; i < some.length; i++) {
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let k = 0; k < some[i].length; k++) square += (some[i][k] - some[j][k]) ** 2;
      if (square !== 0) distances[pairs++] = Math.sqrt(square);
    }
  }
  return sortedQuantile(distances.subarray(0, pairs).sort(), 0.5);
}

/** Rows of one length each; as many and as long as those of `like`. */
function rowsOf(
  name: string,
  rows: readonly ArrayLike<number>[],
  like?: readonly Float64Array[],
): readonly Float64Array[] {
  if (!Array.isArray(rows) || rows.length === 0 || (like !== undefined && rows.length !== like.length)) {
    refuse("kernelStein", name, like === undefined ? "a list of positions" : `${like.length} gradients`, rows);
  }
  const dim = like?.[0].length ?? rows[0]?.length;
  return rows.map((row, n) => {
    const numbers = asNumbers("kernelStein", `${name}[${n}]`, row);
    if (numbers.length !== dim || dim === 0) {
      refuse("kernelStein", `${name}[${n}]`, `${dim || "at least 1"} number${dim === 1 ? "" : "s"}`, row);
    }
    return numbers;
  });
}
