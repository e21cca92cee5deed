// What the figures of two coordinates share: which coordinates, and axes of equal scale where that is of use.

import { refuse } from "../arguments/index.js";
import { isDraws } from "../chains/draws.js";
import { type ChainSource, type Quantity, selectQuantities } from "./chains.js";
import { plainNumbers } from "./plain.js";
import { axis } from "./theme.js";

export type PairOfNames = readonly [string | number, string | number];

/** The two quantities of a plane: those named, else the first two. */
export function selectPair(where: string, source: ChainSource, names: PairOfNames | undefined): [Quantity, Quantity] {
  if (names !== undefined && (!Array.isArray(names) || names.length !== 2)) refuse(where, "names", "two names", names);
  const count = isDraws(source) ? source.dim : Object.keys(source ?? {}).length;
  if (names === undefined && count < 2) refuse(where, "draws", "draws of at least two coordinates", source);
  const [x, y] = selectQuantities(where, source, names ?? [0, 1]).quantities;
  return [x, y];
}

/** One quantity's index among the coordinates of the draws, or -1 where it is a statistic. */
export function coordinateOf(source: ChainSource, name: string | number): number {
  if (typeof name === "number") return name;
  return (isDraws(source) ? source.names : Object.keys(source)).indexOf(name);
}

/** Both axes, the figure's size, and equal scales where the ranges differ by less than a factor of two (or as `equal` says). */
export function planeLayout(
  names: readonly [string, string],
  xRange: readonly [number, number],
  yRange: readonly [number, number],
  equal: boolean | undefined,
): Record<string, unknown> {
  const ratio = (yRange[1] - yRange[0]) / (xRange[1] - xRange[0]);
  const isEqual = equal ?? (ratio > 0.5 && ratio < 2);
  const [width, height] = isEqual ? [Math.min(480, 480 / ratio), Math.min(480, 480 * ratio)] : [480, 400];
  return {
    xaxis: axis(names[0], { range: plainNumbers(xRange), constrain: "domain" }),
    yaxis: axis(names[1], {
      range: plainNumbers(yRange),
      constrain: "domain",
      ...(isEqual && { scaleanchor: "x", scaleratio: 1 }),
    }),
    // The legend stands at the right, some 150 pixels wide.
    width: Math.round(Math.max(260, width) + 245),
    height: Math.round(Math.max(260, height) + 130),
  };
}
