// LLC estimates against exact values, a row per model: where they lie, and how far off they are. Asymptotic coefficients stand beside, for what
// an estimate at finite temperature has to hit is not lambda.

import { finiteNumber, knownOptions, refuse } from "../arguments/index.js";
import type { LlcEstimate } from "../llc/estimate.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { extent, padded, plainNumber, plainNumbers } from "./plain.js";
import { knownColor } from "./reference.js";
import {
  asText,
  axis,
  buttonsAtRight,
  faint,
  ink,
  layout,
  legendBesideTitle,
  seriesColor,
  warning,
  line as zeroLine,
} from "./theme.js";

/** An estimate beside what it must be. */
export interface ExactCase {
  readonly estimate: Pick<LlcEstimate, "mean" | "interval">;
  /** At the estimate's temperature and localisation, as `known`'s `expected` gives it; not zero. */
  readonly exact: number;
  /** The learning coefficient, which `exact` comes to at infinite n beta. */
  readonly lambda?: number;
}

export interface LlcExactOptions {
  title?: string;
}

export interface LlcExactRow {
  name: string;
  mean: number | null;
  interval: [number | null, number | null];
  exact: number | null;
  lambda: number | null;
  /** `mean / exact - 1`, and the same of the interval's ends, in per cent. */
  off: number | null;
  offInterval: [number | null, number | null];
  /** Whether the interval holds the exact value. */
  holds: boolean;
}

const where = "plots.llcExact";
/** 0.01, 0.02, 0.05, 0.1, ... 5000: Plotly would write 5 for 0.5. */
const decimalTicks = Array.from({ length: 18 }, (_, k) => Number(`${[1, 2, 5][k % 3]}e${Math.floor(k / 3) - 2}`));

/**
 * A row per model: at the left the estimate with its interval, the exact value as a bar, and lambda as a ring where it is given, on a logarithmic
 * axis where all are positive; at the right by how much the estimate is off, in per cent of the exact value. Intervals that miss are red:
 * of 95 % intervals one in twenty should. Throws a RangeError where there is no case or a number is not one.
 *
 *     plots.llcExact({ "w^4": { estimate, exact: model.expected({ nbeta, gamma }).mean, lambda: model.lambda } })
 */
export function llcExact(cases: Readonly<Record<string, ExactCase>>, options: LlcExactOptions = {}): Figure {
  const rows = llcExactData(cases, options);
  const heights = rows.map((_, i) => i);
  const colors = rows.map(({ holds }) => (holds ? seriesColor(0) : warning));
  const values = rows.flatMap(({ mean, exact, lambda, interval }) => [mean, exact, lambda, ...interval]);
  const numbers = values.filter((value): value is number => value !== null);
  const isLog = numbers.length > 0 && numbers.every((value) => value > 0);
  const shown = padded(extent([isLog ? numbers.map(Math.log10) : numbers]) ?? [0, 1], 0.06);
  const offs = extent([
    rows.flatMap(({ off, offInterval }) => [off, ...offInterval].map((value) => value ?? Number.NaN)),
  ]);
  // The exact values at 0 are always in sight.
  const offRange = padded(extent([offs ?? [-1, 1], [0]])!, 0.08);
  const points = (x: unknown, name: string, marker: object): Trace => ({
    type: "scatter",
    mode: "markers",
    x,
    y: heights,
    name,
    text: rows.map((row) => asText(row.name)),
    hovertemplate: "%{text}: %{x}<extra></extra>",
    marker,
  });
  const traces: Trace[] = [
    points(
      rows.map(({ exact }) => exact),
      "exact",
      { symbol: "line-ns-open", size: 22, color: knownColor, line: { width: 2.4, color: knownColor } },
    ),
    // Each row has a trace of its own, for the bars of one trace have one colour.
    ...rows.flatMap((row, i) => [
      estimateOf(row.mean, row.interval, i, colors[i], {}, i === 0),
      estimateOf(row.off, row.offInterval, i, colors[i], { xaxis: "x2", yaxis: "y2" }, false),
    ]),
  ];
  if (rows.some(({ lambda }) => lambda !== null)) {
    const rings = { symbol: "circle-open", size: 12, color: faint, line: { width: 1.4 } };
    traces.splice(
      1,
      0,
      points(
        rows.map(({ lambda }) => lambda),
        "lambda",
        rings,
      ),
    );
  }
  const rowAxis = { range: [rows.length - 0.4, -0.6], ticks: "", zeroline: false };
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? "LLC estimates and exact values",
      {
        xaxis: axis("LLC", {
          domain: [0, 0.56],
          range: plainNumbers(shown),
          ...(isLog && { type: "log", tickvals: decimalTicks, ticktext: decimalTicks.map(String), tickangle: 0 }),
        }),
        yaxis: axis("", {
          ...rowAxis,
          tickvals: heights,
          ticktext: rows.map(({ name }) => asText(name)),
          tickfont: { size: 12.5, color: ink },
        }),
        xaxis2: axis("off by, %", {
          domain: [0.6, 1],
          anchor: "y2",
          range: plainNumbers(offRange),
          zeroline: true,
          zerolinecolor: zeroLine,
        }),
        yaxis2: axis("", { ...rowAxis, anchor: "x2", matches: "y", tickvals: heights, showticklabels: false }),
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        height: 150 + 30 * rows.length,
        margin: { l: 64, r: 36, t: 84, b: 56 },
      },
      noteOf(rows),
    ),
  });
}

