// Losses that are sums of functions of one coordinate each: the quadratic of a regular model, and power wells, the simplest singular ones.

import { integerAtLeast, knownOptions, nonNegativeNumber, positiveNumber, refuse } from "../../arguments/index.js";
import { loss } from "../../networks/index.js";
import { constant, type Tensor } from "../../tensor/index.js";
import { checkTemperature, type DataSizeOption, type KnownAnswer } from "./answer.js";
import { alongLine, reach } from "./quadrature.js";

export interface QuadraticOptions extends DataSizeOption {
  /** One curvature per coordinate, at least 0: `K = sum h_i w_i^2 / 2`. */
  readonly curvatures: readonly number[];
}

/**
 * The quadratic `K = sum h_i w_i^2 / 2` of a regular model: lambda is half the number of positive curvatures, the multiplicity 1. Exactly,
 * `t K` has mean `sum c_i / 2` and variance `sum c_i^2 / 2` with `c_i = t h_i / (t h_i + gamma)`. Throws where a curvature is negative or not finite.
 * @example known.quadratic({ curvatures: [1, 4] }).expected({ nbeta: 100, gamma: 1 }).mean // 0.9938...
 */
export function quadratic(options: QuadraticOptions): KnownAnswer {
  const where = "known.quadratic";
  knownOptions(where, options, ["curvatures", "dataSize"]);
  const { curvatures, dataSize = 1000 } = options;
  const dim = checkList(where, "curvatures", curvatures, nonNegativeNumber);
  const h = constant(curvatures);
  return {
    lambda: curvatures.filter((curvature) => curvature > 0).length / 2,
    multiplicity: 1,
    dim,
    loss: loss(dim, integerAtLeast(where, "dataSize", dataSize, 1), (w: Tensor) => w.square().mul(h).sum().mul(0.5)),
    center: new Float64Array(dim),
    expected(temperature) {
      const { nbeta: t, gamma } = checkTemperature(where, temperature, curvatures.includes(0) ? "localised" : "any");
      const shares = curvatures.map((curvature) => (t * curvature) / (t * curvature + gamma));
      return {
        mean: shares.reduce((sum, c) => sum + c / 2, 0),
        variance: shares.reduce((sum, c) => sum + (c * c) / 2, 0),
      };
    },
  };
}

export interface PowersOptions extends DataSizeOption {
  /** The even powers p_i of `K = sum c_i w_i^p_i`. */
  readonly powers: readonly number[];
  /** c_i; all 1 where left out. */
  readonly coefficients?: readonly number[];
}

/**
 * Power wells `K = sum c_i w_i^p_i` with even p_i: lambda is `sum 1 / p_i`, the multiplicity 1. Without localisation `t K` has exactly the law
 * Gamma(lambda) whatever t, so its mean and variance are both lambda; with one they are integrals of one variable each. Throws where a power is
 * not an even integer of at least 2 or a coefficient not positive.
 * @example known.powers({ powers: [4, 2] }).lambda // 0.75
 */
export function powers(options: PowersOptions): KnownAnswer {
  const where = "known.powers";
  knownOptions(where, options, ["powers", "coefficients", "dataSize"]);
  const { powers: p, coefficients = p?.map(() => 1), dataSize = 1000 } = options;
  const dim = checkList(where, "powers", p, evenPower);
  if (checkList(where, "coefficients", coefficients, positiveNumber) !== dim) {
    refuse(where, "coefficients", `${dim} numbers, one per power`, coefficients);
  }
  return {
    lambda: p.reduce((sum, power) => sum + 1 / power, 0),
    multiplicity: 1,
    dim,
    loss: loss(dim, integerAtLeast(where, "dataSize", dataSize, 1), (w: Tensor) =>
      w
        .unstack()
        .map((x, i) => x.pow(p[i]).mul(coefficients[i]))
        .reduce((sum, term) => sum.add(term)),
    ),
    center: new Float64Array(dim),
    expected(temperature) {
      const { nbeta: t, gamma } = checkTemperature(where, temperature, "any");
      const each = p.map((power, i) => {
        if (gamma === 0) return { mean: 1 / power, variance: 1 / power };
        const tK = (x: number): number => t * coefficients[i] * x ** power;
        const of = (x: number) => ({ first: tK(x), second: tK(x) ** 2 });
        const { first, second } = alongLine((x) => tK(x) + (gamma / 2) * x * x, [0, reach(gamma)], of);
        return { mean: first, variance: second - first * first };
      });
      return {
        mean: each.reduce((sum, { mean }) => sum + mean, 0),
        variance: each.reduce((sum, { variance }) => sum + variance, 0),
      };
    },
  };
}

/** Checks every entry; returns how many there are. */
export function checkList(
  where: string,
  name: string,
  values: readonly number[],
  check: (where: string, name: string, value: unknown) => unknown,
): number {
  if (!Array.isArray(values) || values.length === 0) refuse(where, name, "a list of at least one number", values);
  values.forEach((value, i) => {
    check(where, `${name}[${i}]`, value);
  });
  return values.length;
}

export function evenPower(where: string, name: string, value: unknown): void {
  if (integerAtLeast(where, name, value, 2) % 2 !== 0) refuse(where, name, "an even integer of at least 2", value);
}
