// Energies traced by the engine, with what is known of their laws exactly, for the tests of the samplers that compile them.

import type { Energy } from "../../src/energies/energy.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { energy } from "../../src/energies/traced.js";
import type { Tensor } from "../../src/tensor/index.js";
import { banana, type Law } from "./laws.js";

/** A centred Gaussian whose coordinates have variance 1 and the correlation `r^|i - j|`. */
export function autoregressive(dim: number, r: number): Law {
  const covariance = Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => r ** Math.abs(i - j)));
  const watched = [0, Math.floor(dim / 2), dim - 1];
  return {
    energy: gaussian({ mean: new Float64Array(dim), covariance }),
    expectations: [
      ...watched.map((i) => ({ of: `q${i}`, f: (q: Float64Array) => q[i], exact: 0 })),
      ...watched.map((i) => ({ of: `q${i}^2`, f: (q: Float64Array) => q[i] ** 2, exact: 1 })),
      { of: "q0 q1", f: (q) => q[0] * q[1], exact: r },
      { of: "U", f: (_, value) => value, exact: dim / 2 },
    ],
  };
}

/** The banana of `laws.ts`. */
export const tracedBanana: Law = {
  ...banana,
  energy: energy(2, (q) => {
    const [x, y] = q.unstack();
    return x.sub(1).square().add(y.sub(x.square()).square().mul(10));
  }),
};

/** Student's t with 4 degrees of freedom: U = 5/2 log(1 + x^2 / 4). */
export const studentT: Law = {
  energy: energy(1, (q) => q.square().div(4).add(1).log().mul(2.5).sum()),
  expectations: [
    { of: "x > 0", f: (q) => (q[0] > 0 ? 1 : 0), exact: 1 / 2 },
    // 2 F(1) - 1 with F(t) = 1/2 + 3/8 s (1 - s^2 / 12), s = t / sqrt(1 + t^2 / 4)
    { of: "|x| < 1", f: (q) => (Math.abs(q[0]) < 1 ? 1 : 0), exact: 0.6260990336999411 },
    // 5/2 (digamma(5/2) - digamma(2))
    { of: "U", f: (_, value) => value, exact: 0.7009307638669431 },
  ],
};

/** Neal's funnel: v ~ N(0, 9), the others N(0, exp(v)). */
export function funnel(dim: number): Energy {
  return energy(dim, (q: Tensor) => {
    const v = q.slice(0, 1).sum();
    const rest = q.slice(1, dim);
    return v
      .square()
      .div(18)
      .add(v.mul((dim - 1) / 2))
      .add(rest.square().sum().mul(v.neg().exp()).div(2));
  });
}
