// Every coordinate against every other: clouds below the diagonal, each one's density on it, contours of the joint densities above, after
// the usual figure of bayesplot. Divergences stand out: where they gather the sampler could not follow the energy.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { type ChainSource, divergencesOf, type Quantity, selectQuantities } from "./chains.js";
import { type DensityGrid, densityGrid, densityTrace } from "./density-grid.js";
import { drawn, nothingAt } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { kernelDensity } from "./kernel-density.js";
import { numberLabel, padded, plainNumber, plainNumbers } from "./plain.js";
import { shownRange } from "./shown-range.js";
import {
  axis,
  buttonsAtRight,
  ink,
  layout,
  legendBesideTitle,
  panelMargin,
  seriesColor,
  translucent,
  warning,
} from "./theme.js";
import { evenly } from "./thinning.js";

export interface PairsOptions {
  /** Two to eight coordinates (by name or index) or statistics (by name); the first four coordinates where left out. */
  names?: readonly (string | number)[];
  /** Points of each cloud at most, 1500 where left out; fewer where many clouds would make the figure too large. */
  maxPoints?: number;
  title?: string;
}

export interface PairsData {
  names: string[];
  /** What each coordinate's axes show. */
  ranges: [number, number][];
  /** `[coordinate]`: of all chains. */
  marginals: { x: (number | null)[]; density: (number | null)[] }[];
  /** `clouds[chain][coordinate]`: the points drawn, without those that diverged. */
  clouds: (number | null)[][][];
  /** `[coordinate]` */
  divergences: (number | null)[][];
  /** `[row][column]` for columns to the right of the row, where there is a density. */
  densities: (DensityGrid | null)[][];
  draws: number;
  thinned: boolean;
  outOf: number;
}

const [coordinatesByDefault, coordinatesDrawn] = [4, 8];
const pointsDrawn = 28_000;
const divergencesDrawn = 300;
const chainsNamed = 6;

/**
 * A square of panels: below the diagonal the draws, a colour per chain where there are few, divergences in red; on it each coordinate's
 * density; above it regions that hold 50, 80 and 95 % of the draws. `source`: draws, or `{ name: chains }` with one array per chain. Throws
 * a RangeError where a name is not there, or where there are fewer than two coordinates or more than eight.
 *
 *     plots.pairs(draws, { names: ["mu", "tau", "theta[0]"] })
 */
export function pairs(source: ChainSource, options: PairsOptions = {}): Figure {
  const data = pairsData(source, options);
  const d = data.names.length;
  const gap = 0.03;
  const size = (1 - gap * (d - 1)) / d;
  const id = (row: number, column: number): string => (row + column === 0 ? "" : String(row * d + column + 1));
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  const named = data.clouds.length > 1 && data.clouds.length <= chainsNamed;
  const total = data.clouds.reduce((sum, cloud) => sum + cloud[0].length, 0);
  for (let row = 0; row < d; row++) {
    for (let column = 0; column < d; column++) {
      const [x, y] = [`x${id(row, column)}`, `y${id(row, column)}`];
      const [left, top] = [column * (size + gap), 1 - row * (size + gap)];
      const isDiagonal = row === column;
      // The row's first panel that shows its coordinate upwards: the diagonal shows densities.
      const first = row === 0 ? 1 : 0;
      axes[`xaxis${id(row, column)}`] = axis(row === d - 1 ? data.names[column] : "", {
        domain: [left, Math.min(1, left + size)],
        anchor: y,
        range: plainNumbers(data.ranges[column]),
        showticklabels: row === d - 1,
        nticks: 5,
        ...(row > 0 && { matches: `x${id(0, column)}` }),
      });
      axes[`yaxis${id(row, column)}`] = axis(column === 0 && row > 0 ? data.names[row] : "", {
        domain: [Math.max(0, top - size), top],
        anchor: x,
        nticks: 5,
        showticklabels: column === 0 && row > 0,
        ...(isDiagonal
          ? { rangemode: "tozero", showgrid: false, ticks: "", showline: false }
          : { range: plainNumbers(data.ranges[row]) }),
        ...(!isDiagonal && column > first && { matches: `y${id(row, first)}` }),
      });
      const place = { xaxis: x, yaxis: y };
      if (isDiagonal) traces.push(marginalTrace(data.marginals[row], place));
      else if (column > row) {
        const grid = data.densities[row][column];
        traces.push(grid === null ? nothingAt(place) : { ...densityTrace(grid), ...place });
      } else {
        const isFirst = row === 1 && column === 0;
        data.clouds.forEach((cloud, chain) => {
          traces.push({
            type: "scatter",
            mode: "markers",
            ...place,
            x: cloud[column],
            y: cloud[row],
            name: `chain ${chain}`,
            legendgroup: `${chain}`,
            showlegend: named && isFirst,
            hoverinfo: "x+y",
            marker: {
              color: seriesColor(named ? chain : 0),
              size: total > 600 ? 3 : 4,
              opacity: total > 600 ? 0.4 : 0.6,
            },
          });
        });
        if (data.divergences[0].length > 0) {
          traces.push({
            type: "scatter",
            mode: "markers",
            ...place,
            x: data.divergences[column],
            y: data.divergences[row],
            name: "divergence",
            legendgroup: "divergence",
            showlegend: isFirst,
            hoverinfo: "x+y",
            marker: { color: warning, size: 6, symbol: "x-thin", line: { color: warning, width: 1.5 } },
          });
        }
      }
    }
  }
  const side = Math.max(420, Math.min(980, 190 * d));
  const note = noteOf(data);
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? data.names.join(", "),
      {
        ...axes,
        width: side + 130,
        height: side + 120,
        legend: { ...legendBesideTitle(), itemsizing: "constant" },
        modebar: { ...buttonsAtRight },
        margin: panelMargin(note),
      },
      note,
    ),
  });
}

