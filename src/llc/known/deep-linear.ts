// Deep linear networks, whose learning coefficients are known in full (Aoyagi 2024, "Consideration on the learning efficiency of multiple-
// layered neural networks with linear units"), reduced-rank regression being the case of two layers (Aoyagi and Watanabe 2005).

import { integerAtLeast, knownOptions, refuse } from "../../arguments/index.js";
import { loss } from "../../networks/index.js";
import { constant, type Tensor } from "../../tensor/index.js";
import { checkTemperature, type DataSizeOption, type ExpectedAt, type KnownAnswer, type Moments } from "./answer.js";
import { normalCrossing } from "./normal-crossing.js";
import { alongLine, moments, overPlane, type Powers, reach } from "./quadrature.js";
import { checkList } from "./separable.js";

export interface DeepLinearOptions extends DataSizeOption {
  /** Units from the input to the output: at least two numbers. */
  readonly widths: readonly number[];
  /** Of the true map; 0 where left out. */
  readonly rank?: number;
}

/**
 * The deep linear network `x -> W_L ... W_1 x` with standard normal inputs and a true map of the given rank,
 * `K = |W_L ... W_1 - W*|^2 / 2`. Lambda and multiplicity are Aoyagi's, the global ones, which the centre has: layers that are the identity on the
 * first `rank` units and 0 elsewhere. Parameters are the matrices from the input on, each `[out, in]` row by row. Moments at finite temperature
 * are given for rank 0 where integrals of at most two variables give them: two layers of which one side has at most two units, or up
 * to three layers of width 1. Throws where a width is not a positive integer or the rank exceeds one.
 * @example known.deepLinear({ widths: [5, 3, 5], rank: 0 }).lambda // 6.5
 */
export function deepLinear(options: DeepLinearOptions): KnownAnswer {
  const where = "known.deepLinear";
  knownOptions(where, options, ["widths", "rank", "dataSize"]);
  const { widths, rank = 0, dataSize = 1000 } = options;
  checkList(where, "widths", widths, (at, name, value) => integerAtLeast(at, name, value, 1));
  if (widths.length < 2) refuse(where, "widths", "at least two numbers", widths);
  integerAtLeast(where, "rank", rank, 0);
  if (rank > Math.min(...widths)) refuse(where, "rank", `at most ${Math.min(...widths)}, the least width`, rank);
  const layers = widths.slice(1).map((out, l) => ({ out, in: widths[l] }));
  const dim = layers.reduce((sum, layer) => sum + layer.out * layer.in, 0);
  const center = Float64Array.from(layers.flatMap((layer) => partialIdentity(layer.out, layer.in, rank)));
  const truth = constant(partialIdentity(widths[widths.length - 1], widths[0], rank), {
    shape: [widths[widths.length - 1], widths[0]],
  });
  const expected = rank === 0 ? expectedOf(where, widths) : undefined;
  return {
    ...aoyagi(widths, rank),
    dim,
    loss: loss(dim, integerAtLeast(where, "dataSize", dataSize, 1), (w: Tensor) =>
      product(w, layers).sub(truth).square().sum().mul(0.5),
    ),
    center,
    ...(expected && { expected }),
  };
}

export interface ReducedRankOptions extends DataSizeOption {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  /** Of the true map; 0 where left out. */
  readonly rank?: number;
}

/**
 * Reduced-rank regression `y = B A x`: the deep linear network of two layers, with the whole table of Aoyagi and Watanabe 2005.
 * @example known.reducedRankRegression({ inputs: 4, hidden: 3, outputs: 8, rank: 0 }).lambda // 6
 */
export function reducedRankRegression(options: ReducedRankOptions): KnownAnswer {
  knownOptions("known.reducedRankRegression", options, ["inputs", "hidden", "outputs", "rank", "dataSize"]);
  const { inputs, hidden, outputs, ...rest } = options;
  return deepLinear({ widths: [inputs, hidden, outputs], ...rest });
}

/**
 * Aoyagi 2024, theorem 1. With M_s = H_s - r in ascending order, the layers that count are the prefix M of l + 1 of them for which
 * sum M >= l max M, and sum M < l M_s for every other; it is unique.
 */
