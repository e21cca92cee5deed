// Work-normalised variance: the variance of an LLC estimate times the work that it has cost. Level once a sampler has settled; the lower
// the line, the less work for the same error (Glynn and Whitt 1992, the asymptotic efficiency of simulation estimators).

import { knownOptions } from "../arguments/index.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { legendPlace } from "./legend-place.js";
import { coursePlaces, type LlcCourse } from "./llc-course.js";
import { panelGrid } from "./panels.js";
import { plainNumbers } from "./plain.js";
import { asText, axis, buttonsAtRight, layout, NOTE_HEIGHT, panelMargin, seriesColor } from "./theme.js";

export interface WnvOptions {
  title?: string;
}

export interface WnvData {
  name: string;
  /** Gradients over all data, by all chains together. */
  work: (number | null)[];
  seconds?: (number | null)[];
  /** Variance of the mean over chains, from the spread between them, times the work; null for one chain. */
  byWork: (number | null)[];
  /** Times seconds. */
  bySeconds?: (number | null)[];
}

const places = 200;
/** The spread between a few chains says little about its size: it is averaged over this share of the draws' range. */
const smoothing = 0.1;

/**
 * Work-normalised variance of each course against its work, and against its seconds where it has them, on logarithmic axes. A course of one chain
 * has no spread and is not drawn. Throws a RangeError where a course has no draws or an option is wrong.
 *
 *     plots.wnv({ sgld: { chains, work }, hmc: { chains, work } })
 */
export function wnv(courses: Readonly<Record<string, LlcCourse>>, options: WnvOptions = {}): Figure {
  const data = wnvData(courses, options);
  const timed = data.some(({ seconds }) => seconds !== undefined);
  const { panels, height } = panelGrid(timed ? 2 : 1, { rowHeight: 330, gap: 0.12 });
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  panels.forEach(({ x, y, xaxis, yaxis, across, up }, panel) => {
    const unit = panel === 0 ? "full-gradient equivalents" : "seconds";
    axes[xaxis] = axis(unit, {
      type: "log",
      exponentformat: "SI",
      tickangle: 0,
      nticks: 5,
      domain: across,
      anchor: y,
    });
    axes[yaxis] = axis(`variance x ${unit}`, {
      type: "log",
      exponentformat: "power",
      nticks: 6,
      domain: up,
      anchor: x,
    });
    data.forEach((course, i) => {
      if (panel > 0 && course.seconds === undefined) return;
      traces.push({
        type: "scatter",
        mode: "lines",
        xaxis: x,
        yaxis: y,
        x: panel === 0 ? course.work : (course.seconds ?? []),
        y: panel === 0 ? course.byWork : (course.bySeconds ?? []),
        name: asText(course.name),
        legendgroup: asText(course.name),
        showlegend: panel === 0,
        line: { color: seriesColor(i), width: 2 },
      });
    });
  });
  const title = options.title ?? "Work-normalised variance of the LLC";
  const { legend, below } = legendPlace(Object.keys(courses), title);
  return drawn({
    data: traces,
    layout: layout(
      title,
      {
        ...axes,
        legend,
        modebar: { ...buttonsAtRight },
        height: height + NOTE_HEIGHT + below,
        margin: { ...panelMargin(""), t: 56 + NOTE_HEIGHT, b: 56 + below },
        showlegend: true,
      },
      "variance of the mean from the spread between chains, smoothed over a tenth of the range",
    ),
  });
}

/** The numbers that `wnv` draws. */
export function wnvData(courses: Readonly<Record<string, LlcCourse>>, options: WnvOptions = {}): WnvData[] {
  knownOptions("plots.wnv", options, ["title"]);
  return Object.entries(courses).map(([name, course]) => {
    const { work, seconds, variance } = coursePlaces("plots.wnv", name, course, places);
    const smooth = smoothed(variance);
    const times = (by: readonly number[]): (number | null)[] => plainNumbers(by.map((value, k) => value * smooth[k]));
    return {
      name,
      work: plainNumbers(work),
      byWork: times(work),
      ...(seconds !== undefined && { seconds: plainNumbers(seconds), bySeconds: times(seconds) }),
    };
  });
}

/** Each value's mean with its neighbours within half a window on both sides. */
function smoothed(values: readonly number[]): number[] {
  const half = Math.floor((smoothing * values.length) / 2);
  return values.map((_, k) => {
    const window = values.slice(Math.max(0, k - half), k + half + 1);
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}
