// A policy over the plane of two of its observation's coordinates: the grid at which it is asked, and what an episode saw of it.

import { finiteVector, integerAtLeast, refuse } from "../arguments/index.js";
import { type EpisodeRollout, type Policy, type PolicyOutputs, policyOutputs } from "../policy-gradients/index.js";
import type { Trace } from "./figure.js";
import { extent, padded, plainNumbers } from "./plain.js";
import { ink, page } from "./theme.js";
import { evenly } from "./thinning.js";

export interface PolicyPlaneOptions {
  /** Which of the observation's coordinates run over the plane; the first two where left out. */
  coordinates?: readonly [number, number];
  /** What they are called; `observation[2]` and so on where left out. */
  names?: readonly [string, string];
  /** From and to; where left out as far as `episode` went, else the bounds of the observation's space. */
  x?: readonly [number, number];
  y?: readonly [number, number];
  /** The observation whose other coordinates are held; the mean over `episode`, else zeros. */
  at?: ArrayLike<number>;
  /** What it saw is drawn as dots; it began at the ring. */
  episode?: EpisodeRollout;
  title?: string;
}

export const policyPlaneOptions: readonly string[] = ["coordinates", "names", "x", "y", "at", "episode", "title"];

export interface PolicyPlane {
  names: [string, string];
  /** Where the policy was asked: `x` within `y`. */
  x: (number | null)[];
  y: (number | null)[];
  outputs: PolicyOutputs;
  path?: { x: (number | null)[]; y: (number | null)[] };
}

const places = 81;
const pathPointsDrawn = 2000;

export function policyPlane(where: string, policy: Policy, options: PolicyPlaneOptions): PolicyPlane {
  const space = policy?.observationSpace;
  if (space?.kind !== "box") refuse(where, "policy", "one that trainPolicy has learnt", policy);
  const size = space.shape.reduce((product, extent_) => product * extent_, 1);
  const { coordinates = [0, 1], episode } = options;
  if (!Array.isArray(coordinates) || coordinates.length !== 2 || coordinates[0] === coordinates[1]) {
    refuse(where, "coordinates", "two different coordinates of the observation", coordinates);
  }
  for (const index of coordinates) {
    if (integerAtLeast(where, "coordinates", index, 0) >= size) {
      refuse(where, "coordinates", `below ${size}, the size of the observation`, index);
    }
  }
  const { names = coordinates.map((index) => `observation[${index}]`) } = options;
  const areNames = Array.isArray(names) && names.length === 2 && names.every((name) => typeof name === "string");
  if (!areNames) refuse(where, "names", "two names", names);
  const seen = episode === undefined ? undefined : seenBy(where, episode, size);
  const held = options.at === undefined ? meanOf(seen ?? [], size) : finiteVector(where, "at", options.at, size);

  const range = (axis: "x" | "y", index: number): [number, number] => {
    const given = options[axis];
    if (given !== undefined) {
      const isRange = Array.isArray(given) && given.length === 2 && given.every(Number.isFinite) && given[0] < given[1];
      if (!isRange) refuse(where, axis, "a range [from, to], from below to", given);
      return [given[0], given[1]];
    }
    if (seen !== undefined) return padded(extent([seen.map((row) => row[index])]) as [number, number], 0.15);
    const bound = (side: "low" | "high"): number => {
      const bounds = space[side];
      return typeof bounds === "number" ? bounds : bounds[index];
    };
    if (Number.isFinite(bound("low") + bound("high"))) return [bound("low"), bound("high")];
    return refuse(where, axis, `a range [from, to], since observation[${index}] has no bounds`, given);
  };
  const along = ([from, to]: [number, number]): number[] =>
    Array.from({ length: places }, (_, k) => from + (k * (to - from)) / (places - 1));
  const [x, y] = [along(range("x", coordinates[0])), along(range("y", coordinates[1]))];
  const asked = new Float64Array(places * places * size);
  y.forEach((second, row) => {
    x.forEach((first, column) => {
      const at = (row * places + column) * size;
      asked.set(held, at);
      asked[at + coordinates[0]] = first;
      asked[at + coordinates[1]] = second;
    });
  });
  return {
    names: [names[0], names[1]],
    x: plainNumbers(x),
    y: plainNumbers(y),
    outputs: policyOutputs(policy, asked),
    ...(seen && { path: pathOf(seen, coordinates) }),
  };
}

/** Rows of numbers, one per place of the plane, for Plotly. */
export function planeRows(values: ArrayLike<number>): (number | null)[][] {
  return Array.from({ length: places }, (_, row) =>
    plainNumbers(Array.from({ length: places }, (__, column) => values[row * places + column])),
  );
}

/** What the episode saw, on light and on dark ground, and a ring where it began. Dots: a policy that pushes to and fro would fill the map with lines. */
export function pathTraces(path: PolicyPlane["path"]): Trace[] {
  if (path === undefined) return [];
  const dots = (points: { x: (number | null)[]; y: (number | null)[] }, marker: Record<string, unknown>): Trace => ({
    type: "scatter",
    mode: "markers",
    ...points,
    showlegend: false,
    hoverinfo: "skip",
    marker,
  });
  const first = { x: path.x.slice(0, 1), y: path.y.slice(0, 1) };
  return [
    dots(path, { color: page, size: 6.5 }),
    dots(path, { color: ink, size: 4 }),
    dots(first, { color: page, size: 10, line: { color: ink, width: 1.8 } }),
  ];
}

function seenBy(where: string, { observations, steps }: EpisodeRollout, size: number): Float64Array[] {
  if (observations?.length !== (steps + 1) * size) {
    refuse(where, "episode", `one of this policy, with observations of ${size} numbers`, observations);
  }
  return Array.from({ length: steps + 1 }, (_, t) => observations.subarray(t * size, (t + 1) * size));
}

function meanOf(rows: readonly Float64Array[], size: number): Float64Array {
  const mean = new Float64Array(size);
  for (const row of rows) for (let i = 0; i < size; i++) mean[i] += row[i] / rows.length;
  return mean;
}

function pathOf(seen: readonly Float64Array[], [first, second]: readonly [number, number]): PolicyPlane["path"] {
  const kept = evenly(seen.length, pathPointsDrawn).map((t) => seen[t]);
  return { x: plainNumbers(kept.map((row) => row[first])), y: plainNumbers(kept.map((row) => row[second])) };
}
