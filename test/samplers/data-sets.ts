// Energies with a data set, of which the stochastic-gradient samplers see a few rows at a time, with gradient noise that is known exactly.

import type { Energy } from "../../src/energies/energy.js";
import { stream } from "../../src/random/index.js";
import { energyOf } from "./laws.js";

/**
 * U(w) = (1/n) sum over rows of sum_i (a_i / 2) (w_i - x_i)^2 with standardised x: minimum at 0, curvatures a_i; a row's gradient has
 * variance a_i^2 n / (n - 1) over the rows, wherever w is.
 */
export function quadratic(curvatures: readonly number[], dataSize: number): Energy {
  const dim = curvatures.length;
  const data = curvatures.map((_, i) => standardised(dataSize, i));
  const gradient = (q: Float64Array, rows: Uint32Array, out: Float64Array): number => {
    out.fill(0);
    let sum = 0;
    for (const row of rows) {
      for (let i = 0; i < dim; i++) {
        const off = q[i] - data[i][row];
        out[i] += (curvatures[i] * off) / rows.length;
        sum += (curvatures[i] * off * off) / 2;
      }
    }
    return sum / rows.length;
  };
  const all = Uint32Array.from({ length: dataSize }, (_, row) => row);
  const energy = energyOf(dim, (q, out) => gradient(q, all, out));
  return { ...energy, stochastic: { dataSize, gradient, center: new Float64Array(dim) } };
}

/** Mean 0, mean square 1. */
function standardised(n: number, column: number): Float64Array {
  const x = new Float64Array(n);
  stream(31, column).fillNormal(x);
  const mean = x.reduce((a, b) => a + b) / n;
  const sd = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  return x.map((value) => (value - mean) / sd);
}

/** The same energy every step sees whole: without any gradient noise. */
export function whole(energy: Energy): Energy {
  const gradient = (q: Float64Array, _: Uint32Array, out: Float64Array): number => energy.valueAndGradient(q, out);
  return { ...energy, stochastic: { dataSize: 1, gradient } };
}

/** Variance of the gradient from `batch` of `n` rows drawn without replacement. */
export function batchVariance(a: number, batch: number, n: number): number {
  return ((a * a) / batch) * ((n - batch) / (n - 1));
}
