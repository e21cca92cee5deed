// Running LLC estimates against the work that they have cost, one line per sampler: which of them settles first, and whether all settle
// in one place (after the figure of Lambda-Hat, with work counted for every kernel alike).

import { knownOptions } from "../arguments/index.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { legendPlace } from "./legend-place.js";
import { type CoursePlaces, coursePlaces, type LlcCourse } from "./llc-course.js";
import { panelGrid } from "./panels.js";
import { plainNumber, plainNumbers } from "./plain.js";
import { checkReferences, type Reference, referenceColor, referenceName } from "./reference.js";
import { asText, axis, buttonsAtRight, layout, NOTE_HEIGHT, panelMargin, seriesColor, translucent } from "./theme.js";

export interface LlcConvergenceOptions {
  /** Values to compare with, drawn as dashed lines: `[{ label: "d/2", value: 16 }]`. */
  reference?: readonly Reference[];
  title?: string;
}

export interface LlcConvergenceData {
  name: string;
  /** Gradients over all data, by all chains together. */
  work: (number | null)[];
  seconds?: (number | null)[];
  llc: (number | null)[];
  /** The mean less and plus 1.96 times the spread of the chains' means over the square root of their number; null for one chain. */
  lower: (number | null)[];
  upper: (number | null)[];
}

const places = 200;
const quantile = 1.959963984540054;

/**
 * Running LLC of each course against full-gradient equivalents, and against seconds where courses have them, on logarithmic axes; bands of
 * 1.96 standard errors from the spread between chains, which of a few chains cover less than 95 %. Throws a RangeError where a course has no draws or an option is wrong.
 *
 *     plots.llcConvergence({ sgld: { chains, work }, hmc: { chains, work } })
 */
export function llcConvergence(
  courses: Readonly<Record<string, LlcCourse>>,
  options: LlcConvergenceOptions = {},
): Figure {
  const data = llcConvergenceData(courses, options);
  const reference = options.reference ?? [];
  const timed = data.some(({ seconds }) => seconds !== undefined);
  const banded = data.some(({ lower }) => lower.some((value) => value !== null));
  const { panels, height } = panelGrid(timed ? 2 : 1, { rowHeight: 330 });
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  panels.forEach(({ x, y, xaxis, yaxis, across, up }, panel) => {
    const title = panel === 0 ? "full-gradient equivalents" : "seconds";
    axes[xaxis] = axis(title, {
      type: "log",
      domain: across,
      anchor: y,
      exponentformat: "SI",
      tickangle: 0,
      nticks: 5,
    });
    axes[yaxis] = axis(panel === 0 ? "LLC" : "", { domain: up, anchor: x, ...(panel > 0 && { matches: "y" }) });
    const place = { xaxis: x, yaxis: y, showlegend: panel === 0 };
    const all = data.flatMap((course) => (panel === 0 ? course.work : (course.seconds ?? [])));
    const known = all.filter((value): value is number => value !== null && value > 0);
    data.forEach((course, i) => {
      const at = panel === 0 ? course.work : course.seconds;
      if (at === undefined) return;
      const there = course.lower.flatMap((value, k) => (value === null ? [] : [k]));
      const back = [...there].reverse();
      const band: Trace = {
        type: "scatter",
        mode: "lines",
        ...place,
        showlegend: false,
        x: [...there.map((k) => at[k]), ...back.map((k) => at[k])],
        y: [...there.map((k) => course.upper[k]), ...back.map((k) => course.lower[k])],
        fill: "toself",
        fillcolor: translucent(seriesColor(i), 0.14),
        line: { width: 0 },
        legendgroup: asText(course.name),
        hoverinfo: "skip",
      };
      // A single chain has none.
      if (there.length > 0) traces.push(band);
      traces.push({
        type: "scatter",
        mode: "lines",
        ...place,
        x: at,
        y: course.llc,
        name: asText(course.name),
        legendgroup: asText(course.name),
        line: { color: seriesColor(i), width: 2 },
      });
    });
    reference.forEach((line, i) => {
      traces.push({
        type: "scatter",
        mode: "lines",
        ...place,
        x: [Math.min(...known), Math.max(...known)],
        y: [plainNumber(line.value), plainNumber(line.value)],
        name: referenceName(line),
        legendgroup: `reference ${i}`,
        line: { color: referenceColor(i), width: 1.4, dash: "dash" },
      });
    });
  });
  const title = options.title ?? "LLC by the work done";
  const { legend, below } = legendPlace([...data.map(({ name }) => name), ...reference.map(referenceName)], title);
  const above = banded ? NOTE_HEIGHT : 0;
  return drawn({
    data: traces,
    layout: layout(
      title,
      {
        ...axes,
        legend,
        modebar: { ...buttonsAtRight },
        height: height + above + below,
        margin: { ...panelMargin(""), t: 56 + above, b: 56 + below },
        showlegend: true,
      },
      banded ? "shaded: ± 1.96 standard errors, from the spread between chains" : "",
    ),
  });
}

/** The numbers that `llcConvergence` draws. */
export function llcConvergenceData(
  courses: Readonly<Record<string, LlcCourse>>,
  options: LlcConvergenceOptions = {},
): LlcConvergenceData[] {
  knownOptions("plots.llcConvergence", options, ["reference", "title"]);
  checkReferences("plots.llcConvergence", options.reference ?? []);
  return Object.entries(courses).map(([name, course]) => {
    const at = coursePlaces("plots.llcConvergence", name, course, places);
    return { name, ...scales(at), llc: plainNumbers(at.mean), lower: edge(at, -quantile), upper: edge(at, quantile) };
  });
}

function scales({ work, seconds }: CoursePlaces): Pick<LlcConvergenceData, "work" | "seconds"> {
  return { work: plainNumbers(work), ...(seconds !== undefined && { seconds: plainNumbers(seconds) }) };
}

function edge({ mean, variance }: CoursePlaces, times: number): (number | null)[] {
  return plainNumbers(mean.map((value, k) => value + times * Math.sqrt(variance[k])));
}
