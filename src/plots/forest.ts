// A row per coordinate: its middle, two intervals, where each chain has its middle, and, as columns, whether to believe it.

import { knownOptions } from "../arguments/index.js";
import { quantile, rankDiagnostics } from "../diagnostics/index.js";
import { type ChainSource, equallyLong, selectQuantities } from "./chains.js";
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
import { extent, numberLabel, padded, plainNumber, plainNumbers } from "./plain.js";
import { checkReferences, type Reference, referenceColor, referenceName } from "./reference.js";
import { asText, axis, buttonsAtRight, faint, ink, layout, legendBesideTitle, seriesColor, warning } from "./theme.js";

export interface ForestOptions extends IntervalOptions {
  /** Coordinates (by name or index) and statistics (by name) to draw; the first forty coordinates where left out. */
  names?: readonly (string | number)[];
  /** Values to compare with, drawn as dashed lines: `[{ label: "no effect", value: 0 }]`. */
  reference?: readonly Reference[];
  title?: string;
}

export interface ForestData {
  rows: {
    name: string;
    intervals: Intervals;
    /** Medians; empty where there is only one chain, or more than sixteen. */
    perChain: (number | null)[];
    essBulk: number | null;
    essTail: number | null;
    rhat: number | null;
    /** Whether R-hat is at most 1.01 and both effective sample sizes are at least 100 per chain. */
    ok: boolean;
  }[];
  chains: number;
  /** Chains behind ESS and R-hat. */
  compared: number;
  /** Whether ESS and R-hat are those of a block of equally long chains, because not all are as long. */
  cut: boolean;
  outOf: number;
}

const rowsDrawn = 40;
const chainsDrawn = 16;
/** Vehtari et al. 2021, section 4: do not use draws above this R-hat, or below this ESS per chain. */
const [largestRhat, leastEss] = [1.01, 100];

/**
 * A row per coordinate with median, 50 % and 95 % interval, a ring at each chain's median, and columns with bulk ESS, tail ESS and R-hat,
 * in red where they say that the row is not to be trusted. `source`: draws, or `{ name: chains }` with one array per chain. Throws a
 * RangeError where a name is not there or an option is wrong.
 *
 *     plots.forest(draws, { reference: [{ label: "no effect", value: 0 }] })
 */
export function forest(source: ChainSource, options: ForestOptions = {}): Figure {
  const data = forestData(source, options);
  const reference = options.reference ?? [];
  const { rows } = data;
  const isSpread = rows.length <= 12;
  const traces: Trace[] = reference.map((line, i) => ({
    type: "scatter",
    mode: "lines",
    x: [plainNumber(line.value), plainNumber(line.value)],
    y: [-0.6, rows.length - 0.4],
    name: referenceName(line),
    line: { color: referenceColor(i), width: 1.4, dash: "dash" },
    hoverinfo: "name",
  }));
  rows.forEach((row, i) => {
    traces.push(...intervalTraces(row.intervals, i, {}, row.ok ? seriesColor(0) : warning));
    if (row.perChain.length > 0) {
      traces.push({
        type: "scatter",
        mode: "markers",
        x: row.perChain,
        y: row.perChain.map(() => plainNumber(i + (isSpread ? 0.24 : 0.3))),
        name: "chains' medians",
        legendgroup: "chains",
        showlegend: i === 0,
        hovertemplate: "chain %{pointNumber}: %{x}<extra></extra>",
        marker: { symbol: "circle-open", size: 5, color: faint, line: { width: 1 } },
      });
    }
  });
  traces.push(columnOf(data, 0, ({ essBulk: ess }) => label(ess), isFewOf(data, "essBulk")));
  traces.push(columnOf(data, 1, ({ essTail: ess }) => label(ess), isFewOf(data, "essTail")));
  traces.push(
    columnOf(
      data,
      2,
      ({ rhat: value }) => (value === null ? "–" : value.toFixed(value < 9.995 ? 3 : 0)),
      ({ rhat: value }) => value === null || value > largestRhat,
    ),
  );
  const shown = extent([
    reference.map((line) => line.value),
    ...rows.map((row) => [...row.intervals.outer, ...row.perChain].map((value) => value ?? Number.NaN)),
  ]);
  const rowAxis = { range: [rows.length - 0.4, -0.6], showgrid: false, ticks: "", zeroline: false };
  const heads = ["ESS bulk", "ESS tail", "R-hat"];
  const note = noteOf(data, options);
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? "Intervals",
      {
        xaxis: axis("", { domain: [0, 0.72], range: plainNumbers(padded(shown ?? [0, 1], 0.06)) }),
        yaxis: axis("", {
          ...rowAxis,
          tickvals: rows.map((_, i) => i),
          ticktext: rows.map((row) => asText(shortened(row.name))),
          tickfont: { size: isSpread ? 13 : 11, color: ink },
        }),
        xaxis2: axis("", {
          domain: [0.74, 1],
          anchor: "y2",
          range: [-0.5, 2.5],
          fixedrange: true,
          showgrid: false,
          showline: false,
          showticklabels: false,
          ticks: "",
        }),
        yaxis2: axis("", { ...rowAxis, anchor: "x2", matches: "y", showticklabels: false, showline: false }),
        annotations: heads.map((text, column) => ({
          text,
          xref: "x2",
          yref: "paper",
          x: column + 0.42,
          y: 1,
          xanchor: "right",
          yanchor: "bottom",
          showarrow: false,
          font: { size: 12, color: faint },
        })),
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        showlegend: data.chains > 1 || reference.length > 0,
        height: 140 + rows.length * (isSpread ? 38 : 20),
        margin: { l: 64, r: 36, t: 78 + 16, b: 44 },
      },
      note,
    ),
  });
}

