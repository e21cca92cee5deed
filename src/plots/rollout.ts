// An episode as it was played, in motion: the rods of the environment's outline as they are, with their thickness.

import { integerAtLeast, knownOptions, nonNegativeNumber, refuse } from "../arguments/index.js";
import type { EpisodeRollout, RolloutDrawing } from "../policy-gradients/index.js";
import { animationControls, animationMargin } from "./animation.js";
import type { Figure, Frame, Trace } from "./figure.js";
import { extent, numberLabel, padded, plainNumbers } from "./plain.js";
import { axis, layout, line, page, seriesColor, translucent } from "./theme.js";
import { evenly } from "./thinning.js";

export interface RolloutFigureOptions {
  /** Frames at most, 240 where left out; fewer where many parts would make the figure too large. */
  maxFrames?: number;
  /** Milliseconds that a frame stays, 40 where left out. */
  frameDuration?: number;
  /** Whether the picture goes along with what walks away; where that goes further than three times its own length, if left out. */
  follow?: boolean;
  title?: string;
}

type Points = { x: (number | null)[]; y: (number | null)[] };

export interface RolloutData {
  frames: {
    /** What the slider shows: the step, and what was paid until then. */
    label: string;
    step: number;
    /** Outlines of all moving parts, a null between two. */
    parts: Points;
    /** Lines that do not move, but for the picture's going along: scenery, the floor and marks on it. */
    ground: Points;
  }[];
  /** Earlier places of the parts, faintly drawn until the figure is played. */
  before: Points;
  ranges: { x: [number, number]; y: [number, number] };
  follows: boolean;
  note: string;
}

const where = "plots.rollout";
/** Points in all frames at most: keeps the JSON below 2 MB. */
const pointsDrawn = 60_000;
/** Of each of the two round ends of a rod. */
const [fineArc, coarseArc] = [18, 11];
const posesBefore = 4;
/** Of the plot, in pixels: below it no slider finds room beside the buttons. */
const [leastWidth, greatestHeight] = [450, 420];

/**
 * An episode as an animation with a button and a slider; standing still it shows where it ended, and faintly how it came there. `episode`: what
 * `rollout` returns. Throws a RangeError where its environment has no outline, as those of pictures and of places in a maze, or an option is wrong.
 *
 *     plots.rollout(await rollout(trained.policy, environments.cartPole()))
 */
export function rollout(episode: EpisodeRollout, options: RolloutFigureOptions = {}): Figure {
  const data = rolloutData(episode, options);
  const { ranges, frames } = data;
  const color = seriesColor(0);
  const moving = (ground: Points, before: Points, parts: Points): Trace[] =>
    [ground, before, parts].map((points) => ({ type: "scatter", ...points }));
  const looks: readonly Trace[] = [
    { mode: "lines", line: { color: line, width: 1.6 }, hoverinfo: "skip" },
    { mode: "lines", fill: "toself", fillcolor: translucent(color, 0.13), line: { width: 0 }, hoverinfo: "skip" },
    {
      mode: "lines",
      fill: "toself",
      fillcolor: color,
      line: { color: page, width: 1 },
      hoverinfo: "skip",
    },
  ];
  const last = frames[frames.length - 1];
  const ratio = (ranges.y[1] - ranges.y[0]) / (ranges.x[1] - ranges.x[0]);
  const width = Math.min(560, greatestHeight / ratio);
  return {
    data: moving(last.ground, data.before, last.parts).map((trace, k) => ({ ...trace, ...looks[k] })),
    layout: layout(
      options.title ?? episode.environment,
      {
        xaxis: axis("", {
          range: plainNumbers(ranges.x),
          constrain: "domain",
          showgrid: false,
          fixedrange: true,
          ...(data.follows ? { showticklabels: false, ticks: "", showline: false } : { showline: false }),
        }),
        yaxis: axis("", {
          range: plainNumbers(ranges.y),
          constrain: "domain",
          scaleanchor: "x",
          scaleratio: 1,
          showgrid: false,
          fixedrange: true,
          showticklabels: false,
          ticks: "",
          showline: false,
        }),
        showlegend: false,
        width: Math.round(width + 72),
        height: Math.round(Math.max(90, width * ratio) + 70 + animationMargin),
        margin: { l: 36, r: 36, t: 70, b: animationMargin },
        ...animationControls(
          frames.map(({ label }) => label),
          options.frameDuration ?? 40,
        ),
      },
      data.note,
    ),
    frames: frames.map(
      ({ ground, parts }, i): Frame => ({
        name: String(i),
        data: data.follows ? moving(ground, nothing, parts) : moving(ground, nothing, parts).slice(1),
        traces: data.follows ? [0, 1, 2] : [1, 2],
      }),
    ),
  };
}

