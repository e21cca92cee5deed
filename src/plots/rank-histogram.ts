// Rank histograms: the draws of all chains are ranked together, and each chain's ranks counted (Vehtari et al. 2021, section 4.4). Chains of
// one law have even counts; one that is elsewhere has too many at an end, one too narrow too many in the middle.

import { integerAtLeast, knownOptions } from "../arguments/index.js";
import { hypergeometricLaw } from "../diagnostics/count-laws.js";
import type { ChainSource } from "./chains.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { plainNumber, plainNumbers } from "./plain.js";
import { pooledDraws } from "./pooled.js";
import { type RankOptions, rankedChains, rankNote } from "./rank-chains.js";
import {
  axis,
  buttonsAtRight,
  faint,
  layout,
  legendBesideTitle,
  panelMargin,
  seriesColor,
  translucent,
} from "./theme.js";

export interface RankHistogramOptions extends RankOptions {
  /** 20 where left out, fewer where a chain has fewer than ten draws for each. */
  bins?: number;
}

export interface RankHistogramData {
  panels: {
    name: string;
    /** Ranks at which bins begin and end, from 0 to the number of all draws. */
    edges: number[];
    /** `counts[chain][bin]`; equal draws share their ranks, so that counts need not be whole. Null where a draw is NaN. */
    counts: (number | null)[][];
    expected: number;
    /** No count of chains of one law leaves this with at least 95 %: all bins and chains together. */
    band: [number, number];
    /** One draw in so many was ranked. */
    thin: number;
  }[];
  labels: string[];
  cut: boolean;
  outOf: number;
}

const chainsDrawn = 16;
const chainsNamed = 6;
const miss = 0.05;

/**
 * One panel per coordinate with a stair per chain: how many of its draws are in each twentieth of all draws. The band holds all of them with
 * 95 % where the chains have one law; for it, dependent draws are thinned, which the figure says. A single chain is compared half by half.
 * `source`: draws, or `{ name: chains }` with one array per chain. Throws a RangeError where a name is not there or an option is wrong.
 *
 *     plots.rankHistogram(draws)
 */
export function rankHistogram(source: ChainSource, options: RankHistogramOptions = {}): Figure {
  const data = rankHistogramData(source, options);
  const count = data.panels.length;
  const { panels, height } = panelGrid(count);
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  const shapes: unknown[] = [];
  data.panels.forEach(({ edges, counts, expected, band }, i) => {
    const { x, y, xaxis, yaxis, across, up, isLowest, isFirst } = panels[i];
    const most = Math.max(band[1], ...counts.flat().map((value) => value ?? 0));
    const end = edges[edges.length - 1];
    axes[xaxis] = axis(isLowest ? "rank" : "", { domain: across, anchor: y, range: [0, Math.max(1, end)], nticks: 6 });
    axes[yaxis] = axis(isFirst ? "draws" : "", {
      domain: up,
      anchor: x,
      range: plainNumbers([0, 1.08 * Math.max(1, most)]),
      nticks: 5,
    });
    const whole = { xref: `${x} domain`, yref: y, x0: 0, x1: 1, layer: "below" };
    shapes.push(
      { type: "rect", ...whole, y0: band[0], y1: band[1], line: { width: 0 }, fillcolor: translucent(faint, 0.13) },
      {
        type: "line",
        ...whole,
        y0: expected,
        y1: expected,
        line: { color: faint, width: 1, dash: "dash" },
      },
    );
    counts.slice(0, chainsDrawn).forEach((values, chain) => {
      traces.push({
        type: "scatter",
        mode: "lines",
        xaxis: x,
        yaxis: y,
        x: edges,
        // The last stair needs an end.
        y: [...values, values[values.length - 1]],
        name: data.labels[chain],
        legendgroup: `${chain}`,
        showlegend: i === 0,
        line: { color: seriesColor(chain), width: 1.6, shape: "hv" },
      });
    });
  });
  const isTitled = count > 1 || options.title !== undefined;
  const note = noteOf(data);
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? (count === 1 ? `Ranks of ${data.panels[0].name}` : "Ranks of the draws"),
      {
        ...axes,
        shapes,
        annotations: isTitled ? data.panels.map(({ name }, i) => panelName(panels[i], name)) : [],
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        showlegend: data.labels.length <= chainsNamed,
        height,
        margin: panelMargin(note),
      },
      note,
    ),
  });
}

