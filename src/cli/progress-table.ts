// The progress of many tasks: one table on a terminal, redrawn in place; elsewhere a line per task when it ends.

import type { Task, TaskState } from "../runs/index.js";

/** A terminal, or whatever else text is written to. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressTable {
  update(task: Task, state: TaskState): void;
  /** Draws the last state, which stays. */
  close(): void;
}

interface Row {
  readonly name: string;
  state: TaskState | undefined;
}

const REDRAW_MS = 200;
/** Of more tasks those that go on are shown, and how many others there are. */
const MOST_ROWS = 20;

export function progressTable(total: number, stream: TextStream = process.stderr): ProgressTable {
  const rows = new Map<Task, Row>();
  let ended = 0;
  let drawnLines = 0;
  let last = Number.NEGATIVE_INFINITY;

  const draw = (): void => {
    const width = Math.max(20, (stream.columns || 80) - 1);
    const lines = tableLines([...rows.values()], total).map((line) => line.slice(0, width));
    const up = drawnLines > 0 ? `\x1b[${drawnLines}A` : "";
    stream.write(`${up}\x1b[J${lines.map((line) => `${line}\n`).join("")}`);
    drawnLines = lines.length;
    last = performance.now();
  };
  return {
    update(task, state) {
      const row = rows.get(task) ?? { name: nameOf(task), state };
      row.state = state;
      rows.set(task, row);
      const over = state.state === "done" || state.state === "failed";
      if (over) ended++;
      if (stream.isTTY !== true) {
        if (over) stream.write(`[${ended}/${total}] ${row.name}: ${inWords(state)}\n`);
      } else if (over || performance.now() - last > REDRAW_MS) draw();
    },
    close() {
      if (stream.isTTY === true && rows.size > 0) draw();
    },
  };
}

/** Every task in a line with its name, a bar and its state; of many only those that go on or failed. */
export function tableLines(rows: readonly Row[], total: number): string[] {
  const isOver = ({ state }: Row): boolean => state?.state === "done" || state?.state === "failed";
  const shown = total <= MOST_ROWS ? rows : rows.filter((row) => row.state?.state !== "done").slice(-MOST_ROWS);
  const width = Math.max(4, ...shown.map(({ name }) => name.length));
  const over = rows.filter(isOver).length;
  return [
    ...shown.map(({ name, state }) => `${name.padEnd(width)}  ${barOf(state)}  ${inWords(state)}`),
    `${over} of ${total} done`,
  ];
}

function nameOf({ job, sampler }: Task): string {
  return job.label === "" ? sampler : `${job.label} ${sampler}`;
}

function barOf(state: TaskState | undefined): string {
  const fraction = state?.state === "sampling" ? state.fraction : state?.state === "target" ? 0 : 1;
  const filled = Math.round(10 * fraction);
  return state?.state === "failed" ? "!!!!!!!!!!" : "#".repeat(filled) + ".".repeat(10 - filled);
}

function inWords(state: TaskState | undefined): string {
  switch (state?.state) {
    case undefined:
    case "target":
      return "target";
    case "sampling":
      return `${Math.round(100 * state.fraction)} %`;
    case "figures":
      return "figures";
    case "done": {
      const { llc_mean, llc_se, verdict } = state.run.metrics;
      const known = state.run.isNew ? "" : ", there already";
      return `llc ${llc_mean.toPrecision(4)} +- ${llc_se.toPrecision(2)} (${verdict}${known})`;
    }
    case "failed":
      return state.error.message.split("\n", 1)[0];
  }
}
