// An energy from above, with the paths of chains through it: whether a sampler crosses valleys or follows them.

import { integerAtLeast, knownOptions } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { checkLevels, contourTrace, type EnergyGrid, energyGrid, sigmaLevels } from "./contours.js";
import type { Figure, Trace } from "./figure.js";
import { coordinate, type LandscapeOptions, landscapeOptions, readLandscape } from "./landscape.js";
import { numberLabel, plainNumbers } from "./plain.js";
import { planeLayout } from "./plane.js";
import { asText, layout, legendAtRight, page, seriesColor } from "./theme.js";
import { evenly } from "./thinning.js";

export interface ContourOptions extends LandscapeOptions {
  /** Energies above the least on the grid at which contours run; k^2 / 2 for k = 1 ... 5 where left out. */
  levels?: readonly number[];
  /** Points per path at most, 1000 where left out; fewer where many paths would make the figure too large. */
  maxPoints?: number;
  /** Equal scales on both axes; where the ranges are alike if left out. */
  equalAxes?: boolean;
  title?: string;
}

export interface ContourData {
  names: [string, string];
  ranges: { x: [number, number]; y: [number, number] };
  contours: EnergyGrid;
  /** `points` is how many there are; where it is more than are drawn, these are evenly spread. */
  paths: { name: string; x: (number | null)[]; y: (number | null)[]; points: number }[];
  note: string;
}

/** Keeps the JSON below 2 MB. */
const pointsDrawn = 60_000;

/**
 * Contours of an energy over two of its coordinates, and over them a chain's path, start and end marked. `path`: draws (the first chain,
 * or those that `chains` names), what `leapfrogPath` or `hmcPaths` returns, or a list of positions of all coordinates. Where the energy's
 * coordinates are constrained the free ones are drawn. Throws a RangeError where an option is wrong, or where no range is given or known.
 *
 *     plots.contour(energies.rosenbrock(), { x: [-2, 2], y: [-1, 3], path: draws })
 */
export function contour(energy: Energy, options: ContourOptions = {}): Figure {
  const data = contourData(energy, options);
  const traces: Trace[] = [contourTrace(data.contours, options.levels ?? sigmaLevels)];
  const isLong = data.paths.some((path) => path.x.length > 200);
  data.paths.forEach((path, i) => {
    traces.push({
      type: "scatter",
      mode: "lines+markers",
      x: path.x,
      y: path.y,
      name: asText(path.name),
      showlegend: data.paths.length > 1 && data.paths.length <= pathsNamed,
      line: { color: seriesColor(i), width: isLong ? 0.8 : 1.3 },
      marker: { color: seriesColor(i), size: isLong ? 2.5 : 4 },
      opacity: 0.8,
    });
  });
  if (data.paths.length > 0) {
    traces.push(
      ends(data, "start", (values) => values[0]),
      ends(data, "end", (values) => values[values.length - 1]),
    );
  }
  const thinned = data.paths.filter((path) => path.x.length < path.points);
  const notes = [
    data.note,
    thinned.length > 0 ? `${numberLabel(thinned[0].x.length)} of ${numberLabel(thinned[0].points)} points` : "",
  ];
  return {
    data: traces,
    layout: layout(
      options.title ?? "Energy",
      {
        ...planeLayout(data.names, data.ranges.x, data.ranges.y, options.equalAxes),
        legend: { ...legendAtRight(), itemsizing: "constant" },
        showlegend: data.paths.length > 0,
      },
      notes.filter((note) => note !== "").join("; "),
    ),
  };
}

const pathsNamed = 8;

/** The numbers that `contour` draws. */
export function contourData(energy: Energy, options: ContourOptions = {}): ContourData {
  const where = "plots.contour";
  knownOptions(where, options, [...landscapeOptions, "levels", "maxPoints", "equalAxes", "title"]);
  const maxPoints = integerAtLeast(where, "maxPoints", options.maxPoints ?? 1000, 2);
  checkLevels(where, options.levels ?? sigmaLevels);
  const { names, coordinates, ranges, at, paths, note } = readLandscape(where, energy, options);
  const most = Math.max(2, Math.min(maxPoints, Math.floor(pointsDrawn / Math.max(1, paths.length))));
  return {
    names,
    ranges,
    contours: energyGrid(energy, at, coordinates, ranges.x, ranges.y),
    paths: paths.map((path) => {
      const kept = evenly(path.length, most);
      const [x, y] = coordinates.map((i) => coordinate(path, i, energy.dim));
      return {
        name: path.name,
        x: plainNumbers(kept.map((k) => x[k])),
        y: plainNumbers(kept.map((k) => y[k])),
        points: path.length,
      };
    }),
    note,
  };
}

/** One end of every path: rings where they start, squares where they end. */
function ends(
  { paths }: ContourData,
  name: "start" | "end",
  pick: (values: (number | null)[]) => number | null | undefined,
): Trace {
  const colors = paths.map((_, i) => seriesColor(i));
  return {
    type: "scatter",
    mode: "markers",
    x: paths.map((path) => pick(path.x) ?? null),
    y: paths.map((path) => pick(path.y) ?? null),
    name,
    marker: {
      symbol: name === "start" ? "circle" : "square",
      size: name === "start" ? 11 : 10,
      color: name === "start" ? page : colors,
      line: { color: name === "start" ? colors : page, width: name === "start" ? 2.4 : 1.4 },
    },
  };
}
