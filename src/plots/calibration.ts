// A calibration's grid: the estimate against the step size, a panel per n beta and a colour per gamma, so that plateaus and objections are seen
// (after the sweeps of Hitchcock and Hoogland 2025), with the recommended cell marked.

import type { Calibration } from "../llc/calibrate.js";
import { type CalibrationOptions, calibrationData } from "./calibration-data.js";
import { curveTraces, longTraces, ringTraces, stepLabel } from "./calibration-traces.js";
import { drawn, nothingAt } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { numberLabel, plainNumber, plainNumbers, withDecimals } from "./plain.js";
import { referenceColor, referenceName } from "./reference.js";
import { axis, buttonsAtRight, layout, legendBelow, panelMargin, seriesColor, line as zeroLine } from "./theme.js";

const columns = 3;

/**
 * The LLC of every cell with its 95 % interval against the step size, on a logarithmic axis: filled where nothing is against the cell, open where
 * something is, a triangle at the panel's edge where the estimate lies beyond. Diamonds are the long runs of cells that were to be chosen from, and
 * a ring marks the recommended one. Throws a RangeError where it is no calibration or an option is wrong.
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
    traces.push(nothingAt(place));
    const first = (gamma: number): boolean =>
      data.panels.findIndex((other) => other.curves.some((curve) => curve.gamma === gamma)) === p;
    for (const curve of curves) {
      traces.push(
        ...curveTraces(curve, data.range, seriesColor(gammas.indexOf(curve.gamma)), place, first(curve.gamma)),
      );
    }
    for (const curve of curves) traces.push(...longTraces(curve, seriesColor(gammas.indexOf(curve.gamma)), place));
    traces.push(...ringTraces(data, nbeta, place));
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

function noteOf({ recommended, rows }: Calibration): string {
  const open = rows.some(({ ok, long }) => !ok || long?.ok === false) ? "; open: something is against it" : "";
  const diamonds = rows.some(({ long }) => long !== undefined) ? "; diamonds: long runs" : "";
  if (recommended === undefined) {
    const nothing = rows.some(({ ok }) => ok) ? "no cell was confirmed by a long run" : "no cell is without objections";
    return `${nothing}${diamonds}${open}`;
  }
  const { stepSize, nbeta, gamma, llc, standardError } = recommended;
  const [value, error] = withDecimals(standardError, llc, standardError);
  return `recommended: step size ${stepLabel(stepSize)}, n beta ${numberLabel(nbeta)}, gamma ${numberLabel(gamma)}, where the LLC is ${value} ± ${error}${diamonds}${open}`;
}