export function aoyagi(widths: readonly number[], rank: number): { lambda: number; multiplicity: number } {
  const all = widths.map((width) => width - rank).sort((a, b) => a - b);
  for (let l = 1; l < all.length; l++) {
    const M = all.slice(0, l + 1);
    const rest = all.slice(l + 1);
    const sum = M.reduce((total, m) => total + m, 0);
    const fits = sum >= l * M[l] && (rest.length === 0 || (M[l] < rest[0] && sum < l * rest[0]));
    if (!fits) continue;
    const a = sum - (Math.ceil(sum / l) - 1) * l;
    let pairs = 0;
    for (let i = 0; i <= l; i++) for (let j = i + 1; j <= l; j++) pairs += M[i] * M[j];
    // Over one denominator, so that whole and half numbers come out as such.
    const ofProduct = (rank * (widths[0] + widths[widths.length - 1]) - rank * rank) / 2;
    return {
      lambda: ofProduct + (a * (l - a) - (l - 1) * sum * sum + 2 * l * pairs) / (4 * l),
      multiplicity: a * (l - a) + 1,
    };
  }
  throw new Error(`known.deepLinear: no set of layers decides widths ${widths.join(", ")} at rank ${rank}`);
}

/** W_L ... W_1. */
function product(w: Tensor, layers: readonly { readonly out: number; readonly in: number }[]): Tensor {
  let at = 0;
  let map: Tensor | undefined;
  for (const layer of layers) {
    const W = w.slice(at, at + layer.out * layer.in).reshape([layer.out, layer.in]);
    map = map === undefined ? W : W.matmul(map);
    at += layer.out * layer.in;
  }
  return map!;
}

/** Row by row. */
function partialIdentity(rows: number, columns: number, rank: number): number[] {
  return Array.from({ length: rows * columns }, (_, k) => {
    const [i, j] = [Math.floor(k / columns), k % columns];
    return i === j && i < rank ? 1 : 0;
  });
}

function expectedOf(where: string, widths: readonly number[]): KnownAnswer["expected"] {
  if (widths.every((width) => width === 1)) {
    const layers = widths.length - 1;
    // t w^2 / 2 is a normal crossing like any other.
    return normalCrossing({ exponents: new Array<number>(layers).fill(1), coefficient: 0.5 }).expected;
  }
  if (widths.length === 2) {
    const count = widths[0] * widths[1];
    return (temperature) => {
      const { nbeta, gamma } = checkTemperature(where, temperature, "any");
      const share = nbeta / (nbeta + gamma);
      return { mean: (count * share) / 2, variance: (count * share * share) / 2 };
    };
  }
  if (widths.length !== 3) return undefined;
  const [inputs, hidden, outputs] = widths;
  // Either matrix can be integrated as a Gaussian; what is left are the singular values of the other.
  const [side, integrated] =
    Math.min(hidden, inputs) <= Math.min(hidden, outputs) ? [inputs, outputs] : [outputs, inputs];
  if (Math.min(hidden, side) > 2) return undefined;
  return (temperature) => singularValues(where, hidden, side, integrated, temperature);
}

/**
 * K = |B A|^2 / 2 with A `[hidden, side]` and B `[integrated, hidden]`. Given A the rows of B are Gaussian: a direction of singular value s
 * has variance 1 / (t s^2 + gamma), so it contributes half a chi-square times c = t s^2 / (t s^2 + gamma) per row, and
 * (t s^2 + gamma)^(-integrated / 2) to the law of A. Under that law the singular values have the density
 * prod s^(long - short) prod |s_i^2 - s_j^2| times the rest (Muirhead 1982, theorem 3.2.18).
 */
function singularValues(
  where: string,
  hidden: number,
  side: number,
  integrated: number,
  temperature: ExpectedAt,
): Moments {
  const { nbeta: t, gamma } = checkTemperature(where, temperature, "localised");
  const [short, long] = [Math.min(hidden, side), Math.max(hidden, side)];
  const U = (s: number): number => (gamma / 2) * s * s + (integrated / 2) * Math.log(t * s * s + gamma);
  const share = (s: number): number => (t * s * s) / (t * s * s + gamma);
  const powers = (shares: readonly number[]): Powers => {
    const first = (integrated / 2) * shares.reduce((sum, c) => sum + c, 0);
    const second = first * first + (integrated / 2) * shares.reduce((sum, c) => sum + c * c, 0);
    return { first, second };
  };
  const edges = [0, reach(gamma)];
  if (short === 1) {
    const withVolume = (s: number): number => U(s) - (long > 1 ? (long - 1) * Math.log(s) : 0);
    return moments(alongLine(withVolume, edges, (s) => powers([share(s)])));
  }
  // The smaller singular value is s v with v on [0, 1]: what vanishes is s^(1 + long - short) (s v)^(long - short) s^2 (1 - v^2).
  return moments(
    overPlane({
      U,
      edges,
      inner: (s, v) => U(s * v),
      between: [0, 1],
      weight: (s, v) => s ** 3 * (s * s * v) ** (long - short) * (1 - v * v),
      of: (s, v) => powers([share(s), share(s * v)]),
    }),
  );
}
