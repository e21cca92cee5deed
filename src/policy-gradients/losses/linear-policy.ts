// Deep linear policies, a = W_L ... W_1 s: the simplest whose parameters are degenerate, and the ones whose learning coefficients are known.

import { integerAtLeast, refuse } from "../../arguments/index.js";
import { mlp, type Network } from "../../networks/index.js";
import { constant, type Tensor } from "../../tensor/index.js";

/** A matrix, row by row. */
export type Matrix = readonly ArrayLike<number>[];

/** The network of a linear policy; `hidden` are the widths between the state and the action. */
export function linearPolicy(states: number, hidden: readonly number[], actions: number): Network {
  return mlp({ inputs: states, hidden, outputs: actions, activation: "identity", bias: false });
}

/** The gain K, `[actions, states]`, of a linear policy a = K s. */
export function gainOf(network: Network, w: Tensor): Tensor {
  const n = network.inputs;
  const identity = Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));
  return network.apply(w, constant(identity, { shape: [n, n] })).transpose();
}

/** Parameters that have a gain, and the gain's rank. */
export interface GainFactors {
  readonly center: Float64Array;
  readonly rank: number;
}

/**
 * Parameters of `linearPolicy` whose layers all have the rank of the gain and no more, among which are those of the smallest learning
 * coefficient: columns and rows of the gain are taken out one after another, largest entry first, until rounding is left. Throws where a
 * hidden layer is narrower than the rank.
 */
export function factorsOf(where: string, gain: Matrix, hidden: readonly number[]): GainFactors {
  const rest = gain.map((row) => Array.from(row));
  const [actions, states] = [rest.length, rest[0].length];
  const largest = Math.max(...rest.flat().map(Math.abs));
  const columns: number[][] = [];
  const rows: number[][] = [];
  for (;;) {
    let [i, j] = [0, 0];
    rest.forEach((row, k) => row.forEach((x, l) => Math.abs(x) > Math.abs(rest[i][j]) && ([i, j] = [k, l])));
    const pivot = rest[i][j];
    if (Math.abs(pivot) <= 1e-10 * largest) break;
    // Both factors get the root of the pivot, so that neither layer is much larger than the other.
    const root = Math.sqrt(Math.abs(pivot));
    const column = rest.map((row) => row[j] / (Math.sign(pivot) * root));
    const row = rest[i].map((x) => x / root);
    columns.push(column);
    rows.push(row);
    for (let k = 0; k < actions; k++) for (let l = 0; l < states; l++) rest[k][l] -= column[k] * row[l];
  }
  const rank = rows.length;
  const narrowest = Math.min(...hidden, Number.POSITIVE_INFINITY);
  if (narrowest < rank) refuse(where, "hidden", `widths of at least ${rank}, the rank of the best gain`, hidden);
  // Layers are stored `[in, out]`: the first is the rows, transposed; the last the columns, transposed; identities lie between.
  const widths = [states, ...hidden, actions];
  const layers = widths.slice(1).map((out, layer) =>
    Array.from({ length: widths[layer] * out }, (_, k) => {
      const [input, output] = [Math.floor(k / out), k % out];
      if (hidden.length === 0) return gain[output][input];
      if (layer === 0) return output < rank ? rows[output][input] : 0;
      if (layer === hidden.length) return input < rank ? columns[input][output] : 0;
      return input === output && input < rank ? 1 : 0;
    }),
  );
  return { center: Float64Array.from(layers.flat()), rank };
}

export function checkHidden(where: string, hidden: readonly number[]): readonly number[] {
  if (!Array.isArray(hidden)) refuse(where, "hidden", "a list of widths", hidden);
  hidden.forEach((width, i) => integerAtLeast(where, `hidden[${i}]`, width, 1));
  return hidden;
}

/** Copies; throws where this is no matrix of finite numbers, of the given size where that is given. */
export function matrixOf(where: string, name: string, matrix: Matrix, rows?: number, columns?: number): number[][] {
  const expected = `${rows ?? "some"} rows of ${columns ?? "equally many"} finite numbers`;
  const isMatrix = Array.isArray(matrix) && matrix.length > 0 && matrix[0]?.length > 0;
  if (!isMatrix || (rows !== undefined && matrix.length !== rows)) refuse(where, name, expected, matrix);
  const width = columns ?? matrix[0].length;
  return matrix.map((row: ArrayLike<number>) => {
    const copy: number[] = Array.from(row ?? []);
    if (copy.length !== width || !copy.every(Number.isFinite)) refuse(where, name, expected, matrix);
    return copy;
  });
}
