// Densities of the draws: what each chain says of a coordinate, and all of them together, with the middle and two intervals.

import { knownOptions } from "../arguments/index.js";
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
import { kernelDensity } from "./kernel-density.js";
import { panelGrid, panelName } from "./panels.js";
import { extent, padded, plainNumber, plainNumbers } from "./plain.js";
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
} from "./theme.js";

export interface DensityOptions extends IntervalOptions {
  /** Coordinates (by name or index) and statistics (by name) to draw; the first eight coordinates where left out. */
  names?: readonly (string | number)[];
  title?: string;
}

export interface DensityData {
  panels: {
    name: string;
    x: (number | null)[];
    /** Of all chains. Null everywhere where the draws are equal, or none is finite. */
    density: (number | null)[];
    /** Of each chain; empty where there is only one, or more than sixteen. */
    chains: (number | null)[][];
    /** Standard deviation of the kernel of the density of all chains. */
    bandwidth: number | null;
    intervals: Intervals;
    /** Share of the draws, 0 to 1, that lie beyond `x`, far in the tails. */
    beyond: number;
  }[];
  chains: number;
  outOf: number;
}

const chainsDrawn = 16;
const chainsNamed = 6;

/**
 * One panel per coordinate: the density of every chain (thin), and of all (bold) with the outer interval shaded, above the median with
 * a 50 % and a 95 % interval. `source`: draws, or `{ name: chains }` with one array per chain. Throws a RangeError where a name is not
 * there or an option is wrong.
 *
 *     plots.density(draws, { names: ["mu", "tau"], interval: "hdi" })
 */
export function density(source: ChainSource, options: DensityOptions = {}): Figure {
  const data = densityData(source, options);
  const count = data.panels.length;
  const { panels, height } = panelGrid(count);
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  data.panels.forEach((panel, i) => {
    const { x, y, xaxis, yaxis, across, up } = panels[i];
    const place = { xaxis: x, yaxis: y };
    const heights = [panel.density, ...panel.chains].flat().map((value) => value ?? Number.NaN);
    const top = extent([heights])?.[1] ?? 1;
    const range = extent([panel.x.map((value) => value ?? Number.NaN)]);
    axes[xaxis] = axis("", { domain: across, anchor: y, ...(range && { range: plainNumbers(padded(range, 0.02)) }) });
    axes[yaxis] = axis("", {
      domain: up,
      anchor: x,
      range: plainNumbers([-0.12 * top, 1.06 * top]),
      showticklabels: false,
      showgrid: false,
      showline: false,
      ticks: "",
    });
    traces.push({
      type: "scatter",
      mode: "lines",
      ...place,
      ...underCurve(panel),
      showlegend: false,
      hoverinfo: "skip",
      fill: "toself",
      fillcolor: translucent(ink, 0.1),
      line: { width: 0 },
    });
    panel.chains.forEach((values, chain) => {
      traces.push({
        type: "scatter",
        mode: "lines",
        ...place,
        x: panel.x,
        y: values,
        name: `chain ${chain}`,
        legendgroup: `${chain}`,
        showlegend: i === 0,
        line: { color: seriesColor(chain), width: 1.2 },
      });
    });
    traces.push(
      {
        type: "scatter",
        mode: "lines",
        ...place,
        x: panel.x,
        y: panel.density,
        name: "all chains",
        showlegend: i === 0 && panel.chains.length > 0,
        legendgroup: "all",
        line: { color: ink, width: 1.9 },
      },
      ...intervalTraces(panel.intervals, -0.055 * top, place),
    );
  });
  const isTitled = count > 1 || options.title !== undefined;
  const note = noteOf(data, options);
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? (count === 1 ? `Density of ${data.panels[0].name}` : "Densities"),
      {
        ...axes,
        annotations: isTitled ? data.panels.map(({ name }, i) => panelName(panels[i], name)) : [],
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        showlegend: data.chains > 1 && data.chains <= chainsNamed,
        height,
        margin: panelMargin(note),
      },
      note,
    ),
  });
}

/** The numbers that `density` draws. */
export function densityData(source: ChainSource, options: DensityOptions = {}): DensityData {
  const where = "plots.density";
  knownOptions(where, options, ["names", "probabilities", "interval", "title"]);
  const checked = checkIntervals(where, options);
  const { quantities, outOf } = selectQuantities(where, source, options.names);
  const count = Math.max(...quantities.map(({ chains }) => chains.length));
  return {
    panels: quantities.map(({ name, chains }) => {
      const { range, beyond } = shownRange(chains);
      const all = kernelDensity(chains, range);
      const each = count === 1 || count > chainsDrawn ? [] : chains;
      return {
        name,
        x: plainNumbers(all.x),
        density: plainNumbers(all.density),
        chains: each.map((chain) => plainNumbers(kernelDensity([chain], range).density)),
        bandwidth: plainNumber(all.bandwidth),
        intervals: intervalsOf(chains, checked),
        beyond,
      };
    }),
    chains: count,
    outOf,
  };
}

/** The outline of what stands between the ends of the outer interval, interpolated at them. */
function underCurve({ x, density, intervals }: DensityData["panels"][number]): Record<"x" | "y", (number | null)[]> {
  const [low, high] = intervals.outer;
  if (low === null || high === null || density[0] === null) return { x: [], y: [] };
  const start = x[0]!;
  const step = x[1]! - start;
  const at = (value: number): number => {
    const position = Math.min(x.length - 1, Math.max(0, (value - start) / step));
    const below = Math.min(x.length - 2, Math.floor(position));
    return density[below]! + (position - below) * (density[below + 1]! - density[below]!);
  };
  const ends = [Math.max(low, start), Math.min(high, x[x.length - 1]!)];
  const inside = x.flatMap((value, i) => (value! > ends[0] && value! < ends[1] ? [i] : []));
  return {
    x: plainNumbers([ends[0], ends[0], ...inside.map((i) => x[i]!), ends[1], ends[1]]),
    y: plainNumbers([0, at(ends[0]), ...inside.map((i) => density[i]!), at(ends[1]), 0]),
  };
}

function noteOf(data: DensityData, options: DensityOptions): string {
  const said: string[] = [];
  if (data.outOf > 0) said.push(`the first ${data.panels.length} of ${data.outOf} coordinates`);
  said.push(`below: ${intervalNote(checkIntervals("plots.density", options))}`);
  const beyond = Math.max(...data.panels.map((panel) => panel.beyond));
  if (beyond > 0) said.push(`up to ${Number((100 * beyond).toPrecision(2))} % of the draws lie beyond a panel`);
  return said.join("; ");
}
