// Energies written by hand, with what is known of their laws exactly, for the tests of the samplers.

import type { Energy } from "../../src/energies/energy.js";

/** An energy and expectations that are known exactly. */
export interface Law {
  readonly energy: Energy;
  readonly expectations: readonly Expectation[];
}

export interface Expectation {
  readonly of: string;
  readonly f: (q: Float64Array, energy: number) => number;
  readonly exact: number;
  /** Standard error of `exact`, where it was itself estimated from independent draws. */
  readonly error?: number;
}

export function energyOf(dim: number, valueAndGradient: (q: Float64Array, gradient: Float64Array) => number): Energy {
  const names = Array.from({ length: dim }, (_, i) => `q${i}`);
  return { dim, names, valueAndGradient, value: (q) => valueAndGradient(q, new Float64Array(dim)) };
}

/** Centred, of independent coordinates. */
export function independentGaussian(variances: readonly number[]): Law {
  const dim = variances.length;
  const energy = energyOf(dim, (q, gradient) => {
    let sum = 0;
    for (let i = 0; i < dim; i++) {
      gradient[i] = q[i] / variances[i];
      sum += (q[i] * gradient[i]) / 2;
    }
    return sum;
  });
  const expectations = [
    ...variances.map((_, i) => ({ of: `q${i}`, f: (q: Float64Array) => q[i], exact: 0 })),
    ...variances.map((exact, i) => ({ of: `q${i}^2`, f: (q: Float64Array) => q[i] ** 2, exact })),
    { of: "U", f: (_: Float64Array, value: number) => value, exact: dim / 2 },
  ];
  return { energy, expectations };
}

/** Mean (1, -1), covariance [[1, c], [c, 2]]. */
export function correlatedGaussian(c: number): Law {
  const determinant = 2 - c * c;
  const [pxx, pxy, pyy] = [2 / determinant, -c / determinant, 1 / determinant];
  const energy = energyOf(2, (q, gradient) => {
    const x = q[0] - 1;
    const y = q[1] + 1;
    gradient[0] = pxx * x + pxy * y;
    gradient[1] = pxy * x + pyy * y;
    return (x * gradient[0] + y * gradient[1]) / 2;
  });
  return {
    energy,
    expectations: [
      { of: "x", f: (q) => q[0], exact: 1 },
      { of: "y", f: (q) => q[1], exact: -1 },
      { of: "(x - 1)^2", f: (q) => (q[0] - 1) ** 2, exact: 1 },
      { of: "(y + 1)^2", f: (q) => (q[1] + 1) ** 2, exact: 2 },
      { of: "(x - 1)(y + 1)", f: (q) => (q[0] - 1) * (q[1] + 1), exact: c },
    ],
  };
}

/** (1 - x)^2 + 10 (y - x^2)^2: x ~ N(1, 1/2), y given x ~ N(x^2, 1/20). */
export const banana: Law = {
  energy: energyOf(2, (q, gradient) => {
    const off = q[1] - q[0] * q[0];
    gradient[0] = -2 * (1 - q[0]) - 40 * q[0] * off;
    gradient[1] = 20 * off;
    return (1 - q[0]) ** 2 + 10 * off * off;
  }),
  expectations: [
    { of: "x", f: (q) => q[0], exact: 1 },
    { of: "(x - 1)^2", f: (q) => (q[0] - 1) ** 2, exact: 0.5 },
    { of: "y", f: (q) => q[1], exact: 1.5 },
    { of: "(y - 1.5)^2", f: (q) => (q[1] - 1.5) ** 2, exact: 2.55 },
    { of: "(x - 1)(y - 1.5)", f: (q) => (q[0] - 1) * (q[1] - 1.5), exact: 1 },
    { of: "U", f: (_, value) => value, exact: 1 },
  ],
};

/**
 * -log(exp(-d1 / 1.5) + exp(-d2 / 1.5)), d1 and d2 the squared distances to (2.5, 2.5) and (-2.5, -2.5): Gaussians of variance 3/4.
 * Chains cross rarely, so only functions that are the same in both modes are looked at.
 */
