// Runs a notebook as Jupyter's "Restart and run all" does, and stores its outputs, with nothing but Node:
// the kernel is tslab's, the file is nbformat 4.

import { dirname, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { type CellFailure, readFailure, storeFailure } from "./errors.js";
import {
  assertWritable,
  type Cell,
  joined,
  type Notebook,
  NotebookError,
  readNotebook,
  writeNotebook,
} from "./format.js";
import { type Kernel, KernelDied, startKernel } from "./kernel.js";
import { collector, type Displays, displayId, type Output } from "./outputs.js";
import type { Message } from "./protocol.js";

export { NotebookError } from "./format.js";

/** Where the text of cells goes as it comes. */
export type Echo = (text: string, stream: "stdout" | "stderr") => void;

export interface NotebookOptions {
  /** Seconds for the whole notebook, the kernel's start included. */
  readonly timeout?: number;
  /** Seconds for one cell. */
  readonly cellTimeout?: number;
  /** Whether the outputs are stored in the file. */
  readonly write?: boolean;
  /** Passes what cells print, and the plain text of what they display, to the terminal or to a function. */
  readonly echo?: boolean | Echo;
  /** Kills the kernel; the file stays as it was. */
  readonly signal?: AbortSignal;
}

export interface NotebookRun {
  readonly path: string;
  /** How many code cells there are. */
  readonly cells: number;
  readonly seconds: number;
  /** The notebook with its new outputs. */
  readonly notebook: Notebook;
}

/** A cell failed, or was running when the time was over or the kernel died. */
export class CellError extends NotebookError implements CellFailure {
  override readonly name: string = "CellError";
  /** The cell's number among the code cells; the first is 1. */
  readonly cell: number;
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];

  constructor(path: string, cell: number, { ename, evalue, traceback }: CellFailure, options?: { cause?: unknown }) {
    super(path, `cell ${cell} failed: ${ename}${evalue === "" ? "" : `: ${evalue}`}`, options);
    this.cell = cell;
    this.ename = ename;
    this.evalue = evalue;
    this.traceback = traceback;
  }
}

/**
 * Runs every code cell of the notebook in order, in the notebook's folder, and stores the outputs in the file.
 *
 * Cells tagged `raises-exception` may fail. When another cell fails, when the time is over or when the kernel dies,
 * the outputs up to there are stored and a CellError with the cell's number is thrown. A file that is missing, no
 * notebook of nbformat 4, or not writable throws NotebookError before anything is run. When `signal` is aborted its
 * reason is thrown. The kernel's process is gone in all cases.
 *
 * Example: `const { cells } = await runNotebook("notebooks/llc.ipynb", { echo: true })`.
 */
export async function runNotebook(path: string, options: NotebookOptions = {}): Promise<NotebookRun> {
  knownOptions("runNotebook", options, ["timeout", "cellTimeout", "write", "echo", "signal"]);
  const { timeout = 600, cellTimeout, write = true, echo = false, signal } = options;
  if (typeof path !== "string" || path === "") refuse("runNotebook", "path", "a file name", path);
  positiveNumber("runNotebook", "timeout", timeout);
  if (cellTimeout !== undefined) positiveNumber("runNotebook", "cellTimeout", cellTimeout);
  signal?.throwIfAborted();
  const started = performance.now();
  const notebook = await readNotebook(path);
  const javascript = isJavaScript(path, notebook);
  if (write) await assertWritable(path);

  const cells = notebook.cells.filter((cell) => cell.cell_type === "code");
  for (const cell of cells) Object.assign(cell, { execution_count: null, outputs: [] });
  const end = new AbortController();
  const onAbort = (): void => end.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const limit = stopAfter(end, timeout, "the notebook");
  let kernel: Kernel | undefined;
  try {
    kernel = await startKernel({ folder: dirname(resolve(path)), javascript, signal: end.signal });
    notebook.metadata.language_info ??= kernel.languageInfo;
    await runCells({ path, cells, kernel, end, cellTimeout, echo: echoOf(echo) });
    if (write) await writeNotebook(path, notebook);
  } catch (error) {
    if (error instanceof CellError && write) await writeNotebook(path, notebook);
    if (error instanceof KernelDied || error instanceof TimeLimit) {
      throw new NotebookError(path, error.message, { cause: error });
    }
    throw error;
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", onAbort);
    await kernel?.stop();
  }
  return { path, cells: cells.length, seconds: (performance.now() - started) / 1000, notebook };
}

