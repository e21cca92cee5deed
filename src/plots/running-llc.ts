// The LLC estimate as it settles: running means of every chain and of all together, with the error of the latter. The
// figure by which estimates of the local learning coefficient are judged (Lau et al. 2023; Hitchcock and Hoogland 2025).

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { mcseMean } from "../diagnostics/index.js";
import { isLlcEstimate, type LlcEstimate } from "../llc/estimate.js";
import type { Figure, Trace } from "./figure.js";
import { extent, padded, plainNumber, plainNumbers, withDecimals } from "./plain.js";
import {
  checkReferences,
  type KnownLambda,
  knownColor,
  knownReference,
  type Reference,
  referenceColor,
  referenceName,
} from "./reference.js";
import { axis, ink, layout, seriesColor, translucent, line as zeroLine } from "./theme.js";
import { evenly } from "./thinning.js";

export interface RunningLlcOptions {
  /** Values to compare with, drawn as dashed lines: `[{ label: "d/2", value: 16 }]`. */
  reference?: readonly Reference[];
  /** The exact coefficient, drawn as a solid line: a number, or `{ lambda }`. */
  known?: KnownLambda;
  /** Points per line at most, 400 where left out. */
  maxPoints?: number;
  title?: string;
}

export interface RunningLlcData {
  /** Draws per chain so far, from 1, and the LLC that they give: one line per chain. */
  chains: { draws: number[]; llc: (number | null)[] }[];
  pooled: { draws: number[]; llc: (number | null)[] };
  /** At some 40 places: the standard error of the pooled value there, and the pooled value less and plus its multiple. */
  band: { draws: number[]; standardError: (number | null)[]; lower: (number | null)[]; upper: (number | null)[] };
  mean: number | null;
  interval: [number | null, number | null];
  known: number | null;
}

const bandPlaces = 40;
/** A standard error of a prefix costs Fourier transforms: longer ones are cut into this many batches first. */
const batches = 4096;
const chainsDrawn = 16;
const chainsNamed = 8;

/**
 * Running LLC of every chain (thin) and of all (bold) with a 95 % band, and the final estimate with its interval.
 *
 * The band's standard error at a draw is derived from what had been drawn by then: the larger of the Monte Carlo error from
 * the effective sample size of the loss and the spread of the chains' running means over the square root of their number.
 * The band is that multiple of it which the final interval is of the final standard error (1.96, or Student's t).
 * Values may be negative and are drawn where they are. Throws a RangeError where an option is wrong.
 *
 *     plots.runningLlc(estimate, { reference: [{ label: "d/2", value: estimate.dim / 2 }], known: 0.5 })
 */
export function runningLlc(estimate: LlcEstimate, options: RunningLlcOptions = {}): Figure {
  const data = runningLlcData(estimate, options);
  const known = knownReference("plots.runningLlc", options.known);
  const reference = [...(options.reference ?? []), ...(known === undefined ? [] : [known])];
  const last = Math.max(1, ...data.pooled.draws);
  const colorOfAll = ink;
  const lines: Trace[] = data.chains.slice(0, chainsDrawn).map((chain, c) => ({
    type: "scatter",
    mode: "lines",
    x: chain.draws,
    y: chain.llc,
    name: `chain ${c}`,
    legendrank: 5,
    showlegend: data.chains.length <= chainsNamed,
    line: { color: seriesColor(c), width: 1.1 },
    opacity: 0.85,
  }));
  const band: Trace = {
    type: "scatter",
    mode: "lines",
    x: [...data.band.draws, ...data.band.draws.slice().reverse()],
    y: [...data.band.upper, ...data.band.lower.slice().reverse()],
    name: "95 % band",
    legendrank: 2,
    fill: "toself",
    fillcolor: translucent(colorOfAll, 0.1),
    line: { width: 0 },
    hoverinfo: "skip",
  };
  const pooled: Trace = {
    type: "scatter",
    mode: "lines",
    x: data.pooled.draws,
    y: data.pooled.llc,
    name: "all chains",
    legendrank: 1,
    line: { color: colorOfAll, width: 2.6 },
  };
  const references: Trace[] = reference.map((line, i) => ({
    type: "scatter",
    mode: "lines",
    x: [0, 1.04 * last],
    y: [plainNumber(line.value), plainNumber(line.value)],
    name: referenceName(line),
    legendrank: 4,
    line:
      line === known
        ? { color: knownColor, width: 2, dash: "solid" }
        : { color: referenceColor(i), width: 1.4, dash: "dash" },
  }));
  const [low, high] = data.interval;
  const final: Trace = {
    type: "scatter",
    mode: "markers",
    x: [plainNumber(1.02 * last)],
    y: [data.mean],
    name: "estimate, 95 %",
    legendrank: 3,
    marker: { color: colorOfAll, size: 7 },
    error_y: {
      type: "data",
      symmetric: false,
      array: [low === null || high === null || data.mean === null ? 0 : plainNumber(high - data.mean)],
      arrayminus: [low === null || high === null || data.mean === null ? 0 : plainNumber(data.mean - low)],
      color: colorOfAll,
      thickness: 1.6,
      width: 5,
    },
  };
  return {
    data: [...references, ...lines, band, pooled, final],
    layout: layout(
      options.title ?? "Running LLC estimate",
      {
        xaxis: axis("draws per chain", { range: [0, plainNumber(1.04 * last)] }),
        yaxis: axis("LLC", { range: valueRange(data, reference, last), zeroline: true, zerolinecolor: zeroLine }),
      },
      noteOf(estimate),
    ),
  };
}

