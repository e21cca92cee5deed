// Normal crossings, the local form of every singular model (Hironaka; Watanabe 2009, section 6.1): K = c prod w_i^(2 k_i), which has whole
// coordinate planes as minima.

import { integerAtLeast, knownOptions, nonNegativeNumber, positiveNumber, refuse } from "../../arguments/index.js";
import { loss } from "../../networks/index.js";
import type { Tensor } from "../../tensor/index.js";
import { checkTemperature, type DataSizeOption, type ExpectedAt, type KnownAnswer, type Moments } from "./answer.js";
import { alongLine, moments, overPlane, type Powers, reach } from "./quadrature.js";
import { checkList } from "./separable.js";

const where = "known.normalCrossing";

export interface NormalCrossingOptions extends DataSizeOption {
  /** k_i of `K = c prod w_i^(2 k_i)`; 0 for a coordinate that K does not see. */
  readonly exponents: readonly number[];
  /** h_i of a prior that vanishes as `prod |w_i|^h_i`; all 0 where left out. */
  readonly priorExponents?: readonly number[];
  /** c, 1 where left out; lambda does not depend on it. */
  readonly coefficient?: number;
}

/**
 * The normal crossing `K = c prod w_i^(2 k_i)`: lambda is the least `(h_i + 1) / (2 k_i)` over k_i > 0, and the multiplicity how many
 * coordinates attain it. Moments at finite temperature are integrals of one variable less than there are, or two less where some k_i is 1 (its
 * Gaussian is integrated in closed form), and given where one or two are left. With a prior that vanishes there is no loss, for it would have to
 * be part of the energy. Throws where an exponent is not an integer of at least 0, or all are 0.
 * @example known.normalCrossing({ exponents: [1, 1] }) // lambda 1/2, multiplicity 2
 */
export function normalCrossing(options: NormalCrossingOptions): KnownAnswer {
  knownOptions(where, options, ["exponents", "priorExponents", "coefficient", "dataSize"]);
  const { exponents: k, priorExponents: h = k?.map(() => 0), coefficient = 1, dataSize = 1000 } = options;
  const dim = checkList(where, "exponents", k, (at, name, value) => integerAtLeast(at, name, value, 0));
  if (checkList(where, "priorExponents", h, nonNegativeNumber) !== dim) {
    refuse(where, "priorExponents", `${dim} numbers, one per exponent`, h);
  }
  if (k.every((exponent) => exponent === 0)) refuse(where, "exponents", "not all 0", k);
  const c = positiveNumber(where, "coefficient", coefficient);
  const poles = k.map((exponent, i) => (exponent === 0 ? Number.POSITIVE_INFINITY : (h[i] + 1) / (2 * exponent)));
  const lambda = Math.min(...poles);
  const plain = h.every((exponent) => exponent === 0);
  const seen = k.filter((exponent) => exponent > 0);
  return {
    lambda,
    multiplicity: poles.filter((pole) => pole === lambda).length,
    dim,
    ...(plain && {
      loss: loss(dim, integerAtLeast(where, "dataSize", dataSize, 1), (w: Tensor) =>
        w
          .unstack()
          .map((x, i) => x.pow(2 * k[i]))
          .reduce((product, factor) => product.mul(factor))
          .mul(c),
      ),
      center: new Float64Array(dim),
    }),
    ...(plain && variablesLeft(seen) <= 2 && { expected: (temperature) => expectedAt(seen, c, temperature) }),
  };
}

/** How many variables remain once a Gaussian one is integrated. */
function variablesLeft(k: readonly number[]): number {
  return k.includes(1) ? k.length - 1 : k.length;
}

/** Coordinates that K does not see integrate out; all integrals are even, so they run over positive numbers. */
function expectedAt(k: readonly number[], c: number, temperature: ExpectedAt): Moments {
  // One coordinate alone is held by K itself.
  const { nbeta, gamma } = checkTemperature(where, temperature, k.length === 1 ? "any" : "localised");
  const t = nbeta * c;
  if (k.length === 1 && gamma === 0) return { mean: 1 / (2 * k[0]), variance: 1 / (2 * k[0]) };
  const edges = [0, reach(gamma)];
  const gaussian = k.indexOf(1);
  if (k.length === 1 && gaussian === 0) return moments(gaussianPowers(t, gamma));
  const others = k.filter((_, i) => i !== gaussian);
  /** The energy and the powers of t K where the other coordinates' product is s, the Gaussian one integrated out where there is one. */
  const U = (s: number): number => (gaussian < 0 ? t * s : 0.5 * Math.log(t * s + gamma / 2));
  const of = (s: number): Powers =>
    gaussian < 0 ? { first: t * s, second: (t * s) ** 2 } : gaussianPowers(t * s, gamma);
  const localised = (x: number): number => (gamma / 2) * x * x;
  const factor = (x: number, i: number): number => x ** (2 * others[i]);
  if (others.length === 1) {
    return moments(
      alongLine(
        (x) => U(factor(x, 0)) + localised(x),
        edges,
        (x) => of(factor(x, 0)),
      ),
    );
  }
  return moments(
    overPlane({
      U: localised,
      edges,
      inner: (x, y) => U(factor(x, 0) * factor(y, 1)) + localised(y),
      between: edges,
      of: (x, y) => of(factor(x, 0) * factor(y, 1)),
    }),
  );
}

/** Powers of a w^2 under exp(-a w^2 - (gamma/2) w^2): half a chi-square times a / (a + gamma/2). */
function gaussianPowers(a: number, gamma: number): Powers {
  const share = a / (a + gamma / 2);
  return { first: share / 2, second: 0.75 * share * share };
}
