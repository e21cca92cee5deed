// Posterior predictive checks: data that the model would have given beside those that were observed (Gelman, Meng and Stern 1996; Gabry,
// Simpson, Vehtari, Betancourt and Gelman 2019).

import { integerAtLeast, knownOptions, oneOf, refuse } from "../arguments/index.js";
import { quantile } from "../diagnostics/index.js";
import { mean, variance } from "../diagnostics/moments.js";
import type { Figure, Trace } from "./figure.js";
import { kernelDensity } from "./kernel-density.js";
import { panelGrid, panelName } from "./panels.js";
import { extent, numberLabel, padded, plainNumber, plainNumbers } from "./plain.js";
import {
  axis,
  buttonsAtRight,
  ink,
  layout,
  legendBesideTitle,
  page,
  panelMargin,
  seriesColor,
  translucent,
} from "./theme.js";
import { evenly } from "./thinning.js";

/** A number that a data set has, by name or as a function of the data. */
export type TestStatistic = keyof typeof statistics | { readonly name: string; of(data: Float64Array): number };

export interface PosteriorPredictiveOptions {
  /** Densities, or the shares of data up to each value; "density" where left out, "ecdf" where all observations are whole numbers. */
  kind?: "density" | "ecdf";
  /** "mean", "sd", "median", "min", "max", or `{ name, of }`; "sd" where left out. */
  statistic?: TestStatistic;
  /** Replicated data sets drawn as lines at most, 60 where left out. The histogram is of all. */
  maxReplicates?: number;
  /** What the data are, on the axis. */
  name?: string;
  title?: string;
}

export interface PosteriorPredictiveData {
  kind: "density" | "ecdf";
  /** Places of the densities; for ECDFs each line has its own. */
  observed: { x: (number | null)[]; y: (number | null)[] };
  replicated: { x: (number | null)[]; y: (number | null)[] }[];
  statistic: {
    name: string;
    observed: number | null;
    /** `counts[bin]` of all replicated data sets between `edges[bin]` and `edges[bin + 1]`. */
    edges: number[];
    counts: number[];
    /** The share of replicated data sets whose statistic is at least the observed one; those that equal it count half. */
    pValue: number | null;
  };
  /** Replicated data sets, and numbers in each. */
  replicates: number;
  size: number;
}

const statistics = {
  mean,
  sd: (data: Float64Array): number => Math.sqrt(variance(data)),
  median: (data: Float64Array): number => quantile(data, 0.5),
  min: (data: Float64Array): number => data.reduce((a, b) => Math.min(a, b)),
  max: (data: Float64Array): number => data.reduce((a, b) => Math.max(a, b)),
};

const places = 160;
const pointsDrawn = 60_000;
const ecdfPoints = 400;
const bins = 30;

/**
 * The observed data, bold, over replicated data sets, faint, as densities or ECDFs; and beside them a histogram over all replicated data sets of
 * a statistic, with its observed value and the share of data sets in which it is at least as large (the posterior predictive p-value).
 * `observed`: the data; `replicated`: for each draw a data set of the same length, made by the model. Throws a RangeError where lengths
 * differ, numbers are not finite, or an option is wrong.
 *
 *     plots.posteriorPredictive(y, replicatedData, { statistic: "max", name: "wait in minutes" })
 */
export function posteriorPredictive(
  observed: ArrayLike<number>,
  replicated: readonly ArrayLike<number>[],
  options: PosteriorPredictiveOptions = {},
): Figure {
  const data = posteriorPredictiveData(observed, replicated, options);
  const { panels, height } = panelGrid(2, { columns: 2, rowHeight: 300 });
  const [left, right] = panels;
  const isDensity = data.kind === "density";
  const shape = isDensity ? {} : { shape: "hv" };
  const name = options.name ?? "data";
  const { statistic } = data;
  const width = statistic.edges[1] - statistic.edges[0];
  const rightRange = extent([statistic.edges, [statistic.observed ?? Number.NaN]]) ?? [0, 1];
  const most = Math.max(1, ...statistic.counts);
  const traces: Trace[] = [
    {
      type: "scatter",
      mode: "lines",
      x: data.replicated.flatMap((line) => [...line.x, null]),
      y: data.replicated.flatMap((line) => [...line.y, null]),
      xaxis: left.x,
      yaxis: left.y,
      name: "replicated",
      showlegend: false,
      hoverinfo: "skip",
      line: { color: translucent(seriesColor(0), 0.28), width: 0.9, ...shape },
    },
    {
      type: "scatter",
      mode: "lines",
      x: [null],
      y: [null],
      xaxis: left.x,
      yaxis: left.y,
      name: "replicated",
      line: { color: seriesColor(0), width: 1.6 },
    },
    {
      type: "scatter",
      mode: "lines",
      ...data.observed,
      xaxis: left.x,
      yaxis: left.y,
      name: "observed",
      line: { color: ink, width: 2.6, ...shape },
    },
    {
      type: "bar",
      x: plainNumbers(statistic.counts.map((_, i) => statistic.edges[i] + width / 2)),
      y: statistic.counts,
      xaxis: right.x,
      yaxis: right.y,
      name: "replicated",
      showlegend: false,
      width: plainNumber(width),
      marker: { color: translucent(seriesColor(0), 0.55), line: { color: page, width: 0.6 } },
    },
    {
      type: "scatter",
      mode: "lines",
      x: [statistic.observed, statistic.observed],
      y: [0, plainNumber(1.06 * most)],
      xaxis: right.x,
      yaxis: right.y,
      name: "observed",
      showlegend: false,
      line: { color: ink, width: 2.6 },
    },
  ];
  const value = statistic.pValue === null ? "not known" : numberLabel(Number(statistic.pValue.toPrecision(2)));
  const note = `${numberLabel(data.replicated.length)} of ${numberLabel(data.replicates)} replicated data sets of ${numberLabel(data.size)} numbers`;
  return {
    data: traces,
    layout: layout(
      options.title ?? "Posterior predictive check",
      {
        [left.xaxis]: axis(name, { domain: left.across, anchor: left.y }),
        [left.yaxis]: axis("", { domain: left.up, anchor: left.x, rangemode: "tozero", nticks: 6 }),
        [right.xaxis]: axis(`${statistic.name} of ${name}`, {
          domain: right.across,
          anchor: right.y,
          range: plainNumbers(padded(rightRange, 0.05)),
        }),
        [right.yaxis]: axis("", {
          domain: right.up,
          anchor: right.x,
          range: plainNumbers([0, 1.08 * most]),
          nticks: 6,
        }),
        annotations: [
          panelName(left, isDensity ? "densities" : "shares up to each value"),
          panelName(right, `${statistic.name}: P(replicated at least observed) = ${value}`),
        ],
        bargap: 0,
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        height,
        margin: panelMargin(note),
      },
      note,
    ),
  };
}

