// Boxes: an interval for every coordinate, outside of which there is nothing.

import { refuse } from "../arguments/index.js";

/** One interval `[lower, upper]` for all coordinates, or one each. */
export type Box = readonly [number, number] | readonly (readonly [number, number])[];

/** The intervals of a box; throws where they are not pairs of finite numbers in increasing order. */
export function readBox(where: string, dim: number, box: Box): [number, number][] {
  const expected = `an interval [lower, upper] or ${dim} of them`;
  if (!Array.isArray(box)) refuse(where, "box", expected, box);
  if (typeof box[0] === "number") {
    const all = readInterval(where, "box", box);
    return Array.from({ length: dim }, () => all);
  }
  if (box.length !== dim) refuse(where, "box", expected, box);
  return box.map((interval, i) => readInterval(where, `box[${i}]`, interval));
}

function readInterval(where: string, name: string, interval: unknown): [number, number] {
  if (!Array.isArray(interval) || interval.length !== 2) refuse(where, name, "an interval [lower, upper]", interval);
  const [lower, upper] = interval;
  for (const end of interval) if (!Number.isFinite(end)) refuse(where, name, "an interval of finite numbers", end);
  if (!(lower < upper)) refuse(where, name, "an interval [lower, upper] with lower below upper", `${lower}, ${upper}`);
  return [lower, upper];
}

/** Ends of an interval, and those of the given points that lie inside, in order. */
export function edgesWithin([lower, upper]: readonly [number, number], points: readonly number[]): number[] {
  const inside = [...new Set(points)].filter((x) => x > lower && x < upper).sort((a, b) => a - b);
  return [lower, ...inside, upper];
}

/** The point of an interval that is nearest to `x`. */
export function nearest([lower, upper]: readonly [number, number], x: number): number {
  return Math.min(Math.max(x, lower), upper);
}

/** The part of an interval that lies within `radius` of 0. */
export function clipped([lower, upper]: readonly [number, number], radius: number): [number, number] {
  return [Math.max(lower, -radius), Math.min(upper, radius)];
}
