// Trace plots: every chain's path through each coordinate, with its histogram beside it, after the usual figure of ArviZ
// and bayesplot. Divergences are marked at the foot of a panel, kept warmup is shaded.

import type { ChainSource } from "./chains.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { extent, numberLabel, padded, plainNumber, plainNumbers } from "./plain.js";
import {
  asText,
  axis,
  buttonsAtRight,
  faint,
  layout,
  legendBesideTitle,
  panelMargin,
  seriesColor,
  translucent,
  warning,
} from "./theme.js";
import { chainsDrawn, type TraceData, type TraceOptions, type TracePanel, traceData } from "./trace-data.js";

/** More than these make a legend longer than the title's line. */
const chainsNamed = 6;

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
  return drawn({
    data: traces,
    layout: layout(
      text,
      {
        ...axes,
        height,
        annotations: rows === 1 && options.title === undefined ? [] : labels,
        shapes: data.warmup > 0 ? data.panels.map((_, row) => warmupShade(data.warmup, 2 * row + 1)) : [],
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        showlegend: data.chains <= chainsNamed,
        margin: panelMargin(note),
      },
      note,
    ),
  });
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
    const name = `chain ${c}`;
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
