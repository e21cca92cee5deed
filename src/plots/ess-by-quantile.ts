// How well each part of the law is known: the effective sample size of every quantile, and of the probability of every stretch between
// quantiles, the local one (Vehtari et al. 2021, section 4.3). A chain that sticks in a tail shows there and not in the mean.

import { integerAtLeast, knownOptions } from "../arguments/index.js";
import { essLocal as essLocalOf, essQuantile as essQuantileOf } from "../diagnostics/index.js";
import { type ChainSource, equallyLong, selectQuantities } from "./chains.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { plainNumber } from "./plain.js";
import { axis, faint, layout, legendBesideTitle, panelMargin, seriesColor, translucent } from "./theme.js";

export interface EssByQuantileOptions {
  /** Coordinates (by name or index) and statistics (by name) to draw; the first eight coordinates where left out. */
  names?: readonly (string | number)[];
  /** Quantiles, or stretches of equal probability, 20 where left out. */
  places?: number;
  title?: string;
}

export interface EssByQuantileData {
  panels: {
    name: string;
    /** Probability of each quantile, or at which each stretch begins. */
    probability: number[];
    ess: (number | null)[];
    /** 100 per chain. */
    enough: number;
    /** Of all chains together. */
    draws: number;
  }[];
  cut: boolean;
  outOf: number;
}

/**
 * One panel per coordinate: ESS of the 5 %, 9.7 %, ... 95 % quantile (20 of them), with the 100 per chain that are enough. `source`: draws,
 * or `{ name: chains }` with one array per chain. Throws a RangeError where a name is not there or an option is wrong.
 *
 *     plots.essQuantile(draws, { names: ["tau"] })
 */
export function essQuantile(source: ChainSource, options: EssByQuantileOptions = {}): Figure {
  const data = essQuantileData(source, options);
  return figureOf(data, options, "Effective sample size of quantiles", "quantile", (panel) => ({
    type: "scatter",
    mode: "lines+markers",
    x: panel.probability,
    y: panel.ess,
    hovertemplate: "quantile %{x}: ESS %{y:.0f}<extra></extra>",
    marker: { color: seriesColor(0), size: 6 },
    line: { color: translucent(seriesColor(0), 0.5), width: 1.2 },
  }));
}

/**
 * One panel per coordinate: ESS of the probability of each of 20 stretches between quantiles. `source`: draws, or `{ name: chains }` with one
 * array per chain. Throws a RangeError where a name is not there or an option is wrong.
 *
 *     plots.essLocal(draws, { names: ["tau"] })
 */
export function essLocal(source: ChainSource, options: EssByQuantileOptions = {}): Figure {
  const data = essLocalData(source, options);
  return figureOf(data, options, "Local effective sample size", "quantiles", ({ probability, ess }) => {
    const width = 1 / probability.length;
    return {
      type: "bar",
      x: probability.map((start) => plainNumber(start + width / 2)),
      y: ess,
      width: probability.map(() => plainNumber(0.86 * width)),
      hovertemplate: "around %{x}: ESS %{y:.0f}<extra></extra>",
      marker: { color: seriesColor(0), line: { width: 0 } },
    };
  });
}

/** The numbers that `essQuantile` draws. */
export function essQuantileData(source: ChainSource, options: EssByQuantileOptions = {}): EssByQuantileData {
  const places = checkedPlaces("plots.essQuantile", options);
  const probability = Array.from({ length: places }, (_, i) => 0.05 + (0.9 * i) / (places - 1));
  return dataOf("plots.essQuantile", source, options, probability, (chains, p) => essQuantileOf(chains, p));
}

/** The numbers that `essLocal` draws. */
export function essLocalData(source: ChainSource, options: EssByQuantileOptions = {}): EssByQuantileData {
  const places = checkedPlaces("plots.essLocal", options);
  const probability = Array.from({ length: places }, (_, i) => i / places);
  return dataOf("plots.essLocal", source, options, probability, (chains, start) =>
    essLocalOf(chains, start, Math.min(1, start + 1 / places)),
  );
}

function checkedPlaces(where: string, options: EssByQuantileOptions): number {
  knownOptions(where, options, ["names", "places", "title"]);
  return integerAtLeast(where, "places", options.places ?? 20, 2);
}

function dataOf(
  where: string,
  source: ChainSource,
  options: EssByQuantileOptions,
  probability: readonly number[],
  ess: (chains: readonly Float64Array[], probability: number) => number,
): EssByQuantileData {
  const { quantities, outOf } = selectQuantities(where, source, options.names);
  let cut = false;
  const panels = quantities.map(({ name, chains: all }) => {
    const block = equallyLong(all);
    cut ||= block.cut;
    return {
      name,
      probability: probability.map((p) => plainNumber(p) as number),
      ess: probability.map((p) => (block.chains.length === 0 ? null : plainNumber(ess(block.chains, p)))),
      enough: 100 * block.chains.length,
      draws: block.draws * block.chains.length,
    };
  });
  return { panels, cut, outOf };
}

function figureOf(
  data: EssByQuantileData,
  options: EssByQuantileOptions,
  title: string,
  label: string,
  traceOf: (panel: EssByQuantileData["panels"][number]) => Trace,
): Figure {
  const count = data.panels.length;
  const { panels, height } = panelGrid(count);
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  data.panels.forEach((panel, i) => {
    const { x, y, xaxis, yaxis, across, up, isLowest, isFirst } = panels[i];
    axes[xaxis] = axis(isLowest ? label : "", {
      domain: across,
      anchor: y,
      range: [0, 1],
      tickvals: [0, 0.25, 0.5, 0.75, 1],
    });
    axes[yaxis] = axis(isFirst ? "ESS" : "", {
      domain: up,
      anchor: x,
      rangemode: "tozero",
      exponentformat: "none",
      nticks: 5,
    });
    traces.push(
      { ...traceOf(panel), xaxis: x, yaxis: y, showlegend: false },
      {
        type: "scatter",
        mode: "lines",
        xaxis: x,
        yaxis: y,
        x: [0, 1],
        y: [panel.enough, panel.enough],
        name: "100 per chain",
        showlegend: i === 0,
        hoverinfo: "name",
        line: { color: faint, width: 1.3, dash: "dash" },
      },
    );
  });
  const isTitled = count > 1 || options.title !== undefined;
  const said: string[] = [];
  if (data.outOf > 0) said.push(`the first ${count} of ${data.outOf} coordinates`);
  if (data.cut) said.push("of the part that the chains have in common");
  const note = said.join("; ");
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? `${title}${count === 1 ? `: ${data.panels[0].name}` : ""}`,
      {
        ...axes,
        annotations: isTitled ? data.panels.map(({ name }, i) => panelName(panels[i], name)) : [],
        legend: legendBesideTitle(),
        showlegend: true,
        height,
        margin: panelMargin(note),
      },
      note,
    ),
  });
}
