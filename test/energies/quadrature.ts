// Integrals over the plane by the trapezoidal rule, whose error for densities like the normal falls as exp(-c / h^2).

import type { Energy } from "../../src/energies/index.js";

export interface Grid {
  readonly center: number;
  readonly halfWidth: number;
  readonly step: number;
}

export interface Moments {
  readonly mean: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly logNormalizer: number;
}

/**
 * The moments of the law of a two-dimensional energy. `place` maps the grid to positions and must preserve area: it straightens
 * a curved law.
 */
export function momentsByQuadrature(
  energy: Energy,
  first: Grid,
  second: Grid,
  place: (a: number, b: number) => readonly [number, number] = (a, b) => [a, b],
): Moments {
  const sums = { one: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
  for (const a of points(first)) {
    for (const b of points(second)) {
      const [x, y] = place(a, b);
      const density = Math.exp(-energy.value(Float64Array.of(x, y))) * first.step * second.step;
      sums.one += density;
      sums.x += density * x;
      sums.y += density * y;
      sums.xx += density * x * x;
      sums.xy += density * x * y;
      sums.yy += density * y * y;
    }
  }
  const { one } = sums;
  const [x, y] = [sums.x / one, sums.y / one];
  const xy = sums.xy / one - x * y;
  return {
    mean: [x, y],
    covariance: [
      [sums.xx / one - x * x, xy],
      [xy, sums.yy / one - y * y],
    ],
    logNormalizer: Math.log(one),
  };
}

function points({ center, halfWidth, step }: Grid): number[] {
  const count = Math.ceil(halfWidth / step);
  return Array.from({ length: 2 * count + 1 }, (_, i) => center + (i - count) * step);
}