export const bimodal: Law = {
  energy: energyOf(2, (q, gradient) => {
    const [x, y] = q;
    const d1 = ((x - 2.5) ** 2 + (y - 2.5) ** 2) / 1.5;
    const d2 = ((x + 2.5) ** 2 + (y + 2.5) ** 2) / 1.5;
    const centre = 2.5 * Math.tanh((d2 - d1) / 2);
    gradient[0] = (x - centre) / 0.75;
    gradient[1] = (y - centre) / 0.75;
    return Math.min(d1, d2) - Math.log1p(Math.exp(-Math.abs(d1 - d2)));
  }),
  expectations: [
    // Along the axis of the modes |s|, s ~ N(+-2.5 sqrt 2, 3/4), is a folded normal; across it the law is N(0, 3/4).
    { of: "|x + y| / sqrt 2", f: (q) => Math.abs(q[0] + q[1]) / Math.SQRT2, exact: 3.5355424653237866 },
    { of: "(x + y)^2 / 2", f: (q) => (q[0] + q[1]) ** 2 / 2, exact: 13.25 },
    { of: "(x - y)^2 / 2", f: (q) => (q[0] - q[1]) ** 2 / 2, exact: 0.75 },
    { of: "x - y", f: (q) => q[0] - q[1], exact: 0 },
    { of: "U", f: (_, value) => value, exact: 0.999934 },
  ],
};

/** t w^4, a degenerate minimum: t w^4 follows Gamma(1/4), whatever t. */
export function quarticWell(t: number): Law {
  const energy = energyOf(1, (q, gradient) => {
    gradient[0] = 4 * t * q[0] ** 3;
    return t * q[0] ** 4;
  });
  return {
    energy,
    expectations: [
      { of: "U", f: (_, value) => value, exact: 1 / 4 },
      { of: "U^2", f: (_, value) => value ** 2, exact: 5 / 16 },
    ],
  };
}

/** U = 70 (x y^2)^2 + (x^2 + y^2) / 2: of curvature 1 at its centre, and of some 10^3 in the arms of its cross. */
export const cross: Energy = energyOf(2, ([x, y], gradient) => {
  gradient[0] = 140 * x * y ** 4 + x;
  gradient[1] = 280 * x ** 2 * y ** 3 + y;
  return 70 * (x * y * y) ** 2 + (x * x + y * y) / 2;
});

/** A standard normal within |x| < 2, and nothing beyond. */
export const truncatedNormal: Law = {
  energy: energyOf(1, (q, gradient) => {
    const inside = Math.abs(q[0]) < 2;
    gradient[0] = inside ? q[0] : Number.NaN;
    return inside ? q[0] ** 2 / 2 : Number.POSITIVE_INFINITY;
  }),
  expectations: [
    { of: "x", f: (q) => q[0], exact: 0 },
    // 1 - 4 phi(2) / (2 Phi(2) - 1)
    { of: "x^2", f: (q) => q[0] ** 2, exact: 0.7737413035499233 },
  ],
};

/** x^2 / 2 + (y - x^2 / 2)^2 / 2: x ~ N(0, 1), y given x ~ N(x^2 / 2, 1). Bent, but soft enough for short steps. */
export const gentleBend: Law = {
  energy: energyOf(2, ([x, y], gradient) => {
    const off = y - (x * x) / 2;
    gradient[0] = x - x * off;
    gradient[1] = off;
    return (x * x + off * off) / 2;
  }),
  expectations: [
    { of: "x", f: ([x]) => x, exact: 0 },
    { of: "x^2", f: ([x]) => x * x, exact: 1 },
    { of: "y", f: ([, y]) => y, exact: 0.5 },
    // 1 + var(x^2) / 4
    { of: "(y - 0.5)^2", f: ([, y]) => (y - 0.5) ** 2, exact: 1.5 },
    { of: "U", f: (_, value) => value, exact: 1 },
  ],
};
