// A calibration's grid: the estimate against the step size, a panel per n beta and a colour per gamma, so that plateaus and objections are seen
// (after the sweeps of Hitchcock and Hoogland 2025), with the recommended cell marked.

import { knownOptions, refuse } from "../arguments/index.js";
import type { Calibration, CalibrationRow } from "../llc/calibrate.js";
import { drawn, nothingAt } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { extent, numberLabel, padded, plainNumber, plainNumbers, withDecimals } from "./plain.js";
import { checkReferences, type Reference, referenceColor, referenceName } from "./reference.js";
import {
  axis,
  buttonsAtRight,
  ink,
  layout,
  legendBelow,
  page,
  panelMargin,
  seriesColor,
  line as zeroLine,
} from "./theme.js";

export interface CalibrationOptions {
  /** Values to compare with, drawn as dashed lines: `[{ label: "lambda", value: 4.5 }]`. */
  reference?: readonly Reference[];
  title?: string;
}

export interface CalibrationData {
  /** By n beta, ascending. */
  panels: {
    nbeta: number;
    /** By gamma, ascending. */
    curves: {
      gamma: number;
      stepSize: number[];
      llc: (number | null)[];
      standardError: (number | null)[];
      /** What is against each cell, joined; empty where nothing is. */
      objections: string[];
    }[];
  }[];
  recommended: { nbeta: number; gamma: number; stepSize: number; llc: number | null } | null;
  /** Of all panels: from the cells whose steps are stable, for others may be anywhere. */
  range: [number, number];
}

type CalibrationPanel = CalibrationData["panels"][number];
type CalibrationCurve = CalibrationPanel["curves"][number];

const columns = 3;
const quantile = 1.959963984540054;

/**
 * The LLC of every cell with its 95 % interval against the step size, on a logarithmic axis: filled where nothing is against the cell, open where
 * something is, a triangle at the panel's edge where the estimate lies beyond. A ring marks the recommended cell. Throws a RangeError
 * where it is no calibration or an option is wrong.
 *
 *     plots.calibration(await calibrate(loss, { center }))
 */
export function calibration(result: Calibration, options: CalibrationOptions = {}): Figure {
  const data = calibrationData(result, options);
  const { panels, height } = panelGrid(data.panels.length, {
    columns: Math.min(columns, data.panels.length),
    rowHeight: data.panels.length > columns ? 250 : 330,
    gap: 0.05,
  });
  const gammas = [...new Set(data.panels.flatMap(({ curves }) => curves.map(({ gamma }) => gamma)))];
  gammas.sort((a, b) => a - b);
  const traces: Trace[] = [];
  const axes: Record<string, unknown> = {};
  panels.forEach((panel, p) => {
    const { nbeta, curves } = data.panels[p];
    const steps = curves.flatMap(({ stepSize }) => stepSize);
    const [least, greatest] = [Math.min(...steps), Math.max(...steps)];
    const place = { xaxis: panel.x, yaxis: panel.y };
    axes[panel.xaxis] = axis(panel.isLowest ? "step size" : "", {
      type: "log",
      domain: panel.across,
      anchor: panel.y,
      range: plainNumbers([Math.log10(least) - 0.25, Math.log10(greatest) + 0.25]),
      exponentformat: "power",
      ...(greatest > 10 * least && { dtick: 1 }),
      tickangle: 0,
    });
    axes[panel.yaxis] = axis(panel.isFirst ? "LLC" : "", {
      domain: panel.up,
      anchor: panel.x,
      range: plainNumbers(data.range),
      zeroline: true,
      zerolinecolor: zeroLine,
      ...(!panel.isFirst && { showticklabels: false, ticks: "" }),
    });
    (options.reference ?? []).forEach((line, i) => {
      traces.push({
        ...place,
        type: "scatter",
        mode: "lines",
        x: plainNumbers([least / 2, greatest * 2]),
        y: [plainNumber(line.value), plainNumber(line.value)],
        name: referenceName(line),
        legendgroup: `reference ${i}`,
        showlegend: p === 0,
        line: { color: referenceColor(i), width: 1.4, dash: "dash" },
        hoverinfo: "name",
      });
    });
    traces.push(nothingAt(place), ...ringTraces(data, nbeta, place));
    const first = (gamma: number): boolean =>
      data.panels.findIndex((other) => other.curves.some((curve) => curve.gamma === gamma)) === p;
    for (const curve of curves) {
      traces.push(
        ...curveTraces(curve, data.range, seriesColor(gammas.indexOf(curve.gamma)), place, first(curve.gamma)),
      );
    }
  });
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? "LLC over step size, n beta and gamma",
      {
        ...axes,
        annotations: panels.map((panel, p) => panelName(panel, `n beta = ${numberLabel(data.panels[p].nbeta)}`)),
        legend: { ...legendBelow(), itemsizing: "constant" },
        modebar: { ...buttonsAtRight },
        height: height + 50,
        margin: { ...panelMargin("note"), b: 100 },
      },
      noteOf(result),
    ),
  });
}