/** The numbers that `llcExact` draws, in the order of the argument. */
export function llcExactData(cases: Readonly<Record<string, ExactCase>>, options: LlcExactOptions = {}): LlcExactRow[] {
  knownOptions(where, options, ["title"]);
  const named = typeof cases === "object" && cases !== null ? Object.entries(cases) : [];
  if (named.length === 0) refuse(where, "cases", "{ estimate, exact } by name", cases);
  return named.map(([name, one]) => {
    const { mean, interval } = one?.estimate ?? {};
    if (typeof mean !== "number" || !Array.isArray(interval)) {
      refuse(where, `${name}.estimate`, "an estimate, { mean, interval }", one?.estimate);
    }
    const exact = finiteNumber(where, `${name}.exact`, one.exact);
    if (exact === 0) refuse(where, `${name}.exact`, "other than 0", exact);
    const off = (value: number): number | null => plainNumber((100 * (value - exact)) / Math.abs(exact));
    return {
      name,
      mean: plainNumber(mean),
      interval: [plainNumber(interval[0]), plainNumber(interval[1])],
      exact: plainNumber(exact),
      lambda: one.lambda === undefined ? null : plainNumber(finiteNumber(where, `${name}.lambda`, one.lambda)),
      off: off(mean),
      offInterval: [off(interval[0]), off(interval[1])],
      holds: interval[0] <= exact && exact <= interval[1],
    };
  });
}

/** A point with its interval, at this height. */
function estimateOf(
  value: number | null,
  [low, high]: readonly (number | null)[],
  height: number,
  color: string,
  place: Readonly<Record<string, unknown>>,
  named: boolean,
): Trace {
  const length = (end: number | null): number | null =>
    end === null || value === null ? 0 : plainNumber(Math.abs(end - value));
  return {
    type: "scatter",
    mode: "markers",
    ...place,
    x: [value],
    y: [height],
    name: "estimate, 95 %",
    legendgroup: "estimates",
    showlegend: named,
    hoverinfo: "x",
    marker: { size: 8, color },
    error_x: {
      type: "data",
      symmetric: false,
      array: [length(high)],
      arrayminus: [length(low)],
      color,
      thickness: 1.8,
      width: 5,
    },
  };
}

function noteOf(rows: readonly LlcExactRow[]): string {
  const held = rows.filter(({ holds }) => holds).length;
  return `${held} of ${rows.length} intervals hold the exact value`;
}