/** The numbers that `forest` draws, in the order of the coordinates. */
export function forestData(source: ChainSource, options: ForestOptions = {}): ForestData {
  const where = "plots.forest";
  knownOptions(where, options, ["names", "probabilities", "interval", "reference", "title"]);
  const checked = checkIntervals(where, options);
  checkReferences(where, options.reference ?? []);
  const { quantities, outOf } = selectQuantities(where, source, options.names, rowsDrawn);
  const count = Math.max(...quantities.map(({ chains }) => chains.length));
  let [cut, compared] = [false, 0];
  const rows = quantities.map(({ name, chains }) => {
    const block = equallyLong(chains);
    cut ||= block.cut;
    compared = Math.max(compared, block.chains.length);
    const known = block.chains.length === 0 ? unknown : rankDiagnostics(block.chains);
    const enough = leastEss * block.chains.length;
    return {
      name,
      intervals: intervalsOf(chains, checked),
      perChain: count === 1 || count > chainsDrawn ? [] : chains.map((chain) => plainNumber(quantile(chain, 0.5))),
      essBulk: plainNumber(known.essBulk),
      essTail: plainNumber(known.essTail),
      rhat: plainNumber(known.rhat),
      ok: known.rhat <= largestRhat && known.essBulk >= enough && known.essTail >= enough,
    };
  });
  return { rows, chains: count, compared, cut, outOf };
}

const unknown = { rhat: Number.NaN, essBulk: Number.NaN, essTail: Number.NaN };

type Row = ForestData["rows"][number];

function columnOf(
  { rows }: ForestData,
  column: number,
  text: (row: Row) => string,
  isBad: (row: Row) => boolean,
): Trace {
  return {
    type: "scatter",
    mode: "text",
    xaxis: "x2",
    yaxis: "y2",
    x: rows.map(() => column + 0.42),
    y: rows.map((_, i) => i),
    text: rows.map(text),
    textposition: "middle left",
    textfont: { size: 12, color: rows.map((row) => (isBad(row) ? warning : ink)) },
    showlegend: false,
    hoverinfo: "skip",
    cliponaxis: false,
  };
}

function isFewOf({ compared }: ForestData, which: "essBulk" | "essTail"): (row: Row) => boolean {
  return (row) => row[which] === null || row[which] < leastEss * compared;
}

function label(ess: number | null): string {
  return ess === null ? "–" : ess < 1e6 ? String(Math.round(ess)) : numberLabel(ess);
}

function shortened(name: string): string {
  return name.length <= 24 ? name : `${name.slice(0, 11)}…${name.slice(-12)}`;
}

function noteOf(data: ForestData, options: ForestOptions): string {
  const said: string[] = [];
  if (data.outOf > 0) said.push(`the first ${data.rows.length} of ${data.outOf} coordinates`);
  said.push(intervalNote(checkIntervals("plots.forest", options)));
  if (data.rows.some((row) => !row.ok)) said.push("red: too few effective draws, or chains that disagree");
  if (data.cut) said.push("ESS and R-hat of the part that the chains have in common");
  return said.join("; ");
}
