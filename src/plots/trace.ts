// Trace plots: every chain's path through each coordinate, with its histogram beside it, after the usual figure of ArviZ
// and bayesplot. Divergences are marked at the foot of a panel, kept warmup is shaded.

import { integerAtLeast, knownOptions } from "../arguments/index.js";
import type { Draws } from "../chains/draws.js";
import { type ChainSource, divergencesOf, isDraws, type Quantity, selectQuantities } from "./chains.js";
import type { Figure, Trace } from "./figure.js";
import { extent, numberLabel, padded, plainNumber, plainNumbers } from "./plain.js";
import {
  asText,
  axis,
  faint,
  layout,
  legendBesideTitle,
  panelMargin,
  seriesColor,
  translucent,
  warning,
} from "./theme.js";
import { evenly, outline } from "./thinning.js";

export interface TraceOptions {
  /** Coordinates (by name or index) and statistics (by name) to draw; the first eight coordinates where left out. */
  names?: readonly (string | number)[];
  /** Points per line at most, 2000 where left out; fewer where many lines would make the figure too large. */
  maxPoints?: number;
  /** Draw kept warmup too, shaded; true where left out. */
  warmup?: boolean;
  title?: string;
}

export interface TraceData {
  panels: TracePanel[];
  /** Chains there are; the first 16 are drawn. */
  chains: number;
  /** Draws of the longest chain. */
  draws: number;
  /** Warmup transitions drawn before the draws; 0 where none were kept. */
  warmup: number;
  /** Whether not every draw is drawn. */
  thinned: boolean;
  /** How many quantities there were to choose from, where only the first ones are drawn; else 0. */
  outOf: number;
}

export interface TracePanel {
  name: string;
  /** One line per chain: draws count from 0, warmup from `-warmup`. */
  lines: { draw: number[]; value: (number | null)[]; warmupDraw: number[]; warmupValue: (number | null)[] }[];
  /** Draws at which some drawn chain diverged, at most 500 of them. */
  divergences: number[];
  /** `density[chain][bin]` over the bins between `edges`; each chain's sums to one over the bins' widths. */
  histogram: { edges: number[]; density: number[][] };
}

const chainsDrawn = 16;
/** More than these make a legend longer than the title's line. */
const chainsNamed = 6;
/** Keeps the JSON below 2 MB: a point is at most some twenty characters. */
const pointsDrawn = 80_000;
const divergencesDrawn = 500;
const bins = 36;

/**
 * One panel per coordinate with one line per chain and the chains' histograms at the right.
 * `source`: draws, or `{ name: chains }` with one array per chain. Long chains are thinned to their outline, which the
 * figure says. Throws a RangeError where a name is not there.
 *
 *     plots.trace({ loss: estimate.trace }, { title: "Loss" })
 */
export function trace(source: ChainSource, options: TraceOptions = {}): Figure {
  const data = traceData(source, options);
  const rows = data.panels.length;
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  const labels: unknown[] = [];
  const gap = Math.min(0.12, 0.35 / rows);
  const rowHeight = (1 - gap * (rows - 1)) / rows;

  data.panels.forEach((panel, row) => {
    const [left, right] = [2 * row + 1, 2 * row + 2];
    const top = 1 - row * (rowHeight + gap);
    const domain = [Math.max(0, top - rowHeight), top];
    const range = panelRange(panel);
    const isLast = row === rows - 1;
    axes[`xaxis${left === 1 ? "" : left}`] = axis(isLast ? "draw" : "", {
      domain: [0, 0.8],
      anchor: `y${left === 1 ? "" : left}`,
      range: [0 - data.warmup, Math.max(1, data.draws - 1)],
      showticklabels: isLast,
      ...(row > 0 && { matches: "x" }),
    });
    axes[`yaxis${left === 1 ? "" : left}`] = axis("", {
      domain,
      anchor: `x${left === 1 ? "" : left}`,
      range,
      nticks: 5,
    });
    axes[`xaxis${right}`] = axis("", {
      domain: [0.825, 1],
      anchor: `y${right}`,
      showgrid: false,
      showticklabels: false,
      ticks: "",
      rangemode: "tozero",
      fixedrange: true,
    });
    axes[`yaxis${right}`] = axis("", {
      domain,
      anchor: `x${right}`,
      matches: `y${left === 1 ? "" : left}`,
      showticklabels: false,
      ticks: "",
      nticks: 5,
    });
    labels.push({
      text: asText(panel.name),
      xref: "paper",
      yref: "paper",
      x: 0,
      y: top,
      xanchor: "left",
      yanchor: "bottom",
      showarrow: false,
      font: { size: 13 },
    });
    traces.push(...panelTraces(panel, row, left, right, range, data.chains > 1));
  });

  const height = 120 + rows * (rows === 1 ? 300 : 150);
  const text = options.title ?? (rows === 1 ? `Trace of ${data.panels[0].name}` : "Traces");
  const note = noteOf(data);
  return {
    data: traces,
    layout: layout(
      text,
      {
        ...axes,
        height,
        annotations: rows === 1 && options.title === undefined ? [] : labels,
        shapes: data.warmup > 0 ? data.panels.map((_, row) => warmupShade(data.warmup, 2 * row + 1)) : [],
        legend: legendBesideTitle(),
        showlegend: data.chains <= chainsNamed,
        margin: panelMargin(note),
      },
      note,
    ),
  };
}

