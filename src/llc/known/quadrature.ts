// Expectations under laws of one and two variables, to about 1e-12, on the quadrature that the energies have.

import { type LineLaw, lineLaw } from "../../energies/line-law.js";
import type { Moments } from "./answer.js";

/** First and second moment of a quantity. */
export interface Powers {
  readonly first: number;
  readonly second: number;
}

export function moments({ first, second }: Powers): Moments {
  return { mean: first, variance: second - first * first };
}

/** Under exp(-U) between the edges, of a quantity whose own conditional moments are given. */
export function alongLine(U: (x: number) => number, edges: readonly number[], of: (x: number) => Powers): Powers {
  const law = lineLaw(U, edges);
  return { first: law.expectation((x) => of(x).first), second: law.expectation((x) => of(x).second) };
}

export interface Plane {
  /** The energy of the first variable alone. */
  readonly U: (x: number) => number;
  readonly edges: readonly number[];
  /** The energy of the second variable given the first, between the edges `between`. */
  readonly inner: (x: number, y: number) => number;
  readonly between: readonly number[];
  /** A factor of the density that may vanish, as Jacobians do, and so has no place in an energy; 1 where left out. */
  readonly weight?: (x: number, y: number) => number;
  readonly of: (x: number, y: number) => Powers;
}

/** The same in two variables: a law of the first whose energy holds the second's normaliser. */
export function overPlane({ U, edges, inner, between, weight = () => 1, of }: Plane): Powers {
  const laws = new Map<number, LineLaw>();
  const given = (x: number): LineLaw => {
    let law = laws.get(x);
    if (law === undefined) {
      law = lineLaw((y) => inner(x, y), between);
      laws.set(x, law);
    }
    return law;
  };
  const outer = lineLaw((x) => U(x) - given(x).logNormalizer, edges);
  const expectation = (f: (x: number, y: number) => number): number =>
    outer.expectation((x) => given(x).expectation((y) => f(x, y)));
  const total = expectation(weight);
  return {
    first: expectation((x, y) => weight(x, y) * of(x, y).first) / total,
    second: expectation((x, y) => weight(x, y) * of(x, y).second) / total,
  };
}

/** Beyond this radius a localisation of precision gamma leaves nothing: exp(-80). */
export function reach(gamma: number): number {
  return Math.sqrt(160 / gamma);
}
