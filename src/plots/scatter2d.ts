// Where many chains ended, in the plane, with the mean and an ellipse of the points and of the law they should follow.

import { finiteVector, integerAtLeast, knownOptions, oneOf, positiveNumber, refuse } from "../arguments/index.js";
import { isDraws } from "../chains/draws.js";
import type { ChainSource, Quantity } from "./chains.js";
import { type GaussianEllipse, gaussianEllipse } from "./ellipse.js";
import type { Figure, Trace } from "./figure.js";
import { extent, numberLabel, padded, plainNumber, plainNumbers } from "./plain.js";
import { coordinateOf, type PairOfNames, planeLayout, selectPair } from "./plane.js";
import { ink, layout, legendAtRight, seriesColor, warning } from "./theme.js";
import { evenly } from "./thinning.js";

export interface Scatter2dOptions {
  /** Two coordinates (by name or index); the first two where left out. */
  names?: PairOfNames;
  /** "final" takes the last draw of every chain (and is taken where left out), "all" every draw. */
  which?: "final" | "all";
  /** The law's mean and covariance, of all coordinates, as an energy's `exact` holds them: drawn as point and ellipse. */
  exact?: { readonly mean?: ArrayLike<number>; readonly covariance?: ArrayLike<ArrayLike<number>> };
  /** The same of the points themselves; true where left out. */
  empirical?: boolean;
  /** Standard deviations of these ellipses, 2 where left out. */
  sigmas?: number;
  /** Further ellipses. */
  ellipses?: readonly GaussianEllipse[];
  /** Points at most, 3000 where left out. Means and ellipses are those of all. */
  maxPoints?: number;
  equalAxes?: boolean;
  title?: string;
}

export interface Scatter2dData {
  names: [string, string];
  x: (number | null)[];
  y: (number | null)[];
  /** Of all points, thinned or not. */
  mean: [number, number];
  /** With N - 1. */
  covariance: [[number, number], [number, number]];
  points: number;
}

/**
 * Points with their mean and dashed ellipse (empirical), and those of the exact law where it is given.
 * `source`: draws, or `{ name: chains }` with one array per chain.
 *
 *     plots.scatter2d(draws, { exact: energy.exact, title: "unit mass" })
 */
export function scatter2d(source: ChainSource, options: Scatter2dOptions = {}): Figure {
  const data = scatter2dData(source, options);
  const sigmas = options.sigmas ?? 2;
  const traces: Trace[] = [
    {
      type: "scatter",
      mode: "markers",
      x: data.x,
      y: data.y,
      name: (options.which ?? "final") === "final" ? "last draws" : "draws",
      marker: { color: seriesColor(0), size: data.x.length > 1000 ? 3.5 : 4.5, opacity: 0.4 },
    },
  ];
  const summary = (
    label: string,
    mean: ArrayLike<number>,
    covariance: ArrayLike<ArrayLike<number>> | undefined,
    color: string,
    dash: "dash" | "dot",
  ): void => {
    if (covariance !== undefined)
      traces.push(gaussianEllipse({ mean, covariance, sigmas, label: `${label}, ${sigmas} sigma`, color, dash }));
    traces.push({
      type: "scatter",
      mode: "markers",
      x: [plainNumber(mean[0])],
      y: [plainNumber(mean[1])],
      name: `${label} mean`,
      showlegend: covariance === undefined,
      marker: { color, size: 9, symbol: label === "exact" ? "cross-thin" : "circle-open", line: { color, width: 2 } },
    });
  };
  const exact = exactOf(source, options);
  if (exact !== undefined) summary("exact", exact.mean, exact.covariance, ink, "dash");
  // One point, or points on a line, have a mean and no ellipse.
  const [[a, b], [, c]] = data.covariance;
  if (options.empirical !== false)
    summary("empirical", data.mean, a * c - b * b > 0 ? data.covariance : undefined, warning, "dot");
  for (const ellipse of options.ellipses ?? []) traces.push(gaussianEllipse(ellipse));

  const rangeOf = (axis: "x" | "y"): [number, number] =>
    padded(
      extent(traces.map((trace) => (trace[axis] as (number | null)[]).map((value) => value ?? Number.NaN))) ?? [0, 1],
      0.06,
    );
  return {
    data: traces,
    layout: layout(
      options.title ?? `${data.names[0]} and ${data.names[1]}`,
      {
        ...planeLayout(data.names, rangeOf("x"), rangeOf("y"), options.equalAxes),
        legend: { ...legendAtRight(), itemsizing: "constant" },
      },
      data.x.length < data.points
        ? `${numberLabel(data.x.length)} of ${numberLabel(data.points)} points`
        : `${numberLabel(data.points)} points`,
    ),
  };
}

