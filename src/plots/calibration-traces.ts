// What a panel of a calibration's figure is drawn of: curves of short runs, long runs, and the ring.

import { type CalibrationCurve, type CalibrationData, quantile } from "./calibration-data.js";
import type { Trace } from "./figure.js";
import { numberLabel, plainNumber, plainNumbers } from "./plain.js";
import { ink, page } from "./theme.js";

/** A line through the cells that are shown where they are, their intervals, and triangles for those that lie beyond the panel. */
export function curveTraces(
  { gamma, stepSize, llc, standardError, objections, explored }: CalibrationCurve,
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
    `${name}, step size ${stepLabel(stepSize[k])}${because(objections[k])}<br>explored ${Math.round(100 * (explored[k] ?? 0))} %`;
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

/** The long runs of a curve, with their intervals: in ink, with the curve's colour within where nothing is against them. */
export function longTraces(
  { gamma, long }: CalibrationCurve,
  color: string,
  place: Readonly<Record<string, unknown>>,
): Trace[] {
  if (long.length === 0) return [];
  const name = `gamma ${numberLabel(gamma)}`;
  return [
    {
      ...place,
      type: "scatter",
      mode: "markers",
      x: plainNumbers(long.map(({ stepSize }) => stepSize)),
      y: long.map(({ llc }) => llc),
      error_y: {
        type: "data",
        array: long.map(({ standardError }) => plainNumber(quantile * (standardError ?? 0))),
        color: ink,
        thickness: 1.4,
        width: 4,
      },
      name: `${name}, long run`,
      legendgroup: name,
      showlegend: false,
      text: long.map(
        ({ stepSize, transitions, objections }) =>
          `${name}, step size ${stepLabel(stepSize)}, ${transitions} transitions${because(objections)}`,
      ),
      hovertemplate: "%{text}<br>LLC %{y}<extra></extra>",
      marker: {
        symbol: "diamond",
        size: 11,
        color: long.map(({ objections }) => (objections === "" ? color : page)),
        line: { color: ink, width: 1.4 },
      },
    },
  ];
}

/** What is against something, where anything is. */
function because(objections: string): string {
  return objections === "" ? "" : `: ${objections}`;
}

/** Round the recommended cell, where it is in this panel. */
export function ringTraces(
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
export function stepLabel(step: number): string {
  const digits = Number(step.toPrecision(3));
  return digits < 1e-4 ? digits.toExponential() : String(digits);
}
