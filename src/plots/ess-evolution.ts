// How the effective sample size grows with the draws: in proportion where the chains mix, flattening where they do not
// (Vehtari et al. 2021, section 4; ArviZ's figure of that kind).

import { knownOptions } from "../arguments/index.js";
import { essBulk, essTail } from "../diagnostics/index.js";
import type { ChainSource } from "./chains.js";
import { drawn } from "./drawn.js";
import { beginnings, type EvolutionOptions, growingChains, growingNote } from "./evolution.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { plainNumber, plainNumbers } from "./plain.js";
import { axis, buttonsAtRight, faint, layout, legendBesideTitle, panelMargin, seriesColor } from "./theme.js";

export interface EssEvolutionData {
  panels: {
    name: string;
    /** Of all chains together. */
    draws: number[];
    bulk: (number | null)[];
    tail: (number | null)[];
    /** 100 per chain: from there intervals and R-hat can be relied on. */
    enough: number;
  }[];
  cut: boolean;
  outOf: number;
}

/** An effective sample size of split chains needs so many draws of each. */
const leastDraws = 6;

/**
 * One panel per coordinate with bulk and tail ESS of the draws so far, and the 100 per chain that are enough. `source`: draws, or
 * `{ name: chains }` with one array per chain. Throws a RangeError where a name is not there or an option is wrong.
 *
 *     plots.essEvolution(draws, { names: ["tau"] })
 */
export function essEvolution(source: ChainSource, options: EvolutionOptions = {}): Figure {
  const data = essEvolutionData(source, options);
  const count = data.panels.length;
  const { panels, height } = panelGrid(count);
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  data.panels.forEach(({ draws, bulk, tail, enough }, i) => {
    const { x, y, xaxis, yaxis, across, up, isLowest, isFirst } = panels[i];
    const last = Math.max(1, ...draws);
    axes[xaxis] = axis(isLowest ? "draws of all chains" : "", {
      domain: across,
      anchor: y,
      range: [0, plainNumber(1.03 * last)],
      nticks: 6,
    });
    axes[yaxis] = axis(isFirst ? "ESS" : "", {
      domain: up,
      anchor: x,
      rangemode: "tozero",
      exponentformat: "none",
      nticks: 6,
    });
    const line = (name: string, values: (number | null)[], color: string): Trace => ({
      type: "scatter",
      mode: "lines+markers",
      xaxis: x,
      yaxis: y,
      x: draws,
      y: values,
      name,
      legendgroup: name,
      showlegend: i === 0,
      marker: { size: 5, color },
      line: { color, width: 1.6 },
    });
    traces.push(
      {
        type: "scatter",
        mode: "lines",
        xaxis: x,
        yaxis: y,
        x: [0, plainNumber(1.03 * last)],
        y: [enough, enough],
        name: "100 per chain",
        legendgroup: "enough",
        showlegend: i === 0,
        hoverinfo: "name",
        line: { color: faint, width: 1.3, dash: "dash" },
      },
      line("bulk", bulk, seriesColor(0)),
      line("tail", tail, seriesColor(1)),
    );
  });
  const isTitled = count > 1 || options.title !== undefined;
  const note = growingNote({ ...data, quantities: data.panels.map((panel) => ({ ...panel, chains: [] })) }).join("; ");
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? `Effective sample size as it grows${count === 1 ? `: ${data.panels[0].name}` : ""}`,
      {
        ...axes,
        annotations: isTitled ? data.panels.map(({ name }, i) => panelName(panels[i], name)) : [],
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        height,
        margin: panelMargin(note),
      },
      note,
    ),
  });
}

/** The numbers that `essEvolution` draws. */
export function essEvolutionData(source: ChainSource, options: EvolutionOptions = {}): EssEvolutionData {
  knownOptions("plots.essEvolution", options, ["names", "places", "title"]);
  const { quantities, cut, outOf } = growingChains("plots.essEvolution", source, options, leastDraws);
  return {
    panels: quantities.map(({ name, chains, draws }) => ({
      name,
      draws: draws.map((length) => length * chains.length),
      bulk: plainNumbers(draws.map((length) => essBulk(beginnings(chains, length)))),
      tail: plainNumbers(draws.map((length) => essTail(beginnings(chains, length)))),
      enough: 100 * chains.length,
    })),
    cut,
    outOf,
  };
}
