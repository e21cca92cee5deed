// What the vector mathematics is held to, as tables: errors, arguments worth a look, special values, checksums.
import type { Name, Unary } from "./vector-math.js";

/** The largest errors allowed, in units of the last place. */
export const limits: Readonly<Record<Name, number>> = {
  exp: 1.1,
  log: 1,
  log1p: 1.5,
  expm1: 1.6,
  tanh: 2.7,
  sigmoid: 2.5,
  softplus: 1.8,
  sin: 2.3,
  cos: 2.3,
  erf: 1.5,
  pow: 1.3,
};

/** Where a formula changes, a result begins to overflow or underflow, or cancellation is worst. */
export const critical: Readonly<Record<Unary, readonly number[]>> = {
  exp: [
    0,
    0.34657359,
    Math.LN2,
    88.722839,
    -87.336545,
    -103.97208,
    709.782712893384,
    -708.3964185322641,
    -745.13321910194,
  ],
  log: [1, Math.SQRT1_2, Math.SQRT2, 2, 2 ** -126, 2 ** -1022, 2 ** -149],
  log1p: [0, -0.5, Math.SQRT1_2 - 1, Math.SQRT2 - 1, 1, -0.9999, -1, 2 ** 24, 2 ** 53, 2 ** 60],
  expm1: [
    0,
    2 ** -25,
    2 ** -54,
    0.34657359,
    -0.34657359,
    1.03972077,
    -1.03972077,
    -17.3,
    -37.4,
    -64,
    88.722839,
    709.782712893384,
  ],
  tanh: [0, 0.1732868, 0.51986039, 1, 9.01, 10, 19.06, 20],
  sigmoid: [0, 0.34657359, -0.34657359, 16.6, 36.7, -87.336545, -103.97208, -708.3964185322641, -745.13321910194],
  softplus: [0, 0.8813736, -0.8813736, 16.6, 36.7, -87.336545, -103.97208, -708.3964185322641, -745.13321910194],
  sin: [0, ...quarters(40), 2 ** 20, -(2 ** 20)],
  cos: [0, ...quarters(40), 2 ** 20, -(2 ** 20)],
  erf: [0, 0.921875, 1, 3.8325, 4, 5.9215871957945083, 6],
};

function quarters(count: number): number[] {
  return Array.from({ length: count }, (_, k) => (k + 1) * (Math.PI / 2));
}

/** Intervals, two numbers each, where a function is neither trivial nor out of range in double precision. */
export const ranges: Readonly<Record<Unary, readonly number[]>> = {
  exp: [-1, 1, -708, 709, -745, -708],
  log: [0.5, 2, 0, 100],
  log1p: [-0.5, 1, -1, 0, 0, 100],
  expm1: [-1, 1, -40, 0, 0, 709],
  tanh: [-1, 1, 0, 20],
  sigmoid: [-2, 2, -40, 40, -745, -700],
  softplus: [-2, 2, -40, 40, -745, -700],
  sin: [-4, 4, -100, 100, 0, 2 ** 20, 2 ** 20, 2 ** 30],
  cos: [-4, 4, -100, 100, 0, 2 ** 20, 2 ** 20, 2 ** 30],
  erf: [-1, 1, 1, 6],
};

/** Powers of two between which the function of a tiny or huge argument is still worth a look. */
export const scales: Readonly<Record<Unary, readonly [number, number]>> = {
  exp: [-60, 9],
  log: [-1074, 1023],
  log1p: [-1074, 1023],
  expm1: [-1074, 9],
  tanh: [-1074, 4],
  sigmoid: [-60, 5],
  softplus: [-60, 9],
  sin: [-1074, 1023],
  cos: [-60, 1023],
  erf: [-1074, 2],
};

/**
 * Arguments and results that must be exact, signs of zero included: `tiny` is the smallest denormal number, `largest` the largest
 * finite one.
 */
export const specialValues: Readonly<Record<Unary, string>> = {
  exp: "nan:nan 0:1 -0:1 tiny:1 -tiny:1 inf:inf -inf:0 largest:inf -largest:0",
  log: "nan:nan 0:-inf -0:-inf 1:0 inf:inf -inf:nan -1:nan -tiny:nan",
  log1p: "nan:nan 0:0 -0:-0 tiny:tiny -tiny:-tiny -1:-inf -2:nan inf:inf -inf:nan",
  expm1: "nan:nan 0:0 -0:-0 tiny:tiny -tiny:-tiny inf:inf -inf:-1 largest:inf -largest:-1",
  tanh: "nan:nan 0:0 -0:-0 tiny:tiny -tiny:-tiny inf:1 -inf:-1 largest:1 -largest:-1",
  sigmoid: "nan:nan 0:0.5 -0:0.5 tiny:0.5 inf:1 -inf:0 largest:1 -largest:0",
  softplus: "nan:nan inf:inf -inf:0 largest:largest -largest:0",
  sin: "nan:nan 0:0 -0:-0 tiny:tiny -tiny:-tiny inf:nan -inf:nan",
  cos: "nan:nan 0:1 -0:1 tiny:1 -tiny:1 inf:nan -inf:nan",
  erf: "nan:nan 0:0 -0:-0 inf:1 -inf:-1 largest:1 -largest:-1",
};

/** Of the results in single and in double precision; a change of any formula changes them. */
export const checksums: readonly string[] = [
  "exp bc8b7524 ff6dae41",
  "log 2c0f9055 a863286e",
  "log1p 377ac2d1 5745cd2b",
  "expm1 c9e39fd1 d709ac8d",
  "tanh 9ece9cd7 e314c92a",
  "sigmoid 82d8fd48 b696fc17",
  "softplus a3f0734e 3bdd76f4",
  "sin fc5527b9 1a1436be",
  "cos 7109a51f 77a4c7a2",
  "erf 2c95d5a9 a1f2e154",
  "pow e754484a 9e6b7c50",
];