/** The numbers that `trace` draws. */
export function traceData(source: ChainSource, options: TraceOptions = {}): TraceData {
  knownOptions("plots.trace", options, ["names", "maxPoints", "warmup", "title"]);
  const maxPoints = integerAtLeast("plots.trace", "maxPoints", options.maxPoints ?? 2000, 2);
  const { quantities, outOf } = selectQuantities("plots.trace", source, options.names);
  const chains = Math.max(...quantities.map((quantity) => quantity.chains.length));
  const draws = Math.max(0, ...quantities.flatMap((quantity) => quantity.chains.map((chain) => chain.length)));
  const kept = isDraws(source) && options.warmup !== false ? source.warmup : undefined;
  const lines = quantities.length * Math.min(chains, chainsDrawn) * (kept === undefined ? 1 : 2);
  const points = Math.max(2, Math.min(maxPoints, Math.floor(pointsDrawn / Math.max(1, lines))));
  const divergences = divergencesOf(source)
    .slice(0, chainsDrawn)
    .flat()
    .sort((a, b) => a - b);
  const marks = evenly(divergences.length, divergencesDrawn).map((i) => divergences[i]);
  return {
    panels: quantities.map((quantity) => ({
      name: quantity.name,
      lines: quantity.chains.slice(0, chainsDrawn).map((chain, c) => ({
        ...line(chain, points),
        ...warmupLine(isDraws(source) ? source : undefined, kept, quantity, c, points),
      })),
      divergences: marks,
      histogram: histogram(quantity.chains.slice(0, chainsDrawn)),
    })),
    chains,
    draws,
    warmup: kept?.draws ?? 0,
    thinned: draws > points || (kept?.draws ?? 0) > points,
    outOf,
  };
}

function line(chain: ArrayLike<number>, points: number): { draw: number[]; value: (number | null)[] } {
  const draw = outline(chain, points);
  return { draw, value: draw.map((i) => plainNumber(chain[i])) };
}

function warmupLine(
  draws: Draws | undefined,
  warmup: Draws["warmup"],
  { name }: Quantity,
  chain: number,
  points: number,
): { warmupDraw: number[]; warmupValue: (number | null)[] } {
  if (draws === undefined || warmup === undefined) return { warmupDraw: [], warmupValue: [] };
  const coordinate = draws.names.indexOf(name);
  const stat = warmup.stats[name];
  const values = Float64Array.from({ length: warmup.draws }, (_, i) => {
    if (coordinate >= 0) return warmup.position[(chain * warmup.draws + i) * draws.dim + coordinate];
    return stat === undefined ? Number.NaN : stat[chain * warmup.draws + i];
  });
  const kept = outline(values, points);
  return { warmupDraw: kept.map((i) => i - warmup.draws), warmupValue: kept.map((i) => plainNumber(values[i])) };
}

