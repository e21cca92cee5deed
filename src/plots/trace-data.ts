// The numbers behind a trace plot: which draws are drawn, thinned so that the figure stays small, and the chains' histograms.

import { integerAtLeast, knownOptions } from "../arguments/index.js";
import { type Draws, isDraws } from "../chains/draws.js";
import { type ChainSource, divergencesOf, type Quantity, selectQuantities } from "./chains.js";
import { extent, padded, plainNumber } from "./plain.js";
import { evenly, outline } from "./thinning.js";

export interface TraceOptions {
  /** Coordinates (by name or index) and statistics (by name) to draw; the first eight coordinates where left out. */
  names?: readonly (string | number)[];
  /** Points per line at most, 2000 where left out; fewer where many lines would make the figure too large. */
  maxPoints?: number;
  /** Draw kept warmup too, shaded; true where left out. */
  warmup?: boolean;
  title?: string;
}

export interface TraceData {
  panels: TracePanel[];
  /** Chains there are; the first 16 are drawn. */
  chains: number;
  /** Draws of the longest chain. */
  draws: number;
  /** Warmup transitions drawn before the draws; 0 where none were kept. */
  warmup: number;
  /** Whether not every draw is drawn. */
  thinned: boolean;
  /** How many quantities there were to choose from, where only the first ones are drawn; else 0. */
  outOf: number;
}

export interface TracePanel {
  name: string;
  /** One line per chain: draws count from 0, warmup from `-warmup`. */
  lines: { draw: number[]; value: (number | null)[]; warmupDraw: number[]; warmupValue: (number | null)[] }[];
  /** Draws at which some drawn chain diverged, at most 500 of them. */
  divergences: number[];
  /** `density[chain][bin]` over the bins between `edges`; each chain's sums to one over the bins' widths. */
  histogram: { edges: number[]; density: number[][] };
}

/** Chains drawn at most. */
export const chainsDrawn: number = 16;
/** Keeps the JSON below 2 MB: a point is at most some twenty characters. */
const pointsDrawn = 80_000;
const divergencesDrawn = 500;
const bins = 36;

/** The numbers that `trace` draws. */
export function traceData(source: ChainSource, options: TraceOptions = {}): TraceData {
  knownOptions("plots.trace", options, ["names", "maxPoints", "warmup", "title"]);
  const maxPoints = integerAtLeast("plots.trace", "maxPoints", options.maxPoints ?? 2000, 2);
  const { quantities, outOf } = selectQuantities("plots.trace", source, options.names);
  const chains = Math.max(...quantities.map((quantity) => quantity.chains.length));
  const draws = Math.max(0, ...quantities.flatMap((quantity) => quantity.chains.map((chain) => chain.length)));
  const kept = isDraws(source) && options.warmup !== false ? source.warmup : undefined;
  const lines = quantities.length * Math.min(chains, chainsDrawn) * (kept === undefined ? 1 : 2);
  const points = Math.max(2, Math.min(maxPoints, Math.floor(pointsDrawn / Math.max(1, lines))));
  const divergences = divergencesOf(source)
    .slice(0, chainsDrawn)
    .flat()
    .sort((a, b) => a - b);
  const marks = evenly(divergences.length, divergencesDrawn).map((i) => divergences[i]);
  return {
    panels: quantities.map((quantity) => ({
      name: quantity.name,
      lines: quantity.chains.slice(0, chainsDrawn).map((chain, c) => ({
        ...line(chain, points),
        ...warmupLine(isDraws(source) ? source : undefined, kept, quantity, c, points),
      })),
      divergences: marks,
      histogram: histogram(quantity.chains.slice(0, chainsDrawn)),
    })),
    chains,
    draws,
    warmup: kept?.draws ?? 0,
    thinned: draws > points || (kept?.draws ?? 0) > points,
    outOf,
  };
}

function line(chain: ArrayLike<number>, points: number): { draw: number[]; value: (number | null)[] } {
  const draw = outline(chain, points);
  return { draw, value: draw.map((i) => plainNumber(chain[i])) };
}

function warmupLine(
  draws: Draws | undefined,
  warmup: Draws["warmup"],
  { name }: Quantity,
  chain: number,
  points: number,
): { warmupDraw: number[]; warmupValue: (number | null)[] } {
  if (draws === undefined || warmup === undefined) return { warmupDraw: [], warmupValue: [] };
  const coordinate = draws.names.indexOf(name);
  const stat = warmup.stats[name];
  const values = Float64Array.from({ length: warmup.draws }, (_, i) => {
    if (coordinate >= 0) return warmup.position[(chain * warmup.draws + i) * draws.dim + coordinate];
    return stat === undefined ? Number.NaN : stat[chain * warmup.draws + i];
  });
  const kept = outline(values, points);
  return { warmupDraw: kept.map((i) => i - warmup.draws), warmupValue: kept.map((i) => plainNumber(values[i])) };
}

function histogram(chains: readonly ArrayLike<number>[]): TracePanel["histogram"] {
  const [least, greatest] = extent(chains) ?? [0, 1];
  const [start, end] = greatest > least ? [least, greatest] : padded([least, greatest]);
  const width = (end - start) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => start + i * width);
  const density = chains.map((chain) => {
    const counts = new Array<number>(bins).fill(0);
    let total = 0;
    for (let i = 0; i < chain.length; i++) {
      if (!Number.isFinite(chain[i])) continue;
      counts[Math.min(bins - 1, Math.floor((chain[i] - start) / width))]++;
      total++;
    }
    return counts.map((count) => (total === 0 ? 0 : count / (total * width)));
  });
  return { edges, density };
}
