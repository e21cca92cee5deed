// Ranks of each chain's draws among all draws as a distribution function, less that of even ranks, with a band that chains of one law leave
// nowhere with 95 % (Säilynoja, Bürkner and Vehtari 2022, section 3). Needs no bins, unlike a histogram, and is a test.

import { knownOptions, openUnit } from "../arguments/index.js";
import { rankUniformity } from "../diagnostics/rank-uniformity.js";
import type { ChainSource } from "./chains.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { extent, padded, plainNumber, plainNumbers } from "./plain.js";
import { type RankOptions, rankedChains, rankNote } from "./rank-chains.js";
import {
  asText,
  axis,
  buttonsAtRight,
  faint,
  layout,
  legendBesideTitle,
  line as lineColor,
  panelMargin,
  seriesColor,
  translucent,
  warning,
} from "./theme.js";

export interface RankEcdfOptions extends RankOptions {
  /** That chains of one law stay within the band everywhere; 0.95 where left out. */
  probability?: number;
}

export interface RankEcdfData {
  panels: {
    name: string;
    /** Parts of all draws, from 0 to 1. */
    part: number[];
    /** `difference[chain][i]`: the share of its draws in the lowest `part[i]` of all draws, less `part[i]`. */
    difference: (number | null)[][];
    lower: (number | null)[];
    upper: (number | null)[];
    /** Of the test that the band is; null where it has none. */
    pValue: number | null;
    thin: number;
  }[];
  probability: number;
  labels: string[];
  cut: boolean;
  outOf: number;
}

const chainsDrawn = 16;
const chainsNamed = 6;

/**
 * One panel per coordinate with a line per chain, inside the simultaneous band where the chains have one law. A line above zero at the left is
 * a chain with too many low draws. Dependent draws are thinned, which the figure says; a single chain is compared half by half. `source`:
 * draws, or `{ name: chains }` with one array per chain. Throws a RangeError where a name is not there or an option is wrong.
 *
 *     plots.rankEcdf(draws, { names: ["tau"] })
 */
export function rankEcdf(source: ChainSource, options: RankEcdfOptions = {}): Figure {
  const data = rankEcdfData(source, options);
  const count = data.panels.length;
  const { panels, height } = panelGrid(count);
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  const names: unknown[] = [];
  data.panels.forEach(({ name, part, difference, lower, upper, pValue }, i) => {
    const { x, y, xaxis, yaxis, across, up, isLowest, isFirst } = panels[i];
    const place = { xaxis: x, yaxis: y };
    const shown = extent([lower, upper, ...difference].map((list) => list.map((value) => value ?? Number.NaN)));
    axes[xaxis] = axis(isLowest ? "part of all draws" : "", { domain: across, anchor: y, range: [0, 1], nticks: 6 });
    axes[yaxis] = axis(isFirst ? "ECDF difference" : "", {
      domain: up,
      anchor: x,
      range: plainNumbers(padded(shown ?? [-1, 1], 0.08)),
      nticks: 5,
      zeroline: true,
      zerolinecolor: lineColor,
    });
    traces.push({
      type: "scatter",
      mode: "lines",
      ...place,
      x: [...part, ...part.slice().reverse()],
      y: [...upper, ...lower.slice().reverse()],
      name: "band",
      showlegend: false,
      hoverinfo: "skip",
      fill: "toself",
      fillcolor: translucent(faint, 0.16),
      line: { width: 0 },
    });
    difference.slice(0, chainsDrawn).forEach((values, chain) => {
      traces.push({
        type: "scatter",
        mode: "lines",
        ...place,
        x: part,
        y: values,
        name: data.labels[chain],
        legendgroup: `${chain}`,
        showlegend: i === 0,
        line: { color: seriesColor(chain), width: 1.5 },
      });
    });
    const isBad = pValue !== null && pValue < 1 - data.probability;
    const verdict = pValue === null ? "" : `p ${pValue < 0.001 ? "< 0.001" : `= ${Number(pValue.toPrecision(2))}`}`;
    if (count > 1 || options.title !== undefined) names.push(panelName(panels[i], name));
    names.push({
      ...panelName(panels[i], ""),
      text: asText(verdict),
      x: across[1],
      xanchor: "right",
      font: { size: 12, color: isBad ? warning : faint },
    });
  });
  const note = noteOf(data);
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? (count === 1 ? `Ranks of ${data.panels[0].name}` : "Ranks of the draws"),
      {
        ...axes,
        annotations: names,
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

/** The numbers that `rankEcdf` draws. */
export function rankEcdfData(source: ChainSource, options: RankEcdfOptions = {}): RankEcdfData {
  const where = "plots.rankEcdf";
  knownOptions(where, options, ["names", "thin", "probability", "title"]);
  const probability = openUnit(where, "probability", options.probability ?? 0.95);
  const { quantities, ...rest } = rankedChains(where, source, options);
  return {
    panels: quantities.map(({ name, chains, thin }) => {
      // Ranks of fewer than two lists of at least two draws say nothing.
      if (chains.length < 2 || chains[0].length < 2) {
        return {
          name,
          part: [0, 1],
          difference: chains.map(() => [0, 0]),
          lower: [0, 0],
          upper: [0, 0],
          pValue: null,
          thin,
        };
      }
      const { points, ecdf, lower, upper, pValue } = rankUniformity(chains, { probability });
      const less = (values: Float64Array): (number | null)[] => [
        0,
        ...plainNumbers(values.map((value, i) => value - points[i])),
        0,
      ];
      return {
        name,
        part: [0, ...(plainNumbers(points) as number[]), 1],
        difference: ecdf.map(less),
        lower: less(lower),
        upper: less(upper),
        pValue: plainNumber(pValue),
        thin,
      };
    }),
    probability,
    ...rest,
  };
}

function noteOf(data: RankEcdfData): string {
  const said = rankNote({ ...data, quantities: data.panels.map((panel) => ({ ...panel, chains: [] })) });
  if (data.labels.length > chainsDrawn) said.push(`the first ${chainsDrawn} of ${data.labels.length} chains`);
  said.push(`shaded: where ${Number((100 * data.probability).toPrecision(4))} % of chains of one law stay`);
  return said.join("; ");
}
