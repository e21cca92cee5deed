// Histograms of the draws of all chains, with the middle and two intervals below.

import { integerAtLeast, knownOptions } from "../arguments/index.js";
import { sortedQuantile } from "../diagnostics/quantile.js";
import { type ChainSource, selectQuantities } from "./chains.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import {
  checkIntervals,
  type IntervalOptions,
  type Intervals,
  intervalNote,
  intervalsOf,
  intervalTraces,
} from "./intervals.js";
import { panelGrid, panelName } from "./panels.js";
import { padded, plainNumber, plainNumbers } from "./plain.js";
import { shownRange } from "./shown-range.js";
import { axis, layout, page, panelMargin, seriesColor, translucent } from "./theme.js";

export interface HistogramOptions extends IntervalOptions {
  /** Coordinates (by name or index) and statistics (by name) to draw; the first eight coordinates where left out. */
  names?: readonly (string | number)[];
  /** Bins of each panel; by the rule of Freedman and Diaconis where left out, and one per value where all draws are whole numbers. */
  bins?: number;
  title?: string;
}

export interface HistogramData {
  panels: {
    name: string;
    edges: number[];
    /** Draws in each bin, all chains together; the last bin holds its upper edge. */
    counts: number[];
    intervals: Intervals;
    /** Share of the finite draws, 0 to 1, that lie beyond the edges. */
    beyond: number;
  }[];
  outOf: number;
}

const [fewest, most] = [10, 80];

/**
 * One histogram per coordinate, the bars inside the outer interval in full colour, above the median with a 50 % and a 95 % interval.
 * `source`: draws, or `{ name: chains }` with one array per chain. Throws a RangeError where a name is not there or an option is wrong.
 *
 *     plots.histogram(draws, { names: ["treeDepth"] })
 */
export function histogram(source: ChainSource, options: HistogramOptions = {}): Figure {
  const data = histogramData(source, options);
  const count = data.panels.length;
  const { panels, height } = panelGrid(count);
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  data.panels.forEach(({ edges, counts, intervals }, i) => {
    const { x, y, xaxis, yaxis, across, up, isFirst } = panels[i];
    const place = { xaxis: x, yaxis: y };
    const top = Math.max(1, ...counts);
    axes[xaxis] = axis("", {
      domain: across,
      anchor: y,
      range: plainNumbers(padded([edges[0], edges[edges.length - 1]], 0.02)),
    });
    axes[yaxis] = axis(isFirst ? "draws" : "", {
      domain: up,
      anchor: x,
      range: plainNumbers([-0.12 * top, 1.06 * top]),
      tickvals: ticksUpTo(top),
    });
    const [low, high] = intervals.outer;
    const middles = counts.map((_, bin) => (edges[bin] + edges[bin + 1]) / 2);
    traces.push(
      {
        type: "bar",
        ...place,
        x: plainNumbers(middles),
        y: counts,
        width: plainNumbers(counts.map((_, bin) => edges[bin + 1] - edges[bin])),
        showlegend: false,
        hovertemplate: "%{y} draws around %{x}<extra></extra>",
        marker: {
          color: middles.map((middle) =>
            low !== null && high !== null && (middle < low || middle > high)
              ? translucent(seriesColor(0), 0.4)
              : seriesColor(0),
          ),
          line: { color: page, width: counts.length > 50 ? 0.4 : 0.8 },
        },
      },
      ...intervalTraces(intervals, -0.055 * top, place),
    );
  });
  const isTitled = count > 1 || options.title !== undefined;
  const note = noteOf(data, options);
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? (count === 1 ? `Histogram of ${data.panels[0].name}` : "Histograms"),
      {
        ...axes,
        annotations: isTitled ? data.panels.map(({ name }, i) => panelName(panels[i], name)) : [],
        showlegend: false,
        bargap: 0,
        height,
        margin: panelMargin(note),
      },
      note,
    ),
  });
}

/** The numbers that `histogram` draws. */
export function histogramData(source: ChainSource, options: HistogramOptions = {}): HistogramData {
  const where = "plots.histogram";
  knownOptions(where, options, ["names", "bins", "probabilities", "interval", "title"]);
  const checked = checkIntervals(where, options);
  const bins = options.bins === undefined ? undefined : integerAtLeast(where, "bins", options.bins, 1);
  const { quantities, outOf } = selectQuantities(where, source, options.names);
  return {
    panels: quantities.map(({ name, chains }) => {
      const { range, beyond, sorted } = shownRange(chains);
      const edges = edgesOf(sorted, range, bins);
      return {
        name,
        edges: edges.map((edge) => plainNumber(edge) as number),
        counts: countsOf(sorted, edges),
        intervals: intervalsOf(chains, checked),
        beyond,
      };
    }),
    outOf,
  };
}

/** Bins of equal width over the range. Whole numbers get a bin each, around them, where those are few. */
function edgesOf(sorted: Float64Array, [low, high]: readonly [number, number], asked: number | undefined): number[] {
  if (asked === undefined && sorted.length > 0 && high - low < most && sorted.every(Number.isInteger)) {
    const [first, last] = [Math.ceil(low), Math.floor(high)];
    return Array.from({ length: last - first + 2 }, (_, i) => first - 0.5 + i);
  }
  const spread = sortedQuantile(sorted, 0.75) - sortedQuantile(sorted, 0.25);
  const rule = Math.ceil((high - low) / (2 * spread * sorted.length ** (-1 / 3)));
  const count = asked ?? (Number.isFinite(rule) ? Math.min(most, Math.max(fewest, rule)) : fewest);
  // The last edge is the largest draw itself, not what rounding makes of it.
  return Array.from({ length: count + 1 }, (_, i) => (i === count ? high : low + (i * (high - low)) / count));
}

function countsOf(sorted: Float64Array, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const [first, last] = [edges[0], edges[edges.length - 1]];
  for (const value of sorted) {
    if (value < first || value > last) continue;
    counts[Math.min(counts.length - 1, Math.floor(((value - first) / (last - first)) * counts.length))]++;
  }
  return counts;
}

/** Round numbers from zero up: nothing below, where only the interval stands. */
function ticksUpTo(top: number): number[] {
  const size = 10 ** Math.floor(Math.log10(top));
  const step = Math.max(1, [0.2, 0.5, 1, 2].map((share) => share * size).find((each) => top / each <= 5) ?? size);
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => Math.round(i * step));
}

function noteOf(data: HistogramData, options: HistogramOptions): string {
  const said: string[] = [];
  if (data.outOf > 0) said.push(`the first ${data.panels.length} of ${data.outOf} coordinates`);
  said.push(`below: ${intervalNote(checkIntervals("plots.histogram", options))}`);
  const beyond = Math.max(...data.panels.map((panel) => panel.beyond));
  if (beyond > 0) said.push(`up to ${Number((100 * beyond).toPrecision(2))} % of the draws lie beyond a panel`);
  return said.join("; ");
}
