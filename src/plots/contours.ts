// An energy as contour lines over the plane of two coordinates.

import { refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import type { Trace } from "./figure.js";
import { plainNumber, plainNumbers } from "./plain.js";
import { contour, lowland, page } from "./theme.js";

/** An energy on a grid of places, above its least value there. */
export interface EnergyGrid {
  x: number[];
  y: number[];
  /** `above[row][column]`, at `y[row]` and `x[column]`; NaN where the energy is not finite. */
  above: number[][];
}

/** k^2 / 2: where a Gaussian's energy is k standard deviations from its mean. */
export const sigmaLevels: readonly number[] = [0.5, 2, 4.5, 8, 12.5];

const places = 121;

/** Evaluates the energy where two coordinates run over the ranges and the others are those of `at`. */
export function energyGrid(
  energy: Energy,
  at: Float64Array,
  [first, second]: readonly [number, number],
  xRange: readonly [number, number],
  yRange: readonly [number, number],
): EnergyGrid {
  const along = ([start, end]: readonly [number, number]): number[] =>
    Array.from({ length: places }, (_, i) => start + (i * (end - start)) / (places - 1));
  const [x, y] = [along(xRange), along(yRange)];
  const q = Float64Array.from(at);
  const values = y.map((second_) => {
    q[second] = second_;
    return x.map((first_) => {
      q[first] = first_;
      return energy.value(q);
    });
  });
  const least = Math.min(...values.flat().filter(Number.isFinite));
  return {
    x,
    y,
    above: values.map((row) => row.map((value) => (Number.isFinite(value) ? value - least : Number.NaN))),
  };
}

/** Refuses levels that are not positive and ascending. */
export function checkLevels(where: string, levels: readonly number[]): void {
  const isAscending =
    Array.isArray(levels) &&
    levels.length > 0 &&
    levels.every((level, i) => Number.isFinite(level) && level > (levels[i - 1] ?? 0));
  if (!isAscending) refuse(where, "levels", "an ascending list of positive energies above the minimum", levels);
}

/** Contour lines at these levels above the grid's minimum, faintly filled. */
export function contourTrace(grid: EnergyGrid, levels: readonly number[]): Trace {
  // Plotly's levels are evenly spaced. So the square root of the energy (straight where the energy is a parabola, which
  // makes its interpolation between grid points right) is mapped to the number of the level that it has reached.
  const roots = [0, ...levels.map(Math.sqrt)];
  const reached = (above: number): number => {
    const root = Math.sqrt(above);
    let i = 1;
    while (i < roots.length - 1 && root > roots[i]) i++;
    return i - 1 + (root - roots[i - 1]) / (roots[i] - roots[i - 1]);
  };
  return {
    type: "contour",
    x: plainNumbers(grid.x),
    y: plainNumbers(grid.y),
    z: grid.above.map((row) => row.map((above) => plainNumber(reached(above)))),
    name: "energy",
    autocontour: false,
    contours: { start: 1, end: levels.length, size: 1, coloring: "fill" },
    colorscale: [
      [0, lowland],
      [1, page],
    ],
    zmin: 0,
    zmax: levels.length + 0.5,
    line: { color: contour, width: 0.9 },
    showscale: false,
    showlegend: false,
    hoverinfo: "skip",
  };
}
