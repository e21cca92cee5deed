// The density of draws in the plane, smooth, and the lines around the densest parts of it that hold given shares of the draws.

import type { Trace } from "./figure.js";
import { kernelDensity } from "./kernel-density.js";
import { plainNumber, plainNumbers } from "./plain.js";
import { page, seriesColor, translucent } from "./theme.js";

export interface DensityGrid {
  x: number[];
  y: number[];
  /** `density[row][column]`, at `y[row]` and `x[column]`; its sum times the area of a cell is 1. */
  density: number[][];
  /** Density at the border of the densest region that holds this share. */
  levels: { share: number; density: number }[];
}

/** Shares inside the lines, from the outermost. */
export const contentShares: readonly number[] = [0.95, 0.8, 0.5];

const cells = 48;

/**
 * Binned, and smoothed by a Gaussian kernel that is reflected at the borders: along each axis as wide as that of the coordinate's own
 * density, made wider for two dimensions (exponent -1/6 for -1/5, Silverman 1986, table 4.1). Undefined where no kernel is, as for equal draws.
 */
export function densityGrid(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  xRange: readonly [number, number],
  yRange: readonly [number, number],
): DensityGrid | undefined {
  const bandwidths = [kernelDensity([x], xRange, 2).bandwidth, kernelDensity([y], yRange, 2).bandwidth];
  const counts = Array.from({ length: cells }, () => new Float64Array(cells));
  const cell = (value: number, [low, high]: readonly [number, number]): number =>
    value === high ? cells - 1 : Math.floor((cells * (value - low)) / (high - low));
  let total = 0;
  for (let i = 0; i < x.length; i++) {
    const [column, row] = [cell(x[i], xRange), cell(y[i], yRange)];
    if (!(column >= 0 && column < cells && row >= 0 && row < cells)) continue;
    counts[row][column]++;
    total++;
  }
  if (total === 0 || bandwidths.some(Number.isNaN)) return undefined;
  const sizes = [xRange, yRange].map(([low, high]) => (high - low) / cells);
  const [across, up] = bandwidths.map((width, i) => kernel(Math.max(1.2, (width * total ** (1 / 30)) / sizes[i])));
  const rows = counts.map((row) => smoothed(row, across));
  const columns = Array.from({ length: cells }, (_, column) =>
    smoothed(
      Float64Array.from(rows, (row) => row[column]),
      up,
    ),
  );
  const area = sizes[0] * sizes[1];
  const density = rows.map((_, row) => columns.map((column) => column[row] / (total * area)));
  const centres = ([low]: readonly [number, number], size: number): number[] =>
    Array.from({ length: cells }, (_, i) => low + (i + 0.5) * size);
  return {
    x: centres(xRange, sizes[0]),
    y: centres(yRange, sizes[1]),
    density,
    levels: contentShares.map((share) => ({ share, density: borderOf(density, share, area) })),
  };
}

/** Gaussian weights at 0, 1, 2, ... cells, for a standard deviation in cells. */
function kernel(width: number): Float64Array {
  const weights = Float64Array.from({ length: Math.min(cells, Math.ceil(4 * width) + 1) }, (_, i) =>
    Math.exp(-((i / width) ** 2) / 2),
  );
  const sum = weights.reduce((all, weight, i) => all + (i === 0 ? weight : 2 * weight), 0);
  return weights.map((weight) => weight / sum);
}

function smoothed(values: Float64Array, weights: Float64Array): Float64Array {
  const result = new Float64Array(values.length);
  const last = values.length - 1;
  for (let i = 0; i <= last; i++) {
    if (values[i] === 0) continue;
    for (let shift = 1 - weights.length; shift < weights.length; shift++) {
      let to = i + shift;
      if (to < 0) to = -1 - to;
      if (to > last) to = 2 * last + 1 - to;
      result[to] += values[i] * weights[Math.abs(shift)];
    }
  }
  return result;
}

/** The density of the last cell, from the densest down, that the region of this share needs. */
function borderOf(density: readonly (readonly number[])[], share: number, area: number): number {
  const sorted = Float64Array.from(density.flat()).sort();
  let held = 0;
  for (let i = sorted.length - 1; i >= 0; i--) {
    held += sorted[i] * area;
    if (held >= share) return sorted[i];
  }
  return sorted[0];
}

/** Lines around the shares, the inside filled the more the denser. */
export function densityTrace(grid: DensityGrid): Trace {
  // Plotly's levels are evenly spaced: what is drawn is the number of the level that the density has reached.
  const borders = [0, ...grid.levels.map((level) => level.density)];
  const most = Math.max(...grid.density.flat());
  const reached = (density: number): number => {
    let i = 1;
    while (i < borders.length && density > borders[i]) i++;
    const [low, high] = [borders[i - 1], borders[i] ?? most];
    return high > low ? i - 1 + Math.min(1, (density - low) / (high - low)) : i - 1;
  };
  return {
    type: "contour",
    x: plainNumbers(grid.x),
    y: plainNumbers(grid.y),
    z: grid.density.map((row) => row.map((value) => plainNumber(Number(reached(value).toFixed(3))))),
    autocontour: false,
    contours: { start: 1, end: grid.levels.length, size: 1, coloring: "fill" },
    colorscale: [
      [0, page],
      [0.34, translucent(seriesColor(0), 0.25)],
      [1, translucent(seriesColor(0), 0.85)],
    ],
    zmin: 0.5,
    zmax: grid.levels.length + 0.5,
    line: { color: seriesColor(0), width: 1 },
    showscale: false,
    showlegend: false,
    hoverinfo: "skip",
  };
}
