// What the runs of each method amount to, as a row with intervals: interquartile mean, mean, and how far they stay behind a target
// (after the aggregate metrics of rliable, Agarwal et al. 2021, arXiv:2108.13264).

import { finiteNumber, knownOptions } from "../arguments/index.js";
import { bootstrapInterval, interquartileMean, optimalityGap } from "../diagnostics/index.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { extent, numberLabel, padded, plainNumber, plainNumbers } from "./plain.js";
import {
  checkResampling,
  checkScores,
  type ResamplingOptions,
  resamplingOptions,
  runsOf,
  type Scores,
} from "./scores.js";
import { asText, axis, ink, layout, panelMargin, seriesColor } from "./theme.js";

export interface ScoreIntervalsOptions extends ResamplingOptions {
  /** A score that is good enough: a panel shows how far the runs fall short of it on average. */
  target?: number;
  title?: string;
}

export interface ScoreIntervalsData {
  /** In the order given. */
  rows: { name: string; runs: number }[];
  panels: {
    name: string;
    /** One each per row. */
    value: (number | null)[];
    lower: (number | null)[];
    upper: (number | null)[];
  }[];
}

const where = "plots.scoreIntervals";

/**
 * A row per method, with panels for the interquartile mean, the mean and, with a `target`, the optimality gap of its scores, each with its 95 %
 * bootstrap interval over runs. Throws a RangeError where a score is not a finite number or an option is wrong.
 *
 *     plots.scoreIntervals({ PPO: [500, 480, 497], A2C: [410, 500, 233] }, { target: 500 })
 */
export function scoreIntervals(scores: Scores, options: ScoreIntervalsOptions = {}): Figure {
  const { rows, panels: measures } = scoreIntervalsData(scores, options);
  const { probability = 0.95 } = options;
  const { panels } = panelGrid(measures.length, { columns: measures.length, gap: 0.05 });
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  panels.forEach(({ x, y, xaxis, yaxis, across, up, isFirst }, panel) => {
    const { value, lower, upper } = measures[panel];
    const shown = padded(extent([value, lower, upper].map((list) => list.map(Number))) ?? [0, 1], 0.08);
    axes[xaxis] = axis("", { domain: across, anchor: y, range: plainNumbers(shown), nticks: 5, tickangle: 0 });
    axes[yaxis] = axis("", {
      domain: up,
      anchor: x,
      range: [rows.length - 0.4, -0.6],
      showgrid: false,
      ticks: "",
      ...(isFirst
        ? {
            tickvals: rows.map((_, i) => i),
            ticktext: rows.map(({ name }) => asText(name)),
            tickfont: { size: 13, color: ink },
          }
        : { showticklabels: false }),
    });
    rows.forEach((_, i) => {
      traces.push(
        {
          type: "scatter",
          mode: "lines",
          xaxis: x,
          yaxis: y,
          x: [lower[i], upper[i]],
          y: [i, i],
          line: { color: seriesColor(i), width: 7 },
          opacity: 0.35,
          hoverinfo: "x",
        },
        {
          type: "scatter",
          mode: "markers",
          xaxis: x,
          yaxis: y,
          x: [value[i]],
          y: [i],
          marker: { color: seriesColor(i), size: 9 },
          hoverinfo: "x",
        },
      );
    });
  });
  const note = `${runsOf(
    rows.map(({ runs }) => runs),
    "run",
  )} each, ${numberLabel(100 * probability)} % bootstrap intervals`;
  return {
    data: traces,
    layout: layout(
      options.title ?? "Scores",
      {
        ...axes,
        annotations: panels.map((panel, k) => panelName(panel, measures[k].name)),
        showlegend: false,
        width: 200 + 220 * measures.length,
        height: 150 + 38 * rows.length,
        margin: panelMargin(note),
      },
      note,
    ),
  };
}

/** The numbers that `scoreIntervals` draws. */
export function scoreIntervalsData(scores: Scores, options: ScoreIntervalsOptions = {}): ScoreIntervalsData {
  knownOptions(where, options, [...resamplingOptions, "target", "title"]);
  const resampling = checkResampling(where, options);
  const { target } = options;
  if (target !== undefined) finiteNumber(where, "target", target);
  const methods = checkScores(where, scores);
  const measures: { name: string; of: (x: Float64Array) => number }[] = [
    { name: "interquartile mean", of: interquartileMean },
    { name: "mean", of: (x) => x.reduce((sum, score) => sum + score, 0) / x.length },
    ...(target === undefined
      ? []
      : [{ name: `mean shortfall from ${numberLabel(target)}`, of: (x: Float64Array) => optimalityGap(x, target) }]),
  ];
  return {
    rows: methods.map(({ name, tasks }) => ({ name, runs: tasks.reduce((sum, task) => sum + task.length, 0) })),
    panels: measures.map(({ name, of }) => {
      const intervals = methods.map(({ tasks }) => bootstrapInterval(tasks, { ...resampling, statistic: of }));
      return {
        name,
        value: methods.map(({ tasks }) =>
          plainNumber(of(Float64Array.from(tasks.flatMap((task) => Array.from(task))))),
        ),
        lower: plainNumbers(intervals.map(([lower]) => lower)),
        upper: plainNumbers(intervals.map(([, upper]) => upper)),
      };
    }),
  };
}