/** The numbers that `posteriorPredictive` draws. */
export function posteriorPredictiveData(
  observed: ArrayLike<number>,
  replicated: readonly ArrayLike<number>[],
  options: PosteriorPredictiveOptions = {},
): PosteriorPredictiveData {
  const where = "plots.posteriorPredictive";
  knownOptions(where, options, ["kind", "statistic", "maxReplicates", "name", "title"]);
  const maxReplicates = integerAtLeast(where, "maxReplicates", options.maxReplicates ?? 60, 1);
  const data = numbersOf(where, "observed", observed);
  if (data.length < 2) refuse(where, "observed", "a list of at least two numbers", observed);
  if (!Array.isArray(replicated) || replicated.length === 0) {
    refuse(where, "replicated", "a list of at least one data set", replicated);
  }
  const sets = replicated.map((set, i) => {
    const numbers = numbersOf(where, `replicated[${i}]`, set);
    if (numbers.length !== data.length) {
      refuse(where, `replicated[${i}].length`, `${data.length}, as many as were observed`, numbers.length);
    }
    return numbers;
  });
  const usual = data.every(Number.isInteger) ? "ecdf" : "density";
  const kind = oneOf(where, "kind", options.kind ?? usual, ["density", "ecdf"]);
  const perLine = kind === "density" ? places : Math.min(data.length, ecdfPoints) + 1;
  const kept = evenly(sets.length, Math.max(1, Math.min(maxReplicates, Math.floor(pointsDrawn / perLine))));
  const shown = kept.map((i) => sets[i]);
  const range = padded(extent([data, ...shown]) ?? [0, 1], 0.12);
  const lineOf = kind === "density" ? (set: Float64Array) => densityOf(set, range) : ecdfOf;
  return {
    kind,
    observed: lineOf(data),
    replicated: shown.map(lineOf),
    statistic: statisticOf(where, data, sets, options.statistic ?? "sd"),
    replicates: sets.length,
    size: data.length,
  };
}

function numbersOf(where: string, name: string, list: unknown): Float64Array {
  const isList = Array.isArray(list) || (ArrayBuffer.isView(list) && !(list instanceof DataView));
  if (!isList) refuse(where, name, "a list of numbers", list);
  const numbers = Float64Array.from(list as ArrayLike<number>);
  const broken = numbers.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) refuse(where, `${name}[${broken}]`, "a finite number", numbers[broken]);
  return numbers;
}

function densityOf(set: Float64Array, range: [number, number]): PosteriorPredictiveData["observed"] {
  const { x, density } = kernelDensity([set], range, places);
  return { x: plainNumbers(x), y: plainNumbers(density) };
}

/** Steps at the sorted data, or at evenly spread ones of many. */
function ecdfOf(set: Float64Array): PosteriorPredictiveData["observed"] {
  const sorted = set.slice().sort();
  const kept = evenly(sorted.length, ecdfPoints);
  return {
    x: plainNumbers([sorted[0], ...kept.map((i) => sorted[i])]),
    y: plainNumbers([0, ...kept.map((i) => (i + 1) / sorted.length)]),
  };
}

function statisticOf(
  where: string,
  observed: Float64Array,
  sets: readonly Float64Array[],
  statistic: TestStatistic,
): PosteriorPredictiveData["statistic"] {
  const own = typeof statistic === "object" && statistic !== null;
  if (own && (typeof statistic.name !== "string" || typeof statistic.of !== "function")) {
    refuse(where, "statistic", "a name of one, or { name, of }", statistic);
  }
  const known = Object.keys(statistics) as (keyof typeof statistics)[];
  const of = own ? statistic.of : statistics[oneOf(where, "statistic", statistic, known)];
  const [value, values] = [of(observed), sets.map((set) => of(set.slice()))];
  const [least, greatest] = extent([values]) ?? [0, 1];
  const [start, end] = greatest > least ? [least, greatest] : padded([least, greatest]);
  const width = (end - start) / bins;
  const counts = new Array<number>(bins).fill(0);
  let [above, equal, finite] = [0, 0, 0];
  for (const each of values) {
    if (!Number.isFinite(each)) continue;
    finite++;
    counts[Math.min(bins - 1, Math.floor((each - start) / width))]++;
    if (each > value) above++;
    else if (each === value) equal++;
  }
  return {
    name: own ? statistic.name : statistic,
    observed: plainNumber(value),
    edges: Array.from({ length: bins + 1 }, (_, i) => start + i * width),
    counts,
    pValue: Number.isFinite(value) && finite > 0 ? (above + equal / 2) / finite : null,
  };
}