/** Of a trace that is empty Plotly would hide what is drawn later. */
const nothing: Points = { x: [null], y: [null] };

/** The numbers that `rollout` draws. */
export function rolloutData(episode: EpisodeRollout, options: RolloutFigureOptions = {}): RolloutData {
  knownOptions(where, options, ["maxFrames", "frameDuration", "follow", "title"]);
  const maxFrames = integerAtLeast(where, "maxFrames", options.maxFrames ?? 240, 2);
  nonNegativeNumber(where, "frameDuration", options.frameDuration ?? 40);
  if (options.follow !== undefined && typeof options.follow !== "boolean") {
    refuse(where, "follow", "true or false", options.follow);
  }
  const drawing = drawingOf(episode);
  const { steps, rewards } = episode;
  const paths = pathsOf(drawing, steps + 1);
  const follows = options.follow ?? isLeaving(paths, drawing);
  const camera = follows ? smoothed(paths.center) : new Float64Array(steps + 1);
  const ranges = rangesOf(drawing, paths, camera, follows);

  const parts = drawing.radii.length;
  const arc = parts <= 4 ? fineArc : coarseArc;
  const affordable = Math.max(2, Math.floor(pointsDrawn / ((2 * arc + 2) * parts)));
  const shown = evenly(steps + 1, Math.min(maxFrames, affordable));
  const digits = Math.max(0, 4 - Math.floor(Math.log10(ranges.x[1] - ranges.x[0])));
  const polygons = (step: number): Points => rods(drawing, step, { arc, camera: camera[step], digits });
  const ground = (step: number): Points => groundAt(drawing, camera[step], ranges.x, follows);
  const paid = new Float64Array(steps + 1);
  for (let t = 0; t < steps; t++) paid[t + 1] = paid[t] + rewards[t];
  const still = ground(0);
  const earlier = follows ? [] : evenly(steps, posesBefore).map(polygons);
  const ends = { terminated: "ended", truncated: "cut short by its limit", "steps made": "going on" };
  return {
    frames: shown.map((step) => ({
      label: `step ${step}, return ${numberLabel(Number(paid[step].toFixed(1)))}`,
      step,
      parts: polygons(step),
      ground: follows ? ground(step) : still,
    })),
    before:
      earlier.length === 0 ? nothing : { x: earlier.flatMap(({ x }) => [...x]), y: earlier.flatMap(({ y }) => [...y]) },
    ranges,
    follows,
    note:
      `return ${numberLabel(Number(episode.return.toFixed(1)))}, ${ends[episode.end]} after ${steps} steps` +
      (follows ? `; ${numberLabel(Number((paths.center[steps] - paths.center[0]).toFixed(1)))} m walked` : ""),
  };
}

function drawingOf(episode: EpisodeRollout): RolloutDrawing {
  const { drawing, steps } = episode ?? {};
  if (drawing === undefined || !(steps >= 1)) refuse(where, "episode", "what rollout returns", episode);
  if (drawing === null) {
    throw new RangeError(`${where}: ${episode.environment} has no outline, there is nothing to draw`);
  }
  const isWhole = drawing.segments?.length === (steps + 1) * 4 * drawing.radii?.length && drawing.radii.length > 0;
  if (!isWhole || episode.rewards?.length !== steps) refuse(where, "episode", "what rollout returns", drawing);
  const bad = drawing.segments.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) refuse(where, `episode.drawing.segments[${bad}]`, "a finite number", drawing.segments[bad]);
  return drawing;
}