function marginalTrace(
  { x, density }: PairsData["marginals"][number],
  place: Readonly<Record<string, unknown>>,
): Trace {
  return {
    type: "scatter",
    mode: "lines",
    ...place,
    x,
    y: density,
    showlegend: false,
    hoverinfo: "skip",
    fill: "tozeroy",
    fillcolor: translucent(ink, 0.1),
    line: { color: ink, width: 1.4 },
  };
}

/** The numbers that `pairs` draws. */
export function pairsData(source: ChainSource, options: PairsOptions = {}): PairsData {
  const where = "plots.pairs";
  knownOptions(where, options, ["names", "maxPoints", "title"]);
  const maxPoints = integerAtLeast(where, "maxPoints", options.maxPoints ?? 1500, 1);
  const { quantities, outOf } = selectQuantities(where, source, options.names, coordinatesByDefault);
  const d = quantities.length;
  if (d < 2 || d > coordinatesDrawn) {
    refuse(
      where,
      "names",
      `two to ${coordinatesDrawn} coordinates`,
      `${d}: ${quantities.map(({ name }) => name).join(", ")}`,
    );
  }
  const places = placesOf(source, quantities);
  const clouds = (d * (d - 1)) / 2;
  const ordinary = places.ordinary;
  const kept = evenly(ordinary.length, Math.min(maxPoints, Math.floor(pointsDrawn / clouds))).map((i) => ordinary[i]);
  const diverged = evenly(places.diverged.length, divergencesDrawn).map((i) => places.diverged[i]);
  const at = ({ chains }: Quantity, [chain, draw]: readonly [number, number]): number => chains[chain][draw];
  const values = (quantity: Quantity, list: readonly (readonly [number, number])[]): (number | null)[] =>
    list.map((place) => plainNumber(at(quantity, place)));
  const ranges = quantities.map(({ chains }) => shownRange(chains).range);
  const all = quantities.map((quantity) => {
    const list = [...ordinary, ...places.diverged];
    return Float64Array.from(list, (place) => at(quantity, place));
  });
  return {
    names: quantities.map(({ name }) => name),
    ranges: ranges.map((range) => plainNumbers(padded(range, 0.05)) as [number, number]),
    marginals: quantities.map(({ chains }, i) => {
      const { x, density } = kernelDensity(chains, ranges[i]);
      return { x: plainNumbers(x), density: plainNumbers(density) };
    }),
    clouds: quantities[0].chains.map((_, chain) => {
      const own = kept.filter((place) => place[0] === chain);
      return quantities.map((quantity) => values(quantity, own));
    }),
    divergences: quantities.map((quantity) => values(quantity, diverged)),
    densities: quantities.map((_, row) =>
      quantities.map((__, column) =>
        column > row ? (densityGrid(all[column], all[row], ranges[column], ranges[row]) ?? null) : null,
      ),
    ),
    draws: ordinary.length + places.diverged.length,
    thinned: kept.length < ordinary.length || diverged.length < places.diverged.length,
    outOf,
  };
}

/** Chain and draw of every draw that all quantities have, apart from those that diverged. */
function placesOf(
  source: ChainSource,
  quantities: readonly Quantity[],
): Record<"ordinary" | "diverged", (readonly [number, number])[]> {
  const diverging = divergencesOf(source).map((chain) => new Set(chain));
  const [ordinary, diverged]: [[number, number][], [number, number][]] = [[], []];
  quantities[0].chains.forEach((_, chain) => {
    const length = Math.min(...quantities.map(({ chains }) => chains[chain]?.length ?? 0));
    for (let draw = 0; draw < length; draw++) (diverging[chain]?.has(draw) ? diverged : ordinary).push([chain, draw]);
  });
  return { ordinary, diverged };
}

function noteOf(data: PairsData): string {
  const said: string[] = [];
  if (data.outOf > 0) said.push(`the first ${data.names.length} of ${data.outOf} coordinates`);
  const drawn = data.clouds.reduce((sum, cloud) => sum + cloud[0].length, 0) + data.divergences[0].length;
  if (data.thinned) said.push(`clouds of ${numberLabel(drawn)} of ${numberLabel(data.draws)} draws`);
  said.push("contours around 50, 80 and 95 % of them");
  return said.join("; ");
}
