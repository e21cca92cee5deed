// The middle of some draws and two intervals around it, and how a figure draws them: a dot on a thick and a thin line.

import { oneOf, openUnit, refuse } from "../arguments/index.js";
import { hdi } from "../diagnostics/index.js";
import { sortedQuantile } from "../diagnostics/quantile.js";
import type { Trace } from "./figure.js";
import { plainNumber, plainNumbers } from "./plain.js";
import { pooledDraws } from "./pooled.js";
import { ink, page } from "./theme.js";

export interface IntervalOptions {
  /** Shares of the draws inside the inner and the outer interval; [0.5, 0.95] where left out. */
  probabilities?: readonly [number, number];
  /** Equal-tailed or highest-density; "eti" where left out. */
  interval?: "eti" | "hdi";
}

/** All null where there is no draw, or one that is NaN. */
export interface Intervals {
  median: number | null;
  inner: [number | null, number | null];
  outer: [number | null, number | null];
}

export interface CheckedIntervals {
  readonly probabilities: readonly [number, number];
  readonly interval: "eti" | "hdi";
}

export function checkIntervals(where: string, options: IntervalOptions): CheckedIntervals {
  const { probabilities = [0.5, 0.95], interval = "eti" } = options;
  if (!Array.isArray(probabilities) || probabilities.length !== 2) {
    refuse(where, "probabilities", "two numbers, such as [0.5, 0.95]", probabilities);
  }
  const [inner, outer] = probabilities.map((share, i) => openUnit(where, `probabilities[${i}]`, share));
  if (inner >= outer) refuse(where, "probabilities", "the inner less than the outer", `[${inner}, ${outer}]`);
  return { probabilities: [inner, outer], interval: oneOf(where, "interval", interval, ["eti", "hdi"]) };
}

/** Of all chains together. */
export function intervalsOf(
  chains: readonly ArrayLike<number>[],
  { probabilities, interval }: CheckedIntervals,
): Intervals {
  const all = pooledDraws(chains);
  const [inner, outer] = probabilities.map((share) => {
    // As eti does, but for the sort.
    const ends = [(1 - share) / 2, (1 + share) / 2].map((p) => sortedQuantile(all, p));
    return interval === "eti" ? ends : hdi(all, share);
  });
  return {
    median: plainNumber(sortedQuantile(all, 0.5)),
    inner: [plainNumber(inner[0]), plainNumber(inner[1])],
    outer: [plainNumber(outer[0]), plainNumber(outer[1])],
  };
}

/** The two lines and the dot at this height, on the axes that `place` names. */
export function intervalTraces(
  { median, inner, outer }: Intervals,
  height: number,
  place: Readonly<Record<string, unknown>>,
  color: string = ink,
): Trace[] {
  const along = (ends: readonly (number | null)[], width: number): Trace => ({
    type: "scatter",
    mode: "lines",
    ...place,
    x: plainNumbers(ends.map((end) => end ?? Number.NaN)),
    y: ends.map(() => plainNumber(height)),
    showlegend: false,
    hoverinfo: "x",
    line: { color, width },
  });
  return [
    along(outer, 1.6),
    along(inner, 4.5),
    {
      type: "scatter",
      mode: "markers",
      ...place,
      x: [median],
      y: [plainNumber(height)],
      showlegend: false,
      hoverinfo: "x",
      marker: { color: page, size: 8, line: { color, width: 2 } },
    },
  ];
}

/** `median, 50 % and 95 % interval`, as a figure's note says it. */
export function intervalNote({ probabilities, interval }: CheckedIntervals): string {
  const [inner, outer] = probabilities.map((share) => `${Number((100 * share).toPrecision(4))} %`);
  return `median, ${inner} and ${outer} ${interval === "eti" ? "interval" : "highest-density interval"}`;
}