/** The numbers that `calibration` draws. */
export function calibrationData(result: Calibration, options: CalibrationOptions = {}): CalibrationData {
  const where = "plots.calibration";
  knownOptions(where, options, ["reference", "title"]);
  checkReferences(where, options.reference ?? []);
  const rows: readonly CalibrationRow[] | undefined = result?.rows;
  if (!Array.isArray(rows) || rows.length === 0 || rows.some((row) => !Array.isArray(row?.objections))) {
    refuse(where, "result", "a calibration, such as calibrate returns", result);
  }
  const unique = (name: "nbeta" | "gamma", among: readonly CalibrationRow[]): number[] =>
    [...new Set(among.map((row) => row[name]))].sort((a, b) => a - b);
  const { recommended } = result;
  const stable = rows.filter((row) => row.stable);
  const shown = extent([
    ...(stable.length > 0 ? stable : rows).map(({ llc, standardError }) => [
      llc,
      llc - quantile * standardError,
      llc + quantile * standardError,
    ]),
    (options.reference ?? []).map(({ value }) => value),
    [0],
  ]);
  return {
    panels: unique("nbeta", rows).map((nbeta) => {
      const here = rows.filter((row) => row.nbeta === nbeta);
      return { nbeta, curves: unique("gamma", here).map((gamma) => curveOf(here, gamma)) };
    }),
    recommended:
      recommended === undefined
        ? null
        : {
            nbeta: recommended.nbeta,
            gamma: recommended.gamma,
            stepSize: recommended.stepSize,
            llc: plainNumber(recommended.llc),
          },
    range: padded(shown ?? [0, 1], 0.08),
  };
}

function curveOf(rows: readonly CalibrationRow[], gamma: number): CalibrationCurve {
  const cells = rows.filter((row) => row.gamma === gamma).sort((a, b) => a.stepSize - b.stepSize);
  return {
    gamma,
    stepSize: cells.map(({ stepSize }) => stepSize),
    llc: plainNumbers(cells.map(({ llc }) => llc)),
    standardError: plainNumbers(cells.map(({ standardError }) => standardError)),
    objections: cells.map(({ objections }) => objections.join(", ")),
  };
}

/** A line through the cells that are shown where they are, their intervals, and triangles for those that lie beyond the panel. */
function curveTraces(
  { gamma, stepSize, llc, standardError, objections }: CalibrationCurve,
  [low, high]: readonly [number, number],
  color: string,
  place: Readonly<Record<string, unknown>>,
  named: boolean,
): Trace[] {
  const name = `gamma ${numberLabel(gamma)}`;
  const isShown = (k: number): boolean => llc[k] !== null && llc[k] >= low && llc[k] <= high;
  const cells = stepSize.map((_, k) => k);
  const inside = cells.filter(isShown);
  const beyond = cells.filter((k) => !isShown(k));
  const hovers = (k: number): string =>
    `${name}, step size ${stepLabel(stepSize[k])}${objections[k] === "" ? "" : `: ${objections[k]}`}`;
  const curve: Trace = {
    ...place,
    type: "scatter",
    mode: "lines+markers",
    x: plainNumbers(inside.map((k) => stepSize[k])),
    y: inside.map((k) => llc[k]),
    error_y: {
      type: "data",
      array: inside.map((k) => plainNumber(quantile * (standardError[k] ?? 0))),
      color,
      thickness: 1.2,
      width: 3,
    },
    name,
    legendgroup: name,
    showlegend: named,
    text: inside.map(hovers),
    hovertemplate: "%{text}<br>LLC %{y}<extra></extra>",
    line: { color, width: 1.4 },
    marker: {
      size: 8,
      color: inside.map((k) => (objections[k] === "" ? color : page)),
      line: { color, width: 1.6 },
    },
  };
  const edge: Trace = {
    ...place,
    type: "scatter",
    mode: "markers",
    x: plainNumbers(beyond.map((k) => stepSize[k])),
    y: plainNumbers(
      beyond.map((k) => {
        const inset = 0.03 * (high - low);
        return llc[k] !== null && llc[k] < low ? low + inset : high - inset;
      }),
    ),
    name: `${name}, beyond`,
    legendgroup: name,
    showlegend: false,
    text: beyond.map((k) => `${hovers(k)}<br>LLC ${llc[k] === null ? "unknown" : numberLabel(llc[k])}`),
    hovertemplate: "%{text}<extra></extra>",
    marker: {
      size: 9,
      symbol: beyond.map((k) => (llc[k] !== null && llc[k] < low ? "triangle-down-open" : "triangle-up-open")),
      color,
    },
  };
  return [...(inside.length > 0 || named ? [curve] : []), ...(beyond.length > 0 ? [edge] : [])];
}

/** Round the recommended cell, where it is in this panel. */
function ringTraces(
  { recommended }: CalibrationData,
  nbeta: number,
  place: Readonly<Record<string, unknown>>,
): Trace[] {
  if (recommended === null || recommended.nbeta !== nbeta) return [];
  return [
    {
      ...place,
      type: "scatter",
      mode: "markers",
      x: [plainNumber(recommended.stepSize)],
      y: [recommended.llc],
      name: "recommended",
      marker: { symbol: "circle-open", size: 20, color: ink, line: { width: 2 } },
      hoverinfo: "name",
    },
  ];
}

/** `1.56e-5` and `0.0004`. */
function stepLabel(step: number): string {
  const digits = Number(step.toPrecision(3));
  return digits < 1e-4 ? digits.toExponential() : String(digits);
}

function noteOf({ recommended, rows }: Calibration): string {
  const open = rows.some(({ ok }) => !ok) ? "; open: something is against the cell" : "";
  if (recommended === undefined) return `no cell is without objections${open}`;
  const { stepSize, nbeta, gamma, llc, standardError } = recommended;
  const [value, error] = withDecimals(standardError, llc, standardError);
  return `recommended: step size ${stepLabel(stepSize)}, n beta ${numberLabel(nbeta)}, gamma ${numberLabel(gamma)}, where the LLC is ${value} ± ${error}${open}`;
}
