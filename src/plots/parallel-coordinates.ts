// Parallel coordinates: a line per draw through all coordinates, divergent ones on top. Where these gather, the sampler is in trouble
// (Gabry, Simpson, Vehtari, Betancourt and Gelman 2019, "Visualization in Bayesian workflow", section 4).

import { integerAtLeast, knownOptions, oneOf } from "../arguments/index.js";
import { type ChainSource, divergencesOf, type Quantity, selectQuantities } from "./chains.js";
import type { Figure, Trace } from "./figure.js";
import { numberLabel, plainNumber } from "./plain.js";
import { asText, axis, buttonsAtRight, layout, legendBesideTitle, seriesColor, translucent, warning } from "./theme.js";
import { evenly } from "./thinning.js";

export interface ParallelCoordinatesOptions {
  /** Coordinates (by name or index) and statistics (by name) to draw; the first forty coordinates where left out. */
  names?: readonly (string | number)[];
  /**
   * What makes coordinates comparable: "normal" subtracts the mean of all draws and divides by their standard deviation, "minmax" maps
   * the least to 0 and the greatest to 1, "rank" takes ranks over the number of draws, "none" nothing. "normal" where left out.
   */
  normalization?: "none" | "normal" | "minmax" | "rank";
  /** Draws at most, 300 where left out, and as many divergent ones besides. */
  maxLines?: number;
  title?: string;
}

export interface ParallelCoordinatesData {
  names: string[];
  /** `draws[line][coordinate]`, normalised; those that diverged are not among them. */
  draws: (number | null)[][];
  divergences: (number | null)[][];
  /** How many of both there are. */
  counts: { draws: number; divergences: number };
  /** How many quantities there were to choose from, where only the first ones are drawn; else 0. */
  outOf: number;
}

const quantitiesByDefault = 40;
/** Keeps the JSON below 2 MB. */
const pointsDrawn = 60_000;

const labels = {
  none: "value",
  normal: "standard deviations from the mean",
  minmax: "share of the range",
  rank: "rank over draws",
};

/**
 * One line per draw across the coordinates, divergent transitions in red over the others. `source`: draws, or `{ name: chains }` with one
 * array per chain, all quantities of the same lengths. What a coordinate is normalised by comes from all its draws, not from those drawn.
 * Throws a RangeError where a name is not there or an option is wrong.
 *
 *     plots.parallelCoordinates(draws, { normalization: "rank" })
 */
export function parallelCoordinates(source: ChainSource, options: ParallelCoordinatesOptions = {}): Figure {
  const data = parallelCoordinatesData(source, options);
  const { counts } = data;
  const traces: Trace[] = [
    linesOf(data.draws, translucent(seriesColor(0), data.draws.length > 100 ? 0.16 : 0.35), 0.8),
    inLegend("draws", seriesColor(0)),
  ];
  if (data.divergences.length > 0) {
    traces.push(linesOf(data.divergences, translucent(warning, 0.6), 1.1), inLegend("divergences", warning));
  }
  const said = [
    `${numberLabel(data.draws.length)} of ${numberLabel(counts.draws)} draws`,
    ...(counts.divergences > 0
      ? [`${numberLabel(data.divergences.length)} of ${numberLabel(counts.divergences)} divergences`]
      : []),
    ...(data.outOf > 0 ? [`the first ${data.names.length} of ${data.outOf} coordinates`] : []),
  ];
  const last = data.names.length - 1;
  return {
    data: traces,
    layout: layout(
      options.title ?? "Parallel coordinates",
      {
        xaxis: axis("", {
          range: [-0.15 - 0.02 * last, last + 0.15 + 0.02 * last],
          tickvals: data.names.map((_, i) => i),
          ticktext: data.names.map(asText),
        }),
        yaxis: axis(labels[options.normalization ?? "normal"]),
        showlegend: data.divergences.length > 0,
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
      },
      said.join("; "),
    ),
  };
}

/** The numbers that `parallelCoordinates` draws. */
export function parallelCoordinatesData(
  source: ChainSource,
  options: ParallelCoordinatesOptions = {},
): ParallelCoordinatesData {
  const where = "plots.parallelCoordinates";
  knownOptions(where, options, ["names", "normalization", "maxLines", "title"]);
  const kinds = ["none", "normal", "minmax", "rank"] as const;
  const normalization = oneOf(where, "normalization", options.normalization ?? "normal", kinds);
  const maxLines = integerAtLeast(where, "maxLines", options.maxLines ?? 300, 1);
  const { quantities, outOf } = selectQuantities(where, source, options.names, quantitiesByDefault);
  const normalized = quantities.map((quantity) => normalizedBy[normalization](pooled(quantity)));
  const diverging = divergencesOf(source).map((chain) => new Set(chain));
  const [ordinary, diverged]: [number[], number[]] = [[], []];
  let at = 0;
  quantities[0].chains.forEach((chain, c) => {
    for (let draw = 0; draw < chain.length; draw++) (diverging[c]?.has(draw) ? diverged : ordinary).push(at++);
  });
  const most = Math.max(1, Math.min(maxLines, Math.floor(pointsDrawn / 2 / quantities.length)));
  const linesAt = (places: readonly number[]): (number | null)[][] =>
    evenly(places.length, most).map((i) => normalized.map((values) => plainNumber(values[places[i]] ?? Number.NaN)));
  return {
    names: quantities.map(({ name }) => name),
    draws: linesAt(ordinary),
    divergences: linesAt(diverged),
    counts: { draws: ordinary.length, divergences: diverged.length },
    outOf,
  };
}

function pooled({ chains }: Quantity): Float64Array {
  return Float64Array.from(chains.flatMap((chain) => Array.from(chain)));
}

/** Values that are not finite count for nothing and stay as they are. */
const normalizedBy: Readonly<Record<"none" | "normal" | "minmax" | "rank", (values: Float64Array) => Float64Array>> = {
  none: (values) => values,
  normal(values) {
    const finite = values.filter(Number.isFinite);
    const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
    const variance = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (finite.length - 1);
    return values.map((value) => (variance > 0 ? (value - mean) / Math.sqrt(variance) : value - mean));
  },
  minmax(values) {
    const finite = values.filter(Number.isFinite);
    const least = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const greatest = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    return values.map((value) => (greatest > least ? (value - least) / (greatest - least) : value - least + 0.5));
  },
  // Equal values share the mean of their ranks.
  rank(values) {
    const order = Array.from(values, (_, i) => i)
      .filter((i) => Number.isFinite(values[i]))
      .sort((a, b) => values[a] - values[b]);
    const ranks = new Float64Array(values.length).fill(Number.NaN);
    for (let first = 0; first < order.length; ) {
      let end = first;
      while (end < order.length && values[order[end]] === values[order[first]]) end++;
      for (let k = first; k < end; k++) ranks[order[k]] = (first + end + 1) / 2 / order.length;
      first = end;
    }
    return ranks;
  },
};

/** All lines in one trace, which Plotly draws far faster than a trace each: a null lifts the pen. */
function linesOf(rows: readonly (number | null)[][], color: string, width: number): Trace {
  return {
    type: "scatter",
    mode: "lines",
    x: rows.flatMap((row) => [...row.map((_, i) => i), null]),
    y: rows.flatMap((row) => [...row, null]),
    showlegend: false,
    line: { color, width },
    hoverinfo: "skip",
  };
}

/** A line for the legend alone: one as faint as those drawn could not be seen there. */
function inLegend(name: string, color: string): Trace {
  return { type: "scatter", mode: "lines", x: [null], y: [null], name, line: { color, width: 1.6 } };
}