/** The numbers that `runningLlc` draws. */
export function runningLlcData(estimate: LlcEstimate, options: RunningLlcOptions = {}): RunningLlcData {
  knownOptions("plots.runningLlc", options, ["reference", "known", "maxPoints", "title"]);
  checkReferences("plots.runningLlc", options.reference ?? []);
  const maxPoints = integerAtLeast("plots.runningLlc", "maxPoints", options.maxPoints ?? 400, 2);
  if (!isLlcEstimate(estimate)) {
    refuse("plots.runningLlc", "estimate", "an LLC estimate, such as llc returns", estimate);
  }
  const t = estimate.dataSize * estimate.beta;
  const llcOf = (meanLoss: number): number => t * (meanLoss - estimate.lossAtCenter);
  const sums = estimate.trace.map(cumulative);
  const longest = Math.max(0, ...sums.map((sum) => sum.length - 1));
  const pooledAt = (draws: number): number => {
    let total = 0;
    let count = 0;
    for (const sum of sums) {
      const reached = Math.min(draws, sum.length - 1);
      total += sum[reached];
      count += reached;
    }
    return llcOf(total / count);
  };
  const multiple = (estimate.interval[1] - estimate.interval[0]) / (2 * estimate.standardError);
  const factor = Number.isFinite(multiple) && multiple > 0 ? multiple : 1.96;
  const places = evenly(longest, maxPoints).map((i) => i + 1);
  const band = bandAt(longest)
    .map((draws) => ({ draws, value: pooledAt(draws), error: t * standardErrorAt(sums, draws) }))
    .filter(({ error }) => Number.isFinite(error));
  return {
    chains: sums.map((sum) => {
      const draws = evenly(sum.length - 1, maxPoints).map((i) => i + 1);
      return { draws, llc: draws.map((k) => plainNumber(llcOf(sum[k] / k))) };
    }),
    pooled: { draws: places, llc: places.map((k) => plainNumber(pooledAt(k))) },
    band: {
      draws: band.map(({ draws }) => draws),
      standardError: band.map(({ error }) => plainNumber(error)),
      lower: band.map(({ value, error }) => plainNumber(value - factor * error)),
      upper: band.map(({ value, error }) => plainNumber(value + factor * error)),
    },
    mean: plainNumber(estimate.mean),
    interval: [plainNumber(estimate.interval[0]), plainNumber(estimate.interval[1])],
    known: plainNumber(knownReference("plots.runningLlc", options.known)?.value ?? Number.NaN),
  };
}

/** Standard error of the mean loss after this many draws, from the chains that got so far. NaN where it is not known. */
function standardErrorAt(sums: readonly Float64Array[], draws: number): number {
  const reached = sums.filter((sum) => sum.length - 1 >= draws);
  const size = Math.ceil(draws / batches);
  const count = Math.floor(draws / size);
  // The mean of batches of consecutive draws is the mean of the draws, and so is its error: nothing is lost but cost.
  const batched = reached.map((sum) =>
    Float64Array.from({ length: count }, (_, b) => (sum[(b + 1) * size] - sum[b * size]) / size),
  );
  const within = reached.length > 0 ? mcseMean(batched) : Number.NaN;
  const between = standardDeviation(reached.map((sum) => sum[draws] / draws)) / Math.sqrt(reached.length);
  return Number.isNaN(between) ? within : Math.max(within, between);
}

/** Sums of the first 0, 1, 2, ... values. */
function cumulative(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i] + values[i];
  return sums;
}

function standardDeviation(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return Number.NaN;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
}

/** Places of the band: denser at the start, where it narrows fastest. An effective sample size needs six draws. */
function bandAt(draws: number): number[] {
  const places = Array.from({ length: bandPlaces }, (_, i) => Math.round(draws * ((i + 1) / bandPlaces) ** 1.5));
  return [...new Set(places)].filter((place) => place >= 6);
}

/** Everything after the first twentieth of the draws, the references and the interval; what came before may leave at the top or below. */
function valueRange(data: RunningLlcData, reference: readonly Reference[], last: number): (number | null)[] {
  const settled = ({ draws, llc }: { draws: readonly number[]; llc: readonly (number | null)[] }): number[] =>
    llc.filter((_, i) => draws[i] >= 0.05 * last).map((value) => value ?? Number.NaN);
  const { draws, lower, upper } = data.band;
  const range = extent([
    ...data.chains.slice(0, chainsDrawn).map(settled),
    settled(data.pooled),
    settled({ draws, llc: lower }),
    settled({ draws, llc: upper }),
    reference.map((line) => line.value),
    [data.mean, ...data.interval].map((value) => value ?? Number.NaN),
  ]);
  return plainNumbers(padded(range ?? [0, 1], 0.07));
}

function noteOf({ mean, standardError, interval, verdict: judged }: LlcEstimate): string {
  const [value, error, low, high] = withDecimals(standardError, mean, standardError, ...interval);
  const verdict = judged.ok ? "" : `\nnot to be trusted: ${judged.problems.map((problem) => problem.kind).join(", ")}`;
  return `LLC ${value} ± ${error}, 95 % interval ${low} to ${high}${verdict}`;
}
