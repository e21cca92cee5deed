// A run while it goes on, as a figure: how often each chain accepts and how long its steps are, over the transitions made.

import type { RunEvent } from "../platform/platform.js";
import type { Figure, Trace } from "../plots/figure.js";
import { plainNumber } from "../plots/plain.js";
import { axis, faint, layout, legendBesideTitle, seriesColor, translucent } from "../plots/theme.js";
import { advance, emptyProgress, type ProgressState, progressLine } from "./progress-state.js";

/** What is known of a run, and what was known of it before. */
export interface RunHistory {
  readonly state: ProgressState;
  /** By the first chain of those an event spoke of: one, or a block. */
  readonly series: ReadonlyMap<number, RunSeries>;
}

export interface RunSeries {
  /** `chain 2`, or `chains 64 to 127`. */
  readonly name: string;
  /** Transitions made, and what was reported then. */
  readonly done: readonly number[];
  readonly acceptance: readonly number[];
  readonly stepSize: readonly number[];
}

export const emptyHistory: RunHistory = { state: emptyProgress, series: new Map() };

/** More points than a panel can show apart. */
const mostPoints = 400;

/** The history after one more event; what was there before stays as it was. */
export function recordEvent({ state, series }: RunHistory, event: RunEvent): RunHistory {
  const next = advance(state, event);
  if (event.type === "started") return { state: next, series: new Map() };
  if (event.type !== "progress") return { state: next, series };
  const { chain, chains = 1, done, acceptance, stepSize } = event;
  const name = chains === 1 ? `chain ${chain}` : `chains ${chain} to ${chain + chains - 1}`;
  const before = series.get(chain) ?? { name, done: [], acceptance: [], stepSize: [] };
  const after = {
    name,
    done: [...before.done, done],
    acceptance: [...before.acceptance, acceptance],
    stepSize: [...before.stepSize, stepSize],
  };
  return { state: next, series: new Map(series).set(chain, halved(after)) };
}

/** Every second point where there are too many. */
function halved(series: RunSeries): RunSeries {
  if (series.done.length <= mostPoints) return series;
  const even = (list: readonly number[]): number[] => list.filter((_, i) => i % 2 === 0 || i === list.length - 1);
  const { name, done, acceptance, stepSize } = series;
  return { name, done: even(done), acceptance: even(acceptance), stepSize: even(stepSize) };
}

/** More of these make a legend longer than the title's line, and a picture nobody can read. */
const mostNamed = 6;
const mostDrawn = 16;

/** Two panels, acceptance above the step size (where the sampler has one); `elapsed` in seconds since the run began. */
export function runFigure({ state, series }: RunHistory, elapsed: number): Figure {
  const drawn = [...series.values()].slice(0, mostDrawn);
  const hasStepSize = drawn.some(({ stepSize }) => stepSize.some((size) => size > 0));
  const total = state.warmup + state.draws;
  const transitions = { range: [0, Math.max(1, total)] };
  const line = (index: number, { name, done }: RunSeries, values: readonly number[], axes: object): Trace => ({
    type: "scatter",
    mode: "lines+markers",
    ...axes,
    x: done,
    y: values.map(plainNumber),
    name,
    legendgroup: name,
    line: { color: seriesColor(index), width: 1.2 },
    marker: { color: seriesColor(index), size: 3 },
  });
  const notes = drawn.length < series.size ? [`the first ${drawn.length} of ${series.size} series`] : [];
  if (state.warmup > 0) notes.push(`shaded: ${state.warmup} warmup transitions`);
  const note = notes.join("; ");
  return {
    data: drawn.flatMap((one, i) => [
      line(i, one, one.acceptance, {}),
      ...(hasStepSize ? [{ ...line(i, one, one.stepSize, { xaxis: "x2", yaxis: "y2" }), showlegend: false }] : []),
    ]),
    layout: layout(
      progressLine(state, elapsed),
      {
        xaxis: axis(hasStepSize ? "" : "transition", { ...transitions, showticklabels: !hasStepSize }),
        yaxis: axis("acceptance", { range: [-0.03, 1.03], ...(hasStepSize && { domain: [0.55, 1] }) }),
        ...(hasStepSize && {
          xaxis2: axis("transition", { ...transitions, anchor: "y2", matches: "x" }),
          yaxis2: axis("step size", {
            domain: [0, 0.45],
            anchor: "x2",
            ...logScale(drawn.flatMap((one) => one.stepSize)),
          }),
        }),
        height: hasStepSize ? 420 : 300,
        shapes: state.warmup > 0 ? (hasStepSize ? ["", "2"] : [""]).map((id) => warmupShade(state.warmup, id)) : [],
        showlegend: drawn.length > 1 && drawn.length <= mostNamed,
        legend: legendBesideTitle(),
      },
      note,
    ),
  };
}

/**
 * A logarithmic axis from one round number to another around the values: 1, 2 and 5 of each decade, only 1 where there are many.
 * Plotly's own choice labels every digit, or single digits without their power of ten.
 */
function logScale(values: readonly number[]): Record<string, unknown> {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const least = positive.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const greatest = positive.reduce((a, b) => Math.max(a, b), 0);
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(greatest))];
  const digits = last - first > 3 ? [1] : [1, 2, 5];
  const round = Array.from({ length: last - first + 1 }, (_, i) =>
    digits.map((digit) => Number(`${digit}e${first + i}`)),
  );
  const marks = round.flat();
  const from = marks.filter((mark) => mark <= least).at(-1) ?? least;
  const to = marks.find((mark) => mark >= greatest) ?? greatest;
  const margin = 0.05 * Math.log10(to / from) + 0.02;
  return {
    type: "log",
    tickmode: "array",
    tickvals: marks,
    ticktext: marks.map(String),
    range: [Math.log10(from) - margin, Math.log10(to) + margin].map(plainNumber),
  };
}

function warmupShade(warmup: number, id: string): Record<string, unknown> {
  const place = { xref: `x${id}`, yref: `y${id} domain`, x0: 0, x1: warmup, y0: 0, y1: 1 };
  return { type: "rect", ...place, layer: "below", line: { width: 0 }, fillcolor: translucent(faint, 0.08) };
}
