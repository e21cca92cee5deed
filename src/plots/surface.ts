// An energy as a surface in three dimensions, with the paths of chains on it.

import { integerAtLeast, knownOptions, positiveNumber } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { colorBar } from "./color-bar.js";
import { type EnergyGrid, energyGrid } from "./contours.js";
import type { Figure, Trace } from "./figure.js";
import { coordinate, type LandscapeOptions, landscapeOptions, readLandscape } from "./landscape.js";
import { numberLabel, plainNumber, plainNumbers } from "./plain.js";
import {
  asText,
  faint,
  grid as gridColor,
  ink,
  layout,
  line,
  page,
  sequentialScale,
  seriesColor,
  translucent,
} from "./theme.js";
import { evenly } from "./thinning.js";

export interface SurfaceOptions extends LandscapeOptions {
  /**
   * Energies above this, counted from the least on the grid, are drawn as a plateau. Where left out, nothing is cut unless the highest
   * place is more than three times as high as 3/4 of the grid, and then where these end, but not below the path.
   */
  ceiling?: number;
  /** Points per path at most, 1000 where left out; fewer where many paths would make the figure too large. */
  maxPoints?: number;
  title?: string;
}

export interface SurfaceData {
  names: [string, string];
  /** Above the least; not cut. */
  surface: EnergyGrid;
  ceiling: number;
  /** `z` is the energy above the grid's least, not cut. */
  paths: { name: string; x: (number | null)[]; y: (number | null)[]; z: (number | null)[]; points: number }[];
  note: string;
}

/** Keeps the JSON below 2 MB. */
const pointsDrawn = 40_000;

/**
 * An energy over two of its coordinates as a surface that can be turned, and on it a chain's path, start and end marked. Options are those
 * of `contour`; what lies higher than `ceiling` is cut. Throws a RangeError where an option is wrong, or where no range is given or known.
 *
 *     plots.surface(energies.rastrigin(), { x: [-3, 3], y: [-3, 3] })
 */
export function surface(energy: Energy, options: SurfaceOptions = {}): Figure {
  const data = surfaceData(energy, options);
  const { ceiling, surface: grid } = data;
  const cut = (value: number | null): number | null => (value === null ? null : plainNumber(Math.min(value, ceiling)));
  // Lifted a little, for a line on the surface would be half inside it.
  const lifted = (value: number | null): number | null =>
    value === null ? null : plainNumber(Math.min(value, ceiling) + 0.015 * ceiling);
  const traces: Trace[] = [
    {
      type: "surface",
      x: plainNumbers(grid.x),
      y: plainNumbers(grid.y),
      z: grid.above.map((row) => plainNumbers(row).map(cut)),
      name: "energy",
      colorscale: sequentialScale,
      cmin: 0,
      cmax: plainNumber(ceiling),
      opacity: data.paths.length > 0 ? 0.9 : 1,
      colorbar: colorBar("energy above<br>its least"),
      contours: { z: { show: true, color: line, width: 1, start: 0, end: ceiling, size: ceiling / 12 } },
      lighting: { ambient: 0.85, diffuse: 0.4, specular: 0.02, roughness: 1 },
      showlegend: false,
      hoverinfo: "x+y+z",
    },
  ];
  data.paths.forEach((path, i) => {
    const color = pathColor(i);
    const [x, y, z] = [path.x, path.y, path.z.map(lifted)];
    traces.push({
      type: "scatter3d",
      mode: "lines",
      x,
      y,
      z,
      name: asText(path.name),
      showlegend: data.paths.length > 1 && data.paths.length <= 8,
      line: { color, width: path.x.length > 200 ? 2 : 5 },
    });
    const last = x.length - 1;
    if (last >= 0) {
      traces.push(
        mark("start", i, [x[0], y[0], z[0]], "circle", page, color),
        mark("end", i, [x[last], y[last], z[last]], "square", color, page),
      );
    }
  });
  const thinned = data.paths.filter((path) => path.x.length < path.points);
  const isCut = grid.above.some((row) => row.some((above) => above > ceiling));
  const notes = [
    isCut ? `cut at ${numberLabel(ceiling)} above the least` : "",
    data.note,
    thinned.length > 0 ? `${numberLabel(thinned[0].x.length)} of ${numberLabel(thinned[0].points)} points` : "",
  ];
  const shown = (title: string): Record<string, unknown> => ({
    title: { text: asText(title), font: { size: 13, color: ink } },
    gridcolor: gridColor,
    linecolor: line,
    zerolinecolor: line,
    showbackground: false,
    tickfont: { size: 11, color: faint },
    nticks: 6,
  });
  // The ground is the scene's.
  const { plot_bgcolor: _, ...rest } = layout(
    options.title ?? "Energy",
    {
      scene: {
        xaxis: shown(data.names[0]),
        yaxis: shown(data.names[1]),
        zaxis: { ...shown("energy"), range: [0, plainNumber(1.04 * ceiling)] },
        aspectmode: "manual",
        aspectratio: { x: 1.15, y: 1.15, z: 0.75 },
        camera: cameraOver(grid),
        bgcolor: page,
      },
      showlegend: data.paths.length > 0,
      width: 760,
      height: 560,
      margin: { l: 16, r: 16, t: 64, b: 16 },
      legend: { x: 0.98, xanchor: "right", y: 1, yanchor: "top", font: { size: 12 }, bgcolor: translucent(page, 0) },
    },
    notes.filter((note) => note !== "").join("; "),
  );
  return { data: traces, layout: rest };
}

