// The progress of many tasks: one table on a terminal, redrawn in place; elsewhere a line per task when it ends.

/** A terminal, or whatever else text is written to. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How a task stands. */
export interface Line {
  readonly name: string;
  /** Of its work that is done. */
  readonly fraction: number;
  readonly words: string;
  readonly end?: "done" | "failed";
}

export interface ProgressTable {
  /** `task` tells one line from another, whatever it is. */
  update(task: object, line: Line): void;
  /** Draws the last state, which stays. */
  close(): void;
}

const REDRAW_MS = 200;
/** Of more tasks those that go on are shown, and how many others there are. */
const MOST_ROWS = 20;

export function progressTable(total: number, stream: TextStream = process.stderr): ProgressTable {
  const lines = new Map<object, Line>();
  let ended = 0;
  let drawnLines = 0;
  let last = Number.NEGATIVE_INFINITY;

  const draw = (): void => {
    const width = Math.max(20, (stream.columns || 80) - 1);
    const shown = tableLines([...lines.values()], total).map((line) => line.slice(0, width));
    const up = drawnLines > 0 ? `\x1b[${drawnLines}A` : "";
    stream.write(`${up}\x1b[J${shown.map((line) => `${line}\n`).join("")}`);
    drawnLines = shown.length;
    last = performance.now();
  };
  return {
    update(task, line) {
      lines.set(task, line);
      const over = line.end !== undefined;
      if (over) ended++;
      if (stream.isTTY !== true) {
        if (over) stream.write(`[${ended}/${total}] ${line.name}: ${line.words}\n`);
      } else if (over || performance.now() - last > REDRAW_MS) draw();
    },
    close() {
      if (stream.isTTY === true && lines.size > 0) draw();
    },
  };
}

/** Every task in a line with its name, a bar and its state; of many only those that go on or failed. */
export function tableLines(lines: readonly Line[], total: number): string[] {
  const shown = total <= MOST_ROWS ? lines : lines.filter(({ end }) => end !== "done").slice(-MOST_ROWS);
  const width = Math.max(4, ...shown.map(({ name }) => name.length));
  const over = lines.filter(({ end }) => end !== undefined).length;
  return [
    ...shown.map((line) => `${line.name.padEnd(width)}  ${barOf(line)}  ${line.words}`),
    `${over} of ${total} done`,
  ];
}

function barOf({ fraction, end }: Line): string {
  const filled = Math.round(10 * fraction);
  return end === "failed" ? "!!!!!!!!!!" : "#".repeat(filled) + ".".repeat(10 - filled);
}
