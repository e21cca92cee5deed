// The LLC along training: the loss as it falls, the LLC with its intervals, the smoothed curve, and the stages between the zeros of its slope
// (Hoogland et al. 2024, arXiv:2402.02364), over the logarithm of the training step.

import { knownOptions, refuse } from "../arguments/index.js";
import type { LlcAlong } from "../llc/along.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { numberLabel, plainNumber, plainNumbers } from "./plain.js";
import { checkReferences, type Reference, referenceColor, referenceName } from "./reference.js";
import {
  asText,
  axis,
  buttonsAtRight,
  faint,
  ink,
  layout,
  legendBesideTitle,
  panelMargin,
  seriesColor,
  translucent,
  line as zeroLine,
} from "./theme.js";

export interface LlcAlongOptions {
  /** What else is known at the checkpoints, by name, a panel each: `{ "test accuracy": accuracies }`, one number per row. */
  beside?: Readonly<Record<string, ArrayLike<number>>>;
  /** Values to compare the LLC with, drawn as dashed lines: `[{ label: "d/2", value: 16 }]`. */
  reference?: readonly Reference[];
  title?: string;
}

export interface LlcAlongData {
  /** Of at least 1. */
  step: number[];
  loss: (number | null)[];
  llc: (number | null)[];
  /** Of 95 % intervals. */
  lower: (number | null)[];
  upper: (number | null)[];
  /** Whether the centre was a minimum, and whatever else a verdict asks. */
  ok: boolean[];
  smoothed: { step: (number | null)[]; llc: (number | null)[]; lower: (number | null)[]; upper: (number | null)[] };
  boundaries: { step: number; kind: "peak" | "trough"; llc: number | null }[];
  beside: { name: string; value: (number | null)[] }[];
  /** Rows at step 0, which has no logarithm. */
  leftOut: number;
}

const where = "plots.llcAlong";
const quantile = 1.959963984540054;

/**
 * Panels over the training step: the loss, the LLC with 95 % intervals and its smoothed curve with a band, and one for each entry of `beside`.
 * Vertical lines are stage boundaries. Open points are estimates whose verdict is not well, such as those where training has not come to a
 * minimum. Throws a RangeError where it is not the LLC along training or an option is wrong.
 *
 *     plots.llcAlong(await llcAlong(loss, checkpoints), { beside: { "test accuracy": accuracies } })
 */
export function llcAlong(along: LlcAlong, options: LlcAlongOptions = {}): Figure {
  const data = llcAlongData(along, options);
  const names = ["loss, nats", "LLC", ...data.beside.map(({ name }) => name)];
  const { panels, height } = panelGrid(names.length, { columns: 1, rowHeight: 190 });
  const places = panels.map(({ x, y }) => ({ xaxis: x, yaxis: y }));
  const [first, last] = [data.step[0], data.step[data.step.length - 1]];
  const range = [Math.log10(first) - 0.05, Math.log10(last) + 0.05];
  const axes: Record<string, unknown> = {};
  panels.forEach(({ x, y, xaxis, yaxis, across, up, isLowest }, panel) => {
    axes[xaxis] = axis(isLowest ? "training step" : "", {
      type: "log",
      domain: across,
      anchor: y,
      range: plainNumbers(range),
      ...(last > 10 * first && { dtick: 1 }),
      ...(isLowest ? { exponentformat: "power" } : { showticklabels: false, matches: panels[panels.length - 1].x }),
    });
    axes[yaxis] = axis("", {
      domain: up,
      anchor: x,
      ...(panel === 1 && { zeroline: true, zerolinecolor: zeroLine }),
    });
  });
  const course = (panel: number, y: (number | null)[], color: string): Trace => ({
    type: "scatter",
    mode: "lines+markers",
    ...places[panel],
    x: data.step,
    y,
    name: asText(names[panel]),
    showlegend: false,
    line: { color, width: 1.6 },
    marker: { size: 5, color },
  });
  const llcColor = seriesColor(0);
  const { smoothed } = data;
  const traces: Trace[] = [
    { ...course(0, data.loss, ink) },
    ...(options.reference ?? []).map(
      (line, i): Trace => ({
        type: "scatter",
        mode: "lines",
        ...places[1],
        x: [first, last],
        y: [plainNumber(line.value), plainNumber(line.value)],
        name: referenceName(line),
        line: { color: referenceColor(i), width: 1.4, dash: "dash" },
      }),
    ),
    {
      type: "scatter",
      mode: "lines",
      ...places[1],
      x: [...smoothed.step, ...[...smoothed.step].reverse()],
      y: [...smoothed.upper, ...[...smoothed.lower].reverse()],
      name: "smoothed, 95 %",
      showlegend: false,
      fill: "toself",
      fillcolor: translucent(llcColor, 0.15),
      line: { width: 0 },
      hoverinfo: "skip",
    },
    {
      type: "scatter",
      mode: "lines",
      ...places[1],
      x: smoothed.step,
      y: smoothed.llc,
      name: "smoothed",
      line: { color: llcColor, width: 2 },
    },
    ...[true, false].map((ok) => estimates(data, ok, places[1], llcColor)),
    ...data.beside.map(({ value }, k) => course(2 + k, value, seriesColor(2 + k))),
  ];
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? "LLC along training",
      {
        ...axes,
        annotations: panels.map((panel, k) => panelName(panel, names[k])),
        shapes: data.boundaries.flatMap(({ step }) =>
          panels.map(({ x, y }) => ({
            type: "line",
            xref: x,
            yref: `${y} domain`,
            x0: plainNumber(step),
            x1: plainNumber(step),
            y0: 0,
            y1: 1,
            line: { color: faint, width: 1.4, dash: "dot" },
          })),
        ),
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        height,
        margin: panelMargin("note"),
      },
      noteOf(data),
    ),
  });
}

