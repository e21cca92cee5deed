// How long a chain remembers: its autocorrelations by lag, with the band inside which those of independent draws stay.

import { integerAtLeast, knownOptions, oneOf, refuse } from "../arguments/index.js";
import { autocorrelation as autocorrelationsOf } from "../diagnostics/index.js";
import { type ChainSource, selectQuantities } from "./chains.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { plainNumber, plainNumbers } from "./plain.js";
import {
  axis,
  buttonsAtRight,
  faint,
  layout,
  legendBesideTitle,
  line,
  panelMargin,
  seriesColor,
  translucent,
} from "./theme.js";

export interface AutocorrelationOptions {
  /** Coordinates (by name or index) and statistics (by name) to draw; the first eight coordinates where left out. */
  names?: readonly (string | number)[];
  /** Largest lag, 100 where left out; fewer where the chains are shorter. */
  maxLag?: number;
  /** One line per chain, or bars of the average over chains. Lines where left out, bars where there are more than eight chains. */
  chains?: "each" | "average";
  title?: string;
}

export interface AutocorrelationData {
  panels: {
    name: string;
    /** `correlation[chain][lag]`, one row where chains were averaged; null where a chain is constant. */
    correlation: (number | null)[][];
    /** 1.96 / sqrt(N), N the draws behind a row. */
    band: number | null;
  }[];
  averaged: boolean;
  chains: number;
  outOf: number;
}

const linesDrawn = 8;

/**
 * Autocorrelations up to lag 100 for every coordinate, with +-1.96 / sqrt(N) shaded.
 * `source`: draws, or `{ name: chains }` with one array per chain. Throws a RangeError where a name is not there.
 *
 *     plots.autocorrelation({ loss: estimate.trace })
 */
export function autocorrelation(source: ChainSource, options: AutocorrelationOptions = {}): Figure {
  const data = autocorrelationData(source, options);
  const count = data.panels.length;
  const { panels, height } = panelGrid(count);
  const axes: Record<string, unknown> = {};
  const shapes: unknown[] = [];
  const labels: unknown[] = [];
  const traces: Trace[] = [];
  const lags = Math.max(1, ...data.panels.flatMap((panel) => panel.correlation.map((row) => row.length - 1)));
  const least = Math.min(-0.1, ...data.panels.flatMap((panel) => panel.correlation.flat().map((value) => value ?? 0)));

  data.panels.forEach((panel, i) => {
    const { x, y, xaxis, yaxis, across, up, isLowest } = panels[i];
    axes[xaxis] = axis(isLowest ? "lag" : "", {
      domain: across,
      anchor: y,
      range: [-0.6, lags + 0.6],
    });
    axes[yaxis] = axis("", {
      domain: up,
      anchor: x,
      range: [plainNumber(1.1 * least), 1.05],
      nticks: 6,
      zeroline: true,
      zerolinecolor: line,
    });
    if (panel.band !== null) {
      const range = { y0: -panel.band, y1: panel.band, x0: 0, x1: 1 };
      shapes.push({
        type: "rect",
        xref: `${x} domain`,
        yref: y,
        ...range,
        layer: "below",
        line: { width: 0 },
        fillcolor: translucent(faint, 0.13),
      });
    }
    labels.push(panelName(panels[i], panel.name));
    panel.correlation.forEach((row, chain) => {
      const place = { x: row.map((_, lag) => lag), y: row, xaxis: x, yaxis: y };
      traces.push(
        data.averaged
          ? {
              type: "bar",
              ...place,
              name: "average",
              showlegend: false,
              marker: { color: seriesColor(0), line: { width: 0 } },
              width: 0.55,
            }
          : {
              type: "scatter",
              mode: "lines",
              ...place,
              name: `chain ${chain}`,
              legendgroup: `${chain}`,
              showlegend: i === 0 && data.chains > 1,
              line: { color: seriesColor(chain), width: 1.3 },
            },
      );
    });
  });

  const isTitled = count > 1 || options.title !== undefined;
  const title = options.title ?? (count === 1 ? `Autocorrelation of ${data.panels[0].name}` : "Autocorrelation");
  const note = noteOf(data);
  return drawn({
    data: traces,
    layout: layout(
      title,
      {
        ...axes,
        shapes,
        annotations: isTitled ? labels : [],
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        showlegend: !data.averaged && data.chains <= 6,
        height,
        margin: panelMargin(note),
      },
      note,
    ),
  });
}

/** The numbers that `autocorrelation` draws. */
export function autocorrelationData(source: ChainSource, options: AutocorrelationOptions = {}): AutocorrelationData {
  const where = "plots.autocorrelation";
  knownOptions(where, options, ["names", "maxLag", "chains", "title"]);
  const maxLag = integerAtLeast(where, "maxLag", options.maxLag ?? 100, 1);
  const { quantities, outOf } = selectQuantities(where, source, options.names);
  const chains = Math.max(...quantities.map((quantity) => quantity.chains.length));
  const averaged =
    oneOf(where, "chains", options.chains ?? (chains > linesDrawn ? "average" : "each"), ["each", "average"]) ===
    "average";
  const panels = quantities.map(({ name, chains: all }) => {
    const draws = all.map((chain) => chain.length).filter((length) => length > 1);
    if (draws.length === 0) refuse(where, name, "a chain of at least two draws", all);
    const rows = all.map((chain) => (chain.length > 1 ? autocorrelationsOf(chain, maxLag) : new Float64Array(0)));
    const behind = averaged ? draws.reduce((sum, length) => sum + length, 0) : Math.min(...draws);
    return {
      name,
      correlation: (averaged ? [average(rows)] : rows).map(plainNumbers),
      band: plainNumber(1.96 / Math.sqrt(behind)),
    };
  });
  return { panels, averaged, chains, outOf };
}

/** Lag by lag over the chains that reach it. */
function average(rows: readonly Float64Array[]): Float64Array {
  const lags = Math.max(...rows.map((row) => row.length));
  return Float64Array.from({ length: lags }, (_, lag) => {
    const values = rows.filter((row) => lag < row.length).map((row) => row[lag]);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

function noteOf(data: AutocorrelationData): string {
  const said: string[] = [];
  if (data.outOf > 0) said.push(`the first ${data.panels.length} of ${data.outOf} coordinates`);
  if (data.averaged) said.push(`average over ${data.chains} chain${data.chains === 1 ? "" : "s"}`);
  said.push("shaded: where 95 % of those of independent draws lie");
  return said.join("; ");
}
