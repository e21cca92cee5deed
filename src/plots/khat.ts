// Pareto k-hat of leave-one-out importance sampling, one per observation: which of them the draws cannot do without (Vehtari, Gelman and
// Gabry 2017; thresholds of Vehtari, Simpson, Gelman, Yao and Gabry 2024).

import { finiteNumber, knownOptions, refuse } from "../arguments/index.js";
import type { Figure, Trace } from "./figure.js";
import { extent, numberLabel, padded, plainNumbers } from "./plain.js";
import { asText, axis, buttonsAtRight, faint, layout, legendBesideTitle, line, seriesColor, warning } from "./theme.js";

export interface KhatOptions {
  /** Above it an observation's estimate is not to be trusted; 0.7 where left out, `min(1 - 1 / log10(draws), 0.7)` for few draws. */
  threshold?: number;
  /** What observations are called; their index where left out. */
  names?: readonly string[];
  /** How many above the threshold get their name beside them, worst first; 10 where left out. */
  labels?: number;
  title?: string;
}

export interface KhatData {
  /** Null where k-hat is not finite. */
  khat: (number | null)[];
  threshold: number;
  /** Indices of observations above the threshold or not finite, worst first. */
  high: number[];
  counts: { good: number; bad: number; veryBad: number; notFinite: number };
}

const observationsDrawn = 20_000;

/**
 * k-hat of every observation with the threshold above which importance sampling fails, and 1, above which not even its mean exists.
 * `khat`: one number per observation, such as PSIS-LOO gives. Throws a RangeError where there is none or an option is wrong.
 *
 *     plots.khat([0.1, 0.4, 0.9])   // the third is above 0.7
 */
export function khat(khat: ArrayLike<number>, options: KhatOptions = {}): Figure {
  const data = khatData(khat, options);
  const { threshold, counts } = data;
  const high = new Set(data.high);
  // All that are high, and as many of the others as fit.
  const low = data.khat.flatMap((_, i) => (high.has(i) ? [] : [i]));
  const step = Math.max(1, Math.ceil(low.length / observationsDrawn));
  const shownLow = low.filter((_, i) => i % step === 0);
  const shownHigh = data.high.filter((i) => data.khat[i] !== null).slice(0, observationsDrawn);
  const cloud = (places: readonly number[], name: string, color: string, symbol: string): Trace => ({
    type: "scatter",
    mode: "markers",
    x: places,
    y: places.map((i) => data.khat[i]),
    text: places.map((i) => asText(nameOf(i, options))),
    hovertemplate: "%{text}: %{y}<extra></extra>",
    name,
    marker: { color, symbol, size: places.length > 1000 ? 4 : 6.5, opacity: 0.8 },
  });
  const last = data.khat.length - 1;
  const range = padded(extent([[0, threshold, 1], data.khat.map((value) => value ?? Number.NaN)]) ?? [0, 1], 0.06);
  const rule = (y: number, color: string, dash: string): Record<string, unknown> => ({
    type: "line",
    xref: "x domain",
    x0: 0,
    x1: 1,
    y0: y,
    y1: y,
    layer: "below",
    line: { color, width: 1.3, dash },
  });
  const named = shownHigh.slice(0, options.labels ?? 10);
  const said = [
    `${numberLabel(counts.bad + counts.veryBad)} of ${numberLabel(data.khat.length)} above ${numberLabel(threshold)}`,
    ...(counts.veryBad > 0 ? [`${numberLabel(counts.veryBad)} above 1`] : []),
    ...(counts.notFinite > 0 ? [`${numberLabel(counts.notFinite)} not finite`] : []),
    ...(step > 1 ? [`every ${numberLabel(step)}th of the others`] : []),
  ];
  return {
    data: [
      ...(shownLow.length > 0 ? [cloud(shownLow, "up to the threshold", seriesColor(0), "circle")] : []),
      ...(shownHigh.length > 0 ? [cloud(shownHigh, "above it", warning, "diamond")] : []),
    ],
    layout: layout(
      options.title ?? "Pareto k-hat",
      {
        xaxis: axis("observation", { range: plainNumbers([-0.5 - 0.015 * last, last + 0.5 + 0.015 * last]) }),
        yaxis: axis("k-hat", { range: plainNumbers(range) }),
        shapes: [
          rule(0, line, "solid"),
          rule(threshold, warning, "dash"),
          ...(threshold < 1 ? [rule(1, faint, "dot")] : []),
        ],
        annotations: named.map((i) => ({
          x: i,
          y: data.khat[i],
          text: asText(nameOf(i, options)),
          showarrow: false,
          yshift: 12,
          font: { size: 11, color: warning },
        })),
        showlegend: shownHigh.length > 0,
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        height: 420,
      },
      said.join("; "),
    ),
  };
}

/** The numbers that `khat` draws. */
export function khatData(khat: ArrayLike<number>, options: KhatOptions = {}): KhatData {
  const where = "plots.khat";
  knownOptions(where, options, ["threshold", "names", "labels", "title"]);
  const isList = Array.isArray(khat) || (ArrayBuffer.isView(khat) && !(khat instanceof DataView));
  if (!isList || khat.length === 0) refuse(where, "khat", "a list of at least one number", khat);
  const values = Array.from(khat);
  values.forEach((value, i) => {
    if (typeof value !== "number") refuse(where, `khat[${i}]`, "a number", value);
  });
  const threshold = finiteNumber(where, "threshold", options.threshold ?? 0.7);
  if (options.names !== undefined && (!Array.isArray(options.names) || options.names.length !== values.length)) {
    refuse(where, "names", `${values.length} names`, options.names);
  }
  // What is not finite is the worst of all.
  const badness = (i: number): number => (Number.isFinite(values[i]) ? values[i] : Number.POSITIVE_INFINITY);
  const high = values.map((_, i) => i).filter((i) => badness(i) > threshold);
  high.sort((a, b) => (badness(a) === badness(b) ? a - b : badness(b) - badness(a)));
  const notFinite = values.filter((value) => !Number.isFinite(value)).length;
  const veryBad = values.filter((value) => Number.isFinite(value) && value > Math.max(1, threshold)).length;
  return {
    khat: plainNumbers(values),
    threshold,
    high,
    counts: { good: values.length - high.length, bad: high.length - veryBad - notFinite, veryBad, notFinite },
  };
}

function nameOf(i: number, { names }: KhatOptions): string {
  return names === undefined ? String(i) : String(names[i]);
}
