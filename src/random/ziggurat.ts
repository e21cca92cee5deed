// The ziggurat's tables (Marsaglia & Tsang 2000, "The ziggurat method for generating random variables", J. Stat. Softw. 5(8)):
// the area under a decreasing density f with f(0) = 1 is covered by 256 layers of equal area v. Layer 0 is the base,
// [0, r] x [0, f(r)] and the tail beyond r; layer i is [0, x_i] x [f(x_i), f(x_(i+1))], with x_1 = r and x_256 = 0.

import { exp, log } from "./elementary.js";

/** A candidate is an integer `j`, `|j| < 2^53`, and a layer; the position it stands for is `j * width[layer]`. */
export interface Ziggurat {
  /** Where the tail begins. */
  readonly r: number;
  /** `[256]`: the layer's width over 2^53. */
  readonly width: Float64Array;
  /** `[256]`: where `|j|` is below it, the whole column of the layer lies under the density: accept at once. */
  readonly bound: Float64Array;
  /** `[257]`: f at each layer's lower edge; `[0]` is unused. */
  readonly height: Float64Array;
}

const LAYERS = 256;

// r closes the stack: with it, and v the area that follows from it, the 255th step up arrives at f = 1.
// Both were solved for with 50 digits; the tests hold them against an integral of the density.

/** f(x) = exp(-x^2/2). */
export const NORMAL: Ziggurat = ziggurat(
  3.654152885361009,
  0.004928673233974655,
  (x) => exp(-0.5 * x * x),
  (y) => Math.sqrt(-2 * log(y)),
);

/** f(x) = exp(-x). */
export const EXPONENTIAL: Ziggurat = ziggurat(
  7.69711747013105,
  0.003949659822581557,
  (x) => exp(-x),
  (y) => -log(y),
);

function ziggurat(r: number, v: number, f: (x: number) => number, inverse: (y: number) => number): Ziggurat {
  const x = new Float64Array(LAYERS + 1);
  x[0] = v / f(r); // the base as wide as if it were a rectangle; what lies beyond r stands for the tail
  x[1] = r;
  for (let i = 1; i < LAYERS - 1; i++) x[i + 1] = inverse(f(x[i]) + v / x[i]);
  return {
    r,
    width: x.slice(0, LAYERS).map((xi) => xi / 2 ** 53),
    bound: x.slice(0, LAYERS).map((xi, i) => (x[i + 1] / xi) * 2 ** 53),
    height: x.map(f),
  };
}