/** The numbers that `surface` draws. */
export function surfaceData(energy: Energy, options: SurfaceOptions = {}): SurfaceData {
  const where = "plots.surface";
  knownOptions(where, options, [...landscapeOptions, "ceiling", "maxPoints", "title"]);
  const maxPoints = integerAtLeast(where, "maxPoints", options.maxPoints ?? 1000, 2);
  if (options.ceiling !== undefined) positiveNumber(where, "ceiling", options.ceiling);
  const { names, coordinates, ranges, at, paths, note } = readLandscape(where, energy, options);
  const grid = energyGrid(energy, at, coordinates, ranges.x, ranges.y);
  const least = leastOf(energy, grid, at, coordinates);
  const most = Math.max(2, Math.min(maxPoints, Math.floor(pointsDrawn / Math.max(1, paths.length))));
  const q = Float64Array.from(at);
  const drawn = paths.map((path) => {
    const kept = evenly(path.length, most);
    const [x, y] = coordinates.map((i) => coordinate(path, i, energy.dim));
    // On the surface, whatever the other coordinates were.
    const height = (k: number): number => {
      [q[coordinates[0]], q[coordinates[1]]] = [x[k], y[k]];
      return energy.value(q) - least;
    };
    return {
      name: path.name,
      x: plainNumbers(kept.map((k) => x[k])),
      y: plainNumbers(kept.map((k) => y[k])),
      z: plainNumbers(kept.map(height)),
      points: path.length,
    };
  });
  return {
    names,
    surface: grid,
    ceiling:
      options.ceiling ?? usualCeiling(grid, Math.max(0, ...drawn.flatMap(({ z }) => z.map((height) => height ?? 0)))),
    paths: drawn,
    note,
  };
}

/** The grid's least energy, from which its heights count. */
function leastOf(
  energy: Energy,
  { x, y, above }: EnergyGrid,
  at: Float64Array,
  [first, second]: readonly [number, number],
): number {
  const q = Float64Array.from(at);
  for (let row = 0; row < y.length; row++) {
    const column = above[row].indexOf(0);
    if (column < 0) continue;
    [q[first], q[second]] = [x[column], y[row]];
    return energy.value(q);
  }
  return Number.NaN;
}

function usualCeiling({ above }: EnergyGrid, highest: number): number {
  const heights = above
    .flat()
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const [most, usual] = [heights[heights.length - 1], heights[Math.floor(0.75 * heights.length)]];
  if (!(most > 0)) return 1;
  return most > 3 * usual && usual > 0 ? Math.min(most, Math.max(usual, 1.2 * highest)) : most;
}

/** From the corner where the surface is lowest, so that it hides least of itself. */
function cameraOver({ above }: EnergyGrid): Record<string, unknown> {
  const [last, end] = [above.length - 1, above[0].length - 1];
  const corners = [
    { x: 1, y: -1, height: above[0][end] },
    { x: -1, y: -1, height: above[0][0] },
    { x: 1, y: 1, height: above[last][end] },
    { x: -1, y: 1, height: above[last][0] },
  ];
  const { x, y } = corners.reduce((lowest, corner) => (corner.height < lowest.height * (1 - 1e-9) ? corner : lowest));
  return { eye: { x: 1.2 * x, y: 1.2 * y, z: 1.45 }, center: { x: 0, y: 0, z: -0.15 } };
}

/** Series that stand out from the blue of the surface's valleys, where paths are. */
function pathColor(index: number): string {
  return [seriesColor(1), seriesColor(3), seriesColor(4), seriesColor(2)][index % 4];
}

function mark(
  name: string,
  index: number,
  [x, y, z]: readonly (number | null)[],
  symbol: string,
  color: string,
  border: string,
): Trace {
  return {
    type: "scatter3d",
    mode: "markers",
    x: [x],
    y: [y],
    z: [z],
    name,
    legendgroup: name,
    showlegend: index === 0,
    marker: { symbol, size: 6, color, line: { color: border, width: 2 } },
  };
}