function histogram(chains: readonly ArrayLike<number>[]): TracePanel["histogram"] {
  const [least, greatest] = extent(chains) ?? [0, 1];
  const [start, end] = greatest > least ? [least, greatest] : padded([least, greatest]);
  const width = (end - start) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => start + i * width);
  const density = chains.map((chain) => {
    const counts = new Array<number>(bins).fill(0);
    let total = 0;
    for (let i = 0; i < chain.length; i++) {
      if (!Number.isFinite(chain[i])) continue;
      counts[Math.min(bins - 1, Math.floor((chain[i] - start) / width))]++;
      total++;
    }
    return counts.map((count) => (total === 0 ? 0 : count / (total * width)));
  });
  return { edges, density };
}

function panelTraces(
  panel: TracePanel,
  row: number,
  left: number,
  right: number,
  range: [number, number],
  named: boolean,
): Trace[] {
  const id = (letter: string, index: number): string => letter + (index === 1 ? "" : String(index));
  const axesLeft = { xaxis: id("x", left), yaxis: id("y", left) };
  const axesRight = { xaxis: id("x", right), yaxis: id("y", right) };
  const traces: Trace[] = [];
  panel.lines.forEach((chain, c) => {
    const color = seriesColor(c);
    const name = `chain ${c + 1}`;
    if (chain.warmupDraw.length > 0) {
      traces.push({
        type: "scatter",
        mode: "lines",
        ...axesLeft,
        x: chain.warmupDraw,
        y: chain.warmupValue,
        name: `${name}, warmup`,
        legendgroup: name,
        showlegend: false,
        line: { color: translucent(color, 0.45), width: 0.8 },
      });
    }
    traces.push({
      type: "scatter",
      mode: "lines",
      ...axesLeft,
      x: chain.draw,
      y: chain.value,
      name,
      legendgroup: name,
      showlegend: row === 0 && named,
      opacity: 0.85,
      line: { color, width: 0.9 },
    });
    const { edges, density } = panel.histogram;
    traces.push({
      type: "scatter",
      mode: "lines",
      ...axesRight,
      x: plainNumbers([0, ...density[c].flatMap((height) => [height, height]), 0]),
      y: plainNumbers([edges[0], ...density[c].flatMap((_, i) => [edges[i], edges[i + 1]]), edges[edges.length - 1]]),
      name,
      legendgroup: name,
      showlegend: false,
      hoverinfo: "skip",
      fill: "toself",
      fillcolor: translucent(color, 0.1),
      line: { color, width: 1 },
    });
  });
  if (panel.divergences.length > 0) {
    traces.push({
      type: "scatter",
      mode: "markers",
      ...axesLeft,
      x: panel.divergences,
      y: panel.divergences.map(() => plainNumber(range[0] + 0.03 * (range[1] - range[0]))),
      name: "divergence",
      legendgroup: "divergence",
      showlegend: row === 0,
      hovertemplate: "divergence at draw %{x}<extra></extra>",
      marker: { symbol: "line-ns", size: 9, line: { width: 1.2, color: warning }, color: warning },
    });
  }
  return traces;
}

/** The range of what is drawn, a little more below where divergences are marked. */
function panelRange(panel: TracePanel): [number, number] {
  const values = panel.lines.flatMap((chain) => [chain.value, chain.warmupValue]) as number[][];
  const [least, greatest] = padded(
    extent(values.map((list) => list.map((value) => value ?? Number.NaN))) ?? [0, 1],
    0.06,
  );
  return [panel.divergences.length > 0 ? least - 0.06 * (greatest - least) : least, greatest];
}

function warmupShade(warmup: number, panel: number): Record<string, unknown> {
  const id = panel === 1 ? "" : String(panel);
  const place = { xref: `x${id}`, yref: `y${id} domain`, x0: -warmup, x1: 0, y0: 0, y1: 1 };
  return { type: "rect", ...place, layer: "below", line: { width: 0 }, fillcolor: translucent(faint, 0.08) };
}

function noteOf(data: TraceData): string {
  const said: string[] = [];
  if (data.outOf > 0) said.push(`the first ${data.panels.length} of ${data.outOf} coordinates`);
  if (data.chains > chainsDrawn) said.push(`the first ${chainsDrawn} of ${data.chains} chains`);
  if (data.thinned) said.push(`thinned to the outline of ${numberLabel(data.draws)} draws`);
  if (data.warmup > 0) said.push(`shaded: ${numberLabel(data.warmup)} warmup transitions`);
  return said.join("; ");
}