/** The numbers that `rankHistogram` draws. */
export function rankHistogramData(source: ChainSource, options: RankHistogramOptions = {}): RankHistogramData {
  const where = "plots.rankHistogram";
  knownOptions(where, options, ["names", "bins", "thin", "title"]);
  const asked = options.bins === undefined ? undefined : integerAtLeast(where, "bins", options.bins, 2);
  const { quantities, ...rest } = rankedChains(where, source, options);
  return {
    panels: quantities.map(({ name, chains, thin }) => {
      const draws = chains[0]?.length ?? 0;
      const bins = asked ?? Math.max(2, Math.min(20, Math.floor(draws / 10)));
      const edges = Array.from({ length: bins + 1 }, (_, bin) => (bin * draws * chains.length) / bins);
      return {
        name,
        edges: edges.map((edge) => plainNumber(edge) as number),
        counts: countsOf(chains, edges).map(plainNumbers),
        expected: plainNumber(draws / bins) as number,
        band: bandOf(chains.length, draws, bins),
        thin,
      };
    }),
    ...rest,
  };
}

/** Ranks count as the unit stretch below them, so that a bin may end within one. */
function countsOf(chains: readonly Float64Array[], edges: readonly number[]): Float64Array[] {
  const sorted = pooledDraws(chains);
  const bins = edges.length - 1;
  const size = edges[1];
  const isKnown = sorted.length > 0 && !Number.isNaN(sorted[sorted.length - 1]);
  return chains.map((chain) => {
    const counts = new Float64Array(bins).fill(isKnown ? 0 : Number.NaN);
    if (!isKnown) return counts;
    const ordered = chain.slice().sort();
    for (let first = 0, next = 0, at = 0; first < ordered.length; first = next) {
      const value = ordered[first];
      while (next < ordered.length && ordered[next] === value) next++;
      while (sorted[at] < value) at++;
      let end = at;
      while (end < sorted.length && sorted[end] === value) end++;
      // This chain's draws of that value are spread over all ranks at which it stands.
      for (let bin = Math.floor(at / size); bin < bins && bin * size < end; bin++) {
        const overlap = Math.min(end, edges[bin + 1]) - Math.max(at, edges[bin]);
        counts[bin] += ((next - first) * Math.max(0, overlap)) / (end - at);
      }
      at = end;
    }
    return counts;
  });
}

/**
 * By the law of the count of one chain's draws in a bin, hypergeometric, at the level that all bins of all chains share (Bonferroni). The
 * smallest and the largest count inside.
 */
function bandOf(chains: number, draws: number, bins: number): [number, number] {
  if (draws === 0) return [0, 0];
  const { first, probability } = hypergeometricLaw(chains * draws, Math.ceil((chains * draws) / bins), draws);
  const tail = miss / (2 * bins * chains);
  let [low, high] = [0, probability.length - 1];
  for (let below = probability[low]; below <= tail && low < high; below += probability[++low]);
  for (let above = probability[high]; above <= tail && high > low; above += probability[--high]);
  return [first + low, first + high];
}

function noteOf(data: RankHistogramData): string {
  const said = rankNote({ ...data, quantities: data.panels.map((panel) => ({ ...panel, chains: [] })) });
  if (data.labels.length > chainsDrawn) said.push(`the first ${chainsDrawn} of ${data.labels.length} chains`);
  said.push("shaded: where 95 % of chains of one law stay");
  return said.join("; ");
}