/** Per step: the middle of all parts, and how far they reach. */
interface Paths {
  readonly center: Float64Array;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

function pathsOf({ segments, radii }: RolloutDrawing, rows: number): Paths {
  const width = 4 * radii.length;
  const [center, left, right] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  for (let t = 0; t < rows; t++) {
    const xs = Array.from(radii, (_, k) => [segments[t * width + 4 * k], segments[t * width + 4 * k + 2]]);
    center[t] = xs.flat().reduce((sum, x) => sum + x, 0) / (2 * xs.length);
    left[t] = Math.min(...xs.map((pair, k) => Math.min(...pair) - radii[k]));
    right[t] = Math.max(...xs.map((pair, k) => Math.max(...pair) + radii[k]));
  }
  return { center, left, right };
}

/** Over a floor without end, further than three times its own length. */
function isLeaving({ center, left, right }: Paths, { floor }: RolloutDrawing): boolean {
  const length = Math.max(...left.map((x, t) => right[t] - x));
  return floor !== null && Math.max(...center) - Math.min(...center) > 3 * length;
}

/** A mean over as many steps before as after, at most twelve, so that a stride does not shake the picture. */
function smoothed(x: Float64Array): Float64Array {
  return x.map((_, t) => {
    const reach = Math.min(12, t, x.length - 1 - t);
    const near = x.subarray(t - reach, t + reach + 1);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
}

function rangesOf(
  { segments, radii, scenery, floor }: RolloutDrawing,
  { left, right }: Paths,
  camera: Float64Array,
  follows: boolean,
): RolloutData["ranges"] {
  const thickest = Math.max(...radii);
  const even = (list: Float64Array, from: number): Float64Array => list.filter((_, i) => i % 2 === from);
  const heights = extent([
    even(segments, 1),
    ...(follows ? [] : [even(scenery, 1)]),
    ...(floor === null ? [] : [[floor]]),
  ]);
  const [low, high] = heights as [number, number];
  const y: [number, number] = [Math.min(low - thickest, floor ?? Number.POSITIVE_INFINITY), high + thickest];
  const margin = 0.06 * (y[1] - y[0]);
  const yRange: [number, number] = [y[0] - margin, y[1] + margin];
  const reach = [left.map((value, t) => value - camera[t]), right.map((value, t) => value - camera[t])];
  const x = extent([...reach, ...(follows ? [] : [even(scenery, 0)])]) as [number, number];
  const least = ((yRange[1] - yRange[0]) * leastWidth) / greatestHeight;
  if (follows) {
    // Room on both sides, so that the ground is seen to go by.
    const half = Math.max(1.8 * Math.max(-x[0], x[1]), 0.9 * (yRange[1] - yRange[0]), least / 2);
    return { x: [-half, half], y: yRange };
  }
  const [from, to] = padded(x, 0.04);
  const more = Math.max(0, least - (to - from)) / 2;
  return { x: [from - more, to + more], y: yRange };
}

/** Each rod as the outline of a capsule, all turning the same way: what lies over another does not cut a hole. */
function rods(
  { segments, radii }: RolloutDrawing,
  step: number,
  { arc, camera, digits }: { readonly arc: number; readonly camera: number; readonly digits: number },
): Points {
  const out: Points = { x: [], y: [] };
  const rounded = (value: number): number => Number(value.toFixed(digits)) + 0;
  for (let k = 0; k < radii.length; k++) {
    const at = 4 * (step * radii.length + k);
    const [x1, y1, x2, y2] = segments.subarray(at, at + 4);
    const along = Math.atan2(y2 - y1, x2 - x1);
    const first = out.x.length;
    for (let i = 0; i < 2 * arc; i++) {
      // Half a turn about the second end, then about the first.
      const [x, y] = i < arc ? [x2, y2] : [x1, y1];
      const angle = along - Math.PI / 2 + (Math.PI * (i < arc ? i : i - 1)) / (arc - 1);
      out.x.push(rounded(x + radii[k] * Math.cos(angle) - camera));
      out.y.push(rounded(y + radii[k] * Math.sin(angle)));
    }
    out.x.push(out.x[first], null);
    out.y.push(out.y[first], null);
  }
  return out;
}

function groundAt(
  { scenery, floor }: RolloutDrawing,
  camera: number,
  [left, right]: readonly [number, number],
  follows: boolean,
): Points {
  const rodsOf: number[][] = [];
  for (let i = 0; i < scenery.length; i += 4) rodsOf.push(Array.from(scenery.subarray(i, i + 4)));
  if (floor !== null) {
    rodsOf.push([left + camera, floor, right + camera, floor]);
    // A mark for every metre tells how fast the floor goes by.
    const long = 0.015 * (right - left);
    if (follows) {
      for (let metre = Math.ceil(left + camera); metre <= right + camera; metre++) {
        rodsOf.push([metre, floor, metre, floor - long]);
      }
    }
  }
  if (rodsOf.length === 0) return nothing;
  return {
    x: rodsOf.flatMap(([x1, , x2]) => [...plainNumbers([x1 - camera, x2 - camera]), null]),
    y: rodsOf.flatMap(([, y1, , y2]) => [...plainNumbers([y1, y2]), null]),
  };
}
