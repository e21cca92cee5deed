// Chains in motion over the contours of an energy: Plotly plays the frames, or goes to the one that the slider says.

import { integerAtLeast, knownOptions, nonNegativeNumber, refuse } from "../arguments/index.js";
import { isDraws } from "../chains/draws.js";
import type { LeapfrogPath } from "../chains/leapfrog-path.js";
import type { Energy } from "../energies/energy.js";
import { animationControls, animationMargin } from "./animation.js";
import { checkLevels, contourTrace, type EnergyGrid, energyGrid, sigmaLevels } from "./contours.js";
import type { Figure, Frame, Trace } from "./figure.js";
import {
  coordinate,
  isLeapfrogPath,
  type LandscapeOptions,
  landscapeOptions,
  type PathSource,
  readLandscape,
} from "./landscape.js";
import { numberLabel, plainNumbers } from "./plain.js";
import { planeLayout } from "./plane.js";
import { ink, layout, legendAtRight, page, seriesColor, translucent } from "./theme.js";
import { evenly } from "./thinning.js";

export interface AnimatedTrajectoryOptions extends Omit<LandscapeOptions, "path"> {
  /** Steps that a chain's tail reaches back: all of them for up to four chains, none for more, where left out. */
  tail?: number;
  /** Frames at most, 120 where left out, 400 for trajectories; fewer where many chains would make the figure too large. */
  maxFrames?: number;
  /** Milliseconds that a frame stays, 60 where left out. */
  frameDuration?: number;
  /** Energies above the least on the grid at which contours run; k^2 / 2 for k = 1 ... 5 where left out. */
  levels?: readonly number[];
  equalAxes?: boolean;
  title?: string;
}

type Points = { x: (number | null)[]; y: (number | null)[] };

export interface AnimatedTrajectoryData {
  names: [string, string];
  ranges: { x: [number, number]; y: [number, number] };
  contours: EnergyGrid;
  frames: {
    /** What the slider shows: the draw, or the trajectory. */
    label: string;
    /** Where each chain is. */
    heads: Points;
    /** Where they came from, a null between two chains. */
    tails: Points;
    /** Draws that trajectories have made so far. */
    draws: Points;
  }[];
  /** What a label counts. */
  unit: "draw" | "step" | "trajectory";
  /** Chains that move. */
  chains: number;
  note: string;
}

/** Numbers in all frames at most: keeps the JSON below 2 MB. */
const pointsDrawn = 50_000;
const chainsDrawn = 1000;

/**
 * What moves over an energy, as an animation with a button, a slider, and contours below. `motion`: draws, of which all chains move (or those
 * that `chains` names), such as many Langevin chains; what `hmcPaths` returns, whose trajectories are run through one after the other and
 * leave their draws; what `leapfrogPath` returns; or a list of positions. A still picture of it shows the last frame. Throws a RangeError
 * where an option is wrong.
 *
 *     plots.animatedTrajectory(energies.banana(), hmcPaths(energies.banana(), { position: [0, 0], stepSize: 0.1 }))
 */
export function animatedTrajectory(
  energy: Energy,
  motion: PathSource,
  options: AnimatedTrajectoryOptions = {},
): Figure {
  const data = animatedTrajectoryData(energy, motion, options);
  const duration = options.frameDuration ?? 60;
  const many = data.chains > 20;
  const color = seriesColor(0);
  // What no frame has is no trace.
  const kinds = (["tails", "draws", "heads"] as const).filter((kind) =>
    data.frames.some((frame) => frame[kind].x.length > 0),
  );
  const moving = (frame: FrameData): Trace[] => kinds.map((kind) => ({ type: "scatter", ...frame[kind] }));
  const looks: Readonly<Record<(typeof kinds)[number], Trace>> = {
    tails: {
      mode: "lines",
      name: "path",
      line: { color: translucent(color, 0.55), width: 1.4 },
    },
    draws: {
      mode: "markers",
      name: "draws",
      marker: { color: translucent(ink, 0.75), size: 5 },
    },
    heads: {
      mode: "markers",
      name: data.chains === 1 ? "position" : "chains",
      marker: {
        color: many ? translucent(color, 0.6) : color,
        size: many ? 5 : 9,
        line: { color: page, width: many ? 0 : 1.2 },
      },
    },
  };
  const last = data.frames[data.frames.length - 1];
  const frames: Frame[] = data.frames.map((frame, i) => ({
    name: String(i),
    data: moving(frame),
    traces: kinds.map((_, k) => k + 1),
  }));
  const plane = planeLayout(data.names, data.ranges.x, data.ranges.y, options.equalAxes);
  return {
    data: [
      contourTrace(data.contours, options.levels ?? sigmaLevels),
      ...moving(last).map((trace, k) => ({ ...trace, showlegend: true, ...looks[kinds[k]] })),
    ],
    layout: layout(
      options.title ?? "Trajectory",
      {
        ...plane,
        height: (plane.height as number) + 74,
        margin: { l: 64, r: 36, t: data.note === "" ? 54 : 70, b: animationMargin },
        legend: { ...legendAtRight(), itemsizing: "constant" },
        ...animationControls(
          data.frames.map(({ label }) => label),
          duration,
        ),
      },
      data.note,
    ),
    frames,
  };
}