/** The numbers that `scatter2d` draws. */
export function scatter2dData(source: ChainSource, options: Scatter2dOptions = {}): Scatter2dData {
  const where = "plots.scatter2d";
  knownOptions(where, options, [
    "names",
    "which",
    "exact",
    "empirical",
    "sigmas",
    "ellipses",
    "maxPoints",
    "equalAxes",
    "title",
  ]);
  const which = oneOf(where, "which", options.which ?? "final", ["final", "all"]);
  positiveNumber(where, "sigmas", options.sigmas ?? 2);
  const maxPoints = integerAtLeast(where, "maxPoints", options.maxPoints ?? 3000, 1);
  const [first, second] = selectPair(where, source, options.names);
  const valuesOf = ({ chains }: Quantity): number[] =>
    which === "all"
      ? chains.flatMap((chain) => Array.from(chain))
      : chains.filter((chain) => chain.length > 0).map((chain) => chain[chain.length - 1]);
  const [x, y] = [valuesOf(first), valuesOf(second)];
  const [mx, my] = [mean(x), mean(y)];
  const covarianceOf = (u: number[], mu: number, v: number[], mv: number): number =>
    u.length < 2 ? 0 : u.reduce((sum, value, i) => sum + (value - mu) * (v[i] - mv), 0) / (u.length - 1);
  const kept = evenly(x.length, maxPoints);
  const xy = covarianceOf(x, mx, y, my);
  return {
    names: [first.name, second.name],
    x: plainNumbers(kept.map((i) => x[i])),
    y: plainNumbers(kept.map((i) => y[i])),
    mean: [mx, my],
    covariance: [
      [covarianceOf(x, mx, x, mx), xy],
      [xy, covarianceOf(y, my, y, my)],
    ],
    points: x.length,
  };
}

/** Of the two coordinates; undefined where no mean is known. */
function exactOf(
  source: ChainSource,
  { names, exact }: Scatter2dOptions,
): { mean: number[]; covariance: number[][] | undefined } | undefined {
  const where = "plots.scatter2d";
  if (exact === undefined) return undefined;
  if (typeof exact !== "object" || exact === null) refuse(where, "exact", "{ mean, covariance }", exact);
  const { mean, covariance } = exact;
  if (mean === undefined) return undefined;
  const picked = [names?.[0] ?? 0, names?.[1] ?? 1].map((name) => coordinateOf(source, name));
  if (picked.includes(-1)) refuse(where, "exact", "left out where names are not both coordinates", exact);
  const dim = isDraws(source) ? source.dim : Object.keys(source).length;
  const means = finiteVector(where, "exact.mean", mean, dim);
  if (covariance !== undefined && covariance?.length !== dim) {
    refuse(where, "exact.covariance", `${dim} rows of ${dim} numbers`, covariance);
  }
  const rows =
    covariance && Array.from(covariance, (row, i) => finiteVector(where, `exact.covariance[${i}]`, row, dim));
  return { mean: picked.map((i) => means[i]), covariance: rows && picked.map((i) => picked.map((j) => rows[i][j])) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
