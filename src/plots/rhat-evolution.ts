// R-hat as the draws come: chains that agree get below 1.01 and stay there.

import { knownOptions } from "../arguments/index.js";
import { rhat } from "../diagnostics/index.js";
import type { ChainSource } from "./chains.js";
import { drawn } from "./drawn.js";
import { beginnings, type EvolutionOptions, growingChains, growingNote } from "./evolution.js";
import type { Figure, Trace } from "./figure.js";
import { extent, plainNumber, plainNumbers } from "./plain.js";
import { asText, axis, faint, layout, seriesColor } from "./theme.js";

export interface RhatEvolutionData {
  lines: {
    name: string;
    /** Of each chain. */
    draws: number[];
    rhat: (number | null)[];
  }[];
  cut: boolean;
  outOf: number;
}

/** R-hat of split chains needs so many draws of each. */
const leastDraws = 4;
const limit = 1.01;

/**
 * One line per coordinate: R-hat of the draws so far, over their number per chain, with the limit of 1.01. Distances from 1 are drawn
 * on a logarithmic axis, for 1.01 and 3 are both of interest. `source`: draws, or `{ name: chains }` with one array per chain. Throws
 * a RangeError where a name is not there or an option is wrong.
 *
 *     plots.rhatEvolution(draws)
 */
export function rhatEvolution(source: ChainSource, options: EvolutionOptions = {}): Figure {
  const data = rhatEvolutionData(source, options);
  const last = Math.max(1, ...data.lines.flatMap((line) => line.draws));
  const above = (value: number | null): number | null =>
    value === null ? null : plainNumber(Math.max(least, value - 1));
  const values = extent([data.lines.flatMap((line) => line.rhat.map((value) => above(value) ?? Number.NaN))]);
  const [low, high] = [Math.min(values?.[0] ?? 0.005, 0.005), Math.max(values?.[1] ?? 0.02, 0.02)].map(Math.log10);
  const traces: Trace[] = data.lines.map((line, i) => ({
    type: "scatter",
    mode: "lines+markers",
    x: line.draws,
    y: line.rhat.map(above),
    customdata: line.rhat,
    name: asText(line.name),
    hovertemplate: "after %{x} draws: %{customdata}",
    marker: { size: 5, color: seriesColor(i) },
    line: { color: seriesColor(i), width: 1.6, dash: i < 8 ? "solid" : "dot" },
  }));
  traces.push({
    type: "scatter",
    mode: "lines",
    x: [0, plainNumber(1.03 * last)],
    y: [plainNumber(limit - 1), plainNumber(limit - 1)],
    name: String(limit),
    hoverinfo: "name",
    line: { color: faint, width: 1.3, dash: "dash" },
  });
  const note = growingNote({ ...data, quantities: data.lines.map((line) => ({ ...line, chains: [] })) }).join("; ");
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? `R-hat as the draws come${data.lines.length === 1 ? `: ${data.lines[0].name}` : ""}`,
      {
        xaxis: axis("draws per chain", { range: [0, plainNumber(1.03 * last)] }),
        yaxis: axis("R-hat", {
          type: "log",
          range: plainNumbers([low - 0.1, high + 0.1]),
          tickvals: ticks,
          ticktext: ticks.map((tick) => String(plainNumber(1 + tick))),
        }),
        height: 400,
      },
      note,
    ),
  });
}

/** Distances from 1: what is closer, or below, is drawn at the first. */
const ticks = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100];
const least = ticks[0];

/** The numbers that `rhatEvolution` draws. */
export function rhatEvolutionData(source: ChainSource, options: EvolutionOptions = {}): RhatEvolutionData {
  knownOptions("plots.rhatEvolution", options, ["names", "places", "title"]);
  const { quantities, cut, outOf } = growingChains("plots.rhatEvolution", source, options, leastDraws);
  return {
    lines: quantities.map(({ name, chains, draws }) => ({
      name,
      draws,
      rhat: plainNumbers(draws.map((length) => rhat(beginnings(chains, length)))),
    })),
    cut,
    outOf,
  };
}