/** The numbers that `animatedTrajectory` draws. */
export function animatedTrajectoryData(
  energy: Energy,
  motion: PathSource,
  options: AnimatedTrajectoryOptions = {},
): AnimatedTrajectoryData {
  const where = "plots.animatedTrajectory";
  const known = [...landscapeOptions.filter((name) => name !== "path"), "levels", "equalAxes", "title"];
  knownOptions(where, options, [...known, "tail", "maxFrames", "frameDuration"]);
  checkLevels(where, options.levels ?? sigmaLevels);
  const trajectories = Array.isArray(motion) && motion.every(isLeapfrogPath) ? motion : undefined;
  const maxFrames = integerAtLeast(where, "maxFrames", options.maxFrames ?? (trajectories ? 400 : 120), 2);
  nonNegativeNumber(where, "frameDuration", options.frameDuration ?? 60);
  if (options.tail !== undefined) nonNegativeNumber(where, "tail", options.tail);
  if (motion === undefined) refuse(where, "motion", "draws, trajectories, or a list of positions", motion);
  const chains = options.chains ?? (isDraws(motion) ? motion.lengths.map((_, chain) => chain) : undefined);
  const { names, coordinates, ranges, at, paths, note } = readLandscape(where, energy, {
    ...options,
    path: motion,
    chains,
  });
  const whole = paths.filter((path) => path.length > 0);
  if (whole.length === 0) refuse(where, "motion", "of at least one position", motion);
  const tracks = evenly(whole.length, chainsDrawn)
    .map((c) => whole[c])
    .map((path) => ({
      x: coordinate(path, coordinates[0], energy.dim),
      y: coordinate(path, coordinates[1], energy.dim),
    }));
  const frames =
    trajectories === undefined
      ? together(tracks, isDraws(motion) ? "draw" : "step", maxFrames, options.tail)
      : oneByOne(tracks, trajectories, maxFrames);
  const longest = Math.max(...tracks.map((track) => track.x.length));
  const all = trajectories === undefined ? longest : tracks.reduce((sum, track) => sum + track.x.length, 0);
  const notes = [
    note,
    frames.length < all ? `${numberLabel(frames.length)} of ${numberLabel(all)} steps` : "",
    tracks.length < whole.length ? `${numberLabel(tracks.length)} of ${numberLabel(whole.length)} chains` : "",
  ];
  return {
    names,
    ranges,
    contours: energyGrid(energy, at, coordinates, ranges.x, ranges.y),
    frames,
    unit: trajectories !== undefined ? "trajectory" : isDraws(motion) ? "draw" : "step",
    chains: trajectories === undefined ? tracks.length : 1,
    note: notes.filter((part) => part !== "").join("; "),
  };
}

interface Track {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

type FrameData = AnimatedTrajectoryData["frames"][number];

/** All chains at once, step by step. One that has ended stays where it is. */
function together(tracks: readonly Track[], unit: string, maxFrames: number, tail: number | undefined): FrameData[] {
  const steps = Math.max(...tracks.map((track) => track.x.length));
  const back = tail ?? (tracks.length <= 4 ? Number.POSITIVE_INFINITY : 0);
  // A frame holds the heads of all chains, and tails that are thinned to the frames: half as long as the whole on average.
  const within = (frames: number): number => tracks.length * frames * (1 + Math.min(back, frames / 2));
  let count = Math.min(maxFrames, steps);
  while (count > 2 && within(count) > pointsDrawn) count = Math.floor(0.9 * count);
  const shown = evenly(steps, count);
  return shown.map((step, frame) => {
    const tails: [number[], number[]] = [[], []];
    const heads: [number[], number[]] = [[], []];
    for (const { x, y } of tracks) {
      const now = Math.min(step, x.length - 1);
      heads[0].push(x[now]);
      heads[1].push(y[now]);
      if (back === 0) continue;
      for (const past of shown.slice(0, frame + 1)) {
        if (past < step - back || past > now) continue;
        tails[0].push(x[past]);
        tails[1].push(y[past]);
      }
      tails[0].push(Number.NaN);
      tails[1].push(Number.NaN);
    }
    return { label: `${unit} ${step}`, heads: points(heads), tails: points(tails), draws: points([[], []]) };
  });
}

/** One trajectory after the other, each along its steps; the draws it leaves are its end where it was accepted, else its start. */
function oneByOne(tracks: readonly Track[], paths: readonly LeapfrogPath[], maxFrames: number): FrameData[] {
  const places = tracks.flatMap((track, trajectory) => Array.from(track.x, (_, step) => ({ trajectory, step })));
  const longest = Math.max(...tracks.map((track) => track.x.length));
  let count = Math.min(maxFrames, places.length);
  while (count > 2 && count * (longest / 2 + tracks.length / 2) > pointsDrawn) count = Math.floor(0.9 * count);
  return evenly(places.length, count).map((i) => {
    const { trajectory, step } = places[i];
    const { x, y } = tracks[trajectory];
    const draws: [number[], number[]] = [[], []];
    for (let made = 0; made < trajectory; made++) {
      const from = paths[made].accepted === false ? 0 : tracks[made].x.length - 1;
      draws[0].push(tracks[made].x[from]);
      draws[1].push(tracks[made].y[from]);
    }
    const refused = paths[trajectory].accepted === false ? ", refused" : "";
    return {
      label: `trajectory ${trajectory}${step === x.length - 1 ? refused : ""}`,
      heads: points([[x[step]], [y[step]]]),
      tails: points([Array.from(x.subarray(0, step + 1)), Array.from(y.subarray(0, step + 1))]),
      draws: points(draws),
    };
  });
}

function points([x, y]: readonly [number[], number[]]): Points {
  return { x: plainNumbers(x), y: plainNumbers(y) };
}