interface Run {
  readonly path: string;
  readonly cells: readonly Cell[];
  readonly kernel: Kernel;
  readonly end: AbortController;
  readonly cellTimeout?: number;
  readonly echo: Echo;
}

async function runCells({ path, cells, kernel, end, cellTimeout, echo }: Run): Promise<void> {
  const displays: Displays = new Map();
  for (const [index, cell] of cells.entries()) {
    const code = joined(cell.source);
    if (code.trim() === "") continue;
    const { outputs, receive } = collector(displays);
    cell.outputs = outputs;
    const stderr: string[] = [];
    const display = echoDisplays(echo);
    const limit = stopAfter(end, cellTimeout, "the cell");
    let failure: CellFailure | undefined;
    try {
      const reply = await execute(kernel, code, (message) => {
        receive(message);
        display.receive(message);
        if (message.type === "stream" && message.content.name === "stderr") stderr.push(String(message.content.text));
      });
      if (typeof reply.execution_count === "number") cell.execution_count = reply.execution_count;
      if (reply.status !== "ok") failure = failureIn(outputs) ?? readFailure(stderr);
    } catch (error) {
      if (!(error instanceof KernelDied || error instanceof TimeLimit)) throw error;
      stderr.length = 0;
      failure = { ename: error.name, evalue: error.message, traceback: [] };
    } finally {
      clearTimeout(limit);
      display.end();
    }
    if (failure === undefined) continue;
    if (failureIn(outputs) === undefined) storeFailure(outputs, failure, stderr);
    if (!mayFail(cell) || end.signal.aborted) throw new CellError(path, index + 1, failure);
  }
}

// After a cell has failed, tslab refuses what comes within the next 200 ms, meaning the rest of a "run all".
async function execute(
  kernel: Kernel,
  code: string,
  onOutput: (message: Message) => void,
): Promise<Message["content"]> {
  for (let attempt = 1; ; attempt++) {
    const reply = await kernel.execute(code, onOutput);
    if (reply.status === "ok" || reply.status === "error" || attempt === 100) return reply;
    await pause(50);
  }
}

function failureIn(outputs: readonly Output[]): CellFailure | undefined {
  return outputs.find((output) => output.output_type === "error");
}

function mayFail(cell: Cell): boolean {
  return Array.isArray(cell.metadata.tags) && cell.metadata.tags.includes("raises-exception");
}

class TimeLimit extends Error {
  override readonly name: string = "TimeLimit";
}

function stopAfter(end: AbortController, seconds: number | undefined, what: string): NodeJS.Timeout | undefined {
  if (seconds === undefined) return undefined;
  const stop = (): void => end.abort(new TimeLimit(`${what} ran longer than ${seconds} s`));
  // Timers count milliseconds in 31 bits.
  return setTimeout(stop, Math.min(seconds * 1000, 2 ** 31 - 1));
}

function echoOf(echo: boolean | Echo): Echo {
  if (typeof echo === "function") return echo;
  if (!echo) return () => {};
  return (text, stream) => process[stream].write(text);
}

// A display that can still change (a progress table) is echoed in its last state, when its cell ends.
function echoDisplays(echo: Echo): { receive(message: Message): void; end(): void } {
  const changing = new Map<string, string>();
  return {
    receive({ type, content }) {
      if (type === "stream") return echo(String(content.text), content.name === "stderr" ? "stderr" : "stdout");
      if (type !== "display_data" && type !== "update_display_data" && type !== "execute_result") return;
      const text = (content.data as Record<string, unknown>)["text/plain"];
      if (typeof text !== "string") return;
      const id = displayId(content);
      if (id === undefined) echo(ended(text), "stdout");
      else changing.set(id, text);
    },
    end() {
      for (const text of changing.values()) echo(ended(text), "stdout");
    },
  };
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

// Fills in which kernel the notebook is for, where it does not say; refuses those of other languages.
function isJavaScript(path: string, { metadata }: Notebook): boolean {
  const spec = (metadata.kernelspec ?? {}) as { name?: unknown; language?: unknown };
  const { name = "tslab", language } = spec;
  const javascript = name === "jslab";
  if (name !== "tslab" && !javascript && language !== "typescript") {
    throw new NotebookError(path, `is written for the kernel ${JSON.stringify(name)}; this runner starts tslab only`);
  }
  const filled = javascript
    ? { display_name: "JavaScript", language: "javascript", name: "jslab" }
    : { display_name: "TypeScript", language: "typescript", name: "tslab" };
  metadata.kernelspec = { ...filled, ...spec };
  return javascript;
}
