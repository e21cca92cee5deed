// Where the progress of a run is shown: a live table under a notebook's cell, one line on a terminal, or nowhere.

import { randomUUID } from "node:crypto";
import type { EventSink, RunEvent } from "../platform/platform.js";
import {
  advance,
  emptyProgress,
  type ProgressState,
  progressHtml,
  progressLine,
  progressText,
} from "./progress-state.js";
import { type DisplayContent, runningCell } from "./tslab.js";

/** A terminal, or whatever else text is written to. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How a sink is told the time and how often it may draw. */
export interface ProgressOptions {
  /** Milliseconds since an arbitrary start. */
  readonly now?: () => number;
  /** The least number of milliseconds between two updates. */
  readonly interval?: number;
}

/**
 * A live table with one row per chain under the running cell of a tslab notebook, drawn at most four times a second;
 * its last state stays. `display` emits it; by default the cell that is running when the sink is made.
 */
export function notebookProgress(
  display: ((content: DisplayContent) => void) | undefined = runningCell()?.display,
  options: ProgressOptions = {},
): EventSink {
  if (display === undefined) return silent;
  let id = "";
  return drawn(options, (state, elapsed, first) => {
    if (first) id = `ergodic-progress-${randomUUID()}`;
    const data = { "text/html": progressHtml(state, elapsed), "text/plain": progressText(state, elapsed) };
    display({ data, id, update: !first });
  });
}

/** One line that is overwritten as the run goes on; only its last state where the stream is no terminal. */
export function terminalProgress(stream: TextStream = process.stderr, options: ProgressOptions = {}): EventSink {
  return drawn(options, (state, elapsed) => {
    const line = progressLine(state, elapsed);
    const over = state.finished !== undefined;
    if (stream.isTTY !== true) {
      if (over) stream.write(`${line}\n`);
      return;
    }
    // A line that wraps could not be overwritten; the last one may wrap. Some terminals say that they have 0 columns.
    const shown = over ? line : line.slice(0, Math.max((stream.columns || 80) - 1, 1));
    stream.write(`\r${shown}\x1b[K${over ? "\n" : ""}`);
  });
}

/** Shows nothing. */
export const silent: EventSink = () => {};

/** A sink for one run: a table in a tslab notebook, a line on a terminal, nothing where nobody looks. */
export function automaticProgress(): EventSink {
  const cell = runningCell();
  if (cell !== undefined) return notebookProgress(cell.display);
  return process.stderr.isTTY ? terminalProgress(process.stderr) : silent;
}

type Draw = (state: ProgressState, elapsed: number, first: boolean) => void;

// The first and the last state of a run are always drawn, those between when the interval has passed.
function drawn({ now = () => performance.now(), interval = 250 }: ProgressOptions, draw: Draw): EventSink {
  let state = emptyProgress;
  let started = now();
  let last = Number.NEGATIVE_INFINITY;
  let first = true;
  return (event: RunEvent) => {
    if (event.type === "started") {
      started = now();
      first = true;
    }
    state = advance(state, event);
    const time = now();
    if (!first && event.type !== "finished" && time - last < interval) return;
    draw(state, (time - started) / 1000, first);
    first = false;
    last = time;
  };
}
