// Several LLC estimates of one target side by side, say one per sampler: point, interval, and the chains behind them.

import { knownOptions, refuse } from "../arguments/index.js";
import { isLlcEstimate, type LlcEstimate } from "../llc/estimate.js";
import type { Figure, Trace } from "./figure.js";
import { extent, padded, plainNumber, plainNumbers, withDecimals } from "./plain.js";
import {
  checkReferences,
  type KnownLambda,
  knownColor,
  knownReference,
  type Reference,
  referenceColor,
  referenceName,
} from "./reference.js";
import {
  asText,
  axis,
  buttonsAtRight,
  layout,
  legendBesideTitle,
  page,
  seriesColor,
  translucent,
  warning,
  line as zeroLine,
} from "./theme.js";

export interface LlcComparisonOptions {
  /** Values to compare with, drawn as dashed lines: `[{ label: "d/2", value: 16 }]`. */
  reference?: readonly Reference[];
  /** The exact coefficient, drawn as a solid line: a number, or `{ lambda }`. */
  known?: KnownLambda;
  title?: string;
}

export interface LlcComparisonRow {
  name: string;
  mean: number | null;
  standardError: number | null;
  interval: [number | null, number | null];
  perChain: (number | null)[];
  /** Whether the estimate's verdict is well; its name carries a mark where not. */
  ok: boolean;
  /** Whether the interval holds the known coefficient; null where none is given. */
  holdsKnown: boolean | null;
}

/**
 * One row per estimate: its mean with the 95 % interval, and a ring for every chain's own value. Estimates whose verdict
 * is not well have a mark behind their value. Throws a RangeError where there is no estimate or an option is wrong.
 *
 *     plots.llcComparison({ sgld, hmc }, { reference: [{ label: "d/2", value: 16 }], known: 4.5 })
 */
export function llcComparison(
  estimates: Readonly<Record<string, LlcEstimate>>,
  options: LlcComparisonOptions = {},
): Figure {
  const rows = llcComparisonData(estimates, options);
  const known = knownReference("plots.llcComparison", options.known);
  const reference = [...(options.reference ?? []), ...(known === undefined ? [] : [known])];
  const traces: Trace[] = reference.map((line, i) => ({
    type: "scatter",
    mode: "lines",
    x: [plainNumber(line.value), plainNumber(line.value)],
    y: [-0.6, rows.length - 0.4],
    name: referenceName(line),
    line:
      line === known
        ? { color: knownColor, width: 2, dash: "solid" }
        : { color: referenceColor(i), width: 1.4, dash: "dash" },
    hoverinfo: "name",
  }));
  rows.forEach((row, i) => {
    const [low, high] = row.interval;
    const known = row.mean !== null && low !== null && high !== null;
    traces.push({
      type: "scatter",
      mode: "markers",
      x: row.perChain,
      y: row.perChain.map(() => i),
      name: asText(`${row.name}, chains`),
      showlegend: false,
      marker: { symbol: "circle-open", size: 8, color: translucent(seriesColor(i), 0.75), line: { width: 1.2 } },
    });
    traces.push({
      type: "scatter",
      mode: "markers",
      x: [row.mean],
      y: [i],
      name: asText(row.name),
      showlegend: false,
      marker: { size: 10, color: seriesColor(i) },
      error_x: {
        type: "data",
        symmetric: false,
        array: [known ? plainNumber(high - row.mean!) : 0],
        arrayminus: [known ? plainNumber(row.mean! - low) : 0],
        color: seriesColor(i),
        thickness: 2.2,
        width: 7,
      },
    });
  });
  const shown = extent([
    reference.map((line) => line.value),
    ...rows.map((row) => [row.mean, ...row.interval, ...row.perChain].map((value) => value ?? Number.NaN)),
  ]);
  return {
    data: traces,
    layout: layout(options.title ?? "LLC estimates", {
      xaxis: axis("LLC", {
        range: plainNumbers(padded(shown ?? [0, 1], 0.08)),
        zeroline: true,
        zerolinecolor: zeroLine,
      }),
      yaxis: axis("", {
        // The first row at the top.
        range: [rows.length - 0.4, -0.6],
        tickvals: rows.map((_, i) => i),
        ticktext: rows.map((row) => asText(row.name)),
        tickfont: { size: 13 },
        showgrid: false,
        ticks: "",
      }),
      annotations: rows.map((row, i) => ({
        x: row.mean ?? 0,
        y: i,
        yshift: 20,
        text: labelOf(row),
        showarrow: false,
        // Reference lines run through.
        bgcolor: translucent(page, 0.85),
        font: { size: 12, color: row.ok ? seriesColor(i) : warning },
      })),
      legend: legendBesideTitle(),
      modebar: { ...buttonsAtRight },
      showlegend: reference.length > 0,
      height: 150 + 80 * rows.length,
    }),
  };
}

function labelOf({ mean, standardError, ok, holdsKnown }: LlcComparisonRow): string {
  const [value, error] = withDecimals(standardError ?? Number.NaN, mean ?? Number.NaN, standardError ?? Number.NaN);
  const notes = [
    ...(ok ? [] : ["not to be trusted"]),
    ...(holdsKnown === false ? ["the interval misses the known lambda"] : []),
  ];
  return `${value} ± ${error}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
}

/** The numbers that `llcComparison` draws, in the order of the argument. */
export function llcComparisonData(
  estimates: Readonly<Record<string, LlcEstimate>>,
  options: LlcComparisonOptions = {},
): LlcComparisonRow[] {
  knownOptions("plots.llcComparison", options, ["reference", "known", "title"]);
  checkReferences("plots.llcComparison", options.reference ?? []);
  const named = typeof estimates === "object" && estimates !== null ? Object.entries(estimates) : [];
  if (named.length === 0) refuse("plots.llcComparison", "estimates", "LLC estimates by name", estimates);
  for (const [name, estimate] of named) {
    if (!isLlcEstimate(estimate)) refuse("plots.llcComparison", name, "an LLC estimate, such as llc returns", estimate);
  }
  const known = knownReference("plots.llcComparison", options.known)?.value;
  return named.map(([name, { mean, standardError, interval, perChain, verdict }]) => ({
    name,
    mean: plainNumber(mean),
    standardError: plainNumber(standardError),
    interval: [plainNumber(interval[0]), plainNumber(interval[1])],
    perChain: plainNumbers(perChain),
    ok: verdict.ok,
    holdsKnown: known === undefined ? null : interval[0] <= known && known <= interval[1],
  }));
}