/** The numbers that `llcAlong` draws. */
export function llcAlongData(along: LlcAlong, options: LlcAlongOptions = {}): LlcAlongData {
  knownOptions(where, options, ["beside", "reference", "title"]);
  checkReferences(where, options.reference ?? []);
  if (!Array.isArray(along?.rows) || typeof along.smoothed !== "object" || !Array.isArray(along.boundaries)) {
    refuse(where, "along", "the LLC along training, such as llcAlong returns", along);
  }
  const { beside = {} } = options;
  if (typeof beside !== "object" || beside === null) refuse(where, "beside", "lists of numbers by name", beside);
  const kept = along.rows.map((_, k) => k).filter((k) => along.rows[k].step > 0);
  if (kept.length === 0) refuse(where, "along", "one with a step above 0", along.rows);
  const rows = kept.map((k) => along.rows[k]);
  const { step, llc, standardError } = along.smoothed;
  const edge = (times: number): (number | null)[] =>
    plainNumbers(Array.from(llc, (value, k) => value + times * standardError[k]));
  return {
    step: rows.map((row) => row.step),
    loss: plainNumbers(rows.map((row) => row.loss)),
    llc: plainNumbers(rows.map((row) => row.llc)),
    lower: plainNumbers(rows.map((row) => row.lower)),
    upper: plainNumbers(rows.map((row) => row.upper)),
    ok: rows.map((row) => row.verdict === "ok"),
    smoothed: { step: plainNumbers(step), llc: plainNumbers(llc), lower: edge(-quantile), upper: edge(quantile) },
    boundaries: along.boundaries.map(({ step: at, kind, llc: value }) => ({ step: at, kind, llc: plainNumber(value) })),
    beside: Object.entries(beside).map(([name, values]) => {
      if (values?.length !== along.rows.length) {
        refuse(where, `beside.${name}`, `${along.rows.length} numbers, one per row`, values);
      }
      return { name, value: plainNumbers(kept.map((k) => values[k])) };
    }),
    leftOut: along.rows.length - rows.length,
  };
}

/** The estimates whose verdict is well, or the others. */
function estimates(
  { step, llc, lower, upper, ok }: LlcAlongData,
  well: boolean,
  place: Readonly<Record<string, unknown>>,
  color: string,
): Trace {
  const these = step.map((_, k) => k).filter((k) => ok[k] === well);
  const from = (k: number, end: number | null): number | null =>
    end === null || llc[k] === null ? 0 : plainNumber(Math.abs(end - llc[k]));
  return {
    type: "scatter",
    mode: "markers",
    ...place,
    x: these.map((k) => step[k]),
    y: these.map((k) => llc[k]),
    name: well ? "estimate, 95 %" : "verdict not well",
    marker: { size: 7, symbol: well ? "circle" : "circle-open", color, line: { width: 1.4, color } },
    error_y: {
      type: "data",
      symmetric: false,
      array: these.map((k) => from(k, upper[k])),
      arrayminus: these.map((k) => from(k, lower[k])),
      color,
      thickness: 1.2,
      width: 3,
    },
  };
}

function noteOf({ boundaries, leftOut }: LlcAlongData): string {
  const stages =
    boundaries.length === 0
      ? "one stage"
      : `stages end at ${boundaries.map(({ step, kind }) => `step ${numberLabel(Math.round(step))} (${kind})`).join(", ")}`;
  return leftOut === 0 ? stages : `${stages}; step 0 is not drawn`;
}
